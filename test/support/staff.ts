import { seededId } from '@letopis/kernel';
import { request as httpRequest } from 'node:http';
import type { Caller, World } from './world';

/** Everything that a story about staff begins with: Romashka is a client, anna administers it and works in it. */
export interface Romashka {
  readonly admin: Caller;
  readonly anna: Caller;
  readonly romashka: string;
}

export async function openRomashka(world: World): Promise<Romashka> {
  const admin = await world.admin();
  const anna = await world.person('anna@romashka.ru');
  const romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
  await anna.ok('EnterWorkspace', { organizationId: romashka });
  return { admin, anna, romashka };
}

export const salesOf = (organizationId: string): string => seededId(organizationId, 'department:sales');
export const technicalOf = (organizationId: string): string => seededId(organizationId, 'department:technical');

/** A person with an account on the staff, working in the organization. */
export async function staffOf(
  world: World,
  { anna, romashka }: Romashka,
  email: string,
  more: object = {},
): Promise<{ caller: Caller; staffId: string }> {
  const caller = await world.person(email);
  const { aggregateId: staffId } = await anna.ok('CreateStaffMember', {
    organizationId: romashka,
    login: email.split('@')[0],
    fullName: { ru: { lastName: 'Сотрудников', firstName: 'Сотрудник' } },
    email,
    ...more,
  });
  await world.settle();
  await caller.ok('EnterWorkspace', { organizationId: romashka });
  return { caller, staffId };
}

/** A card of the person, linked with the person's account. */
export async function linked(
  { anna, romashka: organizationId }: Romashka,
  person: Caller,
  userEmail: string,
  name: { readonly lastName: string; readonly firstName: string },
): Promise<void> {
  const { aggregateId: personId } = await anna.ok('CreatePerson', { organizationId, name });
  const { aggregateId: personLinkId } = await anna.ok('CreatePersonLinkRequest', { organizationId, personId, userEmail });
  await person.ok('AcceptPersonLink', { personLinkId });
}

/** Asks from another address of this machine. */
export const fromElsewhere = (
  { world, token }: Caller,
  path: string,
  { localAddress = '127.0.0.2', body }: { localAddress?: string; body?: object } = {},
): Promise<{ status: number; code?: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.product.url);
    const sent = httpRequest(
      {
        host: hostname === 'localhost' ? '127.0.0.1' : hostname,
        port,
        path,
        localAddress,
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const { code } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { code?: string };
          resolve({ status: answer.statusCode!, code });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body ? JSON.stringify(body) : undefined);
  });

const chunk = (type: string, data: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
};

/** Pictures of a size in pixels and bytes; headers alone are true. */
export const picture = {
  png(width: number, height: number, bytes = 0): Buffer {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 6, 0, 0, 0], 8);
    const begin = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header)]);
    const rest = chunk('IEND', Buffer.alloc(0));
    const padding = Math.max(0, bytes - begin.length - rest.length - 12);
    return Buffer.concat([begin, chunk('IDAT', Buffer.alloc(padding)), rest]);
  },
  gif(width: number, height: number, bytes = 100): Buffer {
    const file = Buffer.alloc(bytes);
    file.write('GIF89a');
    file.writeUInt16LE(width, 6);
    file.writeUInt16LE(height, 8);
    return file;
  },
  bmp(): Buffer {
    const file = Buffer.alloc(200);
    file.write('BM');
    file.writeUInt32LE(40, 14);
    file.writeInt32LE(80, 18);
    file.writeInt32LE(80, 22);
    return file;
  },
};

/** Uploads a file and answers its id. */
export async function upload({ world, token }: Caller, content: Buffer, name = 'picture.png'): Promise<string> {
  const answer = await fetch(`${world.product.url}/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png', 'x-file-name': encodeURIComponent(name) },
    body: new Uint8Array(content),
  });
  const body = (await answer.json()) as { fileId: string };
  if (answer.status !== 200) throw new Error(`the file was refused: ${JSON.stringify(body)}`);
  return body.fileId;
}

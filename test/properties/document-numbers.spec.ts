import { newId, system } from '@letopis/kernel';
import { AllocateDocumentNumber, documentType, documentTypeIdOf } from '@letopis/contexts/documents';
import { Files } from '@letopis/ports';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pdf } from '../support/documents';
import { openRomashka, upload, type Romashka } from '../support/staff';
import { World } from '../support/world';

const MANY = 1_000;
const AT_ONCE = 500;

describe('Numbers of documents', () => {
  // In memory where there is a place for it: thousands of appends need not reach a disk to be counted.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'letopis-'));
  let world: World;
  let about: Romashka;
  beforeAll(async () => {
    world = await World.start({ folder });
    about = await openRomashka(world);
    await world.settle();
  }, 60_000);
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Access tokens end with time that passes. */
  async function signInAgain() {
    const { password } = world.letters('anna@romashka.ru').find((letter) => letter.password !== undefined)!;
    const anna = await world.signIn('anna@romashka.ru', password!);
    await anna.ok('EnterWorkspace', { organizationId: about.romashka });
    about = { ...about, anna };
  }

  /** Does it `MANY` times, `AT_ONCE` of them side by side. */
  async function inParallel<Done>(work: (at: number) => Promise<Done>): Promise<Done[]> {
    const done: Done[] = [];
    let next = 0;
    const one = async () => {
      for (let at = next++; at < MANY; at = next++) done[at] = await work(at);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    return done;
  }

  const typeId = (code: string) => documentTypeIdOf(about.romashka, code);
  const numbered = async (code: string, file = 'x', more: object = {}) => {
    const fileId = await upload(about.anna, pdf(file), 'x.pdf');
    return about.anna.send('UploadDocument', { organizationId: about.romashka, typeCode: code, fileId, ...more });
  };
  const stateOf = async (code: string) => (await world.product.runtime.states.fresh(documentType, typeId(code))).state;

  test('R093 a thousand uploads side by side, some sent twice, get the numbers 1 to 1,000, each once, and nothing is kept of them', async () => {
    const { anna, romashka } = about;
    const files = new Files(world.product.runtime.db);
    const answers = await inParallel(async (at) => {
      const taking = { fileId: newId(), name: 'x.pdf', uploadedBy: anna.userId, now: world.clock.now() };
      const { fileId } = await files.put(Readable.from([pdf(String(at))]), taking);
      const key = { 'idempotency-key': newId() };
      const payload = { organizationId: romashka, typeCode: 'incoming', fileId };
      const sent = await Promise.all((at % 10 === 0 ? [1, 2] : [1]).map(() => anna.post('/v1/commands/UploadDocument', payload, key)));
      expect([at, ...new Set(sent.map(({ status }) => status))]).toEqual([at, 200]);
      expect(new Set(sent.map(({ body }) => body.data.number)).size).toBe(1);
      return sent[0]!.body.data.number as string;
    });
    const wanted = Array.from({ length: MANY }, (_, at) => `ВХ-${String(at + 1).padStart(5, '0')}`);
    expect([...answers].sort()).toEqual(wanted);
    const { pending, numbering } = await stateOf('incoming');
    expect({ pending, next: numbering.next }).toEqual({ pending: [], next: MANY + 1 });
  }, 240_000);

  test('R093 a refused upload costs no number', async () => {
    const { body } = await numbered('order', 'x', { companyId: newId() });
    expect(body.code).toBe('NOT_FOUND');
    expect((await numbered('order')).body.data.number).toBe('П-0001/2026');
  });

  test('R093 a number whose document never came to be goes to the next one, and the late document gets another', async () => {
    const { dispatcher } = world.product.runtime;
    const documentId = newId();
    const lost = { documentTypeId: typeId('act'), documentId };
    const asked = { commandId: newId(), actor: system('test'), correlationId: newId() };
    await dispatcher.execute(Object.assign(new AllocateDocumentNumber(), lost), asked);
    expect((await numbered('act')).body.data.number).toBe('А-0002/2026');
    await world.pass({ minutes: 11 });
    await signInAgain();
    expect((await numbered('act')).body.data.number).toBe('А-0001/2026');
    expect((await numbered('act', 'late', { documentId })).body.data.number).toBe('А-0003/2026');
    expect((await stateOf('act')).pending).toEqual([]);
  });

  test('R093 the sequence of a type begins anew with the year', async () => {
    expect((await numbered('invoice')).body.data.number).toBe('С-0001/2026');
    await world.pass({ days: 366 });
    await signInAgain();
    expect((await numbered('invoice')).body.data.number).toBe('С-0001/2027');
  });
});

// @ts-nocheck
import { Keyring, type Letter } from '@letopis/kernel';
import { identity } from '@letopis/contexts/identity';
import { startMongo } from '@letopis/local';
import { mailPort, outbox, smtp, Vault, type MailChannel } from '@letopis/ports';
import { MongoClient, type Db } from 'mongodb';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLetter } from '../support/letters';
import { PostOffice } from '../support/post-office';

const NOW = '2026-03-02T09:00:00.000Z';
const LATER = new Date('2026-03-06T09:00:00.000Z');

describe('Letters by SMTP', () => {
  const office = new PostOffice();
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let client: MongoClient;
  let db: Db;
  let vault: Vault;
  beforeAll(async () => {
    mongo = await startMongo();
    client = await new MongoClient(mongo.url).connect();
  });
  afterAll(async () => {
    await client.close();
    await mongo.close();
  });
  beforeEach(async () => {
    db = client.db(`letters_${randomBytes(4).toString('hex')}`);
    vault = new Vault(db, new Keyring(randomBytes(32)));
    office.mood = 'well';
    office.received.length = 0;
    await office.open();
    await vault.putOnce('vault:token', () => 'one-time-token', LATER);
    await vault.putOnce('vault:password', () => 'abcdefgh23467ABC', LATER);
  });
  afterEach(() => office.close());

  const told: string[] = [];
  const postman = (channel?: MailChannel) => {
    told.length = 0;
    const patience = { connection: 300, greeting: 300, answer: 300 };
    return mailPort({
      channel: channel ?? smtp(office.url, db, { patience, onRepeat: () => told.push('repeat') }),
      vault,
      templates: identity.letters,
      from: 'Летопись <letopis@example.org>',
      publicUrl: 'https://letopis.example',
      watch: {
        sent: (template) => told.push(`sent ${template}`),
        refused: (template, answer) => told.push(`refused ${template} ${answer}`),
        lost: (template) => told.push(`lost ${template}`),
      },
    });
  };
  const activation: Letter = {
    template: 'user.activation',
    to: 'anna@romashka.ru',
    locale: 'ru',
    data: { link: 'https://letopis.example/links/activation?user=1', expiresAt: '2026-03-05T09:00:00.000Z' },
    secrets: { token: 'vault:token', password: 'vault:password' },
  };
  const asked = { commandId: 'b4b9d8a0-0000-4000-8000-000000000001', now: NOW };
  const deliver = (port = postman()) => port.deliver(activation, asked);
  const secretsKept = async () => (await vault.get('vault:token', NOW)) !== undefined;

  test('R004 a letter arrives in both of its forms, once, and the secrets that it brought are gone', async () => {
    const port = postman();
    await deliver(port);
    await deliver(port);
    expect(office.received).toHaveLength(1);
    const [letter] = office.received;
    expect(letter).toMatchObject({
      to: 'anna@romashka.ru',
      subject: 'Подтвердите адрес и войдите',
      messageId: `<${asked.commandId}@letopis>`,
      token: 'one-time-token',
      password: 'abcdefgh23467ABC',
      date: NOW,
    });
    expect(letter!.html).toContain('href="https://letopis.example/links/activation?user&#x3D;1#one-time-token"');
    expect(letter!.html).toContain('abcdefgh23467ABC');
    expect(told).toEqual(['sent user.activation']);
    expect(await secretsKept()).toBe(false);
  });

  test('while the server is down nothing is lost, and then the letter arrives once', async () => {
    await office.close();
    const port = postman();
    await expect(deliver(port)).rejects.toMatchObject({ code: 'ESOCKET' });
    expect(await secretsKept()).toBe(true);
    await office.open();
    await deliver(port);
    expect(office.received).toHaveLength(1);
    expect(told).toEqual(['sent user.activation']);
  });

  test('a server that says nothing is left, and tried again', async () => {
    office.mood = 'silent';
    const port = postman();
    await expect(deliver(port)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    office.mood = 'well';
    await deliver(port);
    expect(office.received).toHaveLength(1);
    expect(told).toEqual(['sent user.activation']);
  });

  test('what a server puts off (4xx) is tried again', async () => {
    office.mood = 'busy';
    const port = postman();
    await expect(deliver(port)).rejects.toMatchObject({ responseCode: 451 });
    expect(await secretsKept()).toBe(true);
    office.mood = 'well';
    await deliver(port);
    expect(office.received).toHaveLength(1);
    expect(told).toEqual(['sent user.activation']);
  });

  test.each([
    ['nobody there', '550'],
    ['unwanted', '554'],
  ] as const)('what a server refuses for good (5xx: %s) is recorded and not tried again', async (mood, answer) => {
    office.mood = mood;
    const port = postman();
    await deliver(port);
    office.mood = 'well';
    await deliver(port);
    expect(office.received).toEqual([]);
    expect(told).toEqual([`refused user.activation ${answer}`]);
    expect(await db.collection<{ _id: string }>('_letters_sent').findOne({ _id: asked.commandId })).toMatchObject({ refused: answer });
    expect(await secretsKept()).toBe(false);
  });

  test('a refused sender is for the operator to mend: the letter waits', async () => {
    office.mood = 'no such sender';
    const port = postman();
    await expect(deliver(port)).rejects.toMatchObject({ responseCode: 553 });
    office.mood = 'well';
    await deliver(port);
    expect(office.received).toHaveLength(1);
  });

  test('a server that dies between the end of DATA and its reply gets the letter again, with the same Message-ID, and that is counted', async () => {
    office.mood = 'dying';
    const port = postman();
    await expect(deliver(port)).rejects.toThrow();
    expect(await secretsKept()).toBe(true);
    office.mood = 'well';
    await deliver(port);
    const ids = office.received.map(({ messageId }) => messageId);
    expect(ids).toEqual([`<${asked.commandId}@letopis>`, `<${asked.commandId}@letopis>`]);
    expect(told).toEqual(['repeat', 'sent user.activation']);
    expect(await db.collection<{ _id: string }>('_letters_sent').findOne({ _id: asked.commandId })).toMatchObject({ repeats: 1 });
  });

  test('a letter whose secret is over, and one to somebody who was erased, is not sent', async () => {
    const port = postman();
    await port.deliver(activation, { ...asked, now: LATER.toISOString() });
    await port.deliver({ ...activation, to: 'Данные удалены' }, asked);
    expect(office.received).toEqual([]);
    expect(told).toEqual(['lost user.activation', 'lost user.activation']);
  });

  test('the outbox writes the same letter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'letopis-outbox-'));
    try {
      await postman(outbox(folder)).deliver(activation, asked);
      const written = await readLetter(readFileSync(join(folder, `${asked.commandId}.eml`)));
      await vault.putOnce('vault:token', () => 'one-time-token', LATER);
      await vault.putOnce('vault:password', () => 'abcdefgh23467ABC', LATER);
      await deliver();
      expect(office.received).toEqual([written]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

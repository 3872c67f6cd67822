import { derivedId, Gate } from '@letopis/kernel';
import { smsGateway, type SmsGateway } from '@letopis/ports';
import { MongoClient } from 'mongodb';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from '@letopis/local';
import { Circuit } from '../../libs/ports/circuit';
import { filled } from '../../libs/ports/sms/template';

interface Asked {
  readonly method?: string;
  readonly url?: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('A gateway for short messages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'letopis-sms-'));
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let client: MongoClient;
  let server: Server;
  let url: string;
  const asked: Asked[] = [];
  let answer: (response: ServerResponse) => void;
  let messages = 0;
  const message = () => ({ id: derivedId('sms', (messages += 1)), to: '+79161234567', text: 'Код "42" & ещё\nстрока' });
  const telling = (status: number, body: unknown) => (response: ServerResponse) => response.writeHead(status).end(JSON.stringify(body));

  beforeAll(async () => {
    mongo = await startMongo({ port: 0, dataFolder: folder });
    client = await MongoClient.connect(mongo.url);
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        asked.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await client.close();
    await mongo.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    asked.length = 0;
    answer = telling(200, { status: 'OK', data: { id: 7 } });
  });

  const gateway = (more: Partial<SmsGateway> = {}): SmsGateway => ({
    method: 'POST',
    url: `${url}/send`,
    headers: { authorization: 'Bearer {{KEY}}', 'idempotency-key': '{{id}}' },
    body: '{"phone":"{{to}}","text":"{{text}}"}',
    secrets: { KEY: 'secret' },
    success: { field: 'status', values: ['OK'] },
    idField: 'data.id',
    timeout: 300,
    ...more,
  });
  const channel = (more: Partial<SmsGateway> = {}, circuit = {}) => smsGateway(gateway(more), client.db('sms'), { circuit });

  test('R109 is asked as its description says, with the key of the message, and its own number is kept', async () => {
    const one = message();
    expect(await channel().send(one)).toEqual({ outcome: 'sent', providerId: '7' });
    expect(asked).toMatchObject([
      {
        method: 'POST',
        url: '/send',
        headers: { authorization: 'Bearer secret', 'idempotency-key': one.id, 'content-type': 'application/json' },
      },
    ]);
    expect(JSON.parse(asked[0]!.body)).toEqual({ phone: one.to, text: one.text });
  });

  test('the same message goes out once', async () => {
    const one = message();
    await channel().send(one);
    expect(await channel().send(one)).toEqual({ outcome: 'sent', providerId: '7' });
    expect(asked).toHaveLength(1);
  });

  test('what died on the way is asked again with the same key', async () => {
    const one = message();
    answer = (response) => response.destroy();
    expect(await channel().send(one)).toMatchObject({ outcome: 'failed', permanent: false });
    answer = telling(200, { status: 'OK' });
    expect(await channel().send(one)).toEqual({ outcome: 'sent' });
    expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual([one.id, one.id]);
  });

  test.each<[string, () => typeof answer, object]>([
    ['an outage may pass', () => telling(502, {}), { error: 'HTTP_502', permanent: false }],
    ['too many messages may pass', () => telling(429, {}), { error: 'HTTP_429', permanent: false }],
    ['a wrong number will not', () => telling(422, {}), { error: 'HTTP_422', permanent: true }],
    ['a «no» in a 200 will not', () => telling(200, { status: 'ERROR' }), { error: 'GATEWAY_REFUSED', permanent: true }],
    ['rubbish is no «yes»', () => (response) => response.end('<html>'), { error: 'GATEWAY_REFUSED', permanent: true }],
    ['2 MB of it neither', () => (response) => response.end('x'.repeat(2_000_000)), { error: 'GATEWAY_REFUSED', permanent: true }],
    ['silence may pass', () => () => undefined, { error: 'TIMEOUT', permanent: false }],
  ])('%s', async (_, how, outcome) => {
    answer = how();
    expect(await channel().send(message())).toEqual({ outcome: 'failed', ...outcome });
  });

  test('a refusal is remembered and not asked for again', async () => {
    const one = message();
    answer = telling(422, {});
    await channel().send(one);
    expect(await channel().send(one)).toEqual({ outcome: 'failed', error: 'HTTP_422', permanent: true });
    expect(asked).toHaveLength(1);
  });

  test('after failures in a row it is left alone, then tried by one', async () => {
    let now = 0;
    const tired = channel({}, { after: 2, rest: 1_000, clock: () => now });
    answer = telling(502, {});
    await tired.send(message());
    await tired.send(message());
    expect(await tired.send(message())).toEqual({ outcome: 'failed', error: 'CIRCUIT_OPEN', permanent: false });
    expect(asked).toHaveLength(2);
    now = 1_000;
    answer = telling(200, { status: 'OK' });
    expect(await tired.send(message())).toEqual({ outcome: 'sent' });
    expect(await tired.send(message())).toEqual({ outcome: 'sent' });
  });
});

describe('A circuit', () => {
  test('lets one through at a time after its rest', async () => {
    let now = 0;
    const circuit = new Circuit({ after: 1, rest: 10, clock: () => now });
    const fails = () => Promise.reject(new Error('down'));
    await expect(circuit.pass(fails)).rejects.toThrow('down');
    now = 10;
    const slow = circuit.pass(() => new Promise<string>((resolve) => setImmediate(() => resolve('up'))));
    await expect(circuit.pass(() => Promise.resolve('too soon'))).rejects.toThrow('left alone');
    await expect(slow).resolves.toBe('up');
    await expect(circuit.pass(() => Promise.resolve('well'))).resolves.toBe('well');
  });
});

describe('A gate', () => {
  test('lets so many through at one time, in the order in which they came, whatever becomes of the work', async () => {
    const gate = new Gate(2);
    const begun: number[] = [];
    const ends: Array<(fails: boolean) => void> = [];
    const work = (n: number) =>
      gate.pass(() => {
        begun.push(n);
        return new Promise<number>((resolve, reject) => ends.push((fails) => (fails ? reject(new Error(`${n} fails`)) : resolve(n))));
      });
    const all = [1, 2, 3, 4].map(work);
    expect(begun).toEqual([1, 2]);
    ends[0]!(true);
    await expect(all[0]).rejects.toThrow('1 fails');
    expect(begun).toEqual([1, 2, 3]);
    // Who comes now is behind who waits.
    const last = work(5);
    for (let at = 1; at < 5; at++) {
      ends[at]!(false);
      await Promise.resolve(all[at]);
    }
    expect([begun, await last]).toEqual([[1, 2, 3, 4, 5], 5]);
  });
});

describe('A template', () => {
  const values = { text: 'a"b&c <d>\r\nX: y' };
  test.each([
    ['url', 'a%22b%26c%20%3Cd%3E%0D%0AX%3A%20y'],
    ['form', 'a%22b%26c+%3Cd%3E%0D%0AX%3A+y'],
    ['json', String.raw`a\"b&c <d>\r\nX: y`],
    ['xml', 'a&#34;b&#38;c &#60;d&#62;\r\nX: y'],
    ['header', 'a"b&c <d>X: y'],
  ] as const)('writes a value as %s asks', (place, written) => expect(filled('{{text}}', place, values)).toBe(written));

  test('names nothing that there is not', () => expect(() => filled('{{who}}', 'url', values)).toThrow('{{who}}'));
});

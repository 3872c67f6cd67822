// @ts-nocheck
import { after, derivedId, Keyring } from '@letopis/kernel';
import { startMongo } from '@letopis/local';
import { CAPTCHA_PROVIDERS, Captchas, HostedCaptcha, type SiteVerify } from '@letopis/ports';
import { solveChallenge } from 'altcha-lib/v1';
import { imageSize } from 'image-size';
import { MongoClient, type Db } from 'mongodb';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inflateSync } from 'node:zlib';
import { configurationFrom } from '../../apps/server/configuration';
import { picture } from '../../libs/ports/captcha/picture';

const NOW = '2026-03-02T09:00:00.000Z';
const TEXT = 'K7P2M';
const by = (command: string, now = NOW) => ({ commandId: derivedId('command', command), now });

let mongo: Awaited<ReturnType<typeof startMongo>>;
let client: MongoClient;
let db: Db;
const keyring = new Keyring(randomBytes(32));
beforeAll(async () => {
  mongo = await startMongo();
  client = await new MongoClient(mongo.url).connect();
});
afterAll(async () => {
  await client.close();
  await mongo.close();
});
beforeEach(() => {
  db = client.db(`captcha_${randomBytes(4).toString('hex')}`);
});

describe('A captcha of our own', () => {
  const issued = async (kind = 'picture') => {
    const captchas = new Captchas(db, keyring, () => TEXT);
    const challenge = await captchas.issue(kind, NOW);
    return {
      ...challenge,
      answer: (answer: string, asked = by('one')) => captchas.verify({ captchaId: challenge.captchaId, answer }, asked),
    };
  };

  test('R002 the text of the picture is right in any case, for one command', async () => {
    const { answer } = await issued();
    expect(await answer(' k7p2m ')).toBe(true);
    expect(await answer(' k7p2m ')).toBe(true); // the same command again
    expect(await answer(TEXT, by('another'))).toBe(false);
  });

  test('a wrong answer burns the challenge', async () => {
    const { answer } = await issued();
    expect(await answer('XXXXX')).toBe(false);
    expect(await answer(TEXT)).toBe(false);
    expect(await answer(TEXT, by('another'))).toBe(false);
  });

  test('two commands at once: one has it', async () => {
    const { answer } = await issued();
    const both = await Promise.all([answer(TEXT, by('one')), answer(TEXT, by('another'))]);
    expect(both.filter(Boolean)).toHaveLength(1);
  });

  test.each([
    [{ minutes: 9, seconds: 59 }, true],
    [{ minutes: 10 }, false],
  ])('it lasts ten minutes: after %p the answer is taken: %p', async (span, taken) => {
    const { answer } = await issued();
    expect(await answer(TEXT, by('one', after(NOW, span)))).toBe(taken);
  });

  test('neither the database nor the answer to the client holds the text', async () => {
    const { answer: _, ...challenge } = await issued();
    const stored = JSON.stringify(await db.collection('_captchas').find().toArray());
    for (const told of [stored, JSON.stringify(challenge)]) expect(told.toUpperCase()).not.toContain(TEXT);
  });

  test('it is a picture alone: no text in it, no two alike, and no plain letters', () => {
    const dots = (png: Buffer) => {
      const types = [...png.toString('latin1').matchAll(/IHDR|IDAT|IEND|tEXt|iTXt|zTXt|eXIf/g)].map(([type]) => type);
      expect(types).toEqual(['IHDR', 'IDAT', 'IEND']);
      expect(imageSize(png)).toMatchObject({ width: 200, height: 64, type: 'png' });
      const start = png.indexOf('IDAT') + 4;
      return inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)));
    };
    const [one, other] = [dots(picture(TEXT)), dots(picture(TEXT))];
    expect(one.includes(TEXT)).toBe(false);
    const differing = one.filter((shade, at) => shade !== other[at]).length;
    expect(differing).toBeGreaterThan(one.length / 20);
    // Letters are of many shades and crossed by lines: no one threshold leaves them alone.
    expect(new Set(one).size).toBeGreaterThan(60);
  });

  test('work for the machine is done once, and for its own challenge', async () => {
    const { challenge, answer } = await issued('work');
    const other = await issued('work');
    const { challenge: hash, salt, algorithm, maxnumber, signature } = challenge as Record<string, never>;
    const solution = await solveChallenge(hash, salt, algorithm, maxnumber).promise;
    const solved = Buffer.from(JSON.stringify({ algorithm, challenge: hash, salt, signature, number: solution!.number })).toString(
      'base64',
    );
    expect(await other.answer(solved)).toBe(false);
    expect(await answer(solved)).toBe(true);
    expect(await answer(solved, by('another'))).toBe(false);
  });

  test.each(['', '!!!', Buffer.from('[]').toString('base64'), Buffer.from('{"challenge":{}}').toString('base64'), 'A'.repeat(4_096)])(
    'rubbish is no work: %#',
    async (rubbish) => {
      expect(await (await issued('work')).answer(rubbish)).toBe(false);
    },
  );
});

describe('A captcha of a provider', () => {
  type Answer = (asked: URLSearchParams, response: ServerResponse) => void;
  let server: Server;
  let answer: Answer;
  const asked: { method: string; fields: URLSearchParams }[] = [];
  beforeAll(async () => {
    server = createServer((request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const query = new URL(request.url!, 'http://provider').searchParams;
        const fields = request.method === 'GET' ? query : new URLSearchParams(Buffer.concat(chunks).toString());
        asked.push({ method: request.method!, fields });
        answer(fields, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => (asked.length = 0));

  const says =
    (body: unknown, status = 200): Answer =>
    (_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
  const failures: string[] = [];
  const captcha = (provider = 'hcaptcha', changes: Partial<SiteVerify> = {}) => {
    failures.length = 0;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/siteverify`;
    return new HostedCaptcha(db, keyring, {
      provider,
      verify: { ...CAPTCHA_PROVIDERS[provider]!, url, ...changes },
      siteKey: 'public',
      secret: 'our-secret',
      patience: 200,
      onFailure: (what) => failures.push(what),
    });
  };

  test.each([
    ['hcaptcha', { success: true }, { success: false, 'error-codes': ['invalid-input-response'] }, 'response'],
    ['turnstile', { success: true, 'error-codes': [] }, { success: false, 'error-codes': ['timeout-or-duplicate'] }, 'response'],
    ['recaptcha', { success: true }, { success: false }, 'response'],
    ['smartcaptcha', { status: 'ok', message: '', host: 'example.ru' }, { status: 'failed', message: 'Token is invalid.' }, 'token'],
  ])('%s: a person is let through, a machine is not', async (provider, person, machine, field) => {
    answer = says(person);
    expect(await captcha(provider).verify({ answer: 'widget-1' }, by('one'))).toBe(true);
    expect(asked).toEqual([{ method: 'POST', fields: new URLSearchParams({ secret: 'our-secret', [field]: 'widget-1' }) }]);
    answer = says(machine);
    expect(await captcha(provider).verify({ answer: 'widget-2' }, by('two'))).toBe(false);
  });

  test('another provider is described by its address, method and fields', async () => {
    answer = says({ verdict: 'human' });
    const own = { method: 'GET', secretField: 'key', answerField: 'code', successField: 'verdict', successValue: 'human' } as const;
    expect(await captcha('hcaptcha', own).verify({ answer: 'x' }, by('one'))).toBe(true);
    expect(asked).toEqual([{ method: 'GET', fields: new URLSearchParams({ key: 'our-secret', code: 'x' }) }]);
  });

  test('an answer of the widget counts for one command, and is not asked about again', async () => {
    answer = says({ success: true });
    const service = captcha();
    expect(await service.verify({ answer: 'widget' }, by('one'))).toBe(true);
    expect(await service.verify({ answer: 'widget' }, by('one'))).toBe(true);
    expect(await service.verify({ answer: 'widget' }, by('another'))).toBe(false);
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(await db.collection('_captchas').find().toArray())).not.toContain('widget');
    expect(await service.verify({}, by('third'))).toBe(false);
  });

  test.each<[string, Answer]>([
    ['takes too long', () => {}],
    ['fails', says({ success: true }, 500)],
    ['hangs up', (_, response) => response.socket!.destroy()],
    ['answers rubbish', says('<html>')],
    ['answers no object', says('null')],
    ['refuses our keys', says({ success: false, 'error-codes': ['invalid-input-secret'] })],
    ['sends elsewhere', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
  ])('a provider that %s lets nobody through, and the problem says so', async (_, how) => {
    answer = how;
    await expect(captcha().verify({ answer: 'widget' }, by('one'))).rejects.toMatchObject({
      code: 'CAPTCHA_UNAVAILABLE',
      entry: { status: 503 },
    });
    expect(failures).toHaveLength(1);
    expect(failures[0]).not.toContain('our-secret');
    answer = says({ success: true });
    expect(await captcha().verify({ answer: 'widget' }, by('one'))).toBe(true);
  });

  test('the client is told which widget to show', async () => {
    expect(await captcha('smartcaptcha').issue('hosted', NOW)).toMatchObject({
      kind: 'hosted',
      provider: 'smartcaptcha',
      siteKey: 'public',
    });
  });

  test('it is set up by the environment; what is missing is named', () => {
    const keys = { CAPTCHA_SITE_KEY: 'public', CAPTCHA_SECRET: 'secret' };
    expect(configurationFrom({}).captcha).toBeUndefined();
    expect(configurationFrom({ CAPTCHA_PROVIDER: 'smartcaptcha', ...keys }).captcha).toEqual({
      provider: 'smartcaptcha',
      siteKey: 'public',
      secret: 'secret',
      verify: CAPTCHA_PROVIDERS.smartcaptcha,
    });
    expect(
      configurationFrom({ CAPTCHA_PROVIDER: 'own', CAPTCHA_VERIFY_URL: 'https://captcha.example/check', ...keys }).captcha?.verify,
    ).toEqual({
      ...CAPTCHA_PROVIDERS.hcaptcha,
      url: 'https://captcha.example/check',
    });
    expect(() => configurationFrom({ CAPTCHA_PROVIDER: 'hcaptcha', CAPTCHA_SITE_KEY: 'x' })).toThrow(/^CAPTCHA_SECRET/);
    expect(() => configurationFrom({ CAPTCHA_PROVIDER: 'nobody', ...keys })).toThrow(/CAPTCHA_VERIFY_URL/);
    expect(() => configurationFrom({ CAPTCHA_PROVIDER: 'own', CAPTCHA_VERIFY_URL: 'ftp://x', ...keys })).toThrow(/^CAPTCHA_VERIFY_URL/);
    expect(() => configurationFrom({ CAPTCHA_PROVIDER: 'hcaptcha', CAPTCHA_VERIFY_METHOD: 'PUT', ...keys })).toThrow(
      /^CAPTCHA_VERIFY_METHOD/,
    );
  });
});

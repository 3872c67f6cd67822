import { csvDirectory, httpDirectory } from '@letopis/ports';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { configurationFrom } from '../../apps/server/configuration';
import { World } from '../support/world';

const KEY = 'key-of-the-account';
const asked = { commandId: 'c', now: '2026-03-02T09:00:00.000Z' };

/** A party as DaData tells it, as far as it is read here. */
const party = (inn: string, more: object = {}) => ({
  value: 'ООО «Ромашка»',
  data: {
    inn,
    kpp: '773601001',
    ogrn: '1027700132195',
    type: 'LEGAL',
    name: { full_with_opf: 'Общество с ограниченной ответственностью «Ромашка»', short_with_opf: ' ООО «Ромашка» ' },
    address: { value: 'г Москва, ул Вавилова, д 19', unrestricted_value: '117312, г Москва, ул Вавилова, д 19' },
    ...more,
  },
});

describe('A directory of companies over HTTP', () => {
  let server: Server;
  let url: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const questions: { authorization?: string; method?: string; body: unknown }[] = [];
  const failures: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method, headers } = request;
        questions.push({ method, authorization: headers.authorization, body: JSON.parse(body || 'null') as unknown });
        answer(request, response);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/suggestions/api/4_1/rs/findById/party`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  beforeEach(() => {
    questions.length = 0;
    failures.length = 0;
  });

  const telling =
    (status: number, body: unknown, headers: Record<string, string> = {}) =>
    (_: IncomingMessage, response: ServerResponse) =>
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  const lookup = (question: { inn: string; kpp?: string }, timeout = 5_000) =>
    httpDirectory({ url, key: KEY, timeout, onFailure: (reason) => failures.push(reason) }).lookup(question, asked);

  test('is asked by key for the head office, and told in our words', async () => {
    answer = telling(200, { suggestions: [party('7707083893')] });
    expect(await lookup({ inn: '7707083893' })).toEqual({
      fullName: 'Общество с ограниченной ответственностью «Ромашка»',
      shortName: 'ООО «Ромашка»',
      kpp: '773601001',
      ogrn: '1027700132195',
      legalAddress: '117312, г Москва, ул Вавилова, д 19',
    });
    expect(questions).toEqual([{ method: 'POST', authorization: `Token ${KEY}`, body: { query: '7707083893', branch_type: 'MAIN' } }]);
  });

  test('is asked for a branch by its KPP, and another branch is no answer', async () => {
    answer = telling(200, {
      suggestions: [party('7707083893'), party('7707083893', { kpp: '540602001', name: { short_with_opf: 'Филиал' } })],
    });
    expect(await lookup({ inn: '7707083893', kpp: '540602001' })).toMatchObject({ shortName: 'Филиал', kpp: '540602001' });
    expect(questions).toMatchObject([{ body: { query: '7707083893', kpp: '540602001' } }]);
    expect(await lookup({ inn: '7707083893', kpp: '111111111' })).toBeUndefined();
    expect(failures).toEqual([]);
  });

  test('of a sole proprietor it tells what there is, and leaves out what is none', async () => {
    answer = telling(200, {
      suggestions: [party('500100732259', { kpp: null, ogrn: '304500116000157', name: { full_with_opf: 'ИП Васильев' }, address: null })],
    });
    expect(await lookup({ inn: '500100732259' })).toEqual({ fullName: 'ИП Васильев', ogrn: '304500116000157' });
    answer = telling(200, {
      suggestions: [party('7707083893', { kpp: 'x', ogrn: '1', name: { short_with_opf: 'Р'.repeat(600) }, address: 7 })],
    });
    const found = await lookup({ inn: '7707083893' });
    expect(found).toEqual({ shortName: 'Р'.repeat(500) });
  });

  test('a company that nobody knows is no failure', async () => {
    answer = telling(200, { suggestions: [] });
    expect(await lookup({ inn: '7707083893' })).toBeUndefined();
    expect(failures).toEqual([]);
  });

  test.each<[string, () => typeof answer, RegExp]>([
    ['a wrong key', () => telling(403, { message: 'Forbidden' }), /HTTP 403/],
    ['too many questions', () => telling(429, ''), /HTTP 429/],
    ['an outage', () => telling(502, '<html>'), /HTTP 502/],
    ['rubbish', () => telling(200, '<html>'), /JSON/],
    ['another shape', () => telling(200, { suggestions: 'none' }), /no suggestions/],
    ['2 MB of it', () => telling(200, JSON.stringify({ suggestions: ['x'.repeat(2_000_000)] })), /too long/],
    ['a way to somebody else', () => telling(307, '', { location: 'http://127.0.0.1:9/' }), /./],
    ['a cut connection', () => (request) => request.socket.destroy(), /./],
    ['silence', () => () => undefined, /no answer in time/],
  ])('%s is no answer, and is told without the key', async (_, how, reason) => {
    answer = how();
    expect(await lookup({ inn: '7707083893' }, 300)).toBeUndefined();
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(reason);
    expect(failures[0]).not.toContain(KEY);
  });

  test('nobody at the address is no answer', async () => {
    const nobody = httpDirectory({ url: 'http://127.0.0.1:1/', key: KEY, onFailure: (reason) => failures.push(reason) });
    expect(await nobody.lookup({ inn: '7707083893' }, asked)).toBeUndefined();
    expect(failures).toHaveLength(1);
  });

  test('S03 R011 D13 while it does not answer the INN is the name, and it is asked again until it does', async () => {
    answer = telling(500, '');
    const world = await World.start({ companiesApi: { url, key: KEY } });
    try {
      let anna = await world.person('anna@romashka.ru');
      const { aggregateId } = await anna.ok('AddLegalEntity', { inn: '7707083893' });
      await world.settle();
      const name = async () => (await anna.rows('organizations_registry'))[0].displayName as string;
      expect(await name()).toBe('Организация, ИНН 7707083893');
      answer = telling(200, { suggestions: [party('7707083893')] });
      await world.pass({ hours: 6 });
      anna = await world.signIn('anna@romashka.ru', world.letters('anna@romashka.ru')[0]!.password!);
      expect(await name()).toBe('ООО «Ромашка»');
      expect(questions.length).toBe(2);
      // A branch is an organization of its own.
      answer = telling(200, { suggestions: [party('7707083893', { kpp: '540602001', name: { short_with_opf: 'Филиал «Ромашка»' } })] });
      const branch = await anna.ok('AddLegalEntity', { inn: '7707083893', kpp: '540602001' });
      await world.settle();
      expect(branch.aggregateId).not.toBe(aggregateId);
      expect(await anna.rows('organizations_registry', '?sort=addedAt')).toMatchObject([
        { id: aggregateId, displayName: 'ООО «Ромашка»' },
        { id: branch.aggregateId, displayName: 'Филиал «Ромашка»', kpp: '540602001' },
      ]);
    } finally {
      await world.stop();
    }
  });
});

describe('Which directory', () => {
  test('a file, or a service with its key', () => {
    expect(configurationFrom({ COMPANY_DIRECTORY: './companies.csv' })).toMatchObject({ companiesFile: './companies.csv' });
    expect(configurationFrom({ COMPANY_DIRECTORY: 'https://d.ru/party', COMPANY_DIRECTORY_KEY: KEY })).toMatchObject({
      companiesApi: { url: 'https://d.ru/party', key: KEY },
    });
    expect(() => configurationFrom({ COMPANY_DIRECTORY: 'https://d.ru/party' })).toThrow('COMPANY_DIRECTORY_KEY');
    expect(() => configurationFrom({ COMPANY_DIRECTORY: 'https://' })).toThrow('COMPANY_DIRECTORY');
  });

  test('a file that cannot be read answers nothing, and is told of', async () => {
    const failures: string[] = [];
    const missing = csvDirectory(join(__dirname, 'nothing.csv'), (reason) => failures.push(reason));
    expect(await missing.lookup({ inn: '7707083893' }, asked)).toBeUndefined();
    expect(failures).toHaveLength(1);
    const known = csvDirectory(join(__dirname, '../../examples/onboarding/companies.csv'));
    expect(await known.lookup({ inn: '7707083893' }, asked)).toMatchObject({ shortName: 'ООО «Ромашка»' });
    expect(await known.lookup({ inn: '7707083893', kpp: '000000000' }, asked)).toBeUndefined();
  });
});

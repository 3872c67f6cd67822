// @ts-nocheck
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startEventStore } from './eventstore';
import { startMongo } from './mongodb';
import { localSecurityFrom, secured, withoutLogin } from './security';

const folder = mkdtempSync(join(tmpdir(), 'letopis-security-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A certificate that signs itself. */
function certificate(name: string, subjectAltName: string): { certFile: string; keyFile: string } {
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${subjectAltName}`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-days', '2', ...subject, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  });
  return { certFile, keyFile };
}

const own = certificate('local', 'DNS:localhost');
const PASSWORD = 'a:b/c@d?e,f #g%';
const env = { LETOPIS_LOCAL_PASSWORD: PASSWORD, LETOPIS_LOCAL_TLS_CERT: own.certFile, LETOPIS_LOCAL_TLS_KEY: own.keyFile };

describe('With password and TLS', () => {
  test('the EventStoreDB server takes who comes by its URL, and nobody without or with another password', async () => {
    const server = await startEventStore(secured('eventstore', {}, localSecurityFrom(env)));
    const clients = [server.url, withoutLogin(server.url), server.url.replace('//admin:', '//admin:x')].map((url) =>
      EventStoreDBClient.connectionString(url),
    );
    const [known, ...others] = clients.map((client) => () => client.appendToStream('s', jsonEvent({ type: 'T', data: {} })));
    expect(await known?.()).toMatchObject({ success: true });
    for (const other of others) await expect(other()).rejects.toMatchObject({ type: 'access-denied' });
    await Promise.all(clients.map((client) => client.dispose()));
    await server.close();
  });

  test('the MongoDB server takes who comes by its URL, and nobody without', async () => {
    const server = await startMongo(secured('mongodb', {}, localSecurityFrom(env)));
    const known = await MongoClient.connect(server.url);
    expect(await known.db('x').collection('y').countDocuments()).toBe(0);
    const nameless = await MongoClient.connect(withoutLogin(server.url));
    await expect(nameless.db('x').collection('y').countDocuments()).rejects.toMatchObject({ code: 13 });
    await Promise.all([known.close(), nameless.close()]);
    await server.close();
  });
});

describe('The environment', () => {
  const refused = (changed: Record<string, string>) => () => localSecurityFrom({ ...env, ...changed });
  const text = join(folder, 'text');
  writeFileSync(text, 'text');

  test('that says nothing leaves servers open on this machine', () => {
    expect(localSecurityFrom({ LETOPIS_LOCAL_PASSWORD: '' })).toEqual({});
    expect(secured('eventstore', { port: 1 }, {})).toEqual({ port: 1 });
    expect(secured('mongodb', { port: 1 }, {})).toEqual({ port: 1 });
  });

  test('with a password alone guards MongoDB: EventStoreDB’s clients send none in clear', () => {
    const security = localSecurityFrom({ LETOPIS_LOCAL_PASSWORD: 'x' });
    expect(secured('mongodb', {}, security)).toEqual({ password: 'x' });
    expect(secured('eventstore', {}, security)).toEqual({});
  });

  test('names what is wrong', () => {
    expect(refused({ LETOPIS_LOCAL_TLS_KEY: '' })).toThrow(/^LETOPIS_LOCAL_TLS_KEY is missing/);
    expect(refused({ LETOPIS_LOCAL_TLS_CERT: '' })).toThrow(/^LETOPIS_LOCAL_TLS_CERT is missing/);
    expect(refused({ LETOPIS_LOCAL_TLS_CERT: join(folder, 'nowhere') })).toThrow(/^LETOPIS_LOCAL_TLS_CERT: .*nowhere cannot be used/);
    expect(refused({ LETOPIS_LOCAL_TLS_CERT: text })).toThrow(/^LETOPIS_LOCAL_TLS_CERT: .*text cannot be used/);
    expect(refused({ LETOPIS_LOCAL_TLS_KEY: own.certFile })).toThrow(/^LETOPIS_LOCAL_TLS_KEY: .* holds no private key/);
    expect(refused({ LETOPIS_LOCAL_TLS_CA: text })).toThrow(/^LETOPIS_LOCAL_TLS_CA: .*text cannot be used/);
    const { certFile } = certificate('elsewhere', 'DNS:elsewhere.example');
    const elsewhere = localSecurityFrom({ ...env, LETOPIS_LOCAL_TLS_CERT: certFile });
    expect(() => secured('eventstore', {}, elsewhere)).toThrow(/^LETOPIS_LOCAL_TLS_CERT: .* does not name localhost/);
    expect(secured('eventstore', { host: '10.0.0.1' }, elsewhere)).toMatchObject({ host: '10.0.0.1', tls: { certFile } });
  });
});

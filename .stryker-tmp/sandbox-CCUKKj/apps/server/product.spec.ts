// @ts-nocheck
import { startEventStore, startMongo, type LocalServerKind, type LocalServerOptions } from '@letopis/local';
import { silent } from '@letopis/runtime';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationFrom } from './configuration';
import { startProduct } from './product';

const folder = mkdtempSync(join(tmpdir(), 'letopis-secured-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('The product works over local servers with password and TLS, as its environment says', async () => {
  const [certificate, key] = [join(folder, 'local.crt'), join(folder, 'local.key')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync(
    'openssl',
    [...request, '-subj', '/CN=local', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
    {
      stdio: 'ignore',
    },
  );
  const configuration = configurationFrom({
    PORT: '0',
    LETOPIS_DATA: join(folder, 'data'),
    LETOPIS_LOCAL_PASSWORD: 'a:b/c@d?e,f #g%',
    LETOPIS_LOCAL_TLS_CERT: certificate,
    LETOPIS_LOCAL_TLS_KEY: key,
  });
  const servers = { eventstore: startEventStore, mongodb: startMongo };
  const startLocal = (kind: LocalServerKind, options: LocalServerOptions) => servers[kind](options);
  const product = await startProduct(configuration, { logger: silent, startLocal });
  try {
    expect(product.eventStoreUrl).toContain('tls=true');
    expect((await fetch(`http://127.0.0.1:${new URL(product.url).port}/health/ready`)).status).toBe(200);
  } finally {
    await product.stop();
  }
});

test('A local certificate without its key is refused by the name of the variable', () => {
  expect(() => configurationFrom({ LETOPIS_LOCAL_TLS_CERT: '/nowhere.crt' })).toThrow(/^LETOPIS_LOCAL_TLS_KEY is missing/);
});

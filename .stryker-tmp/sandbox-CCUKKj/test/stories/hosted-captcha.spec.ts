// @ts-nocheck
import { defaultSettings } from '@letopis/kernel';
import { CAPTCHA_PROVIDERS } from '@letopis/ports';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { World } from '../support/world';

describe('A captcha of a provider', () => {
  let provider: Server;
  let works = true;
  let world: World;
  beforeAll(async () => {
    provider = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const person = new URLSearchParams(body).get('token') === 'person';
        response.writeHead(works ? 200 : 500).end(JSON.stringify({ status: person ? 'ok' : 'failed' }));
      });
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/validate`;
    const verify = { ...CAPTCHA_PROVIDERS.smartcaptcha!, url };
    world = await World.start({ captcha: { provider: 'smartcaptcha', siteKey: 'ysc1_public', secret: 'ysc2_secret', verify } });
  });
  afterAll(async () => {
    await world.stop();
    provider.closeAllConnections();
    provider.close();
  });

  const register = (email: string, captchaAnswer: string) =>
    world.stranger.send('RegisterUser', {
      email,
      captchaAnswer,
      personalDataConsent: true,
      consentPolicyVersion: defaultSettings.consentPolicyVersion,
    });

  test('R002 takes the place of our own, and a provider that fails lets nobody in', async () => {
    expect((await world.stranger.get('/v1/about')).body.captchas).toEqual(['hosted']);
    expect((await world.stranger.post('/v1/captcha', {})).body).toMatchObject({ provider: 'smartcaptcha', siteKey: 'ysc1_public' });
    expect((await world.stranger.post('/v1/captcha?kind=picture', {})).body.code).toBe('BAD_QUERY');

    expect((await register('anna@romashka.ru', 'machine')).body.code).toBe('CAPTCHA_INVALID');
    works = false;
    const { status, body, headers } = await register('anna@romashka.ru', 'person');
    expect({ status, ...body }).toMatchObject({
      status: 503,
      code: 'CAPTCHA_UNAVAILABLE',
      title: expect.stringContaining('сейчас недоступна'),
    });
    expect(headers.get('retry-after')).toBe('1');
    works = true;
    expect((await register('anna@romashka.ru', 'person')).status).toBe(200);
  });
});

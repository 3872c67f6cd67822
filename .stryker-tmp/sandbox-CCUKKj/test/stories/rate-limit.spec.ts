// @ts-nocheck
import { World } from '../support/world';

describe('Strangers', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ strangersPerMinute: 5 });
  });
  afterAll(() => world.stop());

  test('who does not sign in may ask only so often; reading what is open and the calls of those who did are not counted', async () => {
    const codes: (number | string)[] = [];
    for (let call = 1; call <= 7; call++) codes.push((await world.stranger.post('/v1/captcha', {})).status);
    expect(codes).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const { body, headers } = await world.stranger.post('/v1/commands/SignIn', { email: 'a@b.ru', password: 'x' });
    expect(body).toMatchObject({
      status: 429,
      code: 'RATE_LIMITED',
      title: expect.stringMatching(/^Слишком много попыток\. Повторите через \d+ с$/),
    });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(headers.get('ratelimit-policy')).toContain('q=5');
    expect((await world.stranger.get('/v1/about')).status).toBe(200);
    expect((await world.stranger.get('/health/live')).status).toBe(200);
    const signedIn = await world.stranger.call('POST', '/v1/commands/AddLegalEntity', {}, { authorization: 'Bearer x' });
    expect(signedIn.body.code).toBe('NOT_AUTHENTICATED');
  });
});

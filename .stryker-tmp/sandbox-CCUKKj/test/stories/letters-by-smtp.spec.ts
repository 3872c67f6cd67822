// @ts-nocheck
import { defaultSettings } from '@letopis/kernel';
import { PostOffice } from '../support/post-office';
import { type Caller, World } from '../support/world';

describe('Letters by a mail server', () => {
  const office = new PostOffice();
  let world: World;
  let admin: Caller;
  beforeAll(async () => {
    await office.open();
    world = await World.start({ smtpUrl: office.url });
    admin = await world.admin();
    await world.settle();
    office.received.length = 0;
  });
  afterAll(async () => {
    await world.stop();
    await office.close();
  });

  const steps = async () => (await admin.get('/v1/operations/parked')).body.steps;
  const counted = async (outcome: string) => {
    const { body } = await admin.get('/metrics');
    return Number(new RegExp(`letopis_letters_total{template="user.activation",outcome="${outcome}"} (\\d+)`).exec(String(body))?.[1] ?? 0);
  };

  test('R004 S31 the server is down when a person registers: the letter waits, arrives once, and its link and password work', async () => {
    const email = 'anna@romashka.ru';
    await office.close();
    const userId = await world.register(email);
    const [{ saga, eventId, state }] = await steps();
    expect({ saga, state }).toEqual({ saga: 'RegistrationSaga', state: 'waiting' });

    await office.open();
    await admin.ok('RetrySagaStep', { saga, eventId });
    await world.settle();
    expect(await steps()).toEqual([]);
    expect(office.received).toMatchObject([{ to: email, user: userId }]);
    const [{ token, password }] = office.received as [(typeof office.received)[0]];
    await world.stranger.ok('ActivateUser', { userId, token });
    await world.signIn(email, password!);
    expect(await counted('sent')).toBe(1);
  });

  test('an address that the server does not know holds nothing up: what comes later goes its way', async () => {
    const email = 'boris@romashka.ru';
    office.received.length = 0;
    office.mood = 'nobody there';
    const userId = await world.register(email);
    expect(await steps()).toEqual([]);
    expect(await counted('refused')).toBe(1);

    office.mood = 'well';
    await world.pass({ minutes: 2 });
    await world.stranger.ok('ResendActivation', { email, ...(await world.captcha()) });
    await world.settle();
    expect(office.received).toMatchObject([{ to: email, user: userId, subject: 'Подтвердите адрес и войдите' }]);
  });

  test('a letter is in the language of its reader', async () => {
    office.received.length = 0;
    await world.stranger.ok('RegisterUser', {
      email: 'john@mail.ru',
      locale: 'en',
      personalDataConsent: true,
      consentPolicyVersion: defaultSettings.consentPolicyVersion,
      ...(await world.captcha()),
    });
    await world.settle();
    expect(office.received).toMatchObject([{ subject: 'Confirm your address and sign in', html: expect.stringContaining('lang="en"') }]);
  });
});

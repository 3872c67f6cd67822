import { newId } from '@letopis/kernel';
import { rmSync } from 'node:fs';
import { Caller, World } from '../support/world';
import { swiftFolder } from '../support/folders';

describe('Idempotency and concurrency', () => {
  const folder = swiftFolder();
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let romashka: string;
  beforeAll(async () => {
    world = await World.start({ folder });
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const commandId = newId();
  const key = { 'idempotency-key': commandId };
  let first: unknown;

  test('S31 the same command twice gives the same answer and one event', async () => {
    first = await anna.ok('AddLegalEntity', { inn: '7736207543' }, key);
    const again = await anna.send('AddLegalEntity', { inn: '7736207543' }, key);
    expect(again.body).toEqual(first);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await world.events(`organization-${again.body.aggregateId}`)).toEqual(['OrganizationAdded']);
  });

  test('S31 the same key with another body or by another caller is refused', async () => {
    expect(await anna.refused('AddLegalEntity', { inn: '7707083893' }, key)).toBe('422 IDEMPOTENCY_KEY_REUSED');
    expect(await admin.refused('AddLegalEntity', { inn: '7736207543' }, key)).toBe('422 IDEMPOTENCY_KEY_REUSED');
  });

  test('S31 a refusal that was recorded is repeated as a refusal', async () => {
    const wrong = { email: 'anna@romashka.ru', password: 'не тот пароль 1' };
    const failed = { 'idempotency-key': newId() };
    expect(await world.stranger.refused('SignIn', wrong, failed)).toBe('401 BAD_CREDENTIALS');
    expect(await world.stranger.refused('SignIn', wrong, failed)).toBe('401 BAD_CREDENTIALS');
    const failures = (await world.events(`user-${anna.userId}`)).filter((type) => type === 'SignInFailed');
    expect(failures).toHaveLength(1);
  });

  test('S31 two administrators decide one request at the same moment: one wins', async () => {
    const boris = await world.person('boris@romashka.ru');
    const { aggregateId: entry } = await boris.ok('CreateAccessRequest', { organizationId: romashka });
    await anna.ok('AcceptAccessRequest', { accessRequestId: entry });
    await world.settle();
    await anna.ok('AssignAdministrator', { organizationId: romashka, userId: boris.userId });

    const viktor = await world.person('viktor@mail.ru');
    const { aggregateId: request } = await viktor.ok('CreateAccessRequest', { organizationId: romashka });
    const outcomes = await Promise.all([
      anna.refused('AcceptAccessRequest', { accessRequestId: request }),
      boris.refused('RejectAccessRequest', { accessRequestId: request }),
    ]);
    expect(outcomes.sort()).toEqual(['409 REQUEST_ALREADY_DECIDED', 'accepted']);
    expect(await world.events(`accessRequest-${request}`)).toHaveLength(2);
  });

  test('S31 two strangers register one address at the same moment: one wins', async () => {
    const registration = async () => ({
      email: 'one@mail.ru',
      personalDataConsent: true,
      consentPolicyVersion: '2026-01',
      ...(await world.captcha()),
    });
    const both = await Promise.all([registration(), registration()]);
    const outcomes = await Promise.all(both.map((payload) => world.stranger.refused('RegisterUser', payload)));
    expect(outcomes.sort()).toEqual(['409 EMAIL_NOT_ACTIVATED', 'accepted']);
  });

  test('S31 a revision that the caller has seen and that has passed is refused', async () => {
    const stale = { 'if-match': '"0"' };
    expect(await anna.refused('UpdateOrganizationDetails', { organizationId: romashka, shortName: 'Ромашка+' }, stale)).toBe(
      '409 CONCURRENT_CHANGE',
    );
  });

  test('S31 after a restart everything is there, the same command gives the same answer, and no letter is sent again', async () => {
    await world.settle();
    const letters = world.letters().length;
    await world.stop();
    world = await World.start({ folder });
    anna = new Caller(world, anna.token, anna.userId);
    const again = await anna.send('AddLegalEntity', { inn: '7736207543' }, key);
    expect(again.body).toEqual(first);
    await world.settle();
    expect(await anna.rows('organizations_registry')).toHaveLength(2);
    expect(world.letters()).toHaveLength(letters);
    expect(world.product.adminLink).toBeUndefined();
  });
});

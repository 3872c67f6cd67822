// @ts-nocheck
import { newId } from '@letopis/kernel';
import { join } from 'node:path';
import { type Caller, World } from '../support/world';

describe('An organization becomes a client', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let romashka: string;
  beforeAll(async () => {
    world = await World.start({ companies: join(__dirname, '../../examples/onboarding/companies.csv') });
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
  });
  afterAll(() => world.stop());

  test('S03 R006 R009 R010 R011 R012 a legal entity is added by its INN alone and named by the directory', async () => {
    expect(await world.stranger.refused('AddLegalEntity', { inn: '7707083893' })).toBe('401 NOT_AUTHENTICATED');
    const added = await anna.ok('AddLegalEntity', { inn: '7707083893' });
    romashka = added.aggregateId;
    await world.settle();
    const [row] = await anna.rows('organizations_registry', '?q=Ромашка');
    expect(row).toMatchObject({ id: romashka, status: 'listed', inn: '7707083893', displayName: 'ООО «Ромашка»', kpp: '773601001' });
  });

  test('S03 R007 R013 R014 R017 the requester administers; only the administrator has access then', async () => {
    const requestId = newId();
    await anna.ok('RequestClientRegistration', { organizationId: romashka, requestId, comment: 'Прошу зарегистрировать' });
    await world.settle();
    expect(await admin.rows('client_registrations', '?filter[status]=created')).toMatchObject([
      { id: requestId, organizationName: 'ООО «Ромашка»', requesterEmail: 'anna@romashka.ru', administratorEmail: 'anna@romashka.ru' },
    ]);
    expect(await anna.refused('AcceptClientRegistration', { organizationId: romashka, requestId })).toBe('403 FORBIDDEN');
    await admin.ok('AcceptClientRegistration', { organizationId: romashka, requestId });
    await world.settle();

    expect(await anna.rows('organizations_registry', '?filter[status]=client')).toMatchObject([{ id: romashka }]);
    expect(await anna.rows('memberships', `?filter[organizationId]=${romashka}`)).toMatchObject([
      { email: 'anna@romashka.ru', memberKind: 'employee', status: 'active', isAdministrator: true },
    ]);
    expect(await anna.rows('organization_selector')).toMatchObject([{ organizationName: 'ООО «Ромашка»', isAdministrator: true }]);
    const subjects = world.letters('anna@romashka.ru').map(({ subject }) => subject);
    expect(subjects).toEqual(
      expect.arrayContaining([
        'Заявка подана: ООО «Ромашка»',
        'Организация зарегистрирована: ООО «Ромашка»',
        'Вы администратор: ООО «Ромашка»',
      ]),
    );
    expect(world.letters('admin@letopis.local').map(({ subject }) => subject)).toContain('Заявка на регистрацию: ООО «Ромашка»');
  });

  test('S04 R010 R012 a sole proprietor is added; an INN of the wrong kind or with a wrong check digit is refused', async () => {
    await anna.ok('AddSoleProprietor', { inn: '500100732259' });
    expect(await anna.refused('AddSoleProprietor', { inn: '7736207543' })).toBe('422 INN_KIND_MISMATCH');
    expect(await anna.refused('AddLegalEntity', { inn: '7707083894' })).toBe('422 INN_INVALID');
    expect(await anna.refused('AddLegalEntity', { inn: '0000000000' })).toBe('422 INN_INVALID');
    const repeat = await anna.send('AddLegalEntity', { inn: '7707083893' });
    expect(repeat).toMatchObject({ status: 409, body: { code: 'ORGANIZATION_ALREADY_EXISTS', organizationId: romashka } });
  });

  test('S04 R008 R014 another administrator must be registered and active before the request is filed', async () => {
    const { aggregateId: romb } = await anna.ok('AddLegalEntity', { inn: '7736207543' });
    const nomination = { organizationId: romb, administratorEmail: 'boris@romb.ru' };
    expect(await anna.refused('RequestClientRegistration', { ...nomination, organizationId: newId() })).toBe('422 ORGANIZATION_NOT_LISTED');
    expect(await anna.refused('RequestClientRegistration', nomination)).toBe('422 ADMINISTRATOR_NOT_REGISTERED');
    await world.register('boris@romb.ru');
    expect(await anna.refused('RequestClientRegistration', nomination)).toBe('422 ADMINISTRATOR_NOT_ACTIVE');
    const { user, token } = world.lastLetter('boris@romb.ru');
    await world.stranger.ok('ActivateUser', { userId: user, token });

    const requestId = newId();
    await anna.ok('RequestClientRegistration', { ...nomination, requestId });
    expect(await anna.refused('RequestClientRegistration', nomination)).toBe('409 REGISTRATION_ALREADY_REQUESTED');
    await admin.ok('RejectClientRegistration', { organizationId: romb, requestId, reason: 'Нет устава' });
    await world.settle();
    for (const to of ['anna@romashka.ru', 'boris@romb.ru']) expect(world.lastLetter(to).text).toContain('Причина: Нет устава');
    expect(await admin.rows('client_registrations', '?filter[status]=rejected')).toMatchObject([{ id: requestId, reason: 'Нет устава' }]);
    await anna.ok('RequestClientRegistration', nomination);
  });

  test('S03 S04 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});

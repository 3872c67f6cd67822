// @ts-nocheck
import { type Caller, World } from '../support/world';

describe('Invitations, restricted sections, administrators', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let viktor: Caller;
  let password: string;
  let romashka: string;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
  });
  afterAll(() => world.stop());

  const ofRomashka = () => `?filter[organizationId]=${romashka}`;
  const again = async (email: string) => world.signIn(email, world.letters(email).find(({ password }) => password)!.password!);

  test('S03 H.8 a new client has its workspace, with one provider and what is restricted from the start', async () => {
    expect(await anna.rows('workspace_info', ofRomashka())).toMatchObject([
      {
        id: romashka,
        edition: 'corporate',
        providers: [{ name: 'Ромашка' }],
        restrictedNodes: expect.arrayContaining(['finance', 'provider', 'audit', 'crm.settings']),
      },
    ]);
    expect(await world.events(`workspace-${romashka}`)).toHaveLength(2 + 9);
  });

  test('S11 R015 who is invited registers by the letter and is a member at once', async () => {
    const { aggregateId: invitationId } = await anna.ok('InviteParticipant', {
      organizationId: romashka,
      email: 'viktor@mail.ru',
      message: 'Ждём вас в отделе продаж',
    });
    await world.settle();
    const letter = world.lastLetter('viktor@mail.ru');
    expect(letter.subject).toBe('Приглашение: Ромашка');
    expect(letter.text).toContain(`/links/invitation?invitation=${invitationId}`);
    expect(letter.text).toContain('Ждём вас в отделе продаж');
    expect(await anna.refused('ResendInvitation', { invitationId })).toBe('429 RATE_LIMITED');

    // The page behind the link registers by the invitation; opening it changes nothing.
    const page = await world.stranger.get(`/links/invitation?invitation=${invitationId}`);
    expect(page.body).toContain('/links/registration.js');
    expect((await world.stranger.get('/links/registration.js')).body).toContain("get('invitation')");
    const { consentPolicyVersion } = (await world.stranger.get('/v1/about')).body;
    await world.stranger.ok('RegisterUser', {
      email: ' VIKTOR@mail.ru ',
      personalDataConsent: true,
      consentPolicyVersion,
      invitationId,
      ...(await world.captcha()),
    });
    await world.settle();
    const activation = world.letters().at(-1)!;
    await world.stranger.ok('ActivateUser', { userId: activation.user, token: activation.token });
    await world.settle();
    password = activation.password!;
    viktor = await world.signIn('viktor@mail.ru', password);
    expect(await viktor.rows('organization_selector')).toMatchObject([
      { organizationName: 'Ромашка', memberKind: 'employee', status: 'active' },
    ]);
    expect(await anna.rows('invitations', ofRomashka())).toMatchObject([{ status: 'accepted', userId: viktor.userId }]);
    expect(await anna.refused('InviteParticipant', { organizationId: romashka, email: 'viktor@mail.ru' })).toBe('409 ALREADY_MEMBER');
    expect(await anna.refused('CancelInvitation', { invitationId })).toBe('409 INVITATION_CLOSED');
  });

  test('R015 who is registered already accepts or declines, and nobody else; an open request goes', async () => {
    const olga = await world.person('olga@mail.ru');
    const request = (await olga.ok('CreateAccessRequest', { organizationId: romashka })).aggregateId;
    const invite = async () =>
      (await anna.ok('InviteParticipant', { organizationId: romashka, email: 'olga@mail.ru', memberKind: 'contractor' })).aggregateId;
    const first = await invite();
    await world.settle();
    expect(world.lastLetter('olga@mail.ru').text).toContain('Мои приглашения');
    expect(await olga.rows('my_invitations')).toMatchObject([{ id: first, organizationName: 'Ромашка', status: 'created' }]);
    expect(await viktor.refused('AcceptInvitation', { invitationId: first })).toBe('404 NOT_FOUND');
    await olga.ok('DeclineInvitation', { invitationId: first });
    expect(await olga.refused('AcceptInvitation', { invitationId: first })).toBe('409 INVITATION_CLOSED');
    const second = await invite();
    await olga.ok('AcceptInvitation', { invitationId: second });
    expect(await olga.ok('AcceptInvitation', { invitationId: second })).toMatchObject({ noop: true });
    await world.settle();
    expect(await olga.rows('organization_selector')).toMatchObject([{ memberKind: 'contractor', status: 'active' }]);
    expect(await olga.rows('my_access_requests')).toMatchObject([{ id: request, status: 'cancelled' }]);
  });

  test('S07 R023 R028 a restricted section needs a link with a card, is given for a time, and closes by itself', async () => {
    const ask = { organizationId: romashka, scope: 'app:finance.reports' };
    expect(await viktor.refused('CreateAccessRequest', { ...ask, scope: 'app:crm.deals' })).toBe('422 NODE_NOT_RESTRICTED');
    expect(await viktor.refused('CreateAccessRequest', ask)).toBe('422 PERSON_LINK_REQUIRED');
    const { aggregateId: personId } = await anna.ok('CreatePerson', {
      organizationId: romashka,
      name: { lastName: 'Иванов', firstName: 'Виктор' },
    });
    const { aggregateId: personLinkId } = await anna.ok('CreatePersonLinkRequest', {
      organizationId: romashka,
      personId,
      userEmail: 'viktor@mail.ru',
    });
    expect(await viktor.refused('CreateAccessRequest', ask)).toBe('422 PERSON_LINK_REQUIRED');
    await viktor.ok('AcceptPersonLink', { personLinkId });
    const { aggregateId: accessRequestId } = await viktor.ok('CreateAccessRequest', ask);
    const now = Date.parse(world.clock.now());
    const validUntil = new Date(now + 30 * 86_400_000).toISOString();
    await anna.ok('AcceptAccessRequest', { accessRequestId, validUntil });
    await world.settle();
    expect(await viktor.rows('organization_selector')).toMatchObject([{ grants: [{ node: 'finance.reports', until: validUntil }] }]);
    expect(await viktor.refused('CreateAccessRequest', ask)).toBe('409 ALREADY_MEMBER');
    await world.pass({ days: 30, hours: 1 });
    viktor = await world.signIn('viktor@mail.ru', password);
    expect(await viktor.rows('organization_selector')).toMatchObject([{ grants: [] }]);
    anna = await again('anna@romashka.ru');
  });

  test('D21 administrators restrict and open sections; others do not', async () => {
    await anna.ok('RestrictNode', { organizationId: romashka, node: 'persons' });
    expect(await anna.refused('RestrictNode', { organizationId: romashka, node: 'profile' })).toBe('422 SECTION_UNKNOWN');
    expect(await viktor.refused('UnrestrictNode', { organizationId: romashka, node: 'persons' })).toBe('403 FORBIDDEN');
    // What plain membership had opened is closed now.
    expect((await viktor.get(`/v1/registries/persons_registry${ofRomashka()}`)).body.code).toBe('FORBIDDEN');
    await anna.ok('UnrestrictNode', { organizationId: romashka, node: 'persons' });
    expect(await viktor.rows('persons_registry', ofRomashka())).toHaveLength(1);
  });

  test('D18 revoked access closes the sessions that work in the organization, at once', async () => {
    await viktor.ok('EnterWorkspace', { organizationId: romashka });
    await anna.ok('SuspendMembership', { organizationId: romashka, userId: viktor.userId });
    await world.settle();
    expect(await viktor.refused('EnterWorkspace', { organizationId: romashka })).toBe('401 SESSION_CLOSED');
    viktor = await world.signIn('viktor@mail.ru', password);
    expect(await viktor.refused('EnterWorkspace', { organizationId: romashka })).toBe('404 NOT_FOUND');
    expect((await viktor.get(`/v1/registries/persons_registry${ofRomashka()}`)).body.code).toBe('NOT_FOUND');
    await anna.ok('ResumeMembership', { organizationId: romashka, userId: viktor.userId });
  });

  test('S33 D15 the last administrator stays; after a second is assigned the first may go', async () => {
    const annas = { organizationId: romashka, userId: anna.userId };
    expect(await anna.refused('RevokeAdministrator', annas)).toBe('409 LAST_ADMINISTRATOR');
    expect(await anna.refused('RevokeMembership', annas)).toBe('409 MEMBER_IS_ADMINISTRATOR');
    expect(await anna.refused('DeactivateUser', { userId: anna.userId, reason: 'Ухожу' })).toBe('409 LAST_ADMINISTRATOR');
    await anna.ok('AssignAdministrator', { organizationId: romashka, userId: viktor.userId });
    await anna.ok('RevokeAdministrator', annas);
    await anna.ok('RevokeMembership', annas);
    await world.settle();
    expect(await viktor.rows('memberships', `${ofRomashka()}&filter[isAdministrator]=true`)).toMatchObject([{ userId: viktor.userId }]);
    await anna.ok('DeactivateUser', { userId: anna.userId, reason: 'Ухожу' });
  });

  test('D17 an invitation that nobody answers expires after fourteen days, and lives again when it is sent anew', async () => {
    const { aggregateId: invitationId } = await viktor.ok('InviteParticipant', { organizationId: romashka, email: 'pavel@mail.ru' });
    await world.settle();
    await world.pass({ days: 14, hours: 1 });
    viktor = await world.signIn('viktor@mail.ru', password);
    expect(await viktor.rows('invitations', `${ofRomashka()}&filter[status]=expired`)).toMatchObject([{ id: invitationId }]);
    await viktor.ok('ResendInvitation', { invitationId });
    await world.settle();
    expect(world.letters('pavel@mail.ru')).toHaveLength(2);
    const pavel = await world.person('pavel@mail.ru');
    await world.settle();
    expect(await pavel.rows('my_invitations')).toMatchObject([{ id: invitationId, status: 'created' }]);
    await pavel.ok('AcceptInvitation', { invitationId });
  });

  test('S07 S11 S33 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});

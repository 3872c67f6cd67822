// @ts-nocheck
import { type Caller, World } from '../support/world';

describe('Sessions', () => {
  let world: World;
  let admin: Caller;
  let password: string;
  const EMAIL = 'anna@romashka.ru';
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    await world.person(EMAIL);
    password = world.letters(EMAIL)[0]!.password!;
  });
  afterAll(() => world.stop());

  const renewed = async ({ sessionToken }: Caller) => {
    const { status, body } = await world.stranger.post('/v1/tokens', { sessionToken });
    return status === 200 ? 'renewed' : `${status} ${body.code}`;
  };
  const how = async ({ sessionId }: Caller) => {
    const [opened, ...rest] = await world.product.runtime.store.read(`session-${sessionId}`);
    expect(opened!.type).toBe('SessionOpened');
    return rest.map(({ type, data }) => (type === 'SessionClosed' ? (data as { reason: string }).reason : type));
  };

  test('D08 end after twelve hours without use; who asks for a token in between stays, with nothing in the log', async () => {
    const [idle, used] = [await world.signIn(EMAIL, password), await world.signIn(EMAIL, password)];
    await world.pass({ hours: 11 });
    expect(await renewed(used)).toBe('renewed');
    await world.pass({ hours: 2 });
    expect(await how(idle)).toEqual(['expired']);
    expect(await renewed(idle)).toBe('401 SESSION_CLOSED');
    await world.pass({ hours: 9 });
    expect(await renewed(used)).toBe('renewed');
    expect(await how(used)).toEqual([]);
    await world.pass({ hours: 12 });
    expect(await how(used)).toEqual(['expired']);
  });

  test('D08 renew nothing when idle, even where nothing has closed them yet', async () => {
    const late = await world.signIn(EMAIL, password);
    world.clock.move(12 * 3_600_000);
    expect(await renewed(late)).toBe('401 SESSION_CLOSED');
    await world.pass({ minutes: 1 });
    expect(await how(late)).toEqual(['expired']);
  });

  test('D08 end after a week, however busy they are', async () => {
    const busy = await world.signIn(EMAIL, password);
    for (let hours = 0; hours < 160; hours += 10) {
      await world.pass({ hours: 10 });
      expect(await renewed(busy)).toBe('renewed');
    }
    await world.pass({ hours: 9 });
    expect(await how(busy)).toEqual(['expired']);
    expect(await renewed(busy)).toBe('401 SESSION_CLOSED');
  });

  test('are closed by sign-out at once, and the row tells why each has ended', async () => {
    const [here, there] = [await world.signIn(EMAIL, password), await world.signIn(EMAIL, password)];
    await here.ok('CloseSession', { sessionId: here.sessionId, reason: 'signed_out' });
    expect(await here.refused('GiveConsent', { policyVersion: '2026-01' })).toBe('401 SESSION_CLOSED');
    expect(await renewed(here)).toBe('401 SESSION_CLOSED');
    expect(await renewed(there)).toBe('renewed');
    await world.settle();
    const rows = await there.rows('user_sessions', '?filter[status]=closed&sort=-closedAt&limit=1');
    expect(rows).toMatchObject([{ id: here.sessionId, reason: 'signed_out' }]);
  });

  test('of somebody else are not there', async () => {
    const boris = await world.person('boris@romashka.ru');
    const anna = await world.signIn(EMAIL, password);
    expect(await boris.refused('CloseSession', { sessionId: anna.sessionId, reason: 'signed_out' })).toBe('404 NOT_FOUND');
  });

  test('in a workspace are closed when the membership ends', async () => {
    admin = await world.signIn('admin@letopis.local', 'Летопись-2026');
    const owner = await world.signIn(EMAIL, password);
    const romashka = await world.client(admin, owner, '7707083893', 'Ромашка');
    const viktor = await world.person('viktor@mail.ru');
    const { aggregateId } = await viktor.ok('CreateAccessRequest', { organizationId: romashka });
    await owner.ok('AcceptAccessRequest', { accessRequestId: aggregateId });
    await world.settle();
    const outside = await world.signIn('viktor@mail.ru', world.letters('viktor@mail.ru')[0]!.password!);
    await viktor.ok('EnterWorkspace', { organizationId: romashka });
    await owner.ok('RevokeMembership', { organizationId: romashka, userId: viktor.userId, reason: 'Уволен' });
    await world.settle();
    expect(await how(viktor)).toEqual(['WorkspaceEntered', 'revoked']);
    expect(await viktor.refused('EnterWorkspace', { organizationId: romashka })).toBe('401 SESSION_CLOSED');
    expect(await how(outside)).toEqual([]);
  });

  test('of an account that is switched off are closed, all of them', async () => {
    const sessions = [await world.signIn(EMAIL, password), await world.signIn(EMAIL, password)];
    await admin.ok('DeactivateUser', { userId: sessions[0]!.userId, reason: 'По просьбе' });
    await world.settle();
    for (const each of sessions) expect(await how(each)).toEqual(['deactivated']);
  });

  test('read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});

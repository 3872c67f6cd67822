import { newId, system } from '@letopis/kernel';
import { RequestNotification } from '@letopis/contexts/communication';
import { parseCommand } from '@letopis/runtime';
import { openRomashka, staffOf, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

describe('Messages to people', () => {
  let world: World;
  let about: Romashka;
  let viktor: Caller;
  const letters = () => world.letters('viktor@romashka.ru').length;
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    ({ caller: viktor } = await staffOf(world, about, 'viktor@romashka.ru'));
  }, 120_000);
  afterAll(() => world.stop());

  /** What a saga of another context asks for. */
  const requested = async (payload: Partial<RequestNotification>): Promise<string> => {
    const correlationId = newId();
    const command = parseCommand(RequestNotification as never, {
      organizationId: about.romashka,
      recipient: { userId: viktor.userId },
      category: 'task',
      policy: 'user_notification',
      textSite: 'Новая [b]задача[/b]',
      ...payload,
    });
    const { aggregateId, position } = await world.product.runtime.dispatcher.execute(command, {
      actor: system('story'),
      commandId: newId(),
      correlationId,
    });
    world.follows(correlationId, position);
    await world.settle();
    return aggregateId;
  };
  const channelsOf = async (id: string) => (await about.admin.get(`/v1/registries/delivery_log/${id}`)).body.channels;

  test('S27 R109 signed in: the site alone; signed out: the site and a letter in plain words', async () => {
    const before = letters();
    const here = await requested({});
    expect({ channels: await channelsOf(here), letters: letters() }).toEqual({ channels: ['site'], letters: before });
    const password = await signedOut();
    const away = await requested({ textSite: 'Ещё одна [b]задача[/b]' });
    expect({ channels: await channelsOf(away), letters: letters() }).toEqual({ channels: ['site', 'email'], letters: before + 1 });
    expect(world.lastLetter('viktor@romashka.ru').text).toContain('Ещё одна задача');
    viktor = await world.signIn('viktor@romashka.ru', password);
    await viktor.ok('EnterWorkspace', { organizationId: about.romashka });
  });

  async function signedOut(): Promise<string> {
    const { password } = world.letters('viktor@romashka.ru').find((letter) => letter.password !== undefined)!;
    await viktor.ok('CloseSession', { sessionId: viktor.sessionId, reason: 'signed_out' });
    await world.settle();
    return password!;
  }

  const write = (from: Caller, more: object = {}) =>
    from.send('RequestNotification', {
      organizationId: about.romashka,
      recipient: { userId: viktor.userId },
      category: 'message',
      policy: 'social_message',
      textSite: 'Зайдите ко мне',
      ...more,
    });

  test('S27 R113 another sender than oneself is for administrators', async () => {
    const { caller: lena } = await staffOf(world, about, 'lena@romashka.ru');
    const foreign = { from: { kind: 'system' } };
    expect((await write(lena, foreign)).body.code).toBe('SENDER_NOT_ALLOWED');
    expect((await write(about.anna, foreign)).status).toBe(200);
    expect((await write(lena, { recipient: { userId: newId() } })).body).toMatchObject({
      code: 'RECIPIENT_UNKNOWN',
      title: 'Получатель не определён',
    });
    await world.settle();
  });

  test('R113 a social message to a group reaches each of it, in the name of whoever wrote it, and nobody else', async () => {
    const { caller: olga, staffId } = await staffOf(world, about, 'olga@romashka.ru');
    const [{ staffId: ofViktor }] = await about.anna.rows('staff', `?filter[userId]=${viktor.userId}`);
    const group = { organizationId: about.romashka, name: 'Звёзды', ownerStaffId: staffId };
    const { aggregateId: groupId } = await about.anna.ok('CreateUserGroup', group);
    for (const each of [staffId, ofViktor]) await about.anna.ok('AddGroupMember', { userGroupId: groupId, staffId: each });
    const before = (await about.anna.rows('notification_centre', '?filter[category]=message')).length;
    const { status } = await write(olga, { recipient: { groupId }, textSite: 'Собрание в десять' });
    expect(status).toBe(200);
    await world.settle();
    expect(await viktor.rows('notification_centre', '?filter[category]=message&limit=1')).toMatchObject([
      { text: 'Собрание в десять', from: { kind: 'staff', staffId } },
    ]);
    expect(await olga.rows('notification_centre', '?filter[category]=message')).toEqual([]);
    expect(await about.anna.rows('notification_centre', '?filter[category]=message')).toHaveLength(before);
    expect((await write(olga, { recipient: { groupId: newId() } })).body.code).toBe('RECIPIENT_UNKNOWN');
    expect((await about.admin.get('/v1/registries/delivery_log?filter[status]=requested&count=true')).body.total).toBe(0);
  });

  test('S15 R051 each tab counts what is unread, reading one lowers its counter alone, and a tab is read at once', async () => {
    await viktor.ok('MarkAllRead', {});
    await requested({ category: 'task' });
    const message = (await write(about.anna)).body.aggregateId;
    await requested({ category: 'notable_event', textSite: 'День рождения: Анна' });
    await requested({ category: 'process', textSite: 'Договор 7 на подписании' });
    const unread = async () =>
      Promise.all(
        ['task', 'message', 'notable_event', 'process'].map(async (category) => {
          const { body } = await viktor.get(
            `/v1/registries/notification_centre?filter[category]=${category}&filter[read]=false&count=true`,
          );
          return body.total;
        }),
      );
    expect(await unread()).toEqual([1, 1, 1, 1]);
    await viktor.ok('MarkNotificationRead', { notificationId: message });
    expect(await unread()).toEqual([1, 0, 1, 1]);
    await viktor.ok('MarkAllRead', { category: 'task' });
    expect(await unread()).toEqual([0, 0, 1, 1]);
    const notCounted = await viktor.rows('notification_centre', '?filter[category]=message&limit=1');
    await viktor.ok('DismissNotification', { notificationId: notCounted[0].notificationId });
    expect((await viktor.get(`/v1/registries/notification_centre/${notCounted[0].notificationId}`)).status).toBe(404);
    expect(await viktor.refused('MarkNotificationRead', { notificationId: newId() })).toBe('404 NOT_FOUND');
    expect(await about.anna.refused('MarkNotificationRead', { notificationId: message })).toBe('404 NOT_FOUND');
    expect(await about.anna.rows('notification_centre', '?filter[category]=process')).toEqual([]);
  });

  test('S27 whoever has no account is written to by letter, and by nothing where there is no way', async () => {
    const reached = await requested({
      recipient: { external: { name: 'Пётр', email: 'petr@mail.ru' } },
      textSite: 'Мастер придёт в 10:00',
    });
    expect(await channelsOf(reached)).toEqual(['email']);
    expect(world.lastLetter('petr@mail.ru').text).toContain('Мастер придёт в 10:00');
    const lost = await requested({ recipient: { external: { phone: '+7 916 000-00-00' } }, policy: 'sms' });
    expect((await about.admin.get(`/v1/registries/delivery_log/${lost}`)).body).toMatchObject({
      status: 'failed',
      deliveries: { sms: { status: 'failed', error: 'NO_CHANNEL' } },
    });
  });

  test('S27 R113 R114 a social message goes by e-mail when its reader has been away for ten minutes, and not when it was read', async () => {
    await viktor.rows('notification_centre');
    const { aggregateId: read } = (await write(about.anna)).body;
    await write(about.anna, { textSite: 'И возьмите договор' });
    await world.settle();
    const before = letters();
    await viktor.ok('MarkNotificationRead', { notificationId: read });
    await world.pass({ minutes: 9 });
    expect(letters()).toBe(before);
    await world.pass({ minutes: 2 });
    expect(letters()).toBe(before + 1);
    expect(world.lastLetter('viktor@romashka.ru').text).toContain('И возьмите договор');
  });

  test('S27 a rebuild of the read models sends nothing and tells the same', async () => {
    await world.settle();
    const before = world.letters().length;
    expect(await world.differencesAfterRebuild()).toEqual([]);
    expect(world.letters()).toHaveLength(before);
  });
});

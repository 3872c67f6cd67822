import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hasProsody, Prosody, until, whySkipped, withProsody } from '../support/prosody';
import { openRomashka, staffOf, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

/** Everything at once that the product can be connected to: a gateway for SMS, and an XMPP server where there is one. */
describe('Messages over the channels that a person has chosen', () => {
  const texts: string[] = [];
  const gateway: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      texts.push((JSON.parse(body) as { text: string }).text);
      response.end('{"id":7}');
    });
  });
  let prosody: Prosody | undefined;
  let world: World;
  let about: Romashka;
  let viktor: { caller: Caller; staffId: string };

  beforeAll(async () => {
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    if (hasProsody) prosody = await Prosody.open('letopis', 'viktor');
    world = await World.start({
      sms: {
        method: 'POST',
        url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
        body: '{"to":"{{to}}","text":"{{text}}"}',
        idField: 'id',
      },
      xmpp: prosody && { service: prosody.service, domain: 'localhost', username: 'letopis', password: 'secret' },
    });
    about = await openRomashka(world);
    viktor = await staffOf(world, about, 'viktor@romashka.ru');
    await viktor.caller.ok('UpdateProfileContacts', { phones: ['+7 916 123-45-67'] });
  }, 120_000);
  afterAll(async () => {
    await world.stop();
    await prosody?.close();
    gateway.closeAllConnections();
    await new Promise((resolve) => gateway.close(resolve));
  });

  /** Gives Viktor a task; answers how he was told of it. */
  const task = async (title: string) => {
    await about.anna.ok('CreateTask', { organizationId: about.romashka, title, assignee: { staffId: viktor.staffId } });
    await world.settle();
    const [row] = await about.admin.rows('delivery_log', '?filter[category]=task&sort=-at&limit=1');
    return { channels: row.channels, deliveries: row.deliveries };
  };
  const sent = expect.objectContaining({ status: 'sent' });

  test('S27 R109 whoever wants an SMS about tasks gets one beside the site, as long as it is wanted', async () => {
    expect((await task('Позвонить клиенту')).channels).toEqual(['site']);
    await viktor.caller.ok('SetChatPreferences', { notificationPrefs: { smsForTasks: true } });
    expect(await task('Подписать акт')).toEqual({
      channels: ['site', 'sms'],
      deliveries: { site: sent, sms: expect.objectContaining({ status: 'sent', providerId: '7' }) },
    });
    expect(texts).toEqual([expect.stringContaining('Подписать акт')]);
    await viktor.caller.ok('SetChatPreferences', { notificationPrefs: { smsForTasks: false } });
    expect((await task('Отправить счёт')).channels).toEqual(['site']);
  });

  withProsody(
    `S27 R109 R122 a task is told to the client that is connected, and recorded; without it, on the site${whySkipped}`,
    async () => {
      const phone = await prosody!.signedIn('viktor');
      await viktor.caller.ok('SetChatPreferences', { xmppJid: 'viktor@localhost' });
      await world.settle();
      const { delivery } = world.product.runtime.ports as unknown as {
        delivery: { available(asked: { jid: string }): Promise<{ xmpp: boolean }> };
      };
      await until(async () => (await delivery.available({ jid: 'viktor@localhost' })).xmpp);
      expect(await task('Проверить договор')).toEqual({ channels: ['xmpp'], deliveries: { xmpp: sent } });
      expect(phone.got).toEqual([expect.objectContaining({ text: expect.stringContaining('Проверить договор') })]);
      expect(await viktor.caller.rows('notification_centre', '?filter[category]=task&limit=1')).toMatchObject([
        { text: expect.stringContaining('Проверить договор'), read: false },
      ]);
      await phone.leave();
      await until(async () => !(await delivery.available({ jid: 'viktor@localhost' })).xmpp);
      expect((await task('Сдать отчёт')).channels).toEqual(['site']);
    },
  );

  withProsody(`S27 R122 in an edition without XMPP the client that is connected is not used${whySkipped}`, async () => {
    const phone = await prosody!.signedIn('viktor');
    await about.admin.ok('ChangeEdition', { organizationId: about.romashka, edition: 'start_plus' });
    expect((await task('Заказать воду')).channels).toEqual(['site']);
    expect(phone.got).toEqual([]);
    await phone.leave();
  });

  test('S27 a rebuild of the read models tells the same and sends nothing', async () => {
    const before = texts.length;
    expect(await world.differencesAfterRebuild()).toEqual([]);
    expect(texts).toHaveLength(before);
  });
});

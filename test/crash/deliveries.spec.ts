import { notification, RequestNotification } from '@letopis/contexts/communication';
import { PLATFORM_ADMINS, roster } from '@letopis/contexts/identity';
import { defaultSettings, newId, system } from '@letopis/kernel';
import { startEventStore, startMongo, type LocalServer } from '@letopis/local';
import { MOST_AT_ONCE } from '@letopis/ports';
import { parseCommand, silent } from '@letopis/runtime';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { bootstrapAdministrator } from '../../apps/server/bootstrap';
import { startCore, type Core } from '../../apps/server/product';
import { NOTHING } from '../../libs/runtime/events/event-store';
import { CountingOffice } from '../support/counting-office';
import { Outbox } from '../support/letters';
import { Line } from '../support/line';
import { newEvent } from '../support/stores';
import { PostOffice } from '../support/post-office';
import { XmppServer } from '../support/xmpp-server';
import { diesAfterLetter, Worker } from './support/worker';
import { swiftFolder } from '../support/folders';

/** Waits for what another process does. */
const until = async (is: () => boolean | Promise<boolean>) => {
  while (!(await is())) await new Promise((done) => setTimeout(done, 10));
};

/** A gateway for short messages. */
class Gateway {
  /** Keys by which it was asked. */
  readonly asked: string[] = [];
  beforeAnswer: () => Promise<void> | void = () => {};
  readonly #server: Server = createServer((request, response) => {
    this.asked.push(String(request.headers['idempotency-key']));
    void Promise.resolve(this.beforeAnswer()).then(() => response.end('{"id":"7"}'));
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Its description as an operator writes it. */
  get described(): string {
    return JSON.stringify({
      method: 'POST',
      url: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/send`,
      headers: { 'idempotency-key': '{{id}}' },
      body: '{"to":"{{to}}","text":"{{text}}"}',
      idField: 'id',
    });
  }
}

const RECORDED = ['NotificationRequested', 'NotificationRouted', 'NotificationDelivered'];
const TO_PHONE = { policy: 'sms', recipient: { external: { phone: '+79161234567' } } } as const;

/** What the table in docs/operations.md says of a process that dies between «sent» and «recorded», channel by channel. */
describe('kill -9 of whoever sends messages', () => {
  const folder = swiftFolder('deliveries-');
  const office = new PostOffice();
  const gateway = new Gateway();
  const xmpp = new XmppServer();
  const outbox = new Outbox(join(folder, 'outbox'));
  const [description, dies] = [join(folder, 'gateway.json'), join(folder, 'dies')];
  const stores: LocalServer[] = [];
  /** Between the worker and the log. */
  let line: Line;
  /** Where commands are given and the log is read: it sends nothing. */
  let core: Core;
  let worker: Worker;
  let admin: string;
  const byServers = () => ({ SMTP_URL: office.url, SMS_GATEWAY: description, XMPP_URL: xmpp.url });

  beforeAll(async () => {
    const [eventStore, mongo] = await Promise.all([startEventStore(), startMongo(), office.open(), gateway.open(), xmpp.open()]);
    stores.push(eventStore, mongo);
    line = new Line(eventStore.port);
    writeFileSync(description, gateway.described);
    const masterKey = randomBytes(32).toString('base64');
    const mongoUrl = `mongodb://127.0.0.1:${mongo.port}/deliveries?directConnection=true`;
    core = await startCore(
      {
        ...{ roles: ['api', 'projections'], port: 0, host: '127.0.0.1', dataFolder: folder, masterKey, mongoUrl },
        ...{ eventStoreUrl: eventStore.url, mailFrom: 'nobody', strangersPerMinute: 1, settings: defaultSettings },
      },
      { logger: silent },
    );
    await bootstrapAdministrator(core.runtime, core.vault);
    [admin] = (await core.runtime.states.fresh(roster, PLATFORM_ADMINS)).state.members as [string];
    worker = new Worker({
      ...{ LETOPIS_DATA: folder, LETOPIS_MASTER_KEY: masterKey, MONGODB_URL: mongoUrl },
      EVENTSTORE_URL: `esdb://127.0.0.1:${await line.open()}?tls=false`,
    });
  }, 120_000);
  afterAll(async () => {
    await worker?.kill();
    await core?.stop();
    await Promise.all([line.close(), office.close(), gateway.close(), xmpp.close()]);
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const asksFor = async (message: Partial<RequestNotification>): Promise<string> => {
    const notificationId = newId();
    const command = parseCommand(RequestNotification as never, {
      ...{ notificationId, recipient: { userId: admin }, category: 'task', policy: 'email', textSite: 'Новая задача' },
      ...message,
    });
    await core.runtime.dispatcher.execute(command, { actor: system('test'), commandId: newId(), correlationId: newId() });
    return notificationId;
  };
  const stateOf = async (id: string) => (await core.runtime.states.fresh(notification, id)).state;
  const typesOf = async (id: string) => (await core.runtime.store.read(`notification-${id}`)).map(({ type }) => type);
  const delivered = (id: string) => until(async () => (await stateOf(id)).status === 'delivered');
  const kept = (collection: string) => core.runtime.db.collection<{ _id: string }>(collection).find().toArray();
  /** By XMPP alone: whoever is connected needs no letter. */
  const byXmpp = { policy: 'user_notification', letterSent: true } as const;

  describe('while every provider has taken a message and has not said so', () => {
    let ids: Record<'site' | 'email' | 'sms' | 'xmpp', string>;
    beforeAll(async () => {
      const chat = { sendKey: 'enter', xmppJid: 'admin@localhost', notificationPrefs: { smsForTasks: false } };
      await core.runtime.store.append(`userProfile-${admin}`, NOTHING, [newEvent('ChatPreferencesSet', chat)]);
      await worker.start(byServers());
      // The first question makes the account ask who is connected.
      await until(async () => {
        const id = await asksFor(byXmpp);
        await delivered(id);
        return (await stateOf(id)).deliveries.xmpp !== undefined;
      });
      xmpp.taken.length = 0;
      const dead = new Promise<void>(() => {});
      office.beforeReply = gateway.beforeAnswer = xmpp.beforeAnswer = () => dead;
      ids = { site: '', email: await asksFor({}), sms: await asksFor(TO_PHONE), xmpp: await asksFor(byXmpp) };
      await until(() => office.received.length * gateway.asked.length * xmpp.taken.length === 1);
      // The site has no provider: it dies somewhere in the middle.
      ids.site = await asksFor({ policy: 'social_message', letterSent: true });
      await until(async () => (await typesOf(ids.site)).length > 1);
      await worker.kill();
      office.beforeReply = gateway.beforeAnswer = xmpp.beforeAnswer = () => {};
      await worker.start(byServers());
      for (const id of Object.values(ids)) await delivered(id);
    }, 120_000);

    test.each(['site', 'email', 'sms', 'xmpp'] as const)('S27 S31 what went by %s is recorded once', async (channel) => {
      expect(await typesOf(ids[channel])).toEqual(RECORDED);
    });
    test('S27 S31 a message on the site is its own event: there is one of it', async () => {
      const rows = await kept(core.runtime.projector.collection('notification_centre'));
      expect(rows.filter(({ _id }) => _id === ids.site)).toHaveLength(1);
    });
    test('S27 S31 a letter goes again with the same Message-ID, and that is counted', async () => {
      const [first, ...more] = office.received.map(({ messageId }) => messageId);
      expect(more).toEqual([first]);
      expect(await kept('_letters_sent')).toMatchObject([{ repeats: 1, going: false }]);
    });
    test('S27 S31 a gateway for short messages is asked again with the same key: once sent where it heeds it, else twice, and counted', async () => {
      const [first, ...more] = gateway.asked;
      expect(more).toEqual([first]);
      expect(await kept('_sms_sent')).toMatchObject([{ _id: first, repeats: 1, going: false }]);
    });
    test('S27 S31 a message by XMPP goes again with the same id, by which clients know it', () => {
      const [first, ...more] = xmpp.taken.map(({ id }) => id);
      expect(more).toEqual([first]);
    });
  });

  test('S27 S31 what a provider has said was noted, and the log knows nothing of it: nobody is asked again', async () => {
    office.received.length = gateway.asked.length = 0;
    let answers = 0;
    let cut: () => void;
    const isCut = new Promise<void>((resolve) => (cut = resolve));
    office.beforeReply = gateway.beforeAnswer = () => {
      // Both have asked to be taken; from now on the log is out of reach, while the database is not.
      if (++answers < 2) return isCut;
      line.cut();
      cut();
    };
    const ids = [await asksFor({}), await asksFor(TO_PHONE)];
    const isNoted = async (collection: string) => (await kept(collection)).filter((one) => 'at' in one).length === 2;
    await until(async () => (await isNoted('_letters_sent')) && (await isNoted('_sms_sent')));
    await worker.kill();
    line.mend();
    await worker.start(byServers());
    for (const id of ids) await delivered(id);
    for (const id of ids) expect(await typesOf(id)).toEqual(RECORDED);
    expect([office.received.length, gateway.asked.length]).toEqual([1, 1]);
  });

  test('S27 S31 of sixty that are queued a few are with the server at a time; it goes on after a death, and none is lost', async () => {
    await worker.kill();
    const masses = new CountingOffice(5);
    await masses.open();
    const env = { ...byServers(), SMTP_URL: masses.url };
    const ids = await Promise.all(Array.from({ length: 60 }, () => asksFor({})));
    const before = (await kept('_letters_sent')).length;
    await worker.start(env);
    await until(() => masses.received > 20);
    await worker.kill();
    const first = masses.received;
    await worker.start(env);
    for (const id of ids) await delivered(id);
    expect(masses.ids.size).toBe(ids.length);
    expect(first).toBeLessThan(ids.length);
    expect(masses.mostAtOnce).toBeLessThanOrEqual(MOST_AT_ONCE);
    const letters = (await kept('_letters_sent')).slice(before) as Array<{ _id: string; repeats?: number }>;
    const counted = letters.reduce((sum, { repeats = 0 }) => sum + repeats, 0);
    // Whatever came twice was under way when the process died, and is counted.
    expect(masses.received - masses.ids.size).toBeLessThanOrEqual(counted);
    expect(counted).toBeLessThanOrEqual(MOST_AT_ONCE);
    await masses.close();
  });

  test('S27 S31 a letter lies in the outbox and nothing of that is recorded: there is one of it', async () => {
    await worker.kill();
    const byFiles = diesAfterLetter(dies);
    writeFileSync(dies, '');
    await worker.start(byFiles);
    const id = await asksFor({});
    await worker.gone();
    await worker.start(byFiles);
    await delivered(id);
    expect(await typesOf(id)).toEqual(RECORDED);
    await outbox.look();
    expect(outbox.letters).toMatchObject([{ text: expect.stringContaining('Новая задача') }]);
  });
});

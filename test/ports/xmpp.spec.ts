import { noXmpp, xmppClient, type RunningXmpp } from '@letopis/ports';
import { freePort, hasProsody, Prosody, until, whySkipped, withProsody } from '../support/prosody';

describe('XMPP', () => {
  let prosody: Prosody | undefined;
  let channel: RunningXmpp | undefined;

  beforeAll(async () => {
    if (!hasProsody) return;
    prosody = await Prosody.open('letopis', 'viktor');
    channel = xmppClient({ service: prosody.service, domain: 'localhost', username: 'letopis', password: 'secret' }, { timeout: 3_000 });
  }, 60_000);
  afterAll(async () => {
    await channel?.stop();
    await prosody?.close();
  });

  withProsody(`R109 R122 whoever has a client connected gets the message there, with the id of the delivery${whySkipped}`, async () => {
    const viktor = await prosody!.signedIn('viktor');
    await until(() => channel!.connected('viktor@localhost'));
    expect(await channel!.send({ id: 'delivery-1', to: 'viktor@localhost', text: 'Новая задача' })).toEqual({ outcome: 'sent' });
    await until(() => viktor.got.length > 0);
    expect(viktor.got).toEqual([{ id: 'delivery-1', text: 'Новая задача' }]);
    await viktor.leave();
    await until(async () => !(await channel!.connected('viktor@localhost')));
  });

  withProsody(`R109 a server that is away is told as such, and used again when it is back${whySkipped}`, async () => {
    await prosody!.end();
    const message = { id: 'delivery-2', to: 'viktor@localhost', text: 'Ещё одна' };
    expect(await channel!.send(message)).toMatchObject({ outcome: 'failed', permanent: false });
    expect(await channel!.connected('viktor@localhost')).toBe(false);
    await prosody!.start();
    await until(async () => (await channel!.send(message)).outcome === 'sent');
  });

  test('R122 without a server the channel says that it is off', async () => {
    expect([noXmpp.on, await noXmpp.connected('viktor@localhost')]).toEqual([false, false]);
    expect(await noXmpp.send({ id: 'x', to: 'viktor@localhost', text: 'x' })).toEqual({
      outcome: 'failed',
      error: 'CHANNEL_OFF',
      permanent: true,
    });
  });

  test('a server that is not there holds nobody up', async () => {
    const errors: string[] = [];
    const nowhere = xmppClient(
      { service: `xmpp://127.0.0.1:${await freePort()}`, domain: 'localhost', username: 'letopis', password: 'secret' },
      { onError: (error) => errors.push(error) },
    );
    await until(() => errors.length > 0);
    expect(await nowhere.connected('viktor@localhost')).toBe(false);
    expect(await nowhere.send({ id: 'x', to: 'viktor@localhost', text: 'x' })).toMatchObject({ error: 'UNREACHABLE', permanent: false });
    await nowhere.stop();
  });
});

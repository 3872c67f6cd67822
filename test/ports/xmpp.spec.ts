import { noXmpp, xmppClient, type RunningXmpp } from '@letopis/ports';
import { client, xml, type Client } from '@xmpp/client';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const hasProsody = (process.env.PATH ?? '').split(':').some((each) => existsSync(join(each, 'prosody')));
const withProsody = hasProsody ? test : test.skip;
const why = hasProsody ? '' : ' (skipped: Debian’s Prosody is not installed here)';

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
const until = async (is: () => boolean | Promise<boolean>) => {
  while (!(await is())) await new Promise((done) => setTimeout(done, 20));
};

describe('XMPP', () => {
  let folder: string;
  let server: ChildProcess | undefined;
  let port: number;
  let channel: RunningXmpp | undefined;
  const service = () => `xmpp://127.0.0.1:${port}`;

  const start = async () => {
    server = spawn('prosody', ['--config', join(folder, 'prosody.cfg.lua'), '-F'], { stdio: 'ignore' });
    await until(() => answers(port));
  };
  const end = async () => {
    if (!server || server.exitCode !== null) return;
    const gone = new Promise((done) => server!.once('exit', done));
    server.kill('SIGKILL');
    await gone;
  };
  /** A person's client, and what it has got. */
  const signedIn = async (username: string) => {
    const person: Client = client({ service: service(), domain: 'localhost', username, password: 'secret', resource: 'phone' });
    const got: Array<{ id: string; text: string | null }> = [];
    person.on('error', () => {});
    person.on('stanza', (stanza) => {
      const { type, from, id } = stanza.attrs as { type?: string; from: string; id: string };
      if (stanza.is('presence') && type === 'subscribe') void person.send(xml('presence', { to: from, type: 'subscribed' }));
      if (stanza.is('message')) got.push({ id, text: stanza.getChildText('body') });
    });
    await person.start();
    await person.send(xml('presence'));
    return { got, leave: () => person.stop() };
  };

  beforeAll(async () => {
    if (!hasProsody) return;
    folder = mkdtempSync(join(tmpdir(), 'letopis-prosody-'));
    port = await freePort();
    mkdirSync(join(folder, 'data/localhost/accounts'), { recursive: true });
    for (const name of ['letopis', 'viktor']) {
      writeFileSync(join(folder, `data/localhost/accounts/${name}.dat`), 'return { ["password"] = "secret"; };\n');
    }
    writeFileSync(
      join(folder, 'prosody.cfg.lua'),
      `run_as_root = true
data_path = "${folder}/data"
pidfile = "${folder}/prosody.pid"
modules_enabled = { "roster", "saslauth", "ping", "presence" }
modules_disabled = { "s2s", "tls" }
c2s_ports = { ${port} }
c2s_interfaces = { "127.0.0.1" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
log = { error = "${folder}/error.log" }
VirtualHost "localhost"
`,
    );
    await start();
    channel = xmppClient({ service: service(), domain: 'localhost', username: 'letopis', password: 'secret' }, { timeout: 3_000 });
  }, 60_000);
  afterAll(async () => {
    await channel?.stop();
    await end();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  withProsody(`R109 R122 whoever has a client connected gets the message there, with the id of the delivery${why}`, async () => {
    const viktor = await signedIn('viktor');
    await until(() => channel!.connected('viktor@localhost'));
    expect(await channel!.send({ id: 'delivery-1', to: 'viktor@localhost', text: 'Новая задача' })).toEqual({ outcome: 'sent' });
    await until(() => viktor.got.length > 0);
    expect(viktor.got).toEqual([{ id: 'delivery-1', text: 'Новая задача' }]);
    await viktor.leave();
    await until(async () => !(await channel!.connected('viktor@localhost')));
  });

  withProsody(`R109 a server that is away is told as such, and used again when it is back${why}`, async () => {
    await end();
    const message = { id: 'delivery-2', to: 'viktor@localhost', text: 'Ещё одна' };
    expect(await channel!.send(message)).toMatchObject({ outcome: 'failed', permanent: false });
    expect(await channel!.connected('viktor@localhost')).toBe(false);
    await start();
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

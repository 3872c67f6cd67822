import { client, xml, type Client } from '@xmpp/client';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether Debian's Prosody is installed here. */
export const hasProsody = (process.env.PATH ?? '').split(':').some((each) => existsSync(join(each, 'prosody')));
export const withProsody = hasProsody ? test : test.skip;
/** For titles of what needs it. */
export const whySkipped = hasProsody ? '' : ' (skipped: Debian’s Prosody is not installed here)';

export const freePort = () =>
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
export const until = async (is: () => boolean | Promise<boolean>) => {
  while (!(await is())) await new Promise((done) => setTimeout(done, 20));
};

/** A client of a person, and what it has got. */
export interface PersonsClient {
  readonly got: ReadonlyArray<{ readonly id: string; readonly text: string | null }>;
  leave(): Promise<unknown>;
}

/** A real XMPP server that a test starts, with accounts whose password is `secret`. */
export class Prosody {
  #server: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async open(...accounts: readonly string[]): Promise<Prosody> {
    const folder = mkdtempSync(join(tmpdir(), 'letopis-prosody-'));
    const port = await freePort();
    mkdirSync(join(folder, 'data/localhost/accounts'), { recursive: true });
    for (const name of accounts) {
      writeFileSync(join(folder, `data/localhost/accounts/${name}.dat`), 'return { ["password"] = "secret"; };\n');
    }
    writeFileSync(join(folder, 'prosody.cfg.lua'), configuration(folder, port));
    const prosody = new Prosody(folder, port);
    await prosody.start();
    return prosody;
  }

  get service(): string {
    return `xmpp://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.#server = spawn('prosody', ['--config', join(this.folder, 'prosody.cfg.lua'), '-F'], { stdio: 'ignore' });
    await until(() => answers(this.port));
  }

  /** Kills it; its accounts stay. */
  async end(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((done) => server.once('exit', done));
    server.kill('SIGKILL');
    await gone;
  }

  async close(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A person's client that lets everybody see when it is there. */
  async signedIn(username: string): Promise<PersonsClient> {
    const person: Client = client({ service: this.service, domain: 'localhost', username, password: 'secret', resource: 'phone' });
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
  }
}

const configuration = (folder: string, port: number) => `run_as_root = true
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
`;

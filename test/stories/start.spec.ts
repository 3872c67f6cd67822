import { spawn } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { swiftFolder } from '../support/folders';

const SERVER = resolve(__dirname, '../../dist/apps/server/main.js');

/** The built program with an environment; ends when it has said enough or by itself. */
function start(env: Record<string, string>, enough?: string) {
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ended = new Promise<{ code: number | null; said: string }>((done) => child.once('close', (code) => done({ code, said })));
  const running = new Promise<void>((done) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (enough && said.includes(enough)) done();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => done());
  });
  return { child, ended, running, said: () => said };
}

describe('The program', () => {
  const folder = swiftFolder('start-');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['EVENTSTORE_URL', 'http://localhost'],
    ['EVENTSTORE_URL', 'esdb://127.0.0.1:1?tls=false'],
    ['MONGODB_URL', 'mongodb://somebody:secret@127.0.0.1:1/'],
    ['PORT', 'eighty'],
    ['AUTO_ACCEPT_CLIENT_REGISTRATION', 'maybe'],
    ['LETOPIS_MASTER_KEY', 'short'],
  ])('a wrong %s (%s) is named, without a stack and without secrets', async (name, value) => {
    const { code, said } = await start({ LETOPIS_DATA: join(folder, 'wrong'), [name]: value }).ended;
    expect(code).toBe(1);
    expect(said).toMatch(new RegExp(`^Letopis cannot start\\. ${name}`));
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(said).not.toContain('secret');
  });

  test('says where everything is, keeps its folder to itself, and ends in order on SIGTERM; a second one says who holds the data', async () => {
    const data = join(folder, 'data');
    const first = start({ LETOPIS_DATA: data, PORT: '0' }, '/links/password');
    await first.running;
    expect(first.said()).toMatch(/Letopis runs at http:\/\/localhost:\d+/);
    for (const told of ['/docs', data, 'outbox', 'esdb://127.0.0.1:', 'mongodb://127.0.0.1:']) expect(first.said()).toContain(told);
    if (process.platform !== 'win32') expect(statSync(data).mode & 0o777).toBe(0o700);
    const note = JSON.parse(readFileSync(join(data, 'run.json'), 'utf8')) as { url: string; pid: number };
    expect(note.pid).toBe(first.child.pid);
    expect(await (await fetch(`${note.url}/health/live`)).json()).toEqual({ status: 'ok' });

    const second = await start({ LETOPIS_DATA: data, PORT: '0' }).ended;
    expect(second).toMatchObject({ code: 1, said: expect.stringContaining(`is held by process ${first.child.pid}`) });

    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
  });
});

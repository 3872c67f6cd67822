import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { World } from '../support/world';
import { swiftFolder } from '../support/folders';

const SERVER = resolve(__dirname, '../../dist/apps/server/main.js');

/** The INN of a legal entity with so many companies before it. */
function inn(number: number): string {
  const digits = String(770_000_000 + number);
  const sum = [2, 4, 10, 3, 5, 9, 4, 6, 8].reduce((before, weight, at) => before + weight * Number(digits[at]), 0);
  return `${digits}${(sum % 11) % 10}`;
}

test('SIGTERM under load: every call that arrives has an answer, and every command that was accepted is in the log', async () => {
  const folder = swiftFolder('drain-');
  try {
    // Somebody to call, in the data that the child will serve.
    const before = await World.start({ folder });
    await before.admin();
    await before.settle();
    await before.stop();

    const child = spawn(process.execPath, [SERVER], {
      env: { PATH: process.env.PATH, LOG_LEVEL: 'error', LETOPIS_DATA: folder, PORT: '0', STRANGERS_PER_MINUTE: '60000' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    const exited = new Promise<number | null>((done) => child.once('close', done));
    await new Promise<void>((done) => {
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Letopis runs at')) done();
      });
      void exited.then(() => done());
    });
    const { url } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { url: string };
    const post = async (path: string, body: object, token?: string) => {
      const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return {
        status: answer.status,
        body: (await answer.json()) as { code?: string; aggregateId: string; data: { accessToken: string } },
      };
    };
    const { body: signedIn } = await post('/v1/commands/SignIn', { email: 'admin@letopis.local', password: 'Летопись-2026' });
    const token = signedIn.data.accessToken;

    let next = 0;
    const accepted: string[] = [];
    const outcomes: string[] = [];
    const caller = async () => {
      for (;;) {
        const { status, body } = await post('/v1/commands/AddLegalEntity', { inn: inn(next++) }, token).catch((error: Error) => ({
          status: 0,
          body: { code: String(error.cause ?? error), aggregateId: '' },
        }));
        if (status === 200) accepted.push(body.aggregateId);
        else return outcomes.push(`${status} ${body.code}`);
      }
    };
    const callers = Promise.all(Array.from({ length: 16 }, caller));
    while (accepted.length < 100 && outcomes.length === 0) await new Promise((done) => setImmediate(done));
    child.kill('SIGTERM');
    await callers;
    expect(outcomes).toEqual(Array.from({ length: 16 }, () => '503 STOPPING'));
    expect(await exited).toBe(0);

    const after = await World.start({ folder });
    for (const id of accepted) expect(await after.events(`organization-${id}`)).not.toEqual([]);
    await after.settle();
    expect(await after.differencesAfterRebuild()).toEqual([]);
    await after.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

import { startEventStore, startMongo, type LocalServerKind, type LocalServerOptions } from '@letopis/local';
import { RequestNotification } from '@letopis/contexts/communication';
import { newId, subjectOf, system } from '@letopis/kernel';
import { parseCommand, silent } from '@letopis/runtime';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { registerAudit } from '../../apps/cli/operations/audit';
import { at, registerOperations } from '../../apps/cli/operations/commands';
import { registerPersons } from '../../apps/cli/operations/persons';
import type { Door } from '../../apps/cli/operations/door';
import type { Stored } from '../../libs/runtime/projections/document';
import { World } from '../support/world';
import { swiftFolder } from '../support/folders';

const servers = { eventstore: startEventStore, mongodb: startMongo };
/** In this thread: jest cannot load a TypeScript file into a new one. */
const substitutes = {
  logger: silent,
  startLocal: (kind: LocalServerKind, own: LocalServerOptions) => servers[kind](own),
};
const PASSWORD = 'Летопись-2026';
const REGISTRY = 'users_registry';

describe('The command line of operators', () => {
  const folder = swiftFolder();
  const env = { ...process.env };
  afterAll(() => {
    process.env = env;
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the work answers. */
  const asked = async <Answer>(work: (door: Door) => Promise<Answer>): Promise<Answer> => {
    let answer: Answer | undefined;
    await at({ data: folder }, async (door) => void (answer = await work(door)), substitutes);
    return answer!;
  };

  /** What a command prints, and what the process would end with. */
  const letopis = async (...words: string[]) => {
    const printed = jest.spyOn(console, 'log').mockImplementation(() => {});
    const program = new Command('letopis').exitOverride();
    registerOperations(program);
    registerAudit(program);
    registerPersons(program);
    try {
      await program.parseAsync([...words, '--data', folder], { from: 'user' });
      const text = printed.mock.calls.flat().join('\n');
      return { told: (/^[[{]|^$/.test(text) ? JSON.parse(text || 'null') : text) as unknown, exitCode: process.exitCode };
    } finally {
      process.exitCode = undefined;
      printed.mockRestore();
    }
  };

  let annaId: string;
  test('speaks to the product that runs, as its administrator', async () => {
    const world = await World.start({ folder });
    const admin = await world.admin(PASSWORD);
    const anna = await world.person('anna@romashka.ru');
    annaId = anna.userId;
    await world.settle();
    const users = world.product.runtime.db.collection<Stored>(world.product.runtime.projector.collection(REGISTRY));
    await users.updateOne({ _id: anna.userId }, { $set: { status: 'blocked' } });

    await expect(asked((door) => door.info())).rejects.toThrow('Who asks?');
    process.env.LETOPIS_PASSWORD = PASSWORD;
    const head = await world.product.runtime.store.head();
    expect(await asked((door) => door.info())).toMatchObject({ sagas: { parked: 0 } });
    expect(await world.product.runtime.store.head()).toBeGreaterThan(head); // a session was opened and closed
    delete process.env.LETOPIS_PASSWORD;
    process.env.LETOPIS_TOKEN = admin.token;
    const named = await asked((door) => door.run({ kind: 'verify', projection: REGISTRY }, () => {}));
    expect(named).toMatchObject({
      state: 'done',
      result: { different: 1, differences: [{ key: anna.userId, kind: 'different', fields: ['status'] }] },
    });
    expect(await letopis('verify', REGISTRY)).toMatchObject({ told: { different: 1, healed: 0 }, exitCode: 2 });
    expect(await letopis('info')).toMatchObject({ told: { sagas: { parked: 0 } } });
    for (const external of [{ email: 'petr@mail.ru' }, { email: 'ivan@mail.ru' }, { phone: '+79160000000' }]) {
      const payload = { recipient: { external }, category: 'system', policy: external.phone ? 'sms' : 'email', textSite: 'Здравствуйте' };
      const asking = { actor: system('story'), commandId: newId(), correlationId: newId() };
      await world.product.runtime.dispatcher.execute(parseCommand(RequestNotification as never, payload), asking);
    }
    await world.product.runtime.projector.mark('delivery_log').reached(await world.product.runtime.store.head());
    const drained = (await letopis('notifications', 'drain')).told as { delivered: number; failed: number };
    // The two letters, and once it is asked for the notice to the administrator that one has failed.
    expect([drained.failed, [2, 3].includes(drained.delivered)]).toEqual([1, true]);
    expect(await letopis('timers', '--limit', '3')).toMatchObject({ told: { next: expect.any(Array) } });
    expect(await letopis('parked', 'list')).toMatchObject({ told: { steps: [], documents: [] } });
    expect(await letopis('parked', 'retry')).toMatchObject({ told: { retried: 0 } });
    const document = `${REGISTRY}/${admin.userId}`;
    expect(await letopis('parked', 'retry', '--document', document)).toMatchObject({ told: { parked: false } });
    await expect(letopis('parked', 'skip', 'X', anna.userId, '--reason', 'Потому что')).rejects.toThrow('STEP_NOT_WAITING');
    await expect(letopis('rebuild', 'nothing')).rejects.toThrow('UNKNOWN_PROJECTION');
    await expect(letopis('parked', 'list', '--saga', 'NoSaga')).rejects.toThrow('UNKNOWN_SAGA');
    await expect(letopis('parked', 'retry', 'NoSaga')).rejects.toThrow('UNKNOWN_SAGA');
    await expect(letopis('parked', 'retry', 'X', 'no-id')).rejects.toThrow('/eventId');
    await expect(letopis('audit', 'story', newId())).rejects.toThrow('No event belongs to a story');
    await expect(asked((door) => door.skip('X', anna.userId, 'Потому что'))).rejects.toThrow('STEP_NOT_WAITING');

    const { told: history } = await letopis('audit', 'history', 'user', anna.userId);
    expect(history).toMatch(/^rev {2}at .*\n─+.*\n0 .*UserRegistered +anonymous/);
    const eventIdInTable = /[0-9a-f-]{36}(?= +\{)/.exec(history as string)![0];
    expect((await letopis('audit', 'why', eventIdInTable)).told).toMatch(/^UserRegistered [^]*\nstory +[0-9a-f-]{36}\n/);
    const { told: items } = (await letopis('audit', 'history', 'user', anna.userId, '--json')) as {
      told: Array<{ eventId: string; correlationId: string }>;
    };
    expect(((await letopis('audit', 'why', items[0]!.eventId)).told as string).split('\n')).toContain('caused by');
    expect((await letopis('audit', 'story', items[0]!.correlationId)).told).toMatch(/[└├]─ UserRegistered/);
    expect((await letopis('audit', 'state', 'user', anna.userId, '--at', '0')).told).toContain('"status": "registered"');
    expect((await letopis('audit', 'diff', 'user', anna.userId, '--from', '0')).told).toMatch(/\/status +changed +"registered" +"active"/);
    expect((await letopis('replay', '--category', 'user', '--type', 'UserRegistered')).told).toMatch(
      /^\d+ {2}\S+ {2}UserRegistered {2}user-/,
    );
    const log = join(folder, 'log.ndjson');
    await letopis('replay', '--actor', admin.userId, '--output', log);
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { actor: { userId: string } }); // prettier-ignore
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every(({ actor }) => actor.userId === admin.userId)).toBe(true);
    const output = join(folder, 'users.csv');
    await letopis('export', REGISTRY, '--filter', `status=blocked`, '--output', output);
    expect(readFileSync(output, 'utf8')).toContain('anna@romashka.ru');

    expect(await letopis('keys', 'rotate')).toMatchObject({ told: { wrappedBy: expect.any(String), rewrapped: expect.any(Number) } });
    expect(await letopis('keys', 'retire')).toMatchObject({ told: { retired: [] } });
    expect(await letopis('hold', anna.userId, '--reason', 'Запрет суда')).toMatchObject({
      told: { key: 'kept', hold: { status: 'held' } },
    });
    await expect(letopis('forget', anna.userId, '--reason', 'По просьбе', '--deactivate')).rejects.toThrow('Запрет суда');

    process.env.LETOPIS_TOKEN = anna.token;
    await expect(asked((door) => door.info())).rejects.toThrow('FORBIDDEN');
    await expect(asked((door) => door.retireKeys())).rejects.toThrow('FORBIDDEN');
    await world.stop();
    delete process.env.LETOPIS_TOKEN;
  }, 60_000);

  test('starts what it needs where nothing runs, and what it did is there at the next start', async () => {
    const healed = await asked((door) => door.run({ kind: 'verify', projection: REGISTRY, heal: true }, () => {}));
    expect(healed).toMatchObject({ state: 'done', result: { different: 1, healed: 1 } });
    const rebuilt = await asked((door) => door.run({ kind: 'rebuild', projection: REGISTRY }, () => {}));
    expect(rebuilt).toMatchObject({ state: 'done', result: { collection: expect.stringMatching(/_b1$/) } });
    expect(await asked((door) => door.parked())).toEqual({ steps: [], documents: [] });
    expect(await asked((door) => door.timers(5))).toMatchObject({ next: expect.any(Array) });

    const subject = subjectOf(annaId);
    const told = await asked(async (door) => {
      await door.send('ReleaseLegalHold', { subject, reason: 'Запрет снят' }, 'Запрет снят');
      await door.send('DeactivateUser', { userId: annaId, reason: 'По просьбе' });
      // Without an administrator nobody is erased before the time for second thoughts is over.
      await expect(door.send('EraseUser', { userId: annaId }, 'По просьбе')).rejects.toThrow('INVALID_STATE');
      const history = await door.audit.history('user', annaId);
      const why = await door.audit.why(history.at(-1)!.eventId);
      const file = await door.export(REGISTRY, { asOf: history.at(-1)!.at, 'filter[status]': 'deactivated' });
      const chunks: Uint8Array[] = [];
      for await (const chunk of file) chunks.push(chunk);
      return {
        subject: await door.subject(subject),
        why,
        file: Buffer.concat(chunks).toString(),
        state: await door.audit.state('user', annaId),
      };
    });
    expect(told).toMatchObject({
      subject: { key: 'kept', hold: { status: 'released' } },
      why: { event: { type: 'UserDeactivated' }, command: { type: 'DeactivateUser' } },
      state: { state: { status: 'deactivated' } },
    });
    expect(told.file).toContain('anna@romashka.ru');

    const again = await World.start({ folder });
    process.env.LETOPIS_TOKEN = (await again.signIn('admin@letopis.local', PASSWORD)).token;
    expect(await letopis('forget', annaId, '--reason', 'По просьбе', '--dry-run')).toMatchObject({ told: { key: 'kept' } });
    expect(await letopis('forget', annaId, '--reason', 'По просьбе')).toMatchObject({ told: { key: 'destroyed' } });
    expect((await letopis('audit', 'state', 'user', annaId)).told).toContain('"status": "erased"');
    delete process.env.LETOPIS_TOKEN;
    expect(again.product.runtime.projector.collection(REGISTRY)).toMatch(/_b1$/);
    await again.person('boris@romashka.ru');
    await again.settle();
    const { operations } = again.product.runtime;
    const { id } = operations.verify(undefined, false, system('test'));
    expect(await operations.jobs.ended(id)).toMatchObject({ state: 'done', result: { different: 0 } });
    await again.stop();
  }, 60_000);

  test('makes no new chronicle of a folder whose name was mistyped, and says who does not answer', async () => {
    const mistyped = join(folder, 'no-such');
    await expect(at({ data: mistyped }, async () => {}, substitutes)).rejects.toThrow(`Nothing is kept in ${mistyped}`);
    expect(existsSync(mistyped)).toBe(false);
    await expect(at({ data: folder, url: 'nonsense' }, async () => {})).rejects.toThrow('--url is no address');
    process.env.LETOPIS_PASSWORD = PASSWORD;
    await expect(at({ data: folder, url: 'http://127.0.0.1:2' }, async () => {})).rejects.toThrow(
      'Nobody answers at http://127.0.0.1:2: connect ECONNREFUSED',
    );
    delete process.env.LETOPIS_PASSWORD;
  });

  test('does not start beside servers that somebody else may be working on', async () => {
    process.env.EVENTSTORE_URL = 'esdb://127.0.0.1:1?tls=false';
    await expect(at({ data: folder }, async () => {}, substitutes)).rejects.toThrow('--alone');
    delete process.env.EVENTSTORE_URL;
  });
});

import { EventStoreDBClient } from '@eventstore/db-client';
import { startEventStore, startMongo } from '@letopis/local';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import { join, resolve } from 'node:path';
import { Outbox } from '../support/letters';
import { seeded } from '../support/seeded';
import { swiftFolder } from '../support/folders';

/** Kills of one run, a fifth of the rounds; `npm run crash` asks for more. */
const ROUNDS = Math.ceil(Number(process.env.CRASH_ROUNDS ?? 10) / 5);
const SEED = Number(process.env.CRASH_SEED ?? 20261122);
/** About how long the demo runs, in milliseconds: kills fall anywhere into it. */
const DEMO_LASTS = 25_000;
const CLI = resolve(__dirname, '../../dist/apps/cli/main.js');

/** Plays the demo in a process group of its own; after `killAfter` milliseconds the whole group is killed with -9. */
function play(folder: string, killAfter?: number): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [CLI, 'demo', '--data', folder], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LETOPIS_DATA: folder, EVENTSTORE_URL: '', MONGODB_URL: '', SMTP_URL: '' },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const timer = killAfter === undefined ? undefined : setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), killAfter);
  return new Promise((done) => {
    child.once('close', (code) => {
      clearTimeout(timer);
      done({ code, said });
    });
  });
}

interface Outcome {
  readonly letters: readonly string[];
  readonly events: Readonly<Record<string, number>>;
  readonly waiting: number;
}

/**
 * Signing in may be repeated by the player, and every start gives the administrator a new link: these counts differ. So do
 * those of what was asked and refused: a history is read again, and the last refusals before the kill were not written yet.
 */
const REPEATABLE = [
  'WorkspaceEntered',
  'SignedIn',
  'SessionOpened',
  'PasswordResetRequested',
  'PasswordSet',
  'SessionClosed',
  'AuditAccessed',
  'Refused',
];

async function outcome(folder: string): Promise<Outcome> {
  const outbox = new Outbox(join(folder, 'outbox'));
  await outbox.look();
  const letters = outbox.letters.map(({ to, subject }) => `${to}: ${subject}`);

  const eventStore = await startEventStore({ dataFolder: folder });
  const mongo = await startMongo({ dataFolder: folder });
  const client = EventStoreDBClient.connectionString(eventStore.url);
  const database = new MongoClient(mongo.url);
  try {
    const events: Record<string, number> = {};
    for await (const { event } of client.readAll()) {
      if (!event || event.type.startsWith('$') || /^(uniqueKey|timer)-/.test(event.streamId) || REPEATABLE.includes(event.type)) continue;
      events[event.type] = (events[event.type] ?? 0) + 1;
    }
    const waiting = await database.db('letopis').collection('_sagas_waiting').countDocuments();
    // The administrator's password may be set by a second link when the first one was never used.
    return { letters: letters.filter((letter) => !letter.endsWith(': Пароль изменён')).sort(), events, waiting };
  } finally {
    await client.dispose();
    await database.close();
    await eventStore.close();
    await mongo.close();
  }
}

describe('kill -9 of the whole product in the middle of the demo', () => {
  const folders: string[] = [];
  const folder = () => {
    folders.push(swiftFolder('crash-'));
    return folders.at(-1)!;
  };
  afterAll(() => folders.forEach((path) => rmSync(path, { recursive: true, force: true })));

  let undisturbed: Outcome;
  let told: string;
  let sheet: string;
  beforeAll(async () => {
    const calm = folder();
    const { code, said } = await play(calm);
    if (code !== 0) throw new Error(`the demo failed undisturbed:\n${said}`);
    told = said;
    sheet = readFileSync(join(calm, 'approval-sheet.html'), 'utf8');
    undisturbed = await outcome(calm);
  }, 240_000);

  test('S19 S21 S22 R103 R104 undisturbed it tells of a contract that was refused, corrected, agreed to for who was away, signed and sent', () => {
    expect(told).toMatch(/Д-0001\/2\d{3} +Договор на обслуживание +Договор +Подписан +#43A047 +Договоры +ООО «Лютик»/);
    expect(told).toContain('[contract-2.pdf, application/pdf');
    expect(told).toMatch(/Крылов Олег │ Сидорова Вера │ Согласовано │ Замечаний юриста нет/);
    expect(told).toMatch(/Орлова Галина │ {2}│ Отклонено │ Пункт 3: договаривались на 11 500 рублей/);
    expect(told).toMatch(/anna\.sokolova@romashka-cvety\.ru +DocumentSigned +Условия согласованы/);
    expect(told).toMatch(/TaskDecided .+\n.+ApprovalDecisionRecorded/);
    expect(told.trim()).toMatch(/Готово, шагов: \d+\..+$/);
    expect(sheet).toContain('Завершён: «Подписан и отправлен»');
  });

  const random = seeded(SEED);
  const kills = Array.from({ length: ROUNDS }, () => Math.round(500 + random() * DEMO_LASTS));

  test.each(kills)(
    'S31 killed after %i ms and started again, the demo is finished with nothing lost and no letter doubled',
    async (killAfter) => {
      const disturbed = folder();
      await play(disturbed, killAfter);
      const { code, said } = await play(disturbed);
      expect({ code, said }).toMatchObject({ code: 0 });
      expect(await outcome(disturbed)).toEqual(undisturbed);
    },
    240_000,
  );
});

import { defaultSettings } from '@letopis/kernel';
import { silent } from '@letopis/runtime';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCore, type Core } from '../../apps/server/product';
import { waitingSteps } from '../../libs/runtime/sagas/waiting';
import { Outbox } from '../support/letters';
import { differencesAfterRebuild } from '../support/rebuilt';
import { seeded } from '../support/seeded';
import { Cluster, KINDS } from './support/cluster';
import { Load, type Item } from './support/load';
import { readLog, storiesOf, wrongInLog } from './support/log';

/** Rounds of one run; `npm run crash` asks for more. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 10);
const SEED = Number(process.env.CRASH_SEED ?? 20261125);
/** Rounds that one set of processes goes through; then a new one begins, with an empty log. */
const ROUNDS_TOGETHER = 10;
/** Kills fall into so many milliseconds from the start of a round. */
const WINDOW = 5_000;
/** How long a killed process stays away at most, in milliseconds. */
const AWAY = 800;

const seeds = Array.from({ length: Math.ceil(ROUNDS / ROUNDS_TOGETHER) }, (_, at) => SEED + at);

describe('kill -9 of API, projection and saga workers and of both servers, under load', () => {
  let cluster: Cluster | undefined;
  let keep = false;
  afterEach(() => cluster?.end(keep));

  test.each(seeds)(
    'S31 seed %i: every acknowledged command has its events once, nothing is unprojected, no effect is doubled',
    async (seed) => {
      const random = seeded(seed);
      const masterKey = createHash('sha256').update(String(seed)).digest('base64');
      keep = true;
      cluster = await Cluster.start(masterKey);
      const { eventStoreUrl, mongoUrl, folder } = cluster;
      const load = new Load(cluster, seed);
      await load.prepare(adminLinkIn(folder));
      // What undisturbed people set off, to hold the others against.
      await load.newcomer('calm-newcomer');
      await load.organization('calm-organization');
      const calm = new Map(load.items.map((item) => [item.kind, item]));

      const rounds = Math.min(ROUNDS_TOGETHER, ROUNDS - (seed - SEED) * ROUNDS_TOGETHER);
      const observer = await startCore(
        {
          ...{ roles: ['api'], port: 0, host: '127.0.0.1', dataFolder: folder, masterKey, eventStoreUrl, mongoUrl },
          ...{ mailFrom: 'nobody', strangersPerMinute: 1, settings: defaultSettings },
        },
        { logger: silent },
      );
      try {
        for (let round = 1; round <= rounds; round++) {
          const people = Array.from({ length: 3 }, async (_, at) => {
            await pause(random() * WINDOW * 0.6);
            const name = `${at % 2 ? 'newcomer' : 'organization'}-${round}-${at}`;
            await (at % 2 ? load.newcomer(name) : load.organization(name));
          });
          await Promise.all([...people, disturb(cluster, random)]);
          await cluster.allUp();
          expect({ seed, round, ...(await whatIsWrong(cluster, observer, load, calm)) }).toEqual({ seed, round, ...NOTHING_WRONG });
        }
      } finally {
        await observer.stop();
      }
      expect(await cluster.stop(cluster.names.filter((name) => !/eventstore|mongodb/.test(name)))).toEqual([]);
      expect(await cluster.run('verify', '--alone')).toMatchObject({ code: 0, said: expect.stringContaining('"different": 0') as string });
      const kills = KINDS.map((kind) => `${cluster!.kills[kind]} ${kind}`).join(', ');
      process.stdout.write(
        `crash: seed ${seed}, ${rounds} rounds, killed ${kills}; ${load.answers.size} commands acknowledged, ${load.items.length} stories whole\n`,
      );
      keep = false;
    },
    60_000 + ROUNDS_TOGETHER * 60_000,
  );
});

/** Kills at random moments, somebody each time. */
async function disturb(cluster: Cluster, random: () => number): Promise<void> {
  const plan = Array.from({ length: 2 + Math.floor(random() * 3) }, () => ({
    at: random() * WINDOW,
    name: cluster.names[Math.floor(random() * cluster.names.length)]!,
    away: random() * AWAY,
  }));
  await Promise.all(
    plan.map(async ({ at, name, away }) => {
      await pause(at);
      cluster.kill(name, away);
    }),
  );
}

interface Wrong {
  /** Processes that ended without being killed. */
  readonly deaths: readonly object[];
  readonly log: readonly string[];
  /** Saga steps that are parked, or wait for good. */
  readonly waiting: readonly object[];
  /** Read models that a fold from the start gives otherwise. */
  readonly readModels: readonly string[];
  /** Stories that are not what undisturbed people set off. */
  readonly stories: readonly object[];
  readonly letters: readonly object[];
}

const NOTHING_WRONG: Wrong = { deaths: [], log: [], waiting: [], readModels: [], stories: [], letters: [] };

/** Waits until everything is carried through, then looks for what should not be. */
async function whatIsWrong(cluster: Cluster, { runtime }: Core, load: Load, calm: ReadonlyMap<string, Item>): Promise<Wrong> {
  const waiting = await settled(runtime);
  const log = await readLog(cluster.eventStoreUrl);
  const stories = storiesOf(log, load.items);
  const outbox = new Outbox(join(cluster.folder, 'outbox'));
  await outbox.look();
  /** Letters about an item, without what is its own. */
  const lettersOf = ({ name, email, organization }: Item) =>
    outbox.letters
      .filter(({ to, subject }) => (email !== undefined && to === email) || (organization !== undefined && about(subject, organization)))
      .map(({ to, subject }) => `${to}: ${subject}`.replaceAll(name, '…'))
      .sort();
  /** By step, what each item has that its undisturbed like has not, and the other way round. */
  const unlike = (told: (item: Item) => Readonly<Record<string, readonly string[]>>) =>
    load.items.flatMap((item) => {
      const [is, expected] = [told(item), told(calm.get(item.kind)!)];
      const steps = Object.keys(expected).filter((step) => JSON.stringify(is[step]) !== JSON.stringify(expected[step]));
      return steps.map((step) => ({ item: item.name, step, is: is[step], expected: expected[step] }));
    });
  return {
    deaths: cluster.deaths,
    log: wrongInLog(log, load),
    waiting,
    readModels: await differencesAfterRebuild(runtime),
    stories: unlike(({ name }) => stories.get(name)!),
    letters: unlike((item) => ({ letters: lettersOf(item) })),
  };
}

const about = (subject: string, organization: string) => subject.endsWith(organization) || subject.includes(`${organization} `);

/** Waits until read models and sagas are at the end of the log and nothing waits; answers the steps that wait for good. */
async function settled({ store, projector, sagas, composition, db }: Core['runtime']): Promise<readonly object[]> {
  const giveUp = performance.now() + 60_000;
  for (;;) {
    const head = await store.head();
    const marks = [sagas.mark, ...[...composition.projections.keys()].map((code) => projector.mark(code))];
    await Promise.all(marks.map((mark) => mark.reached(head, 60_000)));
    const steps = await waitingSteps(db).find().toArray();
    const inVain = performance.now() > giveUp || steps.some(({ parked }) => parked);
    if (inVain || (steps.length === 0 && (await store.head()) === head))
      return steps.map(({ saga, event, parked, attempts, error }) => ({ saga, event: event.type, parked, attempts, error }));
    await pause(200);
  }
}

/** The link by which the first administrator sets a password: every start of an API gives a new one. */
const adminLinkIn = (folder: string) => (JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { adminLink: string }).adminLink;

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

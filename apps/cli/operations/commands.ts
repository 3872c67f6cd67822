import { createLogger, fitStores, silent, type Verified } from '@letopis/runtime';
import type { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { configurationFrom } from '../../server/configuration';
import { startDatabases, type Substitutes } from '../../server/product';
import { localFilesIn } from '../local/files';
import { progressBar } from '../local/progress';
import { openOwn, openRunning, type Begin, type Door } from './door';
import { credentials, Session } from './session';

export interface Where {
  readonly data: string;
  readonly url?: string;
  readonly alone?: boolean;
}

/** A command that is done with the product that runs, or with one that is started for it. */
export const register = (parent: Command, name: string, description: string): Command =>
  parent
    .command(name)
    .description(description)
    .option('--data <folder>', 'data folder', process.env.LETOPIS_DATA ?? '.letopis')
    .option('--url <address>', 'address of the running product (default: the one that runs on the data folder)')
    .option('--alone', 'no other process works on these servers: start without asking for one');

/** `letopis info | timers | parked | verify | rebuild | rollback | keys`: the care of a product, running or not. */
export function registerOperations(program: Command): void {
  register(program, 'info', 'which log this is, its end, how far everything has come').action((where: Where) =>
    at(where, async (door) => print(await door.info())),
  );
  register(program, 'timers', 'the timers that come due next')
    .option('--limit <count>', 'how many', '20')
    .action((where: Where & { limit: string }) => at(where, async (door) => print(await door.timers(Number(where.limit)))));

  const parked = program.command('parked').description('saga steps that wait, and documents that could not take an event');
  register(parked, 'list', 'what stands still, and why')
    .option('--saga <name>', 'of one saga only')
    .action((where: Where & { saga?: string }) => at(where, async (door) => print(await door.parked(where.saga))));
  register(parked, 'retry', 'tries steps again: one of a saga, all of a saga, or all; or folds a document anew')
    .argument('[saga]', 'name of the saga')
    .argument('[eventId]', 'id of the event')
    .option('--document <place>', 'projection/key or projection/side/key')
    .action((saga: string | undefined, eventId: string | undefined, where: Where & { document?: string }) =>
      at(where, async (door) => {
        if (where.document !== undefined) return print(await door.refold(placeOf(where.document)));
        if (saga === undefined || eventId === undefined) return print(await door.retryAll(saga));
        await door.retry(saga, eventId);
      }),
    );
  register(parked, 'skip', 'gives one step of a saga up')
    .argument('<saga>', 'name of the saga')
    .argument('<eventId>', 'id of the event')
    .requiredOption('--reason <text>', 'why: the audit shows it')
    .action((saga: string, eventId: string, where: Where & { reason: string }) =>
      at(where, (door) => door.skip(saga, eventId, where.reason)),
    );

  register(program, 'verify', 'folds read models anew from the log and names the documents that differ')
    .argument('[projection]', 'one read model; else all')
    .option('--heal', 'fold anew what differs')
    .action((projection: string | undefined, where: Where & { heal?: boolean }) =>
      at(where, async (door) => {
        const { different, healed } = (await run(door, { kind: 'verify', projection, heal: where.heal })) as Verified;
        if (different > healed) process.exitCode = 2;
      }),
    );
  program
    .command('fit')
    .description('fits the database to the log, where it was folded from another or went further: read models are built anew')
    .requiredOption('--sagas <where>', '«end»: the log was reacted to before; «start»: it was not')
    .option('--data <folder>', 'data folder', process.env.LETOPIS_DATA ?? '.letopis')
    .option('--alone', 'no other process works on these servers')
    .action(async (where: Where & { sagas: string }) => print(await fit(where)));

  const notifications = program.command('notifications').description('messages to people');
  register(notifications, 'drain', 'waits until nothing is under way any more, telling how far that is').action((where: Where) =>
    at(where, async (door) => print(await drained(door))),
  );

  const keys = program.command('keys').description('the keys by which the keys of personal data are wrapped');
  register(keys, 'rotate', 'adds a key and wraps everything by it; goes on where it was broken off').action((where: Where) =>
    at(where, async (door) => void (await run(door, { kind: 'rotate' }))),
  );
  register(keys, 'retire', 'lets keys go that wrap nothing any more, once every process has seen the new one').action((where: Where) =>
    at(where, async (door) => print(await door.retireKeys())),
  );

  for (const [kind, description] of [
    ['rebuild', 'builds a read model anew beside the live one, then puts it in its place'],
    ['rollback', 'goes back to the build before'],
  ] as const) {
    register(program, kind, description)
      .argument('<projection>', 'the read model')
      .action((projection: string, where: Where) => at(where, async (door) => void (await run(door, { kind, projection }))));
  }
}

/** Does the work with the product that runs, else with one that is started for it. */
export async function at(where: Where, work: (door: Door) => Promise<void>, substitutes?: Substitutes): Promise<void> {
  const dataFolder = resolve(where.data);
  if (where.url !== undefined && !URL.canParse(where.url)) throw new Error(`--url is no address: ${where.url}`);
  const url = where.url?.replace(/\/$/, '') ?? (await running(dataFolder));
  if (url === undefined) mustBeThere(dataFolder);
  const door =
    url === undefined
      ? await openOwn(dataFolder, ownSubstitutes(where, substitutes))
      : openRunning(await Session.open(url, await credentials(process.env)));
  try {
    await work(door);
  } finally {
    await door.close();
  }
}

/** A folder whose name was mistyped is not made a new chronicle, in which all is well. */
function mustBeThere(dataFolder: string): void {
  const { EVENTSTORE_URL, MONGODB_URL } = process.env;
  if (EVENTSTORE_URL || MONGODB_URL || localFilesIn(dataFolder).length > 0) return;
  throw new Error(`Nothing is kept in ${dataFolder}: name the data folder by --data, or the running product by --url.`);
}

function ownSubstitutes({ alone }: Where, given?: Substitutes): Substitutes {
  const { EVENTSTORE_URL, MONGODB_URL } = process.env;
  if ((EVENTSTORE_URL || MONGODB_URL) && !alone) {
    throw new Error(
      'Nothing runs on this data folder, but its servers may be worked on from elsewhere: name the product by --url, or say --alone.',
    );
  }
  return given ?? { logger: process.env.LOG_LEVEL ? createLogger() : silent };
}

/** The address of the product that runs on the data folder. */
async function running(dataFolder: string): Promise<string | undefined> {
  const note = join(dataFolder, 'run.json');
  if (!existsSync(note)) return undefined;
  const { url } = JSON.parse(readFileSync(note, 'utf8')) as { url: string };
  const lives = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  return lives ? url : undefined;
}

async function run(door: Door, begin: Begin): Promise<object> {
  const bar = progressBar(begin.kind, 'of the log');
  const job = await door.run(begin, bar).finally(() => bar.stop());
  if (job.state === 'failed') throw new Error(job.error);
  print(job.result!);
  return job.result!;
}

/** How often it is looked how many messages are under way, in milliseconds. */
const LOOK = 300;

/** Waits until every message was delivered or has failed for good; a failed attempt may take its 1, 5 and 15 minutes. */
async function drained(door: Door): Promise<object> {
  const underWay = () => door.count('delivery_log', { 'status.in': 'requested,routed' });
  const bar = progressBar('notifications', 'messages');
  let most = 0;
  try {
    for (let left = await underWay(); left > 0; left = await underWay()) {
      most = Math.max(most, left);
      bar(most - left, most);
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  } finally {
    bar.stop();
  }
  const [delivered, failed] = await Promise.all(['delivered', 'failed'].map((status) => door.count('delivery_log', { status })));
  return { waitedFor: most, delivered, failed };
}

function placeOf(text: string): { projection: string; side?: string; key: string } {
  const [projection, second, ...rest] = text.split('/');
  if (!projection || !second) throw new Error('A document is named projection/key or projection/side/key.');
  return rest.length === 0 ? { projection, key: second } : { projection, side: second, key: rest.join('/') };
}

export const print = (told: object): void => console.log(JSON.stringify(told, null, 2));

/** Fits the database to the log while nothing runs on them. @throws Error where something does, or may */
export async function fit({ sagas, ...where }: Where & { sagas: string }, substitutes?: Substitutes): Promise<object> {
  if (sagas !== 'end' && sagas !== 'start') throw new Error('Sagas go on at «end» or at «start».');
  const dataFolder = resolve(where.data);
  const url = await running(dataFolder);
  if (url !== undefined) throw new Error(`The product runs at ${url}: stop it first.`);
  mustBeThere(dataFolder);
  const given = ownSubstitutes(where, substitutes);
  const databases = await startDatabases(configurationFrom({ ...process.env, LETOPIS_DATA: dataFolder }), given);
  try {
    return await fitStores(databases, sagas);
  } finally {
    await databases.stop();
  }
}

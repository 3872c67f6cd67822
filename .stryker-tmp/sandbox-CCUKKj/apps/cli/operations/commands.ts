// @ts-nocheck
import { silent, createLogger, type Verified } from '@letopis/runtime';
import type { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Substitutes } from '../../server/product';
import { progressBar } from '../local/progress';
import { openOwn, openRunning, type Begin, type Door } from './door';
import { credentials, Session } from './session';

interface Where {
  readonly data: string;
  readonly url?: string;
  readonly alone?: boolean;
}

/** `letopis info | timers | parked | verify | rebuild | rollback`: the care of a product, running or not. */
export function registerOperations(program: Command): void {
  const register = (parent: Command, name: string, description: string) =>
    parent
      .command(name)
      .description(description)
      .option('--data <folder>', 'data folder', process.env.LETOPIS_DATA ?? '.letopis')
      .option('--url <address>', 'address of the running product (default: the one that runs on the data folder)')
      .option('--alone', 'no other process works on these servers: start without asking for one');

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
  const url = where.url?.replace(/\/$/, '') ?? (await running(dataFolder));
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

function placeOf(text: string): { projection: string; side?: string; key: string } {
  const [projection, second, ...rest] = text.split('/');
  if (!projection || !second) throw new Error('A document is named projection/key or projection/side/key.');
  return rest.length === 0 ? { projection, key: second } : { projection, side: second, key: rest.join('/') };
}

const print = (told: object): void => console.log(JSON.stringify(told, null, 2));

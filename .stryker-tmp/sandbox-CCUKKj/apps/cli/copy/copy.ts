// @ts-nocheck
import { localSecurityFrom, secured, startInThread, withoutLogin, type LocalSecurity, type LocalServer } from '@letopis/local';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyLog, type CopyState, type Source, type Target } from './log-copy';
import { RawLog, type Position } from './raw-log';
import { fitReadModelsAt } from './read-models';
import { verify, type Verification } from './verify';

/** A log to copy from, and how to be done with it. */
export interface OpenSource {
  readonly url: string;
  /** What it is called in checkpoints and on screen: the same in every run. */
  readonly name: string;
  close(): Promise<void>;
}

export interface CopyRun {
  readonly from: { readonly log: Source & { head(): Promise<Position | undefined> }; readonly name: string };
  readonly to: { readonly log: Source & Target; readonly name: string };
  /** Where the checkpoint is kept. */
  readonly dataFolder: string;
  readonly progress?: (stage: 'copy' | 'verify', done: number, total: number) => void;
  /** Told once, when a run goes on after one that was broken off. */
  readonly onResume?: (copied: number) => void;
}

/**
 * Copies everything that the source holds now, going on where an earlier run between the same two was broken off, then compares
 * both logs. @throws CopyConflict
 */
export async function copy({ from, to, dataFolder, progress = () => undefined, onResume }: CopyRun): Promise<Verification> {
  const until = await from.log.head();
  if (!until) return { streams: 0, events: 0, different: [], others: 0 };
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = checkpointFile(dataFolder, from.name, to.name);
  const state = readCheckpoint(file);
  if (state.position) onResume?.(state.copied);
  const whole = Number(until.commit);
  const keep = (now: CopyState) => {
    writeCheckpoint(file, { from: from.name, to: to.name, ...now });
    progress('copy', Number(now.position?.commit ?? 0), whole);
  };
  const { copied } = await copyLog({ source: from.log, target: to.log, until, state, keep });
  let read = 0;
  return verify(from.log, to.log, until, (events) => {
    read = events;
    progress('verify', read, Math.max(read, 2 * copied));
  });
}

/**
 * The log to copy from: the one named, else the local files, by a server started for it or by the one that serves them now.
 * @throws LocalFileError, Error
 */
export async function openSource(
  { url, dataFolder, security = localSecurityFrom(process.env) }: { url?: string; dataFolder: string; security?: LocalSecurity },
  start: typeof startInThread = startInThread,
): Promise<OpenSource> {
  if (url) return { url, name: withoutLogin(url), close: async () => undefined };
  const name = join(dataFolder, 'eventstore.db');
  if (!existsSync(name)) throw new Error(`${name} is not there: name the log with --from, or its folder with --data`);
  let server: LocalServer;
  try {
    server = await start('eventstore', secured('eventstore', { port: 0, dataFolder }, security));
  } catch (cause) {
    const served = cause instanceof Error && (cause as { code?: string }).code === 'FILE_HELD' ? servedAt(dataFolder) : undefined;
    if (served) return { url: served, name, close: async () => undefined };
    throw cause;
  }
  return { url: server.url, name, close: () => server.close() };
}

/** Connects to both ends and copies. */
export async function copyBetween(
  source: OpenSource,
  toUrl: string,
  options: Pick<CopyRun, 'dataFolder' | 'progress' | 'onResume'>,
): Promise<Verification> {
  if (withoutLogin(source.url) === withoutLogin(toUrl)) throw new Error('source and target are the same server');
  const [from, to] = [RawLog.at(source.url), RawLog.at(toUrl)];
  try {
    return await copy({ from: { log: from, name: source.name }, to: { log: to, name: withoutLogin(toUrl) }, ...options });
  } finally {
    await Promise.all([from.dispose(), to.dispose()]);
  }
}

/**
 * Fits the read models' database to the copied log: the one of MONGODB_URL, else the local files.
 * @returns the names of the collections dropped @throws LocalFileError while somebody serves the local files
 */
export async function fitDatabase(
  source: OpenSource,
  toUrl: string,
  dataFolder: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  start: typeof startInThread = startInThread,
): Promise<string[]> {
  const [from, to] = [RawLog.at(source.url), RawLog.at(toUrl)];
  const local = env.MONGODB_URL ? undefined : await start('mongodb', secured('mongodb', { port: 0, dataFolder }, localSecurityFrom(env)));
  try {
    return await fitReadModelsAt(env.MONGODB_URL || (local?.url ?? ''), from, to, withoutLogin(toUrl));
  } finally {
    await Promise.all([from.dispose(), to.dispose(), local?.close()]);
  }
}

/** The note of the product that runs on the folder says where its servers are. */
function servedAt(dataFolder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(dataFolder, 'run.json'), 'utf8')) as { eventStoreUrl?: string }).eventStoreUrl;
  } catch {
    return undefined;
  }
}

function checkpointFile(dataFolder: string, from: string, to: string): string {
  const key = createHash('sha256').update(`${from}\0${to}`).digest('hex').slice(0, 12);
  return join(dataFolder, `copy-${key}.json`);
}

function readCheckpoint(file: string): CopyState {
  if (!existsSync(file)) return { copied: 0 };
  const { position, copied } = JSON.parse(readFileSync(file, 'utf8')) as CopyState;
  return { position, copied };
}

/** As a whole or not at all. Not forced to disk: an older one costs some repeats. */
function writeCheckpoint(file: string, content: CopyState & { from: string; to: string }): void {
  writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

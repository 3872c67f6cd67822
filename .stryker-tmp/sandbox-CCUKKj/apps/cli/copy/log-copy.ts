// @ts-nocheck
import { isPast, type AppendOutcome, type Position, type RawEvent } from './raw-log';

/** How far a copy has come; kept between runs. */
export interface CopyState {
  /** Everything up to here is at the target. */
  readonly position?: Position;
  /** Events at the target. */
  readonly copied: number;
}

export interface Source {
  after(position: Position | undefined): AsyncIterable<RawEvent[]>;
}

export interface Target {
  appendRaw(stream: string, events: readonly RawEvent[], expected: bigint): Promise<AppendOutcome>;
  endStream(stream: string): Promise<void>;
  eventAt(stream: string, revision: bigint): Promise<RawEvent | undefined>;
}

export interface CopyOptions {
  readonly source: Source;
  readonly target: Target;
  /** The last position to copy. */
  readonly until: Position;
  readonly state: CopyState;
  /** Keeps the state; what was copied after the last one kept is sent again after a kill, and known by its ids. */
  readonly keep: (state: CopyState) => void;
}

/** Bytes and events of one append, well under the server's maximum of 1 MiB. */
const APPEND_BYTES = 256 * 1024;
const APPEND_EVENTS = 200;

/** The target cannot become what the source is. */
export class CopyConflict extends Error {}

/**
 * Copies a log, event after event in the order of the whole log, each with its id, type, data, metadata and revision. An append
 * goes out when the one before it has been answered, so that the target's order is the source's across streams too.
 *
 * Soft deletes and truncations are metadata, and come along as such; a stream that was ended for good is ended there.
 * Not copied: the server's own streams (`$…` without a stream of people's behind it).
 * @throws CopyConflict when the target holds other events, or the source's beginning of a stream was scavenged
 */
export async function copyLog({ source, target, until, state, keep }: CopyOptions): Promise<CopyState> {
  let { position, copied } = state;
  const done = () => {
    const now = { ...(position ? { position } : {}), copied };
    keep(now);
    return now;
  };
  for await (const page of source.after(position)) {
    const wanted = page.filter((event) => !isPast(event.position, until));
    for (const run of runs(wanted.filter(isCopied))) {
      if (isTombstone(run[0])) {
        // Kept before: an ended stream takes no repeats of what came before its end.
        done();
        await target.endStream(run[0].stream);
      } else await write(target, run);
      copied += run.length;
      position = (run.at(-1) ?? run[0]).position;
    }
    position = wanted.at(-1)?.position ?? position;
    done();
    if (wanted.length < page.length) break;
  }
  return done();
}

/**
 * Whether an event is people's: their streams and those streams' metadata. Snapshots name places in the log that they were
 * made from, and are made anew in the other one.
 */
export const isCopied = ({ stream }: RawEvent) => !/^(\$(?!\$[^$])|(\$\$)?snapshot-)/.test(stream);

export const isTombstone = ({ type }: RawEvent) => type === '$streamDeleted';

/** A stream's metadata lies in a stream of its own. */
export const isMetadata = ({ stream }: RawEvent) => stream.startsWith('$$');

/** Neighbours of one stream, as many as fit one append. */
function* runs(events: readonly RawEvent[]): Generator<[RawEvent, ...RawEvent[]]> {
  let run: [RawEvent, ...RawEvent[]] | undefined;
  let bytes = 0;
  for (const event of events) {
    const size = event.data.length + event.metadata.length;
    const last = run?.at(-1);
    const fits =
      run &&
      last?.stream === event.stream &&
      last.revision + 1n === event.revision &&
      run.length < APPEND_EVENTS &&
      bytes + size <= APPEND_BYTES;
    if (run && fits && !isTombstone(event)) run.push(event);
    else {
      if (run) yield run;
      run = [event];
      bytes = 0;
    }
    bytes += size;
  }
  if (run) yield run;
}

async function write(target: Target, run: readonly [RawEvent, ...RawEvent[]]): Promise<void> {
  const [first] = run;
  const outcome = await target.appendRaw(first.stream, run, first.revision - 1n);
  if (outcome.result === 'written') return;
  if (outcome.result === 'deleted') throw new CopyConflict(`${first.stream} is ended at the target, and has more events at the source`);
  // A part of it may be there from a run before this one: one by one, each is known by its id.
  if (run.length > 1) {
    for (const event of run) await write(target, [event]);
    return;
  }
  const { stream, revision } = first;
  if (isMetadata(first) && (outcome.current > revision || (await isThere(target, first)))) return;
  throw new CopyConflict(
    outcome.current < 0n
      ? `${stream} begins at revision ${revision} at the source: what came before is gone, and its revisions cannot be kept`
      : `${stream} has other events at the target (revision ${revision} is to be written, ${outcome.current} is there)`,
  );
}

/**
 * Writing to a deleted stream makes the server itself write the metadata that the source has next: the same but for its id.
 * Of metadata only the last can be read; what lies before it is compared when all is copied.
 */
async function isThere(target: Target, event: RawEvent): Promise<boolean> {
  const there = await target.eventAt(event.stream, event.revision);
  return there !== undefined && sameMetadata(there) === sameMetadata(event);
}

/** What a metadata event says, whatever its spaces and the order of its fields. */
export function sameMetadata({ type, data }: RawEvent): string {
  const text = Buffer.from(data).toString('utf8');
  try {
    const fields = JSON.parse(text) as Record<string, unknown>;
    return `${type} ${JSON.stringify(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)))}`;
  } catch {
    return `${type} ${text}`;
  }
}

// @ts-nocheck
import { createHash } from 'node:crypto';
import { isCopied, isMetadata, isTombstone, sameMetadata, type Source } from './log-copy';
import { isPast, type Position, type RawEvent } from './raw-log';

export interface Verification {
  readonly streams: number;
  readonly events: number;
  /** Streams that are not at the target as they are at the source. */
  readonly different: readonly string[];
  /** Streams that only the target has. */
  readonly others: number;
}

interface Sum {
  readonly events: number;
  readonly digest: string;
}

/**
 * Reads both logs from end to end and compares each stream: number and order of events, ids, types, data, metadata.
 * Metadata streams are compared by what they say, and tombstones by being there: servers write some of those by themselves.
 */
export async function verify(
  source: Source,
  target: Source,
  until: Position,
  progress: (events: number) => void = () => undefined,
): Promise<Verification> {
  let read = 0;
  const count = (events: number) => progress((read += events));
  const here = await sums(source, count, until);
  const there = await sums(target, count);
  const different = [...here].filter(([stream, sum]) => !same(sum, there.get(stream))).map(([stream]) => stream);
  const events = [...here.values()].reduce((all, sum) => all + sum.events, 0);
  return { streams: here.size, events, different, others: [...there.keys()].filter((stream) => !here.has(stream)).length };
}

const same = (one: Sum, other: Sum | undefined) => one.events === other?.events && one.digest === other.digest;

async function sums(log: Source, count: (events: number) => void, until?: Position): Promise<Map<string, Sum>> {
  const all = new Map<string, Sum>();
  for await (const page of log.after(undefined)) {
    for (const event of page) {
      if (!isCopied(event) || (until && isPast(event.position, until))) continue;
      const before = all.get(event.stream);
      all.set(event.stream, { events: (before?.events ?? 0) + 1, digest: digest(before?.digest ?? '', event) });
    }
    count(page.length);
    const last = page.at(-1);
    if (until && last && isPast(last.position, until)) break;
  }
  return all;
}

function digest(before: string, event: RawEvent): string {
  const hash = createHash('sha256').update(before);
  const part = (bytes: string | Uint8Array) => hash.update(`${bytes.length}:`).update(bytes);
  if (isTombstone(event)) part(event.type);
  else if (isMetadata(event)) part(sameMetadata(event));
  else {
    part(event.id.toLowerCase());
    part(event.type);
    part(event.contentType);
    part(event.data);
    part(event.metadata);
  }
  return hash.digest('base64');
}

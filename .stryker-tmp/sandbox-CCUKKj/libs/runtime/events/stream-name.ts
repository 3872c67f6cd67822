/** The two parts of a stream's name: what kind of record it is, and which. */
// @ts-nocheck

export interface StreamParts {
  readonly category: string;
  readonly aggregateId: string;
}

export const streamOf = (category: string, aggregateId: string): string => `${category}-${aggregateId}`;

/** A category has no dash, an id may have: the first one divides them. */
export function partsOf(stream: string): StreamParts {
  const dash = stream.indexOf('-');
  return { category: stream.slice(0, dash), aggregateId: stream.slice(dash + 1) };
}

/** What the names of snapshots' streams begin with: they are no part of the history. */
export const SNAPSHOT_PREFIX = 'snapshot-';

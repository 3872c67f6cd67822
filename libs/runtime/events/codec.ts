import { jsonEvent, type EventData, type ResolvedEvent, type AllStreamResolvedEvent } from '@eventstore/db-client';
import type { EventMetadata, Recorded } from '@letopis/kernel';
import { partsOf } from './stream-name';

const utf8 = new TextEncoder();

/** An event on its way to the store. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: EventMetadata;
}

/** The position where a server tells none (a real one leaves it out when a single stream is read). */
export const UNKNOWN_POSITION = -1;

/** Metadata goes as bytes: given as an object, the client takes its text through base64 and back, twice for every event. */
export const encode = ({ id, type, data, metadata }: NewEvent): EventData =>
  jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: utf8.encode(JSON.stringify(metadata)) });

/** The event of a read or a subscription; undefined for what is not one of ours (a link whose target is gone, binary data). */
export function decode({ event, commitPosition }: ResolvedEvent | AllStreamResolvedEvent): Recorded | undefined {
  if (!event?.isJson || !isOurs(event.metadata)) return undefined;
  return {
    id: event.id,
    type: event.type,
    data: event.data,
    stream: event.streamId,
    ...partsOf(event.streamId),
    revision: Number(event.revision),
    position: safe(event.position?.commit ?? commitPosition),
    metadata: event.metadata,
  };
}

/** Strangers may write whatever JSON they like: `null` is an object to `typeof`. */
const isOurs = (metadata: unknown): metadata is EventMetadata =>
  typeof metadata === 'object' && metadata !== null && 'commandId' in metadata;

/** Positions grow by bytes written: 2^53 is far beyond any log; what is larger stands for «not told». */
const safe = (position: bigint | undefined) =>
  position !== undefined && position <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(position) : UNKNOWN_POSITION;

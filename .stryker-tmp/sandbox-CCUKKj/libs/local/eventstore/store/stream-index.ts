// @ts-nocheck
import { createHash } from 'node:crypto';
import { decodeEvent, encodeEvent, idOf, LINK } from '../wire/recorded-event';
import type { EventLog } from './log';
import type { StoredEvent } from './recent-events';

/** The stream of all streams (SystemStreams.StreamsStream). */
export const STREAMS = '$streams';
const NAME = Buffer.from(STREAMS);

type Row = { id: number; name: Uint8Array; position: number; body: Uint8Array };

/**
 * `$streams`: a link to the first event of every stream, in the order in which streams began. On a real server the system
 * projection of that name writes it (Standard/IndexStreams.cs). Here nothing is written: the table of streams is the list, so
 * appends cost nothing more, and it is complete the moment an append is answered.
 *
 * A stream's number in the file never changes and is its link's revision; one that was ended before its first event leaves
 * its number out. Links are not in `$all`: each has the position and the time of the event that it leads to.
 */
export class StreamIndex {
  constructor(readonly log: EventLog) {}

  get last(): number {
    return this.#rows('s.id <= ? ORDER BY s.id DESC', Number.MAX_SAFE_INTEGER, 1)[0]?.revision ?? -1;
  }

  forward(revision: number, limit: number): StoredEvent[] {
    return this.#rows('s.id > ? ORDER BY s.id', revision, limit);
  }

  backward(revision: number, lowest: number, limit: number): StoredEvent[] {
    return this.#rows('s.id <= ? ORDER BY s.id DESC', revision + 1, limit).filter((link) => link.revision >= lowest);
  }

  #rows(range: string, from: number, limit: number): StoredEvent[] {
    const rows = this.log.file.sql(
      `SELECT s.id, s.name, e.position, e.body FROM streams s CROSS JOIN events e ON e.stream = s.id AND e.revision = 0
       WHERE e.position <= ? AND ${range} LIMIT ?`,
    );
    return (rows.all(this.log.head, from, limit) as Row[]).map(link);
  }
}

function link({ id, name, position, body }: Row): StoredEvent {
  const data = Buffer.concat([Buffer.from('0@'), name]);
  const event = { id: linkId(idOf(body)), type: LINK, isJson: false, data, metadata: Buffer.alloc(0) };
  const revision = id - 1;
  // Ids of streams begin at 1, and no link belongs to a stream of the file.
  return { position, streamId: 0, revision, body: encodeEvent(event, NAME, revision, position, decodeEvent(body).created) };
}

/** An id of its own for each link, the same whenever it is read: a UUID by name of the first event's (RFC 9562, version 5). */
function linkId(first: string): string {
  const hash = createHash('sha1').update(`${STREAMS}/${first}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

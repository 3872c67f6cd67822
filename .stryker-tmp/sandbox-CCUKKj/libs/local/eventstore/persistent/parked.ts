// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { ANY } from '../store/expected-revision';
import { StreamView } from '../store/stream-view';
import { metastreamOf } from '../store/streams';
import type { StoredEvent } from '../store/recent-events';
import type { Writer } from '../store/writer';
import { decodeEvent, LINK } from '../wire/recorded-event';
import type { GroupName } from './settings';

/** Parked events that are being delivered again: revisions of the parked stream, both ends included. */
export interface Replay {
  from: number;
  to: number;
}

/**
 * The messages that a group gave up on: links in a stream of their own, which any client can read
 * (PersistentSubscriptionMessageParker.cs). A replay takes them out of the stream at once, as the real server does; what is
 * under way is kept beside, so that a crash in the middle of it loses none.
 */
export class ParkedMessages {
  readonly stream: string;
  readonly #view: StreamView;
  readonly #unhandled = new Set<number>();

  constructor(
    { source, group }: GroupName,
    readonly writer: Writer,
    private replay: Replay | undefined,
    readonly saveReplay: (replay: Replay | undefined) => void,
  ) {
    this.stream = `$persistentsubscription-${source}::${group}-parked`;
    this.#view = new StreamView(this.stream, writer.log, writer.streams);
  }

  get count(): number {
    if (this.#view.condition !== 'found') return 0;
    return Math.max(0, this.#view.last - this.#view.lowest + 1);
  }

  /** Resolves when the parking is on disk. */
  async park(event: StoredEvent, target: StoredEvent | undefined, reason: string, cursor: number | undefined): Promise<void> {
    const original = decodeEvent((target ?? event).body);
    // A link that leads nowhere is parked as it is.
    const data = target ? `${original.revision}@${original.stream}` : Buffer.from(original.data).toString('utf8');
    const metadata = JSON.stringify({ added: new Date().toISOString(), reason, subscriptionEventNumber: cursor ?? event.revision });
    this.writer.append(this.stream, ANY, [
      { id: randomUUID(), type: LINK, isJson: false, data: Buffer.from(data), metadata: Buffer.from(metadata) },
    ]);
    await this.writer.settled();
  }

  /** Takes the parked messages below revision `stopAt` out of the stream, to be delivered again. */
  take(stopAt: number | undefined): StoredEvent[] {
    if (this.#view.condition !== 'found') return [];
    const from = this.#view.lowest;
    const end = Math.min(stopAt ?? Infinity, this.#view.last + 1);
    if (end <= from) return [];
    const taken = this.#read(from, end - 1);
    this.#begin({ from: Math.min(this.replay?.from ?? from, from), to: end - 1 });
    const truncated = Buffer.from(JSON.stringify({ $tb: end }));
    this.writer.append(metastreamOf(this.stream), ANY, [
      { id: randomUUID(), type: '$metadata', isJson: true, data: truncated, metadata: Buffer.alloc(0) },
    ]);
    return taken;
  }

  /** What a replay that the server's end interrupted had not brought to an end. */
  interrupted(): StoredEvent[] {
    if (!this.replay) return [];
    this.#begin(this.replay);
    return this.#read(this.replay.from, this.replay.to);
  }

  /** A message out of a replay was answered for. */
  handled(event: StoredEvent): void {
    if (!this.#unhandled.delete(event.revision) || this.#unhandled.size > 0) return;
    this.replay = undefined;
    this.saveReplay(undefined);
  }

  #begin(replay: Replay): void {
    for (let revision = replay.from; revision <= replay.to; revision++) this.#unhandled.add(revision);
    this.replay = replay;
    this.saveReplay(replay);
  }

  #read(from: number, to: number): StoredEvent[] {
    const stream = this.writer.streams.find(this.stream);
    const events: StoredEvent[] = [];
    for (let next = from; stream && next <= to;) {
      const page = this.writer.log.streamForward(stream.id, next, to - next + 1);
      const last = page.at(-1);
      if (!last) break;
      events.push(...page);
      next = last.revision + 1;
    }
    return events;
  }
}

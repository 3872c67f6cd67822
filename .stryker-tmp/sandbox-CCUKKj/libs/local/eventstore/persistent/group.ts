// @ts-nocheck
import { toRpcError } from '../grpc/rpc-error';
import type { Links } from '../store/links';
import type { StoredEvent } from '../store/recent-events';
import { idOf } from '../wire/recorded-event';
import type { Consumer } from './consumer';
import { Consumers } from './consumers';
import type { Message } from './message';
import type { ParkedMessages } from './parked';
import type { GroupName, GroupSettings } from './settings';
import type { Source } from './source';

const PARK_AGAIN_MS = 1_000;
const PAGES_AT_ONCE = 4;
const PASSED_OVER = 1_000;
/** Bytes read ahead of the consumers. */
const BUFFER_BYTES = 4 * 1024 * 1024;

export type NackAction = 'park' | 'retry' | 'skip' | 'stop';

/** What a group needs of the rest of the server. */
export interface GroupContext {
  source: Source;
  parked: ParkedMessages;
  links: Links;
  /** Keeps the checkpoint; it is on disk with the turn's commit. */
  saveCheckpoint: (cursor: number) => void;
}

/**
 * A persistent subscription: consumers compete for the events of a source, each event is delivered until one of them has
 * answered for it, and where the group stands outlives the server (PersistentSubscription.cs).
 *
 * It reads only as far as its consumers take: never more than `historyBufferSize` events are held besides those in flight.
 */
export class Group {
  readonly consumers: Consumers;
  readonly outstanding = new Map<string, Message>();
  /** In the order of the source, parked ones last. */
  readonly retries: Message[] = [];
  readonly #buffer: Message[] = [];
  #bufferBytes = 0;
  #reached: number;
  #checkpoint: number | undefined;
  #answered = 0;
  #pumping = false;
  #timeoutTimer: NodeJS.Timeout | undefined;
  #checkpointTimer: NodeJS.Timeout | undefined;
  #closed = false;
  totalItems = 0;
  sinceMeasured = 0;

  constructor(
    readonly name: GroupName,
    readonly settings: GroupSettings,
    readonly context: GroupContext,
    start: { after: number; checkpoint: number | undefined },
  ) {
    this.consumers = new Consumers(settings.strategy);
    this.#reached = start.after;
    this.#checkpoint = start.checkpoint;
  }

  get checkpoint(): number | undefined {
    return this.#checkpoint;
  }

  get buffered(): number {
    return this.#buffer.length;
  }

  get caughtUp(): boolean {
    return this.#buffer.length === 0 && this.#reached >= this.context.source.last();
  }

  connect(consumer: Consumer): void {
    this.consumers.add(consumer);
    this.pump();
  }

  /** A consumer is gone: what it had is delivered to others, and counts as tried. */
  disconnect(consumer: Consumer): void {
    this.consumers.remove(consumer);
    for (const message of consumer.inFlight) if (this.outstanding.get(message.id) === message) this.#again(message);
    consumer.inFlight.clear();
    this.pump();
  }

  acknowledge(ids: readonly string[]): void {
    for (const id of ids) this.#done(this.outstanding.get(id));
    this.#checkpointIfDue(this.settings.maxCheckpointCount);
    this.pump();
  }

  /** `stop` counts as an answer and does nothing more, as on the real server (StopSubscription is empty there). */
  refuse(ids: readonly string[], action: NackAction, reason: string): void {
    for (const id of ids) {
      const message = this.outstanding.get(id);
      if (!message) continue;
      if (action === 'park') this.#park(message, `Client explicitly NAK'ed message.\n${reason}`);
      else if (action === 'retry') this.#again(message);
      else this.#done(message);
    }
    this.#checkpointIfDue(this.settings.maxCheckpointCount);
    this.pump();
  }

  /** Delivers the parked messages again, up to the one of revision `stopAt`. */
  replayParked(stopAt: number | undefined): void {
    for (const event of this.context.parked.take(stopAt)) this.retries.push(this.#message(event, undefined));
    this.pump();
  }

  /** Parked messages whose replay was under way when the server stopped. */
  resumeReplay(): void {
    for (const event of this.context.parked.interrupted()) this.retries.push(this.#message(event, undefined));
  }

  /** Gives messages to consumers as long as there are both; reads a few pages at most before it lets others go first. */
  pump(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    try {
      for (let pages = 0; this.consumers.anyFree;) {
        const moved = this.#dispatch(this.retries) + this.#dispatch(this.#buffer);
        if (!this.consumers.anyFree) break;
        if (this.#fill()) {
          if (++pages < PAGES_AT_ONCE) continue;
          setImmediate(() => this.pump());
          break;
        }
        if (moved === 0) break;
      }
    } catch (cause) {
      for (const consumer of [...this.consumers.all]) consumer.call.cut(toRpcError(cause));
    } finally {
      this.#pumping = false;
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timeoutTimer);
    clearTimeout(this.#checkpointTimer);
    this.#checkpointIfDue(1);
  }

  /** @returns how many were given away. */
  #dispatch(queue: Message[]): number {
    let given = 0;
    for (let at = 0; at < queue.length && this.consumers.anyFree;) {
      const message = queue[at] as Message;
      if (this.outstanding.has(message.id)) {
        // The same id twice in the source: the second is passed over, as by the real server (StartMessageResult.SkippedDuplicate).
        this.#remove(queue, at);
        continue;
      }
      const consumer = this.consumers.pick(() => this.#target(message));
      if (!consumer) {
        if (!this.consumers.pinned) break;
        at++;
        continue;
      }
      this.#remove(queue, at);
      this.#give(message, consumer);
      given++;
    }
    return given;
  }

  #remove(queue: Message[], at: number): void {
    const [message] = queue.splice(at, 1);
    if (queue === this.#buffer) this.#bufferBytes -= message?.event.body.length ?? 0;
  }

  #give(message: Message, consumer: Consumer): void {
    message.consumer = consumer;
    message.deadline = this.settings.messageTimeoutMs > 0 ? Date.now() + this.settings.messageTimeoutMs : Infinity;
    this.outstanding.set(message.id, message);
    this.totalItems++;
    this.sinceMeasured++;
    consumer.push(message);
    this.#watchTimeouts();
  }

  /** Reads on. @returns false at the end, or when enough is held. */
  #fill(): boolean {
    if (this.#buffer.length >= Math.max(1, this.settings.historyBufferSize) || this.#bufferBytes > BUFFER_BYTES) return false;
    const page = this.context.source.after(this.#reached, Math.max(1, this.settings.readBatchSize));
    if (!page) return false;
    this.#reached = page.reached;
    for (const event of page.events) {
      this.#buffer.push(this.#message(event, this.context.source.cursorOf(event)));
      this.#bufferBytes += event.body.length;
    }
    if (page.events.length === 0) this.#watchCheckpoint(); // a filter that lets nothing through moves the mark all the same
    return true;
  }

  #message(event: StoredEvent, cursor: number | undefined): Message {
    return { id: idOf(event.body), event, cursor, retryCount: 0, deadline: 0 };
  }

  #target(message: Message): StoredEvent | undefined {
    const { links } = this.context;
    const resolves = this.settings.resolveLinks || message.cursor === undefined;
    return resolves && links.isLink(message.event) ? links.target(message.event) : message.event;
  }

  #done(message: Message | undefined): void {
    if (!message || !this.#take(message)) return;
    this.#answered++;
    if (message.cursor === undefined) this.context.parked.handled(message.event);
    this.#watchCheckpoint();
  }

  /** Takes a message back from its consumer. */
  #take(message: Message): boolean {
    if (this.outstanding.get(message.id) !== message) return false;
    this.outstanding.delete(message.id);
    message.consumer?.inFlight.delete(message);
    message.consumer = undefined;
    return true;
  }

  #again(message: Message): void {
    if (message.retryCount >= this.settings.maxRetryCount)
      return this.#park(message, `Reached retry count of ${this.settings.maxRetryCount}`);
    if (!this.#take(message)) return;
    message.retryCount++;
    const { cursor } = message;
    const at = cursor === undefined ? -1 : this.retries.findIndex((other) => other.cursor === undefined || other.cursor > cursor);
    if (at < 0) this.retries.push(message);
    else this.retries.splice(at, 0, message);
  }

  /** A parked message is out of the way only when its parking is on disk. */
  #park(message: Message, reason: string): void {
    message.consumer?.inFlight.delete(message);
    message.deadline = Infinity;
    this.context.parked.park(message.event, this.#target(message), reason, message.cursor).then(
      () => {
        this.#done(message);
        this.pump();
      },
      () => {
        // Nothing was written: it is tried again like a message that timed out.
        message.deadline = Date.now() + PARK_AGAIN_MS;
        this.#watchTimeouts();
      },
    );
  }

  #watchTimeouts(): void {
    if (this.#timeoutTimer || this.#closed) return;
    let first = Infinity;
    for (const { deadline } of this.outstanding.values()) first = Math.min(first, deadline);
    if (first === Infinity) return;
    this.#timeoutTimer = setTimeout(() => this.#timeOut(), Math.min(Math.max(1, first - Date.now()), 0x7fffffff));
    this.#timeoutTimer.unref();
  }

  #timeOut(): void {
    this.#timeoutTimer = undefined;
    const now = Date.now();
    for (const message of [...this.outstanding.values()]) if (message.deadline <= now) this.#again(message);
    this.pump();
    this.#watchTimeouts();
  }

  #watchCheckpoint(): void {
    if (this.#checkpointTimer || this.#closed) return;
    this.#checkpointTimer = setTimeout(
      () => {
        this.#checkpointTimer = undefined;
        this.#checkpointIfDue(Math.max(1, this.settings.minCheckpointCount));
      },
      Math.max(1, this.settings.checkpointAfterMs),
    );
    this.#checkpointTimer.unref();
  }

  /** Moves the checkpoint when that many messages were answered since the last time, or a filter passed many events over. */
  #checkpointIfDue(count: number): void {
    const idle = this.outstanding.size === 0 && this.retries.length === 0 && this.#buffer.length === 0;
    const passedOver = this.#reached - (this.#checkpoint ?? -1) >= PASSED_OVER;
    if (this.#answered < Math.max(1, count) && !(idle && passedOver)) return;
    let low = this.#reached;
    for (const queue of [this.outstanding.values(), this.retries, this.#buffer]) {
      for (const { cursor } of queue) if (cursor !== undefined && cursor <= low) low = cursor - 1;
    }
    if (low < 0 || low === this.#checkpoint) return;
    this.#answered = 0;
    this.#checkpoint = low;
    this.context.saveCheckpoint(low);
  }
}

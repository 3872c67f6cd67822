// @ts-nocheck
import { randomUUID } from 'node:crypto';
import type * as pb from '@eventstore/db-client/generated/streams_pb';
import type { Call } from '../grpc/call';
import { errors } from '../errors';
import type { Commit, EventLog } from '../store/log';
import type { StoredEvent } from '../store/recent-events';
import type { StreamView } from '../store/stream-view';
import type { Filter } from './filter';
import { responses } from './responses';

type Encode = (event: StoredEvent) => Uint8Array;

const PAGE = 512;
/** Events that a live subscriber may be behind before it is told so (the real server's live buffer holds 32). */
const LIVE_BUFFER = 32;

/** Wakes the subscriptions that wait at the end of what they read. */
export class SubscriptionHub {
  readonly #all = new Set<AllSubscription>();
  readonly #byStream = new Map<string, Set<StreamSubscription>>();

  /** @param dropOver appends of more events than this end live `$all` subscriptions, as on a real server; for tests. */
  constructor(
    log: EventLog,
    readonly dropOver: () => number | undefined = () => undefined,
  ) {
    log.onCommit((commit) => this.#committed(commit));
  }

  get size(): number {
    let size = this.#all.size;
    for (const subscriptions of this.#byStream.values()) size += subscriptions.size;
    return size;
  }

  add(subscription: AllSubscription | StreamSubscription): void {
    if (subscription instanceof AllSubscription) this.#all.add(subscription);
    else {
      const name = subscription.view.name;
      const others = this.#byStream.get(name);
      if (others) others.add(subscription);
      else this.#byStream.set(name, new Set([subscription]));
    }
  }

  remove(subscription: AllSubscription | StreamSubscription): void {
    if (subscription instanceof AllSubscription) this.#all.delete(subscription);
    else {
      const others = this.#byStream.get(subscription.view.name);
      others?.delete(subscription);
      if (others?.size === 0) this.#byStream.delete(subscription.view.name);
    }
  }

  #committed(commit: Commit): void {
    const limit = this.dropOver();
    const drop = limit !== undefined && commit.largestAppend > limit;
    for (const subscription of this.#all) {
      if (drop && subscription.live) subscription.drop();
      else subscription.wake();
    }
    for (const name of commit.streams) for (const subscription of this.#byStream.get(name) ?? []) subscription.wake();
  }
}

/**
 * A catch-up subscription: it reads pages from where it is, waits at the end, and goes on when woken. It holds one page at
 * most, whatever the client's speed: the next is read when the last one has left.
 */
abstract class Subscription {
  live = false;
  #waiting = false;
  #scheduled = false;
  #confirmed = false;

  constructor(
    protected readonly call: Call<pb.ReadReq>,
    protected readonly hub: SubscriptionHub,
  ) {}

  /** Sends the next page. @returns false at the end of what there is to read. */
  protected abstract sendPage(): boolean;
  protected abstract enrol(): void;
  protected abstract leave(): void;
  /** Events between this subscription and the end. */
  protected abstract behind(): number;
  /** What is sent when the end is reached for the first time, or again. */
  protected abstract atEnd(): void;

  start(): void {
    this.enrol();
    this.call.onClosed = () => this.leave();
    this.#step();
  }

  wake(): void {
    if (!this.#waiting) this.#step();
  }

  drop(): void {
    this.leave();
    this.call.fail(errors.consumerTooSlow());
  }

  protected fail(cause: unknown): void {
    this.leave();
    this.call.fail(cause);
  }

  #step(): void {
    if (this.call.over) return this.leave();
    try {
      if (!this.#confirmed) {
        this.#confirmed = true;
        this.call.send(responses.confirmation(randomUUID()));
      }
      if (this.sendPage()) return this.#next();
      if (!this.live) {
        this.live = true;
        this.atEnd();
        this.call.send(responses.caughtUp);
      }
    } catch (cause) {
      this.fail(cause);
    }
  }

  /** The next page in the next turn, or when the client has taken the last one. */
  #next(): void {
    if (this.#scheduled || this.call.over) return;
    this.#waiting = true;
    if (this.call.ready && this.behind() === 0) {
      this.#waiting = false;
      if (!this.live) this.#step();
      return;
    }
    this.#scheduled = true;
    this.call.whenDrained(() => {
      this.#scheduled = false;
      this.#waiting = false;
      if (this.live && this.behind() > LIVE_BUFFER) {
        this.live = false;
        this.call.send(responses.fellBehind);
      }
      this.#step();
    });
  }
}

/** A subscription to `$all`, after a position. */
export class AllSubscription extends Subscription {
  #sinceCheckpoint = 0;

  constructor(
    call: Call<pb.ReadReq>,
    hub: SubscriptionHub,
    readonly encode: Encode,
    readonly log: EventLog,
    private position: number,
    readonly filter: Filter | undefined,
  ) {
    super(call, hub);
  }

  protected override enrol(): void {
    this.hub.add(this);
  }

  protected override leave(): void {
    this.hub.remove(this);
  }

  protected override behind(): number {
    return Math.max(0, this.log.head - this.position);
  }

  protected override atEnd(): void {
    // The position reached, also when the filter let nothing of the way there through.
    const reached = Math.min(this.position, this.log.head);
    this.#sinceCheckpoint = 0;
    if (reached > 0) this.call.send(responses.checkpoint(reached));
  }

  protected override sendPage(): boolean {
    const page = this.log.forward(this.position, PAGE);
    const last = page.at(-1);
    if (!last) return false;
    const { filter } = this;
    for (const event of page) {
      if (!filter) {
        this.call.send(this.encode(event));
        continue;
      }
      if (filter.matches(event.body)) this.call.send(this.encode(event));
      if (++this.#sinceCheckpoint >= filter.checkpointInterval) {
        this.#sinceCheckpoint = 0;
        this.call.send(responses.checkpoint(event.position));
      }
    }
    this.position = last.position;
    return true;
  }
}

/** A subscription to a stream, after a revision (-1: from its start). The stream need not be there yet. */
export class StreamSubscription extends Subscription {
  constructor(
    call: Call<pb.ReadReq>,
    hub: SubscriptionHub,
    readonly encode: Encode,
    readonly view: StreamView,
    private revision: number,
  ) {
    super(call, hub);
  }

  protected override enrol(): void {
    this.hub.add(this);
  }

  protected override leave(): void {
    this.hub.remove(this);
  }

  protected override behind(): number {
    return Math.max(0, this.view.last - this.revision);
  }

  protected override atEnd(): void {
    // Streams have no checkpoints: their revisions are gap-free.
  }

  protected override sendPage(): boolean {
    if (this.view.condition === 'deleted') throw errors.streamDeleted(this.view.name);
    const page = this.view.forward(this.revision + 1, PAGE);
    if (!page) return false;
    for (const event of page.events) this.call.send(this.encode(event));
    this.revision = page.next - 1;
    return true;
  }
}

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
  readonly #all = new Set<Subscription>();
  readonly #byStream = new Map<string, Set<Subscription>>();

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

  add(subscription: Subscription): void {
    const { stream } = subscription.walk;
    if (stream === undefined) this.#all.add(subscription);
    else {
      const others = this.#byStream.get(stream);
      if (others) others.add(subscription);
      else this.#byStream.set(stream, new Set([subscription]));
    }
  }

  remove(subscription: Subscription): void {
    const { stream } = subscription.walk;
    if (stream === undefined) this.#all.delete(subscription);
    else {
      const others = this.#byStream.get(stream);
      others?.delete(subscription);
      if (others?.size === 0) this.#byStream.delete(stream);
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

type Sending = Pick<Call, 'send'>;

/** A way through the events that a subscriber wants, from where it began. */
export interface Walk {
  /** Undefined for `$all`. */
  readonly stream?: string;
  /** Sends the next page. @returns false at the end of what there is to read. @throws RpcError when there is no going on */
  sendPage(call: Sending): boolean;
  /** Events between here and the end. */
  behind(): number;
  /** Sends what belongs to reaching the end for the first time, or again. */
  atEnd?(call: Sending): void;
}

/**
 * A catch-up subscription: it reads pages from where it is, waits at the end, and goes on when woken. It holds two pages at
 * most, whatever the client's speed: the next is read when the last one but one has left.
 */
export class Subscription {
  live = false;
  #waiting = false;
  #scheduled = false;
  #confirmed = false;

  constructor(
    readonly call: Call<pb.ReadReq>,
    readonly hub: SubscriptionHub,
    readonly walk: Walk,
  ) {}

  start(): void {
    this.hub.add(this);
    this.call.onClosed = () => this.#leave();
    this.#step();
  }

  wake(): void {
    if (!this.#waiting) this.#step();
  }

  drop(): void {
    this.#fail(errors.consumerTooSlow());
  }

  #leave(): void {
    this.hub.remove(this);
  }

  #fail(cause: unknown): void {
    this.#leave();
    this.call.fail(cause);
  }

  #step(): void {
    if (this.call.over) return this.#leave();
    try {
      if (!this.#confirmed) {
        this.#confirmed = true;
        this.call.send(responses.confirmation(randomUUID()));
      }
      if (this.walk.sendPage(this.call)) return this.#next();
      if (!this.live) {
        this.live = true;
        this.walk.atEnd?.(this.call);
        this.call.send(responses.caughtUp);
      }
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /** The next page in the next turn, or when the client has taken the last one. */
  #next(): void {
    if (this.#scheduled || this.call.over) return;
    this.#waiting = true;
    if (this.call.ready && this.walk.behind() === 0) {
      this.#waiting = false;
      if (!this.live) this.#step();
      return;
    }
    this.#scheduled = true;
    this.call.whenDrained(() => {
      this.#scheduled = false;
      this.#waiting = false;
      if (this.live && this.walk.behind() > LIVE_BUFFER) {
        this.live = false;
        this.call.send(responses.fellBehind);
      }
      this.#step();
    });
  }
}

/** Through `$all`, after a position. */
export function throughAll(log: EventLog, position: number, filter: Filter | undefined, encode: Encode): Walk {
  let sinceCheckpoint = 0;
  return {
    sendPage(call) {
      const page = log.forward(position, PAGE);
      for (const event of page) {
        if (!filter) {
          call.send(encode(event));
          continue;
        }
        if (filter.matches(event.body)) call.send(encode(event));
        if (++sinceCheckpoint >= filter.checkpointInterval) {
          sinceCheckpoint = 0;
          call.send(responses.checkpoint(event.position));
        }
      }
      position = page.at(-1)?.position ?? position;
      return page.length > 0;
    },
    behind: () => Math.max(0, log.head - position),
    atEnd(call) {
      // The position reached, also when the filter let nothing of the way there through.
      const reached = Math.min(position, log.head);
      sinceCheckpoint = 0;
      if (reached > 0) call.send(responses.checkpoint(reached));
    },
  };
}

/** Through a stream, after a revision (-1: from its start). The stream need not be there yet. */
export function throughStream(view: StreamView, revision: number, encode: Encode): Walk {
  return {
    stream: view.name,
    sendPage(call) {
      if (view.condition === 'deleted') throw errors.streamDeleted(view.name);
      const page = view.forward(revision + 1, PAGE);
      if (!page) return false;
      for (const event of page.events) call.send(encode(event));
      revision = page.next - 1;
      return true;
    },
    behind: () => Math.max(0, view.last - revision),
  };
}

// @ts-nocheck
import type * as pb from '@eventstore/db-client/generated/persistent_pb';
import type { Call } from '../grpc/call';
import type { Message } from './message';

/** A connected consumer of a group. It has at most `capacity` messages that it has not answered for. */
export class Consumer {
  readonly inFlight = new Set<Message>();
  readonly since = Date.now();
  total = 0;
  sinceMeasured = 0;
  #ready = true;

  constructor(
    readonly id: string,
    readonly call: Call<pb.ReadReq>,
    readonly capacity: number,
    readonly encode: (message: Message) => Uint8Array,
    readonly onReady: () => void,
  ) {}

  /** It may take a message: it has a slot, and has taken what was sent before from the wire. */
  get free(): boolean {
    return this.#ready && this.inFlight.size < this.capacity && !this.call.over;
  }

  push(message: Message): void {
    this.inFlight.add(message);
    this.total++;
    this.sinceMeasured++;
    if (this.call.send(this.encode(message)) || !this.#ready) return;
    this.#ready = false;
    this.call.whenDrained(() => {
      this.#ready = true;
      this.onReady();
    });
  }
}

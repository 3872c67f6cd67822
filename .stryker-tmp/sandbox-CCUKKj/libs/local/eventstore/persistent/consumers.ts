// @ts-nocheck
import { utf8 } from '../wire/protobuf';
import { decodeEvent } from '../wire/recorded-event';
import type { StoredEvent } from '../store/recent-events';
import type { Consumer } from './consumer';
import type { Strategy } from './settings';

/** Where a strategy finds the event that a message is about: behind the link, if it is one. */
type TargetOf = () => StoredEvent | undefined;

/** The consumers of a group, and the rule by which each message finds one (ConsumerStrategy/*.cs). */
export class Consumers {
  readonly #consumers: Consumer[] = [];
  #turn = 0;

  constructor(readonly strategy: Strategy | string) {}

  get all(): readonly Consumer[] {
    return this.#consumers;
  }

  add(consumer: Consumer): void {
    this.#consumers.push(consumer);
  }

  remove(consumer: Consumer): void {
    const at = this.#consumers.indexOf(consumer);
    if (at >= 0) this.#consumers.splice(at, 1);
  }

  /** Whether a message that finds nobody lets others pass it: those of other streams may. */
  get pinned(): boolean {
    return this.strategy === 'Pinned' || this.strategy === 'PinnedByCorrelation';
  }

  get anyFree(): boolean {
    return this.#consumers.some((consumer) => consumer.free);
  }

  pick(target: TargetOf): Consumer | undefined {
    switch (this.strategy) {
      case 'DispatchToSingle':
        return this.#consumers.find((consumer) => consumer.free);
      case 'Pinned':
        return this.#pinnedTo(streamOf(target()));
      case 'PinnedByCorrelation':
        return this.#pinnedTo(correlationOf(target()));
      default:
        return this.#next();
    }
  }

  #next(): Consumer | undefined {
    const count = this.#consumers.length;
    for (let step = 0; step < count; step++) {
      const consumer = this.#consumers[(this.#turn + step) % count];
      if (consumer?.free) {
        this.#turn = (this.#turn + step + 1) % count;
        return consumer;
      }
    }
    return undefined;
  }

  /** The consumer that weighs most for this key: all keep most of theirs when one comes or goes. */
  #pinnedTo(key: string): Consumer | undefined {
    let best: Consumer | undefined;
    let weight = -1;
    for (const consumer of this.#consumers) {
      const own = hash(key + consumer.id);
      if (own > weight) [best, weight] = [consumer, own];
    }
    return best?.free ? best : undefined;
  }
}

const streamOf = (event: StoredEvent | undefined) => (event ? decodeEvent(event.body).stream : '');

/** `$correlationId` of the metadata; the stream where there is none. */
function correlationOf(event: StoredEvent | undefined): string {
  if (!event) return '';
  const { metadata, stream } = decodeEvent(event.body);
  try {
    const { $correlationId } = JSON.parse(utf8(metadata)) as { $correlationId?: unknown };
    return typeof $correlationId === 'string' ? $correlationId : stream;
  } catch {
    return stream;
  }
}

/** FNV-1a, with its bits mixed once more: the consumers' ids differ at the end only. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

// @ts-nocheck
import { decodeEvent, headOf, LINK } from '../wire/recorded-event';
import { utf8 } from '../wire/protobuf';
import { encodeResolved } from '../wire/read-event';
import type { EventLog } from './log';
import type { StoredEvent } from './recent-events';
import { StreamView } from './stream-view';
import type { Streams } from './streams';

/** Follows links to the events that they point at. */
export class Links {
  constructor(
    readonly log: EventLog,
    readonly streams: Streams,
  ) {}

  isLink(event: StoredEvent): boolean {
    return headOf(event.body).type === LINK;
  }

  /** The event that a link points at; undefined when it was deleted, cut off or never there. */
  target(link: StoredEvent): StoredEvent | undefined {
    const text = utf8(decodeEvent(link.body).data);
    const at = text.indexOf('@');
    const revision = Number(text.slice(0, at));
    if (at < 1 || !Number.isSafeInteger(revision)) return undefined;
    const view = new StreamView(text.slice(at + 1), this.log, this.streams);
    return view.condition === 'found' ? view.event(revision) : undefined;
  }

  /** What a reader that asked for resolved links is sent: target and link, or the link alone. */
  resolved(event: StoredEvent): Uint8Array {
    if (!this.isLink(event)) return event.body;
    return encodeResolved(this.target(event)?.body, event.body, event.position);
  }
}

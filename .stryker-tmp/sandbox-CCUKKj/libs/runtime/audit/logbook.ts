// @ts-nocheck
import { after, newId, recordedActor, type Actor } from '@letopis/kernel';
import type { Clock } from '../clock';
import type { EventStore } from '../events/event-store';
import { streamOf } from '../events/stream-name';

/** How long what is noted is kept, in days. */
export interface Retention {
  readonly auditAccess: number;
  readonly refusals: number;
}

/** Five years and a quarter of one. */
export const defaultRetention: Retention = { auditAccess: 1_827, refusals: 90 };

/** Whether a category's streams let go of what is in them after a while: nothing that lasts may be folded from them. */
export const isExpiring = (category: string): category is keyof Retention => category === 'auditAccess' || category === 'refusals';

/** What is noted beside the work: under whose hands, as part of which call. */
export interface Entry {
  readonly type: string;
  readonly data: object;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly organizationId?: string;
}

const DAY = 86_400;

/** Streams of notes, one per day and name: they decide nothing, and the log lets them go when their time is over. */
export class Logbook {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
    private readonly retention: Retention = defaultRetention,
  ) {}

  /** Writes entries that belong together; answers the position of the last. @throws DomainError STORE_UNAVAILABLE */
  async write(category: keyof Retention, name: string | undefined, entries: readonly Entry[]): Promise<number> {
    const now = this.clock.now();
    const day = now.slice(0, 10);
    const days = this.retention[category];
    const events = entries.map(({ type, data, actor, correlationId, organizationId }) => {
      const commandId = newId();
      return {
        id: newId(),
        type,
        data: { ...data, keptUntil: after(now, { days }) },
        metadata: {
          commandId,
          commandType: type,
          correlationId,
          causationId: commandId,
          actor: recordedActor(actor),
          organizationId,
          occurredAt: now,
          schemaVersion: 1,
          fingerprint: '',
        },
      };
    });
    const { position } = await this.store.note(streamOf(category, name === undefined ? day : `${day}:${name}`), events, days * DAY);
    return position;
  }
}

import type { Listens, Recorded } from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { Logger } from '../logger';
import { documents, type Projector } from '../projections/projector';

/** How long is waited for the read model of who listens, in milliseconds. */
const WAIT = 30_000;
/** So many streams more than were known at first, and twice as many, are a reason to look who listens still. */
const SPARE = 10_000;

export interface ListeningParts {
  readonly db: Db;
  readonly projector: Projector;
  readonly logger: Logger;
}

/**
 * The streams that somebody listens to, kept in memory beside the log: from the read model as it was at some place, and from the
 * events that have passed by since. Rather one too many than one too few: where they are not known, all are listened to.
 */
export class Listening {
  #streams: Set<string> | undefined;
  /** What has begun since a look at the read model was begun. */
  #begun: string[] | undefined;
  #most = 0;

  constructor(
    private readonly parts: ListeningParts,
    private readonly listens: Listens,
  ) {}

  /** Learns who listens, from the read model as it is once it has come as far as the position. */
  async learn(position: number): Promise<void> {
    const { db, projector, logger } = this.parts;
    const { rows, filter, field } = this.listens.listeners;
    const begun = (this.#begun = []);
    try {
      await projector.mark(rows).reached(position, WAIT);
      const streams = new Set<string>();
      const found = documents(db, projector, rows)
        .find({ ...filter, _deleted: { $exists: false } })
        .project<Record<string, readonly string[]>>({ [field]: 1 });
      for await (const row of found) for (const stream of row[field] ?? []) streams.add(stream);
      for (const stream of begun) streams.add(stream);
      this.#streams = streams;
      this.#most = 2 * streams.size + SPARE;
    } catch (error) {
      logger.warn({ error: String(error), rows }, 'it is not known who listens: everything is told');
    } finally {
      if (this.#begun === begun) this.#begun = undefined;
    }
  }

  /** Whether somebody may listen to this event. Told every event of the log once, in its order. */
  passes(event: Recorded): boolean {
    const streams = this.#streams;
    for (const stream of this.listens.begins(event)) {
      streams?.add(stream);
      this.#begun?.push(stream);
    }
    if (streams && streams.size > this.#most && !this.#begun) void this.learn(event.position);
    return this.listens.categories.includes(event.category) && (streams?.has(event.stream) ?? true);
  }
}

import type { Projection } from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { Clock } from '../clock';
import type { Logger } from '../logger';
import type { Stored } from '../projections/document';
import type { Projector } from '../projections/projector';
import { isExpired } from './expiry';
import type { Refolder } from './refold';
import { differenceOf, type Difference } from './verify';

/** How read models are looked through while the product runs. */
export interface PatrolOptions {
  /** Pause between two looks, in milliseconds. */
  readonly pause: number;
  /** Whether what differs is folded anew. */
  readonly heal: boolean;
}

/** Documents of one look: the read model stands still for so many. */
const LOOK = 20;

interface Parts {
  readonly db: Db;
  readonly projector: Projector;
  readonly refolder: Refolder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly projections: readonly Projection[];
}

/** What a look has found. */
export interface Look {
  readonly projection?: string;
  readonly documents: number;
  readonly differences: readonly Difference[];
}

/**
 * Looks through the read models of this process all the time and slowly: a few documents of one, folded anew from their own
 * streams, then a few of the next, by ranges of keys, over and over. It finds what was changed or made up; what is missing is
 * found by the whole verification.
 */
export class Patrol {
  /** Read model → the last key that was looked at. */
  readonly #after = new Map<string, string>();
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<unknown> = Promise.resolve();
  #stopped = false;
  #looked: (look: Look) => void = () => {};

  constructor(
    private readonly parts: Parts,
    private readonly options: PatrolOptions,
  ) {}

  /** Told of every look. */
  onLook(listener: (look: Look) => void): void {
    this.#looked = listener;
  }

  start(): void {
    const again = () => {
      if (this.#stopped) return;
      this.#timer = setTimeout(() => {
        this.#looking = this.look()
          .catch((error: unknown) => this.parts.logger.warn({ error: String(error) }, 'read models could not be looked through, going on later'))
          .finally(again);
      }, this.options.pause); // prettier-ignore
      this.#timer.unref();
    };
    again();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Looks at the next few documents of the next read model. */
  async look(): Promise<Look> {
    const projection = this.turn();
    if (!projection) return { documents: 0, differences: [] };
    const { code } = projection;
    const { refolder, projector, logger } = this.parts;
    const found: Array<Omit<Difference, 'healed'>> = [];
    const documents = await projector.exclusively(code, async ({ collection }) => {
      const page = await this.parts.db
        .collection<Stored>(collection)
        .find({ _id: { $gt: this.#after.get(code) ?? '' } })
        .sort({ _id: 1 })
        .limit(LOOK)
        .toArray();
      this.#after.set(code, page.length < LOOK ? '' : page.at(-1)!._id);
      let looked = 0;
      for (const live of page) {
        if (isExpired(projection, live, this.parts.clock.now())) continue;
        const anew = await refolder.anew(projection, live);
        if (!anew) continue;
        looked++;
        const difference = differenceOf(live, anew);
        if (difference) found.push({ projection: code, key: live._id, ...difference });
      }
      return looked;
    });
    const differences: Difference[] = [];
    for (const difference of found) {
      const { heal } = this.options;
      if (heal) await refolder.refold(difference);
      const { key, kind, fields } = difference;
      logger.error({ projection: code, key, kind, fields, healed: heal }, 'a document is not what the log says');
      differences.push({ ...difference, healed: heal });
    }
    const look = { projection: code, documents, differences };
    this.#looked(look);
    return look;
  }

  /** The next read model that this process folds, and that is not just being built. */
  private turn(): Projection | undefined {
    const { projections, projector } = this.parts;
    for (let tried = 0; tried < projections.length; tried++) {
      const projection = projections[this.#next++ % projections.length]!;
      const { code } = projection;
      if (projector.owns(code) && projector.kept(code).collection === projector.collection(code)) return projection;
    }
    return undefined;
  }
}

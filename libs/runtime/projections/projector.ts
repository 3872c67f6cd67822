import type { Db } from 'mongodb';
import type { Projection, Recorded } from '@letopis/kernel';
import type { Reader } from '../events/reader';
import { UNKNOWN_POSITION } from '../events/codec';
import type { EventStore } from '../events/event-store';
import { Leases, Shares } from '../leases';
import type { Logger } from '../logger';
import { Builds, type BuiltAt } from './builds';
import { Checkpoints } from './checkpoints';
import type { Stored } from './document';
import { foldPage, takingNothing } from './folding';
import { ForeignMarks } from './foreign-marks';
import { Mark } from './mark';
import { ReadingGroup, type GroupParts } from './reading-group';
import { TrailingCheckpoints, type Place } from './trailing-checkpoints';

/** What the names of its leases begin with. */
const KIND = 'projection';
/** What is folded into at present. */
export interface Kept {
  readonly projection: Projection;
  readonly collection: string;
  /** Position of the last page that was folded into it. */
  readonly position: number;
}

export interface ProjectorParts {
  readonly store: EventStore;
  readonly db: Db;
  readonly logger: Logger;
  readonly onReader?: (reader: Reader) => void;
  /** Whether it takes its share of the read models; without them it only knows how far others have come. */
  readonly keeps?: boolean;
  /** How long a read model is owned without a sign of life, in milliseconds. */
  readonly lease?: number;
}

/**
 * Keeps the read models: each is owned by one process at a time, and all that a process owns and that are equally far are
 * fed by one reader, a page at a time, the checkpoints following behind. A new version is built beside the live one
 * and takes its place when it has caught up. Those that other processes own are followed by their checkpoints.
 */
export class Projector {
  readonly builds: Builds;
  readonly #marks = new Map<string, Mark>();
  readonly #live = new Map<string, string>();
  readonly #kept = new Map<string, Kept>();
  readonly #owned = new Set<string>();
  /** Read models at whose place the process has ended again and again. */
  readonly #suspicious = new Set<string>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #apart = new Set<ReadingGroup>();
  readonly #checkpoints: Checkpoints;
  readonly #trailing: TrailingCheckpoints;
  readonly #foreign: ForeignMarks;
  readonly #leases: Leases;
  readonly #shares: Shares;
  #main: ReadingGroup | undefined;
  /** The end of the log when this process began: a build that has come so far may answer. */
  #head = 0;
  #stopped = false;

  constructor(
    private readonly parts: ProjectorParts,
    private readonly projections: readonly Projection[],
  ) {
    this.builds = new Builds(parts.db);
    this.#checkpoints = new Checkpoints(parts.db);
    this.#trailing = new TrailingCheckpoints(
      this.#checkpoints,
      parts.logger,
      (code) => this.placeOf(code),
      () => this.isFollowed,
    );
    this.#foreign = new ForeignMarks(this.#checkpoints, parts.logger, () => this.lookAtLive());
    this.#leases = new Leases(parts.db, parts.lease);
    this.#shares = new Shares(this.#leases, parts.logger, [
      {
        kind: KIND,
        names: projections.map(({ code }) => code),
        volunteers: parts.keeps ?? true,
        begin: (code) => this.begin(code),
        end: (code) => this.end(code),
      },
    ]);
  }

  /** Makes collections and indexes, then folds what is this process's share from the checkpoints on. */
  async start(): Promise<void> {
    const places = await this.builds.prepare(this.projections);
    const positions = await this.#checkpoints.all([...places.values()].map(({ folded }) => folded));
    for (const projection of this.projections) {
      const place = places.get(projection.code)!;
      this.know(projection, place, positions.get(place.folded) ?? UNKNOWN_POSITION);
    }
    await this.#shares.start();
    const owned = [...this.#owned].map((code) => this.kept(code));
    this.#head = await this.parts.store.head();
    const position = owned.length > 0 ? Math.max(...owned.map((kept) => kept.position)) : this.#head;
    const isAbreast = (kept: Kept) => kept.position === position && !this.#suspicious.has(kept.projection.code);
    const abreast = owned.filter(isAbreast).map(({ projection }) => projection.code);
    const main = new ReadingGroup({ ...this.groupParts(), onReader: this.parts.onReader }, position, abreast);
    this.#main = main;
    for (const code of abreast) await this.answerIfCaughtUp(code);
    void main.start();
    for (const kept of owned) if (!isAbreast(kept)) this.goApart(kept.projection.code, kept.position);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#apart].map((group) => group.stop()));
    await this.#main?.stop();
    await this.#trailing.end();
    await this.#shares.stop();
    await this.#foreign.stop();
  }

  /** Whether other processes may wait to see how far this one has come. */
  get isFollowed(): boolean {
    return !this.#shares.isAlone(KIND);
  }

  /** Whether this process folds the projection. */
  owns(code: string): boolean {
    return this.#owned.has(code);
  }

  /** How far a projection has come, here or in the process that owns it. */
  mark(code: string): Mark {
    const mark = this.#marks.get(code);
    if (!mark) throw new Error(`there is no projection ${code}`);
    return mark;
  }

  /** The collection that answers for a projection. */
  collection(code: string): string {
    return this.#live.get(code)!;
  }

  /** What is folded into at present: another collection than the one that answers while a new version is being built. */
  kept(code: string): Kept {
    const kept = this.#kept.get(code);
    if (!kept) throw new Error(`there is no projection ${code}`);
    return this.owns(code) ? kept : { ...kept, position: this.mark(code).position };
  }

  /** Does the work between two pages: nothing is folded into the projection meanwhile. Whoever owns it hands it over for that. */
  exclusively<Answer>(code: string, work: (kept: Kept) => Promise<Answer>): Promise<Answer> {
    return this.#shares.owning(KIND, code, () => this.inTurn(code, work));
  }

  /**
   * Makes another build the live one, which from now on is folded into. To be called within `exclusively`, with a build
   * that holds exactly what the present one holds.
   */
  async switchTo(code: string, collection: string): Promise<void> {
    const { collection: previous, position, projection } = this.kept(code);
    await this.#checkpoints.write(collection, position);
    await this.builds.makeLive(code, collection, previous);
    this.#kept.set(code, { projection, collection, position });
    this.#live.set(code, collection);
    this.parts.logger.info({ projection: code, collection, previous }, 'another build of the read model is live');
  }

  /** What is known of a projection before anybody owns it. */
  private know(projection: Projection, { live, folded }: BuiltAt, position: number): void {
    const { code } = projection;
    this.#live.set(code, live);
    this.#kept.set(code, { projection, collection: folded, position });
    const mark = new Mark(position, () => {
      if (!this.owns(code)) this.#foreign.hurry();
    });
    this.#marks.set(code, mark);
    this.#foreign.follow(folded, mark);
  }

  private async begin(code: string): Promise<void> {
    const { projection } = this.#kept.get(code)!;
    const { live, folded } = await this.builds.of(projection);
    const position = await this.#checkpoints.read(folded);
    this.#foreign.leave(this.#kept.get(code)!.collection);
    this.#live.set(code, live);
    this.#kept.set(code, { projection, collection: folded, position });
    this.mark(code).advance(position);
    if (await this.#checkpoints.begun(folded, position)) this.#suspicious.add(code);
    this.#owned.add(code);
    if (this.#main) this.goApart(code, position);
  }

  private async end(code: string): Promise<void> {
    if (!this.#owned.has(code)) return;
    await Promise.all([this.#main, ...this.#apart].map((group) => group?.leave(code)));
    await this.#trailing.flush();
    this.#owned.delete(code);
    await this.#checkpoints.ended(this.#kept.get(code)!.collection);
    this.#foreign.follow(this.#kept.get(code)!.collection, this.mark(code));
  }

  /** Folds what one read model lacks, until it may join the others. */
  private goApart(code: string, from: number): void {
    if (this.#stopped) return;
    const careful = this.#suspicious.delete(code);
    const group = new ReadingGroup(this.groupParts(), from, [code], this.#main, careful ? this.#head : undefined);
    this.#apart.add(group);
    void group.start().finally(() => this.#apart.delete(group));
  }

  private groupParts(): GroupParts {
    const { store, logger } = this.parts;
    return {
      store,
      logger,
      fold: (code, page, carefully) => this.fold(code, page, carefully),
      folded: (codes, position) => this.folded(codes, position),
      failed: (code, position, error) => {
        logger.error({ projection: code, error: String(error), after: position }, 'a read model is held up and goes on by itself');
        this.goApart(code, position);
      },
    };
  }

  private fold(code: string, page: readonly Recorded[], carefully = false): Promise<void> {
    return this.inTurn(code, async (kept) => {
      if (!this.#leases.holds(`${KIND}:${code}`)) throw new Error(`it is not certain that ${code} is still in the hands of this process`);
      const { position } = page.at(-1)!;
      // How often an event was handled is counted at the place before it: that must be where the next process begins.
      if (carefully) await this.#trailing.flush();
      const deadly = carefully && !(await this.#checkpoints.mayHandle(kept.collection, position));
      if (deadly)
        this.parts.logger.error(
          { projection: code, position },
          'an event has ended the process again and again; what it touches is parked',
        );
      await foldPage(this.parts.db, deadly ? takingNothing(kept.projection) : kept.projection, page, kept.collection);
      this.#kept.set(code, { ...kept, position });
      // The documents are written: whoever waits for them waits neither for other read models nor for the checkpoint.
      this.mark(code).advance(position);
    });
  }

  private async folded(codes: readonly string[], position: number): Promise<void> {
    for (const code of codes) {
      this.#kept.set(code, { ...this.#kept.get(code)!, position });
      this.mark(code).advance(position);
    }
    this.#trailing.moved(codes);
    for (const code of codes) await this.answerIfCaughtUp(code);
  }

  /** What is noted of a read model: nothing once it is in other hands. */
  private placeOf(code: string): Place | undefined {
    const { collection: name, position } = this.#kept.get(code)!;
    return this.#owned.has(code) ? { name, position } : undefined;
  }

  /** Lets the build of a new version answer once it has caught up. */
  private async answerIfCaughtUp(code: string): Promise<void> {
    const { collection, position } = this.#kept.get(code)!;
    if (position < this.#head || this.collection(code) === collection) return;
    await this.builds.makeLive(code, collection);
    this.#live.set(code, collection);
    this.parts.logger.info({ projection: code, collection }, 'the rebuilt read model is live');
  }

  /** Other processes may have switched over what they own. */
  private async lookAtLive(): Promise<void> {
    for (const [code, collection] of await this.builds.live()) {
      if (this.#live.has(code) && !this.owns(code) && collection !== this.collection(code)) this.#live.set(code, collection);
    }
  }

  private inTurn<Answer>(code: string, work: (kept: Kept) => Promise<Answer>): Promise<Answer> {
    const running = (this.#turns.get(code) ?? Promise.resolve()).then(() => work(this.#kept.get(code)!));
    this.#turns.set(
      code,
      running.catch(() => {}), // whoever asked for the work hears of its failure
    );
    return running;
  }
}

/** Documents of a projection by a plain filter, for the runtime's own use. */
export const documents = (db: Db, projector: Projector, code: string) => db.collection<Stored>(projector.collection(code));

import type { Db } from 'mongodb';
import type { Recorded, Saga } from '@letopis/kernel';
import { Reader } from '../events/reader';
import { SAGA_FAILURE, type OperatedStep } from '../operations/saga-failure';
import { Checkpoints } from '../projections/checkpoints';
import { ForeignMarks } from '../projections/foreign-marks';
import { Mark } from '../projections/mark';
import type { Projector } from '../projections/projector';
import { TrailingCheckpoints } from '../projections/trailing-checkpoints';
import { concerns } from './effects';
import { Givers } from './givers';
import { Lanes } from './lanes';
import { Listening } from './listening';
import { LowMark } from './low-mark';
import { Steps, type StepParts } from './steps';
import type { WaitingStep } from './waiting';

export type { WaitingStep } from './waiting';

const CHECKPOINT = 'sagas';
/** Events that may be under way beyond the low mark. */
const UNDER_WAY = 1_000;
const PAGE = 256;

/**
 * Delivers every event to the sagas that it concerns: at least once, in order per saga and stream, across streams side by
 * side. What fails goes to a durable waiting list, later steps of its lane line up behind it, and the mark moves on.
 */
export class SagaRunner {
  /** How far all sagas have come, here or in the process that they run in. */
  readonly mark: Mark;
  readonly #lanes = new Lanes();
  readonly #steps: Steps;
  readonly #low: LowMark;
  readonly #givers: Givers;
  readonly #checkpoints: Checkpoints;
  readonly #trailing: TrailingCheckpoints;
  readonly #foreign: ForeignMarks;
  readonly #listening = new Map<Saga, Listening>();
  #reader: Reader | undefined;
  #running: Promise<void> = Promise.resolve();
  #giving: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(
    private readonly parts: StepParts & {
      readonly db: Db;
      /** Where read models are kept or followed: who listens to what is learned from them. */
      readonly projector?: Projector;
      readonly onReader?: (reader: Reader) => void;
    },
  ) {
    this.#steps = new Steps(parts, this.#lanes);
    this.#givers = new Givers(parts.db);
    this.#checkpoints = new Checkpoints(parts.db);
    this.#trailing = new TrailingCheckpoints(
      this.#checkpoints,
      parts.logger,
      (name) => ({ name, position: this.mark.position }),
      () => parts.projector?.isFollowed ?? true,
    );
    this.#foreign = new ForeignMarks(this.#checkpoints, parts.logger);
    this.mark = new Mark(-1, () => this.#foreign.hurry());
    this.#low = new LowMark(UNDER_WAY, (position) => {
      this.mark.advance(position);
      this.#trailing.moved([CHECKPOINT]);
    });
  }

  /** Follows the sagas of another process, until `begin`. */
  async start(): Promise<void> {
    await this.#steps.prepare();
    this.mark.advance(await this.#checkpoints.read(CHECKPOINT));
    this.#foreign.follow(CHECKPOINT, this.mark);
  }

  async stop(): Promise<void> {
    await this.end();
    await this.#foreign.stop();
  }

  /** Runs the sagas in this process, from where the last one has left off. */
  async begin(): Promise<void> {
    this.#foreign.leave(CHECKPOINT);
    this.#stopped = false;
    this.#low.reset();
    await this.#steps.begin();
    const from = await this.#checkpoints.read(CHECKPOINT);
    this.mark.advance(from);
    const suspicious = await this.#checkpoints.begun(CHECKPOINT, from);
    this.#reader = new Reader(this.parts.store, from, this.parts.logger);
    this.parts.onReader?.(this.#reader);
    this.listen(from);
    this.#steps.goOn(suspicious ? UNDER_WAY : 0);
    this.#running = this.run(this.#reader);
    this.#giving = this.give(from);
  }

  /** Lets what is under way come to its end; another process may go on after it. */
  async end(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#steps.stop();
    this.#low.letGo();
    await this.#reader?.stop();
    await this.#running;
    await this.#giving;
    await this.#steps.ended();
    await this.#trailing.end();
    await this.#checkpoints.ended(CHECKPOINT);
    this.#foreign.follow(CHECKPOINT, this.mark);
  }

  /** Steps of a story that are not done: waiting for another try, or parked. */
  waiting(correlationId: string): Promise<readonly WaitingStep[]> {
    return this.#steps.ofStory(correlationId);
  }

  private async run(reader: Reader): Promise<void> {
    for await (const page of reader.pages(PAGE)) {
      for (const event of page) {
        this.#steps.taken();
        await this.#low.room(() => this.#stopped);
        if (this.#stopped) return;
        this.take(event);
      }
    }
  }

  private take(event: Recorded): void {
    const entry = this.#low.enter(event.position);
    const does = (lane: string, work: () => Promise<boolean>) => {
      entry.open++;
      void this.#lanes.run(lane, work).then((handled) => {
        if (handled) this.#low.done(entry);
      });
    };
    for (const saga of this.parts.sagas) {
      if (!concerns(saga, event, this.isListenedTo(saga, event))) continue;
      const lane = `${saga.name}:${event.stream}`;
      does(lane, () => this.#steps.step(saga, event, lane));
    }
    if (event.category === SAGA_FAILURE) {
      const { saga, stream } = event.data as OperatedStep;
      const lane = `${saga}:${stream}`;
      does(lane, () => this.#steps.operate(event, lane));
    }
    this.#low.done(entry);
  }

  /** Learns who listens to what, beside the work: until it is known, everything is told. */
  private listen(from: number): void {
    const { db, logger, projector } = this.parts;
    if (!projector) return;
    for (const saga of this.parts.sagas) {
      if (!saga.listens) continue;
      const listening = new Listening({ db, logger, projector }, saga.listens);
      this.#listening.set(saga, listening);
      void listening.learn(from);
    }
  }

  private isListenedTo(saga: Saga, event: Recorded): boolean {
    const listening = this.#listening.get(saga);
    return listening ? listening.passes(event) : saga.listens?.categories.includes(event.category) === true;
  }

  /** Tells sagas that give something new of what happened before they did: up to where they go on, and once. */
  private async give(upTo: number): Promise<void> {
    try {
      const givers = await this.#givers.new(this.parts.sagas);
      if (givers.length === 0) return;
      const { store } = this.parts;
      const types = new Set(givers.flatMap(({ on }) => Object.keys(on)));
      for await (const resolved of upTo < 0 ? [] : store.everything()) {
        if (this.#stopped) return;
        if (!types.has(resolved.event?.type ?? '')) continue;
        const event = await store.open(resolved);
        if (!event) continue;
        if (event.position > upTo) break;
        for (const saga of givers.filter(({ on }) => Object.hasOwn(on, event.type))) {
          const lane = `${saga.name}:${event.stream}`;
          if (!(await this.#lanes.run(lane, () => this.#steps.step(saga, event, lane)))) return;
        }
      }
      await this.#givers.have(givers);
    } catch (error) {
      this.parts.logger.error({ error: String(error) }, 'what sagas give could not be given to all; the next start goes on with it');
    }
  }
}

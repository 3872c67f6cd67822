import type { Db } from 'mongodb';
import type { Patrol } from './patrol';
import type { RefusalLog } from '../audit/refusals';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../clock';
import type { Dispatcher } from '../commands/dispatcher';
import type { Composition } from '../composition';
import type { EventStore } from '../events/event-store';
import { sideOf } from '../projections/document';
import type { Projector } from '../projections/projector';
import type { SagaRunner } from '../sagas/saga-runner';
import { waitingSteps } from '../sagas/waiting';
import type { Ticker } from '../timers/ticker';

interface Parts {
  readonly composition: Composition;
  readonly dispatcher: Dispatcher;
  readonly store: EventStore;
  readonly db: Db;
  readonly projector: Projector;
  readonly sagas: SagaRunner;
  readonly ticker: Ticker;
  readonly clock: Clock;
  readonly refused: RefusalLog;
  readonly patrol: Patrol;
}

/** Events that a lag is counted up to: a larger one is told as this. */
const MOST_BEHIND = 1_000;
/** How long is counted, in milliseconds; what has been counted by then is told. */
const COUNTING = 2_000;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Lag {
  readonly events: number;
  /** Age of the oldest event that is still ahead. */
  readonly seconds: number;
}

/**
 * What Prometheus is told. Labels are names that are written in the program (commands, codes of errors, read models,
 * sagas, routes): their number is bounded, and nothing of a person is in them.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #commands = this.histogram('letopis_command_seconds', 'Commands by outcome', ['command', 'outcome'], SECONDS);
  readonly #conflicts = new Counter({
    name: 'letopis_command_conflicts_total',
    help: 'Commands that were decided anew because their stream had moved on',
    labelNames: ['command'],
    registers: [this.#registry],
  });
  readonly #verified = new Counter({
    name: 'letopis_verified_documents_total',
    help: 'Documents that were compared with the log while the product runs',
    labelNames: ['projection'],
    registers: [this.#registry],
  });
  readonly #different = new Counter({
    name: 'letopis_different_documents_total',
    help: 'Documents that were not what the log says, and whether they were folded anew',
    labelNames: ['projection', 'healed'],
    registers: [this.#registry],
  });
  readonly #refusals = new Counter({
    name: 'letopis_refusals_total',
    help: 'Refused calls by code, and whether the refusal was recorded, only counted, or dropped because too many came',
    labelNames: ['code', 'fate'],
    registers: [this.#registry],
  });
  readonly #http = this.histogram('letopis_http_seconds', 'HTTP calls by route and status', ['method', 'route', 'status'], SECONDS);
  readonly #late = this.histogram('letopis_timer_late_seconds', 'How late timers were fired', [], [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600]);
  readonly #letters = new Counter({
    name: 'letopis_letters_total',
    help: 'Letters by template and outcome; repeated: it may have gone twice',
    labelNames: ['template', 'outcome'],
    registers: [this.#registry],
  });
  readonly #messages = new Counter({
    name: 'letopis_messages_total',
    help: 'Attempts to deliver messages by channel and outcome; repeated: it may have gone twice',
    labelNames: ['channel', 'outcome'],
    registers: [this.#registry],
  });
  readonly #storeUp = this.gauge('letopis_store_up', 'Whether the store has answered what it was asked for this page', ['store']);
  readonly #underWay = this.gauge('letopis_commands_under_way', 'Commands that wait or run', []);
  readonly #head = this.gauge('letopis_log_head_position', 'Position of the newest event', []);
  readonly #lagEvents = this.gauge('letopis_lag_events', `Events not handled yet, told up to ${MOST_BEHIND}`, ['kind', 'name']);
  readonly #lagSeconds = this.gauge('letopis_lag_seconds', 'Age of the oldest event that is not handled yet', ['kind', 'name']);
  readonly #steps = this.gauge('letopis_saga_steps', 'Saga steps that wait for another try, or for an operator', ['saga', 'state']);
  readonly #documents = this.gauge('letopis_parked_documents', 'Documents that could not take an event', ['projection']);

  constructor(private readonly parts: Parts) {
    parts.dispatcher.watch({
      ended: (command, outcome, seconds) => this.#commands.observe({ command, outcome }, seconds),
      conflict: (command) => this.#conflicts.inc({ command }),
    });
    parts.patrol.onLook(({ projection, documents, differences }) => {
      if (projection === undefined) return;
      this.#verified.inc({ projection }, documents);
      for (const { healed } of differences) this.#different.inc({ projection, healed: String(healed) });
    });
    parts.refused.onCounted((code, fate) => this.#refusals.inc({ code, fate }));
    parts.ticker.onFired((seconds) => this.#late.observe(seconds));
  }

  /** What became of a letter, by the name of its template. */
  letter(template: string, outcome: 'sent' | 'refused' | 'lost' | 'repeated'): void {
    this.#letters.inc({ template, outcome });
  }

  /** What became of an attempt to deliver a message. */
  message(channel: string, outcome: 'sent' | 'failed' | 'repeated'): void {
    this.#messages.inc({ channel, outcome });
  }

  /** An HTTP call has been answered. `route` is its pattern, never the address itself. */
  answered(method: string, route: string, status: number, seconds: number): void {
    this.#http.observe({ method, route, status }, seconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /**
   * Everything in Prometheus' text format, as it is at this moment. While a store is away, what it would have to be asked for is
   * left out, and everything else is told: that is when somebody looks.
   */
  async text(): Promise<string> {
    const [log, ...database] = await Promise.allSettled([this.measureLag(), this.countWaiting(), this.countParked()]);
    const answered = ({ status }: PromiseSettledResult<void>) => status === 'fulfilled';
    this.#storeUp.set({ store: 'eventstore' }, Number(answered(log)));
    this.#storeUp.set({ store: 'mongodb' }, Number(database.every(answered)));
    if (!answered(log)) {
      this.#head.remove();
      this.#lagEvents.reset();
      this.#lagSeconds.reset();
    }
    if (!database.every(answered)) {
      this.#steps.reset();
      this.#documents.reset();
    }
    this.#underWay.set(this.parts.dispatcher.underWay);
    return this.#registry.metrics();
  }

  private async measureLag(): Promise<void> {
    const { composition, projector, sagas, store } = this.parts;
    const head = await store.head();
    this.#head.set(head);
    const marks = [...composition.projections.keys()].map((name) => ({ kind: 'projection', name, at: projector.mark(name).position }));
    marks.push({ kind: 'sagas', name: 'all', at: sagas.mark.position });
    // Those that have come equally far are behind by the same events: they are counted once.
    const lags = new Map<number, Promise<Lag>>();
    for (const { at } of marks) if (!lags.has(at)) lags.set(at, this.lag(at, head));
    for (const { kind, name, at } of marks) {
      const { events, seconds } = await lags.get(at)!;
      this.#lagEvents.set({ kind, name }, events);
      this.#lagSeconds.set({ kind, name }, seconds);
    }
  }

  private async lag(after: number, head: number): Promise<Lag> {
    if (after >= head) return { events: 0, seconds: 0 };
    const { store, clock } = this.parts;
    const subscription = store.subscribe(after);
    const timeout = setTimeout(() => void subscription.unsubscribe().catch(() => {}), COUNTING);
    let events = 0;
    let oldest: string | undefined;
    try {
      for await (const { event, commitPosition } of subscription) {
        const metadata = event?.metadata as { commandId?: string; occurredAt?: string } | undefined;
        if (metadata?.commandId === undefined) continue;
        events++;
        oldest ??= metadata.occurredAt;
        if (events >= MOST_BEHIND || Number(event?.position?.commit ?? commitPosition ?? head) >= head) break;
      }
    } finally {
      clearTimeout(timeout);
      await subscription.unsubscribe().catch(() => {});
    }
    return { events, seconds: oldest === undefined ? 0 : Math.max(0, (Date.parse(clock.now()) - Date.parse(oldest)) / 1_000) };
  }

  private async countWaiting(): Promise<void> {
    type Counted = { readonly _id: { readonly saga: string; readonly parked: boolean }; readonly count: number };
    const counted = await waitingSteps(this.parts.db)
      .aggregate<Counted>([{ $group: { _id: { saga: '$saga', parked: '$parked' }, count: { $sum: 1 } } }])
      .toArray();
    for (const { name: saga } of this.parts.composition.sagas) {
      for (const parked of [true, false]) {
        const found = counted.find(({ _id }) => _id.saga === saga && _id.parked === parked);
        this.#steps.set({ saga, state: parked ? 'parked' : 'waiting' }, found?.count ?? 0);
      }
    }
  }

  private async countParked(): Promise<void> {
    const { composition, projector, db } = this.parts;
    for (const { code, sides } of composition.projections.values()) {
      const { collection } = projector.kept(code);
      let parked = 0;
      for (const name of [collection, ...Object.keys(sides).map((side) => sideOf(collection, side))]) {
        parked += await db.collection(name).countDocuments({ '_parked.position': { $gte: 0 } });
      }
      this.#documents.set({ projection: code }, parked);
    }
  }

  private histogram<Label extends string>(name: string, help: string, labelNames: Label[], buckets: number[]): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.#registry] });
  }

  private gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}

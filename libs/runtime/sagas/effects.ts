import {
  derivedId,
  DomainError,
  heardBy,
  system,
  type CommandEffect,
  type Effect,
  type EventMetadata,
  type FiredTimer,
  type Need,
  type Recorded,
  type Saga,
  type SagaReads,
  type Settings,
} from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { Clock } from '../clock';
import type { Composition } from '../composition';
import type { Claims } from '../commands/claims';
import type { Dispatcher } from '../commands/dispatcher';
import type { States } from '../commands/states';
import { partsOf } from '../events/stream-name';
import { parseCommand } from '../commands/validation';
import { portMethod, type Ports } from '../ports';
import { visible } from '../projections/document';
import { documents, type Projector } from '../projections/projector';
import { RecentMap } from '../recent-map';
import { within } from '../scope';
import { CancelTimer, ScheduleTimer, type TimerEvents } from '../timers/timer';

/** Rows that a saga may read at once. */
const MOST_ROWS = 10_000;
/** Prompt reactions that a process remembers. */
const REMEMBERED = 10_000;
/** How long a saga waits for a read model to come as far as its event, in milliseconds. */
const ROWS_WAIT = 30_000;

export interface EffectParts {
  readonly composition: Composition;
  readonly dispatcher: Dispatcher;
  readonly states: States;
  readonly claims: Claims;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly db: Db;
  /** Where read models are kept in this process; a process without them answers no rows. */
  readonly projector?: Projector;
}

/**
 * Whether a saga has anything to do with an event.
 * @param isListenedTo whether somebody may listen to the event's stream
 */
export const concerns = ({ on, promptly, onTimer, hears, name }: Saga, event: Recorded, isListenedTo = false): boolean => {
  if (event.type === 'TimerFired') return (event.data as TimerEvents['TimerFired']).saga === name && timerName(event) in onTimer;
  const hasReaction = Object.hasOwn(on, event.type) || Object.hasOwn(promptly, event.type);
  return hasReaction || isListenedTo || hears?.categories.includes(event.category) === true;
};

const stepOf = (saga: Saga, event: Recorded) => `${saga.name}:${event.id}`;

/** A timer `name:detail` is told to the reaction `name`. */
const timerName = ({ data }: Recorded) => (data as TimerEvents['TimerFired']).key.split(':')[0]!;

/** Carries out what sagas want done. Every effect has an id that follows from what caused it, so that a repeat does nothing. */
export class Effects {
  /** Prompt reactions of this process, and whether they were carried out: when their event comes by in the log those need no repeat. */
  readonly #prompt = new RecentMap<string, Promise<boolean>>(REMEMBERED);

  constructor(private readonly parts: EffectParts) {}

  /** The reactions that come before the answer to the causing command; the first that fails ends them. */
  async promptly(events: readonly Recorded[]): Promise<void> {
    const reactions = events.flatMap((event) =>
      this.parts.composition.sagas.filter(({ promptly }) => Object.hasOwn(promptly, event.type)).map((saga) => ({ saga, event })),
    );
    const steps = reactions.map((step) => ({ ...step, ...told<boolean>() }));
    // All of them before the first is begun: the log may be quicker to bring the events than one reaction is.
    for (const { saga, event, telling } of steps) this.#prompt.set(stepOf(saga, event), telling);
    try {
      for (const { saga, event, tell } of steps) {
        await this.carryOut(saga, event, await saga.promptly[event.type]!(event, this.reads(event)));
        tell(true);
      }
    } finally {
      for (const { tell } of steps) tell(false);
    }
  }

  /** All that a saga wants for an event. @throws what an effect was refused with or failed with; «already so» is success */
  react(saga: Saga, event: Recorded): Promise<void> {
    const scope = { saga: saga.name, event: event.id, correlationId: event.metadata.correlationId };
    return within(scope, () => this.reacted(saga, event));
  }

  private async reacted(saga: Saga, event: Recorded): Promise<void> {
    const reads = this.reads(event);
    if (event.type === 'TimerFired') {
      return this.carryOut(saga, event, await saga.onTimer[timerName(event)]!(fired(event), reads));
    }
    const prompt = (await this.#prompt.get(stepOf(saga, event))) ? undefined : saga.promptly[event.type];
    for (const reaction of [prompt, saga.on[event.type], heardBy(saga, event)]) {
      if (reaction) await this.carryOut(saga, event, await reaction(event, reads));
    }
  }

  private async carryOut(saga: Saga, event: Recorded, effects: readonly Effect[]): Promise<void> {
    const owner = event.type === 'TimerFired' ? (event.data as TimerEvents['TimerFired']).owner : event.stream;
    const seen = new Set<string>();
    for (const effect of effects) {
      const id = this.idOf(saga, event, effect, owner);
      if (seen.has(id)) throw new Error(`${saga.name}: two effects on ${event.type} have one id; name them apart by a key`);
      seen.add(id);
      const code = await this.one(saga, event.metadata, event.id, effect, id, owner);
      if (code === undefined) continue;
      const { refused, goesOn } = effect as CommandEffect;
      await this.carryOut(saga, event, refused!(code));
      if (!goesOn) return;
    }
  }

  /** Carries out one effect; answers the code of a refusal that the saga has a way on from. */
  private async one(
    { name }: Saga,
    { correlationId }: EventMetadata,
    causationId: string,
    effect: Effect,
    id: string,
    owner: string,
  ): Promise<string | undefined> {
    if (effect.kind === 'port') {
      const asked = { commandId: id, now: this.parts.clock.now() };
      await portMethod(this.parts.ports, effect.port, effect.method)(effect.input, asked);
      return undefined;
    }
    const refused = effect.kind === 'command' ? effect.refused : undefined;
    if (refused && effect.kind === 'command' && !this.parts.composition.commands.has(effect.type)) return 'UNKNOWN_COMMAND';
    try {
      const command = this.commandOf(name, effect, owner);
      await this.parts.dispatcher.execute(command, { commandId: id, actor: system(name), correlationId, causationId });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.entry.alreadySo) return undefined;
      // What the store or the database cannot do at the moment is no refusal: it is tried again.
      if (!refused || error.entry.status >= 500) throw error;
      return error.code;
    }
    return undefined;
  }

  private commandOf(saga: string, effect: Exclude<Effect, { kind: 'port' }>, eventOwner: string): object {
    if (effect.kind === 'command') {
      const entry = this.parts.composition.commands.get(effect.type);
      if (!entry) throw new Error(`${saga} sends the unknown command ${effect.type}`);
      const payload = Object.fromEntries(Object.entries(effect.payload).filter(([, value]) => value !== undefined));
      return parseCommand(entry.type, payload);
    }
    const owner = effect.owner ?? eventOwner;
    const timerId = derivedId('timer', saga, owner, effect.key);
    if (effect.kind === 'cancel') return Object.assign(new CancelTimer(), { timerId });
    const { dueAt, payload, key } = effect;
    return Object.assign(new ScheduleTimer(), { timerId, dueAt, saga, owner, key, payload });
  }

  /** uuid v5 of saga, event, type, target and key: never of a place in a list. */
  private idOf({ name }: Saga, event: Recorded, effect: Effect, owner: string): string {
    const { key = '' } = effect;
    switch (effect.kind) {
      case 'command':
        return derivedId('effect', name, event.id, effect.type, this.targetOf(effect.type, effect.payload), key);
      case 'port':
        return derivedId('effect', name, event.id, `${effect.port}.${effect.method}`, key);
      case 'schedule':
      case 'cancel':
        return derivedId('effect', name, event.id, effect.kind, effect.owner ?? owner, key);
    }
  }

  private targetOf(type: string, payload: Readonly<Record<string, unknown>>): string {
    const entry = this.parts.composition.commands.get(type);
    if (!entry) return '';
    const id = entry.spec.id?.({ command: payload, actor: system('saga') }) ?? payload[`${entry.of.category}Id`];
    return typeof id === 'string' ? id : '';
  }

  private reads({ id, position }: Recorded): SagaReads {
    const { states, claims, settings, db, projector } = this.parts;
    return {
      settings,
      ask: async <Answer>(need: Need<Answer>) => {
        if (need.kind !== 'port') throw new Error('a saga asks ports alone; states and rows it reads');
        const asked = { commandId: derivedId('asked', id), now: this.parts.clock.now() };
        return (await portMethod(this.parts.ports, need.port, need.method)(need.input, asked)) as Answer;
      },
      state: async (definition, id) => (await states.fresh(definition, id)).state,
      events: (category, id) => states.events(category, id),
      owner: (scope, value) => claims.owner({ scope, value }),
      rows: async <Row>(code: string, filter: Readonly<Record<string, unknown>>) => {
        if (!projector) throw new Error(`a saga reads ${code}, and no read models are kept in this process`);
        await projector.mark(code).reached(position, ROWS_WAIT);
        const found = await documents(db, projector, code)
          .find({ ...filter, _deleted: { $exists: false } })
          .limit(MOST_ROWS)
          .toArray();
        return found.map((document) => visible(document) as Row);
      },
    };
  }
}

function told<Answer>() {
  let tell!: (answer: Answer) => void;
  const telling = new Promise<Answer>((resolve) => (tell = resolve));
  return { telling, tell };
}

function fired({ data, metadata }: Recorded): FiredTimer {
  const { owner, key, payload, dueAt } = data as TimerEvents['TimerFired'];
  return { owner, key, payload, dueAt, firedAt: metadata.occurredAt, ...partsOf(owner) };
}

import { task } from '@letopis/contexts/work';
import {
  defaultSettings,
  derivedId,
  heardBy,
  DomainError,
  system,
  type Actor,
  type CommandEffect,
  type Definition,
  type Effect,
  type FiredTimer,
  type Recorded,
  type SagaReads,
} from '@letopis/kernel';
import { issue, NOW } from '../../../kernel/testing';
import { definitionOf } from '../definition/check';
import type { ProcessDefinitionData } from '../definition/definition';
import { processEngineSaga } from '../sagas/process-engine.saga';
import { processSubscriptions, type SubscriptionRow } from '../projections/subscriptions';
import { smartProcess } from '../smart-process/smart-process';
import type { SmartProcess } from '../smart-process/smart-process.state';

export const romashka = derivedId('organization', 'romashka');
export const processId = derivedId('process', 'simulated');
export const childDefinition = 'child';
export const companyId = derivedId('company', 'simulated');
export const people = ['p1', 'p2', 'p3'].map((name) => derivedId('staff', name));
/** Names nobody: what is to be done by them fails. */
export const nobody = derivedId('staff', 'nobody');
const userOf = (staffId: string): Actor => ({ kind: 'user', userId: derivedId('user', staffId), sessionId: derivedId('session', staffId) });
export const author = people[0]!;

/** What a step may start: a task that is waited for, then an hour. */
const ofChild = definitionOf({
  code: childDefinition,
  name: { ru: 'Дочерний' },
  subjectTypes: ['company'],
  stages: [
    {
      code: 'c0',
      name: { ru: 'c0' },
      order: 1,
      color: '#000000',
      semantic: 'initial',
      onEnter: [
        { key: 'make', type: 'create_task', args: { title: 't', assignee: `staff:${people[1]}`, waitForCompletion: true } },
        { key: 'pause', type: 'wait', args: { duration: 'PT1H' } },
      ],
      exits: [{ to: 'cdone', on: 'steps_completed' }],
    },
    { code: 'cdone', name: { ru: 'cdone' }, order: 2, color: '#000000', semantic: 'success' },
  ],
});

const known = { smartProcess, task } as unknown as Readonly<Record<string, Definition>>;
const plain = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

interface Timer {
  readonly owner: string;
  readonly key: string;
  readonly dueAt: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Chain {
  readonly events: Recorded[];
  state: unknown;
  /** How many of its events the saga has done with. */
  done: number;
}

/**
 * A world of one process: the real aggregates and the real saga over a log in memory. Commands of the saga are known by the id
 * of their effect, as in the runtime: one that has left facts is not judged again. Each stream is delivered in its own order;
 * between streams, and between two effects, anything may happen.
 */
export class Simulation {
  readonly log: Recorded[] = [];
  readonly chains = new Map<string, Chain>();
  readonly timers = new Map<string, Timer>();
  /** Letters by their ids. */
  readonly letters = new Map<string, string>();
  /** Messages by phone that have neither come nor been lost yet. */
  readonly underWay = new Set<string>();
  private readonly handled = new Set<string>();
  private now = Date.parse(NOW);

  constructor(readonly data: ProcessDefinitionData) {
    const start = { processId, organizationId: romashka, definitionCode: data.code, subject: { type: 'company', id: companyId } };
    this.command('StartSmartProcess', { ...start, initiatorStaffId: author }, system('specification'), {}, 'start');
  }

  get process(): SmartProcess {
    return this.state(smartProcess, processId) as SmartProcess;
  }

  /** What has happened to the process, by type. */
  facts(type: string): readonly Recorded[] {
    return this.log.filter((event) => event.aggregateId === processId && event.type === type);
  }

  /** The processes that this one has started. */
  get children(): readonly SmartProcess[] {
    return [...this.chains].filter(([name]) => this.isChild(name)).map(([, { state }]) => state as SmartProcess);
  }

  private isChild(name: string): boolean {
    return name.startsWith('smartProcess-') && name !== `smartProcess-${processId}`;
  }

  /** A message by phone comes, or is lost. */
  arrives(id: string, comes: boolean): void {
    this.underWay.delete(id);
    const type = comes ? 'NotificationDelivered' : 'NotificationDeliveryFailed';
    this.append('notification', id, [{ type, data: { channel: 'sms', error: 'NO_CHANNEL' } }], `arrived ${id}`);
  }

  get openTasks(): readonly string[] {
    return [...this.chains]
      .filter(([name, { state }]) => name.startsWith('task-') && ['new', 'in_progress'].includes((state as { status: string }).status))
      .map(([name]) => name.slice('task-'.length));
  }

  /** Streams with events that the saga has not done with. */
  get waiting(): readonly string[] {
    return [...this.chains].filter(([, { events, done }]) => done < events.length).map(([name]) => name);
  }

  /** Something happens to the subject. */
  happen(type: string): void {
    this.append('company', companyId, [{ type, data: {} }], `happened ${this.log.length}`);
  }

  /** Somebody tries something; a refusal is an answer. */
  try(type: string, payload: object, staffId: string): boolean {
    try {
      this.command(type, payload, userOf(staffId), { own: this.standing(staffId) }, `by hand ${this.log.length}`);
      return true;
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  }

  /** The saga gets the next event of a stream and dies after some effects: then it gets it again. */
  async deliver(name: string, diesAfter = Infinity): Promise<void> {
    const chain = this.chains.get(name)!;
    const event = chain.events[chain.done];
    if (!event) return;
    const effects = (await heardBy(processEngineSaga, event)?.(event, this.reads)) ?? [];
    if (this.carryOut(effects, event.id, name, diesAfter)) chain.done += 1;
  }

  /** A checkpoint is behind what was done: the latest events of a stream come again. */
  again(name: string, events: number): void {
    const chain = this.chains.get(name)!;
    chain.done = Math.max(0, chain.done - events);
  }

  /** The earliest timer comes due; one that dies on the way comes again. */
  async tick(diesAfter = Infinity): Promise<void> {
    const [first] = [...this.timers].sort(([, one], [, other]) => one.dueAt.localeCompare(other.dueAt));
    if (!first) return;
    const [id, timer] = first;
    this.now = Math.max(this.now, Date.parse(timer.dueAt));
    const fired: FiredTimer = {
      ...timer,
      firedAt: timer.dueAt,
      category: 'smartProcess',
      aggregateId: timer.owner.slice('smartProcess-'.length),
    };
    const effects = await processEngineSaga.onTimer[timer.key.split(':')[0]!]!(fired, this.reads);
    const done = this.carryOut(effects, `${timer.key} ${timer.dueAt}`, timer.owner, diesAfter);
    if (done && this.timers.get(id) === timer) this.timers.delete(id);
  }

  /** Everything is delivered, whole and once. */
  async settle(): Promise<void> {
    for (let rounds = 0; this.waiting.length > 0; rounds += 1) {
      if (rounds > 2_000) throw new Error(`it goes on for ever: ${this.told()}`);
      await this.deliver(this.waiting[0]!);
    }
  }

  told(): string {
    return this.log.map(({ category, type, data }) => `${category} ${type} ${JSON.stringify(data).slice(0, 160)}`).join('\n');
  }

  /** @returns whether all of it was done */
  carryOut(effects: readonly Effect[], cause: string, stream: string, diesAfter = Infinity): boolean {
    let left = diesAfter;
    const all = [...effects];
    for (let effect = all.shift(); effect; effect = all.shift()) {
      if (left <= 0) return false;
      left -= 1;
      if (effect.kind === 'schedule') {
        const { owner = stream, key, dueAt, payload } = effect;
        this.timers.set(`${owner} ${key}`, { owner, key, dueAt, payload: plain(payload) });
      } else if (effect.kind === 'cancel') this.timers.delete(`${effect.owner ?? stream} ${effect.key}`);
      else if (effect.kind === 'command') {
        const refused = this.sent(effect, cause);
        if (refused === undefined) continue;
        if (!effect.refused) throw new Error(`the saga stops at ${effect.type}: ${refused}\n${this.told()}`);
        const instead = effect.refused(refused);
        all.splice(0, effect.goesOn ? 0 : all.length, ...instead);
      } else throw new Error('the engine asks no port');
    }
    return true;
  }

  private sent({ type, payload, key = '' }: CommandEffect, cause: string): string | undefined {
    const asked = plain(payload);
    if (type === 'RequestNotification') {
      const id = asked.notificationId as string;
      if (asked.policy === 'sms' && !this.letters.has(id)) this.underWay.add(id);
      this.letters.set(id, asked.textSite as string);
      return undefined;
    }
    const id = [cause, type, asked.taskId, asked.processId, key].join(' ');
    if (this.handled.has(id)) return undefined;
    try {
      this.command(type, asked, system('sagas'), {}, id);
      return undefined;
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
  }

  private command(type: string, payload: object, actor: Actor, more: Readonly<Record<string, unknown>>, commandId: string): void {
    const definition = Object.values(known).find(({ commands }) => type in commands);
    if (!definition) throw new Error(`nobody takes ${type}`);
    const command = issue(definition.commands[type]!.type, plain(payload)) as { taskId?: string; assignee?: { staffId?: string } } & Record<
      string,
      string
    >;
    const id = definition.category === 'task' ? command.taskId! : command.processId!;
    const definitionId = command.definitionCode ?? (this.state(smartProcess, id) as Partial<SmartProcess>).definitionId;
    const needs = {
      own: {},
      definitionId,
      definition: this.definition(definitionId),
      running: undefined,
      subject: undefined,
      named: {},
      number: 1,
      circles: {},
      documents: [],
      assigned: this.staff(command.assignee?.staffId),
      to: this.staff(command.to ?? command.staffId),
      ...more,
    };
    const context = { actor, now: new Date(this.now).toISOString(), id, commandId, settings: defaultSettings };
    const decision = definition.decide(type, command, this.state(definition, id), { ...needs, ...context } as never);
    const events = 'refusal' in decision ? decision.events : decision;
    this.append(definition.category, id, events, commandId);
    if (events.length > 0) this.handled.add(commandId);
  }

  private append(category: string, id: string, events: ReadonlyArray<{ type: string; data: unknown }>, commandId: string): void {
    const name = `${category}-${id}`;
    const definition = known[category];
    const chain = this.chains.get(name) ?? { events: [], state: definition?.initialState, done: 0 };
    this.chains.set(name, chain);
    for (const { type, data } of plain(events)) {
      const at = { occurredAt: new Date(this.now).toISOString(), actor: system('specification') };
      const place = { id: derivedId(name, chain.events.length), stream: name, category, aggregateId: id, revision: chain.events.length };
      const event = { ...place, position: this.log.length, type, data, metadata: { commandId, ...at } } as unknown as Recorded;
      if (definition) chain.state = definition.evolve(chain.state, { type, data } as never, { id, ...at });
      chain.events.push(event);
      this.log.push(event);
    }
  }

  private staff(id: string | undefined) {
    if (id === undefined || !people.includes(id)) return { status: 'none', organizationId: '' };
    return { status: 'active', organizationId: romashka, userId: derivedId('user', id), roleCodes: [], departmentIds: [] };
  }

  private definition(code: string | undefined): object {
    return { status: 'published', version: 1, versions: { 1: code === childDefinition ? ofChild : this.data } };
  }

  private standing(staffId: string) {
    return { organizationId: romashka, staffId, staff: this.staff(staffId), departments: [], roles: [], organization: undefined };
  }

  private state(definition: Definition | { readonly category: string; readonly initialState: unknown }, id: string): unknown {
    const { category, initialState } = definition;
    if (category === 'processDefinition') return this.definition(id);
    if (category === 'notification') return { status: 'failed', deliveries: {} };
    if (category === 'staffMember') return this.staff(id);
    return this.chains.get(`${category}-${id}`)?.state ?? initialState;
  }

  /** What the saga reads: always the newest. */
  readonly reads: SagaReads = {
    settings: defaultSettings,
    state: <State>(of: Definition<State>, id: string) => Promise.resolve(this.state(of as Definition, id) as State),
    events: (category, id) => Promise.resolve([...(this.chains.get(`${category}-${id}`)?.events ?? [])]),
    owner: () => Promise.resolve(undefined),
    ask: () => Promise.reject(new Error('the engine asks no port')),
    rows: <Row>(_: string, { streams }: Readonly<Record<string, unknown>>) => {
      const folds = processSubscriptions.on;
      const rows = [...this.chains].flatMap(([name, { events }]) => {
        if (!name.startsWith('smartProcess-')) return [];
        const own = events.filter(({ type }) => Object.hasOwn(folds, type));
        const row = own.reduce<object | undefined>((folded, event) => folds[event.type]!(folded as never, event) as object, undefined);
        const { streams: heard, open } = row as SubscriptionRow;
        return open && heard.includes(streams as string) ? [row] : [];
      });
      return Promise.resolve(rows as object as readonly Row[]);
    },
  };
}

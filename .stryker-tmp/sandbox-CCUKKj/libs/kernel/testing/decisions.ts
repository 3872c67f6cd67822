// @ts-nocheck
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { system, type Actor } from '../actor';
import type { AnyCommandRow, CommandClass, Definition } from '../aggregate';
import { DomainError, type ErrorParams } from '../errors';
import type { Happened } from '../event';
import { derivedId } from '../ids';
import type { Verdict } from '../policy';
import { defaultSettings, type Settings } from '../settings';
import type { Timestamp } from '../time';
import { asStored, fold, NOW, stream, World, type Fact, type Stream } from './streams';

/** A command with a payload of the right shape. @throws Error when no caller could send it */
export function issue<Command extends object>(type: CommandClass<Command>, payload: Partial<NoInfer<Command>> = {}): Command {
  const command = plainToInstance(type, payload);
  const wrong = validateSync(command, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
  if (wrong.length > 0) throw new Error(`${type.name} of a wrong shape: ${wrong.map(String).join('; ')}`);
  return command;
}

/** With what a command is decided; what is left out is `NOW`, the system, the default settings and ids made up from the command. */
export interface Circumstances {
  readonly actor?: Actor;
  readonly now?: Timestamp;
  readonly id?: string;
  readonly commandId?: string;
  readonly settings?: Partial<Settings>;
  /** By the names of the needs: what ports answer, and what else is not to be taken from the streams. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

/** What has happened to an aggregate, and to the others that matter. */
export class Given<State> {
  constructor(
    private readonly definition: Definition<State>,
    private readonly facts: readonly Fact[],
    private readonly others: readonly Stream[] = [],
  ) {}

  /** What has happened elsewhere; a stream without facts makes its aggregate known. */
  and(...others: readonly Stream[]): Given<State> {
    return new Given(this.definition, this.facts, [...this.others, ...others]);
  }

  when(command: object, circumstances: Circumstances = {}): Outcome<State> {
    return new Outcome(this.definition, this.facts, this.others, command, circumstances);
  }
}

interface Result {
  readonly refused?: string;
  readonly error?: DomainError;
  readonly events: readonly Happened[];
}

/** What becomes of a command: the caller is judged first, then it is decided, as the runtime does it. */
export class Outcome<State> {
  readonly #id: string;
  readonly #row: AnyCommandRow;
  readonly #world: World;
  readonly #actor: Actor;
  #result: Result | undefined;

  constructor(
    private readonly definition: Definition<State>,
    facts: readonly Fact[],
    others: readonly Stream[],
    private readonly command: object,
    private readonly circumstances: Circumstances,
  ) {
    const row = definition.commands[command.constructor.name];
    if (!row) throw new Error(`${definition.category} has no command ${command.constructor.name}`);
    this.#row = row;
    this.#actor = circumstances.actor ?? system('specification');
    this.#id = circumstances.id ?? idOf(definition, row, command, this.#actor);
    this.#world = new World([stream(definition, this.#id, ...facts), ...others]);
  }

  /** The state in which the command finds the aggregate. */
  get before(): State {
    return this.#world.state(this.definition, this.#id) as State;
  }

  /** Judges the caller alone. */
  get verdict(): Verdict {
    const actor = this.#actor;
    const { by, whileRestricted } = this.#row.spec;
    const question = { actor, command: this.command, state: this.before, id: this.#id, now: this.circumstances.now ?? NOW };
    const needs = by.needs ? this.#world.resolve(by.needs(question), this.circumstances.answers ?? {}) : {};
    const allowed = actor.kind === 'service' && actor.commands.includes(this.command.constructor.name);
    const verdict = actor.kind === 'service' ? (allowed ? 'allow' : 'FORBIDDEN') : by.judge(question, needs);
    if (verdict !== 'allow') return verdict;
    return actor.kind === 'user' && actor.restriction && !whileRestricted ? actor.restriction : 'allow';
  }

  get result(): Result {
    return (this.#result ??= this.decided());
  }

  /** The state after the command. */
  get after(): State {
    const { now: at, actor: by } = this.circumstances;
    return fold(
      this.definition,
      this.#id,
      this.result.events.map((event) => ({ ...event, at, by })),
      this.before,
    );
  }

  isAllowed(): void {
    expect(this.verdict).toBe('allow');
  }

  isRefused(code: string): void {
    expect(this.verdict).toBe(code);
  }

  then(...events: readonly Happened[]): void {
    this.isResult(undefined, events);
  }

  thenNothing(): void {
    this.isResult(undefined, []);
  }

  thenRefused(code: string, params?: ErrorParams): void {
    this.isResult(code, []);
    if (params) expect(this.result.error?.params).toEqual(params);
  }

  /** Refused, with the refusal itself as a fact. */
  thenRecordsRefusal(code: string, ...events: readonly Happened[]): void {
    expect(events.length).toBeGreaterThan(0);
    this.isResult(code, events);
  }

  /** What the caller is told besides ids. */
  thenAnswers(answer: object): void {
    expect(this.#row.spec.answer?.(this.result.events as never, this.#id)).toEqual(answer);
  }

  private isResult(code: string | undefined, events: readonly Happened[]): void {
    const { refused, events: happened } = this.result;
    expect({ refused, events: happened }).toEqual({ refused: code, events: events.map(({ type, data }) => ({ type, data })) });
    expect(() => this.after).not.toThrow();
  }

  private decided(): Result {
    const verdict = this.verdict;
    if (verdict !== 'allow') return { refused: verdict, events: [] };
    const { now = NOW, commandId = derivedId('command', this.#id), answers = {} } = this.circumstances;
    const settings = { ...defaultSettings, ...this.circumstances.settings };
    const context = { actor: this.#actor, now, id: this.#id, commandId, settings };
    const needs = this.#row.spec.needs?.({ ...context, command: this.command, state: this.before }) ?? {};
    try {
      const decision = this.definition.decide(this.command.constructor.name, this.command, this.before, {
        ...this.#world.resolve(needs, answers),
        ...context,
      });
      if (!('refusal' in decision)) return { events: asStored(decision) };
      return { refused: decision.refusal.code, error: decision.refusal, events: asStored(decision.events) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { refused: error.code, error, events: [] };
    }
  }
}

/** The id that the command names; where it names none, or looks its aggregate up by a key, the one that the facts are about. */
function idOf({ category }: Definition, { spec }: AnyCommandRow, command: object, actor: Actor): string {
  const said = spec.id ? spec.id({ command, actor }) : (command as Readonly<Record<string, unknown>>)[`${category}Id`];
  return typeof said === 'string' ? said : derivedId('specified', category);
}

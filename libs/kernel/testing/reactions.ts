import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { system } from '../actor';
import type { Definition } from '../aggregate';
import type { Need } from '../needs';
import { heardBy, type CommandEffect, type Effect, type FiredTimer, type Saga, type SagaReads } from '../saga';
import { defaultSettings, type Settings } from '../settings';
import { asStored, NOW, recorded, World, type Stream } from './streams';

/** What a saga finds when it looks around. */
export interface Surroundings {
  readonly streams?: readonly Stream[];
  /** Rows by read model; the saga gets those that its filter fits. */
  readonly rows?: Readonly<Record<string, readonly object[]>>;
  readonly settings?: Partial<Settings>;
  /** What ports answer, by `port.method`. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

/** The last fact of the stream happens to the saga. */
export function when(saga: Saga, told: Stream, surroundings: Surroundings = {}): Reactions {
  const event = recorded(told).at(-1);
  if (!event) throw new Error('a saga reacts to the last fact of the stream, and there is none');
  const streams = [told, ...(surroundings.streams ?? [])];
  const reads = readsOf(streams, surroundings);
  return new Reactions(
    streams,
    event.stream,
    async () => (await saga.promptly[event.type]?.(event, reads)) ?? [],
    async () => [...((await saga.on[event.type]?.(event, reads)) ?? []), ...((await heardBy(saga, event)?.(event, reads)) ?? [])],
  );
}

/** A timer of the saga on the stream comes due. A key `name:detail` is told to the reaction `name`. */
export function whenTimer(
  saga: Saga,
  key: string,
  told: Stream,
  {
    payload = {},
    dueAt = NOW,
    firedAt = dueAt,
    ...surroundings
  }: Surroundings & Partial<Pick<FiredTimer, 'payload' | 'dueAt' | 'firedAt'>> = {},
): Reactions {
  const { definition, id: aggregateId } = told;
  const { category } = definition;
  const reaction = saga.onTimer[key.split(':')[0]!];
  if (!reaction) throw new Error(`${saga.name} has no timer ${key}`);
  const owner = `${category}-${aggregateId}`;
  const streams = [told, ...(surroundings.streams ?? [])];
  const fired = { key, owner, category, aggregateId, payload, dueAt, firedAt };
  return new Reactions(
    streams,
    owner,
    async () => [],
    async () => reaction(fired, readsOf(streams, surroundings)),
  );
}

/** What a saga wants done. Checks on the way what the runtime demands of effects: a shape, and an id for each. */
export class Reactions {
  constructor(
    private readonly streams: readonly Stream[],
    private readonly owner: string,
    private readonly promptly: () => Promise<readonly Effect[]>,
    private readonly later: () => Promise<readonly Effect[]>,
  ) {}

  /** All effects, those first that come before the answer. */
  async thenEffects(...effects: readonly Effect[]): Promise<void> {
    const prompt = this.checked(await this.promptly());
    expect(plain([...prompt, ...this.checked(await this.later())])).toEqual(plain(effects));
  }

  /** The effects that are there before the caller of the causing command has the answer. */
  async thenPromptly(...effects: readonly Effect[]): Promise<void> {
    expect(plain(this.checked(await this.promptly()))).toEqual(plain(effects));
  }

  /** The commands among the effects. */
  async thenCommands(...commands: readonly CommandEffect[]): Promise<void> {
    const effects = [...this.checked(await this.promptly()), ...this.checked(await this.later())];
    expect(plain(effects.filter(({ kind }) => kind === 'command'))).toEqual(plain(commands));
  }

  async thenNothing(): Promise<void> {
    await this.thenEffects();
  }

  private checked(effects: readonly Effect[]): readonly Effect[] {
    const ids = effects.map((effect) => this.idOf(effect));
    const twice = ids.find((id, at) => ids.indexOf(id) !== at);
    if (twice) throw new Error(`two effects have one id, name them apart by a key: ${twice}`);
    return effects;
  }

  private idOf(effect: Effect): string {
    const { key = '' } = effect;
    switch (effect.kind) {
      case 'command':
        return ['command', effect.type, this.target(effect), key].join(' ');
      case 'port':
        return ['port', effect.port, effect.method, key].join(' ');
      case 'schedule':
      case 'cancel':
        return [effect.kind, effect.owner ?? this.owner, key].join(' ');
    }
  }

  /** The aggregate that a command goes to; its payload where that aggregate is not among the streams. */
  private target({ type, payload }: CommandEffect): string {
    const definition: Definition | undefined = this.streams.find(({ definition: { commands } }) => type in commands)?.definition;
    const row = definition?.commands[type];
    if (!definition || !row) return JSON.stringify(payload);
    const command = plainToInstance(row.type, asStored(payload));
    const wrong = validateSync(command, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
    if (wrong.length > 0) throw new Error(`${type} of a wrong shape: ${wrong.map(String).join('; ')}`);
    return String(row.spec.id?.({ command, actor: system('specification') }) ?? asStored(payload)[`${definition.category}Id`]);
  }
}

/** Effects as they are told apart: without what is undefined. */
const plain = (effects: readonly Effect[]) => asStored(effects);

const readsOf = (streams: readonly Stream[], { rows = {}, settings, answers = {} }: Surroundings): SagaReads => ({
  ask: <Answer>(need: Need<Answer>) => {
    const name = need.kind === 'port' ? `${need.port}.${need.method}` : need.kind;
    if (!Object.hasOwn(answers, name)) throw new Error(`the saga asks ${name}: give its answer in the specification`);
    return Promise.resolve(answers[name] as Answer);
  },
  settings: { ...defaultSettings, ...settings },
  state: <State>(of: Definition<State>, id: string) => Promise.resolve(new World(streams).state(of, id) as State),
  events: (category, id) =>
    Promise.resolve(
      streams.filter(({ definition, id: its }) => definition.category === category && its === id).flatMap((told) => recorded(told)),
    ),
  owner: (scope: string, value: string) => Promise.resolve(new World(streams).owner({ scope, value })),
  rows: <Row>(code: string, filter: Readonly<Record<string, unknown>>) => {
    const found = rows[code];
    if (!found) throw new Error(`the saga reads ${code}: give its rows in the specification`);
    return Promise.resolve(found.filter((row) => fits(row as Readonly<Record<string, unknown>>, filter)) as object as readonly Row[]);
  },
});

const fits = (row: Readonly<Record<string, unknown>>, filter: Readonly<Record<string, unknown>>) =>
  Object.entries(filter).every(([field, value]) => [row[field]].flat().includes(value));

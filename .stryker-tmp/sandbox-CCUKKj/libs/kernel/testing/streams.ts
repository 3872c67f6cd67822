// @ts-nocheck
import { system, type Actor } from '../actor';
import type { Definition } from '../aggregate';
import type { Happened, Recorded } from '../event';
import { derivedId } from '../ids';
import type { Need, Needs, PortNeed, UniqueKey } from '../needs';
import type { Timestamp } from '../time';

/** The moment at which specifications play, unless they say another. */
export const NOW: Timestamp = '2026-03-02T09:00:00.000Z';

/** How a fact came about; by default now, by the system. */
export interface Circumstance {
  readonly at?: Timestamp;
  readonly by?: Actor;
  readonly commandType?: string;
}

/** Something that has happened already. */
export interface Fact<Type extends string = string, Data = unknown> extends Happened<Type, Data>, Circumstance {}

/** States facts of an aggregate, typed by the map of its events: `const fact = facts<UserEvents>(); fact('UserReactivated', {})`. */
export const facts =
  <Events>() =>
  <Type extends keyof Events & string>(type: Type, data: Events[Type], circumstance: Circumstance = {}): Fact<Type, Events[Type]> => ({
    type,
    data,
    ...circumstance,
  });

/** What has happened to one aggregate. */
export interface Stream {
  readonly definition: Definition;
  readonly id: string;
  readonly facts: readonly Fact[];
}

export const stream = (definition: Definition, id: string, ...facts: readonly Fact[]): Stream => ({ definition, id, facts });

export const isStream = (value: Fact | Stream): value is Stream => 'definition' in value;

/** A value as it is read again once it was stored: what is undefined is not there. */
export const asStored = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const circumstanceOf = ({ at = NOW, by = system('specification') }: Fact) => ({ occurredAt: at, actor: by });

/** The state that facts make of an aggregate. */
export const fold = <State>(definition: Definition<State>, id: string, facts: readonly Fact[], from = definition.initialState): State =>
  facts.reduce(
    (state, fact) => definition.evolve(state, asStored({ type: fact.type, data: fact.data }), { id, ...circumstanceOf(fact) }),
    from,
  );

/** The facts of a stream as events of the log, from the given position on. */
export const recorded = ({ definition: { category }, id, facts }: Stream, position = 0): Recorded[] =>
  facts.map((fact, revision) => ({
    id: derivedId(category, id, revision),
    stream: `${category}-${id}`,
    category,
    aggregateId: id,
    revision,
    position: position + revision,
    ...asStored({ type: fact.type, data: fact.data }),
    metadata: {
      commandId: derivedId('command', category, id, revision),
      commandType: fact.commandType ?? 'Specified',
      correlationId: derivedId('correlation', category, id),
      causationId: derivedId('command', category, id, revision),
      schemaVersion: 1,
      fingerprint: '',
      ...circumstanceOf(fact),
    },
  }));

/** All streams that a specification speaks of, and what is known from them. */
export class World {
  constructor(readonly streams: readonly Stream[]) {}

  state(of: Definition | string, id: string | undefined): unknown {
    const category = typeof of === 'string' ? of : of.category;
    const definition = typeof of === 'string' ? this.streams.find((each) => each.definition.category === category)?.definition : of;
    if (!definition) throw new Error(`the state of a ${category} is needed: name one in the specification with .and(stream(…))`);
    if (id === undefined) return definition.initialState;
    const own = this.streams.filter((each) => each.definition.category === category && each.id === id);
    return fold(
      definition,
      id,
      own.flatMap(({ facts }) => facts),
    );
  }

  /** Who holds a key, as far as the streams tell. */
  owner({ scope, value }: UniqueKey): string | undefined {
    return this.streams.find(({ definition, id }) =>
      definition.keys(this.state(definition, id), id).some((key) => key.scope === scope && key.value === value),
    )?.id;
  }

  /**
   * Answers needs in their order: what is known as it is, ports by the answers that the specification gives, states and owners
   * by those or else from the streams.
   */
  resolve(needs: Needs, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const answers: Record<string, unknown> = {};
    for (const [name, need] of Object.entries(needs)) {
      const { onlyIf } = need as Pick<PortNeed, 'onlyIf'>;
      if (onlyIf !== undefined && !answers[onlyIf]) answers[name] = undefined;
      else answers[name] = Object.hasOwn(given, name) && need.kind !== 'known' ? given[name] : this.answer(name, need, given);
    }
    return answers;
  }

  private knows(of: Definition | string): boolean {
    return typeof of !== 'string' || this.streams.some(({ definition: { category } }) => category === of);
  }

  private answer(name: string, need: Need<unknown>, given: Readonly<Record<string, unknown>>): unknown {
    switch (need.kind) {
      case 'known':
        return need.value;
      case 'owner':
        return this.owner(need.key);
      case 'steps':
        return need.finish(
          need.steps.reduce<Record<string, unknown>>((known, step) => ({ ...known, ...this.resolve(step(known), given) }), {}),
        );
      case 'state':
        if (need.ifKnown && !this.knows(need.of)) return undefined;
        {
          const id = typeof need.id === 'object' ? (this.answer(name, need.id, given) as string | undefined) : need.id;
          return id === undefined && need.ifKnown ? undefined : this.state(need.of, id);
        }
      case 'port':
        throw new Error(`${name} is asked of ${need.port}.${need.method}: give its answer in the specification`);
    }
  }
}

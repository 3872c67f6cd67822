import type { Definition } from './aggregate';

/**
 * What a decision must know beyond its own stream, as data. The runtime resolves a need after the duplicate check
 * and hands the answer to `decide`; `Answer` only carries its type.
 */
export type Need<Answer> = (StateNeed | OwnerNeed | PortNeed | KnownNeed | StepsNeed) & {
  readonly answer?: Answer;
  /** @see asRights */
  readonly asRights?: boolean;
};

/** The present state of another aggregate, from its stream (never from a read model). */
export interface StateNeed {
  readonly kind: 'state';
  /** The aggregate, or its category where an import would go round in a circle. */
  readonly of: Definition | string;
  readonly id: string | undefined | Need<string | undefined>;
  /** The answer is undefined where the product is composed without that aggregate, or no id is given. */
  readonly ifKnown?: boolean;
}

/** The id of the aggregate that holds a unique key, if any. */
export interface OwnerNeed {
  readonly kind: 'owner';
  readonly key: UniqueKey;
}

/** An answer of a port. It is asked with the command's id, so that a repeat or a crash gets the same answer. */
export interface PortNeed {
  readonly kind: 'port';
  readonly port: string;
  readonly method: string;
  readonly input: object;
  /** Name of an earlier need of the same record: only asked when its answer is truthy. */
  readonly onlyIf?: string;
}

/** An answer that is known already. */
export interface KnownNeed {
  readonly kind: 'known';
  readonly value: unknown;
}

/** Needs that follow from the answers to earlier ones. */
export interface StepsNeed {
  readonly kind: 'steps';
  readonly steps: readonly ((answers: Readonly<Record<string, unknown>>) => Needs)[];
  readonly finish: (answers: Readonly<Record<string, unknown>>) => unknown;
}

/** A name that at most one aggregate holds at a time. */
export interface UniqueKey {
  readonly scope: string;
  readonly value: string;
}

export type Needs = Readonly<Record<string, Need<unknown>>>;

/** What a record of needs resolves to. */
export type Answers<N> = { readonly [K in keyof N]: N[K] extends Need<infer Answer> ? Answer : never };

/** Needs the state of another aggregate; `undefined` for the id gives the initial state. */
export const stateOf = <State>(of: Definition<State>, id: string | undefined | Need<string | undefined>): Need<State> => ({
  kind: 'state',
  of,
  id,
});

/** The same by category, for a context that the aggregate's own context depends on: `stateIn<Membership>('membership', id)`. */
export const stateIn = <State>(category: string, id: string | undefined | Need<string | undefined>): Need<State> => ({
  kind: 'state',
  of: category,
  id,
});

/** The state if there is such an aggregate and an id; else undefined. */
export const ifKnown = <State>(need: Need<State>): Need<State | undefined> => ({ ...need, ifKnown: true }) as Need<State | undefined>;

/**
 * Needs whose next step follows from the answers so far: a staff member, then the departments that it is in. The last
 * argument makes the answer of all that is known then.
 */
export const followedBy = <Answer>(
  first: Needs,
  ...rest: readonly [
    ...steps: readonly ((answers: Readonly<Record<string, unknown>>) => Needs)[],
    finish: (answers: Readonly<Record<string, unknown>>) => Answer,
  ]
): Need<Answer> => ({
  kind: 'steps',
  steps: [() => first, ...(rest.slice(0, -1) as ((answers: Readonly<Record<string, unknown>>) => Needs)[])],
  finish: rest.at(-1) as (answers: Readonly<Record<string, unknown>>) => unknown,
});

/**
 * What a decision knows of the caller's rights, as its policy does: as this process last saw it, and read anew before a refusal
 * is answered. For what allows or refuses, never for what an event says of somebody else.
 */
export const asRights = <Answer>(need: Need<Answer>): Need<Answer> => ({ ...need, asRights: true });

/** Needs nothing: the answer is known already. */
export const known = <Answer>(value: Answer): Need<Answer> => ({ kind: 'known', value });

/** The port is only asked when the earlier need of that name has a truthy answer; else the answer is undefined. */
export const onlyIf = <Answer>(earlier: string, need: Need<Answer>): Need<Answer | undefined> =>
  ({ ...need, onlyIf: earlier }) as Need<Answer | undefined>;

/** Needs to know who holds a unique key. */
export const ownerOf = (scope: string, value: string): Need<string | undefined> => ({ kind: 'owner', key: { scope, value } });

/** The methods of a port that answer a decision: `(input, asked) → answer`. */
export type PortMethod<Input extends object, Answer> = (
  input: Input,
  asked: { readonly commandId: string; readonly now: string },
) => Promise<Answer>;

/** Declares the contract of a port once, so that needs of it are typed: `port<CaptchaPort>('captcha')('verify', { … })`. */
export const port =
  <Port>(name: string) =>
  <Method extends keyof Port & string>(
    method: Method,
    input: Port[Method] extends PortMethod<infer Input, unknown> ? Input : never,
  ): Need<Port[Method] extends (...args: never[]) => Promise<infer Answer> ? Answer : never> => ({
    kind: 'port',
    port: name,
    method,
    input,
  });

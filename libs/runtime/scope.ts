import { AsyncLocalStorage } from 'node:async_hooks';

/** What is being done: told with every line of the log that is written meanwhile. Names and ids, nothing of anybody. */
export interface Scope {
  readonly correlationId?: string;
  readonly command?: string;
  readonly saga?: string;
  /** Id of the event that a saga reacts to. */
  readonly event?: string;
  readonly job?: string;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Does the work within a scope, which adds to the one that it is in. */
export const within = <Answer>(scope: Scope, work: () => Answer): Answer => scopes.run({ ...scopes.getStore(), ...scope }, work);

export const present = (): Scope => scopes.getStore() ?? {};

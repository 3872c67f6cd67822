import type { CommandEffect } from '@letopis/kernel';

/** What a step does: commands, and what is known of it then. */
export interface Done {
  readonly commands?: readonly CommandEffect[];
  /** Known when all commands have gone through. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** What it waits for, and what wakes it. */
  readonly on?: Readonly<Record<string, unknown>>;
  /** Outputs where a command is refused: for steps to which a refusal is an answer. */
  readonly whenRefused?: Readonly<Record<string, unknown>>;
  readonly failed?: string;
}

/** Why a step failed that the product, as it is composed, cannot carry out: to try again would change nothing. */
export const NOT_AVAILABLE = 'STEP_NOT_AVAILABLE';

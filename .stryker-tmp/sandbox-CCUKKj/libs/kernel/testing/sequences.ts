// @ts-nocheck
import type { Definition } from '../aggregate';
import type { Happened } from '../event';
import { derivedId } from '../ids';
import { Given, type Circumstances } from './decisions';
import { NOW, type Fact, type Stream } from './streams';

/** One command of a sequence. */
export interface Step {
  readonly command: object;
  readonly circumstances?: Circumstances;
}

/** What one command of a sequence did. */
export interface Moment<State> {
  readonly step: Step;
  readonly before: State;
  readonly after: State;
  readonly events: readonly Happened[];
  readonly refused?: string;
}

/**
 * Issues commands one after another to one aggregate. A refusal is an answer and the sequence goes on; anything else that is
 * thrown (by a decider, by an evolver on events that the decider produced) is a defect and comes through.
 */
export function play<State>(
  definition: Definition<State>,
  steps: readonly Step[],
  { id = derivedId('played', definition.category), facts = [], others = [] }: Partial<Beginning> = {},
): Moment<State>[] {
  const happened: Fact[] = [...facts];
  return steps.map((step, number) => {
    const outcome = new Given(definition, [...happened], others).when(step.command, {
      id,
      commandId: derivedId('step', id, number),
      ...step.circumstances,
    });
    const { events, refused } = outcome.result;
    const { now: at = NOW, actor: by } = step.circumstances ?? {};
    const moment = { step, before: outcome.before, after: outcome.after, events, refused };
    happened.push(...events.map((event) => ({ ...event, at, by })));
    return moment;
  });
}

interface Beginning {
  readonly id: string;
  readonly facts: readonly Fact[];
  readonly others: readonly Stream[];
}

import type { UniqueKey } from '@letopis/kernel';
import type { NewEvent } from '../events/codec';
import { stateAfter } from './deciding';
import type { Folded } from './states';

/** The stream as it will be once these events are written. */
export function unwrittenAfter(folded: Folded, events: readonly NewEvent[]): Folded {
  const [{ metadata }] = events as [NewEvent];
  const state = stateAfter(folded, events, { now: metadata.occurredAt, actor: metadata.actor });
  return { ...folded, state, revision: folded.revision + events.length };
}

/** Unique keys that the events add to what the aggregate holds, and those that they drop. */
export function keysChangedBy(
  folded: Folded,
  events: readonly NewEvent[],
): { wanted: readonly UniqueKey[]; dropped: readonly UniqueKey[] } {
  const held = folded.definition.keys(folded.state, folded.id);
  const after = folded.definition.keys(unwrittenAfter(folded, events).state, folded.id);
  return { wanted: without(after, held), dropped: without(held, after) };
}

const without = (keys: readonly UniqueKey[], others: readonly UniqueKey[]) =>
  keys.filter(({ scope, value }) => !others.some((other) => other.scope === scope && other.value === value));

/**
 * The sentences in which aggregates, sagas and projections are specified: given these events, when this is asked, then that.
 * Pure as what they speak of: no I/O, no clock, no container. For specs only.
 */
// @ts-nocheck

import type { Definition } from '../aggregate';
import type { Projection } from '../projection';
import { Given } from './decisions';
import { Folded } from './documents';
import { isStream, type Fact, type Stream } from './streams';

/** `given(accessRequest, created()).when(issue(RejectAccessRequest, { … }), { actor: anna }).then(rejected())` */
export function given<State>(definition: Definition<State>, ...facts: readonly Fact[]): Given<State>;
/** `given(memberships, stream(user, …), stream(membership, …)).thenDocument(id, { … })` */
export function given(projection: Projection, ...streams: readonly Stream[]): Folded;
export function given<State>(subject: Definition<State> | Projection, ...history: ReadonlyArray<Fact | Stream>): Given<State> | Folded {
  if ('category' in subject) return new Given(subject, history.filter((fact) => !isStream(fact)) as readonly Fact[]);
  return new Folded(subject, history.filter(isStream));
}

export { issue, type Circumstances, type Given, type Outcome } from './decisions';
export { play, type Moment, type Step } from './sequences';
export { when, whenTimer, type Surroundings } from './reactions';
export { facts, fold, NOW, stream, type Fact, type Stream } from './streams';
export { isAsTold, rows, stateTable, type Cell } from './tables';

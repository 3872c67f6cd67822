import { system } from '@letopis/kernel';
import { isFinal, stageOf, type ProcessDefinitionData, type StageDef } from '../definition/definition';
import { scopeOf, unmet } from '../engine/scope';
import { isAtEnd, standing, strandsOf } from '../engine/strands';
import { refusal } from '../errors';
import type { ProcessDefinition } from '../process-definition/process-definition';
import { dataOf, event, under, type Decide, type Fact, type Fields } from './facts';
import { mayLeave, type Acting, type Belonging } from './participants';
import type { AdvanceStage, MoveSmartProcess } from './smart-process.commands';
import type { StageCause } from './smart-process.events';
import { evolveProcess, isOver, type SmartProcess } from './smart-process.state';

interface Around {
  readonly definition: ProcessDefinition;
  readonly subject: Fields | undefined;
  readonly documents: readonly Fields[];
}

/** By hand: through an exit that is open to whoever acts. */
export const moved: Decide<MoveSmartProcess, Around & Acting & Belonging> = ({ toStage, comment }, state, context) => {
  under(state, 'running');
  const data = dataOf(context.definition, state);
  const stage = stageOf(data, state.stageCode)!;
  const exits = stage.exits.map((exit, index) => ({ exit, index })).filter(({ exit }) => exit.on === 'manual' && exit.to === toStage);
  if (exits.length === 0) throw refusal('EXIT_NOT_ALLOWED');
  const found = exits.find(({ exit }) => mayLeave(state, context, exit.by));
  if (!found) throw refusal('NOT_RESPONSIBLE');
  if (found.exit.requireComment && !comment?.trim()) throw refusal('COMMENT_REQUIRED');
  if (hasBlockingTask(state)) throw refusal('STEPS_UNFINISHED');
  guard(stage, toStage, state, context);
  return left(data, state, found.index, { kind: 'manual', exit: found.index }, context.own.staffId, comment);
};

/** By itself: something that an exit waits for has come. */
export const advanced: Decide<AdvanceStage, Around> = (c, state, around) => {
  const { visit, exitIndex, causeEventId, version = state.definitionVersion } = c;
  // An exit that was chosen by another version is chosen anew by the present one.
  if (visit !== state.stageVisit || version !== state.definitionVersion || isOver(state)) return [];
  under(state, 'running');
  const data = dataOf(around.definition, state);
  const stage = stageOf(data, state.stageCode)!;
  const exit = stage.exits[exitIndex];
  if (!exit) throw refusal('EXIT_NOT_ALLOWED');
  guard(stage, exit.to, state, around);
  return left(data, state, exitIndex, causeOf(stage, exitIndex, causeEventId));
};

export const entered = ({ code, name, semantic }: StageDef, visit: number) =>
  event('StageEntered', { stageCode: code, stageName: name.ru, visit, semantic });

const hasBlockingTask = (state: SmartProcess) =>
  Object.values(state.tasks).some(
    ({ visit, blocking, status, roundId }) => visit === state.stageVisit && blocking && status === 'open' && !isDecided(state, roundId),
  );
const isDecided = ({ rounds }: SmartProcess, roundId: string | undefined) =>
  roundId !== undefined && rounds[roundId]?.outcome !== undefined;

/** @throws CONTROL_POINT_FAILED, or what a control point names, where one on the way does not hold */
function guard(stage: StageDef, to: string, state: SmartProcess, { subject, documents }: Around): void {
  const point = unmet(stage, to, scopeOf(state, { subject, documents }), documents);
  if (!point) return;
  // A control point may name the code that its refusal has of old.
  if (point.args.error === 'DOCUMENT_REQUIRED') throw refusal('DOCUMENT_REQUIRED');
  throw refusal('CONTROL_POINT_FAILED', { message: point.message.ru });
}

function left(
  data: ProcessDefinitionData,
  state: SmartProcess,
  exitIndex: number,
  cause: StageCause,
  by?: string,
  comment?: string,
): readonly Fact[] {
  const { to } = stageOf(data, state.stageCode)!.exits[exitIndex]!;
  const next = stageOf(data, to)!;
  const { stageCode, stageVisit: visit } = state;
  const facts = [event('StageLeft', { stageCode, visit, to, by, comment, cause }), entered(next, visit + 1)];
  if (!isFinal(next) || next.onEnter.length > 0) return facts;
  return [...facts, completedIn(next)];
}

const completedIn = ({ code, semantic }: StageDef) =>
  event('ProcessCompleted', { outcome: semantic === 'success' ? 'success' : 'failure', finalStage: code });

function causeOf({ exits }: StageDef, exit: number, eventId: string | undefined): StageCause {
  const { on } = exits[exit]!;
  if (on === 'manual' || on === 'steps_completed') return { kind: on, exit };
  if ('event' in on) return { kind: 'event', exit, of: on.event, eventId };
  if ('approval' in on) return { kind: 'approval', exit, of: on.approval, outcome: on.outcome };
  if ('task' in on) return { kind: 'task', exit, of: on.task, outcome: on.outcome };
  return { kind: 'timer', exit, of: on.timer };
}

/** The facts, what else they bring to an end, and that the process is at its end where they bring it there. */
export function withEnd(definition: ProcessDefinition, state: SmartProcess, facts: readonly Fact[]): readonly Fact[] {
  const at = { id: '', occurredAt: '', actor: system('fold') };
  const data = dataOf(definition, state);
  const after = facts.reduce(
    (folded, { type, data: told }) => (evolveProcess[type] as (...args: readonly unknown[]) => SmartProcess)(folded, told, at),
    state,
  );
  const told = facts.map((fact) => endingRun(data, after, fact));
  return isAtEnd(data, after) ? [...told, completedIn(stageOf(data, after.stageCode)!)] : told;
}

/** The fact that ends a step, with the run that is over by it. */
function endingRun(data: ProcessDefinitionData, after: SmartProcess, fact: Fact): Fact {
  if (fact.type !== 'StepCompleted' && fact.type !== 'StepSkipped') return fact;
  const { key, visit } = fact.data;
  const run = key.includes(':') ? key.slice(key.indexOf(':') + 1) : undefined;
  const strand = run === undefined ? undefined : strandsOf(data, after).find((each) => each.run === run);
  if (!strand || standing(strand.steps, after, visit, run) !== 'done') return fact;
  return { ...fact, data: { ...fact.data, endsRun: run } } as Fact;
}

import { derivedId, passOver, send, type Effect } from '@letopis/kernel';
import { isFinal, stageOf, type ExitOn, type ProcessDefinitionData, type StageDef, type StepDef } from '../definition/definition';
import { evaluate, holds, type Scope } from '../definition/expr';
import { AdvanceStage, RecordStepCompleted, RecordStepFailed, RecordStepStarted } from '../smart-process/smart-process.commands';
import { keyOf, latest, type InboxEntry, type SmartProcess, type StepRecord } from '../smart-process/smart-process.state';
import { unmet, within, type Person, type Surroundings } from './scope';
import { allDone, standing, strandsOf, type Strand } from './strands';

/** Everything that the engine decides on: nothing else reaches it. */
export interface View {
  readonly processId: string;
  readonly data: ProcessDefinitionData;
  readonly state: SmartProcess;
  readonly surroundings: Surroundings;
  readonly scope: Scope;
  /** Who a recipient is at the moment. */
  readonly resolve: (expr: string) => readonly Person[];
}

/**
 * What an instance does next, by its definition, its state and what is around it. It says the same as often as it is asked:
 * whatever it says is a command that another visit, another attempt or a repeat makes into nothing.
 */
export function planned(view: View): readonly Effect[] {
  const { state } = view;
  if (state.status === 'none' || state.status === 'completed' || state.status === 'cancelled') return [];
  const results = finishedWaits(view);
  if (state.status !== 'running') return results;
  const exit = exitOf(view);
  return exit ? [exit] : [...results, ...begun(view)];
}

/** Steps that have waited long enough, by what has happened to what they wait for. */
function finishedWaits({ processId, state, scope, data }: View): readonly Effect[] {
  return strandsOf(data, state).flatMap(({ steps, visit, run }) => {
    const at = standing(steps, state, visit, run);
    if (at === 'done' || !('busy' in at) || at.busy.status !== 'waiting') return [];
    const { key, attempt: nth } = at.busy;
    // Delivery has its own attempts: a message that has come nowhere would come nowhere again.
    if (isLost(at.busy, state))
      return [send(RecordStepFailed, { processId, visit, key, attempt: nth, errorCode: 'NO_CHANNEL', final: true }, key)];
    const result = resultOf(at.busy, state, within(scope, key, state));
    return result ? [send(RecordStepCompleted, { processId, visit, key, ...result }, key)] : [];
  });
}

/** What a step that has waited comes to, and the event that it has used up. */
interface Result {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly consumedEventId?: string;
}

function resultOf({ on = {} }: StepRecord, state: SmartProcess, scope: Scope): Result | undefined {
  if (typeof on.taskId === 'string') {
    const { status, end = {} } = state.tasks[on.taskId] ?? { status: 'open' };
    if (status === 'open') return undefined;
    const { by, result, at } = end;
    const outputs = { taskId: on.taskId, completedAt: at, completedBy: by, result, cancelled: status === 'cancelled' };
    return { outputs };
  }
  if (Array.isArray(on.notificationIds)) {
    const { notificationIds } = on as { notificationIds: readonly string[] };
    return notificationIds.every((id) => state.reached[id]) ? { outputs: { notificationIds } } : undefined;
  }
  if (typeof on.event === 'string') {
    const entry = live(state).find((each) => each.eventType === on.event && fits(each, on.where as ExitWhere, scope));
    return entry && { outputs: { event: entry.data }, consumedEventId: entry.eventId };
  }
  return undefined;
}

const isLost = ({ on = {} }: StepRecord, { reached }: SmartProcess) =>
  Array.isArray(on.notificationIds) && (on.notificationIds as readonly string[]).some((id) => reached[id] === false);

/** What has come and has led nowhere yet. */
const live = ({ inbox, heardFromVisit, heardAfter }: SmartProcess) =>
  inbox.filter(({ atVisit, position }) => atVisit >= heardFromVisit && position > heardAfter);

type ExitWhere = Readonly<Record<string, never>> | undefined;

/** Whether an event is one that a definition means. */
export const fits = ({ data }: Pick<InboxEntry, 'data'>, where: object | undefined, scope: Scope): boolean =>
  Object.entries(where ?? {}).every(([field, expr]) => {
    const wanted = evaluate(expr as never, scope);
    return (data[field] ?? null) === (wanted ?? null);
  });

/** The first exit of the stage whose time has come. Among events the earliest one leads on. */
function exitOf(view: View): Effect | undefined {
  const { data, state, scope, processId, surroundings } = view;
  const stage = stageOf(data, state.stageCode);
  if (!stage || isFinal(stage)) return undefined;
  const came = live(state);
  const entryFor = (on: ExitOn) =>
    typeof on === 'object' && 'event' in on
      ? came.find((entry) => entry.eventType === on.event && fits(entry, on.where, scope))
      : undefined;
  const earliest = Math.min(...stage.exits.map(({ on }) => entryFor(on)?.position ?? Infinity));
  for (const [exitIndex, { on, to }] of stage.exits.entries()) {
    const entry = entryFor(on);
    const isTime = entry ? entry.position === earliest : isDue(on, stage, view);
    if (!isTime || unmet(stage, to, scope, surroundings.documents)) continue;
    const advance = send(AdvanceStage, {
      processId,
      visit: state.stageVisit,
      version: state.definitionVersion,
      exitIndex,
      causeEventId: entry?.eventId,
    });
    return passOver(advance);
  }
  return undefined;
}

function isDue(on: ExitOn, stage: StageDef, { state, data }: View): boolean {
  if (on === 'manual') return false;
  if (on === 'steps_completed') return allDone(data, state);
  if ('approval' in on) return ownOrLatest(stage, on.approval, state)?.outputs.outcome === on.outcome;
  if ('task' in on) {
    const task = Object.values(state.tasks).findLast(({ key }) => keyOf(key) === on.task);
    return task?.status === on.outcome;
  }
  return 'timer' in on && (state.reminders[on.timer] ?? 0) > 0;
}

/** The step's latest run; of a step of the stage itself, only the run of this visit counts. */
function ownOrLatest(stage: StageDef, key: string, state: SmartProcess): StepRecord | undefined {
  const isOwn = stage.onEnter.some((step) => step.key === key);
  const record = latest(state, key, isOwn ? state.stageVisit : undefined);
  return record?.status === 'completed' ? record : undefined;
}

/** The next step of every strand. */
const begun = (view: View): readonly Effect[] => strandsOf(view.data, view.state).flatMap((strand) => nextOf(strand, view));

function nextOf({ steps, visit, run }: Strand, { processId, state, scope }: View): readonly Effect[] {
  const at = standing(steps, state, visit, run);
  if (at === 'done' || !('todo' in at)) return [];
  const { todo, key, record } = at;
  if (!record && !holds(todo.if, within(scope, key, state)))
    return [send(RecordStepCompleted, { processId, visit, key, outputs: {}, skipped: true }, key)];
  return [begin(processId, todo, visit, key, (record?.attempt ?? 0) + 1)];
}

/** The id of the task that a step makes. */
export const taskOf = (processId: string, visit: number, key: string): string => derivedId(processId, visit, key, 'task');
export const childOf = (processId: string, visit: number, key: string): string => derivedId(processId, visit, key, 'process');

/** A step begins: what it will make is said before it is made. */
export function begin(processId: string, { type, args }: StepDef, visit: number, key: string, nth: number): Effect {
  const taskId = type === 'create_task' ? taskOf(processId, visit, key) : undefined;
  return send(
    RecordStepStarted,
    {
      processId,
      visit,
      key,
      attempt: nth,
      taskId,
      blocking: taskId ? args.waitForCompletion === true : undefined,
      listensTo: taskId ? [`task-${taskId}`] : undefined,
      childProcessId: type === 'start_process' ? childOf(processId, visit, key) : undefined,
    },
    `${visit}:${key}:${nth}`,
  );
}

import { derivedId, passOver, send, type Effect } from '@letopis/kernel';
import { isFinal, stageOf, type ExitOn, type ProcessDefinitionData, type StageDef, type StepDef } from '../definition/definition';
import { evaluate, holds, type Scope } from '../definition/expr';
import { AdvanceStage, RecordStepCompleted, RecordStepFailed, RecordStepStarted } from '../smart-process/smart-process.commands';
import { keyOf, latest, type InboxEntry, type SmartProcess, type StepRecord } from '../smart-process/smart-process.state';
import { unmet, type Person, type Surroundings } from './scope';
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
    if (isLost(at.busy, state)) return [send(RecordStepFailed, { processId, visit, key, attempt: nth, errorCode: 'NO_CHANNEL' }, key)];
    const outputs = resultOf(at.busy, state, scope);
    return outputs ? [send(RecordStepCompleted, { processId, visit, key: at.busy.key, outputs }, at.busy.key)] : [];
  });
}

function resultOf({ on = {} }: StepRecord, state: SmartProcess, scope: Scope): Readonly<Record<string, unknown>> | undefined {
  if (typeof on.taskId === 'string') {
    const { status } = state.tasks[on.taskId] ?? { status: 'open' };
    if (status === 'open') return undefined;
    const end = state.inbox.findLast(
      ({ stream, eventType }) => stream === `task-${on.taskId as string}` && /^Task(Completed|Cancelled)$/.test(eventType),
    );
    const { by, result, at } = end?.data ?? {};
    return { taskId: on.taskId, completedAt: at, completedBy: by, result, cancelled: status === 'cancelled' };
  }
  if (Array.isArray(on.notificationIds)) {
    const { notificationIds } = on;
    return on.notificationIds.every((id) => reached(id, state) === true) ? { notificationIds } : undefined;
  }
  if (typeof on.event === 'string') {
    const entry = state.inbox.find((each) => each.eventType === on.event && fits(each, on.where as ExitWhere, scope));
    return entry && { event: entry.data };
  }
  return undefined;
}

/** How far messages of a step have come, by what their streams have told. */
const reached = (id: unknown, { inbox }: SmartProcess) =>
  inbox.findLast(({ stream }) => stream === `notification-${id as string}`)?.data.reached;
const isLost = ({ on = {} }: StepRecord, state: SmartProcess) =>
  Array.isArray(on.notificationIds) && on.notificationIds.some((id) => reached(id, state) === false);

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
  const live = state.inbox.filter(({ atVisit, position }) => atVisit >= state.heardFromVisit && position > state.heardAfter);
  const entryFor = (on: ExitOn) =>
    typeof on === 'object' && 'event' in on
      ? live.find((entry) => entry.eventType === on.event && fits(entry, on.where, scope))
      : undefined;
  const earliest = Math.min(...stage.exits.map(({ on }) => entryFor(on)?.position ?? Infinity));
  for (const [exitIndex, { on, to }] of stage.exits.entries()) {
    const entry = entryFor(on);
    const isTime = entry ? entry.position === earliest : isDue(on, stage, view);
    if (!isTime || unmet(stage, to, scope, surroundings.documents)) continue;
    const advance = send(AdvanceStage, { processId, visit: state.stageVisit, exitIndex, causeEventId: entry?.eventId });
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
  if (!record && !holds(todo.if, scope)) return [send(RecordStepCompleted, { processId, visit, key, outputs: {}, skipped: true }, key)];
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
    },
    `${visit}:${key}:${nth}`,
  );
}

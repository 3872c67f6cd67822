import { allSteps, isFinal, stageOf, type ProcessDefinitionData, type StageDef, type StepDef } from '../definition/definition';
import { evaluate } from '../definition/expr';
import { stepId, type Run, type SmartProcess, type StepRecord } from '../smart-process/smart-process.state';
import { standing } from './strands';

/** What becomes of a step or a timer of the stage when an instance goes over to another version. */
export interface Fate {
  readonly key: string;
  /**
   * A step that is done stays done (`kept`), one that is under way goes on (`goes_on`), one that was put before where the instance
   * stands is left out (`passed_over`), one that comes after will run (`will_run`), one that has failed and is not there any more
   * is given up (`dropped`). A timer is `kept`, `set` or `taken_back`.
   */
  readonly becomes: 'kept' | 'goes_on' | 'passed_over' | 'will_run' | 'dropped' | 'set' | 'taken_back';
}

/** Why an instance cannot go over. */
export interface Obstacle {
  readonly code:
    | 'STAGE_GONE'
    | 'STAGE_FINAL'
    | 'STEP_GONE'
    | 'STEP_CHANGED'
    | 'STEP_UNREACHABLE'
    | 'TIMER_GONE'
    | 'SUBJECT_NOT_FITTING'
    | 'PARAM_REQUIRED';
  readonly of: string;
}

/** What going over to another version comes to; nothing has happened yet. */
export interface MigrationPlan {
  readonly from: number;
  readonly to: number;
  readonly possible: boolean;
  readonly stage: { readonly from: string; readonly to: string };
  readonly steps: readonly Fate[];
  readonly timers: readonly Fate[];
  /** Reactions that are under way and go on by the new version; a number names the trigger there. */
  readonly runs: readonly { readonly run: string; readonly trigger?: number }[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly obstacles: readonly Obstacle[];
}

interface Asked {
  readonly state: SmartProcess;
  readonly before: ProcessDefinitionData;
  readonly after: ProcessDefinitionData;
  readonly to: number;
  /** Where it stands afterwards; by default in the stage of the same code. */
  readonly toStage?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * Lays an instance over another version of its definition. What has been done stays done; what people are busy with must be
 * there with the same key and type, and nothing that they have decided on is asked anew.
 */
export function migrationOf({ state, before, after, to, toStage = state.stageCode, params: given = {} }: Asked): MigrationPlan {
  const stage = { from: state.stageCode, to: toStage };
  const next = stageOf(after, toStage);
  const params = paramsIn(after, state, given);
  const whole = { from: state.definitionVersion, to, stage, params: params.values };
  const obstacles: Obstacle[] = [
    ...(after.subjectTypes.includes(state.subject.type) ? [] : [{ code: 'SUBJECT_NOT_FITTING', of: state.subject.type } as const]),
    ...params.missing.map((of) => ({ code: 'PARAM_REQUIRED', of }) as const),
  ];
  if (!next || isFinal(next)) {
    const why = { code: next ? 'STAGE_FINAL' : 'STAGE_GONE', of: toStage } as const;
    return { ...whole, possible: false, steps: [], timers: [], runs: [], obstacles: [...obstacles, why] };
  }
  const own = ofStrand(next.onEnter, state, state.stageVisit);
  const runs = runsIn(before, after, next, state);
  obstacles.push(...own.obstacles, ...runs.obstacles);
  const timers = timersIn(stageOf(before, state.stageCode), next);
  return { ...whole, possible: obstacles.length === 0, steps: [...own.fates, ...runs.fates], timers, runs: runs.kept, obstacles };
}

interface Laid {
  readonly fates: readonly Fate[];
  readonly obstacles: readonly Obstacle[];
}

const recordsOf = ({ steps }: SmartProcess, visit: number, run?: string): readonly StepRecord[] =>
  Object.values(steps).filter(
    (record) => record.visit === visit && (run === undefined ? !record.key.includes(':') : record.key.endsWith(`:${run}`)),
  );
const isOpen = ({ status }: StepRecord) => status !== 'completed' && status !== 'skipped';
const hasFailed = ({ status }: StepRecord) => status === 'failed' || status === 'retrying';

/** One list of steps, laid over another. */
function ofStrand(steps: readonly StepDef[], state: SmartProcess, visit: number, run?: string): Laid {
  const named = (key: string) => (run === undefined ? key : `${key}:${run}`);
  const there = new Map([...allSteps(steps, '')].map(({ step }) => [named(step.key), step]));
  const records = recordsOf(state, visit, run);
  const fates: Fate[] = [];
  const obstacles: Obstacle[] = [];
  for (const record of records) {
    const { key } = record;
    const step = there.get(key);
    const waitsFor = typeOf(record);
    if (!isOpen(record)) fates.push({ key, becomes: 'kept' });
    else if (!step && hasFailed(record)) fates.push({ key, becomes: 'dropped' });
    else if (!step) obstacles.push({ code: 'STEP_GONE', of: key });
    else if (waitsFor && !waitsFor.includes(step.type)) obstacles.push({ code: 'STEP_CHANGED', of: key });
    else fates.push({ key, becomes: 'goes_on' });
  }
  // New steps before the place that it has come to would run in the past: they are passed over.
  const open = records.find((record) => isOpen(record) && there.has(record.key));
  const last = open?.key ?? [...there.keys()].findLast((key) => records.some((record) => record.key === key));
  const passed: string[] = [];
  for (;;) {
    const at = standing(steps, withSkipped(state, visit, passed), visit, run);
    const key = at === 'done' ? undefined : 'busy' in at ? at.busy.key : at.key;
    const isPast = at !== 'done' && 'todo' in at && last !== undefined && isBefore(at.key, last, there);
    if (key !== undefined && isPast) {
      passed.push(key);
      continue;
    }
    if (open && key !== open.key) obstacles.push({ code: 'STEP_UNREACHABLE', of: open.key });
    break;
  }
  const isNew = (key: string) => !passed.includes(key) && !records.some((record) => record.key === key);
  const coming = [...there.keys()].filter((key) => isNew(key) && (last === undefined || isBefore(last, key, there)));
  return {
    fates: [
      ...fates,
      ...passed.map((key) => ({ key, becomes: 'passed_over' }) as const),
      ...coming.map((key) => ({ key, becomes: 'will_run' }) as const),
    ],
    obstacles,
  };
}

const isBefore = (one: string, other: string, steps: ReadonlyMap<string, StepDef>): boolean => {
  const keys = [...steps.keys()];
  return keys.indexOf(one) < keys.indexOf(other);
};

const withSkipped = (state: SmartProcess, visit: number, keys: readonly string[]): SmartProcess => ({
  ...state,
  steps: {
    ...state.steps,
    ...Object.fromEntries(keys.map((key) => [stepId(visit, key), { visit, key, status: 'skipped', outputs: {} } as unknown as StepRecord])),
  },
});

/** Types of steps that wait for what a step waits for; undefined for one that waits for nothing. */
function typeOf({ status, on = {} }: StepRecord): readonly string[] | undefined {
  if (status !== 'waiting') return undefined;
  if (on.roundId !== undefined) return ['request_approval'];
  if (on.taskId !== undefined) return ['create_task'];
  if (on.notificationIds !== undefined) return ['send_sms'];
  return on.event === undefined ? ['wait'] : ['wait_event'];
}

function timersIn(before: StageDef | undefined, after: StageDef): readonly Fate[] {
  const [old, present] = [before?.timers ?? [], after.timers].map((timers) => timers.map(({ key }) => key)) as [string[], string[]];
  return [
    ...present.map((key): Fate => ({ key, becomes: old.includes(key) ? 'kept' : 'set' })),
    ...old.filter((key) => !present.includes(key)).map((key): Fate => ({ key, becomes: 'taken_back' })),
  ];
}

/** Reactions that are under way: of a timer of the same key, of the trigger that has the step which they stand at. */
function runsIn(before: ProcessDefinitionData, after: ProcessDefinitionData, stage: StageDef, state: SmartProcess) {
  const fates: Fate[] = [];
  const obstacles: Obstacle[] = [];
  const kept: { run: string; trigger?: number }[] = [];
  const stageBefore = stageOf(before, state.stageCode);
  const listOf = ({ trigger, timer }: Run, data: ProcessDefinitionData, of: StageDef | undefined) =>
    trigger === undefined ? of?.timers.find(({ key }) => key === timer)?.steps : data.triggers[trigger]?.steps;
  for (const each of state.runs) {
    const { run, visit, trigger, timer } = each;
    const old = listOf(each, before, stageBefore) ?? [];
    // What is over is forgotten.
    if (standing(old, state, visit, run) === 'done') continue;
    const keys = old.map(({ key }) => key);
    const found = trigger === undefined ? undefined : after.triggers.findIndex(({ steps }) => steps.some(({ key }) => keys.includes(key)));
    const steps = trigger === undefined ? stage.timers.find(({ key }) => key === timer)?.steps : after.triggers[found!]?.steps;
    if (!steps) {
      const isBusy = recordsOf(state, visit, run).some((record) => isOpen(record) && !hasFailed(record));
      if (isBusy) obstacles.push({ code: 'TIMER_GONE', of: timer ?? run });
      else fates.push({ key: run, becomes: 'dropped' });
      continue;
    }
    const laid = ofStrand(steps, state, visit, run);
    fates.push(...laid.fates);
    obstacles.push(...laid.obstacles);
    kept.push({ run, trigger: trigger === undefined ? undefined : found });
  }
  return { fates, obstacles, kept };
}

/** The parameters by the new version: those that it had, those that are given now, and what is given by default. */
function paramsIn({ params }: ProcessDefinitionData, state: SmartProcess, given: Readonly<Record<string, unknown>>) {
  const scope = { process: { initiator: state.initiatorStaffId }, subject: {}, params: { ...state.params, ...given } };
  const values: Record<string, unknown> = { ...state.params };
  const missing: string[] = [];
  for (const { key, required, default: byDefault } of params) {
    const value = given[key] ?? state.params[key] ?? evaluate(byDefault, scope);
    if (value !== undefined && value !== null && value !== '') values[key] = value;
    else if (required) missing.push(key);
  }
  return { values, missing };
}

/** The keys of steps of the instance that a plan leaves out or gives up. */
export const withFate = ({ steps }: MigrationPlan, becomes: Fate['becomes']): readonly string[] =>
  steps.filter((each) => each.becomes === becomes).map(({ key }) => key);

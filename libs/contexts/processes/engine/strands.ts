import { isFinal, stageOf, type BranchArgs, type ProcessDefinitionData, type StepDef } from '../definition/definition';
import { stepId, type Run, type SmartProcess, type StepRecord } from '../smart-process/smart-process.state';

/** Where a list of steps has come to: at one that is to begin, at one that is under way, or at its end. */
export type Standing =
  | { readonly todo: StepDef; readonly key: string; readonly record?: StepRecord }
  | { readonly busy: StepRecord; readonly step: StepDef }
  | 'done';

/** The steps one after another, those of the chosen case of a branch in its place. */
export function standing(steps: readonly StepDef[], state: SmartProcess, visit: number, run?: string): Standing {
  for (const step of steps) {
    const key = run === undefined ? step.key : `${step.key}:${run}`;
    const record = state.steps[stepId(visit, key)];
    if (!record) return { todo: step, key };
    if (record.status === 'retrying') return { todo: step, key, record };
    if (record.status !== 'completed' && record.status !== 'skipped') return { busy: record, step };
    if (step.type !== 'branch' || record.status === 'skipped') continue;
    const { cases, else: others = [] } = step.args as unknown as BranchArgs;
    const nested = standing(cases[Number(record.outputs.case)]?.steps ?? others, state, visit, run);
    if (nested !== 'done') return nested;
  }
  return 'done';
}

export interface Strand {
  readonly steps: readonly StepDef[];
  readonly visit: number;
  readonly run?: string;
}

/** What runs in an instance: the steps of its stage, and those that events and timers have set off. */
export function strandsOf(data: ProcessDefinitionData, state: SmartProcess): readonly Strand[] {
  const stage = stageOf(data, state.stageCode);
  const stepsOf = ({ trigger, timer }: Run) =>
    trigger === undefined ? stage?.timers.find(({ key }) => key === timer)?.steps : data.triggers[trigger]?.steps;
  return [
    { steps: stage?.onEnter ?? [], visit: state.stageVisit },
    ...state.runs.map((each) => ({ steps: stepsOf(each) ?? [], visit: each.visit, run: each.run })),
  ];
}

/** Whether all steps of the present visit are done; what an event has set off in an earlier one runs beside it. */
export const allDone = (data: ProcessDefinitionData, state: SmartProcess): boolean =>
  strandsOf(data, state).every(({ steps, visit, run }) => visit !== state.stageVisit || standing(steps, state, visit, run) === 'done');

/** Whether the instance stands in a final stage with nothing left to do there. */
export function isAtEnd(data: ProcessDefinitionData, state: SmartProcess): boolean {
  const stage = stageOf(data, state.stageCode);
  return stage !== undefined && isFinal(stage) && standing(stage.onEnter, state, state.stageVisit) === 'done';
}

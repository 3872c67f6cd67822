import { stepOf } from '../definition/definition';
import { refusal } from '../errors';
import type { ProcessDefinition } from '../process-definition/process-definition';
import { dataOf, event, inState, type Decide } from './facts';
import { mustLead, type Acting } from './participants';
import type {
  RecordStepCompleted,
  RecordStepFailed,
  RecordStepStarted,
  RecordStepWaiting,
  RetryFailedStep,
  SkipFailedStep,
} from './smart-process.commands';
import { isOver, keyOf, stepId, type SmartProcess, type StepRecord } from './smart-process.state';
import { withEnd } from './stages';

/** A step that fails is tried again so often by itself. */
export const RETRIES = 3;

interface ByDefinition {
  readonly definition: ProcessDefinition;
}

/** Whether a record is about what goes on: the present visit, or something that was set off and is not over. */
const isCurrent = ({ stageVisit, runs }: SmartProcess, visit: number, key: string): boolean =>
  key.includes(':') ? runs.some(({ run }) => key.endsWith(`:${run}`)) : visit === stageVisit;
const recordOf = ({ steps }: SmartProcess, { visit, key }: { visit: number; key: string }): StepRecord | undefined =>
  steps[stepId(visit, key)];
const isUnderWay = (record: StepRecord | undefined): boolean => record?.status === 'started' || record?.status === 'waiting';

export const stepStarted: Decide<RecordStepStarted> = (c, state) => {
  const { visit, key, attempt, listensTo, taskId, blocking, childProcessId } = c;
  if (state.status !== 'running' || !isCurrent(state, visit, key)) return [];
  const record = recordOf(state, c);
  const mayBegin = record ? (record.status === 'failed' || record.status === 'retrying') && attempt === record.attempt + 1 : attempt === 1;
  return mayBegin ? [event('StepStarted', { visit, key, attempt, listensTo, taskId, blocking, childProcessId })] : [];
};

export const stepWaits: Decide<RecordStepWaiting> = ({ visit, key, on }, state) => {
  if (isOver(state) || !isCurrent(state, visit, key)) return [];
  return recordOf(state, { visit, key })?.status === 'started' ? [event('StepWaiting', { visit, key, on })] : [];
};

export const stepCompleted: Decide<RecordStepCompleted, ByDefinition> = (c, state, { definition }) => {
  const { visit, key, outputs, skipped, consumedEventId } = c;
  if (isOver(state) || !isCurrent(state, visit, key)) return [];
  const record = recordOf(state, { visit, key });
  if (skipped) return record ? [] : withEnd(definition, state, [event('StepSkipped', { visit, key, by: 'condition' })]);
  return isUnderWay(record) ? withEnd(definition, state, [event('StepCompleted', { visit, key, outputs, consumedEventId })]) : [];
};

/** Tried again some times by itself; then it is passed over, or the process stops. */
export const stepFailed: Decide<RecordStepFailed, ByDefinition> = (c, state, { definition }) => {
  const { visit, key, attempt, errorCode, final = false } = c;
  if (isOver(state) || !isCurrent(state, visit, key)) return [];
  const record = recordOf(state, { visit, key });
  if (!record || !isUnderWay(record) || record.attempt !== attempt) return [];
  const failed = event('StepFailed', { visit, key, errorCode, attempt });
  if (!final && record.failures + 1 <= RETRIES) return [failed];
  if (stepOf(dataOf(definition, state), keyOf(key))?.onError === 'skip')
    return withEnd(definition, state, [failed, event('StepSkipped', { visit, key, by: 'onError' })]);
  return [failed, event('ProcessFaulted', { visit, key, errorCode })];
};

export const stepRetried: Decide<RetryFailedStep, Acting> = ({ key: meant }, state, acting) => {
  mustLead(state, acting);
  const { visit, key } = faulted(state, meant);
  return [event('StepRetried', { visit, key })];
};

export const stepSkipped: Decide<SkipFailedStep, Acting & ByDefinition> = ({ key: meant }, state, { definition, ...acting }) => {
  mustLead(state, acting);
  const { visit, key } = faulted(state, meant);
  return withEnd(definition, state, [event('StepSkipped', { visit, key, by: acting.own.staffId ?? 'administrator' })]);
};

/** The step that has stopped the process. @throws STEP_NOT_FAILED, PROCESS_STATE */
function faulted(state: SmartProcess, meant?: string): StepRecord {
  if (state.status === 'running') throw refusal('STEP_NOT_FAILED');
  if (state.status !== 'faulted') throw inState(state);
  const record = state.steps[state.faultedStep!]!;
  if (meant !== undefined && meant !== record.key && meant !== keyOf(record.key)) throw refusal('STEP_NOT_FAILED');
  return record;
}

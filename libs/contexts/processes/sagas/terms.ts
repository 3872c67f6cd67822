import { hoursOf, seededSchedule, workSchedule } from '@letopis/contexts/staff';
import { addWorkingMinutes, schedule, type Effect, type SagaReads } from '@letopis/kernel';
import { durationMillis, stageOf, type ProcessDefinitionData, type StageTimer } from '../definition/definition';
import type { View } from '../engine/plan';
import { waitOf } from '../engine/steps';
import { isOver, stepId, type SmartProcess } from '../smart-process/smart-process.state';

export const later = (moment: string, milliseconds: number): string => new Date(Date.parse(moment) + milliseconds).toISOString();
export const timersOf = (data: ProcessDefinitionData, code: string): readonly StageTimer[] => stageOf(data, code)?.timers ?? [];

/** Sets the nth occurrence of a timer of the present stage; pauses move it. */
export async function stageTimer({ data, state }: View, key: string, no: number, reads: SagaReads): Promise<readonly Effect[]> {
  const timer = timersOf(data, state.stageCode).find((each) => each.key === key);
  if (!timer || (no > 1 && (!timer.repeatEvery || no > (timer.maxRepeats ?? Infinity)))) return [];
  const length = durationMillis(timer.after)! + (no - 1) * (durationMillis(timer.repeatEvery) ?? 0);
  const paused = state.pausedMs - state.pausedBeforeStage;
  const from = later(state.stageEnteredAt, paused);
  return [schedule(`stage:${key}`, await dueAfter(reads, state, from, length, timer.clock), { visit: state.stageVisit, key, no })];
}

/** By the calendar, or by the working hours of the organization. */
async function dueAfter({ state: read }: SagaReads, { organizationId }: SmartProcess, from: string, length: number, clock: string) {
  if (clock !== 'working') return later(from, length);
  const { workScheduleId } = seededSchedule(organizationId) as { workScheduleId: string };
  return addWorkingMinutes(hoursOf(await read(workSchedule, workScheduleId)), from, length / 60_000) ?? later(from, length);
}

/** Wakes a step that waits for time to pass. */
export async function waits({ state }: View, visit: number, key: string, reads: SagaReads): Promise<readonly Effect[]> {
  const record = state.steps[stepId(visit, key)];
  const wait = record?.status === 'waiting' ? waitOf(record, state.pausedMs) : undefined;
  if (!wait) return [];
  const dueAt = await dueAfter(reads, state, wait.from, wait.milliseconds, wait.clock);
  return [schedule(`wait:${stepId(visit, key)}`, dueAt, { visit, key })];
}

/** After a pause or a fault: what is left of every term, and what came due meanwhile. */
export async function resumed(view: View, reads: SagaReads): Promise<readonly Effect[]> {
  const { data, state } = view;
  if (isOver(state)) return [];
  const timers = timersOf(data, state.stageCode).map(({ key }) => stageTimer(view, key, (state.reminders[key] ?? 0) + 1, reads));
  const steps = Object.values(state.steps).map(({ visit, key, status, attempt: nth }) => {
    if (status === 'failed') return [schedule(`retry:${stepId(visit, key)}`, state.stageEnteredAt, { visit, key, attempt: nth + 1 })];
    return waits(view, visit, key, reads);
  });
  return (await Promise.all([...timers, ...steps])).flat();
}

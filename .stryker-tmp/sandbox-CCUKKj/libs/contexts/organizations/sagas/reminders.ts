// @ts-nocheck
import { after, schedule, type FiredTimer, type ScheduleEffect } from '@letopis/kernel';

const FIRST = { hours: 24 };
const NEXT = { hours: 72 };
const MOST = 5;

/** The first reminder of something undecided, a day after it was asked for. */
export const firstReminder = (askedAt: string, key = 'reminder'): ScheduleEffect => schedule(key, after(askedAt, FIRST), { number: 1 });

/** The reminder after this one, three days later, unless it was the fifth. */
export const nextReminder = ({ key, dueAt, payload }: FiredTimer): ScheduleEffect[] => {
  const number = Number(payload.number);
  return number < MOST ? [schedule(key, after(dueAt, NEXT), { number: number + 1 })] : [];
};

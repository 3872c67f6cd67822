// @ts-nocheck
import { after, before } from '@letopis/kernel';

/** How signing in has failed lately: of an account, or of an address that nobody has. */
export interface Failing {
  readonly failures: { readonly count: number; readonly since: string };
  readonly lockedUntil?: string;
  /** Locks in a row, without a sign-in that succeeded. */
  readonly lockCount: number;
}

export const unfailing: Failing = { failures: { count: 0, since: '' }, lockedUntil: undefined, lockCount: 0 };

const WINDOW = { minutes: 15 };
const FAILURES_TO_CAPTCHA = 3;
const FAILURES_TO_LOCK = 5;
const FIRST_LOCK_MINUTES = 15;
const LONGEST_LOCK_MINUTES = 24 * 60;

export const isLocked = ({ lockedUntil }: Failing, now: string): boolean => lockedUntil !== undefined && now < lockedUntil;

/** Failures that still count: those of the last quarter of an hour. */
const failuresAt = ({ failures }: Failing, now: string) => (failures.since > before(now, WINDOW) ? failures.count : 0);

export const asksCaptcha = (failing: Failing, now: string): boolean => failuresAt(failing, now) >= FAILURES_TO_CAPTCHA;

/** What one more failure comes to: its number and, when there were too many, a lock, doubled each time, up to a day. */
export function oneMore(failing: Failing, now: string): { readonly count: number; readonly lock?: { until: string; lockCount: number } } {
  const count = failuresAt(failing, now) + 1;
  if (count < FAILURES_TO_LOCK) return { count };
  const minutes = Math.min(FIRST_LOCK_MINUTES * 2 ** failing.lockCount, LONGEST_LOCK_MINUTES);
  return { count, lock: { until: after(now, { minutes }), lockCount: failing.lockCount + 1 } };
}

/** The same for an address that nobody has: nothing of it is in the log, and it must fail as an account does. */
export const failingSince = (moments: readonly string[]): Failing =>
  moments.reduce((failing: Failing, at) => {
    const { count, lock } = oneMore(failing, at);
    if (lock) return { failures: unfailing.failures, lockedUntil: lock.until, lockCount: lock.lockCount };
    return { ...failing, failures: { count, since: count === 1 ? at : failing.failures.since } };
  }, unfailing);

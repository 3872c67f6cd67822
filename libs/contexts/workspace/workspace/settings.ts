import { isTimeZone, MOSCOW } from '@letopis/kernel';
import { refusal } from '../errors';

/** What an organization may set for its workspace, with the value before anybody has. */
export interface WorkspaceSettings {
  readonly reminderHours: number;
  readonly inactivityMinutes: number;
  readonly supportAnswerHours: number;
  readonly importMaxRows: number;
  readonly defaultLocale: string;
  readonly defaultTimeZone: string;
  readonly calendarTypes: readonly string[];
}

export const defaultWorkspaceSettings: WorkspaceSettings = {
  reminderHours: 24,
  inactivityMinutes: 10,
  supportAnswerHours: 8,
  importMaxRows: 10_000,
  defaultLocale: 'ru',
  defaultTimeZone: MOSCOW,
  calendarTypes: [],
};

const whole = (least: number, most: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const isZone = (value: unknown) => typeof value === 'string' && /^[A-Z][\w+-]*(\/[\w+-]+)*$/.test(value) && isTimeZone(value);
const isNames = (value: unknown) =>
  Array.isArray(value) && value.length <= 50 && value.every((name) => typeof name === 'string' && name.length >= 1 && name.length <= 100);

const RANGES: { readonly [K in keyof WorkspaceSettings]: (value: unknown) => boolean } = {
  reminderHours: whole(1, 720),
  inactivityMinutes: whole(1, 120),
  supportAnswerHours: whole(1, 720),
  importMaxRows: whole(1, 100_000),
  defaultLocale: (value) => value === 'ru' || value === 'en',
  defaultTimeZone: isZone,
  calendarTypes: isNames,
};

/** The settings, if all of them are known and within their ranges. @throws DomainError SETTING_UNKNOWN, SETTING_RANGE */
export function validSettings(given: Readonly<Record<string, unknown>>): Partial<WorkspaceSettings> {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(RANGES, name)) throw refusal('SETTING_UNKNOWN', { setting: name });
    if (!RANGES[name as keyof WorkspaceSettings](value)) throw refusal('SETTING_RANGE', { setting: name });
  }
  return given;
}

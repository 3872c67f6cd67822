// @ts-nocheck
export { dayKind, isDecreed, type DayKind } from './production-calendar';
export * from './working-time';

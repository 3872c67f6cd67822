// @ts-nocheck
import { refusal, type Recorded } from '@letopis/kernel';

/** A moment in the life of a record: after its revision of that number, or as it was at a time (UTC). */
export type Moment = { readonly revision: number } | { readonly at: string };

const RFC_3339 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/** A time as a caller writes it: RFC 3339, or a date for its beginning in UTC. @throws DomainError BAD_QUERY */
export function timeOf(name: string, text: string): string {
  if (!RFC_3339.test(text) || Number.isNaN(Date.parse(text))) throw refusal('BAD_QUERY', { name });
  return new Date(text).toISOString();
}

/** A whole number of a revision or a position. @throws DomainError BAD_QUERY */
export function wholeOf(name: string, text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw refusal('BAD_QUERY', { name });
  return number;
}

/** Digits are a revision, everything else is a time. @throws DomainError BAD_QUERY */
export const momentOf = (name: string, text: string): Moment =>
  /^\d+$/.test(text) ? { revision: wholeOf(name, text) } : { at: timeOf(name, text) };

/** The events of a stream up to a moment: none where it had not begun, all where the moment is still to come. */
export function upTo(events: readonly Recorded[], moment: Moment): readonly Recorded[] {
  if ('revision' in moment) return events.filter(({ revision }) => revision <= moment.revision);
  // In the order of the stream: what follows an event that is too late is later, whatever a clock of another machine said.
  const later = events.findIndex(({ metadata }) => metadata.occurredAt > moment.at);
  return later < 0 ? events : events.slice(0, later);
}

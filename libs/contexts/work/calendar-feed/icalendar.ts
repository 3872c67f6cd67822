import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';

/** Something in a calendar, as it is written for programs. */
export interface Entry {
  readonly uid: string;
  readonly title: string;
  readonly description?: string;
  readonly place?: string;
  /** A moment in UTC, or of entries for whole days the first day. */
  readonly start: string;
  /** The moment at which it ends, or the last day. */
  readonly end: string;
  readonly allDay: boolean;
  /** When it was last changed. */
  readonly changedAt: string;
  readonly remindBeforeMin?: number;
}

// RFC 5545, 3.1: 75 octets without the line break; the library does not count the space that a continued line begins with.
ICAL.foldLength = 74;

/** Control characters have no place in a text of RFC 5545, and line breaks are \n. */

const clean = (text: string) => text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ');
const moment = (time: string) => ICAL.Time.fromJSDate(new Date(time), true);
const day = (date: string) => ICAL.Time.fromDateString(date);
/** RFC 5545 names the day after the last one as the end. */
const dayAfter = (date: string) => Temporal.PlainDate.from(date).add({ days: 1 }).toString();

function eventOf({ uid, title, description, place, start, end, allDay, changedAt, remindBeforeMin }: Entry) {
  const event = new ICAL.Component('vevent');
  event.addPropertyWithValue('uid', uid);
  event.addPropertyWithValue('dtstamp', moment(changedAt));
  event.addPropertyWithValue('last-modified', moment(changedAt));
  event.addPropertyWithValue('dtstart', allDay ? day(start) : moment(start));
  event.addPropertyWithValue('dtend', allDay ? day(dayAfter(end)) : moment(end));
  event.addPropertyWithValue('summary', clean(title));
  if (description !== undefined) event.addPropertyWithValue('description', clean(description));
  if (place !== undefined) event.addPropertyWithValue('location', clean(place));
  if (remindBeforeMin !== undefined) {
    const alarm = new ICAL.Component('valarm');
    alarm.addPropertyWithValue('action', 'DISPLAY');
    alarm.addPropertyWithValue('description', clean(title));
    alarm.addPropertyWithValue('trigger', ICAL.Duration.fromSeconds(-remindBeforeMin * 60));
    event.addSubcomponent(alarm);
  }
  return event;
}

/**
 * A calendar as RFC 5545 writes it. Times are in UTC, which needs no description of zones; the reader's zone is named for
 * programs that show it.
 */
export function icalendar(name: string, timeZone: string, entries: readonly Entry[]): string {
  const calendar = new ICAL.Component('vcalendar');
  calendar.addPropertyWithValue('prodid', '-//Letopis//Calendar//RU');
  calendar.addPropertyWithValue('version', '2.0');
  calendar.addPropertyWithValue('calscale', 'GREGORIAN');
  calendar.addPropertyWithValue('x-wr-calname', clean(name));
  calendar.addPropertyWithValue('x-wr-timezone', timeZone);
  calendar.addPropertyWithValue('refresh-interval', ICAL.Duration.fromSeconds(900));
  for (const entry of entries) calendar.addSubcomponent(eventOf(entry));
  return `${calendar.toString()}\r\n`;
}

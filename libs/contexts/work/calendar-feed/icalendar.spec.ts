import fc from 'fast-check';
import ical, { type VEvent } from 'node-ical';
import { icalendar, type Entry } from './icalendar';

const entry = (more: Partial<Entry> = {}): Entry => ({
  uid: 'd0f4b1f5-3a3d-5f0e-8f6f-000000000001@letopis',
  title: 'Встреча',
  start: '2026-03-02T09:00:00.000Z',
  end: '2026-03-02T10:30:00.000Z',
  allDay: false,
  changedAt: '2026-03-01T08:00:00.000Z',
  ...more,
});
const written = (...entries: readonly Entry[]) => icalendar('Календарь', 'Asia/Yekaterinburg', entries);
/** Read by another library than it was written by. */
const read = (...entries: readonly Entry[]) =>
  Object.values(ical.sync.parseICS(written(...entries))).filter((each): each is VEvent => each?.type === 'VEVENT');
const textOf = (value: unknown) => (typeof value === 'string' ? value : (value as { val: string } | undefined)?.val);

describe('A calendar in the words of RFC 5545', () => {
  test('R107 a program reads what was written: name, time, place, reminder', () => {
    const [event] = read(entry({ description: 'Кофе; чай,\nвода', place: 'Москва, ул. Льва Толстого, 16', remindBeforeMin: 15 }));
    expect(event).toMatchObject({ uid: entry().uid, datetype: 'date-time' });
    expect([textOf(event!.summary), textOf(event!.description), textOf(event!.location)]).toEqual([
      'Встреча',
      'Кофе; чай,\nвода',
      'Москва, ул. Льва Толстого, 16',
    ]);
    expect(event!.start.toISOString()).toBe('2026-03-02T09:00:00.000Z');
    expect(event!.end!.toISOString()).toBe('2026-03-02T10:30:00.000Z');
    expect(event!.dtstamp.toISOString()).toBe('2026-03-01T08:00:00.000Z');
    expect(written(entry({ remindBeforeMin: 15 }))).toContain('TRIGGER:-PT15M');
  });

  test('R107 whole days are dates, and end on the day after the last', () => {
    const text = written(entry({ allDay: true, start: '2026-12-30', end: '2026-12-31' }));
    expect(text).toContain('DTSTART;VALUE=DATE:20261230\r\n');
    expect(text).toContain('DTEND;VALUE=DATE:20270101\r\n');
    expect(read(entry({ allDay: true, start: '2026-12-30', end: '2026-12-31' }))[0]).toMatchObject({ datetype: 'date' });
  });

  test('R107 an empty calendar is one all the same', () => {
    expect(written()).toMatch(/^BEGIN:VCALENDAR\r\n[^]*END:VCALENDAR\r\n$/);
    expect(read()).toEqual([]);
  });

  test('R107 no line is longer than 75 octets, none ends otherwise, and no text becomes a line of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (title) => {
        const text = written(entry({ title, description: `BEGIN:VEVENT\r\n${title}\rEND:VCALENDAR` }));
        const lines = text.split('\r\n');
        expect(lines.pop()).toBe('');
        expect(lines.filter((line) => Buffer.byteLength(line) > 75 || /[\r\n]/.test(line))).toEqual([]);
        expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(1);
        expect(lines.filter((line) => line === 'END:VCALENDAR')).toHaveLength(1);
      }),
    );
  });

  test('R107 whatever people type is read as they typed it', () => {
    // What a line may not hold is a space; the reader drops spaces at the ends.

    const plain = (text: string) => text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ').trim();
    const typed = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).filter((text) => plain(text) !== '');
    fc.assert(
      fc.property(typed, (title) => {
        expect(textOf(read(entry({ title }))[0]!.summary)!.trim()).toBe(plain(title));
      }),
    );
  });
});

import { person, type PersonEvents } from '@letopis/contexts/persons';
import { derivedId, type Actor } from '@letopis/kernel';
import fc from 'fast-check';
import { facts, given, issue, NOW, stream, type Fact } from '../../../kernel/testing';
import { timeEntries, timeTotals } from '../projections/days';
import { anna, client, olga, romashka, stranger, taskId as entryId, viktor, world } from '../work.fixtures';
import { CorrectTime, LogTime, RemoveTime, timeSheet, type TimeSheetEvents } from './time-sheet';

const told = facts<TimeSheetEvents>();
const personId = derivedId('card', 'viktor');
const date = '2026-03-02';
const id = `${personId}:2026-03`;
const subject = { type: 'task', id: 'deal-1' };
const ofPerson = facts<PersonEvents>();
const card = (...more: readonly Fact[]) =>
  stream(
    person,
    personId,
    ofPerson('PersonCreated', {
      organizationId: romashka,
      name: { lastName: 'Иванов', firstName: 'Виктор' },
      employment: 'employee',
      phoneIds: [],
      emailIds: [],
    }),
    ...more,
  );
const linked = ofPerson('UserBoundToPerson', { userId: viktor.userId, personLinkId: derivedId('link') });
const logged = (minutes = 60, more: object = {}) =>
  told('TimeLogged', { entryId, organizationId: romashka, personId, date, minutes, subject, ...more });
const log = (more: object = {}) => issue(LogTime, { entryId, personId, date, minutes: 60, subject, ...more });
const asked = (command: object, actor: Actor, facts: readonly Fact[] = [], now = NOW, whose = card(linked)) =>
  given(timeSheet, ...facts)
    .and(...world, whose)
    .when(command, { actor, id, now });

describe('R025 Time costs', () => {
  test('are told by the user whom the card is linked with, and by staff with the right', () => {
    for (const actor of [viktor, anna]) asked(log(), actor).then(logged());
    asked(log(), olga).isRefused('FORBIDDEN');
    asked(log(), client).isRefused('FORBIDDEN');
    asked(log(), stranger).isRefused('NOT_FOUND');
    asked(log(), viktor, [], NOW, card()).isRefused('FORBIDDEN');
    asked(log(), anna, [], NOW, card(ofPerson('PersonArchived', {}))).thenRefused('NOT_FOUND');
  });

  test('are not of a day that is to come anywhere', () => {
    asked(log({ date: '2026-03-03' }), viktor).thenRefused('PERIOD_INVALID');
    expect(asked(log({ date: '2026-03-03' }), viktor, [], '2026-03-02T10:00:00.000Z').result.refused).toBeUndefined();
  });

  test('G.8 of a day are 24 hours at most, of another day are counted there', () => {
    const more = { entryId: romashka };
    asked(log({ ...more, minutes: 60 }), viktor, [logged(1_380)]).then(logged(60, more));
    asked(log({ ...more, minutes: 61 }), viktor, [logged(1_380)]).thenRefused('TIME_LIMIT');
    expect(asked(log({ ...more, date: '2026-03-01', minutes: 61 }), viktor, [logged(1_380)]).result.refused).toBeUndefined();
    asked(log(), viktor, [logged()]).thenRefused('ALREADY_EXISTS');
  });

  test('are corrected and removed', () => {
    const of = { entryId, personId, date };
    const correct = (more: object) => issue(CorrectTime, { ...of, ...more });
    const corrected = told('TimeCorrected', { ...of, changes: { minutes: { from: 60, to: 90 } } });
    asked(correct({ minutes: 90 }), viktor, [logged()]).then(corrected);
    asked(correct({ minutes: 60, subject }), viktor, [logged()]).thenNothing();
    asked(correct({ minutes: 1_440 }), viktor, [logged(), logged(60, { entryId: romashka })]).thenRefused('TIME_LIMIT');
    asked(correct({ entryId: romashka }), viktor, [logged()]).thenRefused('NOT_FOUND');
    const removed = told('TimeRemoved', { ...of, minutes: 90 });
    const remove = issue(RemoveTime, of);
    asked(remove, viktor, [logged(), corrected]).then(removed);
    asked(remove, viktor, [logged(), corrected, removed]).thenNothing();
    asked(log(), viktor, [logged(), removed]).thenRefused('ALREADY_EXISTS');
  });

  test('whatever is told in whatever order, no day has more than 24 hours', () => {
    const step = fc.record({
      entry: fc.integer({ min: 0, max: 5 }),
      minutes: fc.integer({ min: 1, max: 1_440 }),
      what: fc.constantFrom('log', 'correct', 'remove'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const facts: Fact[] = [];
        for (const { entry, minutes, what } of steps) {
          const of = { entryId: derivedId('entry', entry), personId, date };
          const command =
            what === 'log' ? log({ ...of, minutes }) : what === 'correct' ? issue(CorrectTime, { ...of, minutes }) : issue(RemoveTime, of);
          facts.push(...asked(command, viktor, facts).result.events);
          const { entries } = asked(log({ entryId: romashka }), viktor, facts).before;
          expect(Object.values(entries).reduce((sum, each) => sum + each.minutes, 0)).toBeLessThanOrEqual(1_440);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('time_sheet and time_totals', () => {
  const of = { entryId, personId, date };
  const other = logged(30, { entryId: romashka, date: '2026-03-01' });
  const corrected = told('TimeCorrected', { ...of, changes: { minutes: { from: 60, to: 90 } } });
  const sheet = (...facts: readonly Fact[]) => [card(linked), stream(timeSheet, id, ...facts)] as const;

  test('show the entries and their sums by day and month', () => {
    given(timeEntries, ...sheet(logged(), other, corrected)).thenDocument(entryId, {
      entryId,
      organizationId: romashka,
      personId,
      personName: 'Иванов Виктор',
      date,
      minutes: 90,
      subject,
    });
    given(timeEntries, ...sheet(logged(), told('TimeRemoved', { ...of, minutes: 60 }))).thenNoDocument(entryId);
    const total = { organizationId: romashka, personId, personName: 'Иванов Виктор', month: '2026-03' };
    given(timeTotals, ...sheet(logged(), other, corrected)).thenDocument(id, {
      ...total,
      minutes: 120,
      days: { [date]: 90, '2026-03-01': 30 },
    });
    given(timeTotals, ...sheet(logged(), other, told('TimeRemoved', { ...of, minutes: 60 }))).thenDocument(id, {
      ...total,
      minutes: 30,
      days: { [date]: 0, '2026-03-01': 30 },
    });
  });
});

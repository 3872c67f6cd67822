import { startOfDay, schedule, send, cancel, type Actor } from '@letopis/kernel';
import { workspace } from '@letopis/contexts/workspace';
import fc from 'fast-check';
import { facts, given, issue, rows, stream, when, whenTimer, type Fact } from '../../../kernel/testing';
import { workErrors } from '../errors';
import {
  anna,
  approval,
  client,
  dismissed,
  itself,
  made,
  ofStaff,
  olga,
  romashka,
  sagas,
  staffIdOf,
  stranger,
  taskId,
  viktor,
  works,
  world,
} from '../work.fixtures';
import { ReassignTask } from '../task/task.commands';
import { absenceOn, absences, AddAbsence, CancelAbsence, ChangeAbsence, type AbsencesEvents } from './absences';
import { deputySaga } from './deputy.saga';

const staffId = staffIdOf(viktor);
const absenceId = taskId;
const told = facts<AbsencesEvents>();
const edition = (name: 'start' | 'start_plus' | 'corporate') =>
  stream(workspace, romashka, { type: 'WorkspaceCreated', data: { edition: name } });
const here = [...world, edition('corporate')];
const WEEK = { type: 'vacation', from: '2026-03-02', to: '2026-03-08' } as const;
const added = (more: object = {}) => told('AbsenceAdded', { absenceId, organizationId: romashka, ...WEEK, ...more });
const add = (more: object = {}) => issue(AddAbsence, { absenceId, staffId, ...WEEK, ...more });
const asked = (command: object, actor: Actor, facts: readonly Fact[] = [], others = here) =>
  given(absences, ...facts)
    .and(...others)
    .when(command, { actor, id: staffId });

describe('R106 An absence', () => {
  test('is added by whoever will be away, by staff with the right, and by the product', () => {
    for (const actor of [viktor, anna, sagas]) asked(add(), actor).then(added());
    asked(add(), olga).isRefused('FORBIDDEN');
    asked(add(), client).isRefused('FORBIDDEN');
    asked(add(), stranger).isRefused('NOT_FOUND');
    asked(add(), { kind: 'anonymous' }).isRefused('NOT_AUTHENTICATED');
  });

  test('S22 is a matter of the corporate edition', () => {
    for (const name of ['start', 'start_plus'] as const)
      asked(add(), viktor, [], [...world, edition(name)]).thenRefused('FEATURE_NOT_IN_EDITION');
  });

  test.each([
    ['ends before it begins', { from: '2026-03-09' }, 'PERIOD_INVALID'],
    ['has oneself as deputy', { deputyStaffId: staffId }, 'NOT_FOUND'],
    ['has a deputy from elsewhere', { deputyStaffId: romashka }, 'NOT_FOUND'],
  ])('is none that %s', (_, more, code) => asked(add(more), viktor).thenRefused(code));

  test('is none of somebody who has left, nor with a deputy who has', () => {
    const without = (who: typeof viktor) => here.filter(({ id }) => id !== staffIdOf(who));
    asked(add(), sagas, [], [...without(viktor), works(viktor, 'viktor', dismissed())]).thenRefused('STAFF_NOT_ACTIVE');
    asked(add({ deputyStaffId: staffIdOf(olga) }), viktor, [], [...without(olga), works(olga, 'olga', dismissed())]).thenRefused(
      'STAFF_NOT_ACTIVE',
    );
  });

  /** From and to of another one beside the week of 2 to 8 March. */
  test.each`
    from            | to              | code
    ${'2026-02-20'} | ${'2026-03-01'} | ${undefined}
    ${'2026-02-20'} | ${'2026-03-02'} | ${'ABSENCE_OVERLAP'}
    ${'2026-03-04'} | ${'2026-03-05'} | ${'ABSENCE_OVERLAP'}
    ${'2026-02-01'} | ${'2026-04-01'} | ${'ABSENCE_OVERLAP'}
    ${'2026-03-08'} | ${'2026-03-09'} | ${'ABSENCE_OVERLAP'}
    ${'2026-03-09'} | ${'2026-03-09'} | ${undefined}
  `('from $from to $to beside another: $code', ({ from, to, code }: { from: string; to: string; code?: string }) => {
    const { result } = asked(add({ absenceId: romashka, from, to }), viktor, [added()]);
    expect(result.refused).toBe(code);
  });

  test('is changed to days that are free, and the same again changes nothing', () => {
    const change = (more: object) => issue(ChangeAbsence, { staffId, absenceId, ...more });
    asked(change({ to: '2026-03-10', title: 'Алтай' }), viktor, [added()]).then(
      told('AbsenceChanged', { absenceId, changes: { to: { from: '2026-03-08', to: '2026-03-10' }, title: { to: 'Алтай' } } }),
    );
    asked(change({ to: '2026-03-08' }), viktor, [added()]).thenNothing();
    asked(change({ title: '' }), viktor, [added({ title: 'Алтай' })]).then(
      told('AbsenceChanged', { absenceId, changes: { title: { from: 'Алтай' } } }),
    );
    asked(change({ to: '2026-03-01' }), viktor, [added()]).thenRefused('PERIOD_INVALID');
    asked(change({ absenceId: romashka, to: '2026-03-01' }), viktor, [added()]).thenRefused('NOT_FOUND');
    const later = told('AbsenceAdded', { ...WEEK, absenceId: romashka, organizationId: romashka, from: '2026-03-10', to: '2026-03-11' });
    asked(change({ to: '2026-03-10' }), viktor, [added(), later]).thenRefused('ABSENCE_OVERLAP');
  });

  test('is cancelled once, and its days are free again; its id is not', () => {
    const cancelled = told('AbsenceCancelled', { absenceId });
    const away = issue(CancelAbsence, { staffId, absenceId });
    asked(away, viktor, [added()]).then(cancelled);
    asked(away, viktor, [added(), cancelled]).thenNothing();
    asked(add({ absenceId: romashka }), viktor, [added(), cancelled]).then({ ...added({ absenceId: romashka }), type: 'AbsenceAdded' });
    asked(add(), viktor, [added(), cancelled]).thenRefused('ALREADY_EXISTS');
    asked(issue(CancelAbsence, { staffId, absenceId: romashka }), viktor, [added()]).thenRefused('NOT_FOUND');
  });

  test('whatever is added in whatever order, no two overlap', () => {
    const day = fc.integer({ min: 1, max: 28 }).map((date) => `2026-02-${String(date).padStart(2, '0')}`);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.uuid(), day, day), { maxLength: 12 }), (wanted) => {
        const facts: Fact[] = [];
        for (const [id, from, to] of wanted) facts.push(...asked(add({ absenceId: id, from, to }), viktor, facts).result.events);
        const days = facts.flatMap(({ data }) => {
          const { from, to } = data as { from: string; to: string };
          return Array.from({ length: Number(to.slice(8)) - Number(from.slice(8)) + 1 }, (_, at) => Number(from.slice(8)) + at);
        });
        expect(new Set(days).size).toBe(days.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('S22 DeputySaga', () => {
  const deputyStaffId = staffIdOf(olga);
  const at = (occurredAt: string, fact: Fact): Fact => ({ ...fact, at: occurredAt });
  const MONDAY = '2026-03-02T09:00:00.000Z';
  const tasks = [{ taskId, organizationId: romashka, assigneeStaffId: staffId, kind: 'approval', open: true }];
  const handed = send(ReassignTask, { taskId, staffId: deputyStaffId, asDeputy: true, reason: 'Отсутствие' });
  const of = (...facts: readonly Fact[]) => stream(absences, staffId, ...facts);
  const happens = (...facts: readonly Fact[]) => when(deputySaga, of(...facts), { streams: here, rows: { tasks } });

  test('open approvals go over at once when the absence covers today, else when its first day begins where the absent lives', async () => {
    await happens(at(MONDAY, added({ deputyStaffId }))).thenEffects(handed);
    const early = at('2026-02-20T09:00:00.000Z', added({ deputyStaffId }));
    const first = startOfDay('Europe/Moscow', WEEK.from);
    expect(first).toBe('2026-03-01T21:00:00.000Z');
    await happens(early).thenEffects(schedule(`begins:${absenceId}`, first));
    await whenTimer(deputySaga, `begins:${absenceId}`, of(early), { streams: here, rows: { tasks }, dueAt: first }).thenEffects(handed);
  });

  test('what is over, or has nobody to stand in, moves nothing', async () => {
    await happens(at('2026-03-20T09:00:00.000Z', added({ deputyStaffId }))).thenNothing();
    await happens(at(MONDAY, added())).thenNothing();
  });

  test('the deputy of the account stands in where the absence names none, and nobody who is away as well', async () => {
    const own = works(viktor, 'viktor', ofStaff('DeputySet', { deputyStaffId }));
    const streams = [...here.filter(({ id }) => id !== staffId), own];
    await when(deputySaga, of(at(MONDAY, added())), { streams, rows: { tasks } }).thenEffects(handed);
    const away = stream(absences, deputyStaffId, added());
    await when(deputySaga, of(at(MONDAY, added())), { streams: [...streams, away], rows: { tasks } }).thenNothing();
  });

  test('an absence that is cancelled or moved before it begins takes its timer along', async () => {
    await happens(added({ deputyStaffId }), told('AbsenceCancelled', { absenceId })).thenEffects(cancel(`begins:${absenceId}`));
    const moved = at(
      '2026-02-20T09:00:00.000Z',
      told('AbsenceChanged', { absenceId, changes: { from: { from: WEEK.from, to: '2026-03-03' } } }),
    );
    await happens(added({ deputyStaffId }), moved).thenEffects(
      cancel(`begins:${absenceId}`),
      schedule(`begins:${absenceId}`, startOfDay('Europe/Moscow', '2026-03-03')),
    );
  });

  test('an approval that comes meanwhile goes over, ordinary work does not', async () => {
    const away = of(added({ deputyStaffId }));
    const streams = [...here, away];
    await when(deputySaga, itself(at(MONDAY, approval())), { streams }).thenEffects(handed);
    await when(deputySaga, itself(at(MONDAY, made())), { streams }).thenNothing();
    await when(deputySaga, itself(at('2026-03-09T09:00:00.000Z', approval())), { streams }).thenNothing();
  });
});

test('the last day counts, and the day after does not', () => {
  const { after: state } = asked(add(), viktor);
  expect(absenceOn(state, '2026-03-08')).toMatchObject({ absenceId });
  expect(absenceOn(state, '2026-03-09')).toBeUndefined();
});

/** §G.8 */
const ERRORS = `
| Code                          | HTTP | Message                                     |
| CALENDAR_OWNER_NOT_APPLICABLE | 422  | Владелец не указывается для личного календаря |
| CALENDAR_OWNER_REQUIRED       | 422  | Укажите владельца календаря                 |
| PERIOD_INVALID                | 422  | Проверьте даты                              |
| ABSENCE_OVERLAP               | 409  | Отсутствие пересекается с другим            |
| TIME_LIMIT                    | 422  | Больше 24 часов в день указать нельзя       |
| FEATURE_NOT_IN_EDITION        | 403  | Функция недоступна в вашей редакции         |
`;
test.each(rows(ERRORS))('G.8 $Code is told in these words', ({ Code: code, HTTP: status, Message: message }) => {
  expect(workErrors.entries[code as 'TIME_LIMIT']).toMatchObject({ status: Number(status), ru: message });
});

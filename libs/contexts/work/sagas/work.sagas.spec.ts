import { RequestNotification } from '@letopis/contexts/communication';
import { after, before, cancel, derivedId, schedule, send, type UserActor } from '@letopis/kernel';
import { facts, NOW, stream, when, whenTimer, type Fact } from '../../../kernel/testing';
import { EnterRoster, LeaveRoster } from '@letopis/contexts/identity';
import { openTasksOf, staffMember, type DepartmentEvents } from '@letopis/contexts/staff';
import {
  anna,
  boris,
  cancelled,
  completed,
  controlled,
  departmentId,
  dismissed,
  itself,
  lena,
  made,
  ofTask,
  olga,
  romashka,
  sales,
  staffIdOf,
  submitted,
  taskId,
  viktor,
  works,
  world,
} from '../work.fixtures';
import { ChangeTaskController, ReassignTask, ResumeTask } from '../task/task.commands';
import { deferralSaga } from './deferral.saga';
import { handOverSaga } from './hand-over.saga';
import { taskRostersSaga } from './rosters.saga';
import { taskNotificationSaga } from './task-notification.saga';

const TITLE = 'Позвонить в «Ромбы»';
const told = (who: UserActor, textSite: string, text: string, occasion: string) =>
  send(RequestNotification, {
    notificationId: derivedId('task', occasion, text, staffIdOf(who)),
    organizationId: romashka,
    recipient: { userId: who.userId },
    category: 'task',
    policy: 'user_notification',
    textSite,
    link: { type: 'task', id: taskId },
  });
const eventId = (facts: readonly Fact[]) => derivedId('task', taskId, facts.length - 1);

describe('TaskNotificationSaga', () => {
  const staff = [viktor, lena].map((who) => ({
    staffId: staffIdOf(who),
    organizationId: romashka,
    status: 'active',
    departmentIds: [departmentId],
    roleCodes: ['manager'],
  }));
  const happens = (...facts: readonly Fact[]) => when(taskNotificationSaga, itself(...facts), { streams: world, rows: { staff } });
  const noTerms = [cancel('soon'), cancel('due')];

  test('R051 tells the assignee of a new task, and everybody of one that anybody may take', async () => {
    const facts = [made()];
    await happens(...facts).thenEffects(told(viktor, `Новая задача: ${TITLE}`, 'created', eventId(facts)));
    for (const assignee of [{ departmentId }, { roleCode: 'manager' }]) {
      const shared = [made({ assignee })];
      const text = `Задача для отдела или роли: ${TITLE}. Её выполнит тот, кто возьмёт первым`;
      await happens(...shared).thenEffects(...[viktor, lena].map((who) => told(who, text, 'shared', eventId(shared))));
    }
  });

  test('R051 tells whom it was given to, who controls it, whom it came back to, and who made it', async () => {
    const cases: ReadonlyArray<readonly [readonly Fact[], UserActor, string, string]> = [
      [[made(), ofTask('TaskReassigned', { to: staffIdOf(lena) })], lena, `Вам передана задача: ${TITLE}`, 'reassigned'],
      [[controlled, submitted], olga, `Задача ждёт вашего контроля: ${TITLE}`, 'submitted'],
      [[controlled, submitted, ofTask('TaskReturned', { comment: 'x' })], viktor, `Задача возвращена на доработку: ${TITLE}`, 'returned'],
    ];
    for (const [facts, who, text, name] of cases) await happens(...facts).thenEffects(told(who, text, name, eventId(facts)));
    const done = [made(), completed];
    await happens(...done).thenEffects(...noTerms, told(boris, `Задача завершена: ${TITLE}`, 'completed', eventId(done)));
    const gone = [made(), cancelled];
    const text = `Задача отменена: ${TITLE}`;
    await happens(...gone).thenEffects(
      ...noTerms,
      told(viktor, text, 'cancelled', eventId(gone)),
      told(boris, text, 'cancelled', eventId(gone)),
    );
  });

  test('nobody is told of what was done by oneself, and nobody who has left', async () => {
    await happens(made({ creatorStaffId: staffIdOf(viktor) }), completed).thenEffects(...noTerms);
    const left = works(viktor, 'viktor', dismissed());
    await when(taskNotificationSaga, itself(made()), { streams: [...world.filter(({ id }) => id !== left.id), left] }).thenNothing();
  });

  const dueAt = after(NOW, { days: 3 });
  const soonAt = before(dueAt, { hours: 24 });

  test('brings the term to mind a day before and at it, anew when it is another', async () => {
    const facts = [made({ dueAt })];
    await when(taskNotificationSaga, itself(...facts), { streams: world }).thenEffects(
      told(viktor, `Новая задача: ${TITLE}`, 'created', eventId(facts)),
      schedule('soon', soonAt),
      schedule('due', dueAt),
    );
    const later = after(dueAt, { days: 1 });
    await happens(made({ dueAt }), ofTask('TaskDeadlineChanged', { dueAt: later })).thenEffects(
      ...noTerms,
      schedule('soon', dueAt),
      schedule('due', later),
    );
    const tonight = after(NOW, { hours: 8 });
    await happens(made(), ofTask('TaskDeadlineChanged', { dueAt: tonight })).thenEffects(...noTerms, schedule('due', tonight));
    await happens(made({ dueAt }), completed, ofTask('TaskReopened', {})).thenEffects(schedule('soon', soonAt), schedule('due', dueAt));
  });

  test('at the term the assignee and whoever made it are told, and of what moved on nobody', async () => {
    const fires = (key: string, at: string, ...facts: readonly Fact[]) =>
      whenTimer(taskNotificationSaga, key, itself(...facts), { streams: world, dueAt: at });
    await fires('soon', soonAt, made({ dueAt })).thenEffects(
      told(viktor, `До срока задачи осталось 24 часа: ${TITLE}`, 'soon', derivedId('soon', taskId, soonAt)),
    );
    const occasion = derivedId('due', taskId, dueAt);
    await fires('due', dueAt, made({ dueAt })).thenEffects(
      told(viktor, `Наступил срок задачи: ${TITLE}`, 'due', occasion),
      told(boris, `Задача не выполнена в срок: ${TITLE}`, 'overdue', occasion),
    );
    await fires('due', dueAt, made({ dueAt }), completed).thenNothing();
    await fires('due', dueAt, made({ dueAt }), ofTask('TaskDeadlineChanged', { dueAt: after(dueAt, { days: 1 }) })).thenNothing();
  });
});

describe('TaskHandOverSaga', () => {
  const left = (handOverTo?: string) => stream(staffMember, staffIdOf(viktor), ...works(viktor, 'viktor').facts, dismissed(handOverTo));
  const open = [{ taskId, organizationId: romashka, assigneeStaffId: staffIdOf(viktor), open: true }];
  const happens = (told: ReturnType<typeof left>, rows: readonly object[] = open, others = world) =>
    when(handOverSaga, told, { streams: others.filter(({ id }) => id !== told.id), rows: { tasks: rows } });
  const goesTo = (who: UserActor) => send(ReassignTask, { taskId, staffId: staffIdOf(who), reason: 'Сотрудник уволен' });

  test('D32 open tasks go to whom they were handed over', () => happens(left(staffIdOf(lena))).thenEffects(goesTo(lena)));

  test('D32 else to the head of the department, else to an administrator', async () => {
    const headed = sales(facts<DepartmentEvents>()('DepartmentUpdated', { changes: { headStaffId: { to: staffIdOf(boris) } } }));
    await happens(left(), open, [...world.filter(({ id }) => id !== departmentId), headed]).thenEffects(goesTo(boris));
    await happens(left()).thenEffects(goesTo(anna));
  });

  test('D32 what they had on control goes there as well', () => {
    const control = [{ taskId, organizationId: romashka, controllerStaffId: staffIdOf(viktor), open: true }];
    return happens(left(staffIdOf(lena)), control).thenEffects(send(ChangeTaskController, { taskId, staffId: staffIdOf(lena) }));
  });

  test('D32 of whoever has none nothing goes anywhere', () => happens(left(staffIdOf(lena)), []).thenNothing());
});

describe('TaskRostersSaga', () => {
  const ofSales = made({ assignee: { departmentId } });
  const of = { rosterId: openTasksOf(departmentId), memberId: taskId };
  const happens = (...facts: readonly Fact[]) => when(taskRostersSaga, itself(...facts));

  test('the open tasks of a department are counted before the answer, and those of people are not', async () => {
    await happens(ofSales).thenPromptly(send(EnterRoster, of));
    for (const over of [completed, cancelled]) await happens(ofSales, over).thenPromptly(send(LeaveRoster, of));
    await happens(ofSales, completed, ofTask('TaskReopened', {})).thenPromptly(send(EnterRoster, of));
    await happens(made()).thenNothing();
    await happens(made(), completed).thenNothing();
  });
});

describe('TaskDeferralSaga', () => {
  const until = after(NOW, { days: 2 });
  const putOff = ofTask('TaskDeferred', { until });
  const fires = (...facts: readonly Fact[]) => whenTimer(deferralSaga, 'resume', itself(...facts), { dueAt: until });

  test('R115 what was put off until a moment goes on by itself then', async () => {
    await when(deferralSaga, itself(made(), putOff)).thenEffects(schedule('resume', until));
    await fires(made(), putOff).thenEffects(send(ResumeTask, { taskId }));
  });

  test('R115 unless it was put off anew, goes on already, or is over', async () => {
    await when(deferralSaga, itself(made(), ofTask('TaskDeferred', {}))).thenEffects(cancel('resume'));
    for (const event of [ofTask('TaskResumed', {}), ofTask('TaskStarted', { staffId: staffIdOf(viktor) }), cancelled])
      await when(deferralSaga, itself(made(), putOff, event)).thenEffects(cancel('resume'));
    await fires(made(), putOff, ofTask('TaskDeferred', { until: after(until, { days: 1 }) })).thenNothing();
    await fires(made(), putOff, ofTask('TaskResumed', {})).thenNothing();
  });
});

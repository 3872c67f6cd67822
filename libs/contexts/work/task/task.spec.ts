import { after, derivedId, type Actor, type UserActor } from '@letopis/kernel';
import { given, isAsTold, issue, NOW, rows, stateTable, type Fact } from '../../../kernel/testing';
import { workErrors } from '../errors';
import {
  anna,
  anonymous,
  approval,
  boris,
  cancelled,
  client,
  completed,
  controlled,
  decided,
  departmentId,
  lena,
  made,
  ofTask,
  olga,
  romashka,
  sagas,
  sales,
  staffIdOf,
  started,
  stranger,
  submitted,
  taskId,
  viktor,
  works,
  world,
} from '../work.fixtures';
import * as commands from './task.commands';
import { task } from './task';

const of = { taskId };
const TOMORROW = '2026-03-03T09:00:00.000Z';
const COMMANDS: Readonly<Record<string, object>> = {
  CreateTask: issue(commands.CreateTask, { ...of, organizationId: romashka, title: 'Позвонить', assignee: { staffId: staffIdOf(viktor) } }),
  TakeTask: issue(commands.TakeTask, of),
  StartTask: issue(commands.StartTask, of),
  DeferTask: issue(commands.DeferTask, { ...of, until: TOMORROW }),
  ResumeTask: issue(commands.ResumeTask, of),
  SubmitTaskForControl: issue(commands.SubmitTaskForControl, { ...of, result: 'Позвонил' }),
  CompleteTask: issue(commands.CompleteTask, of),
  ReturnTask: issue(commands.ReturnTask, { ...of, comment: 'Не тот договор' }),
  DecideApprovalTask: issue(commands.DecideApprovalTask, { ...of, decision: 'approved' }),
  ReassignTask: issue(commands.ReassignTask, { ...of, staffId: staffIdOf(lena) }),
  ChangeTaskController: issue(commands.ChangeTaskController, { ...of, staffId: staffIdOf(lena) }),
  ChangeTaskDeadline: issue(commands.ChangeTaskDeadline, { ...of, dueAt: TOMORROW }),
  CommentTask: issue(commands.CommentTask, { ...of, text: 'Занято' }),
  CancelTask: issue(commands.CancelTask, { ...of, reason: 'Не нужна' }),
  ReopenTask: issue(commands.ReopenTask, of),
};

interface Specified {
  readonly states: Readonly<Record<string, readonly Fact[]>>;
  readonly table: string;
  readonly by: Readonly<Record<string, UserActor>>;
}

const deferred = ofTask('TaskDeferred', {});
/** §G.3, for what each kind of task may go through. */
const SPECIFIED: Readonly<Record<string, Specified>> = {
  'of a department': {
    states: {
      none: [],
      new: [made({ assignee: { departmentId } })],
      in_progress: [made(), started],
      deferred: [made(), deferred],
      on_control: [controlled, submitted],
      completed: [made(), completed],
      cancelled: [made(), cancelled],
    },
    table: `
    | State       | TakeTask         |
    | none        | NOT_FOUND        |
    | new         | same / TaskTaken |
    | in_progress | —                |
    | deferred    | —                |
    | on_control  | —                |
    | completed   | —                |
    | cancelled   | —                |
    `,
    by: {},
  },
  'without a controller': {
    states: {
      none: [],
      new: [made()],
      in_progress: [made(), started],
      deferred: [made(), deferred],
      completed: [made(), completed],
      cancelled: [made(), cancelled],
    },
    table: `
    | State       | CreateTask          | StartTask                 | DeferTask                 | ResumeTask                | SubmitTaskForControl | CompleteTask                | ReturnTask | DecideApprovalTask | CancelTask                 | ReopenTask                   |
    | none        | → new / TaskCreated | NOT_FOUND                 | NOT_FOUND                 | NOT_FOUND                 | NOT_FOUND            | NOT_FOUND                   | NOT_FOUND  | NOT_FOUND          | NOT_FOUND                  | NOT_FOUND                    |
    | new         | ALREADY_EXISTS      | → in_progress / TaskStarted | → deferred / TaskDeferred | —                       | —                    | → completed / TaskCompleted | —          | —                  | → cancelled / TaskCancelled | —                           |
    | in_progress | ALREADY_EXISTS      | no-op                     | → deferred / TaskDeferred | no-op                     | —                    | → completed / TaskCompleted | —          | —                  | → cancelled / TaskCancelled | —                           |
    | deferred    | ALREADY_EXISTS      | → in_progress / TaskStarted | same / TaskDeferred     | → in_progress / TaskResumed | —                  | → completed / TaskCompleted | —          | —                  | → cancelled / TaskCancelled | —                           |
    | completed   | ALREADY_EXISTS      | —                         | —                         | —                         | —                    | no-op                       | —          | —                  | —                          | → in_progress / TaskReopened |
    | cancelled   | ALREADY_EXISTS      | —                         | —                         | —                         | —                    | —                           | —          | —                  | no-op                      | —                            |
    `,
    by: { CreateTask: boris, CancelTask: boris, ReopenTask: boris },
  },
  'with a controller': {
    states: {
      new: [controlled],
      in_progress: [controlled, started],
      deferred: [controlled, deferred],
      on_control: [controlled, submitted],
      completed: [controlled, submitted, completed],
      cancelled: [controlled, cancelled],
    },
    table: `
    | State       | SubmitTaskForControl                   | CompleteTask                | ReturnTask                   | ReopenTask                   | ChangeTaskDeadline         | StartTask                   | DeferTask                 | ResumeTask                  | CancelTask                  |
    | new         | → on_control / TaskSubmittedForControl | —                           | —                            | —                            | same / TaskDeadlineChanged | → in_progress / TaskStarted | → deferred / TaskDeferred | —                           | → cancelled / TaskCancelled |
    | in_progress | → on_control / TaskSubmittedForControl | —                           | —                            | —                            | same / TaskDeadlineChanged | no-op                       | → deferred / TaskDeferred | no-op                       | → cancelled / TaskCancelled |
    | deferred    | —                                      | —                           | —                            | —                            | same / TaskDeadlineChanged | → in_progress / TaskStarted | same / TaskDeferred       | → in_progress / TaskResumed | → cancelled / TaskCancelled |
    | on_control  | no-op                                  | → completed / TaskCompleted | → in_progress / TaskReturned | —                            | same / TaskDeadlineChanged | —                           | —                         | —                           | → cancelled / TaskCancelled |
    | completed   | —                                      | no-op                       | —                            | → in_progress / TaskReopened | —                          | —                           | —                         | —                           | —                           |
    | cancelled   | —                                      | —                           | —                            | —                            | —                          | —                           | —                         | —                           | no-op                       |
    `,
    by: { CompleteTask: olga, ReturnTask: olga, ReopenTask: olga, ChangeTaskDeadline: olga, CancelTask: boris },
  },
  'of approval': {
    states: {
      new: [approval()],
      in_progress: [approval(), started],
      deferred: [approval(), deferred],
      completed: [approval(), decided, completed],
      cancelled: [approval(), cancelled],
    },
    table: `
    | State       | DecideApprovalTask                       | CompleteTask | ReopenTask |
    | new         | → completed / TaskDecided, TaskCompleted | —            | —          |
    | in_progress | → completed / TaskDecided, TaskCompleted | —            | —          |
    | deferred    | → completed / TaskDecided, TaskCompleted | —            | —          |
    | completed   | no-op                                    | no-op        | —          |
    | cancelled   | ROUND_CLOSED                             | —            | —          |
    `,
    by: { ReopenTask: boris },
  },
  'whoever has it': {
    states: {
      none: [],
      new: [made()],
      in_progress: [made(), started],
      deferred: [made(), deferred],
      on_control: [controlled, submitted],
      completed: [made(), completed],
      cancelled: [made(), cancelled],
    },
    table: `
    | State       | ReassignTask           | ChangeTaskController         | CommentTask          |
    | none        | NOT_FOUND              | NOT_FOUND                    | NOT_FOUND            |
    | new         | same / TaskReassigned  | same / TaskControllerChanged | same / TaskCommented |
    | in_progress | same / TaskReassigned  | same / TaskControllerChanged | same / TaskCommented |
    | deferred    | same / TaskReassigned  | same / TaskControllerChanged | same / TaskCommented |
    | on_control  | same / TaskReassigned  | same / TaskControllerChanged | same / TaskCommented |
    | completed   | —                      | —                            | same / TaskCommented |
    | cancelled   | —                      | —                            | same / TaskCommented |
    `,
    by: { ReassignTask: boris, ChangeTaskController: boris },
  },
};

describe.each(Object.entries(SPECIFIED))('R115 A task %s, by its state table', (_, { states, table, by }) => {
  test.each(stateTable(table, { dash: 'TASK_STATE' }))('$state: $asked $becomes', (cell) => {
    const state = given(task, ...states[cell.state]!).and(...world);
    isAsTold(cell, state.when(COMMANDS[cell.asked]!, { actor: by[cell.asked] ?? viktor, id: taskId }));
  });
});

test('the tables name every command of a task', () => {
  const named = Object.values(SPECIFIED).flatMap(({ table }) => Object.keys(rows(table)[0]!));
  expect([...new Set(named)].filter((name) => name !== 'State').sort()).toEqual(Object.keys(task.commands).sort());
});

describe('R115 Who may do what with a task', () => {
  /** ✓, or the code: of whoever is not the one whom it takes. */
  const TABLE = `
  | command              | creator        | assignee       | controller     | another        | administrator  | client    | stranger  |
  | StartTask            | NOT_ASSIGNEE   | ✓              | NOT_ASSIGNEE   | NOT_ASSIGNEE   | NOT_ASSIGNEE   | FORBIDDEN | NOT_FOUND |
  | DeferTask            | NOT_ASSIGNEE   | ✓              | NOT_ASSIGNEE   | NOT_ASSIGNEE   | NOT_ASSIGNEE   | FORBIDDEN | NOT_FOUND |
  | ReassignTask         | ✓              | ✓              | NOT_ASSIGNEE   | NOT_ASSIGNEE   | ✓              | FORBIDDEN | NOT_FOUND |
  | ChangeTaskController | ✓              | FORBIDDEN      | FORBIDDEN      | FORBIDDEN      | ✓              | FORBIDDEN | NOT_FOUND |
  | ChangeTaskDeadline   | ✓              | FORBIDDEN      | ✓              | FORBIDDEN      | ✓              | FORBIDDEN | NOT_FOUND |
  | CommentTask          | ✓              | ✓              | ✓              | FORBIDDEN      | ✓              | FORBIDDEN | NOT_FOUND |
  | CancelTask           | ✓              | FORBIDDEN      | FORBIDDEN      | FORBIDDEN      | ✓              | FORBIDDEN | NOT_FOUND |
  | SubmitTaskForControl | NOT_ASSIGNEE   | ✓              | NOT_ASSIGNEE   | NOT_ASSIGNEE   | NOT_ASSIGNEE   | FORBIDDEN | NOT_FOUND |
  `;
  const people: Readonly<Record<string, UserActor>> = {
    creator: boris,
    assignee: viktor,
    controller: olga,
    another: lena,
    administrator: anna,
    client,
    stranger,
  };
  const cases = rows(TABLE).flatMap(({ command, ...who }) =>
    Object.entries(who).map(([name, expected]) => [command!, name, expected] as const),
  );
  // Lena is in sales, which opens tasks with all functions: without that department she is nobody to this one.
  const beside = world.map((each) => (each.id === staffIdOf(lena) ? works(lena, 'lena') : each));
  test.each(cases)('%s by the %s: %s', (command, name, expected) => {
    const target = command === 'ReassignTask' || command === 'ChangeTaskController' ? { staffId: staffIdOf(anna) } : {};
    const { result } = given(task, controlled)
      .and(...beside)
      .when(Object.assign(Object.create(Object.getPrototypeOf(COMMANDS[command]) as object) as object, COMMANDS[command], target), {
        actor: people[name]!,
        id: taskId,
      });
    expect(result.refused ?? '✓').toBe(expected);
  });

  test('D32 the head of the department gives a task of its people to another, but no approval', () => {
    const headed = sales({ type: 'DepartmentUpdated', data: { changes: { headStaffId: { to: staffIdOf(olga) } } } });
    const give = (fact: Fact) =>
      given(task, fact)
        .and(...world.filter(({ id }) => id !== headed.id), headed)
        .when(COMMANDS.ReassignTask!, { actor: olga, id: taskId });
    give(made()).then(ofTask('TaskReassigned', { from: staffIdOf(viktor), to: staffIdOf(lena) }));
    give(made({ assignee: { departmentId } })).then(ofTask('TaskReassigned', { to: staffIdOf(lena) }));
    give(approval()).thenRefused('NOT_ASSIGNEE');
  });

  test('who may edit all tasks gives any of them to another, but no approval', () => {
    const give = (fact: Fact) =>
      given(task, fact)
        .and(...world)
        .when(COMMANDS.ReassignTask!, { actor: lena, id: taskId });
    give(made()).then(ofTask('TaskReassigned', { from: staffIdOf(viktor), to: staffIdOf(lena) }));
    give(approval()).thenRefused('NOT_ASSIGNEE');
  });

  test('nobody who is not signed in', () =>
    given(task, made())
      .and(...world)
      .when(COMMANDS.StartTask!, { actor: anonymous, id: taskId })
      .isRefused('NOT_AUTHENTICATED'));
});

describe('R115 A task is made', () => {
  const create = (more: Partial<commands.CreateTask>, actor: Actor = boris) =>
    given(task)
      .and(...world)
      .when(
        issue(commands.CreateTask, {
          ...of,
          organizationId: romashka,
          title: 'Позвонить',
          assignee: { staffId: staffIdOf(viktor) },
          ...more,
        }),
        {
          actor,
          id: taskId,
        },
      );

  test('by staff with the right, in their name', () => {
    expect(create({}).result.events).toMatchObject([
      { data: { creatorStaffId: staffIdOf(boris), kind: 'work', priority: 'normal', locale: 'ru' } },
    ]);
    create({}, olga).isRefused('FORBIDDEN');
    create({}, client).isRefused('FORBIDDEN');
    create({}, stranger).isRefused('NOT_FOUND');
  });

  test('R071 for a department in its language, for a role that there is', () => {
    expect(create({ assignee: { departmentId } }).result.events).toMatchObject([{ data: { assignee: { departmentId }, locale: 'en' } }]);
    expect(create({ assignee: { roleCode: 'manager' } }).result.events).toMatchObject([{ data: { assignee: { roleCode: 'manager' } } }]);
    create({ assignee: { roleCode: 'nobody' } }).thenRefused('NOT_FOUND');
    create({ assignee: { departmentId: romashka } }).thenRefused('NOT_FOUND');
  });

  test.each([
    ['for nobody', { assignee: {} }, 'ASSIGNEE_REQUIRED'],
    ['for two at once', { assignee: { departmentId, roleCode: 'manager' } }, 'ASSIGNEE_REQUIRED'],
    ['for somebody elsewhere', { assignee: { staffId: romashka } }, 'NOT_FOUND'],
    ['controlled by somebody elsewhere', { controllerStaffId: romashka }, 'NOT_FOUND'],
    ['with a term that is over', { dueAt: NOW }, 'TERM_INVALID'],
    ['as an approval by hand', { kind: 'approval' as const }, 'FORBIDDEN'],
    ['as that of a process by hand', { blocking: true }, 'FORBIDDEN'],
    ['in the name of another', { creatorStaffId: staffIdOf(anna) }, 'FORBIDDEN'],
  ])('not %s', (_, more, code) => create(more).thenRefused(code));

  test('not for somebody who has left, nor for a department that is closed', () => {
    const left = works(viktor, 'viktor', { type: 'StaffMemberBlocked', data: {} });
    given(task)
      .and(...world.filter(({ id }) => id !== left.id), left)
      .when(COMMANDS.CreateTask!, { actor: boris, id: taskId })
      .thenRefused('STAFF_NOT_ACTIVE');
    given(task)
      .and(...world.filter(({ id }) => id !== departmentId), sales({ type: 'DepartmentArchived', data: {} }))
      .when(issue(commands.CreateTask, { ...of, organizationId: romashka, title: 'x', assignee: { departmentId } }), {
        actor: sagas,
        id: taskId,
      })
      .thenRefused('DEPARTMENT_ARCHIVED');
  });

  test('with a term in working hours; without a schedule they are hours of the clock', () => {
    const [created] = create({ dueInWorkingHours: 8 }).result.events;
    expect(created).toMatchObject({ data: { dueAt: after(NOW, { hours: 8 }) } });
  });
});

describe('A task of a department or role', () => {
  const take = (actor: UserActor, ...facts: readonly Fact[]) =>
    given(task, ...facts)
      .and(...world)
      .when(COMMANDS.TakeTask!, { actor, id: taskId });
  const ofSales = made({ assignee: { departmentId } });
  const taken = ofTask('TaskTaken', { staffId: staffIdOf(viktor) });

  test('R115 is done by the first who takes it; a second time is none, and another comes too late', () => {
    take(viktor, ofSales).then(taken);
    take(viktor, ofSales, taken).thenNothing();
    take(lena, ofSales, taken).thenRefused('NOT_ASSIGNEE');
    take(olga, ofSales).thenRefused('NOT_ASSIGNEE');
    take(viktor, made({ assignee: { roleCode: 'manager' } })).then(taken);
    take(lena, made({ assignee: { roleCode: 'manager' } })).thenRefused('NOT_ASSIGNEE');
  });

  test('is begun by nobody before it was taken', () =>
    given(task, ofSales)
      .and(...world)
      .when(COMMANDS.StartTask!, { actor: viktor, id: taskId })
      .thenRefused('NOT_ASSIGNEE'));
});

describe('An approval', () => {
  const decide = (decision: 'approved' | 'rejected', comment: string | undefined, ...facts: readonly Fact[]) =>
    given(task, ...facts)
      .and(...world)
      .when(issue(commands.DecideApprovalTask, { ...of, decision, comment }), { actor: viktor, id: taskId });

  test('R115 is decided once: the same again is none, another is refused', () => {
    decide('approved', undefined, approval(), decided, completed).thenNothing();
    decide('rejected', 'Нет', approval(), decided, completed).thenRefused('ALREADY_DECIDED');
  });

  test('is rejected with a comment where its round wants one', () => {
    decide('rejected', undefined, approval({ rejectionNeedsComment: true })).thenRefused('COMMENT_REQUIRED');
    const by = staffIdOf(viktor);
    decide('rejected', 'Нет суммы', approval({ rejectionNeedsComment: true })).then(
      ofTask('TaskDecided', { by, decision: 'rejected', comment: 'Нет суммы' }),
      ofTask('TaskCompleted', { by }),
    );
  });

  test('S22 a deputy decides in the place of the absent, who stays named', () => {
    const deputy = { ...of, staffId: staffIdOf(viktor), asDeputy: true, reason: 'Отпуск' };
    const given_ = given(task, approval({ assignee: { staffId: staffIdOf(lena) } })).and(...world);
    const reassigned = ofTask('TaskReassigned', {
      from: staffIdOf(lena),
      to: staffIdOf(viktor),
      reason: 'Отпуск',
      onBehalfOf: staffIdOf(lena),
    });
    given_.when(issue(commands.ReassignTask, deputy), { actor: sagas, id: taskId }).then(reassigned);
    given_.when(issue(commands.ReassignTask, deputy), { actor: boris, id: taskId }).thenRefused('FORBIDDEN');
    const { result } = decide('approved', undefined, approval({ assignee: { staffId: staffIdOf(lena) } }), reassigned);
    expect(result.events[0]).toEqual({
      type: 'TaskDecided',
      data: { by: staffIdOf(viktor), onBehalfOf: staffIdOf(lena), decision: 'approved' },
    });
  });
});

describe('A task of a process', () => {
  const ref = { processId: derivedId('process'), visit: 1, stepKey: 'service' };
  const ofProcess = made({ processRef: ref, blocking: true, controllerStaffId: staffIdOf(olga) });
  const asked = (name: string, actor: Actor, ...facts: readonly Fact[]) =>
    given(task, ...facts)
      .and(...world)
      .when(COMMANDS[name]!, { actor, id: taskId });

  test('R116 is given back by the process, and what has moved on meanwhile is nothing to be repaired', () => {
    asked('ReturnTask', sagas, ofProcess, submitted).then(ofTask('TaskReturned', { comment: 'Не тот договор' }));
    for (const name of ['ReturnTask', 'SubmitTaskForControl'])
      asked(name, sagas, ofProcess, submitted, completed).thenRefused('TASK_STATE');
    for (const code of ['TASK_STATE', 'ROUND_CLOSED'] as const) expect(workErrors.entries[code].alreadySo).toBe(true);
    asked('ResumeTask', sagas, ofProcess, deferred).then(ofTask('TaskResumed', {}));
  });

  test('R116 is submitted and taken back by the process alone, and not taken up again', () => {
    asked('SubmitTaskForControl', viktor, ofProcess).thenRefused('FORBIDDEN');
    asked('SubmitTaskForControl', sagas, ofProcess).then(ofTask('TaskSubmittedForControl', { result: 'Позвонил' }));
    asked('CancelTask', boris, ofProcess).thenRefused('FORBIDDEN');
    asked('CancelTask', sagas, ofProcess).then(cancelled);
    asked('ReopenTask', boris, ofProcess, submitted, completed).thenRefused('TASK_STATE');
  });
});

test('R115 a completed task is taken up again within fourteen days, to the moment', () => {
  const reopen = (now: string) =>
    given(task, made(), completed)
      .and(...world)
      .when(COMMANDS.ReopenTask!, { actor: boris, id: taskId, now });
  reopen(after(NOW, { days: 14 })).then(ofTask('TaskReopened', {}));
  reopen('2026-03-16T09:00:00.001Z').thenRefused('TASK_STATE', { status: 'Завершена' });
});

/** §G.8 and, of F.10, what deciding an approval may say. */
const ERRORS = `
| Code              | HTTP | Message                                                     |
| TASK_STATE        | 409  | Действие недоступно для задачи в статусе «{status}»         |
| ALREADY_DECIDED   | 409  | Решение уже принято                                         |
| NOT_ASSIGNEE      | 403  | Задачу выполняет другой сотрудник                           |
| NOT_CONTROLLER    | 403  | Задачу принимает контролёр                                  |
| ROUND_CLOSED      | 409  | Согласование уже завершено                                  |
| COMMENT_REQUIRED  | 422  | Укажите комментарий                                         |
| ASSIGNEE_REQUIRED | 422  | Укажите одного исполнителя: сотрудника, отдел или роль      |
| TERM_INVALID      | 422  | Срок уже прошёл                                             |
`;
test.each(rows(ERRORS))('G.8 $Code is told in these words', ({ Code: code, HTTP: status, Message: message }) => {
  expect(workErrors.entries[code as 'TASK_STATE']).toMatchObject({ status: Number(status), ru: message });
});

test('G.8 a controlled task is accepted and returned by nobody else', () => {
  const state = given(task, controlled, submitted).and(...world);
  for (const name of ['CompleteTask', 'ReturnTask'])
    for (const actor of [viktor, boris, anna]) state.when(COMMANDS[name]!, { actor, id: taskId }).thenRefused('NOT_CONTROLLER');
});

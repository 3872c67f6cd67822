import { department, hoursOf, type Department, type StaffMember } from '@letopis/contexts/staff';
import {
  addWorkingMinutes,
  after,
  aggregate,
  followedBy,
  ifKnown,
  member,
  oneOf,
  staff,
  standingOf,
  stateOf,
  systemOnly,
  type Actor,
} from '@letopis/kernel';
import { refusal } from '../errors';
import {
  active,
  headsOf,
  hoursFor,
  is,
  isAssignee,
  isController,
  isCreator,
  isSystem,
  mayTake,
  own,
  roleOf,
  type Standpoint,
} from './standpoint';
import * as commands from './task.commands';
import type { TaskEvents } from './task.events';
import { evolveTask, noTask, OPEN, type Task, type TaskStatus } from './task.state';

const { command, define, event } = aggregate<Task, TaskEvents>();

/** A completed task may be taken up again for so long. */
export const REOPENING = { days: 14 };

/** Whoever works in the organization may try; who is to do what with which task is decided with it. */
const insider = member<object, Task>({ inside: true });
const insiderOrSystem = oneOf<object, Task>(systemOnly, insider);
const all = staff<object, Task>('tasks.items:edit_all');

export const task = define({
  category: 'task',
  initialState: noTask,
  organizationId: ({ organizationId }) => organizationId || undefined,

  commands: {
    CreateTask: command(commands.CreateTask, {
      by: oneOf<commands.CreateTask, Task>(systemOnly, staff('tasks.items:create', { in: ({ command }) => command.organizationId })),
      needs: ({ command: { organizationId, assignee, controllerStaffId }, actor }) => ({
        own: standingOf(organizationId, actor.kind === 'user' ? actor.userId : undefined),
        assigned: active(assignee.staffId),
        department: ifKnown(stateOf(department, assignee.departmentId)),
        role: roleOf(organizationId, assignee.roleCode),
        controller: active(controllerStaffId),
        hours: hoursFor(assignee),
      }),
      summary: 'A task for a staff member, or for the first of a department or role who takes it',
    }),
    TakeTask: command(commands.TakeTask, { by: insider, needs: own, summary: 'Takes a task of the own department or role' }),
    StartTask: command(commands.StartTask, { by: insider, needs: own, summary: 'Begins' }),
    DeferTask: command(commands.DeferTask, { by: insider, needs: own, summary: 'Puts it off' }),
    ResumeTask: command(commands.ResumeTask, { by: insiderOrSystem, needs: own, summary: 'Goes on' }),
    SubmitTaskForControl: command(commands.SubmitTaskForControl, {
      by: insiderOrSystem,
      needs: own,
      summary: 'Done; the controller looks at it',
    }),
    CompleteTask: command(commands.CompleteTask, {
      by: insiderOrSystem,
      needs: own,
      summary: 'Done; with a controller, accepted by the controller',
    }),
    ReturnTask: command(commands.ReturnTask, { by: insiderOrSystem, needs: own, summary: 'Not as it should be: once more' }),
    DecideApprovalTask: command(commands.DecideApprovalTask, { by: insider, needs: own, summary: 'Approves or rejects' }),
    ReassignTask: command(commands.ReassignTask, {
      by: oneOf<commands.ReassignTask, Task>(systemOnly, all, insider),
      needs: (question) => ({
        ...own(question),
        assigned: active(question.command.staffId),
        mayAll: rightTo(question),
        heads: headsOf(question.state.assignee),
      }),
      summary: 'Somebody else does it',
    }),
    ChangeTaskController: command(commands.ChangeTaskController, {
      by: insiderOrSystem,
      needs: (question) => ({ ...own(question), controller: active(question.command.staffId) }),
      summary: 'Somebody else accepts it',
    }),
    ChangeTaskDeadline: command(commands.ChangeTaskDeadline, { by: insiderOrSystem, needs: own, summary: 'Another term' }),
    CommentTask: command(commands.CommentTask, { by: insider, needs: own, summary: 'A word of somebody who takes part' }),
    CancelTask: command(commands.CancelTask, { by: insiderOrSystem, needs: own, summary: 'It is not needed any more' }),
    ReopenTask: command(commands.ReopenTask, { by: insider, needs: own, summary: 'It was not done after all' }),
  },

  decide: {
    CreateTask: (
      { taskId: _, organizationId, kind = 'work', assignee, controllerStaffId, dueAt, dueInWorkingHours, creatorStaffId, ...fields },
      state,
      { own: standing, assigned, department: asked, role, controller, hours, actor, now },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      const ofProduct = fields.processRef ?? fields.blocking ?? fields.rejectionNeedsComment ?? creatorStaffId;
      if (!isSystem(actor) && (ofProduct !== undefined || kind === 'approval' || kind === 'manual_action')) throw refusal('FORBIDDEN');
      if (Object.values(assignee).filter((one) => one !== undefined).length !== 1) throw refusal('ASSIGNEE_REQUIRED');
      if (assignee.staffId !== undefined) works(assigned, organizationId);
      if (assignee.departmentId !== undefined) isDepartment(asked, organizationId);
      if (assignee.roleCode !== undefined && role?.status !== 'active') throw refusal('NOT_FOUND');
      if (controllerStaffId !== undefined) works(controller, organizationId);
      if (dueAt !== undefined && dueAt <= now && !isSystem(actor)) throw refusal('TERM_INVALID');
      const term = dueInWorkingHours === undefined ? dueAt : addWorkingMinutes(hoursOf(hours), now, dueInWorkingHours * 60);
      return [
        event('TaskCreated', {
          organizationId,
          kind,
          title: fields.title,
          description: fields.description ?? '',
          locale: fields.locale ?? (asked?.taskLocale as 'ru' | 'en' | undefined) ?? 'ru',
          creatorStaffId: isSystem(actor) ? creatorStaffId : standing.staffId,
          assignee,
          controllerStaffId,
          dueAt: term,
          priority: fields.priority ?? 'normal',
          subject: fields.subject,
          processRef: fields.processRef,
          blocking: fields.blocking ?? false,
          rejectionNeedsComment: fields.rejectionNeedsComment ?? false,
        }),
      ];
    },

    TakeTask: (_, state, { own: standing, actor }) => {
      const who = { standing, actor };
      there(state);
      if (state.status !== 'new') throw wrong(state);
      if (isAssignee(who, state)) return [];
      if (state.assignee.staffId !== undefined || !mayTake(who, state)) throw refusal('NOT_ASSIGNEE');
      return [event('TaskTaken', { staffId: standing.staffId! })];
    },
    StartTask: (_, state, { own: standing, actor }) => {
      in_(state, 'new', 'in_progress', 'deferred');
      byAssignee({ standing, actor }, state);
      return state.status === 'in_progress' ? [] : [event('TaskStarted', { staffId: state.assignee.staffId! })];
    },
    DeferTask: ({ until }, state, { own: standing, actor, now }) => {
      in_(state, 'new', 'in_progress', 'deferred');
      byAssignee({ standing, actor }, state);
      if (until !== undefined && until <= now) throw refusal('TERM_INVALID');
      return state.status === 'deferred' && state.deferredUntil === until ? [] : [event('TaskDeferred', { until })];
    },
    ResumeTask: (_, state, { own: standing, actor }) => {
      in_(state, 'in_progress', 'deferred');
      if (!isSystem(actor)) byAssignee({ standing, actor }, state);
      return state.status === 'in_progress' ? [] : [event('TaskResumed', {})];
    },

    SubmitTaskForControl: ({ result }, state, { own: standing, actor }) => {
      in_(state, 'new', 'in_progress', 'on_control');
      if (state.controllerStaffId === undefined) throw wrong(state);
      if (!isSystem(actor)) {
        byAssignee({ standing, actor }, state);
        // The process says when its own task is done.
        if (state.processRef) throw refusal('FORBIDDEN');
      }
      return state.status === 'on_control' ? [] : [event('TaskSubmittedForControl', { result })];
    },

    CompleteTask: ({ result }, state, { own: standing, actor }) => {
      const who = { standing, actor };
      there(state);
      if (state.status === 'completed') return [];
      if (state.status === 'cancelled' || state.kind === 'approval') throw wrong(state);
      if (state.controllerStaffId !== undefined) {
        if (!isSystem(actor) && !isController(who, state)) throw refusal('NOT_CONTROLLER');
        if (state.status !== 'on_control') throw wrong(state);
      } else if (!isSystem(actor) && !isCreator(who, state)) byAssignee(who, state);
      return [event('TaskCompleted', { by: standing.staffId, result })];
    },
    ReturnTask: ({ comment }, state, { own: standing, actor }) => {
      in_(state, 'on_control');
      if (!isSystem(actor) && !isController({ standing, actor }, state)) throw refusal('NOT_CONTROLLER');
      return [event('TaskReturned', { comment })];
    },

    DecideApprovalTask: ({ decision, comment }, state, { own: standing, actor }) => {
      there(state);
      if (state.kind !== 'approval' || state.status === 'on_control') throw wrong(state);
      if (state.status === 'cancelled') throw refusal('ROUND_CLOSED');
      byAssignee({ standing, actor }, state);
      if (state.status === 'completed') {
        if (state.decision === decision) return [];
        throw refusal('ALREADY_DECIDED');
      }
      if (decision === 'rejected' && state.rejectionNeedsComment && comment === undefined) throw refusal('COMMENT_REQUIRED');
      const by = state.assignee.staffId!;
      return [event('TaskDecided', { by, onBehalfOf: state.onBehalfOf, decision, comment }), event('TaskCompleted', { by })];
    },

    ReassignTask: ({ staffId, reason, asDeputy = false }, state, { own: standing, assigned, mayAll, heads, actor }) => {
      const who = { standing, actor };
      in_(state, ...OPEN);
      if (!isSystem(actor)) {
        if (asDeputy) throw refusal('FORBIDDEN');
        const may =
          isCreator(who, state) || (state.kind !== 'approval' && (isAssignee(who, state) || heads.some((head) => is(who, head)) || mayAll));
        if (!may) throw refusal('NOT_ASSIGNEE');
      }
      works(assigned, state.organizationId);
      const { staffId: from } = state.assignee;
      if (from === staffId) return [];
      return [event('TaskReassigned', { from, to: staffId, reason, onBehalfOf: asDeputy ? (state.onBehalfOf ?? from) : undefined })];
    },
    ChangeTaskController: ({ staffId }, state, { own: standing, controller, actor }) => {
      in_(state, ...OPEN);
      if (!isSystem(actor) && !isCreator({ standing, actor }, state)) throw refusal('FORBIDDEN');
      works(controller, state.organizationId);
      const { controllerStaffId: from } = state;
      return from === staffId ? [] : [event('TaskControllerChanged', { from, to: staffId })];
    },
    ChangeTaskDeadline: ({ dueAt }, state, { own: standing, actor, now }) => {
      in_(state, ...OPEN);
      const who = { standing, actor };
      if (!isSystem(actor) && !isCreator(who, state) && !isController(who, state)) throw refusal('FORBIDDEN');
      if (dueAt <= now) throw refusal('TERM_INVALID');
      return state.dueAt === dueAt ? [] : [event('TaskDeadlineChanged', { dueAt })];
    },
    CommentTask: ({ text }, state, { own: standing, actor }) => {
      const who = { standing, actor };
      there(state);
      const takesPart = isAssignee(who, state) || isCreator(who, state) || isController(who, state) || mayTake(who, state);
      if (!takesPart) throw refusal('FORBIDDEN');
      return [event('TaskCommented', { text })];
    },
    CancelTask: ({ reason }, state, { own: standing, actor }) => {
      there(state);
      if (state.status === 'cancelled') return [];
      in_(state, ...OPEN);
      // A task that a process waits for is taken back by the process alone.
      if (!isSystem(actor) && (state.blocking || !isCreator({ standing, actor }, state))) throw refusal('FORBIDDEN');
      return [event('TaskCancelled', { reason })];
    },
    ReopenTask: (_, state, { own: standing, actor, now }) => {
      const who = { standing, actor };
      in_(state, 'completed');
      if (!isCreator(who, state) && !isController(who, state)) throw refusal('FORBIDDEN');
      const isOver = state.kind === 'approval' || state.blocking || now > after(state.completedAt!, REOPENING);
      if (isOver) throw wrong(state);
      return [event('TaskReopened', {})];
    },
  },

  evolve: evolveTask,
});

/** Whether the actor may edit every task of the organization. */
const rightTo = ({ actor, state, command: asked, id, now }: { actor: Actor; state: Task; command: object; id: string; now: string }) =>
  followedBy(
    all.needs!({ actor, state, command: asked, id, now }),
    (answers) => all.judge({ actor, state, command: asked, id, now }, answers) === 'allow',
  );

const TITLES: Readonly<Record<TaskStatus, string>> = {
  none: '',
  new: 'Новая',
  in_progress: 'Выполняется',
  deferred: 'Отложена',
  on_control: 'Ждёт контроля',
  completed: 'Завершена',
  cancelled: 'Отменена',
};
const wrong = ({ status }: Task) => refusal('TASK_STATE', { status: TITLES[status] });
const there = ({ status }: Task) => {
  if (status === 'none') throw refusal('NOT_FOUND');
};
const in_ = (state: Task, ...statuses: readonly TaskStatus[]) => {
  there(state);
  if (!statuses.includes(state.status)) throw wrong(state);
};
const byAssignee = (who: Standpoint, state: Task) => {
  if (!isAssignee(who, state)) throw refusal('NOT_ASSIGNEE');
};

/** Of this organization, and at work. */
const works = (found: StaffMember | undefined, organizationId: string) => {
  if (found === undefined || found.status === 'none' || found.organizationId !== organizationId) throw refusal('NOT_FOUND');
  if (found.status !== 'active') throw refusal('STAFF_NOT_ACTIVE');
};
const isDepartment = (found: Department | undefined, organizationId: string) => {
  if (found === undefined || found.status === 'none' || found.organizationId !== organizationId) throw refusal('NOT_FOUND');
  if (found.status === 'archived') throw refusal('DEPARTMENT_ARCHIVED');
};

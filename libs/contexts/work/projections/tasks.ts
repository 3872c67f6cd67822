import type { SmartProcessEvents } from '@letopis/contexts/processes';
import { departmentSide, staffSide, type StaffMemberEvents } from '@letopis/contexts/staff';
import { only, projection, refused, side, type Join, type ReadPolicy, type RecordedOf } from '@letopis/kernel';
import type { ApprovalDecision, Priority, TaskKind } from '../task/task.commands';
import type { Subject, TaskEvents } from '../task/task.events';
import type { TaskStatus } from '../task/task.state';
import { partSees } from '../reading';
import { placesSide } from './days';

export interface TaskRow {
  readonly taskId: string;
  readonly organizationId: string;
  readonly kind: TaskKind;
  readonly title: string;
  readonly description: string;
  readonly priority: Priority;
  readonly creatorStaffId?: string;
  readonly creatorName?: string;
  readonly assigneeStaffId?: string;
  readonly assigneeName?: string;
  /** Where the assignee works: who leads a department sees what its people have to do. */
  readonly assigneeDepartmentIds?: readonly string[];
  readonly departmentId?: string;
  readonly departmentName?: string;
  readonly roleCode?: string;
  readonly controllerStaffId?: string;
  readonly controllerName?: string;
  readonly subject?: Subject;
  readonly processId?: string;
  readonly status: Exclude<TaskStatus, 'none'>;
  /** Not completed and not cancelled; what is open and due before now is overdue. */
  readonly open: boolean;
  readonly dueAt?: string;
  readonly result?: string;
  readonly decision?: ApprovalDecision;
  readonly onBehalfOf?: string;
  readonly comments: readonly { readonly at: string; readonly by?: string; readonly text: string }[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

type Row = TaskRow | undefined;
type Event<Type extends keyof TaskEvents> = RecordedOf<TaskEvents, Type>;

/** Comments that a row keeps; the history of the task has all. */
const MOST_COMMENTS = 100;

/** The row with what has changed, where there is one. */
const becomes =
  <Type extends keyof TaskEvents>(change: (data: TaskEvents[Type], row: TaskRow) => Partial<TaskRow>) =>
  (row: Row, { data, metadata }: Event<Type>): Row =>
    row && { ...row, ...change(data as TaskEvents[Type], row), updatedAt: metadata.occurredAt };

const commented = (row: TaskRow, text: string, at: string, by: string | undefined): TaskRow['comments'] =>
  [...row.comments, { at, by, text }].slice(-MOST_COMMENTS);

const created = ({
  aggregateId,
  data: { assignee, processRef, blocking: _, rejectionNeedsComment: __, locale: ___, ...data },
  metadata,
}: Event<'TaskCreated'>): TaskRow => ({
  taskId: aggregateId,
  ...data,
  assigneeStaffId: assignee.staffId,
  departmentId: assignee.departmentId,
  roleCode: assignee.roleCode,
  processId: processRef?.processId,
  status: 'new',
  open: true,
  comments: [],
  createdAt: metadata.occurredAt,
  updatedAt: metadata.occurredAt,
});

const folds = {
  TaskTaken: becomes<'TaskTaken'>(({ staffId }) => ({ assigneeStaffId: staffId })),
  TaskStarted: becomes<'TaskStarted'>(() => ({ status: 'in_progress' })),
  TaskDeferred: becomes<'TaskDeferred'>(() => ({ status: 'deferred' })),
  TaskResumed: becomes<'TaskResumed'>(() => ({ status: 'in_progress' })),
  TaskSubmittedForControl: becomes<'TaskSubmittedForControl'>(({ result }, row) => ({
    status: 'on_control',
    result: result ?? row.result,
  })),
  TaskCompleted: becomes<'TaskCompleted'>(({ result }, row) => ({ status: 'completed', open: false, result: result ?? row.result })),
  TaskReturned: (row: Row, { data, metadata }: Event<'TaskReturned'>): Row =>
    row && {
      ...row,
      status: 'in_progress',
      comments: commented(row, data.comment, metadata.occurredAt, row.controllerStaffId),
      updatedAt: metadata.occurredAt,
    },
  TaskDecided: becomes<'TaskDecided'>(({ decision, comment, onBehalfOf }, row) => ({
    decision,
    result: comment ?? row.result,
    onBehalfOf,
  })),
  TaskReassigned: becomes<'TaskReassigned'>(({ to, onBehalfOf }) => ({ assigneeStaffId: to, onBehalfOf })),
  TaskDeadlineChanged: becomes<'TaskDeadlineChanged'>(({ dueAt }) => ({ dueAt })),
  TaskControllerChanged: becomes<'TaskControllerChanged'>(({ to }) => ({ controllerStaffId: to })),
  TaskCommented: (row: Row, { data, metadata: { occurredAt, actor } }: Event<'TaskCommented'>): Row =>
    row && {
      ...row,
      comments: commented(row, data.text, occurredAt, actor.kind === 'user' ? actor.userId : undefined),
      updatedAt: occurredAt,
    },
  TaskCancelled: becomes<'TaskCancelled'>(() => ({ status: 'cancelled', open: false })),
  TaskReopened: becomes<'TaskReopened'>(() => ({ status: 'in_progress', open: true })),
};

const people: readonly Join[] = [
  { by: 'creatorStaffId', side: 'staff', fields: { displayName: 'creatorName' } },
  { by: 'assigneeStaffId', side: 'staff', fields: { displayName: 'assigneeName' } },
  { by: 'controllerStaffId', side: 'staff', fields: { displayName: 'controllerName' } },
  { by: 'departmentId', side: 'departments', fields: { name: 'departmentName' } },
];

/** What finds the open tasks about a record, or about all of its type. */
export const openTasksAbout = (type: string, id?: string): Readonly<Record<string, unknown>> => ({
  open: true,
  'subject.type': type,
  ...(id === undefined ? {} : { 'subject.id': id }),
});

/** «Задачи»: the own ones, those that one has given, of a department, on control and overdue are lists and filters of this one. */
export const tasks = projection<TaskRow, TaskEvents>()({
  code: 'tasks',
  version: 2,
  title: { ru: 'Задачи', en: 'Tasks' },
  on: { TaskCreated: (_, event) => created(event), ...folds },
  sides: { staff: staffSide, departments: departmentSide, places: placesSide },
  joins: [...people, { by: 'assigneeStaffId', side: 'places', fields: { departmentIds: 'assigneeDepartmentIds' } }],
  list: {
    filters: {
      organizationId: 'string',
      status: 'string',
      kind: 'string',
      priority: 'string',
      open: 'boolean',
      assigneeStaffId: 'string',
      creatorStaffId: 'string',
      controllerStaffId: 'string',
      departmentId: 'string',
      roleCode: 'string',
      'subject.type': 'string',
      'subject.id': 'string',
      processId: 'string',
      dueAt: 'time',
      createdAt: 'time',
    },
    asked: { list: 'string' },
    sorts: ['dueAt', 'createdAt', 'updatedAt', 'priority', 'title'],
    search: ['title', 'assigneeName', 'creatorName'],
    defaultSort: '-createdAt',
  },
  policy: partSees,
  hidden: ['assigneeDepartmentIds'],
});

/** How far the round has come in which a decision is asked for. */
export interface RoundProgress {
  readonly asked: number;
  readonly approved: number;
  readonly rejected: number;
}

export interface ApprovalRow extends TaskRow {
  readonly assigneeUserId?: string;
  readonly roundId?: string;
  readonly round?: RoundProgress;
}

/** Rounds of processes, by their own ids. */
const roundsSide = {
  ...side<{ round: RoundProgress }, Pick<SmartProcessEvents, 'ApprovalRoundOpened' | 'ApprovalDecisionRecorded'>>()({
    ApprovalRoundOpened: (_, { data: { approvers } }) => ({ round: { asked: approvers.length, approved: 0, rejected: 0 } }),
    ApprovalDecisionRecorded: (known, { data: { decision } }) =>
      known && { round: { ...known.round, [decision]: known.round[decision] + 1 } },
  }),
  key: ({ data }: { data: unknown }) => (data as { roundId?: string }).roundId,
};

const accountSide = side<{ userId: string }, StaffMemberEvents>()({
  StaffUserLinked: (_, { data: { userId } }) => ({ userId }),
});

const assigneeSees: ReadPolicy = {
  name: 'assignee',
  see: ({ actor }) => (actor.kind === 'user' ? only({ assigneeUserId: actor.userId }) : refused('FORBIDDEN')),
};

/** What waits for somebody's approval. */
export const approvalInbox = projection<ApprovalRow, TaskEvents>()({
  code: 'approval_inbox',
  version: 2,
  title: { ru: 'На согласовании у меня', en: 'Waiting for my approval' },
  on: {
    TaskCreated: (_, event) =>
      event.data.kind === 'approval' ? { ...created(event), roundId: event.data.processRef?.roundId } : undefined,
    ...folds,
    TaskDecided: () => undefined,
    TaskCompleted: () => undefined,
    TaskCancelled: () => undefined,
  },
  sides: { staff: staffSide, departments: departmentSide, accounts: accountSide, rounds: roundsSide },
  joins: [
    ...people,
    { by: 'assigneeStaffId', side: 'accounts', fields: { userId: 'assigneeUserId' } },
    { by: 'roundId', side: 'rounds', fields: { round: 'round' } },
  ],
  list: {
    filters: { organizationId: 'string', assigneeUserId: 'string', processId: 'string', dueAt: 'time', createdAt: 'time' },
    sorts: ['dueAt', 'createdAt'],
    search: ['title'],
    defaultSort: 'createdAt',
  },
  policy: assigneeSees,
});

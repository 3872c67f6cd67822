import type { ApprovalDecision, Priority, TaskKind } from './task.commands';
import type { Assignee, ProcessRef, Subject, TaskEvents } from './task.events';
import type { Evolving } from '@letopis/kernel';

export type TaskStatus = 'none' | 'new' | 'in_progress' | 'deferred' | 'on_control' | 'completed' | 'cancelled';

export interface Task {
  readonly status: TaskStatus;
  readonly organizationId: string;
  readonly kind: TaskKind;
  readonly title: string;
  readonly creatorStaffId?: string;
  readonly assignee: Assignee;
  readonly controllerStaffId?: string;
  readonly dueAt?: string;
  readonly priority: Priority;
  readonly subject?: Subject;
  readonly processRef?: ProcessRef;
  readonly blocking: boolean;
  readonly rejectionNeedsComment: boolean;
  readonly decision?: ApprovalDecision;
  /** The absent person in whose place the assignee decides. */
  readonly onBehalfOf?: string;
  readonly completedAt?: string;
  readonly deferredUntil?: string;
}

export const noTask: Task = {
  status: 'none',
  organizationId: '',
  kind: 'work',
  title: '',
  assignee: {},
  priority: 'normal',
  blocking: false,
  rejectionNeedsComment: false,
};

export const OPEN: readonly TaskStatus[] = ['new', 'in_progress', 'deferred', 'on_control'];

type Evolvers = { readonly [K in keyof TaskEvents]: (state: Task, data: TaskEvents[K], at: Evolving) => Task };

export const evolveTask: Evolvers = {
  TaskCreated: (_, { description: __, locale: ___, ...fields }) => ({ ...fields, status: 'new' }),
  TaskTaken: (state, { staffId }) => ({ ...state, assignee: { ...state.assignee, staffId } }),
  TaskStarted: (state) => ({ ...state, status: 'in_progress', deferredUntil: undefined }),
  TaskDeferred: (state, { until }) => ({ ...state, status: 'deferred', deferredUntil: until }),
  TaskResumed: (state) => ({ ...state, status: 'in_progress', deferredUntil: undefined }),
  TaskSubmittedForControl: (state) => ({ ...state, status: 'on_control' }),
  TaskCompleted: (state, _, { occurredAt }) => ({ ...state, status: 'completed', completedAt: occurredAt, deferredUntil: undefined }),
  TaskReturned: (state) => ({ ...state, status: 'in_progress' }),
  TaskDecided: (state, { decision }) => ({ ...state, decision }),
  TaskReassigned: (state, { to, onBehalfOf }) => ({ ...state, assignee: { ...state.assignee, staffId: to }, onBehalfOf }),
  TaskDeadlineChanged: (state, { dueAt }) => ({ ...state, dueAt }),
  TaskControllerChanged: (state, { to }) => ({ ...state, controllerStaffId: to }),
  TaskCommented: (state) => state,
  TaskCancelled: (state) => ({ ...state, status: 'cancelled', deferredUntil: undefined }),
  TaskReopened: (state) => ({ ...state, status: 'in_progress', completedAt: undefined }),
};

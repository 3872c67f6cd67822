import { smartProcess, type Approver, type SmartProcessEvents } from '@letopis/contexts/processes';
import { derivedId } from '@letopis/kernel';
import { facts, given, NOW, stream, type Fact } from '../../../kernel/testing';
import {
  approval,
  boris,
  cancelled,
  completed,
  controlled,
  decided,
  departmentId,
  itself,
  made,
  ofTask,
  olga,
  romashka,
  sales,
  staffIdOf,
  started,
  submitted,
  taskId,
  viktor,
  works,
} from '../work.fixtures';
import { approvalInbox, tasks, type TaskRow } from './tasks';

const people = [works(boris, 'boris'), works(viktor, 'viktor'), works(olga, 'olga'), sales()];
const row: Partial<TaskRow> = {
  taskId,
  organizationId: romashka,
  kind: 'work',
  title: 'Позвонить в «Ромбы»',
  description: '',
  priority: 'normal',
  creatorStaffId: staffIdOf(boris),
  creatorName: 'boris@romashka.ru',
  assigneeStaffId: staffIdOf(viktor),
  assigneeName: 'viktor@romashka.ru',
  status: 'new',
  open: true,
  comments: [],
  createdAt: NOW,
  updatedAt: NOW,
};
const listed = (...facts: readonly Fact[]) => given(tasks, ...people, itself(...facts));

describe('tasks', () => {
  test('R115 shows who made it for whom, by name', () => void listed(made()).thenDocument(taskId, { ...row, assigneeDepartmentIds: [] }));

  test.each<[string, readonly Fact[], Partial<TaskRow>]>([
    ['begun', [made(), started], { status: 'in_progress' }],
    ['put off', [made(), ofTask('TaskDeferred', {})], { status: 'deferred' }],
    ['gone on with', [made(), ofTask('TaskDeferred', {}), ofTask('TaskResumed', {})], { status: 'in_progress' }],
    [
      'on control',
      [controlled, ofTask('TaskSubmittedForControl', { result: 'Позвонил' })],
      { status: 'on_control', result: 'Позвонил', controllerName: 'olga@romashka.ru' },
    ],
    [
      'returned',
      [controlled, submitted, ofTask('TaskReturned', { comment: 'Ещё раз' })],
      { status: 'in_progress', comments: [{ at: NOW, by: staffIdOf(olga), text: 'Ещё раз' }] },
    ],
    ['completed', [made(), completed], { status: 'completed', open: false }],
    ['taken up again', [made(), completed, ofTask('TaskReopened', {})], { status: 'in_progress', open: true }],
    ['cancelled', [made(), cancelled], { status: 'cancelled', open: false }],
    ['of a department', [made({ assignee: { departmentId } })], { departmentId, departmentName: 'отдел продаж' }],
    [
      'taken',
      [made({ assignee: { departmentId } }), ofTask('TaskTaken', { staffId: staffIdOf(viktor) })],
      { assigneeName: 'viktor@romashka.ru' },
    ],
    [
      'given to another',
      [made(), ofTask('TaskReassigned', { to: staffIdOf(olga) })],
      { assigneeStaffId: staffIdOf(olga), assigneeName: 'olga@romashka.ru' },
    ],
    ['of another term', [made(), ofTask('TaskDeadlineChanged', { dueAt: NOW })], { dueAt: NOW }],
    ['of another controller', [made(), ofTask('TaskControllerChanged', { to: staffIdOf(olga) })], { controllerStaffId: staffIdOf(olga) }],
    ['commented on', [made(), ofTask('TaskCommented', { text: 'Занято' })], { comments: [{ at: NOW, text: 'Занято' }] as never }],
  ])('R115 tells one that is %s', (_, facts, shown) => {
    listed(...facts).thenDocument(taskId, expect.objectContaining(shown) as object);
  });
});

describe('approval_inbox', () => {
  const inbox = (...facts: readonly Fact[]) => given(approvalInbox, ...people, itself(...facts));
  test('shows what waits for somebody’s decision, and nothing else', () => {
    inbox(approval()).thenDocument(taskId, { ...row, kind: 'approval', assigneeUserId: viktor.userId });
    inbox(approval(), decided, completed).thenNoDocument(taskId);
    inbox(approval(), cancelled).thenNoDocument(taskId);
    inbox(made()).thenNoDocument(taskId);
  });

  test('S19 tells how far the round has come in which it is asked for', () => {
    const roundId = derivedId('round', 1);
    const [first, second] = ['first', 'second'].map((key) => ({ approverKey: key, staffId: staffIdOf(viktor), taskId })) as [
      Approver,
      Approver,
    ];
    const ofProcess = facts<SmartProcessEvents>();
    const opened = ofProcess('ApprovalRoundOpened', {
      ...{ roundId, key: 'approval', visit: 1, mode: 'parallel', rule: 'all', approvers: [first, second] },
    });
    const recorded = ofProcess('ApprovalDecisionRecorded', {
      roundId,
      approverKey: 'first',
      byStaffId: staffIdOf(olga),
      decision: 'approved',
    });
    const processRef = { processId: derivedId('process', 1), visit: 1, stepKey: 'approval', roundId, approverKey: 'second' };
    const shown = (...told: readonly Fact[]) =>
      given(approvalInbox, ...people, stream(smartProcess, processRef.processId, ...told), itself(approval({ processRef })));
    const round = { asked: 2, approved: 0, rejected: 0 };
    shown(opened).thenDocument(taskId, expect.objectContaining({ roundId, round }) as object);
    shown(opened, recorded).thenDocument(taskId, expect.objectContaining({ round: { ...round, approved: 1 } }) as object);
  });

  test('S22 goes over to the deputy', () => {
    const over = ofTask('TaskReassigned', { from: staffIdOf(viktor), to: staffIdOf(olga), onBehalfOf: staffIdOf(viktor) });
    inbox(approval(), over).thenDocument(
      taskId,
      expect.objectContaining({ assigneeUserId: olga.userId, onBehalfOf: staffIdOf(viktor) }) as object,
    );
  });
});

import { firstProviderOf, derivedId, send } from '@letopis/kernel';
import { supportRequest, type SupportRequestEvents } from '@letopis/contexts/staff';
import { facts, NOW, stream, when, type Fact } from '../../../kernel/testing';
import { CancelTask, CreateTask } from '../task/task.commands';
import { boris, client, departmentId, itself, made, romashka, sales, staffIdOf, taskId, world } from '../work.fixtures';
import { supportTaskOf, supportTasksSaga } from './support-tasks.saga';

const told = facts<SupportRequestEvents>();
const requestId = derivedId('request');
const answerDueAt = '2026-03-02T17:00:00.000Z';
const asked = told('SupportRequestCreated', {
  organizationId: romashka,
  clientAccountId: firstProviderOf(romashka),
  clientUserId: client.userId,
  departmentId,
  subject: 'Почта',
  text: 'Не работает',
  fileIds: [],
  number: 7,
  answerDueAt,
  charging: false,
});
const replied = (authorKind: 'client' | 'staff', dueAt?: string) =>
  told('SupportRequestReplied', { clientUserId: client.userId, authorKind, text: 'x', fileIds: [], answerDueAt: dueAt });
const subject = { type: 'supportRequest', id: requestId };
const task = supportTaskOf(requestId, departmentId, answerDueAt);
const creates = (dueAt = answerDueAt) =>
  send(CreateTask, {
    taskId: supportTaskOf(requestId, departmentId, dueAt),
    organizationId: romashka,
    title: 'Answer request No. 7',
    assignee: { departmentId },
    dueAt,
    subject,
  });
const open = [
  { taskId: task, organizationId: romashka, departmentId, open: true, 'subject.id': requestId, 'subject.type': 'supportRequest' },
];
const own = { ...open[0]!, taskId, creatorStaffId: staffIdOf(boris) };
const request = (...more: readonly Fact[]) => stream(supportRequest, requestId, asked, ...more);
const happens = (...more: readonly Fact[]) => when(supportTasksSaga, request(...more), { streams: world, rows: { tasks: [...open, own] } });
const cancelled = send(CancelTask, { taskId: task, reason: 'The client was answered' });

describe('SupportTasksSaga', () => {
  test('S18 R071 a client who waits is a task of the department, in its language, and one however often the client writes', async () => {
    await happens().thenEffects(creates());
    await happens(replied('client', '2026-03-03T17:00:00.000Z')).thenEffects(creates());
  });

  test('S18 an answer, a solution or the end takes the task back, and none that people have made of the request', async () => {
    await happens(replied('staff')).thenEffects(cancelled);
    await happens(told('SupportRequestResolved', {})).thenEffects(cancelled);
    await happens(told('SupportRequestClosed', { by: 'x', reason: 'done' })).thenEffects(cancelled);
  });

  test('S18 who writes again after the answer waits anew', async () => {
    const later = '2026-03-04T17:00:00.000Z';
    await happens(replied('staff'), replied('client', later)).thenEffects(creates(later));
  });

  test('S18 another department has the task instead', async () => {
    const other = derivedId('other');
    await when(supportTasksSaga, request(told('SupportRequestTransferred', { from: departmentId, to: other })), {
      streams: [...world, { ...sales(), id: other }],
      rows: { tasks: open },
    }).thenEffects(send(CancelTask, { taskId: task, reason: 'Another department has the request' }), {
      ...creates(),
      payload: { ...creates().payload, taskId: supportTaskOf(requestId, other, answerDueAt), assignee: { departmentId: other } },
    });
  });

  test('S18 an answer that came before its task takes it back all the same', async () => {
    const late = made({ creatorStaffId: undefined, subject, assignee: { departmentId } });
    const arrives = (fact: Fact, ...more: readonly Fact[]) =>
      when(supportTasksSaga, itself({ ...fact, at: NOW }), { streams: [...world, request(...more)] });
    await arrives(late, replied('staff')).thenEffects(send(CancelTask, { taskId, reason: 'Клиенту ответили' }));
    await arrives(late).thenNothing();
    await arrives(made({ subject, assignee: { departmentId } }), replied('staff')).thenNothing();
  });
});

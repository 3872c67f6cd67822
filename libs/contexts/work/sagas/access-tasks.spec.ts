import { accessRequest, organization, type AccessRequestEvents, type OrganizationEvents } from '@letopis/contexts/organizations';
import { staffMember } from '@letopis/contexts/staff';
import { derivedId, send, type UserActor } from '@letopis/kernel';
import { facts, stream, when, type Fact } from '../../../kernel/testing';
import { CancelTask, CompleteTask, CreateTask } from '../task/task.commands';
import { anna, boris, dismissed, itself, made, romashka, staffIdOf, stranger, taskId, works, world } from '../work.fixtures';
import { accessTaskOf, accessTasksSaga } from './access-tasks.saga';

const told = facts<AccessRequestEvents>();
const ofOrganization = facts<OrganizationEvents>();
const requestId = derivedId('request');
const created = told('AccessRequestCreated', { requesterUserId: stranger.userId, organizationId: romashka, scope: 'organization' });
const accepted = told('AccessRequestAccepted', { decidedBy: anna.userId, departmentIds: [], roleCodes: [] });
const rejected = told('AccessRequestRejected', { decidedBy: boris.userId });
const taken = told('AccessRequestCancelled', { by: stranger.userId });
const subject = { type: 'accessRequest', id: requestId };
const borisToo = ofOrganization('AdministratorAssigned', { userId: boris.userId, assignedBy: anna.userId });
const itsOrganization = world.find(({ id }) => id === romashka)!;
const administered = (...more: readonly Fact[]) => stream(organization, romashka, ...itsOrganization.facts, ...more);
const beside = world.filter(({ id }) => id !== romashka);
const taskOf = (who: UserActor) => ({
  taskId: accessTaskOf(requestId, staffIdOf(who)),
  organizationId: romashka,
  assigneeStaffId: staffIdOf(who),
  open: true,
  'subject.type': 'accessRequest',
  'subject.id': requestId,
});
const creates = (who: UserActor) =>
  send(CreateTask, {
    taskId: taskOf(who).taskId,
    organizationId: romashka,
    title: 'Рассмотреть заявку на доступ',
    locale: 'ru',
    assignee: { staffId: staffIdOf(who) },
    subject,
  });
const cancels = (who: UserActor, reason: string) => send(CancelTask, { taskId: taskOf(who).taskId, reason });
const tasks = [taskOf(anna), taskOf(boris)];
const happens = (...facts: readonly Fact[]) =>
  when(accessTasksSaga, stream(accessRequest, requestId, created, ...facts), {
    streams: [...beside, administered(borisToo)],
    rows: { tasks },
  });

describe('AccessTasksSaga', () => {
  test('S05 R021 a request is a task of every administrator who is at work', async () => {
    await happens().thenEffects(creates(anna), creates(boris));
    const left = stream(staffMember, staffIdOf(boris), ...works(boris, 'boris').facts, dismissed());
    await when(accessTasksSaga, stream(accessRequest, requestId, created), {
      streams: [...beside.filter(({ id }) => id !== left.id), left, administered(borisToo)],
    }).thenEffects(creates(anna));
  });

  test('S06 whoever has decided has done the task; those of the others close, and all when it was taken back', async () => {
    const reason = 'Заявка уже рассмотрена';
    await happens(accepted).thenEffects(send(CompleteTask, { taskId: taskOf(anna).taskId }), cancels(boris, reason));
    await happens(rejected).thenEffects(cancels(anna, reason), send(CompleteTask, { taskId: taskOf(boris).taskId }));
    await happens(taken).thenEffects(cancels(anna, reason), cancels(boris, reason));
  });

  test('S06 a decision that came before the tasks closes them all the same', async () => {
    const late = made({ creatorStaffId: undefined, subject });
    const ofAnna = made({ creatorStaffId: undefined, subject, assignee: { staffId: staffIdOf(anna) } });
    const arrives = (fact: Fact, ...more: readonly Fact[]) =>
      when(accessTasksSaga, itself(fact), { streams: [...world, stream(accessRequest, requestId, created, ...more)] });
    await arrives(late, accepted).thenEffects(send(CancelTask, { taskId, reason: 'Заявка уже рассмотрена' }));
    await arrives(ofAnna, accepted).thenEffects(send(CompleteTask, { taskId }));
    await arrives(ofAnna, taken).thenEffects(send(CancelTask, { taskId, reason: 'Заявка уже рассмотрена' }));
    await arrives(late).thenNothing();
    await arrives(made({ subject }), accepted).thenNothing();
  });

  test('S33 open requests become tasks of a new administrator, and are none of one who is no more', async () => {
    const inbox = [{ accessRequestId: requestId, organizationId: romashka, status: 'created' }];
    const open = stream(accessRequest, requestId, created);
    const surroundings = { streams: [...beside, open], rows: { access_requests_inbox: inbox, tasks } };
    await when(accessTasksSaga, administered(borisToo), surroundings).thenEffects(creates(boris));
    const decided = { ...surroundings, streams: [...beside, stream(accessRequest, requestId, created, accepted)] };
    await when(accessTasksSaga, administered(borisToo), decided).thenNothing();
    const revoked = ofOrganization('AdministratorRevoked', { userId: anna.userId });
    await when(accessTasksSaga, administered(borisToo, revoked), surroundings).thenEffects(cancels(anna, 'Больше не администратор'));
  });
});

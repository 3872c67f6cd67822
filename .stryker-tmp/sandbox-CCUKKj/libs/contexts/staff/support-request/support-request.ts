// @ts-nocheck
import {
  actorId,
  addWorkingMinutes,
  after,
  aggregate,
  allows,
  files,
  followedBy,
  Id,
  Ids,
  ifKnown,
  numbers,
  OneOf,
  oneOf,
  onlyIf,
  rightsOf,
  staff,
  standingOf,
  stateIn,
  stateOf,
  subjectOf,
  systemOnly,
  Text,
  type Actor,
  type FunctionNode,
  type Need,
  type Policy,
} from '@letopis/kernel';
import { clientAccount, type ClientAccount } from '../client-account/client-account';
import { department, type Department } from '../department/department';
import { refusal } from '../errors';
import { staffMember, type StaffMember } from '../staff-member';
import { hoursOf, workSchedule, type WorkSchedule } from '../work-schedule/work-schedule';
import { isAvailable } from './availability';

export class CreateSupportRequest {
  @Id({ optional: true }) supportRequestId?: string;
  @Id() clientAccountId: string;
  @Id() departmentId: string;
  @Text(1, 200) subject: string;
  @Text(1, 10_000) text: string;
  @Ids(20, { optional: true }) fileIds?: string[];
}

class OfRequest {
  @Id() supportRequestId: string;
}

export class AssignSupportRequest extends OfRequest {
  /** Without one the caller takes it. */
  @Id({ optional: true }) staffId?: string;
}

export class ReplySupportRequest extends OfRequest {
  @Text(1, 10_000) text: string;
  @Ids(20, { optional: true }) fileIds?: string[];
}

export class ResolveSupportRequest extends OfRequest {}

export const CLOSING_REASONS = ['done', 'erroneous', 'no_balance', 'auto'] as const;
export type ClosingReason = (typeof CLOSING_REASONS)[number];

export class CloseSupportRequest extends OfRequest {
  @OneOf(CLOSING_REASONS) reason: ClosingReason;
}

export class TransferSupportRequest extends OfRequest {
  @Id() departmentId: string;
}

export type AuthorKind = 'client' | 'staff';

export interface SupportRequestEvents {
  SupportRequestCreated: {
    organizationId: string;
    clientAccountId: string;
    clientUserId: string;
    departmentId: string;
    subject: string;
    text: string;
    fileIds: readonly string[];
    number: number;
    answerDueAt?: string;
    /** Paid for from the client's balance. */
    charging: boolean;
  };
  SupportRequestAssigned: { staffId: string };
  SupportRequestReplied: { clientUserId: string; authorKind: AuthorKind; text: string; fileIds: readonly string[]; answerDueAt?: string };
  SupportRequestResolved: Record<never, never>;
  SupportRequestClosed: { by: string; reason: ClosingReason };
  SupportRequestTransferred: { from: string; to: string; answerDueAt?: string };
}

export interface SupportRequest {
  readonly status: 'none' | 'new' | 'in_work' | 'waiting_client' | 'resolved' | 'closed';
  readonly organizationId: string;
  readonly clientAccountId: string;
  readonly clientUserId: string;
  readonly departmentId: string;
  readonly subject: string;
  readonly number: number;
  readonly charging: boolean;
  readonly assigneeStaffId?: string;
  readonly answerDueAt?: string;
  readonly createdAt: string;
  readonly resolvedAt?: string;
}

const { command, define, event } = aggregate<SupportRequest, SupportRequestEvents>();

/** Working hours within which a client is answered where the workspace has set no other number. */
const ANSWER_HOURS = 8;
/** After being resolved a request may be taken up again by the client for so long, then it closes by itself. */
export const REOPENING = { days: 14 };
/** A request that was a mistake is paid back when it is closed within so long. */
export const ERRONEOUS_WITHIN = { hours: 1 };

const account = (id: string) => stateOf(clientAccount, id || undefined);

/** The client whose request it is, as long as the account is not blocked. */
const itsClient: Policy<object, SupportRequest> = {
  name: 'client: own',
  needs: ({ state }) => ({ account: account(state.clientAccountId) }),
  judge: ({ actor }, answers) => owns(answers.account as ClientAccount, actor),
};
const opener: Policy<CreateSupportRequest, SupportRequest> = {
  name: 'client: own',
  needs: ({ command }) => ({ account: account(command.clientAccountId) }),
  judge: ({ actor }, answers) => owns(answers.account as ClientAccount, actor),
};
const owns = ({ userId, status }: ClientAccount, actor: Actor) => {
  if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
  if (actor.kind !== 'user' || userId !== actor.userId) return 'NOT_FOUND';
  return status === 'active' ? 'allow' : 'FORBIDDEN';
};
const answering = (node: FunctionNode) => staff<object, SupportRequest>(node);

/** Department, its schedule and the term that the workspace has set. */
interface Terms {
  readonly department: Department;
  readonly schedule: WorkSchedule | undefined;
  readonly answerHours: number;
}
const termsOf = (departmentId: string): Need<Terms> =>
  followedBy(
    { department: stateOf(department, departmentId) },
    ({ department: found }) => {
      const { scheduleId, organizationId } = found as Department;
      return {
        schedule: ifKnown(stateOf(workSchedule, scheduleId)),
        workspace: ifKnown(
          stateIn<{ settings?: { supportAnswerHours?: number } }>('workspace', organizationId === '' ? undefined : organizationId),
        ),
      };
    },
    ({ department: found, schedule, workspace }) => ({
      department: found as Department,
      schedule: schedule as WorkSchedule | undefined,
      answerHours: (workspace as { settings?: { supportAnswerHours?: number } } | undefined)?.settings?.supportAnswerHours ?? ANSWER_HOURS,
    }),
  );
const dueAt = ({ schedule, answerHours }: Terms, now: string) => addWorkingMinutes(hoursOf(schedule), now, answerHours * 60);

export const supportRequest = define({
  category: 'supportRequest',
  initialState: {
    status: 'none',
    organizationId: '',
    clientAccountId: '',
    clientUserId: '',
    departmentId: '',
    subject: '',
    number: 0,
    charging: false,
    createdAt: '',
  },
  organizationId: ({ organizationId }) => organizationId || undefined,
  personal: {
    SupportRequestCreated: { of: ({ clientUserId }) => subjectOf(clientUserId), fields: ['subject', 'text'] },
    SupportRequestReplied: { of: ({ clientUserId }) => subjectOf(clientUserId), fields: ['text'] },
  },

  commands: {
    CreateSupportRequest: command(CreateSupportRequest, {
      by: opener,
      needs: ({ command: { clientAccountId, departmentId, fileIds = [] }, id }) => ({
        account: account(clientAccountId),
        terms: termsOf(departmentId),
        files: described(fileIds),
        available: followedBy({ account: account(clientAccountId), department: stateOf(department, departmentId) }, (answers) =>
          isAvailable(answers.department as Department, answers.account as ClientAccount),
        ),
        number: onlyIf('available', numberOf(clientAccountId, id)),
      }),
      summary: 'A client asks a department of the support centre',
    }),
    AssignSupportRequest: command(AssignSupportRequest, {
      by: answering('support.requests:assign'),
      needs: ({ command: { staffId }, actor, state: { organizationId } }) => ({
        own: standingOf(organizationId || undefined, actor.kind === 'user' ? actor.userId : undefined),
        staff: stateOf(staffMember, staffId),
      }),
      summary: 'Takes a request, or gives it to somebody',
    }),
    ReplySupportRequest: command(ReplySupportRequest, {
      by: oneOf<ReplySupportRequest, SupportRequest>(answering('support.requests:reply'), itsClient),
      needs: ({ command: { fileIds = [] }, state, actor }) => ({
        own: standingOf(state.organizationId || undefined, actor.kind === 'user' ? actor.userId : undefined),
        terms: termsOf(state.departmentId),
        files: described(fileIds),
      }),
      summary: 'An answer of staff, or more from the client',
    }),
    ResolveSupportRequest: command(ResolveSupportRequest, { by: answering('support.requests:reply'), summary: 'The question is answered' }),
    CloseSupportRequest: command(CloseSupportRequest, {
      by: oneOf<CloseSupportRequest, SupportRequest>(systemOnly, answering('support.requests:close'), itsClient),
      needs: ({ state, actor }) => ({
        own: standingOf(state.organizationId || undefined, actor.kind === 'user' ? actor.userId : undefined),
      }),
      summary: 'The request is over',
    }),
    TransferSupportRequest: command(TransferSupportRequest, {
      by: answering('support.requests:assign'),
      needs: ({ command: { departmentId } }) => ({ terms: termsOf(departmentId) }),
      summary: 'Another department takes over',
    }),
  },

  decide: {
    CreateSupportRequest: (
      { clientAccountId, departmentId, subject, text },
      state,
      { account, terms, files, available, number, actor, now },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (!available || number === undefined) throw refusal('DEPARTMENT_NOT_AVAILABLE');
      const fileIds = own(files, actor);
      const { organizationId, userId: clientUserId } = account;
      const charging = terms.department.supportCenter!.chargeRequests;
      const answerDueAt = dueAt(terms, now);
      return [
        event('SupportRequestCreated', {
          organizationId,
          clientAccountId,
          clientUserId,
          departmentId,
          subject,
          text,
          fileIds,
          number,
          answerDueAt,
          charging,
        }),
      ];
    },

    AssignSupportRequest: ({ staffId }, state, { staff, own }) => {
      open(state);
      const assignee = staffId ?? own.staffId;
      if (assignee === undefined) throw refusal('STAFF_NOT_ACTIVE');
      if (staffId !== undefined) works(staff, state);
      return state.assigneeStaffId === assignee && state.status !== 'new' ? [] : [event('SupportRequestAssigned', { staffId: assignee })];
    },

    ReplySupportRequest: ({ text }, state, { own: standing, terms, files, actor, now }) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      const fileIds = own(files, actor);
      const authorKind = sideOf(allows(rightsOf(standing, actor, now), 'support.requests:reply'));
      if (authorKind === 'staff') {
        open(state);
        return [event('SupportRequestReplied', { clientUserId: state.clientUserId, authorKind, text, fileIds })];
      }
      const tooLate = state.status === 'resolved' && now > after(state.resolvedAt!, REOPENING);
      if (state.status === 'closed' || tooLate) throw refusal('SUPPORT_REQUEST_CLOSED');
      return [
        event('SupportRequestReplied', { clientUserId: state.clientUserId, authorKind, text, fileIds, answerDueAt: dueAt(terms, now) }),
      ];
    },

    ResolveSupportRequest: (_, state) => {
      if (state.status === 'resolved') return [];
      open(state);
      return [event('SupportRequestResolved', {})];
    },

    CloseSupportRequest: ({ reason }, state, { own: standing, actor, now }) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      if (state.status === 'closed') return [];
      if ((reason === 'no_balance' || reason === 'auto') !== (actor.kind === 'system')) throw refusal('FORBIDDEN');
      const mayCloseAsStaff = allows(rightsOf(standing, actor, now), 'support.requests:close');
      if (reason === 'erroneous' && sideOf(mayCloseAsStaff) !== 'staff') throw refusal('FORBIDDEN');
      return [event('SupportRequestClosed', { by: actorId(actor), reason })];
    },

    TransferSupportRequest: ({ departmentId }, state, { terms, now }) => {
      open(state);
      const { department: to } = terms;
      if (to.status === 'none' || to.organizationId !== state.organizationId) throw refusal('NOT_FOUND');
      if (to.status === 'archived') throw refusal('DEPARTMENT_ARCHIVED');
      if (departmentId === state.departmentId) return [];
      return [event('SupportRequestTransferred', { from: state.departmentId, to: departmentId, answerDueAt: dueAt(terms, now) })];
    },
  },

  evolve: {
    SupportRequestCreated: (_, { text: __, fileIds: ___, ...fields }, { occurredAt }) => ({
      ...fields,
      status: 'new',
      createdAt: occurredAt,
    }),
    SupportRequestAssigned: (state, { staffId }) => ({
      ...state,
      status: state.status === 'new' ? 'in_work' : state.status,
      assigneeStaffId: staffId,
    }),
    SupportRequestReplied: (state, { authorKind, answerDueAt }) => {
      if (authorKind === 'staff') return { ...state, status: 'waiting_client', answerDueAt: undefined };
      const reopened = state.status === 'waiting_client' || state.status === 'resolved';
      return {
        ...state,
        status: reopened ? 'in_work' : state.status,
        answerDueAt: state.answerDueAt ?? answerDueAt,
        resolvedAt: undefined,
      };
    },
    SupportRequestResolved: (state, _, { occurredAt }) => ({
      ...state,
      status: 'resolved',
      resolvedAt: occurredAt,
      answerDueAt: undefined,
    }),
    SupportRequestClosed: (state) => ({ ...state, status: 'closed', answerDueAt: undefined }),
    SupportRequestTransferred: (state, { to, answerDueAt }) => ({
      ...state,
      status: 'new',
      departmentId: to,
      assigneeStaffId: undefined,
      answerDueAt: state.answerDueAt ?? answerDueAt,
    }),
  },
});

const described = (fileIds: readonly string[]) =>
  followedBy(Object.fromEntries(fileIds.map((fileId) => [fileId, files('describe', { fileId })])), (answers) =>
    fileIds.map((fileId) => answers[fileId] as { fileId: string; uploadedBy: string } | undefined),
  );
const numberOf = (clientAccountId: string, forId: string) =>
  followedBy(
    { account: account(clientAccountId) },
    ({ account: found }) => ({
      number: numbers('allocate', { organizationId: (found as ClientAccount).organizationId, kind: 'supportRequest', forId }),
    }),
    ({ number }) => number as number,
  );

/** Files that the actor has brought. */
const own = (found: readonly ({ fileId: string; uploadedBy: string } | undefined)[], actor: Actor): readonly string[] =>
  found.map((file) => {
    if (!file || (actor.kind === 'user' && file.uploadedBy !== actor.userId)) throw refusal('NOT_FOUND');
    return file.fileId;
  });

/** On whose side somebody speaks: who may answer does so for the department. */
const sideOf = (mayAsStaff: boolean): AuthorKind => (mayAsStaff ? 'staff' : 'client');

const open = ({ status }: SupportRequest) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'resolved' || status === 'closed') throw refusal('SUPPORT_REQUEST_CLOSED');
};

const works = ({ status, organizationId }: StaffMember, request: SupportRequest) => {
  if (status === 'none' || organizationId !== request.organizationId) throw refusal('NOT_FOUND');
  if (status !== 'active') throw refusal('STAFF_NOT_ACTIVE');
};

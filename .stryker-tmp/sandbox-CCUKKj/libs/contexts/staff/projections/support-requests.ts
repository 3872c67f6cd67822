// @ts-nocheck
import { only, projection, staffSees, type Actor } from '@letopis/kernel';
import { userSide } from '@letopis/contexts/organizations';
import type { AuthorKind, SupportRequestEvents } from '../support-request/support-request';
import { departmentSide, staffSide } from './sides';

export interface SupportRequestRow {
  readonly supportRequestId: string;
  readonly organizationId: string;
  readonly number: number;
  readonly clientAccountId: string;
  readonly clientUserId: string;
  readonly clientEmail?: string;
  readonly departmentId: string;
  readonly departmentName?: string;
  readonly subject: string;
  readonly charging: boolean;
  readonly assigneeStaffId?: string;
  readonly assigneeName?: string;
  readonly status: 'new' | 'in_work' | 'waiting_client' | 'resolved' | 'closed';
  readonly reason?: string;
  readonly answerDueAt?: string;
  readonly overdue: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface TimerFired {
  TimerFired: { saga: string; owner: string; key: string; dueAt: string };
}

const own = (actor: Actor, organizationId: string) => only({ organizationId, clientUserId: actor.kind === 'user' ? actor.userId : '' });
const answered = { answerDueAt: undefined, overdue: false };

/** «Обращения»; what is overdue is said by the timer of the answer's term. */
export const supportRequests = projection<SupportRequestRow, SupportRequestEvents & TimerFired>()({
  code: 'support_requests',
  version: 1,
  title: { ru: 'Обращения', en: 'Support requests' },
  key: (event) => {
    if (event.type !== 'TimerFired') return event.aggregateId;
    const { saga, owner } = event.data;
    return saga === 'SupportDeadlineSaga' ? owner.slice(owner.indexOf('-') + 1) : undefined;
  },
  on: {
    SupportRequestCreated: (_, { aggregateId, data: { text: __, fileIds: ___, ...data }, metadata: { occurredAt } }) => ({
      supportRequestId: aggregateId,
      ...data,
      status: 'new',
      overdue: false,
      createdAt: occurredAt,
      updatedAt: occurredAt,
    }),
    SupportRequestAssigned: (row, { data: { staffId }, metadata }) =>
      row && {
        ...row,
        assigneeStaffId: staffId,
        status: row.status === 'new' ? 'in_work' : row.status,
        updatedAt: metadata.occurredAt,
      },
    SupportRequestReplied: (row, { data: { authorKind, answerDueAt }, metadata: { occurredAt: updatedAt } }) => {
      if (!row) return row;
      if (authorKind === 'staff') return { ...row, ...answered, status: 'waiting_client', updatedAt };
      const status = row.status === 'waiting_client' || row.status === 'resolved' ? 'in_work' : row.status;
      return { ...row, status, answerDueAt: row.answerDueAt ?? answerDueAt, updatedAt };
    },
    SupportRequestResolved: (row, { metadata }) => row && { ...row, ...answered, status: 'resolved', updatedAt: metadata.occurredAt },
    SupportRequestClosed: (row, { data: { reason }, metadata }) =>
      row && { ...row, ...answered, status: 'closed', reason, updatedAt: metadata.occurredAt },
    SupportRequestTransferred: (row, { data: { to, answerDueAt }, metadata }) =>
      row && {
        ...row,
        departmentId: to,
        assigneeStaffId: undefined,
        status: 'new',
        answerDueAt: row.answerDueAt ?? answerDueAt,
        updatedAt: metadata.occurredAt,
      },
    TimerFired: (row, { data: { key, dueAt } }) =>
      row && key === 'answerDue' && row.answerDueAt !== undefined && row.answerDueAt <= dueAt ? { ...row, overdue: true } : row,
  },
  sides: { users: userSide, departments: departmentSide, staff: staffSide },
  joins: [
    { by: 'clientUserId', side: 'users', fields: { email: 'clientEmail' } },
    { by: 'departmentId', side: 'departments', fields: { name: 'departmentName' } },
    { by: 'assigneeStaffId', side: 'staff', fields: { displayName: 'assigneeName' } },
  ],
  list: {
    filters: {
      organizationId: 'string',
      status: 'string',
      departmentId: 'string',
      assigneeStaffId: 'string',
      clientAccountId: 'string',
      clientUserId: 'string',
      overdue: 'boolean',
      number: 'number',
      answerDueAt: 'time',
      createdAt: 'time',
    },
    sorts: ['answerDueAt', 'createdAt', 'number', 'updatedAt'],
    search: ['subject', 'clientEmail'],
    defaultSort: '-createdAt',
  },
  policy: staffSees('support.requests:view', own),
});

export interface SupportMessageRow {
  readonly supportRequestId: string;
  readonly organizationId: string;
  readonly clientUserId: string;
  readonly authorKind: AuthorKind;
  readonly authorUserId?: string;
  readonly text: string;
  readonly fileIds: readonly string[];
  readonly at: string;
}

/** What was written in requests, message by message. */
export const supportMessages = projection<
  SupportMessageRow,
  Pick<SupportRequestEvents, 'SupportRequestCreated' | 'SupportRequestReplied'>
>()({
  code: 'support_messages',
  version: 1,
  title: { ru: 'Переписка по обращениям', en: 'Messages of support requests' },
  key: ({ id }) => id,
  on: {
    SupportRequestCreated: (_, { aggregateId, data, metadata }) => message(aggregateId, { ...data, authorKind: 'client' }, metadata),
    SupportRequestReplied: (_, { aggregateId, data, metadata }) => message(aggregateId, data, metadata),
  },
  list: {
    filters: { organizationId: 'string', supportRequestId: 'string', authorKind: 'string', at: 'time' },
    sorts: ['at'],
    search: [],
    defaultSort: 'at',
  },
  policy: staffSees('support.requests:view', own),
});

const message = (
  supportRequestId: string,
  { clientUserId, authorKind, text, fileIds }: Omit<SupportRequestEvents['SupportRequestReplied'], 'answerDueAt'>,
  { actor, occurredAt, organizationId = '' }: { actor: Actor; occurredAt: string; organizationId?: string },
): SupportMessageRow => ({
  supportRequestId,
  organizationId,
  clientUserId,
  authorKind,
  authorUserId: actor.kind === 'user' ? actor.userId : undefined,
  text,
  fileIds,
  at: occurredAt,
});

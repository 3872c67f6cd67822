// @ts-nocheck
import { user } from '@letopis/contexts/identity';
import { after, call, cancel, saga, schedule, send, type Letter, type SagaReads } from '@letopis/kernel';
import { ChargeSupportBalance, RefundSupportBalance, type ClientAccountEvents } from '../client-account/client-account';
import { department } from '../department/department';
import { staffMember } from '../staff-member';
import {
  CloseSupportRequest,
  ERRONEOUS_WITHIN,
  REOPENING,
  supportRequest,
  type SupportRequest,
  type SupportRequestEvents,
} from '../support-request/support-request';

/** Takes a paid request from the client's balance, and gives it back when it was a mistake. */
export const supportChargeSaga = saga<SupportRequestEvents & ClientAccountEvents>()({
  name: 'SupportChargeSaga',
  promptly: {
    // Before the answer: what the client sees of the departments next must be true already.
    SupportRequestCreated: ({ aggregateId: supportRequestId, data: { clientAccountId, charging } }) =>
      charging ? [send(ChargeSupportBalance, { clientAccountId, supportRequestId })] : [],
  },
  on: {
    SupportChargeDeclined: async ({ data: { supportRequestId } }, reads) => {
      const request = await reads.state(supportRequest, supportRequestId);
      return [
        send(CloseSupportRequest, { supportRequestId, reason: 'no_balance' }),
        ...(await toClient(reads, request, 'support.noBalance', supportRequestId)),
      ];
    },
    SupportRequestClosed: async ({ aggregateId: supportRequestId, data: { reason }, metadata }, { state }) => {
      const { clientAccountId, charging, createdAt } = await state(supportRequest, supportRequestId);
      const isInTime = metadata.occurredAt <= after(createdAt, ERRONEOUS_WITHIN);
      return charging && reason === 'erroneous' && isInTime ? [send(RefundSupportBalance, { clientAccountId, supportRequestId })] : [];
    },
  },
});

/** Sees to it that clients are answered in time, and that what is resolved closes by itself. */
export const supportDeadlineSaga = saga<SupportRequestEvents>()({
  name: 'SupportDeadlineSaga',
  on: {
    SupportRequestCreated: ({ data: { answerDueAt } }) => due(answerDueAt),
    SupportRequestReplied: async ({ aggregateId, data: { authorKind } }, { state }) => {
      if (authorKind === 'staff') return [cancel('answerDue')];
      const { answerDueAt } = await state(supportRequest, aggregateId);
      return [...due(answerDueAt), cancel('autoClose')];
    },
    SupportRequestTransferred: async ({ aggregateId }, { state }) => due((await state(supportRequest, aggregateId)).answerDueAt),
    SupportRequestResolved: ({ metadata }) => [cancel('answerDue'), schedule('autoClose', after(metadata.occurredAt, REOPENING))],
    SupportRequestClosed: () => [cancel('answerDue'), cancel('autoClose')],
  },
  onTimer: {
    answerDue: async ({ aggregateId, dueAt }, reads) => {
      const request = await reads.state(supportRequest, aggregateId);
      if (request.answerDueAt === undefined || request.answerDueAt > dueAt) return [];
      return toHead(reads, request, aggregateId);
    },
    autoClose: async ({ aggregateId: supportRequestId }, { state }) => {
      const { status } = await state(supportRequest, supportRequestId);
      return status === 'resolved' ? [send(CloseSupportRequest, { supportRequestId, reason: 'auto' })] : [];
    },
  },
});

const due = (answerDueAt: string | undefined) => (answerDueAt === undefined ? [] : [schedule('answerDue', answerDueAt)]);

async function toHead({ state }: SagaReads, { departmentId, number, subject, answerDueAt }: SupportRequest, about: string) {
  const { supportCenter, headStaffId, name, taskLocale } = await state(department, departmentId);
  const head = supportCenter?.headStaffId ?? headStaffId;
  const { email, status } = await state(staffMember, head ?? '');
  if (status !== 'active') return [];
  const letter: Letter = {
    template: 'support.overdue',
    to: email,
    locale: taskLocale,
    data: { number, subject, department: name[taskLocale] ?? name.ru, dueAt: answerDueAt },
  };
  return [call('mail', 'deliver', letter, `support.overdue:${about}`)];
}

async function toClient({ state }: SagaReads, { clientUserId, number, subject }: SupportRequest, template: string, about: string) {
  const { email, locale, status } = await state(user, clientUserId);
  if (status !== 'active') return [];
  return [call('mail', 'deliver', { template, to: email, locale, data: { number, subject } } satisfies Letter, `${template}:${about}`)];
}

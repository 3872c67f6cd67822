import { projection, sheetAddress } from '@letopis/kernel';
import type { ApprovalDecisionTaken, Approver, SmartProcessEvents } from '../smart-process/smart-process.events';
import { participantsJoin, participantsSide, wordsSeen } from './participants';

export interface ApprovalSheetRow {
  readonly roundId: string;
  readonly organizationId: string;
  readonly processId: string;
  readonly visit: number;
  readonly mode: string;
  readonly rule: string;
  readonly openedAt: string;
  readonly approvers: readonly (Approver & Partial<ApprovalDecisionTaken> & { readonly at?: string })[];
  readonly outcome?: string;
  readonly closedAt?: string;
  readonly sheet: string;
  readonly participants?: readonly string[];
}

/** The sheet of each approval: who was asked, who decided, in whose place, with which words and when. */
export const approvalSheet = projection<ApprovalSheetRow, SmartProcessEvents>()({
  code: 'approval_sheet',
  version: 3,
  title: { ru: 'Лист согласования', en: 'Approval sheet' },
  key: ({ data }) => ('roundId' in data ? data.roundId : undefined),
  on: {
    ApprovalRoundOpened: (_, { aggregateId: processId, data: { roundId, visit, mode, rule, approvers }, metadata }) => ({
      roundId,
      organizationId: metadata.organizationId ?? '',
      processId,
      visit,
      mode,
      rule,
      openedAt: metadata.occurredAt,
      approvers,
      sheet: sheetAddress('approval', processId),
    }),
    ApprovalDecisionRecorded: (row, { data: { roundId: _, ...decision }, metadata: { occurredAt: at } }) =>
      row && {
        ...row,
        approvers: row.approvers.map((each) => (each.approverKey === decision.approverKey ? { ...each, ...decision, at } : each)),
      },
    ApproverReplaced: (row, { data: { approverKey, to, onBehalfOf } }) =>
      row && {
        ...row,
        approvers: row.approvers.map((each) => (each.approverKey === approverKey ? { ...each, staffId: to, onBehalfOf } : each)),
      },
    ApprovalRoundCompleted: (row, { data: { outcome }, metadata }) => row && { ...row, outcome, closedAt: metadata.occurredAt },
  },
  sides: { participants: participantsSide },
  joins: [participantsJoin],
  list: { filters: { organizationId: 'string', processId: 'string' }, sorts: ['openedAt'], search: [], defaultSort: 'openedAt' },
  policy: wordsSeen,
  hidden: ['participants'],
});

import { projection, refused } from '@letopis/kernel';
import type { SmartProcessEvents } from '../smart-process/smart-process.events';

export interface SubscriptionRow {
  readonly processId: string;
  readonly organizationId: string;
  readonly definitionId: string;
  readonly definitionVersion: number;
  /** Streams that the instance listens to. */
  readonly streams: readonly string[];
  /** Where in the log each visit of a stage began. */
  readonly visits: readonly number[];
  readonly open: boolean;
}

const also = (row: SubscriptionRow | undefined, ...streams: readonly string[]) =>
  row && { ...row, streams: [...new Set([...row.streams, ...streams])] };
const over = (row: SubscriptionRow | undefined) => row && { ...row, open: false };

/** What instances listen to. It is said in their own streams before what they listen to is made, so that nothing of it is missed. */
export const processSubscriptions = projection<SubscriptionRow, SmartProcessEvents>()({
  code: 'process_subscriptions',
  version: 2,
  title: { ru: 'Подписки процессов', en: 'What processes listen to' },
  serves: 'sagas',
  on: {
    SmartProcessStarted: (_, { aggregateId: processId, data: { organizationId, definitionId, definitionVersion, subject } }) => ({
      processId,
      organizationId,
      definitionId,
      definitionVersion,
      streams: [`${subject.type}-${subject.id}`],
      visits: [],
      open: true,
    }),
    StageEntered: (row, { position }) => row && { ...row, visits: [...row.visits, position] },
    StepStarted: (row, { data: { listensTo = [] } }) => also(row, ...listensTo),
    StepWaiting: (row, { data: { on } }) => also(row, ...((on.listensTo ?? []) as readonly string[])),
    ApprovalRoundOpened: (row, { data: { approvers } }) => also(row, ...approvers.map(({ taskId }) => `task-${taskId}`)),
    ProcessDocumentAttached: (row, { data: { documentId } }) => also(row, `document-${documentId}`),
    ProcessMigrated: (row, { data: { to } }) => row && { ...row, definitionVersion: to },
    ProcessCompleted: over,
    ProcessCancelled: over,
  },
  list: { filters: { streams: 'string', open: 'boolean' }, sorts: ['processId'], search: [], defaultSort: 'processId' },
  policy: { name: 'system', see: () => refused('FORBIDDEN') },
});

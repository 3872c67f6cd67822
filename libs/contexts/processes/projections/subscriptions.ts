import { projection, refused, type Recorded } from '@letopis/kernel';
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

type Told = { [K in keyof SmartProcessEvents]: Recorded<K, SmartProcessEvents[K]> }[keyof SmartProcessEvents];

/** Streams that the instance listens to from this fact on. */
export function listenedTo(event: Told): readonly string[] {
  switch (event.type) {
    case 'SmartProcessStarted':
      return [`${event.data.subject.type}-${event.data.subject.id}`];
    case 'StepStarted':
      return event.data.listensTo ?? [];
    case 'StepWaiting':
      return (event.data.on.listensTo ?? []) as readonly string[];
    case 'ApprovalRoundOpened':
      return event.data.approvers.map(({ taskId }) => `task-${taskId}`);
    case 'ProcessDocumentAttached':
      return [`document-${event.data.documentId}`];
    default:
      return [];
  }
}

const also = (row: SubscriptionRow | undefined, event: Told) =>
  row && { ...row, streams: [...new Set([...row.streams, ...listenedTo(event)])] };
const over = (row: SubscriptionRow | undefined) => row && { ...row, open: false };

/** What instances listen to. It is said in their own streams before what they listen to is made, so that nothing of it is missed. */
export const processSubscriptions = projection<SubscriptionRow, SmartProcessEvents>()({
  code: 'process_subscriptions',
  version: 2,
  title: { ru: 'Подписки процессов', en: 'What processes listen to' },
  serves: 'sagas',
  on: {
    SmartProcessStarted: (_, event) => {
      const { organizationId, definitionId, definitionVersion } = event.data;
      const listened = { streams: listenedTo(event), visits: [], open: true };
      return { processId: event.aggregateId, organizationId, definitionId, definitionVersion, ...listened };
    },
    StageEntered: (row, { position }) => row && { ...row, visits: [...row.visits, position] },
    StepStarted: also,
    StepWaiting: also,
    ApprovalRoundOpened: also,
    ProcessDocumentAttached: also,
    ProcessMigrated: (row, { data: { to } }) => row && { ...row, definitionVersion: to },
    ProcessCompleted: over,
    ProcessCancelled: over,
  },
  list: { filters: { streams: 'string', open: 'boolean' }, sorts: ['processId'], search: [], defaultSort: 'processId' },
  policy: { name: 'system', see: () => refused('FORBIDDEN') },
});

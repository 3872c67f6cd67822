// @ts-nocheck
import { actorId, projection, refused, type Recorded } from '@letopis/kernel';
import { isExpiring } from './logbook';

/** One event of a story: who did what to which record, caused by what. */
export interface StoryRow {
  readonly eventId: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly at: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly organizationId?: string;
  readonly commandId: string;
  readonly commandType: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly reason?: string;
}

/**
 * Every event by the story that it belongs to; the runtime's own marks on unique keys are left out, and so is what the log
 * itself lets go after a while. Its order by time also tells where in the log a moment lies.
 */
export const stories = projection<StoryRow, { '*': unknown }>()({
  code: 'stories',
  version: 2,
  title: { ru: 'Истории', en: 'Stories' },
  serves: 'sagas',
  key: ({ id, category }: Recorded) => (category === 'uniqueKey' || isExpiring(category) ? undefined : id),
  on: {
    '*': (_, { id, type, stream, revision, position, metadata }: Recorded) => ({
      eventId: id,
      type,
      stream,
      revision,
      position,
      at: metadata.occurredAt,
      actorKind: metadata.actor.kind,
      actorId: actorId(metadata.actor),
      organizationId: metadata.organizationId,
      commandId: metadata.commandId,
      commandType: metadata.commandType,
      correlationId: metadata.correlationId,
      causationId: metadata.causationId,
      reason: metadata.reason,
    }),
  },
  list: { filters: { correlationId: 'string' }, sorts: ['position', 'at'], search: [], defaultSort: 'position' },
  policy: { name: 'AUDITOR', see: () => refused('FORBIDDEN') },
});

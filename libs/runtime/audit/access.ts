import { actorId, aggregate, everything, overseesService, projection, refused, type Actor, type ReadPolicy } from '@letopis/kernel';
import type { Logbook } from './logbook';

/** What was read: a record's history, its state, two states beside each other, why something happened, a story, a list, the log. */
export type ReadOf = 'history' | 'state' | 'diff' | 'why' | 'story' | 'replay' | 'registry' | 'record' | 'export';

/** One reading, as the reader asked. Words that were searched for are not kept: they may be somebody's name. */
export interface Access {
  readonly what: ReadOf;
  /** Stream of the record, id of the event or story, or code of the registry. */
  readonly subject: string;
  readonly organizationId?: string;
  readonly query?: Readonly<Record<string, string>>;
}

export interface AuditAccessEvents {
  AuditAccessed: Access & {
    readonly readerKind: Actor['kind'];
    readonly readerId: string;
    readonly viaServiceId?: string;
    readonly keptUntil: string;
  };
}

/** Nobody commands it: the streams `auditAccess-<day>:<reader>` are written by whoever answers a reader. */
export const auditAccess = aggregate<null, AuditAccessEvents>().define({
  category: 'auditAccess',
  initialState: null,
  commands: {},
  decide: {},
  evolve: { AuditAccessed: () => null },
});

/** Notes a reading before it is answered: what cannot be noted is not answered. */
export class AccessLog {
  constructor(private readonly logbook: Logbook) {}

  /** Answers the position of the note. @throws DomainError STORE_UNAVAILABLE */
  record(reader: Actor, correlationId: string, { what, subject, organizationId, query = {} }: Access): Promise<number> {
    const { q, cursor: _, ...kept } = query;
    const readerId = actorId(reader);
    const data = {
      what,
      subject,
      query: q === undefined ? kept : { ...kept, q: '…' },
      readerKind: reader.kind,
      readerId,
      viaServiceId: reader.kind === 'user' ? reader.viaServiceId : undefined,
    };
    return this.logbook.write('auditAccess', readerId, [{ type: 'AuditAccessed', data, actor: reader, correlationId, organizationId }]);
  }
}

export interface AccessRow {
  readonly at: string;
  readonly readerKind: string;
  readonly readerId: string;
  readonly viaServiceId?: string;
  readonly what: ReadOf;
  readonly subject: string;
  readonly organizationId?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly correlationId: string;
  readonly keptUntil: string;
}

/** Administrators and auditors of the service see all rows, nobody else any. */
export const overseersSee: ReadPolicy = {
  name: 'platform',
  see: ({ actor }) => (overseesService(actor) ? everything : refused('FORBIDDEN')),
};

/** Who has read what of the audit; reading this is recorded as well. */
export const auditAccesses = projection<AccessRow, AuditAccessEvents>()({
  code: 'audit_accesses',
  version: 1,
  title: { ru: 'Обращения к аудиту', en: 'Readings of the audit' },
  key: ({ id }) => id,
  on: {
    AuditAccessed: (_, { data: { what, subject, query, readerKind, readerId, viaServiceId, keptUntil }, metadata }) => ({
      at: metadata.occurredAt,
      readerKind,
      readerId,
      viaServiceId,
      what,
      subject,
      organizationId: metadata.organizationId,
      query,
      correlationId: metadata.correlationId,
      keptUntil,
    }),
  },
  list: {
    filters: { readerId: 'string', what: 'string', subject: 'string', organizationId: 'string', at: 'time' },
    sorts: ['at', 'readerId', 'subject'],
    search: [],
    defaultSort: '-at',
  },
  policy: overseersSee,
  columns: {
    at: { ru: 'Когда', en: 'At' },
    readerKind: { ru: 'Вид читателя', en: 'Kind of reader' },
    readerId: { ru: 'Кто', en: 'Reader' },
    viaServiceId: { ru: 'Через сервис', en: 'By service' },
    what: { ru: 'Что', en: 'What' },
    subject: { ru: 'О чём', en: 'Subject' },
    organizationId: { ru: 'Организация', en: 'Organization' },
    query: { ru: 'Запрос', en: 'Query' },
    correlationId: { ru: 'Номер обращения', en: 'Correlation id' },
  },
  expires: 'keptUntil',
  readsRecorded: true,
});

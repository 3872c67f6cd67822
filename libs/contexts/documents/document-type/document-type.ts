import {
  aggregate,
  changed,
  changesOf,
  Code,
  derivedId,
  Flag,
  Id,
  Nested,
  NestedList,
  oneOf,
  OneOf,
  staff,
  stateIn,
  stateOf,
  systemOnly,
  Text,
  Texts,
  Whole,
  before,
  type Changes,
} from '@letopis/kernel';
import { Matches } from 'class-validator';
import { diskFolder, type DiskFolder } from '../disk-folder/disk-folder';
import { refusal } from '../errors';
import { calendarOf, isTemplate, numberOf, RESETS, type Numbering } from './numbering';

const Lower = () => Matches(/^[a-z][a-z0-9_]{0,40}$/);

export class DocumentStatusText {
  @Lower() code: string;
  @Text(1, 100) name: string;
  @Matches(/^#[0-9A-Fa-f]{6}$/) color: string;
  @Whole(0, 1_000) order: number;
  @Flag() isFinal: boolean;
  @Flag() isSuccess: boolean;
}

export class NumberingText {
  @Text(1, 100) template: string;
  @Whole(1, 1_000_000_000, { optional: true }) next?: number;
  @OneOf(RESETS) reset: Numbering['reset'];
}

class TypeFields {
  @Nested(() => NumberingText, { optional: true }) numbering?: NumberingText;
  /** MIME types, as the content tells them; `image/*` is all pictures. */
  @Texts(50, 120, { optional: true }) allowedMime?: string[];
  @Whole(1, 50, { optional: true }) maxSizeMb?: number;
}

export class CreateDocumentType extends TypeFields {
  @Id() organizationId: string;
  /** Names the type for ever: no other of the organization can have it. */
  @Lower() code: string;
  @Text(1, 255) name: string;
  @Id() folderId: string;
  @Nested(() => NumberingText) declare numbering: NumberingText;
  @NestedList(() => DocumentStatusText, 50) statuses: DocumentStatusText[];
  @Code({ optional: true }) initialStatus?: string;
}

class OfType {
  @Id() documentTypeId: string;
}

export class UpdateDocumentType extends TypeFields {
  @Id() documentTypeId: string;
  @Text(1, 255, { optional: true }) name?: string;
  @Id({ optional: true }) folderId?: string;
  @NestedList(() => DocumentStatusText, 50, { optional: true }) statuses?: DocumentStatusText[];
  @Code({ optional: true }) initialStatus?: string;
}

export class AllocateDocumentNumber extends OfType {
  @Id() documentId: string;
}

/** The document has its number: it is nobody else's any more. */
export class SettleDocumentNumber extends OfType {
  @Id() documentId: string;
}

/** A document of the type has the status. */
export class RecordDocumentStatusUse extends OfType {
  @Code() status: string;
}

export class ArchiveDocumentType extends OfType {}

export interface DocumentStatus {
  readonly code: string;
  readonly name: string;
  readonly color: string;
  readonly order: number;
  readonly isFinal: boolean;
  readonly isSuccess: boolean;
}

/** What people set of a type. */
export interface TypeSettings {
  readonly name: string;
  readonly folderId: string;
  readonly numbering: Numbering;
  readonly statuses: readonly DocumentStatus[];
  readonly initialStatus: string;
  readonly allowedMime: readonly string[];
  readonly maxSizeMb: number;
}

export interface DocumentTypeEvents {
  DocumentTypeCreated: TypeSettings & { organizationId: string; code: string };
  DocumentTypeUpdated: { changes: Changes<TypeSettings> };
  /** `takenFrom`: the number had been meant for a document that never came to be. */
  DocumentNumberAllocated: { documentId: string; number: string; seq: number; year: string; takenFrom?: string };
  DocumentNumberSettled: { documentId: string };
  DocumentStatusUsed: { status: string };
  DocumentTypeArchived: Record<never, never>;
}

/** A number that was given to a document which is not known to be there yet. */
interface Pending {
  readonly documentId: string;
  readonly number: string;
  readonly seq: number;
  readonly year: string;
  readonly at: string;
}

export interface DocumentType extends TypeSettings {
  readonly status: 'none' | 'active' | 'archived';
  readonly organizationId: string;
  readonly code: string;
  /** Year of the last number. */
  readonly year?: string;
  /** Numbers on their way: as many as uploads that run at the moment, and those that died. */
  readonly pending: readonly Pending[];
  /** Statuses that some document has or had. */
  readonly used: readonly string[];
}

const noType: DocumentType = {
  status: 'none',
  organizationId: '',
  code: '',
  name: '',
  folderId: '',
  numbering: { template: '', next: 1, reset: 'never' },
  statuses: [],
  initialStatus: '',
  allowedMime: [],
  maxSizeMb: 50,
  pending: [],
  used: [],
};

/** The id of an organization's type follows from its code, which never changes. */
export const documentTypeIdOf = (organizationId: string, code: string): string => derivedId('documentType', organizationId, code);

/** A number whose document is not there after so long was never used: the next document gets it, and no number is missing. */
const ABANDONED = { minutes: 10 };
const { command, define, event } = aggregate<DocumentType, DocumentTypeEvents>();

const abandonedIn = ({ pending }: DocumentType, now: string) => pending.find(({ at }) => at < before(now, ABANDONED));
const folderOf = (folderId: string | undefined) => ({ folder: stateOf(diskFolder, folderId) });

export const documentType = define({
  category: 'documentType',
  initialState: noType,
  organizationId: ({ organizationId }) => organizationId || undefined,

  commands: {
    CreateDocumentType: command(CreateDocumentType, {
      id: ({ command: { organizationId, code } }) => documentTypeIdOf(organizationId, code),
      by: oneOf<CreateDocumentType, DocumentType>(
        systemOnly,
        staff('documents.types:create', { in: ({ command }) => command.organizationId }),
      ),
      needs: ({ command: { folderId } }) => folderOf(folderId),
      summary: 'A type of document: its folder, numbering and statuses',
    }),
    UpdateDocumentType: command(UpdateDocumentType, {
      by: staff('documents.types:edit'),
      needs: ({ command: { folderId } }) => folderOf(folderId),
      summary: 'Settings of a type',
    }),
    AllocateDocumentNumber: command(AllocateDocumentNumber, {
      by: systemOnly,
      answer: (events) => {
        const allocated = events.find((each) => each.type === 'DocumentNumberAllocated');
        return allocated?.type === 'DocumentNumberAllocated' ? { number: allocated.data.number } : {};
      },
      needs: ({ state, now }) => ({ candidate: stateIn<{ number?: string }>('document', abandonedIn(state, now)?.documentId) }),
    }),
    SettleDocumentNumber: command(SettleDocumentNumber, { by: systemOnly }),
    RecordDocumentStatusUse: command(RecordDocumentStatusUse, { by: systemOnly }),
    ArchiveDocumentType: command(ArchiveDocumentType, {
      by: staff('documents.types:delete'),
      summary: 'No more documents of the type; those that there are keep it',
    }),
  },

  decide: {
    CreateDocumentType: ({ organizationId, code, ...fields }, state, { folder }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      usable(folder, organizationId);
      const settings: TypeSettings = {
        name: fields.name.trim(),
        folderId: fields.folderId,
        numbering: { ...fields.numbering, next: fields.numbering.next ?? 1 },
        statuses: fields.statuses,
        initialStatus: fields.initialStatus ?? fields.statuses[0]?.code ?? '',
        allowedMime: fields.allowedMime ?? noType.allowedMime,
        maxSizeMb: fields.maxSizeMb ?? noType.maxSizeMb,
      };
      valid(settings);
      return [event('DocumentTypeCreated', { organizationId, code, ...settings })];
    },

    UpdateDocumentType: ({ documentTypeId: _, numbering: asked, name, ...fields }, state, { folder }) => {
      active(state);
      if (fields.folderId !== undefined) usable(folder, state.organizationId);
      const numbering = asked && { ...asked, next: asked.next ?? state.numbering.next };
      // A number that was given once is not given again.
      if (numbering && numbering.next < state.numbering.next) throw refusal('DOCUMENT_TYPE_INVALID', { field: 'numbering.next' });
      const wanted = { ...fields, numbering, name: name?.trim() };
      const changes = changesOf<TypeSettings>(settingsOf(state), wanted);
      if (!changes) return [];
      const settings = { ...settingsOf(state), ...changed(changes) } as TypeSettings;
      valid(settings);
      if (state.used.some((code) => !settings.statuses.some((status) => status.code === code))) throw refusal('DOCUMENT_STATUS_IN_USE');
      return [event('DocumentTypeUpdated', { changes })];
    },

    AllocateDocumentNumber: ({ documentId }, state, { candidate, now }) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      if (state.pending.some((each) => each.documentId === documentId)) return [];
      const { numbering } = state;
      const { year } = calendarOf(now);
      const abandoned = abandonedIn(state, now);
      const settled = abandoned && candidate.number === abandoned.number;
      if (abandoned && !settled && (abandoned.year === year || numbering.reset === 'never')) {
        const { number, seq } = abandoned;
        return [event('DocumentNumberAllocated', { documentId, number, seq, year: abandoned.year, takenFrom: abandoned.documentId })];
      }
      const seq = numbering.reset === 'yearly' && state.year !== undefined && state.year !== year ? 1 : numbering.next;
      const allocated = event('DocumentNumberAllocated', { documentId, number: numberOf(numbering.template, seq, now), seq, year });
      // Its document is there, or its year is over: nobody waits for it any more.
      return abandoned ? [event('DocumentNumberSettled', { documentId: abandoned.documentId }), allocated] : [allocated];
    },

    SettleDocumentNumber: ({ documentId }, { pending }) =>
      pending.some((each) => each.documentId === documentId) ? [event('DocumentNumberSettled', { documentId })] : [],

    RecordDocumentStatusUse: ({ status }, { used, statuses }) =>
      used.includes(status) || !statuses.some(({ code }) => code === status) ? [] : [event('DocumentStatusUsed', { status })],

    ArchiveDocumentType: (_, state) => {
      if (state.status === 'archived') return [];
      active(state);
      return [event('DocumentTypeArchived', {})];
    },
  },

  evolve: {
    DocumentTypeCreated: (_, fields) => ({ ...noType, ...fields, status: 'active' }),
    DocumentTypeUpdated: (state, { changes }) => ({ ...state, ...changed(changes) }),
    DocumentNumberAllocated: (state, { documentId, number, seq, year, takenFrom }, { occurredAt }) => ({
      ...state,
      // A number that is taken over is an old one: the sequence goes on from where it was.
      ...(takenFrom === undefined ? { year, numbering: { ...state.numbering, next: seq + 1 } } : {}),
      pending: [...state.pending.filter((each) => each.documentId !== takenFrom), { documentId, number, seq, year, at: occurredAt }],
      used: state.used.includes(state.initialStatus) ? state.used : [...state.used, state.initialStatus],
    }),
    DocumentNumberSettled: (state, { documentId }) => ({
      ...state,
      pending: state.pending.filter((each) => each.documentId !== documentId),
    }),
    DocumentStatusUsed: (state, { status }) => ({ ...state, used: [...state.used, status] }),
    DocumentTypeArchived: (state) => ({ ...state, status: 'archived' }),
  },
});

const settingsOf = ({ name, folderId, numbering, statuses, initialStatus, allowedMime, maxSizeMb }: DocumentType): TypeSettings => ({
  name,
  folderId,
  numbering,
  statuses,
  initialStatus,
  allowedMime,
  maxSizeMb,
});

const active = ({ status }: DocumentType) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'archived') throw refusal('DOCUMENT_TYPE_ARCHIVED');
};

const usable = (folder: DiskFolder, organizationId: string) => {
  if (folder.status === 'none' || folder.organizationId !== organizationId) throw refusal('NOT_FOUND');
  if (folder.status === 'deleted') throw refusal('FOLDER_DELETED');
};

/** @throws DomainError DOCUMENT_TYPE_INVALID naming the field */
function valid({ name, numbering, statuses, initialStatus, allowedMime }: TypeSettings): void {
  const wrong = (field: string) => refusal('DOCUMENT_TYPE_INVALID', { field });
  if (name === '') throw wrong('name');
  if (!isTemplate(numbering.template, numbering.reset)) throw wrong('numbering.template');
  const codes = statuses.map(({ code }) => code);
  if (codes.length === 0 || new Set(codes).size !== codes.length) throw wrong('statuses');
  if (!codes.includes(initialStatus)) throw wrong('initialStatus');
  if (!allowedMime.every((mime) => /^[a-z]+\/([a-z0-9.+-]+|\*)$/.test(mime))) throw wrong('allowedMime');
}

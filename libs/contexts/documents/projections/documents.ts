import { companySide, contactSide } from '@letopis/contexts/crm';
import { staffSide } from '@letopis/contexts/staff';
import {
  allows,
  only,
  organizationIn,
  overseesService,
  projection,
  refused,
  rightsOf,
  side,
  staffSees,
  type Actor,
  type ReadPolicy,
  type Recorded,
  type Side,
  type Standing,
} from '@letopis/kernel';
import { closedTo, restrictedDoors, type Doors } from '../disk-folder/access';
import type { DiskFolderEvents } from '../disk-folder/disk-folder';
import { documentTypeIdOf, type DocumentStatus, type DocumentTypeEvents } from '../document-type/document-type';
import type { DocumentEvents, Target } from '../document/document.events';
import { clientAccountOf, seesConfidential } from '../document/readers';

export interface VersionRow {
  readonly n: number;
  readonly fileId: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly sha256: string;
  readonly at: string;
}

export interface DocumentRow {
  readonly documentId: string;
  readonly organizationId: string;
  readonly typeCode: string;
  readonly typeId: string;
  readonly typeName?: string;
  readonly number: string;
  readonly title: string;
  readonly status: string;
  readonly statuses?: readonly DocumentStatus[];
  /** Of the status as everybody who gets the document sees it. */
  readonly statusName?: string;
  readonly statusColor?: string;
  readonly companyId?: string;
  readonly companyName?: string;
  readonly contactId?: string;
  readonly contactName?: string;
  readonly clientName?: string;
  readonly dealIds: readonly string[];
  readonly folderId: string;
  readonly folderName?: string;
  readonly path: readonly string[];
  /** The process that owns it. */
  readonly processId?: string;
  /** The last process that it was in. */
  readonly lastProcessId?: string;
  readonly processStage?: string;
  readonly participants?: readonly string[];
  readonly versions: readonly VersionRow[];
  readonly signatures: readonly { readonly userId: string; readonly personId: string; readonly fileSha256: string; readonly at: string }[];
  readonly signers: readonly string[];
  readonly statusHistory: readonly { readonly from: string; readonly to: string; readonly cause: string; readonly at: string }[];
  readonly authorStaffId?: string;
  readonly authorName?: string;
  readonly confidential: boolean;
  readonly archived: boolean;
  readonly uploadedAt: string;
  readonly changedAt: string;
}

/** Changes of status that a row shows; all of them are in the history of the document. */
const SHOWN = 100;

const typeSide = side<{ name: string; statuses: readonly DocumentStatus[] }, DocumentTypeEvents>()({
  DocumentTypeCreated: (_, { data: { name, statuses } }) => ({ name, statuses }),
  DocumentTypeUpdated: (known, { data: { changes } }) =>
    known && { name: changes.name?.to ?? known.name, statuses: changes.statuses?.to ?? known.statuses },
});
const folderSide = side<{ name: string }, DiskFolderEvents>()({
  FolderCreated: (_, { data: { name } }) => ({ name }),
  FolderRenamed: (_, { data: { name } }) => ({ name }),
});

/** What processes tell of themselves, as far as documents show it. */
interface ProcessEvents {
  SmartProcessStarted: { initiatorStaffId: string };
  StageEntered: { stageCode: string };
  ResponsibleChanged: { to: string };
  ApprovalRoundOpened: { approvers: readonly { staffId: string }[] };
  ApproverReplaced: { to: string };
}
interface ProcessKnown {
  readonly stage?: string;
  readonly participants: readonly string[];
}
const joined = (known: ProcessKnown | undefined, ...staffIds: readonly string[]): ProcessKnown => ({
  ...known,
  participants: [...new Set([...(known?.participants ?? []), ...staffIds])],
});
const processSide: Side = side<ProcessKnown, ProcessEvents>()({
  SmartProcessStarted: (known, { data: { initiatorStaffId } }) => joined(known, initiatorStaffId),
  StageEntered: (known, { data: { stageCode } }) => ({ ...joined(known), stage: stageCode }),
  ResponsibleChanged: (known, { data: { to } }) => joined(known, to),
  ApprovalRoundOpened: (known, { data: { approvers } }) => joined(known, ...approvers.map(({ staffId }) => staffId)),
  ApproverReplaced: (known, { data: { to } }) => joined(known, to),
});

const associated = (row: DocumentRow, { type, id }: Target, isSo: boolean): DocumentRow => {
  if (type === 'company') return { ...row, companyId: isSo ? id : undefined };
  if (type === 'contact') return { ...row, contactId: isSo ? id : undefined };
  const others = row.dealIds.filter((each) => each !== id);
  return { ...row, dealIds: isSo ? [...others, id] : others };
};
const at = (row: DocumentRow, { metadata }: Recorded): DocumentRow => ({ ...row, changedAt: metadata.occurredAt });
const versionOf = (
  n: number,
  { fileId, name, mime, size, sha256 }: DocumentEvents['DocumentUploaded']['file'],
  moment: string,
): VersionRow => ({
  n,
  fileId,
  name,
  mime,
  size,
  sha256,
  at: moment,
});
const withStatus = (row: DocumentRow, to: string, cause: string, moment: string): DocumentRow => ({
  ...row,
  status: to,
  statusHistory: [...row.statusHistory, { from: row.status, to, cause, at: moment }].slice(-SHOWN),
});

interface Answers {
  readonly standing: Standing;
  readonly doors: Doors;
  readonly client?: { readonly status: string; readonly companyId?: string; readonly contactId?: string };
}

const userId = (actor: Actor) => (actor.kind === 'user' ? actor.userId : undefined);
const viewers = staffSees('documents.my:view', (actor, organizationId) => only({ organizationId, nobody: userId(actor) }));

/**
 * Rows that somebody may see: of folders that are open to the person, and of the others what the person has to do with; of
 * confidential documents those alone. Clients see their own.
 */
const documentsSeen: ReadPolicy = {
  name: 'staff(documents.my:view) by folder; participants; client for own',
  needs: (reading) => {
    const organizationId = organizationIn(reading.actor, reading.filter);
    return {
      ...viewers.needs?.(reading),
      doors: restrictedDoors(organizationId),
      client: clientAccountOf(organizationId ?? '', userId(reading.actor)),
    };
  },
  see: (reading, answers) => {
    const { actor, filter, now = '' } = reading;
    const visible = viewers.see(reading, answers);
    if ('refused' in visible || overseesService(actor)) return visible;
    const organizationId = organizationIn(actor, filter);
    const { standing, doors, client } = answers as object as Answers;
    const own = [
      ...(standing.staffId === undefined ? [] : [{ authorStaffId: standing.staffId }, { participants: standing.staffId }]),
      { signers: userId(actor) },
    ];
    if (!allows(rightsOf(standing, actor, now), 'documents.my:view')) {
      if (standing.staff?.status === 'active') return only({ organizationId, $or: own });
      const ofClient = [
        ...(client?.companyId === undefined ? [] : [{ companyId: client.companyId }]),
        ...(client?.contactId === undefined ? [] : [{ contactId: client.contactId }]),
      ];
      return client?.status === 'active' && ofClient.length > 0
        ? only({ organizationId, confidential: false, $or: ofClient })
        : refused('FORBIDDEN');
    }
    const closed = closedTo(doors, standing, actor, now);
    const all = {
      ...(closed.length > 0 && { path: { $nin: closed } }),
      ...(!seesConfidential(standing, actor, now) && { confidential: false }),
    };
    return Object.keys(all).length === 0 ? only({ organizationId }) : only({ organizationId, $or: [all, ...own] });
  },
};

/** «Мои документы»: also the tab of a company, a contact, a deal and a process. */
export const documents = projection<DocumentRow, DocumentEvents>()({
  code: 'documents',
  version: 2,
  title: { ru: 'Мои документы', en: 'My documents' },
  on: {
    DocumentUploaded: (_, { aggregateId, data: { file, dealId, processId, ...fields }, metadata: { occurredAt } }) => ({
      documentId: aggregateId,
      ...fields,
      typeId: documentTypeIdOf(fields.organizationId, fields.typeCode),
      dealIds: dealId === undefined ? [] : [dealId],
      lastProcessId: processId,
      versions: [versionOf(1, file, occurredAt)],
      signatures: [],
      signers: [],
      statusHistory: [],
      archived: false,
      uploadedAt: occurredAt,
      changedAt: occurredAt,
    }),
    DocumentVersionAdded: (row, event) => {
      const { n, file } = event.data;
      return row && at({ ...row, versions: [...row.versions, versionOf(n, file, event.metadata.occurredAt)] }, event);
    },
    DocumentStatusSet: (row, event) => row && at(withStatus(row, event.data.to, event.data.cause, event.metadata.occurredAt), event),
    DocumentAssociated: (row, event) => row && at(associated(row, event.data.target, true), event),
    DocumentDissociated: (row, event) => row && at(associated(row, event.data.target, false), event),
    DocumentBoundToProcess: (row, event) =>
      row && at({ ...row, processId: event.data.processId, lastProcessId: event.data.processId }, event),
    DocumentReleasedFromProcess: (row, event) => {
      const { restoredStatus } = event.data;
      if (!row) return row;
      const released = { ...row, processId: undefined };
      return at(
        restoredStatus === undefined ? released : withStatus(released, restoredStatus, 'process', event.metadata.occurredAt),
        event,
      );
    },
    DocumentSigned: (row, event) =>
      row &&
      at(
        {
          ...row,
          signatures: [...row.signatures, { ...event.data, at: event.metadata.occurredAt }],
          signers: [...new Set([...row.signers, event.data.userId])],
        },
        event,
      ),
    DocumentSent: (row, event) => row && at(row, event),
    DocumentArchived: (row, event) => row && at({ ...row, archived: true }, event),
  },
  sides: { types: typeSide, folders: folderSide, companies: companySide, contacts: contactSide, staff: staffSide, processes: processSide },
  joins: [
    { by: 'typeId', side: 'types', fields: { name: 'typeName', statuses: 'statuses' } },
    { by: 'folderId', side: 'folders', fields: { name: 'folderName' } },
    { by: 'companyId', side: 'companies', fields: { name: 'companyName' } },
    { by: 'contactId', side: 'contacts', fields: { name: 'contactName' } },
    { by: 'authorStaffId', side: 'staff', fields: { displayName: 'authorName' } },
    { by: 'lastProcessId', side: 'processes', fields: { stage: 'processStage', participants: 'participants' } },
  ],
  derive: (row) => {
    const status = row.statuses?.find(({ code }) => code === row.status);
    return { ...row, statusName: status?.name, statusColor: status?.color, clientName: row.companyName ?? row.contactName };
  },
  list: {
    filters: {
      documentId: 'string',
      organizationId: 'string',
      typeCode: 'string',
      status: 'string',
      companyId: 'string',
      contactId: 'string',
      dealIds: 'string',
      processId: 'string',
      lastProcessId: 'string',
      folderId: 'string',
      authorStaffId: 'string',
      archived: 'boolean',
      confidential: 'boolean',
      uploadedAt: 'time',
      changedAt: 'time',
    },
    sorts: ['number', 'title', 'typeName', 'statusName', 'clientName', 'authorName', 'uploadedAt', 'changedAt'],
    search: ['number', 'title', 'clientName'],
    defaultSort: '-uploadedAt',
  },
  policy: documentsSeen,
  hidden: ['statuses', 'typeId', 'signers'],
});

export interface DiskRow {
  readonly diskFolderId: string;
  readonly organizationId: string;
  readonly parentId?: string;
  readonly path: readonly string[];
  readonly name: string;
  readonly access: DiskFolderEvents['FolderCreated']['access'];
  readonly restricted: boolean;
  readonly system: boolean;
  readonly documents: number;
}

type Filed = Pick<DocumentEvents, 'DocumentUploaded'>;

const diskViewers = staffSees('documents.disk:view');

/** Folders of the shared disk that are open to somebody; what lies in one is in `documents`, by `folderId`. */
export const diskTree = projection<DiskRow, DiskFolderEvents & Filed>()({
  code: 'disk_tree',
  version: 1,
  title: { ru: 'Общий диск', en: 'Shared disk' },
  key: (event) => (event.type === 'DocumentUploaded' ? event.data.folderId : event.aggregateId),
  on: {
    FolderCreated: (_, { aggregateId, data: { above, access, ...fields } }) => ({
      diskFolderId: aggregateId,
      ...fields,
      path: [...above, aggregateId],
      access,
      restricted: access.mode === 'restricted',
      documents: 0,
    }),
    FolderRenamed: (row, { data: { name } }) => row && { ...row, name },
    FolderAccessSet: (row, { data: { access } }) => row && { ...row, access, restricted: access.mode === 'restricted' },
    FolderDeleted: () => undefined,
    DocumentUploaded: (row) => row && { ...row, documents: row.documents + 1 },
  },
  list: {
    filters: { organizationId: 'string', parentId: 'string', restricted: 'boolean', system: 'boolean' },
    sorts: ['name', 'documents'],
    search: ['name'],
    defaultSort: 'name',
  },
  policy: {
    name: 'staff(documents.disk:view) by folder',
    needs: (reading) => ({ ...diskViewers.needs?.(reading), doors: restrictedDoors(organizationIn(reading.actor, reading.filter)) }),
    see: (reading, answers) => {
      const visible = diskViewers.see(reading, answers);
      if ('refused' in visible || overseesService(reading.actor)) return visible;
      const { standing, doors } = answers as object as Answers;
      const closed = closedTo(doors, standing, reading.actor, reading.now ?? '');
      return closed.length === 0 ? visible : only({ ...visible.only, path: { $nin: closed } });
    },
  },
});

export interface DocumentTypeRow extends Omit<DocumentTypeEvents['DocumentTypeCreated'], 'numbering'> {
  readonly documentTypeId: string;
  readonly numbering: DocumentTypeEvents['DocumentTypeCreated']['numbering'];
  readonly folderName?: string;
  readonly status: 'active' | 'archived';
}

/** «Типы документов»: settings, statuses, the next number. */
export const documentTypes = projection<DocumentTypeRow, DocumentTypeEvents>()({
  code: 'document_types',
  version: 1,
  title: { ru: 'Типы документов', en: 'Types of documents' },
  serves: 'both',
  on: {
    DocumentTypeCreated: (_, { aggregateId, data }) => ({ documentTypeId: aggregateId, ...data, status: 'active' }),
    DocumentTypeUpdated: (row, { data: { changes } }) =>
      row && { ...row, ...Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to])) },
    DocumentNumberAllocated: (row, { data: { seq, takenFrom } }) =>
      row && takenFrom === undefined ? { ...row, numbering: { ...row.numbering, next: seq + 1 } } : row,
    DocumentTypeArchived: (row) => row && { ...row, status: 'archived' },
  },
  sides: { folders: folderSide },
  joins: [{ by: 'folderId', side: 'folders', fields: { name: 'folderName' } }],
  list: {
    filters: { organizationId: 'string', status: 'string', code: 'string', folderId: 'string' },
    sorts: ['name', 'code'],
    search: ['name', 'code'],
    defaultSort: 'name',
  },
  // Whoever uploads chooses a type: the settings are seen by all who see documents, and changed by few.
  policy: staffSees('documents.my:view'),
});

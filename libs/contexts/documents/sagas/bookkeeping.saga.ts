import { EnterRoster, LeaveRoster } from '@letopis/contexts/identity';
import type { OrganizationEvents } from '@letopis/contexts/organizations';
import { call, saga, send, type Effect } from '@letopis/kernel';
import { contentOfFolder, restrictedFoldersOf, type FolderAccess } from '../disk-folder/access';
import { CreateFolder, diskFolder, RecordFolderUse, type DiskFolderEvents } from '../disk-folder/disk-folder';
import {
  CreateDocumentType,
  documentTypeIdOf,
  RecordDocumentStatusUse,
  SettleDocumentNumber,
  type DocumentTypeEvents,
} from '../document-type/document-type';
import { document } from '../document/document';
import type { DocumentEvents } from '../document/document.events';
import { seededFolders, seededTypes } from '../seeds';

/** Gives every client organization its disk and its types of documents. Every id is derived: a repeat makes nothing twice. */
export const documentsBootstrapSaga = saga<OrganizationEvents>()({
  name: 'DocumentsBootstrapSaga',
  gives: [...seededFolders('').map(({ name }) => name), ...seededTypes('').map(({ code }) => code)].join(),
  on: {
    OrganizationRegisteredAsClient: ({ aggregateId }) => [
      ...seededFolders(aggregateId).map((folder) => send(CreateFolder, folder)),
      ...seededTypes(aggregateId).map((type) => send(CreateDocumentType, type)),
    ],
  },
});

/** A file that a document names is the document's from then on: who may open it is who may see the document. */
export const documentFilesSaga = saga<DocumentEvents>()({
  name: 'DocumentFilesSaga',
  promptly: {
    DocumentUploaded: ({ aggregateId, data: { file, organizationId } }) => [attached(file.fileId, organizationId, aggregateId)],
    DocumentVersionAdded: ({ aggregateId, data: { file }, metadata }) => [attached(file.fileId, metadata.organizationId, aggregateId)],
  },
});

const attached = (fileId: string, organizationId: string | undefined, id: string): Effect =>
  call('files', 'attach', { fileId, organizationId, owner: { category: 'document', id } }, fileId);

const enters = (rosterId: string, memberId: string) => send(EnterRoster, { rosterId, memberId }, rosterId);
const leaves = (rosterId: string, memberId: string) => send(LeaveRoster, { rosterId, memberId }, rosterId);
const guarded = (organizationId: string | undefined, folderId: string, { mode }: FolderAccess) =>
  organizationId === undefined ? [] : [(mode === 'restricted' ? enters : leaves)(restrictedFoldersOf(organizationId), folderId)];

/** Keeps what decisions count, before whoever changed it has the answer. */
export const documentRostersSaga = saga<DiskFolderEvents & DocumentTypeEvents & DocumentEvents>()({
  name: 'DocumentRostersSaga',
  promptly: {
    FolderCreated: ({ aggregateId, data: { organizationId, parentId, access } }) => [
      ...(access.mode === 'restricted' ? guarded(organizationId, aggregateId, access) : []),
      ...(parentId === undefined ? [] : [enters(contentOfFolder(parentId), aggregateId)]),
    ],
    FolderAccessSet: ({ aggregateId, data: { access }, metadata }) => guarded(metadata.organizationId, aggregateId, access),
    FolderDeleted: async ({ aggregateId }, { state }) => {
      const { parentId } = await state(diskFolder, aggregateId);
      return parentId === undefined ? [] : [leaves(contentOfFolder(parentId), aggregateId)];
    },

    DocumentTypeCreated: ({ aggregateId, data: { folderId } }) => [enters(contentOfFolder(folderId), aggregateId)],
    DocumentTypeUpdated: ({ aggregateId, data: { changes } }) => {
      const { from, to } = changes.folderId ?? {};
      return from === undefined || to === undefined
        ? []
        : [leaves(contentOfFolder(from), aggregateId), enters(contentOfFolder(to), aggregateId)];
    },

    DocumentUploaded: ({ aggregateId: documentId, data: { organizationId, typeCode, folderId } }) => [
      send(SettleDocumentNumber, { documentTypeId: documentTypeIdOf(organizationId, typeCode), documentId }),
      send(RecordFolderUse, { diskFolderId: folderId, documentId }),
    ],
    DocumentStatusSet: async ({ aggregateId, data: { to } }, { state }) => {
      const { organizationId, typeCode } = await state(document, aggregateId);
      return [send(RecordDocumentStatusUse, { documentTypeId: documentTypeIdOf(organizationId, typeCode), status: to })];
    },
  },
});

/** Documents: the shared disk, types with numbers and statuses, files with versions, signing and sending. */
import { defineContext } from '@letopis/kernel';
import { diskFolder } from './disk-folder/disk-folder';
import { documentType } from './document-type/document-type';
import { document } from './document/document';
import { reader } from './document/readers';
import { documentUpload } from './document/uploads';
import { documentErrors } from './errors';
import { letters } from './letters';
import { diskTree, documents as documentsRegistry, documentTypes } from './projections/documents';
import { documentFilesSaga, documentRostersSaga, documentsBootstrapSaga } from './sagas/bookkeeping.saga';
import { documentSendSaga } from './sagas/document-send.saga';

export const documents = defineContext({
  name: 'documents',
  aggregates: [diskFolder, documentType, document],
  sagas: [documentsBootstrapSaga, documentRostersSaga, documentFilesSaga, documentSendSaga],
  projections: [documentsRegistry, diskTree, documentTypes],
  errors: documentErrors.entries,
  letters,
  files: { readers: { document: reader }, uploads: { document: documentUpload } },
});

export * from './disk-folder/access';
export * from './disk-folder/disk-folder';
export * from './document-type/document-type';
export { document } from './document/document';
export * from './document/document.commands';
export type * from './document/document.events';
export type { Document, Signature, Version } from './document/document.state';
export type { FileRef } from './document/file-kinds';
export { documentErrors } from './errors';
export type { DiskRow, DocumentRow, DocumentTypeRow } from './projections/documents';
export * from './seeds';

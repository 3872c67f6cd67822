import { company, contact, type Company, type Contact } from '@letopis/contexts/crm';
import {
  administers,
  asRights,
  commands as otherCommands,
  files,
  followedBy,
  ifKnown,
  isBroughtBy,
  passes,
  rightsOf,
  standingOf,
  stateIn,
  stateOf,
  type Actor,
  type FileFacts,
  type Need,
  type Needs,
  type Standing,
} from '@letopis/kernel';
import { closedTo, doorsOf, type Doors } from '../disk-folder/access';
import { diskFolder, type DiskFolder } from '../disk-folder/disk-folder';
import { AllocateDocumentNumber, documentType, documentTypeIdOf, type DocumentType } from '../document-type/document-type';
import { refusal } from '../errors';
import type { UploadDocument } from './document.commands';
import type { Document } from './document.state';
import { filed, type FileRef } from './file-kinds';
import { processOf, type OwningProcess } from './readers';

/** What is known here of a deal. */
export interface Deal {
  readonly status?: string;
  readonly organizationId: string;
  readonly companyId?: string;
  readonly contactId?: string;
}

export const dealOf = (dealId: string | undefined): Need<Deal | undefined> =>
  ifKnown(stateIn<Deal>('deal', dealId)) as Need<Deal | undefined>;

/** Everything that the filing of a new document is decided on. */
export interface Filing {
  readonly type: DocumentType;
  readonly file: FileFacts | undefined;
  readonly folder: DiskFolder;
  readonly doors: Doors;
  readonly standing: Standing;
  readonly company: Company;
  readonly contact: Contact;
  readonly deal: Deal | undefined;
  readonly process: OwningProcess | undefined;
  readonly processDeal: Deal | undefined;
  /** The file, once it is kept for this document. */
  readonly taken?: FileFacts;
  /** What the type has just given. */
  readonly asked?: { readonly number?: string };
  /** The type, where it had given the number before. */
  readonly numbered?: DocumentType;
}

interface Asked {
  readonly command: UploadDocument;
  readonly state: Document;
  readonly actor: Actor;
  readonly id: string;
  readonly now: string;
}

const ownerOfFile = (id: string) => ({ category: 'document', id });
const typeIdOf = ({ organizationId, typeCode }: UploadDocument) =>
  typeCode === undefined ? undefined : documentTypeIdOf(organizationId, typeCode);

/**
 * Gathers what there is, and only when the document may be filed asks for what is given once: the file for this document and
 * the next number. So a refusal costs no number.
 */
export function filingOf({ command, state, actor, id, now }: Asked): Need<Filing> {
  const { organizationId, fileId, companyId, contactId, dealId, processId } = command;
  const filing = (answers: Readonly<Record<string, unknown>>) => answers as object as Filing;
  return followedBy(
    {
      type: stateOf(documentType, typeIdOf(command)),
      file: files('describe', { fileId }),
      standing: asRights(standingOf(organizationId, actor.kind === 'user' ? actor.userId : undefined)),
      company: stateOf(company, companyId),
      contact: stateOf(contact, contactId),
      deal: dealOf(dealId),
      process: processOf(processId),
    },
    (known) => {
      const { type, process } = filing(known);
      return {
        folder: stateOf(diskFolder, type.folderId || undefined),
        processDeal: dealOf(process?.subject?.type === 'deal' ? process.subject.id : undefined),
      };
    },
    (known) => {
      const { type, folder } = filing(known);
      return { doors: asRights(doorsOf(type.folderId === '' ? [] : [...folder.above, type.folderId])) };
    },
    (known): Needs => {
      const typeId = typeIdOf(command);
      if (typeId === undefined || !passes(() => mayBeFiled({ command, state, actor, id, now }, filing(known)))) return {};
      return {
        taken: files('take', { fileId, owner: ownerOfFile(id) }),
        asked: otherCommands('ask', { type: AllocateDocumentNumber.name, payload: { documentTypeId: typeId, documentId: id } }),
      };
    },
    (known): Needs => {
      const { asked } = filing(known);
      return asked && asked.number === undefined ? { numbered: stateOf(documentType, typeIdOf(command)) } : {};
    },
    filing,
  );
}

/** The file of the document. @throws DomainError why it may not be filed */
export function mayBeFiled({ command, state, actor, now }: Asked, filing: Filing): FileRef {
  const { type, file, folder, doors, standing } = filing;
  const { organizationId, typeCode } = command;
  if (state.organizationId !== '') throw refusal('ALREADY_EXISTS');
  if (typeCode === undefined || type.status === 'none') throw refusal('DOCUMENT_TYPE_REQUIRED');
  if (type.status === 'archived') throw refusal('DOCUMENT_TYPE_ARCHIVED');
  if (folder.status !== 'active') throw refusal('FOLDER_DELETED');
  if (actor.kind !== 'system' && closedTo(doors, standing, actor, now).length > 0) throw refusal('FOLDER_ACCESS_DENIED');
  const own = ownFile(file, actor);
  const inOrganization = (record: { status?: string; organizationId?: string } | undefined) =>
    record !== undefined && record.status !== 'none' && record.organizationId === organizationId;
  const { companyId, contactId, dealId, processId } = command;
  if (companyId !== undefined && !inOrganization(filing.company)) throw refusal('NOT_FOUND');
  if (contactId !== undefined && !inOrganization(filing.contact)) throw refusal('NOT_FOUND');
  if (dealId !== undefined && !inOrganization(filing.deal)) throw refusal('NOT_FOUND');
  if (processId !== undefined) mayJoin(filing, actor, organizationId, now);
  return filed(own, type);
}

/** The file, if it is of whoever brings it. @throws DomainError NOT_FOUND */
export function ownFile(file: FileFacts | undefined, actor: Actor): FileFacts {
  if (!file || !isBroughtBy(file, actor)) throw refusal('NOT_FOUND');
  return file;
}

/** Documents of a process are brought by who began it and who is responsible. */
function mayJoin({ process, standing }: Filing, actor: Actor, organizationId: string, now: string): void {
  if (!process || process.organizationId !== organizationId || process.status === 'none') throw refusal('NOT_FOUND');
  if (process.status === 'completed' || process.status === 'cancelled') throw refusal('NOT_FOUND');
  if (actor.kind === 'system' || administers(standing, actor) || rightsOf(standing, actor, now).fullAccess) return;
  const { staffId } = standing;
  if (staffId === undefined || (staffId !== process.initiatorStaffId && staffId !== process.responsibleStaffId)) throw refusal('FORBIDDEN');
}

/** The client of the document: named, or that of its deal or process. */
export function clientOf({ companyId, contactId }: UploadDocument, { deal, process, processDeal }: Filing) {
  if (companyId !== undefined || contactId !== undefined) return { companyId, contactId };
  if (deal) return { companyId: deal.companyId, contactId: deal.contactId };
  const subject = process?.subject;
  if (subject?.type === 'company') return { companyId: subject.id };
  if (subject?.type === 'contact') return { contactId: subject.id };
  return { companyId: processDeal?.companyId, contactId: processDeal?.contactId };
}

import { company, contact } from '@letopis/contexts/crm';
import { linkOfUser, personLink } from '@letopis/contexts/persons';
import {
  aggregate,
  derivedId,
  files,
  followedBy,
  known,
  oneOf,
  ownerOf,
  passes,
  parseEmail,
  staff,
  stateOf,
  systemOnly,
  type Actor,
  type FileFacts,
  type Need,
  type Needs,
  type Policy,
} from '@letopis/kernel';
import { documentType, documentTypeIdOf, type DocumentType } from '../document-type/document-type';
import { refusal } from '../errors';
import * as commands from './document.commands';
import type { DocumentEvents, Target } from './document.events';
import { evolveDocument, latestOf, noDocument, type Document } from './document.state';
import { filed } from './file-kinds';
import { clientOf, dealOf, filingOf, mayBeFiled, ownFile } from './filing';
import { editor, keeper, ownClient, staffWith } from './readers';

const { command, define, event } = aggregate<Document, DocumentEvents>();

const typeOf = ({ organizationId, typeCode }: Document) => (organizationId ? documentTypeIdOf(organizationId, typeCode) : undefined);
const its = ({ state }: { state: Document }) => ({ type: stateOf(documentType, typeOf(state)) });

/** Acts leave the house by the right to send acts, whatever else somebody may do with documents. */
const ACT = 'act';
const sender: Policy<commands.SendDocument, Document> = {
  name: 'staff(documents.my:edit); of acts staff(finance.acts:send)',
  needs: (question) => ({ ...editor().needs?.(question), ...staff<object, Document>('finance.acts:send').needs?.(question) }),
  judge: (question, answers) =>
    (question.state.typeCode === ACT ? staff<object, Document>('finance.acts:send') : editor()).judge(question, answers),
};

/** The file for a new version, kept for the document once it may have one. */
const versionOf = (fileId: string, state: Document, actor: Actor, id: string): Need<Bringing> =>
  followedBy(
    { type: stateOf(documentType, typeOf(state)), file: files('describe', { fileId }) },
    (found): Needs => {
      const { file, type } = found as object as Bringing;
      const isFine = passes(() => (mayHaveVersion(state, type), filed(ownFile(file, actor), type)));
      return isFine ? { taken: files('take', { fileId, owner: { category: 'document', id } }) } : {};
    },
    (found) => found as object as Bringing,
  );

interface Bringing {
  readonly type: DocumentType;
  readonly file: FileFacts | undefined;
  readonly taken?: FileFacts;
}

const clientOfTarget = ({ type, id }: Target) => {
  if (type === 'company') return stateOf(company, id);
  return type === 'contact' ? stateOf(contact, id) : dealOf(id);
};

export const document = define({
  category: 'document',
  initialState: noDocument,
  organizationId: ({ organizationId }) => organizationId || undefined,
  personal: {
    DocumentSent: { of: ({ contactId }, id) => (contactId ? `contact:${contactId}` : `document:${id}`), fields: ['to', 'text'] },
  },
  keys: ({ organizationId, typeCode, number }) =>
    organizationId ? [{ scope: 'docNumber', value: `${organizationId}:${typeCode}:${number}` }] : [],

  commands: {
    UploadDocument: command(commands.UploadDocument, {
      by: oneOf<commands.UploadDocument, Document>(
        systemOnly,
        staff('documents.my:create', { in: ({ command }) => command.organizationId }),
      ),
      needs: (asked) => ({ filing: filingOf(asked) }),
      answer: ([uploaded]) => (uploaded?.type === 'DocumentUploaded' ? { number: uploaded.data.number } : {}),
      summary: '«Загрузить»: the type first, then the file; number and folder follow from the type',
    }),
    AddDocumentVersion: command(commands.AddDocumentVersion, {
      by: oneOf<commands.AddDocumentVersion, Document>(systemOnly, keeper(), staffWith('documents.my:edit_all')),
      needs: ({ command: { fileId }, state, actor, id }) => ({ brought: versionOf(fileId, state, actor, id) }),
      answer: ([added]) => (added?.type === 'DocumentVersionAdded' ? { n: added.data.n } : {}),
      summary: 'A new version, before the first signature',
    }),
    SetDocumentStatus: command(commands.SetDocumentStatus, {
      by: staffWith('documents.my:set_status'),
      needs: its,
      summary: 'The simplest flow: a status by hand, while no process owns the document',
    }),
    ApplyDocumentStatus: command(commands.ApplyDocumentStatus, { by: systemOnly, needs: its }),
    AssociateDocument: command(commands.AssociateDocument, {
      by: oneOf<commands.AssociateDocument, Document>(systemOnly, editor()),
      needs: ({ command: { target } }) => ({ target: clientOfTarget(target) }),
      summary: 'The company, the contact or a deal that the document belongs to',
    }),
    DissociateDocument: command(commands.DissociateDocument, {
      by: oneOf<commands.DissociateDocument, Document>(systemOnly, editor()),
      summary: 'The document does not belong to the client or the deal',
    }),
    BindDocumentToProcess: command(commands.BindDocumentToProcess, { by: systemOnly }),
    ReleaseDocumentFromProcess: command(commands.ReleaseDocumentFromProcess, { by: systemOnly }),
    SignDocument: command(commands.SignDocument, {
      by: oneOf<commands.SignDocument, Document>(staffWith('documents.my:sign'), ownClient),
      needs: ({ state: { organizationId }, actor }) => {
        const { scope, value } = linkOfUser(organizationId, actor.kind === 'user' ? actor.userId : '');
        return { link: actor.kind === 'user' ? stateOf(personLink, ownerOf(scope, value)) : known(personLink.initialState) };
      },
      summary: 'Signs the newest version; needs an accepted link with a person card',
    }),
    SendDocument: command(commands.SendDocument, {
      by: oneOf<commands.SendDocument, Document>(systemOnly, sender),
      needs: ({ state: { contactId, companyId } }) => ({ contact: stateOf(contact, contactId), company: stateOf(company, companyId) }),
      summary: 'The newest version by e-mail, to the client unless another address is named',
    }),
    ArchiveDocument: command(commands.ArchiveDocument, {
      by: staffWith('documents.my:delete'),
      summary: 'The document goes into the archive; events stay',
    }),
  },

  decide: {
    UploadDocument: (upload, state, { filing, actor, id, now }) => {
      const file = mayBeFiled({ command: upload, state, actor, id, now }, filing);
      const { type, folder, taken, asked, numbered, standing } = filing;
      // Somebody else's document has the file already.
      if (!taken) throw refusal('NOT_FOUND');
      const number = asked?.number ?? numbered?.pending.find(({ documentId }) => documentId === id)?.number;
      // Given, and taken back after minutes of silence: asked again it gets another.
      if (number === undefined) throw refusal('CONCURRENT_CHANGE');
      const { organizationId, typeCode = '', title, dealId, processId, confidential = false } = upload;
      return [
        event('DocumentUploaded', {
          organizationId,
          typeCode,
          number,
          title: title?.trim() || file.name,
          file,
          folderId: type.folderId,
          path: [...folder.above, type.folderId],
          ...clientOf(upload, filing),
          dealId,
          processId,
          status: type.initialStatus,
          confidential,
          authorStaffId: standing.staffId,
        }),
      ];
    },

    AddDocumentVersion: (_, state, { brought: { type, file, taken }, actor }) => {
      mayHaveVersion(state, type);
      const version = filed(ownFile(file, actor), type);
      if (!taken) throw refusal('NOT_FOUND');
      const { n, file: last } = latestOf(state);
      return last.sha256 === version.sha256 ? [] : [event('DocumentVersionAdded', { n: n + 1, file: version })];
    },

    SetDocumentStatus: ({ status }, state, { type }) => {
      alive(state);
      if (state.processId !== undefined) throw refusal('DOCUMENT_IN_PROCESS');
      statusOf(type, status);
      return state.status === status ? [] : [event('DocumentStatusSet', { from: state.status, to: status, cause: 'manual' })];
    },

    ApplyDocumentStatus: ({ status, processId }, state, { type }) => {
      alive(state);
      // The process has let it go: what comes late changes nothing.
      if (state.processId === undefined && state.releasedFrom.includes(processId)) return [];
      if (state.processId !== undefined && state.processId !== processId) throw refusal('DOCUMENT_IN_PROCESS');
      statusOf(type, status);
      return state.status === status ? [] : [event('DocumentStatusSet', { from: state.status, to: status, cause: 'process', processId })];
    },

    AssociateDocument: ({ target }, state, { target: record }) => {
      alive(state);
      const isHere = record && record.status !== 'none' && record.organizationId === state.organizationId;
      if (!isHere) throw refusal('NOT_FOUND');
      const present = associatedOf(state, target.type);
      if (present.includes(target.id)) return [];
      // One company and one contact; any number of deals.
      const replaced =
        target.type === 'deal' ? [] : present.map((id) => event('DocumentDissociated', { target: { type: target.type, id } }));
      return [...replaced, event('DocumentAssociated', { target })];
    },

    DissociateDocument: ({ target }, state) => {
      alive(state);
      return associatedOf(state, target.type).includes(target.id) ? [event('DocumentDissociated', { target })] : [];
    },

    BindDocumentToProcess: ({ processId }, state) => {
      alive(state);
      if (state.processId === processId || state.releasedFrom.includes(processId)) return [];
      if (state.processId !== undefined) throw refusal('DOCUMENT_IN_PROCESS');
      return [event('DocumentBoundToProcess', { processId })];
    },

    ReleaseDocumentFromProcess: ({ processId, restoreStatus = false }, state) => {
      if (state.organizationId === '') throw refusal('NOT_FOUND');
      if (state.processId !== processId) return [];
      const { statusBeforeProcess: before, status } = state;
      const restoredStatus = restoreStatus && before !== status ? before : undefined;
      return [event('DocumentReleasedFromProcess', { processId, restoredStatus })];
    },

    SignDocument: ({ fileSha256 }, state, { link, actor }) => {
      alive(state);
      if (actor.kind !== 'user' || link.status !== 'accepted') throw refusal('SIGNER_LINK_REQUIRED');
      const { sha256 } = latestOf(state).file;
      if (fileSha256 !== undefined && fileSha256 !== sha256) throw refusal('DOCUMENT_CHANGED');
      const { userId } = actor;
      if (state.signatures.some((signature) => signature.userId === userId && signature.fileSha256 === sha256))
        throw refusal('ALREADY_SIGNED');
      return [event('DocumentSigned', { userId, personId: link.personId, fileSha256: sha256 })];
    },

    SendDocument: ({ channel = 'email', to, text }, state, { contact, company, actor, commandId }) => {
      alive(state);
      const ofContact = contact.emails[0];
      const typed = to ?? ofContact ?? company.emails[0];
      if (typed === undefined) throw refusal('DOCUMENT_RECIPIENT_REQUIRED');
      const address = parseEmail(typed);
      if (address === undefined) throw refusal('EMAIL_INVALID');
      const isContacts = contact.emails.includes(address);
      const { n } = latestOf(state);
      const by = actor.kind === 'user' ? actor.userId : undefined;
      return [
        event('DocumentSent', {
          sendingId: derivedId('sending', commandId),
          to: address,
          channel,
          text,
          n,
          contactId: isContacts ? state.contactId : undefined,
          by,
        }),
      ];
    },

    ArchiveDocument: (_, state) => {
      if (state.organizationId === '') throw refusal('NOT_FOUND');
      if (state.archived) return [];
      if (state.processId !== undefined) throw refusal('DOCUMENT_IN_PROCESS');
      return [event('DocumentArchived', {})];
    },
  },

  evolve: evolveDocument,
});

const alive = ({ organizationId, archived }: Document) => {
  if (organizationId === '') throw refusal('NOT_FOUND');
  if (archived) throw refusal('DOCUMENT_ARCHIVED');
};

/** @throws DomainError DOCUMENT_FINAL after the first signature and in a status that ends the document's way */
function mayHaveVersion(state: Document, type: DocumentType): void {
  alive(state);
  const isFinal = type.statuses.find(({ code }) => code === state.status)?.isFinal === true;
  if (state.signatures.length > 0 || isFinal) throw refusal('DOCUMENT_FINAL');
}

const statusOf = ({ statuses }: DocumentType, status: string) => {
  if (!statuses.some(({ code }) => code === status)) throw refusal('DOCUMENT_STATUS_UNKNOWN');
};

const associatedOf = ({ companyId, contactId, dealIds }: Document, type: Target['type']): readonly string[] => {
  if (type === 'deal') return dealIds;
  const id = type === 'company' ? companyId : contactId;
  return id === undefined ? [] : [id];
};

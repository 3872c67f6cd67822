import type { DocumentEvents, Target } from './document.events';
import type { FileRef } from './file-kinds';

export interface Version {
  readonly n: number;
  readonly file: FileRef;
  readonly at: string;
}

export interface Signature {
  readonly userId: string;
  readonly personId: string;
  readonly fileSha256: string;
  readonly at: string;
}

export interface Document {
  /** Empty as long as there is no such document. */
  readonly organizationId: string;
  readonly archived: boolean;
  readonly typeCode: string;
  readonly number: string;
  readonly title: string;
  readonly versions: readonly Version[];
  readonly folderId: string;
  readonly path: readonly string[];
  readonly companyId?: string;
  readonly contactId?: string;
  readonly dealIds: readonly string[];
  /** The process that owns it at the moment. */
  readonly processId?: string;
  /** Processes that have let it go: what comes late from one of them changes nothing. */
  readonly releasedFrom: readonly string[];
  /** A status of its type. */
  readonly status: string;
  readonly statusBeforeProcess?: string;
  readonly signatures: readonly Signature[];
  /** The last letters that it went out with: one that was not delivered is tried again. */
  readonly sendings: readonly DocumentEvents['DocumentSent'][];
  readonly authorStaffId?: string;
  readonly confidential: boolean;
}

export const noDocument: Document = {
  organizationId: '',
  archived: false,
  typeCode: '',
  number: '',
  title: '',
  versions: [],
  folderId: '',
  path: [],
  dealIds: [],
  releasedFrom: [],
  status: '',
  signatures: [],
  sendings: [],
  confidential: false,
};

/** Processes, and letters, that a document remembers. */
const REMEMBERED = 20;

export const latestOf = ({ versions }: Pick<Document, 'versions'>): Version => versions.at(-1)!;

const associated = (state: Document, { type, id }: Target): Document => {
  if (type === 'company') return { ...state, companyId: id };
  if (type === 'contact') return { ...state, contactId: id };
  return { ...state, dealIds: [...state.dealIds, id] };
};

const dissociated = (state: Document, { type, id }: Target): Document => {
  if (type === 'company') return { ...state, companyId: undefined };
  if (type === 'contact') return { ...state, contactId: undefined };
  return { ...state, dealIds: state.dealIds.filter((each) => each !== id) };
};

type Evolvers = {
  readonly [K in keyof DocumentEvents]: (state: Document, data: DocumentEvents[K], at: { readonly occurredAt: string }) => Document;
};

export const evolveDocument: Evolvers = {
  // The process that it is meant for binds it; until then nobody owns it.
  DocumentUploaded: (_, { file, dealId, processId: __, ...fields }, { occurredAt }) => ({
    ...noDocument,
    ...fields,
    dealIds: dealId === undefined ? [] : [dealId],
    versions: [{ n: 1, file, at: occurredAt }],
  }),
  DocumentVersionAdded: (state, { n, file }, { occurredAt }) => ({ ...state, versions: [...state.versions, { n, file, at: occurredAt }] }),
  DocumentStatusSet: (state, { to }) => ({ ...state, status: to }),
  DocumentAssociated: (state, { target }) => associated(state, target),
  DocumentDissociated: (state, { target }) => dissociated(state, target),
  DocumentBoundToProcess: (state, { processId }) => ({ ...state, processId, statusBeforeProcess: state.status }),
  DocumentReleasedFromProcess: (state, { processId, restoredStatus }) => ({
    ...state,
    processId: undefined,
    statusBeforeProcess: undefined,
    releasedFrom: [...state.releasedFrom.filter((id) => id !== processId), processId].slice(-REMEMBERED),
    status: restoredStatus ?? state.status,
  }),
  DocumentSigned: (state, signature, { occurredAt }) => ({ ...state, signatures: [...state.signatures, { ...signature, at: occurredAt }] }),
  DocumentSent: (state, sending) => ({ ...state, sendings: [...state.sendings, sending].slice(-REMEMBERED) }),
  DocumentArchived: (state) => ({ ...state, archived: true }),
};

import type { FileRef } from './file-kinds';

export const TARGETS = ['company', 'contact', 'deal'] as const;
/** A record that a document belongs to. */
export interface Target {
  readonly type: (typeof TARGETS)[number];
  readonly id: string;
}

export interface DocumentEvents {
  DocumentUploaded: {
    organizationId: string;
    typeCode: string;
    number: string;
    title: string;
    file: FileRef;
    folderId: string;
    /** The folder and those above it, the outermost first. */
    path: readonly string[];
    companyId?: string;
    contactId?: string;
    dealId?: string;
    processId?: string;
    status: string;
    confidential: boolean;
    authorStaffId?: string;
  };
  DocumentVersionAdded: { n: number; file: FileRef };
  DocumentStatusSet: { from: string; to: string; cause: 'manual' | 'process'; processId?: string };
  DocumentAssociated: { target: Target };
  DocumentDissociated: { target: Target };
  DocumentBoundToProcess: { processId: string };
  DocumentReleasedFromProcess: { processId: string; restoredStatus?: string };
  DocumentSigned: { userId: string; personId: string; fileSha256: string };
  /** `n`: the version that went; `by`: who sent it and is told if it does not arrive. */
  DocumentSent: { sendingId: string; to: string; channel: 'email'; text?: string; n: number; contactId?: string; by?: string };
  DocumentArchived: Record<never, never>;
}

import { Code, EmailText, Flag, Id, MayBeAbsent, Nested, OneOf, Text } from '@letopis/kernel';
import { Matches } from 'class-validator';
import { TARGETS, type Target } from './document.events';

export class UploadDocument {
  @Id({ optional: true }) documentId?: string;
  @Id() organizationId: string;
  /** Chosen before the file: without it nothing is taken. */
  @Code({ optional: true }) typeCode?: string;
  /** A file that was sent to `/v1/files` before. */
  @Id() fileId: string;
  /** By default the name of the file. */
  @Text(1, 255, { optional: true }) title?: string;
  @Id({ optional: true }) companyId?: string;
  @Id({ optional: true }) contactId?: string;
  @Id({ optional: true }) dealId?: string;
  @Id({ optional: true }) processId?: string;
  /** Seen by its author, by those who sign it or have it in a process, and by those who edit all documents. */
  @Flag({ optional: true }) confidential?: boolean;
}

class OfDocument {
  @Id() documentId: string;
}

export class AddDocumentVersion extends OfDocument {
  @Id() fileId: string;
}

export class SetDocumentStatus extends OfDocument {
  @Code() status: string;
}

export class ApplyDocumentStatus extends OfDocument {
  @Code() status: string;
  @Id() processId: string;
}

export class TargetText {
  @OneOf(TARGETS) type: Target['type'];
  @Id() id: string;
}

export class AssociateDocument extends OfDocument {
  @Nested(() => TargetText) target: TargetText;
}

export class DissociateDocument extends OfDocument {
  @Nested(() => TargetText) target: TargetText;
}

export class BindDocumentToProcess extends OfDocument {
  @Id() processId: string;
}

export class ReleaseDocumentFromProcess extends OfDocument {
  @Id() processId: string;
  /** The process was cancelled: the document has the status from before it again. */
  @Flag({ optional: true }) restoreStatus?: boolean;
}

export class SignDocument extends OfDocument {
  /** SHA-256 of the version that the signer has seen: a newer one is not signed unseen. */
  @MayBeAbsent() @Matches(/^[0-9a-f]{64}$/) fileSha256?: string;
}

export const SEND_CHANNELS = ['email'] as const;

export class SendDocument extends OfDocument {
  @OneOf(SEND_CHANNELS, { optional: true }) channel?: 'email';
  /** By default the first address of the client. */
  @EmailText({ optional: true }) to?: string;
  @Text(1, 4_000, { optional: true }) text?: string;
}

export class ArchiveDocument extends OfDocument {}

import { Code, Flag, Id } from '@letopis/kernel';
import { IsObject } from 'class-validator';

export class CreateProcessDefinition {
  @Id({ optional: true }) processDefinitionId?: string;
  @Id() organizationId: string;
  @Code() code: string;
  /** What it says; a draft may be unfinished. */
  @IsObject() data: Record<string, unknown>;
  /** By the product: one of those that every organization is given. */
  @Flag({ optional: true }) system?: boolean;
}

class OfDefinition {
  @Id() processDefinitionId: string;
}

export class SaveProcessDraft extends OfDefinition {
  @IsObject() data: Record<string, unknown>;
}

export class PublishProcessDefinition extends OfDefinition {}
export class ArchiveProcessDefinition extends OfDefinition {}

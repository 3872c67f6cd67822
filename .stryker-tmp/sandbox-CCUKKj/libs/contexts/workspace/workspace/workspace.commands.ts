// @ts-nocheck
import { Id, OneOf, Text } from '@letopis/kernel';
import { IsObject, Matches } from 'class-validator';
import { EDITIONS, type Edition } from './workspace.events';

class OfWorkspace {
  @Id() organizationId: string;
}

export class CreateWorkspace extends OfWorkspace {
  @OneOf(EDITIONS, { optional: true }) edition?: Edition;
}

class OfNode extends OfWorkspace {
  /** A category or a section of the catalogue: `finance`, `crm.settings`. */
  @Matches(/^[a-z_]{1,50}(\.[a-z0-9_]{1,50})?$/) node: string;
}

export class RestrictNode extends OfNode {}
export class UnrestrictNode extends OfNode {}

export class AddProvider extends OfWorkspace {
  @Id({ optional: true }) providerId?: string;
  @Text(1, 200) name: string;
}

export class RenameProvider extends OfWorkspace {
  @Id() providerId: string;
  @Text(1, 200) name: string;
}

export class ChangeSettings extends OfWorkspace {
  /** Settings by their names; those that are left out stay. */
  @IsObject() settings: Record<string, unknown>;
}

export class ChangeEdition extends OfWorkspace {
  @OneOf(EDITIONS) edition: Edition;
}

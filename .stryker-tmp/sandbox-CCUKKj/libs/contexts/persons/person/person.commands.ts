// @ts-nocheck
import { Day, Flag, Id, Ids, Nested, OneOf, Text } from '@letopis/kernel';
import { EMPLOYMENTS, GENDERS, RELATION_TARGETS, type Employment, type Gender, type RelationTarget } from './person.events';

/** «Фамилия Имя Отчество», in its parts. */
export class PersonNameText {
  @Text(1, 100) lastName: string;
  @Text(1, 100) firstName: string;
  @Text(0, 100, { optional: true }) middleName?: string;
}

class CardFields {
  @Day({ optional: true }) birthDate?: string;
  @OneOf(GENDERS, { optional: true }) gender?: Gender;
  @Text(1, 20, { optional: true }) inn?: string;
  @Text(1, 20, { optional: true }) snils?: string;
  @Text(0, 200, { optional: true }) position?: string;
  @OneOf(EMPLOYMENTS, { optional: true }) employment?: Employment;
  @Text(0, 4_000, { optional: true }) note?: string;
}

export class CreatePerson extends CardFields {
  @Id({ optional: true }) personId?: string;
  @Id() organizationId: string;
  @Nested(() => PersonNameText) name: PersonNameText;
  /** Items of «Номера телефонов» and «Адреса электронной почты»; the first ones are the primary ones unless others are named. */
  @Ids(20, { optional: true }) phoneIds?: string[];
  @Ids(20, { optional: true }) emailIds?: string[];
  @Id({ optional: true }) primaryPhoneId?: string;
  @Id({ optional: true }) primaryEmailId?: string;
}

class OfPerson {
  @Id() personId: string;
}

/** Fields that are left out stay; an empty text takes a field away. */
export class UpdatePerson extends CardFields {
  @Id() personId: string;
  @Nested(() => PersonNameText, { optional: true }) name?: PersonNameText;
}

export class AttachPhone extends OfPerson {
  @Id() phoneId: string;
  @Flag({ optional: true }) primary?: boolean;
}

export class DetachPhone extends OfPerson {
  @Id() phoneId: string;
}

export class AttachEmail extends OfPerson {
  @Id() emailId: string;
  @Flag({ optional: true }) primary?: boolean;
}

export class DetachEmail extends OfPerson {
  @Id() emailId: string;
}

export class RelationTargetText {
  @OneOf(RELATION_TARGETS) type: RelationTarget['type'];
  /** Id of a record, or the number of a paper. */
  @Text(1, 200) id: string;
}

export class AddPersonRelation extends OfPerson {
  @Id({ optional: true }) relationId?: string;
  @Nested(() => RelationTargetText) target: RelationTargetText;
  @Text(1, 100) role: string;
}

export class RemovePersonRelation extends OfPerson {
  @Id() relationId: string;
}

export class BindUserToPerson extends OfPerson {
  @Id() userId: string;
  @Id() personLinkId: string;
}

export class UnbindUserFromPerson extends OfPerson {
  @Id() personLinkId: string;
  @Text(1, 500) reason: string;
}

export class ArchivePerson extends OfPerson {}
export class RestorePerson extends OfPerson {}
export class ErasePerson extends OfPerson {}

import { Day, Flag, Id, NestedList, OneOf, Text, Texts } from '@letopis/kernel';
import { Addresses, ClientAddressText } from '../client';
import { CONTACT_ORIGINS, MESSENGERS, type ContactOrigin, type Messenger } from './contact.events';

export class MessengerText {
  @OneOf(MESSENGERS) kind: Messenger['kind'];
  @Text(1, 200) value: string;
}

class ContactFields {
  @Texts(20, 40, { optional: true }) phones?: string[];
  @Texts(20, 254, { optional: true }) emails?: string[];
  @NestedList(() => MessengerText, 20, { optional: true }) messengers?: MessengerText[];
  @Addresses() addresses?: ClientAddressText[];
  @Day({ optional: true }) birthDate?: string;
  @Texts(50, 100, { optional: true }) interests?: string[];
  @Text(2, 10, { optional: true }) language?: string;
  @Text(1, 64, { optional: true }) timeZone?: string;
  @Text(1, 100, { optional: true }) source?: string;
  /** The card is made although another one has the same phone or e-mail. */
  @Flag({ optional: true }) allowDuplicate?: boolean;
}

export class CreateContact extends ContactFields {
  @Id({ optional: true }) contactId?: string;
  @Id() organizationId: string;
  @Text(1, 255) name: string;
  /** By default whoever makes the card. */
  @Id({ optional: true }) responsibleStaffId?: string;
  @OneOf(CONTACT_ORIGINS, { optional: true }) createdFrom?: ContactOrigin;
}

class OfContact {
  @Id() contactId: string;
}

/** Fields that are left out stay; an empty list takes what was there away. */
export class UpdateContact extends ContactFields {
  @Id() contactId: string;
  @Text(1, 255, { optional: true }) name?: string;
}

export class AssignContactResponsible extends OfContact {
  @Id() staffId: string;
}

export class ArchiveContact extends OfContact {}

/** The key of the card is destroyed: events stay, what they tell of the person does not. */
export class EraseContact extends OfContact {}

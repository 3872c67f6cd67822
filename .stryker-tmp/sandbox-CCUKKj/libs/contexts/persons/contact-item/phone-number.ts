// @ts-nocheck
import { aggregate, Id, known, MayBeAbsent, OneOf, ownerOf, parsePhone, systemOnly, Text, staff } from '@letopis/kernel';
import { Matches } from 'class-validator';
import { refusal } from '../errors';
import * as item from './contact-item';
import type { ContactItem, ItemChanges } from './contact-item';

export const PHONE_TYPES = ['mobile', 'work', 'home', 'fax', 'other'] as const;
export type PhoneType = (typeof PHONE_TYPES)[number];

export class AddPhoneNumber {
  @Id({ optional: true }) phoneNumberId?: string;
  @Id() organizationId: string;
  @Text(1, 40) value: string;
  @OneOf(PHONE_TYPES, { optional: true }) type?: PhoneType;
  @MayBeAbsent() @Matches(/^\d{1,10}$/) extension?: string;
  @Text(1, 255, { optional: true }) comment?: string;
}

export class UpdatePhoneNumber {
  @Id() phoneNumberId: string;
  @Text(1, 40, { optional: true }) value?: string;
  @OneOf(PHONE_TYPES, { optional: true }) type?: PhoneType;
  /** An empty one takes it away, as an empty comment does. */
  @MayBeAbsent() @Matches(/^\d{0,10}$/) extension?: string;
  @Text(0, 255, { optional: true }) comment?: string;
}

class OfPhone {
  @Id() phoneNumberId: string;
}

export class RemovePhoneNumber extends OfPhone {}
export class ErasePhoneNumber extends OfPhone {}

class OfPhoneAndPerson extends OfPhone {
  @Id() personId: string;
}

export class LinkPhoneNumber extends OfPhoneAndPerson {}
export class UnlinkPhoneNumber extends OfPhoneAndPerson {}

export interface PhoneNumberEvents {
  PhoneNumberAdded: { organizationId: string; value: string; type: PhoneType; extension?: string; comment?: string };
  PhoneNumberUpdated: { changes: ItemChanges };
  PhoneNumberRemoved: Record<never, never>;
  PhoneNumberLinked: { personId: string };
  PhoneNumberUnlinked: { personId: string };
  PhoneNumberErased: Record<never, never>;
}

const { command, define, event } = aggregate<ContactItem, PhoneNumberEvents>();
const itself = (_: object, id: string) => `phoneNumber:${id}`;
const key = (organizationId: string, value: string) => item.itemKey('phoneItem', organizationId, parsePhone(value) ?? value);
const holderOf = (organizationId: string, value: string) => ownerOf('phoneItem', key(organizationId, value).value);

export const phoneNumber = define({
  category: 'phoneNumber',
  initialState: item.noItem,
  keys: ({ status, organizationId, value }) => (status === 'active' ? [key(organizationId, value)] : []),
  organizationId: ({ organizationId }) => organizationId || undefined,
  personal: {
    PhoneNumberAdded: { of: itself, fields: ['value', 'comment'] },
    PhoneNumberUpdated: { of: itself, fields: ['changes'] },
  },
  erases: { PhoneNumberErased: itself },

  commands: {
    AddPhoneNumber: command(AddPhoneNumber, {
      by: staff<AddPhoneNumber, ContactItem>('persons.phones:create', { in: ({ command }) => command.organizationId }),
      summary: 'A phone number into the directory of the organization',
      needs: ({ command: { organizationId, value } }) => ({ holder: holderOf(organizationId, value) }),
    }),
    UpdatePhoneNumber: command(UpdatePhoneNumber, {
      by: staff<UpdatePhoneNumber, ContactItem>('persons.phones:edit'),
      summary: 'Number, type, extension and comment of a phone',
      needs: ({ command: { value }, state: { organizationId } }) => ({
        holder: value === undefined ? known<string | undefined>(undefined) : holderOf(organizationId, value),
      }),
    }),
    RemovePhoneNumber: command(RemovePhoneNumber, {
      by: staff<RemovePhoneNumber, ContactItem>('persons.phones:delete'),
      summary: 'Takes a phone number that no card uses out of the directory',
    }),
    LinkPhoneNumber: command(LinkPhoneNumber, { by: systemOnly }),
    UnlinkPhoneNumber: command(UnlinkPhoneNumber, { by: systemOnly }),
    ErasePhoneNumber: command(ErasePhoneNumber, { by: systemOnly }),
  },

  decide: {
    AddPhoneNumber: ({ organizationId, value, type = 'mobile', extension, comment }, { status }, { holder, id }) => {
      if (status !== 'none') throw refusal('ALREADY_EXISTS');
      const number = valid(value);
      item.heldByNobodyElse(holder, id);
      return [event('PhoneNumberAdded', { organizationId, value: number, type, extension, comment })];
    },
    UpdatePhoneNumber: ({ phoneNumberId: _, value, ...rest }, state, { holder, id }) => {
      item.existing(state);
      const number = value === undefined ? undefined : valid(value);
      item.heldByNobodyElse(holder, id);
      const changes = item.changesTo(state, { value: number, ...rest });
      return Object.keys(changes).length > 0 ? [event('PhoneNumberUpdated', { changes })] : [];
    },
    RemovePhoneNumber: (_, state) => {
      if (state.status === 'removed') return [];
      item.unused(state);
      return [event('PhoneNumberRemoved', {})];
    },
    LinkPhoneNumber: ({ personId }, { status, links }) =>
      status !== 'active' || links.includes(personId) ? [] : [event('PhoneNumberLinked', { personId })],
    UnlinkPhoneNumber: ({ personId }, { links }) => (links.includes(personId) ? [event('PhoneNumberUnlinked', { personId })] : []),
    ErasePhoneNumber: (_, { status }) => (status === 'none' || status === 'erased' ? [] : [event('PhoneNumberErased', {})]),
  },

  evolve: {
    PhoneNumberAdded: item.added,
    PhoneNumberUpdated: item.updated,
    PhoneNumberRemoved: item.removed,
    PhoneNumberLinked: item.linked,
    PhoneNumberUnlinked: item.unlinked,
    PhoneNumberErased: item.erasedItem,
  },
});

const valid = (typed: string) => {
  const number = parsePhone(typed);
  if (!number) throw refusal('PHONE_INVALID');
  return number;
};

// @ts-nocheck
import { aggregate, emailKey, EmailText, Id, known, OneOf, ownerOf, parseEmail, systemOnly, Text, staff } from '@letopis/kernel';
import { refusal } from '../errors';
import * as item from './contact-item';
import type { ContactItem, ItemChanges } from './contact-item';

export const EMAIL_TYPES = ['work', 'personal', 'other'] as const;
export type EmailType = (typeof EMAIL_TYPES)[number];

export class AddEmailAddress {
  @Id({ optional: true }) emailAddressId?: string;
  @Id() organizationId: string;
  @EmailText() value: string;
  @OneOf(EMAIL_TYPES, { optional: true }) type?: EmailType;
  @Text(1, 255, { optional: true }) comment?: string;
}

export class UpdateEmailAddress {
  @Id() emailAddressId: string;
  @EmailText({ optional: true }) value?: string;
  @OneOf(EMAIL_TYPES, { optional: true }) type?: EmailType;
  /** An empty one takes it away. */
  @Text(0, 255, { optional: true }) comment?: string;
}

class OfEmail {
  @Id() emailAddressId: string;
}

export class RemoveEmailAddress extends OfEmail {}
export class EraseEmailAddress extends OfEmail {}

class OfEmailAndPerson extends OfEmail {
  @Id() personId: string;
}

export class LinkEmailAddress extends OfEmailAndPerson {}
export class UnlinkEmailAddress extends OfEmailAndPerson {}

export interface EmailAddressEvents {
  EmailAddressAdded: { organizationId: string; value: string; type: EmailType; comment?: string };
  EmailAddressUpdated: { changes: ItemChanges };
  EmailAddressRemoved: Record<never, never>;
  EmailAddressLinked: { personId: string };
  EmailAddressUnlinked: { personId: string };
  EmailAddressErased: Record<never, never>;
}

const { command, define, event } = aggregate<ContactItem, EmailAddressEvents>();
const itself = (_: object, id: string) => `emailAddress:${id}`;
const key = (organizationId: string, value: string) => item.itemKey('emailItem', organizationId, emailKey(value));
const holderOf = (organizationId: string, value: string) => ownerOf('emailItem', key(organizationId, value).value);

export const emailAddress = define({
  category: 'emailAddress',
  initialState: item.noItem,
  keys: ({ status, organizationId, value }) => (status === 'active' ? [key(organizationId, value)] : []),
  organizationId: ({ organizationId }) => organizationId || undefined,
  personal: {
    EmailAddressAdded: { of: itself, fields: ['value', 'comment'] },
    EmailAddressUpdated: { of: itself, fields: ['changes'] },
  },
  erases: { EmailAddressErased: itself },

  commands: {
    AddEmailAddress: command(AddEmailAddress, {
      by: staff<AddEmailAddress, ContactItem>('persons.emails:create', { in: ({ command }) => command.organizationId }),
      summary: 'An e-mail address into the directory of the organization',
      needs: ({ command: { organizationId, value } }) => ({ holder: holderOf(organizationId, value) }),
    }),
    UpdateEmailAddress: command(UpdateEmailAddress, {
      by: staff<UpdateEmailAddress, ContactItem>('persons.emails:edit'),
      summary: 'Address, type and comment of an e-mail address',
      needs: ({ command: { value }, state: { organizationId } }) => ({
        holder: value === undefined ? known<string | undefined>(undefined) : holderOf(organizationId, value),
      }),
    }),
    RemoveEmailAddress: command(RemoveEmailAddress, {
      by: staff<RemoveEmailAddress, ContactItem>('persons.emails:delete'),
      summary: 'Takes an e-mail address that no card uses out of the directory',
    }),
    LinkEmailAddress: command(LinkEmailAddress, { by: systemOnly }),
    UnlinkEmailAddress: command(UnlinkEmailAddress, { by: systemOnly }),
    EraseEmailAddress: command(EraseEmailAddress, { by: systemOnly }),
  },

  decide: {
    AddEmailAddress: ({ organizationId, value, type = 'work', comment }, { status }, { holder, id }) => {
      if (status !== 'none') throw refusal('ALREADY_EXISTS');
      const address = valid(value);
      item.heldByNobodyElse(holder, id);
      return [event('EmailAddressAdded', { organizationId, value: address, type, comment })];
    },
    UpdateEmailAddress: ({ emailAddressId: _, value, ...rest }, state, { holder, id }) => {
      item.existing(state);
      const address = value === undefined ? undefined : valid(value);
      item.heldByNobodyElse(holder, id);
      const changes = item.changesTo(state, { value: address, ...rest });
      return Object.keys(changes).length > 0 ? [event('EmailAddressUpdated', { changes })] : [];
    },
    RemoveEmailAddress: (_, state) => {
      if (state.status === 'removed') return [];
      item.unused(state);
      return [event('EmailAddressRemoved', {})];
    },
    LinkEmailAddress: ({ personId }, { status, links }) =>
      status !== 'active' || links.includes(personId) ? [] : [event('EmailAddressLinked', { personId })],
    UnlinkEmailAddress: ({ personId }, { links }) => (links.includes(personId) ? [event('EmailAddressUnlinked', { personId })] : []),
    EraseEmailAddress: (_, { status }) => (status === 'none' || status === 'erased' ? [] : [event('EmailAddressErased', {})]),
  },

  evolve: {
    EmailAddressAdded: item.added,
    EmailAddressUpdated: item.updated,
    EmailAddressRemoved: item.removed,
    EmailAddressLinked: item.linked,
    EmailAddressUnlinked: item.unlinked,
    EmailAddressErased: item.erasedItem,
  },
});

const valid = (typed: string) => {
  const address = parseEmail(typed);
  if (!address) throw refusal('ITEM_EMAIL_INVALID');
  return address;
};

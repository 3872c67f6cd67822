// @ts-nocheck
import { saga, send, type SagaReads } from '@letopis/kernel';
import {
  emailAddress,
  EraseEmailAddress,
  LinkEmailAddress,
  UnlinkEmailAddress,
  type EmailAddressEvents,
} from '../contact-item/email-address';
import { ErasePhoneNumber, LinkPhoneNumber, phoneNumber, UnlinkPhoneNumber, type PhoneNumberEvents } from '../contact-item/phone-number';
import { DetachEmail, DetachPhone } from '../person/person.commands';
import type { PersonEvents } from '../person/person.events';
import type { PersonRow } from '../projections/persons';

/**
 * Tells items which cards link to them, before the caller of the card's command has the answer: a removal right after it is
 * refused. An item that was removed at the very moment in which it was attached leaves the card again.
 */
export const contactItemsSaga = saga<PersonEvents & PhoneNumberEvents & EmailAddressEvents>()({
  name: 'ContactItemsSaga',

  promptly: {
    PersonCreated: async ({ aggregateId: personId, data: { phoneIds, emailIds } }, reads) => [
      ...(await Promise.all(phoneIds.map((phoneId) => phoneOn(personId, phoneId, reads)))),
      ...(await Promise.all(emailIds.map((emailId) => emailOn(personId, emailId, reads)))),
    ],
    PersonPhoneAttached: async ({ aggregateId, data: { phoneId } }, reads) => [await phoneOn(aggregateId, phoneId, reads)],
    PersonEmailAttached: async ({ aggregateId, data: { emailId } }, reads) => [await emailOn(aggregateId, emailId, reads)],
    PersonPhoneDetached: ({ aggregateId: personId, data: { phoneId } }) => [send(UnlinkPhoneNumber, { phoneNumberId: phoneId, personId })],
    PersonEmailDetached: ({ aggregateId: personId, data: { emailId } }) => [
      send(UnlinkEmailAddress, { emailAddressId: emailId, personId }),
    ],
  },

  on: {
    PhoneNumberRemoved: async ({ aggregateId: phoneId }, { rows }) =>
      (await rows<PersonRow>('persons_registry', { phoneIds: phoneId })).map(({ personId }) => send(DetachPhone, { personId, phoneId })),
    EmailAddressRemoved: async ({ aggregateId: emailId }, { rows }) =>
      (await rows<PersonRow>('persons_registry', { emailIds: emailId })).map(({ personId }) => send(DetachEmail, { personId, emailId })),

    // What was the person's alone goes with the person; what others share stays theirs.
    PersonErased: async ({ aggregateId: personId }, { rows, state }) => {
      const effects = [];
      for (const { phoneNumberId } of await rows<{ phoneNumberId: string }>('phone_items', { links: personId })) {
        const { links } = await state(phoneNumber, phoneNumberId);
        const alone = links.every((id) => id === personId);
        effects.push(alone ? send(ErasePhoneNumber, { phoneNumberId }) : send(UnlinkPhoneNumber, { phoneNumberId, personId }));
      }
      for (const { emailAddressId } of await rows<{ emailAddressId: string }>('email_items', { links: personId })) {
        const { links } = await state(emailAddress, emailAddressId);
        const alone = links.every((id) => id === personId);
        effects.push(alone ? send(EraseEmailAddress, { emailAddressId }) : send(UnlinkEmailAddress, { emailAddressId, personId }));
      }
      return effects;
    },
  },
});

async function phoneOn(personId: string, phoneId: string, { state }: SagaReads) {
  const { status } = await state(phoneNumber, phoneId);
  return status === 'active' ? send(LinkPhoneNumber, { phoneNumberId: phoneId, personId }) : send(DetachPhone, { personId, phoneId });
}

async function emailOn(personId: string, emailId: string, { state }: SagaReads) {
  const { status } = await state(emailAddress, emailId);
  return status === 'active' ? send(LinkEmailAddress, { emailAddressId: emailId, personId }) : send(DetachEmail, { personId, emailId });
}

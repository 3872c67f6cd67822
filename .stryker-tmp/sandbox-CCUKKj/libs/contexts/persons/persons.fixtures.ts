// @ts-nocheck
import { user, type UserEvents } from '@letopis/contexts/identity';
import { membership, organization, type MembershipEvents, type OrganizationEvents } from '@letopis/contexts/organizations';
import { derivedId, system, type Actor, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../../kernel/testing';
import { emailAddress, type EmailAddressEvents } from './contact-item/email-address';
import { phoneNumber, type PhoneNumberEvents } from './contact-item/phone-number';
import { personLink, type PersonLinkEvents } from './person-link/person-link';
import type { PersonEvents } from './person/person.events';
import { person } from './person/person';

/** The people, cards and items of this context's specifications. */
const one = (name: string): UserActor => ({ kind: 'user', userId: derivedId('person', name), sessionId: derivedId('session', name) });

export const anonymous: Actor = { kind: 'anonymous' };
/** Administers Romashka and asks for links. */
export const anna = one('anna');
/** Works in Romashka without any right of his own. */
export const boris = one('boris');
/** A user who is asked to be linked with the card of Ivanov; no member of Romashka. */
export const viktor = one('viktor');
/** Nobody here. */
export const olga = one('olga');
export const sagas = system('sagas');
export const actors = { anonymous, anna, boris, viktor, olga, system: sagas };

export const romashka = derivedId('organization', 'romashka');
export const elsewhere = derivedId('organization', 'romb');
export const personId = derivedId('card', 'ivanov');
export const phoneId = derivedId('phone', 'ivanov');
export const emailId = derivedId('email', 'ivanov');
export const personLinkId = derivedId('link', 'ivanov');

const ofOrganization = facts<OrganizationEvents>();
const ofMembership = facts<MembershipEvents>();
export const ofUser = facts<UserEvents>();
export const ofPhone = facts<PhoneNumberEvents>();
export const ofEmail = facts<EmailAddressEvents>();
export const ofPerson = facts<PersonEvents>();
export const ofLink = facts<PersonLinkEvents>();

const listed = ofOrganization('OrganizationAdded', {
  kind: 'legal_entity',
  inn: '7707083893',
  shortName: 'Ромашка',
  displayName: 'Ромашка',
  addedBy: anna.userId,
});
const isClient = [
  listed,
  ofOrganization('OrganizationRegisteredAsClient', { requestId: derivedId('r'), registeredAt: '2026-03-01T09:00:00.000Z' }),
  ofOrganization('AdministratorAssigned', { userId: anna.userId, assignedBy: 'platform' }),
];
export const organizationItself = (...more: readonly Fact[]): Stream => stream(organization, romashka, ...isClient, ...more);
export const suspended = organizationItself(ofOrganization('OrganizationSuspended', { reason: 'Долг' }));

export const memberOf = ({ userId }: UserActor, memberKind: 'employee' | 'contractor' | 'client' = 'employee'): Stream =>
  stream(
    membership,
    `${romashka}:${userId}`,
    ofMembership('MembershipGranted', { organizationId: romashka, userId, memberKind, via: 'access_request', sourceId: 'x' }),
  );

export const EMAIL = {
  [anna.userId]: 'anna@romashka.ru',
  [boris.userId]: 'boris@romashka.ru',
  [viktor.userId]: 'viktor@mail.ru',
  [olga.userId]: 'olga@mail.ru',
};

export const account = (who: UserActor, ...more: readonly Fact[]): Stream =>
  stream(
    user,
    who.userId,
    ofUser('UserRegistered', { email: EMAIL[who.userId]!, locale: 'ru', origin: 'self' }),
    ofUser('UserActivated', { via: 'link' }),
    ...more,
  );
export const registered = (who: UserActor): Stream =>
  stream(user, who.userId, ofUser('UserRegistered', { email: EMAIL[who.userId]!, locale: 'ru', origin: 'self' }));

/** Whom every decision may ask about. */
export const world: readonly Stream[] = [organizationItself(), memberOf(anna), memberOf(boris), account(anna), account(viktor)];

export const phoneAdded = ofPhone('PhoneNumberAdded', { organizationId: romashka, value: '+79161234567', type: 'mobile' });
export const emailAdded = ofEmail('EmailAddressAdded', { organizationId: romashka, value: 'Ivanov@Mail.ru', type: 'work' });
export const phone = (...more: readonly Fact[]): Stream => stream(phoneNumber, phoneId, phoneAdded, ...more);
export const email = (...more: readonly Fact[]): Stream => stream(emailAddress, emailId, emailAdded, ...more);

export const NAME = { lastName: 'Иванов', firstName: 'Виктор', middleName: 'Петрович' };
export const created = (fields: Partial<PersonEvents['PersonCreated']> = {}) =>
  ofPerson('PersonCreated', { organizationId: romashka, name: NAME, employment: 'other', phoneIds: [], emailIds: [], ...fields });
export const archivedCard = ofPerson('PersonArchived', {});
export const erasedCard = ofPerson('PersonErased', {});
export const card = (...more: readonly Fact[]): Stream => stream(person, personId, created(), ...more);

export const CARDS: Readonly<Record<string, readonly Fact[]>> = {
  none: [],
  active: [created()],
  archived: [created(), archivedCard],
  erased: [created(), archivedCard, erasedCard],
};

export const requested = ofLink('PersonLinkRequested', {
  organizationId: romashka,
  personId,
  userId: viktor.userId,
  userEmail: EMAIL[viktor.userId]!,
  requestedBy: anna.userId,
});
export const accepted = ofLink('PersonLinkAccepted', { acceptedAt: '2026-03-02T09:00:00.000Z' });
export const LINKS: Readonly<Record<string, readonly Fact[]>> = {
  none: [],
  created: [requested],
  accepted: [requested, accepted],
  rejected: [requested, ofLink('PersonLinkRejected', {})],
  cancelled: [requested, ofLink('PersonLinkCancelled', { by: anna.userId })],
  revoked: [requested, accepted, ofLink('PersonLinkRevoked', { by: viktor.userId, reason: 'Ушёл' })],
};
export const link = (state: keyof typeof LINKS, ...more: readonly Fact[]): Stream =>
  stream(personLink, personLinkId, ...LINKS[state]!, ...more);

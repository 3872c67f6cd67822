// @ts-nocheck
import { after, ERASED } from '@letopis/kernel';
import { given, NOW, stream, type Fact } from '../../../kernel/testing';
import {
  account,
  anna,
  archivedCard,
  card,
  created,
  EMAIL,
  email,
  emailId,
  erasedCard,
  LINKS,
  NAME,
  ofEmail,
  ofLink,
  ofPerson,
  ofPhone,
  ofUser,
  organizationItself,
  personId,
  personLinkId,
  phone,
  phoneId,
  requested,
  romashka,
  viktor,
} from '../persons.fixtures';
import { personLink } from '../person-link/person-link';
import { person } from '../person/person';
import { emailItems, phoneItems } from './contact-items';
import { myPersonLinks, personLinks } from './person-links';
import { personLookup, personsRegistry, personUsage } from './persons';

const at = after(NOW, { hours: 1 });
const linkOf = (state: string, ...more: readonly Fact[]) => stream(personLink, personLinkId, ...LINKS[state]!, ...more);
const withItems = created({
  phoneIds: [phoneId],
  emailIds: [emailId],
  primaryPhoneId: phoneId,
  primaryEmailId: emailId,
  position: 'Менеджер',
});
const cardOf = (...more: readonly Fact[]) => stream(person, personId, withItems, ...more);

describe('R024 R026 persons_registry', () => {
  const row = {
    personId,
    organizationId: romashka,
    name: NAME,
    fullName: 'Иванов Виктор Петрович',
    position: 'Менеджер',
    employment: 'other',
    phoneIds: [phoneId],
    primaryPhoneId: phoneId,
    phones: ['+79161234567'],
    phoneForms: ['79161234567', '89161234567', '9161234567'],
    emailIds: [emailId],
    primaryEmailId: emailId,
    emails: ['Ivanov@Mail.ru'],
    linked: false,
    status: 'active',
  };
  const items = [phone(), email()];

  test('a card is shown with the values of its items, whichever came first', () => {
    given(personsRegistry, ...items, cardOf()).thenDocument(personId, row);
    given(personsRegistry, cardOf(), ...items).thenDocument(personId, row);
  });

  test.each<[string, readonly Fact[], object]>([
    ['archived', [archivedCard], { status: 'archived' }],
    ['restored', [archivedCard, ofPerson('PersonRestored', {})], {}],
    [
      'renamed',
      [ofPerson('PersonUpdated', { changes: { name: { from: NAME, to: { lastName: 'Петров', firstName: 'Пётр' } }, position: {} } })],
      { name: { lastName: 'Петров', firstName: 'Пётр' }, fullName: 'Петров Пётр', position: undefined },
    ],
    ['bound to a user', [ofPerson('UserBoundToPerson', { userId: viktor.userId, personLinkId })], { linkedUserId: viktor.userId }],
    [
      'unbound again',
      [
        ofPerson('UserBoundToPerson', { userId: viktor.userId, personLinkId }),
        ofPerson('UserUnboundFromPerson', { userId: viktor.userId, reason: 'x' }),
      ],
      {},
    ],
    [
      'without its phone',
      [ofPerson('PersonPhoneDetached', { phoneId })],
      { phoneIds: [], phones: [], phoneForms: [], primaryPhoneId: undefined },
    ],
    [
      'with another address first',
      [ofPerson('PersonEmailAttached', { emailId: viktor.userId, primary: true })],
      { emailIds: [emailId, viktor.userId], primaryEmailId: viktor.userId, emails: ['Ivanov@Mail.ru', null] },
    ],
    [
      'without the address that was first',
      [
        ofPerson('PersonEmailAttached', { emailId: viktor.userId, primary: true }),
        ofPerson('PersonEmailDetached', { emailId: viktor.userId }),
      ],
      {},
    ],
  ])('a card %s', (_, facts, changes) => {
    const { position, primaryPhoneId, ...expected } = { ...row, ...changes } as typeof row;
    given(personsRegistry, ...items, cardOf(...facts)).thenDocument(personId, {
      ...expected,
      ...(position === undefined ? {} : { position }),
      ...(primaryPhoneId === undefined ? {} : { primaryPhoneId }),
    });
  });

  test('an item that changes, changes on the card', () => {
    const changed = phone(ofPhone('PhoneNumberUpdated', { changes: { value: { from: '+79161234567', to: '+4930901820' } } }));
    given(personsRegistry, cardOf(), changed, email()).thenDocument(personId, {
      ...row,
      phones: ['+4930901820'],
      phoneForms: ['4930901820'],
    });
  });

  test.each(['created', 'accepted', 'rejected', 'cancelled', 'revoked'])('R031 with a link that is %s', (state) => {
    given(personsRegistry, ...items, account(viktor), cardOf(), linkOf(state)).thenDocument(personId, {
      ...row,
      linkId: personLinkId,
      linkUserId: viktor.userId,
      linkUserEmail: EMAIL[viktor.userId],
      linkStatus: state,
      linked: state === 'accepted',
    });
  });

  test('D27 of an erased card it says that there was one', () => {
    const erased = { personId, organizationId: romashka, name: ERASED, fullName: ERASED, employment: 'other', phoneIds: [], emailIds: [] };
    const document = { ...erased, phones: [], emails: [], phoneForms: [], linked: false, status: 'erased' };
    given(personsRegistry, ...items, cardOf(archivedCard, erasedCard)).thenDocument(personId, document);
    const unreadable = created({ name: ERASED as never, note: ERASED });
    const changes = ofPerson('PersonUpdated', { changes: ERASED as never });
    given(personsRegistry, stream(person, personId, unreadable, changes, archivedCard, erasedCard)).thenDocument(personId, document);
  });
});

describe('R029 person_lookup', () => {
  const row = { personId, organizationId: romashka, name: NAME, fullName: 'Иванов Виктор Петрович', status: 'active' };

  test('cards are found while they are there, and only active ones are seen', () => {
    given(personLookup, card()).thenDocument(personId, row);
    given(personLookup, card(archivedCard)).thenDocument(personId, { ...row, status: 'archived' });
    given(personLookup, card(archivedCard, ofPerson('PersonRestored', {}))).thenDocument(personId, row);
    given(personLookup, card(archivedCard, erasedCard)).thenNoDocument(personId);
    const moved = ofPerson('PersonUpdated', {
      changes: { name: { to: { lastName: 'Петров', firstName: 'Пётр' } }, position: { to: 'Юрист' } },
    });
    given(personLookup, card(moved)).thenDocument(personId, {
      ...row,
      name: { lastName: 'Петров', firstName: 'Пётр' },
      fullName: 'Петров Пётр',
      position: 'Юрист',
    });
  });

  test('of the organization that the session works in', () => {
    const working = { ...anna, organizationId: romashka };
    const answers = { standing: { organization: { status: 'client', administrators: [anna.userId] }, departments: [], roles: [] } };
    expect(personLookup.policy.see({ actor: working, filter: {} }, answers)).toEqual({
      only: { organizationId: romashka, status: 'active' },
    });
    expect(personLookup.policy.see({ actor: anna, filter: {} }, answers)).toEqual({ refused: 'FORBIDDEN' });
  });
});

describe('R027 phone_items, email_items', () => {
  const phoneRow = {
    phoneNumberId: phoneId,
    organizationId: romashka,
    value: '+79161234567',
    type: 'mobile',
    links: [],
    persons: [],
    unused: true,
  };
  const linked = ofPhone('PhoneNumberLinked', { personId });

  test.each<[string, readonly Fact[], object | undefined]>([
    ['is new', [], phoneRow],
    ['is linked', [linked], { ...phoneRow, links: [personId], persons: ['Иванов Виктор Петрович'], unused: false }],
    ['is linked no more', [linked, ofPhone('PhoneNumberUnlinked', { personId })], phoneRow],
    ['has changed', [ofPhone('PhoneNumberUpdated', { changes: { comment: { to: 'Утром' } } })], { ...phoneRow, comment: 'Утром' }],
    ['was removed', [ofPhone('PhoneNumberRemoved', {})], undefined],
    ['was erased', [ofPhone('PhoneNumberErased', {})], undefined],
  ])('a number that %s', (_, facts, document) => {
    const folded = given(phoneItems, card(), phone(...facts));
    if (document) folded.thenDocument(phoneId, document);
    else folded.thenNoDocument(phoneId);
  });

  test('addresses alike, and the names of erased persons are told no more', () => {
    const mail = ofEmail('EmailAddressLinked', { personId });
    const row = {
      emailAddressId: emailId,
      organizationId: romashka,
      value: 'Ivanov@Mail.ru',
      type: 'work',
      links: [personId],
      unused: false,
    };
    given(emailItems, card(), email(mail)).thenDocument(emailId, { ...row, persons: ['Иванов Виктор Петрович'] });
    given(emailItems, card(archivedCard, erasedCard), email(mail)).thenDocument(emailId, { ...row, persons: [ERASED] });
    given(emailItems, email(mail, ofEmail('EmailAddressUnlinked', { personId }))).thenDocument(emailId, {
      ...row,
      links: [],
      persons: [],
      unused: true,
    });
    for (const gone of [ofEmail('EmailAddressRemoved', {}), ofEmail('EmailAddressErased', {})])
      given(emailItems, email(gone)).thenNoDocument(emailId);
  });
});

describe('R030 R031 person_links, my_person_links', () => {
  const row = {
    personLinkId,
    organizationId: romashka,
    personId,
    personName: 'Иванов Виктор Петрович',
    userId: viktor.userId,
    userEmail: EMAIL[viktor.userId],
    requestedBy: anna.userId,
    requesterEmail: EMAIL[anna.userId],
    createdAt: NOW,
  };
  const decided = { at };
  const told = (...facts: readonly Fact[]) => [
    organizationItself(),
    account(anna),
    account(viktor),
    card(),
    stream(personLink, personLinkId, ...facts),
  ];

  test.each<[string, readonly Fact[], object]>([
    ['created', [requested], {}],
    ['accepted', [requested, ofLink('PersonLinkAccepted', { acceptedAt: at }, decided)], { decidedAt: at }],
    ['rejected', [requested, ofLink('PersonLinkRejected', { reason: 'Не я' }, decided)], { decidedAt: at, reason: 'Не я' }],
    ['cancelled', [requested, ofLink('PersonLinkCancelled', { by: anna.userId }, decided)], { decidedAt: at }],
    [
      'revoked',
      [requested, ofLink('PersonLinkAccepted', { acceptedAt: NOW }), ofLink('PersonLinkRevoked', { by: 'x', reason: 'Ушёл' }, decided)],
      { decidedAt: at, reason: 'Ушёл' },
    ],
  ])('a link is %s in both, exactly so', (status, facts, more) => {
    given(personLinks, ...told(...facts)).thenDocument(personLinkId, { ...row, ...more, status });
    given(myPersonLinks, ...told(...facts)).thenDocument(personLinkId, { ...row, ...more, status, organizationName: 'Ромашка' });
  });

  test('who was erased is named in neither', () => {
    const gone = account(viktor, ofUser('UserDeactivated', { reason: 'x' }), ofUser('UserErased', {}));
    const streams = [organizationItself(), account(anna), card(), stream(personLink, personLinkId, requested), gone];
    given(personLinks, ...streams).thenDocument(personLinkId, { ...row, status: 'created', userEmail: ERASED });
    const nameless = [...told(requested), stream(person, personId, archivedCard, erasedCard)];
    given(myPersonLinks, ...nameless).thenDocument(personLinkId, {
      ...row,
      status: 'created',
      organizationName: 'Ромашка',
      personName: ERASED,
    });
  });

  test('a user sees the own links, and nobody who is not signed in any', () => {
    expect(myPersonLinks.policy.see({ actor: viktor, filter: {} }, {})).toEqual({ only: { userId: viktor.userId } });
    expect(myPersonLinks.policy.see({ actor: { kind: 'anonymous' }, filter: {} }, {})).toEqual({ refused: 'FORBIDDEN' });
  });
});

test('R025 person_usage tells what a card is related to', () => {
  const added = ofPerson('PersonRelationAdded', { relationId: phoneId, target: { type: 'contract', id: 'Д-1' }, role: 'Подписант' });
  const id = `${personId}:${phoneId}`;
  given(personUsage, card(added)).thenDocument(id, {
    personId,
    organizationId: '',
    relationId: phoneId,
    targetType: 'contract',
    targetId: 'Д-1',
    role: 'Подписант',
    since: NOW,
  });
  given(personUsage, card(added, ofPerson('PersonRelationRemoved', { relationId: phoneId }))).thenNoDocument(id);
});

// @ts-nocheck
import { after, call, cancel, schedule, send } from '@letopis/kernel';
import { NOW, stream, when, whenTimer, type Fact } from '../../../kernel/testing';
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
  link,
  LINKS,
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
  viktor,
} from '../persons.fixtures';
import { EraseEmailAddress, LinkEmailAddress, UnlinkEmailAddress } from '../contact-item/email-address';
import { ErasePhoneNumber, LinkPhoneNumber, UnlinkPhoneNumber } from '../contact-item/phone-number';
import { CancelPersonLinkRequest, personLink, RevokePersonLink } from '../person-link/person-link';
import { BindUserToPerson, DetachEmail, DetachPhone, UnbindUserFromPerson } from '../person/person.commands';
import { person } from '../person/person';
import { contactItemsSaga } from './contact-items.saga';
import { personLinkCleanupSaga, personLinkSaga } from './person-link.saga';

const about = { person: 'Иванов Виктор Петрович', organization: 'Ромашка', user: EMAIL[viktor.userId] };
const letter = (who: typeof anna, template: string, data: object) =>
  call('mail', 'deliver', { template, to: EMAIL[who.userId], locale: 'ru', data }, `${template}:${who.userId}`);
const both = (template: string, more: object = {}) => [viktor, anna].map((who) => letter(who, template, { ...about, ...more }));
const streams = [organizationItself(), account(anna), account(viktor), card()];
const happens = (facts: readonly Fact[], around = streams) =>
  when(personLinkSaga, stream(personLink, personLinkId, ...facts), { streams: around });

describe('R032 PersonLinkSaga', () => {
  test('a request reaches the user and the requester, and is brought to mind a day later', () =>
    happens(LINKS.created!).thenEffects(...both('personLink.requested'), schedule('reminder', after(NOW, { hours: 24 }), { number: 1 })));

  test('R028 accepted, it binds the user to the card', () =>
    happens(LINKS.accepted!).thenEffects(
      send(BindUserToPerson, { personId, userId: viktor.userId, personLinkId }),
      cancel('reminder'),
      ...both('personLink.accepted'),
    ));

  test('accepted for a card that went into the archive meanwhile, it is revoked', () =>
    happens(LINKS.accepted!, [organizationItself(), account(anna), account(viktor), card(archivedCard)]).thenCommands(
      send(RevokePersonLink, { personLinkId, reason: 'Карточка в архиве' }),
    ));

  test('rejected and cancelled, it is told with the reason', async () => {
    const rejected = ofLink('PersonLinkRejected', { reason: 'Не я' });
    await happens([...LINKS.created!, rejected]).thenEffects(cancel('reminder'), ...both('personLink.rejected', { reason: 'Не я' }));
    await happens(LINKS.cancelled!).thenEffects(cancel('reminder'), ...both('personLink.cancelled'));
  });

  test('D26 revoked, it unbinds the card', () =>
    happens(LINKS.revoked!).thenEffects(
      send(UnbindUserFromPerson, { personId, personLinkId, reason: 'Ушёл' }),
      ...both('personLink.revoked', { reason: 'Ушёл' }),
    ));

  test('D24 who is both the user named and the requester has one letter', () => {
    const own = { ...LINKS.created![0]!, data: { ...(LINKS.created![0]!.data as object), requestedBy: viktor.userId } };
    return happens([own]).thenEffects(
      letter(viktor, 'personLink.requested', about),
      schedule('reminder', after(NOW, { hours: 24 }), { number: 1 }),
    );
  });

  test('D17 undecided, it is brought to the user’s mind after 24 hours and every 72 hours then, five times', async () => {
    const remind = (number: number, state = 'created') =>
      whenTimer(personLinkSaga, 'reminder', link(state), { streams, payload: { number } });
    const { user: _, ...short } = about;
    const reminder = letter(viktor, 'personLink.reminder', short);
    for (const number of [1, 2, 3, 4])
      await remind(number).thenEffects(reminder, schedule('reminder', after(NOW, { hours: 72 }), { number: number + 1 }));
    await remind(5).thenEffects(reminder);
    for (const state of ['accepted', 'rejected', 'cancelled', 'revoked']) await remind(1, state).thenNothing();
  });
});

describe('R031 PersonLinkCleanupSaga', () => {
  const row = { personLinkId, personId, userId: viktor.userId };
  const rows = {
    person_links: [
      { ...row, status: 'created' },
      { ...row, personLinkId: phoneId, status: 'accepted' },
      { ...row, personLinkId: emailId, status: 'created', userId: anna.userId, personId: emailId },
    ],
  };
  const off = ofUser('UserDeactivated', { reason: 'left' });
  const around = { rows, streams: [link('none')] };

  test('open requests go with the user or the card', async () => {
    const goes = send(CancelPersonLinkRequest, { personLinkId });
    await when(personLinkCleanupSaga, account(viktor, off), around).thenEffects(goes);
    await when(personLinkCleanupSaga, card(archivedCard), around).thenEffects(goes);
  });

  test('accepted links end with the account or the data of the card', async () => {
    await when(personLinkCleanupSaga, account(viktor, off, ofUser('UserErased', {})), around).thenEffects(
      send(RevokePersonLink, { personLinkId: phoneId, reason: 'Учётная запись удалена' }),
    );
    await when(personLinkCleanupSaga, card(archivedCard, erasedCard), around).thenEffects(
      send(RevokePersonLink, { personLinkId: phoneId, reason: 'Карточка удалена' }),
    );
  });
});

describe('R027 ContactItemsSaga', () => {
  const ofPhoneItem = { phoneNumberId: phoneId, personId };
  const ofEmailItem = { emailAddressId: emailId, personId };
  const gone = [ofPhone('PhoneNumberRemoved', {})];
  const happened = (...facts: readonly Fact[]) => stream(person, personId, ...facts);

  test('items know the cards that link to them before the caller has the answer', async () => {
    const withItems = created({ phoneIds: [phoneId], emailIds: [emailId] });
    await when(contactItemsSaga, happened(withItems), { streams: [phone(), email()] }).thenPromptly(
      send(LinkPhoneNumber, ofPhoneItem),
      send(LinkEmailAddress, ofEmailItem),
    );
    const attached = ofPerson('PersonPhoneAttached', { phoneId, primary: true });
    await when(contactItemsSaga, happened(created(), attached), { streams: [phone()] }).thenPromptly(send(LinkPhoneNumber, ofPhoneItem));
    const mail = ofPerson('PersonEmailAttached', { emailId, primary: true });
    await when(contactItemsSaga, happened(created(), mail), { streams: [email()] }).thenPromptly(send(LinkEmailAddress, ofEmailItem));
    await when(contactItemsSaga, happened(created(), ofPerson('PersonPhoneDetached', { phoneId })), { streams: [phone()] }).thenPromptly(
      send(UnlinkPhoneNumber, ofPhoneItem),
    );
    await when(contactItemsSaga, happened(created(), ofPerson('PersonEmailDetached', { emailId })), { streams: [email()] }).thenPromptly(
      send(UnlinkEmailAddress, ofEmailItem),
    );
  });

  test('an item that was removed at the moment in which it was attached leaves the card, whichever is seen first', async () => {
    const attached = ofPerson('PersonPhoneAttached', { phoneId, primary: true });
    await when(contactItemsSaga, happened(created(), attached), { streams: [phone(...gone)] }).thenPromptly(
      send(DetachPhone, { personId, phoneId }),
    );
    const rows = { persons_registry: [{ personId, phoneIds: phoneId, emailIds: emailId }] };
    await when(contactItemsSaga, phone(...gone), { rows }).thenEffects(send(DetachPhone, { personId, phoneId }));
    await when(contactItemsSaga, email(ofEmail('EmailAddressRemoved', {})), { rows }).thenEffects(send(DetachEmail, { personId, emailId }));
  });

  test('D27 items that were the person’s alone are erased with the person, others stay', async () => {
    const erased = happened(created(), archivedCard, erasedCard);
    const rows = {
      phone_items: [{ phoneNumberId: phoneId, links: personId }],
      email_items: [{ emailAddressId: emailId, links: personId }],
    };
    const linkedBy = (...ids: readonly string[]) => [
      phone(...ids.map((id) => ofPhone('PhoneNumberLinked', { personId: id }))),
      email(...ids.map((id) => ofEmail('EmailAddressLinked', { personId: id }))),
    ];
    await when(contactItemsSaga, erased, { rows, streams: linkedBy(personId) }).thenEffects(
      send(ErasePhoneNumber, { phoneNumberId: phoneId }),
      send(EraseEmailAddress, { emailAddressId: emailId }),
    );
    await when(contactItemsSaga, erased, { rows, streams: linkedBy(personId, viktor.userId) }).thenEffects(
      send(UnlinkPhoneNumber, ofPhoneItem),
      send(UnlinkEmailAddress, ofEmailItem),
    );
  });
});

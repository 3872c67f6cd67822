// @ts-nocheck
import { sharedErrors } from '@letopis/kernel';
import { given, issue, rows, stream, type Outcome } from '../../kernel/testing';
import {
  account,
  accepted,
  anna,
  archivedCard,
  boris,
  card,
  created,
  EMAIL,
  link,
  memberOf,
  ofPhone,
  personId,
  personLinkId,
  phone,
  phoneAdded,
  phoneId,
  registered,
  requested,
  romashka,
  viktor,
  world,
} from './persons.fixtures';
import { AddEmailAddress, emailAddress } from './contact-item/email-address';
import { AddPhoneNumber, phoneNumber, RemovePhoneNumber } from './contact-item/phone-number';
import { personErrors } from './errors';
import { AcceptPersonLink, CreatePersonLinkRequest, personLink } from './person-link/person-link';
import { AddPersonRelation, UpdatePerson } from './person/person.commands';
import { person } from './person/person';

/** §C.6; below the line, codes that the page does not name. PERSON_NOT_STAFF comes with the commands that name a responsible. */
const TABLE = `
| Code                      | HTTP | Message                                                        |
| ITEM_DUPLICATE            | 409  | Такое значение уже есть в справочнике                          |
| ITEM_IN_USE               | 409  | Элемент используется в карточках                               |
| PERSON_ARCHIVED           | 409  | Карточка в архиве                                              |
| LINK_USER_NOT_FOUND       | 422  | Пользователь с таким адресом не зарегистрирован                |
| LINK_USER_NOT_ACTIVE      | 422  | Пользователь не активировал учётную запись                     |
| LINK_PERSON_BUSY          | 409  | По этой карточке уже есть запрос или связь                     |
| LINK_USER_BUSY            | 409  | Пользователь уже связан с другой карточкой этой организации    |
| LINK_ALREADY_DECIDED      | 409  | Запрос уже обработан                                           |
| NOT_LINK_ADDRESSEE        | 403  | Решение принимает пользователь, которому отправлен запрос      |
| RELATION_TARGET_NOT_FOUND | 422  | Связываемая запись не найдена                                  |
| ------------------------- | ---- | -------------------------------------------------------------- |
| PHONE_INVALID             | 422  | Проверьте номер телефона                                       |
| ITEM_EMAIL_INVALID        | 422  | Проверьте адрес электронной почты                              |
| PERSON_FIELD_INVALID      | 422  | Проверьте поле «{field}»                                       |
`;

const ask = (...streams: readonly ReturnType<typeof card>[]) =>
  given(personLink)
    .and(...streams)
    .when(issue(CreatePersonLinkRequest, { personLinkId, organizationId: romashka, personId, userEmail: EMAIL[viktor.userId]! }), {
      actor: anna,
    });
const withoutViktor = world.filter(({ id }) => id !== viktor.userId);
const accept = (actor: typeof anna, state: 'created' | 'rejected', ...more: readonly ReturnType<typeof card>[]) =>
  given(personLink, ...link(state).facts)
    .and(...world, card(), memberOf(boris), ...more)
    .when(issue(AcceptPersonLink, { personLinkId }), { actor });
const addPhone = (value: string, ...streams: readonly ReturnType<typeof card>[]) =>
  given(phoneNumber)
    .and(...world, ...streams)
    .when(issue(AddPhoneNumber, { phoneNumberId: personId, organizationId: romashka, value }), { actor: anna });

const PROVOKED: Readonly<Record<string, () => Outcome<unknown>>> = {
  ITEM_DUPLICATE: () => addPhone('89161234567', phone()),
  ITEM_IN_USE: () =>
    given(phoneNumber, phoneAdded, ofPhone('PhoneNumberLinked', { personId }))
      .and(...world)
      .when(issue(RemovePhoneNumber, { phoneNumberId: phoneId }), { actor: anna }),
  PERSON_ARCHIVED: () => ask(...world, card(archivedCard)),
  LINK_USER_NOT_FOUND: () => ask(...withoutViktor, card()),
  LINK_USER_NOT_ACTIVE: () => ask(...withoutViktor, registered(viktor), card()),
  LINK_PERSON_BUSY: () => ask(...world, card(), stream(personLink, phoneId, requested)),
  LINK_USER_BUSY: () =>
    ask(...world, card(), stream(personLink, phoneId, { ...requested, data: { ...requested.data, personId: phoneId } }, accepted)),
  LINK_ALREADY_DECIDED: () => accept(viktor, 'rejected'),
  NOT_LINK_ADDRESSEE: () => accept(boris, 'created'),
  RELATION_TARGET_NOT_FOUND: () =>
    given(person, created())
      .and(...world, account(boris))
      .when(issue(AddPersonRelation, { personId, target: { type: 'person', id: phoneId }, role: 'Брат' }), { actor: anna }),
  PHONE_INVALID: () => addPhone('звоните'),
  ITEM_EMAIL_INVALID: () =>
    given(emailAddress)
      .and(...world)
      .when(issue(AddEmailAddress, { organizationId: romashka, value: 'a@mail..ru' }), { actor: anna }),
  PERSON_FIELD_INVALID: () =>
    given(person, created())
      .and(...world)
      .when(issue(UpdatePerson, { personId, inn: '1' }), { actor: anna }),
};

describe('Refusals of persons', () => {
  test.each(rows(TABLE).map((row) => [row.Code!, row] as const))('%s: its status, its text, and what provokes it', (code, row) => {
    const entry = personErrors.entries[code as keyof typeof personErrors.entries];
    expect({ status: String(entry.status), ru: entry.ru }).toEqual({ status: row.HTTP, ru: row.Message });
    expect(PROVOKED[code]!().result.refused).toBe(code);
  });

  test('the table names every code of the catalogue', () => {
    const own = Object.keys(personErrors.entries).filter((code) => !(code in sharedErrors.entries));
    expect(
      rows(TABLE)
        .map(({ Code }) => Code!)
        .sort(),
    ).toEqual(own.sort());
  });
});

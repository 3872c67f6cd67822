import { derivedId, ERASED, type Definition, type UserActor } from '@letopis/kernel';
import { roster } from '@letopis/contexts/identity';
import { facts, given, isAsTold, issue, rows, stateTable, stream, type Fact } from '../../kernel/testing';
import { actors, anna, lena, oleg, people, romashka, staffIdOf, works } from './crm.fixtures';
import { openDealsOf } from './client';
import * as company from './company/company';
import { contact } from './contact/contact';
import * as contacts from './contact/contact.commands';
import type { ContactEvents } from './contact/contact.events';
import { crmErrors } from './errors';
import { companies, contacts as contactsRegistry } from './projections/clients';

const contactId = derivedId('contact', 'petr');
const companyId = derivedId('company', 'lutik');
const ofContact = facts<ContactEvents>();
const ofCompany = facts<company.CompanyEvents>();

const petr = (more: Partial<ContactEvents['ContactCreated']> = {}): Fact =>
  ofContact('ContactCreated', {
    organizationId: romashka,
    name: 'Пётр',
    phones: ['+79161234567'],
    emails: ['petr@mail.ru'],
    messengers: [],
    addresses: [],
    interests: [],
    responsibleStaffId: staffIdOf(lena),
    createdFrom: 'user',
    shared: [],
    ...more,
  });
const lutik = (more: Partial<company.CompanyEvents['CompanyCreated']> = {}): Fact =>
  ofCompany('CompanyCreated', {
    organizationId: romashka,
    name: 'Лютик',
    phones: [],
    emails: ['lutik@mail.ru'],
    addresses: [],
    interests: [],
    responsibleStaffId: staffIdOf(lena),
    shared: [],
    ...more,
  });

const world = [...people, stream(roster, openDealsOf('contact', contactId))];

interface Specified {
  readonly definition: Definition<{ readonly status: string }>;
  readonly id: string;
  readonly states: Readonly<Record<string, readonly Fact[]>>;
  readonly prefix: 'Contact' | 'Company';
  readonly commands: Readonly<Record<string, object>>;
}

const SPECIFIED: Readonly<Record<string, Specified>> = {
  Contact: {
    definition: contact,
    id: contactId,
    states: { none: [], active: [petr()], archived: [petr(), ofContact('ContactArchived', {})] },
    prefix: 'Contact',
    commands: {
      Create: issue(contacts.CreateContact, { contactId, organizationId: romashka, name: 'Пётр' }),
      Update: issue(contacts.UpdateContact, { contactId, name: 'Пётр Иванович' }),
      Assign: issue(contacts.AssignContactResponsible, { contactId, staffId: staffIdOf(oleg) }),
      Archive: issue(contacts.ArchiveContact, { contactId }),
      Erase: issue(contacts.EraseContact, { contactId }),
    },
  },
  Company: {
    definition: company.company,
    id: companyId,
    states: { none: [], active: [lutik()], archived: [lutik(), ofCompany('CompanyArchived', {})] },
    prefix: 'Company',
    commands: {
      Create: issue(company.CreateCompany, { companyId, organizationId: romashka, name: 'Лютик' }),
      Update: issue(company.UpdateCompany, { companyId, name: 'Лютик и партнёры' }),
      Assign: issue(company.AssignCompanyResponsible, { companyId, staffId: staffIdOf(oleg) }),
      Archive: issue(company.ArchiveCompany, { companyId }),
    },
  },
};

describe.each(Object.entries(SPECIFIED))('%s (E.1), by its tables', (_, { definition, id, states, prefix, commands }) => {
  const TABLE = `
  | State    | Create                       | Update                    | Assign                                | Archive                        |
  | none     | → active / ${prefix}Created  | NOT_FOUND                 | NOT_FOUND                             | NOT_FOUND                      |
  | active   | ALREADY_EXISTS               | same / ${prefix}Updated   | same / ${prefix}ResponsibleAssigned   | → archived / ${prefix}Archived |
  | archived | ALREADY_EXISTS               | —                         | —                                     | no-op                          |
  `;
  const BY = `
  | Command | anonymous         | anna  | lena  | oleg      | viktor    | stranger  | system    |
  | Create  | NOT_AUTHENTICATED | allow | allow | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
  | Update  | NOT_AUTHENTICATED | allow | allow | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
  | Assign  | NOT_AUTHENTICATED | allow | allow | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
  | Archive | NOT_AUTHENTICATED | allow | allow | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
  `;

  test.each(stateTable(TABLE, { dash: 'CLIENT_ARCHIVED' }))('R094 $state: $asked $becomes', (cell) => {
    const outcome = given(definition, ...states[cell.state]!)
      .and(...world)
      .when(commands[cell.asked]!, { actor: anna, id });
    isAsTold(cell, outcome);
  });

  test.each(rows(BY).map((row) => [row.Command!, row] as const))('R061 who may %s', (name, { Command: __, ...verdicts }) => {
    const facts = name === 'Create' ? [] : states.active!;
    const judged = Object.entries(actors).map(([who, actor]) => [
      who,
      given(definition, ...facts)
        .and(...world)
        .when(commands[name]!, { actor, id }).verdict,
    ]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });

  test('the tables name every command', () => expect(Object.keys(commands)).toHaveLength(Object.keys(definition.commands).length));
});

describe('Erasing a contact (E.1, 0.12)', () => {
  const { states, commands } = SPECIFIED.Contact!;
  const all = { ...states, erased: [...states.archived!, ofContact('ContactErased', {})] };
  const TABLE = `
  | State    | Create         | Update    | Assign    | Archive                     | Erase                     |
  | none     | → active / ContactCreated | NOT_FOUND | NOT_FOUND | NOT_FOUND        | NOT_FOUND                 |
  | active   | ALREADY_EXISTS | same / ContactUpdated | same / ContactResponsibleAssigned | → archived / ContactArchived | INVALID_STATE |
  | archived | ALREADY_EXISTS | —         | —         | no-op                       | → erased / ContactErased  |
  | erased   | ALREADY_EXISTS | —         | —         | no-op                       | no-op                     |
  `;
  test.each(stateTable(TABLE, { dash: 'CLIENT_ARCHIVED' }))('$state: $asked $becomes', (cell) => {
    const outcome = given(contact, ...all[cell.state as keyof typeof all]!)
      .and(...world)
      .when(commands[cell.asked]!, { actor: anna, id: contactId });
    isAsTold(cell, outcome);
  });

  test('administrators may, nobody else', () => {
    const judged = Object.entries(actors).map(([who, actor]) => {
      const asked = given(contact, ...states.archived!).and(...world);
      return [who, asked.when(commands.Erase!, { actor, id: contactId }).verdict];
    });
    expect(Object.fromEntries(judged)).toEqual({
      anonymous: 'NOT_AUTHENTICATED',
      anna: 'allow',
      lena: 'FORBIDDEN',
      oleg: 'FORBIDDEN',
      viktor: 'FORBIDDEN',
      stranger: 'NOT_FOUND',
      system: 'FORBIDDEN',
    });
  });

  test('its key is destroyed, it holds no phone or address any more, and rows tell only that there was a card', () => {
    expect(contact.erases.ContactErased!({}, contactId)).toBe(`contact:${contactId}`);
    const { after } = given(contact, ...states.archived!)
      .and(...world)
      .when(commands.Erase!, { actor: anna, id: contactId });
    expect(after).toMatchObject({ name: ERASED, phones: [], emails: [], organizationId: romashka });
    expect(contact.keys(after, contactId)).toEqual([]);
    given(contactsRegistry, stream(contact, contactId, ...all.erased)).thenDocument(
      contactId,
      expect.objectContaining({ name: ERASED, status: 'erased', phones: [], phoneForms: [] }) as object,
    );
  });
});

const other = derivedId('contact', 'other');
const creating = (more: Partial<contacts.CreateContact> = {}, actor: UserActor = lena) =>
  given(contact)
    .and(...world, stream(contact, other, petr()), stream(company.company, companyId, lutik()))
    .when(issue(contacts.CreateContact, { contactId, organizationId: romashka, name: 'Пётр', ...more }), { actor });
const updating = (more: Partial<contacts.UpdateContact>, facts: readonly Fact[] = [petr()], actor: UserActor = lena) =>
  given(contact, ...facts)
    .and(...world, stream(contact, other, petr({ emails: ['other@mail.ru'], phones: [] })))
    .when(issue(contacts.UpdateContact, { contactId, ...more }), { actor });
const inCompany = (more: Partial<company.CreateCompany>) =>
  given(company.company)
    .and(...world, stream(company.company, derivedId('c2'), lutik()))
    .when(issue(company.CreateCompany, { companyId, organizationId: romashka, name: 'Лютик', ...more }), { actor: lena });

describe('E.11 Errors of clients', () => {
  const busy = stream(roster, openDealsOf('contact', contactId), { type: 'RosterEntered', data: { memberId: derivedId('deal') } });
  const archive = given(contact, petr())
    .and(...world.slice(0, -1), busy)
    .when(issue(contacts.ArchiveContact, { contactId }), { actor: anna });

  test.each([
    [
      'CLIENT_DUPLICATE',
      'Похожий клиент уже есть',
      [
        creating({ emails: ['PETR@mail.ru'] }),
        creating({ phones: ['8 916 123-45-67'] }),
        updating({ emails: ['other@mail.ru'] }),
        inCompany({ emails: ['lutik@mail.ru'] }),
      ],
    ],
    ['CLIENT_ARCHIVED', 'Карточка клиента в архиве', [updating({ name: 'x' }, [petr(), ofContact('ContactArchived', {})])]],
    ['CLIENT_HAS_OPEN_DEALS', 'У клиента есть открытые сделки', [archive]],
    [
      'CLIENT_FIELD_INVALID',
      undefined,
      [
        creating({ birthDate: '1899-12-31' }),
        creating({ birthDate: '2030-01-01' }),
        creating({ timeZone: 'Mars' }),
        creating({ name: '  ' }),
        inCompany({ inn: '123' }),
        inCompany({ kpp: 'x' }),
      ],
    ],
    ['PHONE_INVALID', undefined, [creating({ phones: ['телефон'] })]],
    ['EMAIL_INVALID', undefined, [creating({ emails: ['x@y'] })]],
    ['NOT_FOUND', undefined, [creating({ responsibleStaffId: derivedId('nobody') })]],
    [
      'STAFF_NOT_ACTIVE',
      undefined,
      [
        given(contact)
          .and(...world.filter(({ id }) => id !== staffIdOf(oleg)), works(oleg, { type: 'StaffMemberBlocked', data: {} }))
          .when(issue(contacts.CreateContact, { contactId, organizationId: romashka, name: 'x', responsibleStaffId: staffIdOf(oleg) }), {
            actor: lena,
          }),
      ],
    ],
  ] as const)('R061 %s', (code, ru, outcomes) => {
    for (const outcome of outcomes) expect(outcome.result.refused).toBe(code);
    if (ru) expect(crmErrors.entries[code].ru).toBe(ru);
  });

  test('D54 a duplicate names the card that is there, and may be made knowingly', () => {
    creating({ emails: ['petr@mail.ru'] }).thenRefused('CLIENT_DUPLICATE', { clientId: other });
    const made = creating({ emails: ['petr@mail.ru'], allowDuplicate: true });
    expect(made.result.events[0]!.data).toMatchObject({ shared: ['petr@mail.ru'] });
    // The address stays the key of the first card: whoever writes from it is found there.
    expect(contact.keys(made.after, contactId)).toEqual([]);
    // And is no news when the card is changed.
    expect(
      updating({ emails: ['other@mail.ru'], name: 'x' }, [petr({ emails: ['other@mail.ru'], shared: ['other@mail.ru'] })]).result.refused,
    ).toBeUndefined();
  });
});

describe('E.1 What a card keeps', () => {
  test('numbers and addresses in their normal forms, each once, and who made it is responsible', () => {
    const { data } = creating({ phones: ['8 (916) 000-00-00', '+79160000000'], emails: [' A@mail.ru '], interests: ['Окна', 'окна'] })
      .result.events[0]!;
    expect(data).toMatchObject({
      phones: ['+79160000000'],
      emails: ['A@mail.ru'],
      interests: ['окна'],
      responsibleStaffId: staffIdOf(lena),
    });
  });

  test('R094 cards in full', () => {
    const addresses = [{ addressId: derivedId('a'), kind: 'postal', text: 'Москва' }] as const;
    const common = { phones: ['+79160000000'], emails: ['a@mail.ru'], addresses: [...addresses], interests: ['окна'] };
    const ofPerson = {
      ...common,
      messengers: [{ kind: 'telegram', value: '@petr' } as const],
      birthDate: '1980-05-17',
      language: 'en',
      timeZone: 'Asia/Omsk',
      source: 'выставка',
    };
    expect(creating({ ...ofPerson, createdFrom: 'import' }).result.events).toMatchObject([
      { data: { ...ofPerson, createdFrom: 'import' } },
    ]);
    const ofFirm = { ...common, inn: '7707083893', kpp: '770701001', industry: 'Окна', foundedOn: '1991-01-01' };
    expect(inCompany(ofFirm).result.events).toMatchObject([{ data: ofFirm }]);
    expect(updating({ ...ofPerson, name: 'Пётр Первый' }).after).toMatchObject({ ...ofPerson, name: 'Пётр Первый' });
  });

  test('R061 others’ cards are edited by the right to edit all', () => {
    updating({ name: 'x' }, [petr({ responsibleStaffId: staffIdOf(oleg) })]).isRefused('FORBIDDEN');
    updating({ name: 'x' }, [petr({ responsibleStaffId: staffIdOf(oleg) })], anna).isAllowed();
  });

  test('what is the same is no change; an empty list takes away', () => {
    updating({ name: 'Пётр' }).thenNothing();
    updating({ phones: [] }).then(ofContact('ContactUpdated', { changes: { phones: { from: ['+79161234567'], to: [] } }, shared: [] }));
  });

  test('of a card whose key is destroyed nothing is left but that there was one', () => {
    const erased = petr({ name: ERASED, phones: ERASED as never, emails: ERASED as never });
    given(contactsRegistry, stream(contact, contactId, erased)).thenDocument(
      contactId,
      expect.objectContaining({ name: ERASED, emails: ERASED, phoneForms: [] }) as object,
    );
    updating({ source: 'x' }, [erased], anna).then(ofContact('ContactUpdated', { changes: { source: { to: 'x' } }, shared: [] }));
  });

  test('R094 registries show the card with who is responsible', () => {
    given(companies, works(lena), stream(company.company, companyId, lutik(), ofCompany('CompanyArchived', {}))).thenDocument(
      companyId,
      expect.objectContaining({ name: 'Лютик', status: 'archived', responsibleName: 'x@romashka.ru' }) as object,
    );
  });
});

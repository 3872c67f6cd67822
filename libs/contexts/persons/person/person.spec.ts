import { after, type Actor } from '@letopis/kernel';
import fc from 'fast-check';
import { given, isAsTold, issue, NOW, play, rows, stateTable, stream, type Fact } from '../../../kernel/testing';
import {
  actors,
  anna,
  archivedCard,
  boris,
  CARDS,
  created,
  elsewhere,
  email,
  emailId,
  erasedCard,
  link,
  memberOf,
  NAME,
  ofPerson,
  ofPhone,
  personId,
  personLinkId,
  phone,
  phoneAdded,
  phoneId,
  romashka,
  sagas,
  suspended,
  viktor,
  world,
} from '../persons.fixtures';
import { phoneNumber } from '../contact-item/phone-number';
import * as commands from './person.commands';
import { person } from './person';

const of = { personId };
const relationId = personLinkId;
const contract = { type: 'contract' as const, id: 'Д-17/2026' };

/** §C.2 */
const TABLE = `
| State    | CreatePerson            | UpdatePerson         | AttachPhone                | DetachPhone     | AttachEmail                | DetachEmail     |
| none     | → active / PersonCreated | NOT_FOUND            | NOT_FOUND                  | NOT_FOUND       | NOT_FOUND                  | NOT_FOUND       |
| active   | ALREADY_EXISTS          | same / PersonUpdated | same / PersonPhoneAttached | no-op           | same / PersonEmailAttached | no-op           |
| archived | ALREADY_EXISTS          | PERSON_ARCHIVED      | PERSON_ARCHIVED            | PERSON_ARCHIVED | PERSON_ARCHIVED            | PERSON_ARCHIVED |
| erased   | ALREADY_EXISTS          | PERSON_ARCHIVED      | PERSON_ARCHIVED            | PERSON_ARCHIVED | PERSON_ARCHIVED            | PERSON_ARCHIVED |
`;
const TABLE_OF_STATUS = `
| State    | AddPersonRelation          | RemovePersonRelation | BindUserToPerson         | UnbindUserFromPerson | ArchivePerson              | RestorePerson             | ErasePerson            |
| none     | NOT_FOUND                  | NOT_FOUND            | NOT_FOUND                | no-op                | NOT_FOUND                  | NOT_FOUND                 | NOT_FOUND              |
| active   | same / PersonRelationAdded | no-op                | same / UserBoundToPerson | no-op                | → archived / PersonArchived | no-op                     | INVALID_STATE          |
| archived | PERSON_ARCHIVED            | PERSON_ARCHIVED      | PERSON_ARCHIVED          | no-op                | no-op                      | → active / PersonRestored | → erased / PersonErased |
| erased   | PERSON_ARCHIVED            | PERSON_ARCHIVED      | PERSON_ARCHIVED          | no-op                | PERSON_ARCHIVED            | PERSON_ARCHIVED           | no-op                  |
`;
const COMMANDS: Readonly<Record<string, object>> = {
  CreatePerson: issue(commands.CreatePerson, { ...of, organizationId: romashka, name: NAME }),
  UpdatePerson: issue(commands.UpdatePerson, { ...of, position: 'Менеджер' }),
  AttachPhone: issue(commands.AttachPhone, { ...of, phoneId }),
  DetachPhone: issue(commands.DetachPhone, { ...of, phoneId }),
  AttachEmail: issue(commands.AttachEmail, { ...of, emailId }),
  DetachEmail: issue(commands.DetachEmail, { ...of, emailId }),
  AddPersonRelation: issue(commands.AddPersonRelation, { ...of, relationId, target: contract, role: 'Подписант' }),
  RemovePersonRelation: issue(commands.RemovePersonRelation, { ...of, relationId }),
  BindUserToPerson: issue(commands.BindUserToPerson, { ...of, userId: viktor.userId, personLinkId }),
  UnbindUserFromPerson: issue(commands.UnbindUserFromPerson, { ...of, personLinkId, reason: 'Ушёл' }),
  ArchivePerson: issue(commands.ArchivePerson, of),
  RestorePerson: issue(commands.RestorePerson, of),
  ErasePerson: issue(commands.ErasePerson, of),
};
const SYSTEM = ['BindUserToPerson', 'UnbindUserFromPerson'];
const others = [...world, phone(), email(), link('none')];

describe('R026 Person card, by its state table', () => {
  test.each([TABLE, TABLE_OF_STATUS].flatMap((table) => stateTable(table, { dash: '' })))('$state: $asked $becomes', (cell) => {
    isAsTold(
      cell,
      given(person, ...CARDS[cell.state]!)
        .and(...others)
        .when(COMMANDS[cell.asked]!, { actor: SYSTEM.includes(cell.asked) ? sagas : anna }),
    );
  });

  test('the table names every command', () => expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(person.commands).sort()));

  /** §C.2 «By»: Anna administers Romashka, Boris works there without rights; Viktor and Olga are nobody there. */
  const BY = `
| Command              | anonymous         | anna      | boris     | viktor    | olga      | system    |
| CreatePerson         | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| UpdatePerson         | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| AttachPhone          | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| DetachPhone          | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | allow     |
| AttachEmail          | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| DetachEmail          | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | allow     |
| AddPersonRelation    | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | allow     |
| RemovePersonRelation | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | allow     |
| BindUserToPerson     | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| UnbindUserFromPerson | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| ArchivePerson        | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| RestorePerson        | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| ErasePerson          | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
`;
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('R016 who may: %s', (name, { Command: _, ...verdicts }) => {
    const state = given(person, created()).and(...others, memberOf(boris));
    const judged = Object.entries(actors).map(([who, actor]) => [who, state.when(COMMANDS[name]!, { actor }).verdict]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });

  test('nobody works in a suspended organization', () =>
    given(person, created())
      .and(suspended, memberOf(anna))
      .when(COMMANDS.UpdatePerson!, { actor: anna })
      .thenRefused('ORGANIZATION_SUSPENDED'));
});

const create = (fields: Partial<commands.CreatePerson>) =>
  given(person)
    .and(...others)
    .when(issue(commands.CreatePerson, { ...of, organizationId: romashka, name: NAME, ...fields }), { actor: anna });

describe('R024 What a card holds', () => {
  test('the name in its normal form, and everything else that was given', () => {
    create({
      name: { lastName: ' Иванов ', firstName: 'Виктор', middleName: ' ' },
      birthDate: '1990-05-17',
      inn: ' 500100732259 ',
      snils: '112-233-445 95',
      employment: 'employee',
    }).then(
      created({
        name: { lastName: 'Иванов', firstName: 'Виктор' },
        birthDate: '1990-05-17',
        inn: '500100732259',
        snils: '11223344595',
        employment: 'employee',
      }),
    );
  });

  test.each([
    ['lastName', { name: { lastName: 'Иванов2', firstName: 'Виктор' } }],
    ['firstName', { name: { lastName: 'Иванов', firstName: '!' } }],
    ['middleName', { name: { ...NAME, middleName: '7' } }],
    ['birthDate', { birthDate: '1899-12-31' }],
    ['birthDate', { birthDate: NOW.slice(0, 10) }],
    ['birthDate', { birthDate: after(NOW, { days: 1 }).slice(0, 10) }],
    ['inn', { inn: '500100732258' }],
    ['inn', { inn: '7707083893' }],
    ['snils', { snils: '112-233-445 96' }],
    ['primaryPhoneId', { phoneIds: [phoneId], primaryPhoneId: emailId }],
    ['primaryEmailId', { primaryEmailId: emailId }],
  ])('a wrong %s is refused by its name', (field, fields) => create(fields).thenRefused('PERSON_FIELD_INVALID', { field }));

  test('R027 phones and addresses must be there, and of this organization; the first is the primary one unless another is named', () => {
    create({ phoneIds: [phoneId, phoneId], emailIds: [emailId] }).then(
      created({ phoneIds: [phoneId], emailIds: [emailId], primaryPhoneId: phoneId, primaryEmailId: emailId }),
    );
    create({ phoneIds: [viktor.userId] }).thenRefused('NOT_FOUND');
    create({ emailIds: [phoneId] }).thenRefused('NOT_FOUND');
    const foreign = { ...phoneAdded, data: { ...phoneAdded.data, organizationId: elsewhere } };
    const gone = ofPhone('PhoneNumberRemoved', {});
    for (const facts of [[foreign], [phoneAdded, gone]] as Fact[][])
      given(person)
        .and(...world, stream(phoneNumber, phoneId, ...facts))
        .when(issue(commands.CreatePerson, { ...of, organizationId: romashka, name: NAME, phoneIds: [phoneId] }), { actor: anna })
        .thenRefused('NOT_FOUND');
  });

  test('changes tell what was and what is; the same again is none, and an empty text takes a field away', () => {
    const update = (fields: Partial<commands.UpdatePerson>, ...facts: readonly Fact[]) =>
      given(person, created({ position: 'Менеджер' }), ...facts)
        .and(...others)
        .when(issue(commands.UpdatePerson, { ...of, ...fields }), { actor: anna });
    update({ position: 'Менеджер', name: { ...NAME } }).thenNothing();
    update({ position: '' }).then(ofPerson('PersonUpdated', { changes: { position: { from: 'Менеджер' } } }));
    update({ name: { lastName: 'Петров', firstName: 'Виктор' } }).then(
      ofPerson('PersonUpdated', { changes: { name: { from: NAME, to: { lastName: 'Петров', firstName: 'Виктор' } } } }),
    );
    update({ birthDate: '1800-01-01' }).thenRefused('PERSON_FIELD_INVALID');
  });

  test('attaching: the first is primary, another on request, and when the primary one goes the next takes its place', () => {
    const attached = (phone: string, primary: boolean) => ofPerson('PersonPhoneAttached', { phoneId: phone, primary });
    const attach = (primary: boolean | undefined, ...facts: readonly Fact[]) =>
      given(person, created(), ...facts)
        .and(...others)
        .when(issue(commands.AttachPhone, { ...of, phoneId, primary }), { actor: anna });
    attach(undefined).then(attached(phoneId, true));
    attach(undefined, attached(emailId, true)).then(attached(phoneId, false));
    attach(true, attached(emailId, true), attached(phoneId, false)).then(attached(phoneId, true));
    attach(undefined, attached(phoneId, true)).thenNothing();
    const { after: state } = given(person, created(), attached(phoneId, true), attached(emailId, false))
      .and(...others)
      .when(COMMANDS.DetachPhone!, { actor: anna });
    expect(state.phones).toEqual({ ids: [emailId], primary: emailId });
  });

  test('R027 an address is let go of once: by people from a card in use, by the product from any', () => {
    const attached = ofPerson('PersonEmailAttached', { emailId, primary: true });
    const detached = ofPerson('PersonEmailDetached', { emailId });
    const detach = (actor: Actor, ...facts: readonly Fact[]) =>
      given(person, created(), ...facts)
        .and(...others)
        .when(COMMANDS.DetachEmail!, { actor });
    const archived = ofPerson('PersonArchived', {});
    detach(anna, attached).then(detached);
    detach(anna, attached, detached).thenNothing();
    detach(anna, attached, archived).thenRefused('PERSON_ARCHIVED');
    detach(sagas, attached, archived).then(detached);
  });

  test('R025 it is related to papers by their numbers, and to records that are there', () => {
    const relate = (target: commands.RelationTargetText, ...facts: readonly Fact[]) =>
      given(person, created(), ...facts)
        .and(...others, stream(person, viktor.userId, created()), stream(person, elsewhere, created({ organizationId: elsewhere })))
        .when(issue(commands.AddPersonRelation, { ...of, relationId, target, role: 'Подписант' }), { actor: anna });
    const added = (target: typeof contract | { type: 'person' | 'organization'; id: string }) =>
      ofPerson('PersonRelationAdded', { relationId, target, role: 'Подписант' });
    relate(contract).then(added(contract));
    relate({ type: 'person', id: viktor.userId }).then(added({ type: 'person', id: viktor.userId }));
    relate({ type: 'organization', id: romashka }).then(added({ type: 'organization', id: romashka }));
    for (const target of [
      { type: 'person' as const, id: elsewhere },
      { type: 'person' as const, id: phoneId },
      { type: 'organization' as const, id: elsewhere },
      { type: 'deal' as const, id: phoneId },
    ])
      relate(target).thenRefused('RELATION_TARGET_NOT_FOUND');
    relate(contract, added(contract)).thenRefused('ALREADY_EXISTS');
  });

  test('R028 a user is bound once by a link, and unbound by that link alone, also from the archive', () => {
    const bound = ofPerson('UserBoundToPerson', { userId: viktor.userId, personLinkId });
    const unbound = ofPerson('UserUnboundFromPerson', { userId: viktor.userId, reason: 'Ушёл' });
    given(person, created(), bound).when(COMMANDS.BindUserToPerson!, { actor: sagas }).thenNothing();
    given(person, created(), bound, archivedCard).when(COMMANDS.UnbindUserFromPerson!, { actor: sagas }).then(unbound);
    const other = issue(commands.UnbindUserFromPerson, { ...of, personLinkId: phoneId, reason: 'x' });
    given(person, created(), bound).when(other, { actor: sagas }).thenNothing();
  });

  test('R031 while a link request is open the card stays out of the archive', () => {
    const archive = (state: 'created' | 'accepted' | 'rejected' | 'cancelled' | 'revoked') =>
      given(person, created())
        .and(...world, link(state))
        .when(COMMANDS.ArchivePerson!, { actor: anna });
    archive('created').thenRefused('LINK_PERSON_BUSY');
    for (const state of ['accepted', 'rejected', 'cancelled', 'revoked'] as const) archive(state).then(archivedCard);
  });

  test('D27 of an erased card nothing is left but where it was', () => {
    const { after: state } = given(person, created({ note: 'x' }), archivedCard)
      .and(...others)
      .when(COMMANDS.ErasePerson!, { actor: anna });
    expect(state).toEqual({ ...person.initialState, status: 'erased', organizationId: romashka });
    // Read again, what its events told of it cannot be opened: the fold still holds.
    const unreadable = created({ name: 'Данные удалены' as never, note: 'Данные удалены' });
    const changes = ofPerson('PersonUpdated', { changes: 'Данные удалены' as never });
    given(person, unreadable, changes, archivedCard, erasedCard)
      .and(...others)
      .when(COMMANDS.ErasePerson!, { actor: anna })
      .thenNothing();
  });
});

describe('Whatever is asked in whatever order', () => {
  const ALLOWED = ['none active', 'active archived', 'archived active', 'archived erased'];
  const step = fc
    .tuple(fc.constantFrom(...Object.values(COMMANDS)), fc.constantFrom<Actor>(anna, boris, sagas))
    .map(([command, actor]) => ({ command, circumstances: { actor } }));

  test('only the transitions of the state table happen, a refusal changes nothing, and the primary item is one of the card', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        for (const { before, after, refused } of play(person, steps, { id: personId, others })) {
          if (before.status !== after.status) expect(ALLOWED).toContain(`${before.status} ${after.status}`);
          if (refused !== undefined) expect(after).toEqual(before);
          for (const { ids, primary } of [after.phones, after.emails]) {
            expect(new Set(ids).size).toBe(ids.length);
            expect(primary === undefined ? ids.length === 0 : ids.includes(primary)).toBe(true);
          }
        }
      }),
    );
  });

  test('its records belong to the organization', () =>
    expect(person.organizationId({ ...person.initialState, organizationId: romashka }, personId)).toBe(romashka));
});

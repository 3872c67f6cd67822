// @ts-nocheck
import { given, isAsTold, issue, rows, stateTable, stream, type Fact } from '../../../kernel/testing';
import {
  actors,
  anna,
  boris,
  emailAdded,
  emailId,
  memberOf,
  ofEmail,
  ofPhone,
  personId,
  phoneAdded,
  phoneId,
  romashka,
  sagas,
  world,
} from '../persons.fixtures';
import * as emails from './email-address';
import * as phones from './phone-number';

const { phoneNumber } = phones;
const { emailAddress } = emails;
const of = { phoneNumberId: phoneId };
const ofAddress = { emailAddressId: emailId };

/** §C.1: an item is there, is linked by cards, and goes when none links it; erased with the person whose alone it was. */
const TABLE = `
| State   | Add            | Update        | Remove              | Link          | Unlink | Erase             |
| none    | → active / Added| NOT_FOUND     | NOT_FOUND           | no-op         | no-op  | no-op             |
| active  | ALREADY_EXISTS | same / Updated | → removed / Removed | same / Linked | no-op  | → erased / Erased |
| removed | ALREADY_EXISTS | NOT_FOUND     | no-op               | no-op         | no-op  | → erased / Erased |
| erased  | ALREADY_EXISTS | NOT_FOUND     | NOT_FOUND           | no-op         | no-op  | no-op             |
`;

const PHONES = {
  definition: phoneNumber,
  states: {
    none: [],
    active: [phoneAdded],
    removed: [phoneAdded, ofPhone('PhoneNumberRemoved', {})],
    erased: [phoneAdded, ofPhone('PhoneNumberErased', {})],
  } as Record<string, readonly Fact[]>,
  commands: {
    Add: issue(phones.AddPhoneNumber, { ...of, organizationId: romashka, value: '+7 916 123-45-67' }),
    Update: issue(phones.UpdatePhoneNumber, { ...of, comment: 'Только утром' }),
    Remove: issue(phones.RemovePhoneNumber, of),
    Link: issue(phones.LinkPhoneNumber, { ...of, personId }),
    Unlink: issue(phones.UnlinkPhoneNumber, { ...of, personId }),
    Erase: issue(phones.ErasePhoneNumber, of),
  } as Record<string, object>,
  prefix: 'PhoneNumber',
};
const EMAILS = {
  definition: emailAddress,
  states: {
    none: [],
    active: [emailAdded],
    removed: [emailAdded, ofEmail('EmailAddressRemoved', {})],
    erased: [emailAdded, ofEmail('EmailAddressErased', {})],
  } as Record<string, readonly Fact[]>,
  commands: {
    Add: issue(emails.AddEmailAddress, { ...ofAddress, organizationId: romashka, value: 'ivanov@mail.ru' }),
    Update: issue(emails.UpdateEmailAddress, { ...ofAddress, comment: 'Только утром' }),
    Remove: issue(emails.RemoveEmailAddress, ofAddress),
    Link: issue(emails.LinkEmailAddress, { ...ofAddress, personId }),
    Unlink: issue(emails.UnlinkEmailAddress, { ...ofAddress, personId }),
    Erase: issue(emails.EraseEmailAddress, ofAddress),
  } as Record<string, object>,
  prefix: 'EmailAddress',
};
const SYSTEM = ['Link', 'Unlink', 'Erase'];

describe.each([PHONES, EMAILS])('R027 $prefix, by its state table', ({ definition, states, commands, prefix }) => {
  const cells = stateTable(TABLE, { dash: '' }).map((cell) => ({ ...cell, events: cell.events?.map((name) => `${prefix}${name}`) }));

  test.each(cells)('$state: $asked $becomes', (cell) => {
    const actor = SYSTEM.includes(cell.asked) ? sagas : anna;
    isAsTold(
      cell,
      given(definition, ...states[cell.state]!)
        .and(...world)
        .when(commands[cell.asked]!, { actor }),
    );
  });

  test('the table names every command', () =>
    expect(
      Object.values(commands)
        .map((command) => command.constructor.name)
        .sort(),
    ).toEqual(Object.keys(definition.commands).sort()));

  /** §C.1 «By»: Anna administers Romashka, Boris works there; to all others the items are not there. */
  const BY = `
| Command | anonymous         | anna      | boris     | viktor    | olga      | system    |
| Add     | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| Update  | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| Remove  | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| Link    | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| Unlink  | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| Erase   | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
`;
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('R016 who may: %s', (name, { Command: _, ...verdicts }) => {
    const state = given(definition, ...states.active!).and(...world, memberOf(boris));
    const judged = Object.entries(actors).map(([who, actor]) => [who, state.when(commands[name]!, { actor }).verdict]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });

  test('a value is in the directory of an organization once, and free again when its item goes', () => {
    const other = (...facts: readonly Fact[]) =>
      given(definition)
        .and(...world, stream(definition, personId, ...facts))
        .when(commands.Add!, { actor: anna });
    other(...states.active!).thenRefused('ITEM_DUPLICATE', { itemId: personId });
    expect(other(...states.removed!).result.refused).toBeUndefined();
    expect(other(...states.erased!).result.refused).toBeUndefined();
    const [added] = states.active!;
    const foreign = { ...added!, data: { ...(added!.data as object), organizationId: personId } };
    expect(other(foreign).result.refused).toBeUndefined();
  });

  test('an item that a card links to stays', () => {
    const linked = { type: `${prefix}Linked`, data: { personId } };
    const unlinked = { type: `${prefix}Unlinked`, data: { personId } };
    const state = (...more: readonly Fact[]) => given(definition, ...states.active!, ...more).and(...world);
    state(linked).when(commands.Remove!, { actor: anna }).thenRefused('ITEM_IN_USE');
    state(linked).when(commands.Link!, { actor: sagas }).thenNothing();
    expect(state(linked, unlinked).when(commands.Remove!, { actor: anna }).result.refused).toBeUndefined();
    state(linked).when(commands.Unlink!, { actor: sagas }).then(unlinked);
  });
});

describe('A phone number', () => {
  const add = (value: string, more: Partial<phones.AddPhoneNumber> = {}) =>
    given(phoneNumber)
      .and(...world)
      .when(issue(phones.AddPhoneNumber, { ...of, organizationId: romashka, value, ...more }), { actor: anna });

  test.each([
    ['8 916 123-45-67', '+79161234567'],
    ['+7 (916) 123-45-67', '+79161234567'],
    ['+49 30 901820', '+4930901820'],
  ])('«%s» is kept as %s', (typed, value) =>
    add(typed, { type: 'work', extension: '12' }).then(
      ofPhone('PhoneNumberAdded', { organizationId: romashka, value, type: 'work', extension: '12' }),
    ),
  );

  test.each(['звоните', '12', '+0123456789'])('«%s» is none', (typed) => add(typed).thenRefused('PHONE_INVALID'));

  test('what is the same is no change, and an empty text takes a field away', () => {
    const state = given(phoneNumber, phoneAdded, ofPhone('PhoneNumberUpdated', { changes: { comment: { to: 'Утром' } } })).and(...world);
    const update = (fields: Partial<phones.UpdatePhoneNumber>) =>
      state.when(issue(phones.UpdatePhoneNumber, { ...of, ...fields }), { actor: anna });
    update({ value: '8 (916) 1234567', comment: 'Утром' }).thenNothing();
    update({ comment: '' }).then(ofPhone('PhoneNumberUpdated', { changes: { comment: { from: 'Утром' } } }));
    update({ value: 'нет' }).thenRefused('PHONE_INVALID');
  });
});

test('R027 an e-mail address is one under all its spellings, and must be one', () => {
  const add = (value: string) =>
    given(emailAddress)
      .and(...world, stream(emailAddress, personId, emailAdded))
      .when(issue(emails.AddEmailAddress, { ...ofAddress, organizationId: romashka, value }), { actor: anna });
  add('IVANOV@MAIL.RU').thenRefused('ITEM_DUPLICATE');
  add(' petrov@mail.ru ').then(ofEmail('EmailAddressAdded', { organizationId: romashka, value: 'petrov@mail.ru', type: 'work' }));
  add('a@mail..ru').thenRefused('ITEM_EMAIL_INVALID');
});

// @ts-nocheck
import { given, issue, rows, stream } from '../../../kernel/testing';
import {
  account,
  admin,
  anna,
  anonymous,
  archived,
  boris,
  client,
  EMAIL,
  INN,
  itself,
  listed,
  member,
  memberOf,
  ofOrganization,
  registration_requested,
  requestId,
  romashka,
  sagas,
  STATES,
  suspended,
  viktor,
  withBoris,
  granted,
  ofMembership,
} from '../organizations.fixtures';
import * as commands from './organization.commands';
import type { OrganizationDetails } from './organization.events';
import { organization } from './organization';

const organizationId = romashka;
const added = (fields: object, kind: 'legal_entity' | 'sole_proprietor', displayName: string) =>
  ofOrganization('OrganizationAdded', { kind, inn: INN, displayName, addedBy: anna.userId, ...fields });
const legal = (fields: Partial<commands.AddLegalEntity> = {}) =>
  given(organization).when(issue(commands.AddLegalEntity, { organizationId, inn: INN, ...fields }), { actor: anna });
const sole = (fields: Partial<commands.AddSoleProprietor> = {}) =>
  given(organization).when(issue(commands.AddSoleProprietor, { organizationId, inn: '500100732259', ...fields }), { actor: anna });

describe('R010 Adding an organization', () => {
  test('R011 needs the INN alone', () => {
    legal().then(added({}, 'legal_entity', 'Организация, ИНН 7707083893'));
    sole().then(added({ inn: '500100732259' }, 'sole_proprietor', 'ИП, ИНН 500100732259'));
  });

  test('D13 takes the name that was typed, the short one first', () => {
    legal({ fullName: 'Общество «Ромашка»' }).then(added({ fullName: 'Общество «Ромашка»' }, 'legal_entity', 'Общество «Ромашка»'));
    legal({ fullName: 'Общество «Ромашка»', shortName: 'Ромашка' }).then(
      added({ fullName: 'Общество «Ромашка»', shortName: 'Ромашка' }, 'legal_entity', 'Ромашка'),
    );
    sole({ fullName: 'Иванов', ogrnip: '304500116000157' }).then(
      added({ inn: '500100732259', fullName: 'Иванов', ogrn: '304500116000157' }, 'sole_proprietor', 'Иванов'),
    );
  });

  test.each(['7707083894', '0000000000', '770708389', '77070838930', 'ИНН7707083'])('R012 «%s» is no INN of a legal entity', (inn) =>
    legal({ inn }).thenRefused('INN_INVALID'),
  );
  test.each(['500100732258', '123456789012', '50010073225'])('R012 «%s» is no INN of a sole proprietor', (inn) =>
    sole({ inn }).thenRefused('INN_INVALID'),
  );

  test('R012 the INN must be one of the kind, and may be typed with spaces around it', () => {
    legal({ inn: '500100732259' }).thenRefused('INN_KIND_MISMATCH');
    sole({ inn: INN }).thenRefused('INN_KIND_MISMATCH');
    legal({ inn: ` ${INN} ` }).then(added({}, 'legal_entity', 'Организация, ИНН 7707083893'));
  });

  test('KPP and OGRN are checked by the rules of the kind', () => {
    legal({ kpp: '77360100' }).thenRefused('KPP_INVALID');
    legal({ ogrn: '1027700132196' }).thenRefused('OGRN_INVALID');
    legal({ ogrn: '304500116000157' }).thenRefused('OGRN_INVALID');
    sole({ ogrnip: '1027700132195' }).thenRefused('OGRN_INVALID');
    legal({ kpp: '773601001', ogrn: '1027700132195' }).then(
      added({ kpp: '773601001', ogrn: '1027700132195' }, 'legal_entity', 'Организация, ИНН 7707083893'),
    );
  });

  test('D12 an INN is there once, and who comes second is told where; a branch is the same INN with another KPP', () => {
    const elsewhere = stream(organization, viktor.userId, ...listed);
    const add = (fields: object) =>
      given(organization)
        .and(elsewhere)
        .when(issue(commands.AddLegalEntity, { organizationId, inn: INN, ...fields }), { actor: anna });
    add({}).thenRefused('ORGANIZATION_ALREADY_EXISTS', { organizationId: viktor.userId });
    expect(add({ kpp: '773601001' }).result.refused).toBeUndefined();
  });
});

describe('What is known of an organization', () => {
  const directory = { fullName: 'Общество «Ромашка»', shortName: 'ООО «Ромашка»', kpp: '773601001' };
  const enrich = (found: object | undefined, ...facts: typeof listed) =>
    given(organization, ...listed, ...facts).when(issue(commands.EnrichOrganization, { organizationId }), {
      actor: sagas,
      answers: { found },
    });
  const update = (details: OrganizationDetails, ...facts: typeof listed) =>
    given(organization, ...listed, ...facts)
      .and(memberOf(anna))
      .when(issue(commands.UpdateOrganizationDetails, { organizationId, ...details }), { actor: anna });
  const enriched = ofOrganization('OrganizationDetailsEnriched', {
    changes: { shortName: { to: 'ООО «Ромашка»' } },
    displayName: 'ООО «Ромашка»',
    source: 'directory',
  });
  const typed = ofOrganization('OrganizationDetailsUpdated', { changes: { shortName: { to: 'Ромашка' } }, displayName: 'Ромашка' });

  test('is filled in from the directory, and the name follows', () => {
    const changes = { fullName: { to: directory.fullName }, shortName: { to: directory.shortName }, kpp: { to: directory.kpp } };
    enrich(directory).then(ofOrganization('OrganizationDetailsEnriched', { changes, displayName: 'ООО «Ромашка»', source: 'directory' }));
  });

  test('the directory never overwrites what a person typed, and is asked once', () => {
    const changes = { fullName: { to: directory.fullName }, kpp: { to: directory.kpp } };
    enrich(directory, typed).then(ofOrganization('OrganizationDetailsEnriched', { changes, displayName: 'Ромашка', source: 'directory' }));
    enrich(directory, enriched).thenNothing();
    enrich(undefined).thenNothing();
  });

  test('is changed by people, each change with what was before', () => {
    const changes = { shortName: { from: 'ООО «Ромашка»', to: 'Ромашка' } };
    update({ shortName: 'Ромашка' }, enriched).then(ofOrganization('OrganizationDetailsUpdated', { changes, displayName: 'Ромашка' }));
    update({ shortName: 'ООО «Ромашка»' }, enriched).thenNothing();
    const contactEmail = { to: 'info@romashka.ru' };
    update({ contactEmail: ' info@romashka.ru ' }).then(
      ofOrganization('OrganizationDetailsUpdated', { changes: { contactEmail }, displayName: `Организация, ИНН ${INN}` }),
    );
  });

  test('is checked', () => {
    update({ kpp: '7' }).thenRefused('KPP_INVALID');
    update({ ogrn: '7' }).thenRefused('OGRN_INVALID');
    update({ contactEmail: 'info@romashka-.ru' }).thenRefused('ORGANIZATION_EMAIL_INVALID');
  });

  test('D12 the KPP of a branch is held with its INN; one from the directory is not', () => {
    const keys = (...facts: typeof listed) => update({ shortName: 'x' }, ...facts).before;
    const kpp = ofOrganization('OrganizationDetailsUpdated', { changes: { kpp: { to: '773601001' } }, displayName: 'x' });
    const found = ofOrganization('OrganizationDetailsEnriched', {
      changes: { kpp: { to: '773601001' } },
      displayName: 'x',
      source: 'directory',
    });
    const held = (...facts: typeof listed) => organization.keys(keys(...facts), romashka);
    expect(held(kpp)).toEqual([{ scope: 'orgInn', value: `${INN}:773601001` }]);
    expect(held(found)).toEqual([{ scope: 'orgInn', value: INN }]);
  });
});

describe('Client registration', () => {
  const ask = (fields: Partial<commands.RequestClientRegistration> = {}) =>
    issue(commands.RequestClientRegistration, { organizationId, requestId, ...fields });
  const requested = (administratorUserId: string) =>
    ofOrganization('ClientRegistrationRequested', { requestId, requestedBy: anna.userId, administratorUserId });

  test('R007 R013 the requester is the future administrator, unless another is named', () => {
    given(organization, ...listed)
      .and(account(anna))
      .when(ask(), { actor: anna })
      .then(requested(anna.userId));
    const named = given(organization, ...listed)
      .and(account(boris))
      .when(ask({ administratorEmail: EMAIL[boris.userId]!.toUpperCase() }), { actor: anna });
    named.then(requested(boris.userId));
    named.thenAnswers({ requestId });
  });

  test.each([
    ['nobody', 'ADMINISTRATOR_NOT_REGISTERED', []],
    ['an account that waits', 'ADMINISTRATOR_NOT_ACTIVE', [account(boris, 'registered')]],
    ['a switched-off account', 'ADMINISTRATOR_NOT_ACTIVE', [account(boris, 'deactivated')]],
    ['an erased account', 'ADMINISTRATOR_NOT_REGISTERED', [account(boris, 'erased')]],
  ])('R008 with %s as administrator it is %s', (_, code, others) => {
    given(organization, ...listed)
      .and(...others, account(anna))
      .when(ask({ administratorEmail: EMAIL[boris.userId] }), { actor: anna })
      .thenRefused(code);
  });

  test('R014 accepted, the organization is a client with its administrator', () => {
    const accept = issue(commands.AcceptClientRegistration, { organizationId, requestId });
    given(organization, ...registration_requested)
      .and(account(anna))
      .when(accept, { actor: admin })
      .then(...client.slice(2));
    given(organization, ...registration_requested)
      .and(account(anna, 'deactivated'))
      .when(accept, { actor: admin })
      .thenRefused('ADMINISTRATOR_NOT_ACTIVE');
  });
});

describe('Administrators', () => {
  const assign = issue(commands.AssignAdministrator, { organizationId, userId: boris.userId });
  const revoke = issue(commands.RevokeAdministrator, { organizationId, userId: anna.userId });

  test.each([
    ['a stranger', 'NOT_A_MEMBER', memberOf(boris), account(boris)],
    ['a contractor', 'NOT_A_MEMBER', member(boris, 'contractor'), account(boris)],
    ['a client', 'NOT_A_MEMBER', member(boris, 'client'), account(boris)],
    ['a suspended employee', 'NOT_A_MEMBER', memberOf(boris, granted(boris), ofMembership('MembershipSuspended', {})), account(boris)],
    ['a switched-off employee', 'ADMINISTRATOR_NOT_ACTIVE', member(boris), account(boris, 'deactivated')],
  ])('%s cannot become one: %s', (_, code, ...others) => {
    given(organization, ...client)
      .and(...others)
      .when(assign, { actor: anna })
      .thenRefused(code);
  });

  test('D15 there may be several, and the last one stays', () => {
    given(organization, ...client)
      .and(account(boris), member(boris))
      .when(assign, { actor: anna })
      .then(withBoris);
    given(organization, ...client, withBoris)
      .and(memberOf(anna))
      .when(revoke, { actor: anna })
      .then(ofOrganization('AdministratorRevoked', { userId: anna.userId }));
    given(organization, ...client)
      .and(memberOf(anna))
      .when(revoke, { actor: anna })
      .thenRefused('LAST_ADMINISTRATOR');
  });
});

/** The column «By» of §B.1. Anna has added and administers Romashka, Boris works there, Viktor does not. */
const BY = `
| Command                    | anonymous         | anna      | boris     | viktor    | admin     | system    |
| AddLegalEntity             | NOT_AUTHENTICATED | allow     | allow     | allow     | allow     | FORBIDDEN |
| AddSoleProprietor          | NOT_AUTHENTICATED | allow     | allow     | allow     | allow     | FORBIDDEN |
| EnrichOrganization         | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| UpdateOrganizationDetails  | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | allow     | FORBIDDEN |
| RequestClientRegistration  | NOT_AUTHENTICATED | allow     | allow     | allow     | allow     | FORBIDDEN |
| AcceptClientRegistration   | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | allow     |
| RejectClientRegistration   | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | allow     |
| WithdrawClientRegistration | NOT_AUTHENTICATED | allow     | NOT_FOUND | NOT_FOUND | NOT_FOUND | NOT_FOUND |
| AssignAdministrator        | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | allow     | FORBIDDEN |
| RevokeAdministrator        | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | allow     | allow     |
| SuspendOrganization        | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | FORBIDDEN |
| ResumeOrganization         | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | FORBIDDEN |
| ArchiveOrganization        | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | FORBIDDEN |
`;

describe('R006 Who may do what with an organization', () => {
  const fields = { organizationId, requestId, inn: INN, reason: 'x', userId: boris.userId };
  const actors = { anonymous, anna, boris, viktor, admin, system: sagas };
  const verdict = (name: string, actor: typeof anonymous, facts = client) => {
    const command = Object.assign(new organization.commands[name]!.type(), fields);
    return given(organization, ...facts)
      .and(member(boris), memberOf(viktor), memberOf(admin), itself())
      .when(command, { actor }).verdict;
  };

  test.each(rows(BY).map((row) => [row.Command!, row] as const))('%s', (name, { Command: _, ...verdicts }) => {
    expect(Object.fromEntries(Object.entries(actors).map(([who, actor]) => [who, verdict(name, actor)]))).toEqual(verdicts);
  });

  test('the table names every command', () => {
    expect(
      rows(BY)
        .map(({ Command }) => Command)
        .sort(),
    ).toEqual(Object.keys(organization.commands).sort());
  });

  test('D14 its adder may edit it while it is listed, and no longer', () => {
    const added = { ...listed[0]!, data: { ...(listed[0]!.data as object), addedBy: viktor.userId } };
    expect(verdict('UpdateOrganizationDetails', viktor, [added])).toBe('allow');
    for (const facts of [STATES.registration_requested, client, suspended, archived]) {
      expect(verdict('UpdateOrganizationDetails', viktor, [added, ...facts.slice(1)])).toBe('FORBIDDEN');
    }
  });
});

// @ts-nocheck
import { given, isAsTold, issue, stateTable, type Given } from '../../../kernel/testing';
import {
  account,
  admin,
  anna,
  boris,
  INN,
  member,
  ofOrganization,
  requestId,
  romashka,
  type sagas,
  STATES,
} from '../organizations.fixtures';
import * as commands from './organization.commands';
import type { Organization } from './organization.state';
import { organization } from './organization';

/** §B.1; a record that is not there is NOT_FOUND, or tells that it has to be added first. */
const TABLE = `
| State                  | RequestClientRegistration                             | AcceptClientRegistration                                                                            |
| none                   | ORGANIZATION_NOT_LISTED                               | NOT_FOUND                                                                                           |
| listed                 | → registration_requested / ClientRegistrationRequested | —                                                                                                   |
| registration_requested | REGISTRATION_ALREADY_REQUESTED                        | → client / ClientRegistrationAccepted, OrganizationRegisteredAsClient, AdministratorAssigned        |
| client                 | ORGANIZATION_ALREADY_CLIENT                           | no-op                                                                                               |
| suspended              | ORGANIZATION_SUSPENDED                                | —                                                                                                   |
| archived               | ORGANIZATION_ARCHIVED                                 | —                                                                                                   |
`;
const TABLE_OF_DECISIONS = `
| State                  | RejectClientRegistration              | WithdrawClientRegistration             | AssignAdministrator          | RevokeAdministrator          |
| none                   | NOT_FOUND                             | NOT_FOUND                              | NOT_FOUND                    | NOT_FOUND                    |
| listed                 | —                                     | NOT_FOUND                              | —                            | no-op                        |
| registration_requested | → listed / ClientRegistrationRejected | → listed / ClientRegistrationWithdrawn | —                            | no-op                        |
| client                 | —                                     | —                                      | same / AdministratorAssigned | LAST_ADMINISTRATOR           |
| suspended              | —                                     | —                                      | —                            | —                            |
| archived               | —                                     | —                                      | —                            | —                            |
`;
const TABLE_OF_WORK = `
| State                  | SuspendOrganization                 | ResumeOrganization           | ArchiveOrganization               | UpdateOrganizationDetails         |
| none                   | NOT_FOUND                           | NOT_FOUND                    | NOT_FOUND                         | NOT_FOUND                         |
| listed                 | —                                   | —                            | → archived / OrganizationArchived | same / OrganizationDetailsUpdated |
| registration_requested | —                                   | —                            | —                                 | same / OrganizationDetailsUpdated |
| client                 | → suspended / OrganizationSuspended | no-op                        | —                                 | same / OrganizationDetailsUpdated |
| suspended              | no-op                               | → client / OrganizationResumed | → archived / OrganizationArchived | same / OrganizationDetailsUpdated |
| archived               | —                                   | —                            | no-op                             | ORGANIZATION_ARCHIVED             |
`;

const organizationId = romashka;
const asked =
  (command: object, actor: typeof anna | typeof sagas = admin) =>
  (state: Given<Organization>) =>
    state.when(command, { actor });

const ASKED: Readonly<Record<string, ReturnType<typeof asked>>> = {
  RequestClientRegistration: asked(issue(commands.RequestClientRegistration, { organizationId, requestId }), anna),
  AcceptClientRegistration: asked(issue(commands.AcceptClientRegistration, { organizationId, requestId })),
  RejectClientRegistration: asked(issue(commands.RejectClientRegistration, { organizationId, requestId, reason: 'Нет устава' })),
  WithdrawClientRegistration: asked(issue(commands.WithdrawClientRegistration, { organizationId, requestId }), anna),
  AssignAdministrator: asked(issue(commands.AssignAdministrator, { organizationId, userId: boris.userId })),
  RevokeAdministrator: asked(issue(commands.RevokeAdministrator, { organizationId, userId: anna.userId })),
  SuspendOrganization: asked(issue(commands.SuspendOrganization, { organizationId, reason: 'Долг' })),
  ResumeOrganization: asked(issue(commands.ResumeOrganization, { organizationId })),
  ArchiveOrganization: asked(issue(commands.ArchiveOrganization, { organizationId, reason: 'Закрыта' })),
  UpdateOrganizationDetails: asked(issue(commands.UpdateOrganizationDetails, { organizationId, shortName: 'Ромашка' })),
};
const CELLS = [TABLE, TABLE_OF_DECISIONS, TABLE_OF_WORK].flatMap((table) => stateTable(table, { dash: 'INVALID_STATE' }));

describe('R009 Organization, by its state table', () => {
  test.each(CELLS)('$state: $asked $becomes', (cell) => {
    const state = given(organization, ...STATES[cell.state as keyof typeof STATES]).and(account(anna), account(boris), member(boris));
    isAsTold(cell, ASKED[cell.asked]!(state));
  });

  test('the table names every command but those that add an organization and the one of the directory', () => {
    const adding = ['AddLegalEntity', 'AddSoleProprietor', 'EnrichOrganization'];
    expect([...Object.keys(ASKED), ...adding].sort()).toEqual(Object.keys(organization.commands).sort());
  });

  test.each(Object.keys(STATES).filter((state) => state !== 'none'))('%s: adding it again is ALREADY_EXISTS', (state) => {
    const add = issue(commands.AddLegalEntity, { organizationId, inn: INN });
    given(organization, ...STATES[state as keyof typeof STATES])
      .when(add, { actor: anna })
      .thenRefused('ALREADY_EXISTS');
  });

  test('after a rejection it may be asked for again, and the old request is decided', () => {
    const again = [
      ...STATES.registration_requested,
      ofOrganization('ClientRegistrationRejected', { requestId, decidedBy: admin.userId, reason: 'x' }),
    ];
    const state = given(organization, ...again).and(account(anna));
    for (const name of ['AcceptClientRegistration', 'RejectClientRegistration', 'WithdrawClientRegistration'])
      ASKED[name]!(state).thenRefused('INVALID_STATE', { status: 'listed' });
    expect(ASKED.RequestClientRegistration!(state).after.status).toBe('registration_requested');
  });

  test('a request of another id is not there', () => {
    const other = issue(commands.AcceptClientRegistration, { organizationId, requestId: boris.userId });
    given(organization, ...STATES.registration_requested)
      .and(account(anna))
      .when(other, { actor: admin })
      .thenRefused('NOT_FOUND');
  });

  test('who administers already is not assigned again', () => {
    const again = issue(commands.AssignAdministrator, { organizationId, userId: anna.userId });
    given(organization, ...STATES.client)
      .and(account(anna), member(anna))
      .when(again, { actor: admin })
      .thenNothing();
  });
});

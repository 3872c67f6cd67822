// @ts-nocheck
import { membership, organization, type MembershipEvents, type OrganizationEvents } from '@letopis/contexts/organizations';
import { derivedId, firstProviderOf, RESTRICTED_BY_DEFAULT, system, type Actor, type UserActor } from '@letopis/kernel';
import fc from 'fast-check';
import { facts, given, isAsTold, issue, play, rows, stateTable, stream, when, type Fact } from '../../../kernel/testing';
import { workspaceErrors } from '../errors';
import { workspaceInfo } from '../projections/workspace-info';
import { workspaceBootstrapSaga } from '../sagas/workspace-bootstrap.saga';
import * as commands from './workspace.commands';
import type { WorkspaceEvents } from './workspace.events';
import { defaultWorkspaceSettings } from './settings';
import { featuresOf, workspace } from './workspace';

const one = (name: string): UserActor => ({ kind: 'user', userId: derivedId('person', name), sessionId: derivedId('session', name) });
const anonymous: Actor = { kind: 'anonymous' };
const anna = one('anna');
const boris = one('boris');
const olga = one('olga');
const admin: UserActor = { ...one('admin'), platformRoles: ['PLATFORM_ADMIN'] };
const sagas = system('sagas');
const organizationId = derivedId('organization', 'romashka');
const providerId = firstProviderOf(organizationId);
const told = facts<WorkspaceEvents>();
const ofOrganization = facts<OrganizationEvents>();

const romashka = stream(
  organization,
  organizationId,
  ofOrganization('OrganizationAdded', { kind: 'legal_entity', inn: '7707083893', displayName: 'Ромашка', addedBy: anna.userId }),
  ofOrganization('AdministratorAssigned', { userId: anna.userId, assignedBy: 'x' }),
  ofOrganization('OrganizationRegisteredAsClient', { requestId: 'r', registeredAt: '2026-03-01T09:00:00.000Z' }),
);
const memberOf = ({ userId }: UserActor) =>
  stream(
    membership,
    `${organizationId}:${userId}`,
    facts<MembershipEvents>()('MembershipGranted', { organizationId, userId, memberKind: 'employee', via: 'staff', sourceId: 'x' }),
  );
const world = [romashka, memberOf(anna), memberOf(boris)];

const created: readonly Fact[] = [
  told('WorkspaceCreated', { edition: 'corporate' }),
  told('ProviderAdded', { providerId, name: 'Ромашка' }),
  ...RESTRICTED_BY_DEFAULT.map((node) => told('NodeRestricted', { node })),
];
const STATES: Readonly<Record<string, readonly Fact[]>> = { none: [], open: created };

/** §H.1 */
const TABLE = `
| State | CreateWorkspace | RestrictNode          | UnrestrictNode          | AddProvider          | RenameProvider         | ChangeSettings         | ChangeEdition         |
| none  | → open          | NOT_FOUND             | NOT_FOUND               | NOT_FOUND            | NOT_FOUND              | NOT_FOUND              | NOT_FOUND             |
| open  | no-op           | same / NodeRestricted | same / NodeUnrestricted | same / ProviderAdded | same / ProviderRenamed | same / SettingsChanged | same / EditionChanged |
`;
const COMMANDS: Readonly<Record<string, object>> = {
  CreateWorkspace: issue(commands.CreateWorkspace, { organizationId }),
  RestrictNode: issue(commands.RestrictNode, { organizationId, node: 'crm.deals' }),
  UnrestrictNode: issue(commands.UnrestrictNode, { organizationId, node: 'finance' }),
  AddProvider: issue(commands.AddProvider, { organizationId, name: 'Ромашка-сервис' }),
  RenameProvider: issue(commands.RenameProvider, { organizationId, providerId, name: 'Ромашка плюс' }),
  ChangeSettings: issue(commands.ChangeSettings, { organizationId, settings: { reminderHours: 48 } }),
  ChangeEdition: issue(commands.ChangeEdition, { organizationId, edition: 'start' }),
};
const actorOf = (name: string) => ({ CreateWorkspace: sagas, ChangeEdition: admin })[name] ?? anna;

describe('R016 Workspace, by its state table', () => {
  test.each(stateTable(TABLE, { dash: '' }))('$state: $asked $becomes', (cell) => {
    isAsTold(
      cell,
      given(workspace, ...STATES[cell.state]!)
        .and(...world)
        .when(COMMANDS[cell.asked]!, { actor: actorOf(cell.asked) }),
    );
  });

  test('the table names every command', () => expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(workspace.commands).sort()));

  /** §H.1 «By»: Anna administers Romashka, Boris works there, Olga is nobody there. */
  const BY = `
| Command         | anonymous         | anna      | boris     | olga      | admin     | system    |
| CreateWorkspace | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| RestrictNode    | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| UnrestrictNode  | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| AddProvider     | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| RenameProvider  | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| ChangeSettings  | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| ChangeEdition   | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | FORBIDDEN |
`;
  const actors = { anonymous, anna, boris, olga, admin, system: sagas };
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('who may: %s', (name, { Command: _, ...verdicts }) => {
    const state = given(workspace, ...created).and(...world);
    const judged = Object.entries(actors).map(([who, actor]) => [who, state.when(COMMANDS[name]!, { actor }).verdict]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });
});

describe('R023 What is restricted', () => {
  test('is what the catalogue says from the start, also before there is a workspace', () => {
    given(workspace)
      .and(...world)
      .when(COMMANDS.CreateWorkspace!, { actor: sagas })
      .then(...created);
    expect(workspace.initialState).toMatchObject({ restrictedNodes: RESTRICTED_BY_DEFAULT });
    given(workspace).and(stream(organization, organizationId)).when(COMMANDS.CreateWorkspace!, { actor: sagas }).thenRefused('NOT_FOUND');
  });

  const open = given(workspace, ...created).and(...world);
  test.each(['crm', 'crm.deals', 'lists.partners', 'documents.my'])('%s may be restricted, once', (node) => {
    const restrict = issue(commands.RestrictNode, { organizationId, node });
    open.when(restrict, { actor: anna }).then(told('NodeRestricted', { node }));
    given(workspace, ...created, told('NodeRestricted', { node }))
      .and(...world)
      .when(restrict, { actor: anna })
      .thenNothing();
    open.when(issue(commands.UnrestrictNode, { organizationId, node }), { actor: anna }).thenNothing();
  });

  test.each(['profile', 'nothing', 'crm.nothing', 'profile.me'])('%s may not', (node) => {
    for (const command of [commands.RestrictNode, commands.UnrestrictNode])
      open.when(issue(command, { organizationId, node }), { actor: anna }).thenRefused('SECTION_UNKNOWN');
  });
});

describe('Providers, settings, editions', () => {
  const open = given(workspace, ...created).and(...world);

  test('a provider has one id, and a name that may change', () => {
    open.when(issue(commands.AddProvider, { organizationId, providerId, name: 'x' }), { actor: anna }).thenRefused('ALREADY_EXISTS');
    open
      .when(issue(commands.RenameProvider, { organizationId, providerId: anna.userId, name: 'x' }), { actor: anna })
      .thenRefused('NOT_FOUND');
    open.when(issue(commands.RenameProvider, { organizationId, providerId, name: 'Ромашка' }), { actor: anna }).thenNothing();
  });

  const change = (settings: Record<string, unknown>) =>
    open.when(issue(commands.ChangeSettings, { organizationId, settings }), { actor: anna });

  test.each([
    [{ reminderHours: 1, inactivityMinutes: 120 }],
    [{ reminderHours: 720, inactivityMinutes: 1 }],
    [{ defaultTimeZone: 'Asia/Yekaterinburg', defaultLocale: 'en' }],
    [{ calendarTypes: ['Отпуск'], importMaxRows: 100_000, supportAnswerHours: 720 }],
  ])('%p may be set', (settings) => expect(change(settings).after.settings).toEqual({ ...defaultWorkspaceSettings, ...settings }));

  test.each([
    [{ reminderHours: 0 }],
    [{ reminderHours: 721 }],
    [{ reminderHours: 1.5 }],
    [{ reminderHours: '24' }],
    [{ inactivityMinutes: 121 }],
    [{ defaultLocale: 'de' }],
    [{ defaultTimeZone: 'Moscow' }],
    [{ defaultTimeZone: '+03:00' }],
    [{ calendarTypes: [1] }],
  ])('%p may not', (settings) => change(settings).thenRefused('SETTING_RANGE', { setting: Object.keys(settings)[0] }));

  test('an unknown one is refused by its name, and the same again is no change', () => {
    change({ colour: 'red' }).thenRefused('SETTING_UNKNOWN', { setting: 'colour' });
    change({ reminderHours: 24, calendarTypes: [] }).thenNothing();
    change({ reminderHours: 48, inactivityMinutes: 10 }).then(
      told('SettingsChanged', { changes: { reminderHours: { from: 24, to: 48 } } }),
    );
  });

  test('an edition switches its features', () => {
    expect(featuresOf('start')).toEqual([]);
    expect(featuresOf('start_plus')).toEqual(['service_desk', 'marketing']);
    expect(featuresOf('corporate')).toEqual(['service_desk', 'marketing', 'absence', 'xmpp']);
    open.when(issue(commands.ChangeEdition, { organizationId, edition: 'corporate' }), { actor: admin }).thenNothing();
  });

  test('§H.9 every refusal has its status and text, and is provoked', () => {
    const told = {
      SECTION_UNKNOWN: 'Неизвестный раздел',
      SETTING_UNKNOWN: 'Неизвестная настройка',
      SETTING_RANGE: 'Значение вне допустимых границ',
    };
    for (const [code, ru] of Object.entries(told))
      expect(workspaceErrors.entries[code as keyof typeof told]).toMatchObject({ status: 422, ru });
  });
});

test('S03 a new client has its workspace before the caller has the answer', () =>
  when(workspaceBootstrapSaga, romashka).thenPromptly({
    kind: 'command',
    type: 'CreateWorkspace',
    payload: { organizationId },
    key: undefined,
  }));

describe('R016 workspace_info', () => {
  const at = '2026-03-02T09:00:00.000Z';
  const row = {
    organizationId,
    organizationName: 'Ромашка',
    edition: 'corporate',
    features: featuresOf('corporate'),
    restrictedNodes: RESTRICTED_BY_DEFAULT,
    providers: [{ providerId, name: 'Ромашка' }],
    settings: defaultWorkspaceSettings,
    createdAt: at,
  };
  test.each<[string, readonly Fact[], object]>([
    ['as it was created', [], {}],
    ['restricted', [told('NodeRestricted', { node: 'crm' })], { restrictedNodes: [...RESTRICTED_BY_DEFAULT, 'crm'] }],
    [
      'opened',
      [told('NodeUnrestricted', { node: 'finance' })],
      { restrictedNodes: RESTRICTED_BY_DEFAULT.filter((node) => node !== 'finance') },
    ],
    ['with a renamed provider', [told('ProviderRenamed', { providerId, name: 'Р' })], { providers: [{ providerId, name: 'Р' }] }],
    [
      'with other settings',
      [told('SettingsChanged', { changes: { reminderHours: { from: 24, to: 1 } } })],
      { settings: { ...defaultWorkspaceSettings, reminderHours: 1 } },
    ],
    ['in another edition', [told('EditionChanged', { edition: 'start' })], { edition: 'start', features: [] }],
  ])('%s', (_, more, changes) => {
    given(workspaceInfo, romashka, stream(workspace, organizationId, ...created, ...more)).thenDocument(organizationId, {
      ...row,
      ...changes,
    });
  });

  test('is seen by members, and not there for others', () => {
    const standing = {
      organization: { status: 'client', administrators: [anna.userId] },
      membership: { status: 'active', memberKind: 'client', restrictedGrants: [] },
      departments: [],
      roles: [],
    };
    const see = (actor: Actor, filter: object, answers: object = standing) =>
      workspaceInfo.policy.see({ actor, filter: filter as Record<string, unknown> }, { standing: answers });
    expect(see(boris, { organizationId })).toEqual({ only: { organizationId } });
    expect(see({ ...boris, organizationId }, {})).toEqual({ only: { organizationId } });
    expect(see(boris, {})).toEqual({ refused: 'FORBIDDEN' });
    expect(see(olga, { organizationId }, { ...standing, membership: undefined })).toEqual({ refused: 'NOT_FOUND' });
    expect(see(admin, {})).toEqual({ only: {} });
    expect(see(anonymous, { organizationId })).toEqual({ refused: 'FORBIDDEN' });
  });
});

test('Whatever is asked in whatever order, a node is restricted once and a refusal changes nothing', () => {
  const step = fc
    .tuple(fc.constantFrom(...Object.values(COMMANDS)), fc.constantFrom<Actor>(anna, boris, admin, sagas))
    .map(([command, actor]) => ({ command, circumstances: { actor } }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      for (const { before, after, refused } of play(workspace, steps, { id: organizationId, others: world })) {
        if (refused !== undefined) expect(after).toEqual(before);
        expect(new Set(after.restrictedNodes).size).toBe(after.restrictedNodes.length);
      }
    }),
  );
});

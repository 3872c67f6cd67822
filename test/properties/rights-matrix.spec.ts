import {
  derivedId,
  firstProviderOf,
  noRights,
  RESTRICTED_BY_DEFAULT,
  staffKey,
  system,
  roleKey,
  type Actor,
  type Definition,
  type Need,
  type Needs,
  type UserActor,
} from '@letopis/kernel';
import { seededDepartments, seededRoles, technicalDepartmentOf, salesDepartmentOf } from '@letopis/contexts/staff';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contexts } from '../../apps/server/product';

/**
 * Who may issue every command and read every registry, generated from the composition and compared with a reviewed table.
 * `UPDATE_RIGHTS=1 npx jest rights-matrix` writes the table anew; the difference is what is to be reviewed.
 */
const GOLDEN = join(__dirname, '../../docs/rights-matrix.md');
const NOW = '2026-03-02T09:00:00.000Z';

const romashka = derivedId('organization', 'romashka');
const romb = derivedId('organization', 'romb');
const person = (name: string, more: Partial<UserActor> = {}): UserActor => ({
  kind: 'user',
  userId: derivedId('person', name),
  sessionId: derivedId('session', name),
  ip: '10.0.0.1',
  ...more,
});

interface Kind {
  readonly actor: Actor;
  readonly memberKind?: 'employee' | 'contractor' | 'client';
  /** The work account. */
  readonly staff?: {
    readonly departmentIds?: string[];
    readonly roleCodes?: string[];
    readonly status?: string;
    readonly fullAccess?: boolean;
  };
}

const inside = { organizationId: romashka };
const staffed = (name: string, staff: Kind['staff']): Kind => ({ actor: person(name, inside), memberKind: 'employee', staff });
const KINDS: Readonly<Record<string, Kind>> = {
  anonymous: { actor: { kind: 'anonymous' } },
  stranger: { actor: person('stranger') },
  'admin elsewhere': { actor: person('romb', { organizationId: romb }) },
  owner: { actor: person('owner', inside), memberKind: 'client' },
  client: { actor: person('client', inside), memberKind: 'client' },
  contractor: { actor: person('contractor', inside), memberKind: 'contractor' },
  'new department': staffed('new', { departmentIds: [] }),
  sales: staffed('sales', { departmentIds: [salesDepartmentOf(romashka)] }),
  technical: staffed('technical', { departmentIds: [technicalDepartmentOf(romashka)] }),
  sales_manager: staffed('manager', { roleCodes: ['sales_manager'] }),
  sales_head: staffed('head', { roleCodes: ['sales_head'] }),
  operator: staffed('operator', { roleCodes: ['operator'] }),
  accountant: staffed('accountant', { roleCodes: ['accountant'] }),
  blocked: staffed('blocked', { fullAccess: true, status: 'blocked' }),
  'full access': staffed('full', { fullAccess: true }),
  orgAdmin: { actor: person('admin', inside), memberKind: 'employee' },
  platform: { actor: person('platform', { platformRoles: ['PLATFORM_ADMIN'] }) },
  auditor: { actor: person('auditor', { platformRoles: ['AUDITOR'] }) },
  service: { actor: { kind: 'service', serviceId: derivedId('service'), commands: [], registries: [] } },
  system: { actor: system('saga') },
};
const owner = KINDS.owner!.actor as UserActor;
const byUser = new Map(Object.values(KINDS).flatMap((kind) => (kind.actor.kind === 'user' ? [[kind.actor.userId, kind]] : [])));
const staffIdOf = (userId: string) => derivedId('staff', userId);

const EMAIL = 'owner@romashka.ru';

/** A record of Romashka in working order, whatever it is: policies read of it what they know. */
const record = (definition: Definition) => ({
  ...(definition.initialState as object),
  status: definition.category === 'session' ? 'open' : 'active',
  organizationId: romashka,
  userId: owner.userId,
  requesterUserId: owner.userId,
  requestedBy: owner.userId,
  addedBy: owner.userId,
  clientAccountId: derivedId('account'),
  ownerStaffId: staffIdOf(owner.userId),
  canPurchaseRequests: false,
  email: EMAIL,
});

/** What the policies find when they look around. */
function stateOf(category: string, id: string | undefined): unknown {
  const definition = definitions.get(category);
  if (id === undefined || !definition) return definition?.initialState;
  const nothing = definition.initialState as object;
  switch (category) {
    case 'organization':
      return {
        ...nothing,
        status: 'client',
        addedBy: owner.userId,
        administrators: [
          id === romashka ? (KINDS.orgAdmin!.actor as UserActor).userId : (KINDS['admin elsewhere']!.actor as UserActor).userId,
        ],
      };
    case 'membership': {
      const [organizationId, userId = ''] = id.split(':');
      const memberKind = organizationId === romashka ? byUser.get(userId)?.memberKind : undefined;
      return memberKind ? { ...nothing, status: 'active', memberKind } : nothing;
    }
    case 'user':
      return { ...nothing, status: 'active', email: id === owner.userId ? EMAIL : `${id}@mail.ru` };
    case 'workspace':
      return { ...nothing, restrictedNodes: RESTRICTED_BY_DEFAULT };
    case 'staffMember': {
      const [userId, kind] = [...byUser].find(([each]) => staffIdOf(each) === id) ?? [];
      if (userId === undefined || !kind?.staff) return { ...nothing, status: 'none' };
      return { ...nothing, status: 'active', ...inside, userId, departmentIds: [], roleCodes: [], ...kind.staff };
    }
    case 'department': {
      const seed = seededDepartments(romashka).find(({ departmentId }) => departmentId === id);
      const rights = Object.fromEntries((seed?.rights ?? []).map((node) => [node, true]));
      return { ...nothing, status: 'active', ...inside, rights };
    }
    case 'role': {
      const seed = seededRoles(romashka).find(({ roleId }) => roleId === id);
      return { ...nothing, status: 'active', ...inside, ...seed };
    }
    default:
      return record(definition);
  }
}

function ownerOf(scope: string, value: string): string | undefined {
  for (const [userId, { staff }] of byUser)
    if (staff && staffKey(romashka, userId).value === value && scope === 'staffUser') return staffIdOf(userId);
  return seededRoles(romashka).find(({ code }) => scope === 'roleCode' && roleKey(romashka, code).value === value)?.roleId;
}

function resolve(needs: Needs): Record<string, unknown> {
  return Object.fromEntries(Object.entries(needs).map(([name, need]) => [name, answer(need)]));
}

function answer(need: Need<unknown>): unknown {
  switch (need.kind) {
    case 'known':
      return need.value;
    case 'owner':
      return ownerOf(need.key.scope, need.key.value);
    case 'steps':
      return need.finish(need.steps.reduce<Record<string, unknown>>((known, step) => ({ ...known, ...resolve(step(known)) }), {}));
    case 'state': {
      const id = typeof need.id === 'object' ? (answer(need.id) as string | undefined) : need.id;
      if (id === undefined && need.ifKnown) return undefined;
      return stateOf(typeof need.of === 'string' ? need.of : need.of.category, id);
    }
    default:
      throw new Error(`a policy asks ${need.kind}`);
  }
}

const definitions = new Map(contexts.flatMap(({ aggregates }) => aggregates.map((each) => [each.category, each])));
const commands = contexts.flatMap(({ aggregates }) =>
  aggregates.flatMap((definition) => Object.entries(definition.commands).map(([name, row]) => ({ name, definition, spec: row.spec }))),
);
const projections = contexts.flatMap((context) => context.projections.filter(({ serves }) => serves !== 'sagas'));

/** Fields by which policies find the record's organization or person; the rest of a command matters to no policy. */
const payload = {
  organizationId: romashka,
  userId: owner.userId,
  clientAccountId: derivedId('account'),
  providerId: firstProviderOf(romashka),
  mode: 'any',
  /** The absences of somebody in sales. */
  staffId: staffIdOf((KINDS.sales!.actor as UserActor).userId),
  personId: derivedId('card'),
};

function verdict({ name, definition, spec }: (typeof commands)[number], actor: Actor): string {
  if (actor.kind === 'service') return actor.commands.includes(name) ? 'allow' : 'FORBIDDEN';
  const id =
    definition.category === 'membership'
      ? `${romashka}:${owner.userId}`
      : ['user', 'userProfile'].includes(definition.category)
        ? owner.userId
        : romashka;
  const creates = /^(Create|Open|Order|Register|Add[A-Z]\w+(Entity|Proprietor))/.test(name) && definition.category !== 'session';
  const existing = ['organization', 'membership', 'workspace'].includes(definition.category)
    ? stateOf(definition.category, id)
    : {
        ...record(definition),
        ...(definition.category === 'clientAccount' || definition.category === 'user' ? { userId: owner.userId } : {}),
      };
  const question = { actor, command: payload, state: creates ? definition.initialState : existing, id, now: NOW };
  return spec.by.judge(question, spec.by.needs ? resolve(spec.by.needs(question)) : {});
}

function reading({ policy }: (typeof projections)[number], actor: Actor): string {
  if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
  if (actor.kind === 'service') return 'FORBIDDEN';
  const asked = { actor, filter: { organizationId: romashka, clientAccountId: derivedId('account') }, now: NOW };
  const seen = policy.see(asked, policy.needs ? resolve(policy.needs(asked)) : {});
  if ('refused' in seen) return seen.refused;
  const { organizationId, ...more } = seen.only as { organizationId?: unknown };
  if (Object.keys(seen.only).length === 0) return 'all';
  const of = organizationId === undefined ? '' : organizationId === romashka ? 'organization' : 'another organization';
  return [of, ...Object.keys(more)].filter(Boolean).join(' + ');
}

const MARK: Readonly<Record<string, string>> = { allow: '✓', FORBIDDEN: '403', NOT_FOUND: '404', NOT_AUTHENTICATED: '401' };
const head = ['', 'by', ...Object.keys(KINDS)];
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (rows: readonly (readonly string[])[]) => [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');

const page = () =>
  [
    '# Who may do what',
    '',
    'Generated from the composition by `UPDATE_RIGHTS=1 npx jest rights-matrix` and reviewed. Every command is asked about a record of one organization whose owner (requester, client, addressee) is *owner*, and about the absences of *sales*; ✓ allowed, 401 not signed in, 403 closed, 404 not there. Staff are in the departments and roles that every organization begins with.',
    '',
    '## Commands',
    '',
    table(
      commands.map((each) => [
        each.name,
        each.spec.by.name,
        ...Object.values(KINDS).map(({ actor }) => {
          const said = verdict(each, actor);
          return MARK[said] ?? said;
        }),
      ]),
    ),
    '',
    '## Registries',
    '',
    table(
      projections.map((each) => [
        each.code,
        each.policy.name,
        ...Object.values(KINDS).map(({ actor }) => {
          const said = reading(each, actor);
          return MARK[said] ?? said;
        }),
      ]),
    ),
    '',
  ].join('\n');

describe('The rights matrix', () => {
  test('R061 R078 every command and registry, asked by each kind of caller, is as in the reviewed table', () => {
    if (process.env.UPDATE_RIGHTS) writeFileSync(GOLDEN, page());
    expect(page()).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  test('R061 nobody who is not signed in and no service without an order does anything but what is for anybody', () => {
    for (const each of commands) {
      if (each.spec.by.name.split(', ').includes('anon')) continue;
      expect([each.name, verdict(each, KINDS.anonymous!.actor)]).toEqual([each.name, 'NOT_AUTHENTICATED']);
      expect([each.name, verdict(each, KINDS.service!.actor)]).toEqual([each.name, 'FORBIDDEN']);
    }
  });

  /** Open to every user, or to the service's own administrators whatever the record is: nothing is learned from the answer. */
  const OWN = /^(user|anon|platform)$/;
  const scoped = commands.filter(({ definition, spec }) => {
    // That an organization is in the registry everybody may read.
    if (definition.category === 'organization') return false;
    const state = record(definition);
    const isOf =
      definition.organizationId(state, definition.category === 'membership' ? `${romashka}:${owner.userId}` : romashka) === romashka;
    return isOf && spec.by.name !== 'system' && !OWN.test(spec.by.name);
  });

  test('R061 a record of another organization is not there, for its administrators as for strangers', () => {
    expect(scoped.length).toBeGreaterThan(60);
    for (const kind of ['admin elsewhere', 'stranger']) {
      const found = scoped.map((each) => [each.name, verdict(each, KINDS[kind]!.actor)]);
      expect(found.filter(([, said]) => said !== 'NOT_FOUND')).toEqual([]);
    }
  });

  test('R061 who is blocked does nothing in the organization, whatever the flags', () => {
    const found = scoped.filter((each) => verdict(each, KINDS.blocked!.actor) === 'allow').map(({ name }) => name);
    expect(found).toEqual([]);
    expect(noRights.active).toBe(false);
  });

  test('R082 an administrator and «Полный доступ» pass wherever staff do', () => {
    for (const each of scoped.filter(({ spec }) => spec.by.name.includes('staff('))) {
      expect([each.name, verdict(each, KINDS.orgAdmin!.actor)]).toEqual([each.name, 'allow']);
      expect([each.name, verdict(each, KINDS['full access']!.actor)]).toEqual([each.name, 'allow']);
    }
  });
});

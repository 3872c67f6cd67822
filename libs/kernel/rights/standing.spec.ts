import {
  allows,
  administers,
  loginKey,
  membersOf,
  noRights,
  opensWorkplace,
  RESTRICTED_BY_DEFAULT,
  rightsHolders,
  rightsOf,
  roleKey,
  staffKey,
  standingOf,
  visibleSections,
  workplaceKey,
  type RightsSources,
  type Standing,
  type WorkplaceKeys,
} from '.';
import { system, type Actor } from '../actor';
import { known, type Need } from '../needs';
import { anna, FLORA, inState, officeOf, type Office } from '../testing/offices';
import { NOW, World } from '../testing/streams';

const LATER = '2026-03-02T09:00:00.001Z';

const seller: Office = {
  membership: { memberKind: 'employee' },
  staff: { departmentIds: ['sales'], roleCodes: ['operator'], individualRights: ['documents.disk:manage_access'] },
  departments: { sales: { rights: { clients: true } } },
  roles: { operator: { rights: ['support.requests:reply'] } },
};
const answered = <Answer>(world: World, need: Need<Answer>) => world.resolve({ need }, {}).need as Answer;
const standing = (office: Office, organization: Parameters<typeof standingOf>[0] = FLORA, userId: string | undefined = anna.userId) =>
  answered(officeOf(office), standingOf(organization, userId));

describe('What an organization knows of somebody', () => {
  test('is the member, the staff member, and departments and roles by it', () => {
    expect(standing({ ...seller, workspace: { edition: 'corporate' } })).toMatchObject({
      organizationId: FLORA,
      organization: { status: 'client' },
      membership: { status: 'active', memberKind: 'employee' },
      workspace: { edition: 'corporate' },
      staffId: 'staff-anna',
      staff: { status: 'active', departmentIds: ['sales'] },
      departments: [{ id: 'sales', status: 'active', rights: { clients: true } }],
      roles: [{ code: 'operator', rights: ['support.requests:reply'] }],
    });
  });

  test('is found by another record as well', () => {
    expect(standing(seller, known(FLORA))).toEqual(standing(seller));
    expect(standing(seller, known(undefined))).toMatchObject({ organizationId: undefined, organization: undefined, departments: [] });
  });

  test('is nothing of a stranger, of nobody, and where there is no organization', () => {
    // Streams that a name made of what is not there would find.
    const traps = new World([
      ...officeOf(seller).streams,
      ...[`undefined:${anna.userId}`, `${FLORA}:undefined`].map((id) => inState('membership', id, { status: 'active' })),
    ]);
    const nowhere = { membership: undefined, staffId: undefined, staff: undefined, departments: [], roles: [] };
    expect(answered(traps, standingOf(undefined, anna.userId))).toMatchObject({
      organizationId: undefined,
      organization: undefined,
      ...nowhere,
    });
    expect(answered(traps, standingOf(FLORA, undefined))).toMatchObject({ organization: { status: 'client' }, ...nowhere });
    expect(answered(traps, standingOf(FLORA, 'boris'))).toMatchObject({ ...nowhere, membership: { status: 'none' } });
  });

  test('leaves out roles that there are no more, and what the product is composed without', () => {
    expect(standing({ ...seller, roles: {} })).toMatchObject({ departments: [{ id: 'sales' }], roles: [] });
    const alone = new World([inState('organization', FLORA, { status: 'client', administrators: [anna.userId] })]);
    expect(answered(alone, standingOf(FLORA, anna.userId))).toMatchObject({
      organization: { administrators: [anna.userId] },
      membership: undefined,
      workspace: undefined,
      staff: undefined,
      departments: [],
      roles: [],
    });
  });

  test('departments and roles are found of any staff member', () => {
    const { departments, roles } = standing(seller);
    const holders = (staff: Parameters<typeof membersOf>[1]) => answered(officeOf(seller), rightsHolders(FLORA, staff));
    expect(holders({ departmentIds: ['sales'], roleCodes: ['operator'] })).toEqual({ departments, roles });
    expect(holders(undefined)).toEqual({ departments: [], roles: [] });
    expect(membersOf(FLORA, undefined)).toEqual({});
  });

  test('is kept apart by keys that name the organization; logins are the same whatever their case', () => {
    expect(staffKey(FLORA, 'anna')).toEqual({ scope: 'staffUser', value: 'flora:anna' });
    expect(roleKey(FLORA, 'operator')).toEqual({ scope: 'roleCode', value: 'flora:operator' });
    expect(workplaceKey(FLORA, 'desk')).toEqual({ scope: 'workplaceCode', value: 'flora:desk' });
    expect(loginKey(FLORA, 'Пётр.B')).toEqual({ scope: 'staffLogin', value: 'flora:петр.b' });
  });
});

describe('Rights in an organization', () => {
  /** What shows each source: [full access, by department, by role, own, view as a member]. */
  const SOURCES = [
    'designer.settings:edit',
    'clients.accounts:edit',
    'support.requests:reply',
    'documents.disk:manage_access',
    'crm.leads:view',
  ];
  const all = [true, true, true, true, true];
  const work = [false, true, true, true, true];
  const views = [false, false, false, false, true];
  const none = [false, false, false, false, false];

  test.each<[string, Office, boolean[]]>([
    ['an employee who is on the staff', seller, work],
    ['a contractor', { ...seller, membership: { memberKind: 'contractor' } }, work],
    [
      'a client on the staff, who views nothing by being a member',
      { ...seller, membership: { memberKind: 'client' } },
      [false, true, true, true, false],
    ],
    ['an employee without a work account', { membership: {} }, views],
    ['a client', { membership: { memberKind: 'client' } }, none],
    ['a work account that is being made', { ...seller, staff: { ...seller.staff, status: 'provisioning', fullAccess: true } }, views],
    ['a work account that never was', { ...seller, staff: { ...seller.staff, status: 'none' } }, views],
    ['a blocked one', { ...seller, staff: { ...seller.staff, status: 'blocked' } }, none],
    ['a dismissed one', { ...seller, staff: { ...seller.staff, status: 'dismissed', fullAccess: true } }, none],
    ['a suspended member', { ...seller, membership: { status: 'suspended' } }, none],
    ['a former member', { ...seller, membership: { status: 'revoked' } }, none],
    ['a stranger', { ...seller, membership: undefined }, none],
    ['«Полный доступ»', { ...seller, staff: { fullAccess: true } }, all],
    ['an administrator', { organization: { administrators: ['boris', 'anna'] } }, all],
    ['an administrator whose work account is blocked', { organization: { administrators: ['anna'] }, staff: { status: 'blocked' } }, all],
    ['who works beside an administrator', { organization: { administrators: ['boris'] }, membership: {} }, views],
    [
      'an archived department',
      { ...seller, departments: { sales: { status: 'archived', rights: { clients: true } } } },
      [false, false, true, true, true],
    ],
  ])('D21 R017 of %s', (_, office, expected) => {
    const rights = rightsOf(standing(office), anna, NOW);
    expect(SOURCES.map((node) => allows(rights, node))).toEqual(expected);
    expect(rights.fullAccess).toBe(expected[0]);
  });

  test('of who is no person there are none, and nobody but a person administers', () => {
    const ours = standing({ ...seller, organization: { administrators: ['anna', 'system', 'billing'] } });
    const others: Actor[] = [
      { kind: 'anonymous' },
      system('anna'),
      { kind: 'service', serviceId: 'billing', commands: [], registries: [] },
    ];
    for (const actor of others) {
      expect(rightsOf(ours, actor, NOW)).toEqual(noRights);
      expect(administers(ours, actor)).toBe(false);
    }
    expect(administers(ours, anna)).toBe(true);
    expect(administers({ ...ours, organization: undefined }, anna)).toBe(false);
  });

  test('R022 R023 a member views what the workspace leaves open, and what was opened for this one until its time is over', () => {
    const viewed = (office: Office) => {
      const rights = rightsOf(standing(office), anna, NOW);
      return ['crm.leads', 'crm.settings', 'finance.acts', 'finance.reports', 'audit.log'].filter((each) => allows(rights, `${each}:view`));
    };
    expect(viewed({ membership: {} })).toEqual(['crm.leads']);
    expect(rightsOf(standing({ membership: {} }), anna, NOW).member?.restricted).toEqual(RESTRICTED_BY_DEFAULT);
    expect(viewed({ membership: {}, workspace: { restrictedNodes: ['crm', 'audit'] } })).toEqual(['finance.acts', 'finance.reports']);
    const restrictedGrants = [
      { node: 'finance.acts' },
      { node: 'finance.reports', until: LATER },
      { node: 'audit', until: NOW },
      { node: 'crm.settings', until: '2026-03-02T08:59:59.999Z' },
    ];
    expect(viewed({ membership: { restrictedGrants } })).toEqual(['crm.leads', 'finance.acts', 'finance.reports']);
  });

  test('of a plain member come from membership alone', () => {
    expect(rightsOf(standing({ ...seller, staff: undefined }), anna, NOW)).toEqual<RightsSources>({
      ...noRights,
      active: true,
      member: { restricted: RESTRICTED_BY_DEFAULT, opened: [] },
    });
  });
});

describe('Workplaces are', () => {
  const desk: WorkplaceKeys = { status: 'active', code: 'desk', name: 'Стол', sections: [], requiredRoles: [], editions: [] };
  const opens = (changes: Partial<WorkplaceKeys>, office: Office) => {
    const known: Standing = standing(office);
    return opensWorkplace({ ...desk, ...changes }, known, rightsOf(known, anna, NOW));
  };
  const admin: Office = { organization: { administrators: ['anna'] } };
  const head: Office = { ...seller, staff: { roleCodes: ['head'] }, roles: { head: { rights: [], fullAccess: true } } };

  test.each<[string, Partial<WorkplaceKeys>, Office, boolean]>([
    ['open to any staff where they ask for no role', {}, seller, true],
    ['open to who has one of the roles', { requiredRoles: ['sales_manager', 'operator'] }, seller, true],
    ['closed to who has none of them', { requiredRoles: ['sales_manager'] }, seller, false],
    ['closed to a member without a work account, where they ask for a role', { requiredRoles: ['operator'] }, { membership: {} }, false],
    [
      'closed to a work account that is being made, whatever its roles',
      { requiredRoles: ['operator'] },
      { ...seller, staff: { ...seller.staff, status: 'provisioning' } },
      false,
    ],
    ['open to an administrator', { requiredRoles: ['sales_manager'] }, admin, true],
    ['open to a role with full access', { requiredRoles: ['sales_manager'] }, head, true],
    ['closed to who may not work here', {}, { ...seller, staff: { status: 'blocked' } }, false],
    ['closed to everybody when they were deleted', { status: 'deleted' }, admin, false],
    [
      'open in an edition that has them',
      { editions: ['start_plus', 'corporate'] },
      { ...seller, workspace: { edition: 'corporate' } },
      true,
    ],
    ['closed in another edition to everybody', { editions: ['corporate'] }, { ...admin, workspace: { edition: 'start' } }, false],
    ['open in any edition where they name none', {}, { ...seller, workspace: { edition: 'start' } }, true],
    ['open where the edition is not known', { editions: ['corporate'] }, { ...seller, workspace: {} }, true],
  ])('R042 %s', (_, workplace, office, expected) => {
    expect(opens(workplace, office)).toBe(expected);
  });

  test('open without a workspace of which anything is known', () => {
    const known: Standing = { ...standing(seller), workspace: undefined };
    expect(opensWorkplace({ ...desk, editions: ['corporate'] }, known, rightsOf(known, anna, NOW))).toBe(true);
  });

  test('R043 shown with the sections that may be viewed, in their order', () => {
    const sections = ['tasks.items', 'audit.log', 'crm.leads', 'clients.accounts', 'finance.acts'];
    const shown = (office: Office) => visibleSections({ ...desk, sections }, rightsOf(standing(office), anna, NOW));
    expect(shown(seller)).toEqual(['tasks.items', 'crm.leads', 'clients.accounts']);
    expect(shown({ ...seller, membership: { memberKind: 'client' } })).toEqual(['clients.accounts']);
    expect(shown(admin)).toEqual(sections);
    expect(shown({})).toEqual([]);
  });
});

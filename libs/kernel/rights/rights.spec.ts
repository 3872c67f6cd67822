import fc from 'fast-check';
import {
  allNodes,
  allows,
  CATALOGUE,
  explain,
  gives,
  inherits,
  isBelow,
  nodesNamed,
  noRights,
  pathOf,
  RESTRICTED_BY_DEFAULT,
  sectionsOf,
  switchedOn,
  titleOf,
  withSwitch,
  type RightsSources,
  type Switches,
} from '.';

const SECTIONS = sectionsOf();
const nodes = allNodes();
const node = fc.constantFrom(...nodes);
const functionNode = fc.constantFrom(...nodes.filter((each) => each.includes(':')));
const switching = fc.array(fc.tuple(node, fc.boolean()), { maxLength: 8 });
const switches = switching.map((list) => list.reduce<Switches>((rights, [each, on]) => withSwitch(rights, each, on).rights, {}));
const sources: fc.Arbitrary<RightsSources> = fc.record({
  active: fc.constant(true),
  fullAccess: fc.constant(false),
  departments: fc.array(fc.record({ id: fc.uuid(), rights: switches }), { maxLength: 3 }),
  roles: fc.array(fc.record({ code: fc.stringMatching(/^[a-z]{3}$/), rights: fc.array(node, { maxLength: 4 }) }), { maxLength: 2 }),
  individual: fc.array(node, { maxLength: 4 }),
});

describe('The section catalogue', () => {
  test('R078 rights go by sections and by functions inside a section', () => {
    expect(pathOf('finance.acts:send')).toEqual(['finance.acts:send', 'finance.acts', 'finance']);
    expect(pathOf('finance.acts')).toEqual(['finance.acts', 'finance']);
    expect(pathOf('finance')).toEqual(['finance']);
    expect(nodes).toContain('provider.staff:rights');
    expect(SECTIONS).toHaveLength(51);
  });

  test('a node is itself; a function of a category is that function in each section that has it', () => {
    expect(nodes.every((each) => nodesNamed(each).join() === each)).toBe(true);
    expect(nodesNamed('clients:create')).toEqual(['clients.accounts:create']);
    expect(nodesNamed('finance:send')).toEqual(['finance.acts:send']);
    expect(nodesNamed('lists.cars:edit')).toEqual(['lists.cars:edit']);
    for (const unknown of [
      '',
      'x',
      'crm.x',
      'crm.leads:sign',
      'profile',
      'profile.x',
      'crm.',
      ':view',
      'crm:send',
      'lists.Ж',
      'constructor',
    ])
      expect(nodesNamed(unknown)).toEqual([]);
  });

  test('every node has a name in both languages', () => {
    for (const each of nodes) {
      const { ru, en } = titleOf(each);
      expect(ru).toMatch(/[а-яё]|CRM/i);
      expect(en).toMatch(/^[A-Za-z][A-Za-z -]+$/);
    }
  });

  test('R023 what is restricted from the start', () => {
    expect(RESTRICTED_BY_DEFAULT).toEqual([
      'provider',
      'finance',
      'crm.settings',
      'documents.types',
      'processes.templates',
      'telephony.settings',
      'analytics',
      'designer',
      'audit',
    ]);
    expect(Object.keys(CATALOGUE)).toHaveLength(20);
  });
});

describe('Effective rights', () => {
  const of = (more: Partial<RightsSources>): RightsSources => ({ ...noRights, active: true, ...more });
  const department = (id: string, rights: Switches) => ({ id, rights });
  const sales = department('sales', { clients: true, services: true, 'finance.payments': true, 'finance.expenses': true });

  test('R080 without a switch every function is off', () => {
    for (const each of nodes) expect(allows(of({ departments: [department('new', {})] }), each)).toBe(false);
  });

  test('R081 the nearest switch wins: clients with editing and without creating', () => {
    const rights = [true, false].reduce<Switches>(
      (known, on) => withSwitch(known, on ? 'clients' : 'clients.accounts:create', on).rights,
      {},
    );
    expect(switchedOn(rights, 'clients.accounts:edit')).toBe(true);
    expect(switchedOn(rights, 'clients.accounts:create')).toBe(false);
    const off = withSwitch(rights, 'clients', false);
    expect(off).toEqual({ rights: { clients: false }, cleared: ['clients.accounts:create'] });
  });

  test('R089 R090 Лена: four inherited sections and one of her own', () => {
    const lena = of({ departments: [sales], individual: ['finance.acts'] });
    const shown = ['clients', 'services', 'finance.payments', 'finance.expenses', 'finance.acts', 'finance.invoices'];
    expect(shown.map((each) => explain(lena, each).source)).toEqual([
      'inherited',
      'inherited',
      'inherited',
      'inherited',
      'individual',
      'none',
    ]);
    expect(explain(lena, 'finance.payments:edit')).toMatchObject({
      effective: true,
      departments: ['sales'],
      by: [{ source: 'department', id: 'sales', node: 'finance.payments' }],
    });
  });

  test('R088 a grant that a department comes to give is dormant, and back when the department loses it', () => {
    const own = { individual: ['finance.acts'] };
    const inherited = of({ ...own, departments: [department('accounts', { finance: true })] });
    expect(explain(inherited, 'finance.acts')).toMatchObject({ source: 'inherited', granted: true });
    expect(explain(of({ ...own, departments: [department('accounts', { finance: false })] }), 'finance.acts')).toMatchObject({
      source: 'individual',
      effective: true,
    });
  });

  test('R067 D28 with several departments an allow in any of them wins, and adding one never takes anything', () => {
    fc.assert(
      fc.property(sources, switches, functionNode, (has, rights, each) => {
        const joined = { ...has, departments: [...has.departments, department('another', rights)] };
        expect(allows(joined, each)).toBe(allows(has, each) || switchedOn(rights, each));
      }),
    );
  });

  test('R066 the rights of a department are those of everybody in it', () => {
    fc.assert(
      fc.property(switches, functionNode, (rights, each) => {
        expect(allows(of({ departments: [department('d', rights)] }), each)).toBe(switchedOn(rights, each));
      }),
    );
  });

  test('R078 the last of the switches above a function decides, however many there are', () => {
    fc.assert(
      fc.property(switching, node, (list, each) => {
        const rights = list.reduce<Switches>((known, [at, on]) => withSwitch(known, at, on).rights, {});
        // The switch on the way to the node that was set last among those that nothing above it has cleared since.
        const model = list.reduce<boolean>((on, [at, value]) => (at === each || isBelow(at, each) ? value : on), false);
        expect(switchedOn(rights, each)).toBe(model);
      }),
    );
  });

  test('R089 own grants and roles only add; what is inherited is so by a department or a role', () => {
    fc.assert(
      fc.property(sources, node, node, (has, each, granted) => {
        const more = { ...has, individual: [...has.individual, granted] };
        expect(allows(more, each)).toBe(allows(has, each) || each === granted || isBelow(granted, each));
        expect(inherits(more, each)).toBe(inherits(has, each));
        expect(allows(has, each)).toBe(inherits(has, each) || gives(has.individual, each));
      }),
    );
  });

  test.each<[string, Partial<RightsSources>, Partial<ReturnType<typeof explain>>]>([
    ['nothing', {}, { effective: false, source: 'none', granted: false, by: [] }],
    [
      'a department, by its nearest switch',
      { departments: [department('a', { finance: true }), department('b', { finance: true, 'finance.acts': false }), sales] },
      { effective: true, source: 'inherited', departments: ['a'], by: [{ source: 'department', id: 'a', node: 'finance' }] },
    ],
    [
      'a role, by the node that it holds',
      {
        roles: [
          { code: 'accountant', rights: ['crm', 'finance.acts'] },
          { code: 'driver', rights: ['crm'] },
        ],
      },
      { effective: true, source: 'inherited', roles: ['accountant'], by: [{ source: 'role', id: 'accountant', node: 'finance.acts' }] },
    ],
    [
      'a department and a role',
      { departments: [department('a', { finance: true })], roles: [{ code: 'b', rights: ['finance'] }] },
      { effective: true, source: 'inherited', departments: ['a'], roles: ['b'] },
    ],
    [
      'the staff member alone',
      { individual: ['finance'] },
      { effective: true, source: 'individual', granted: true, by: [{ source: 'individual', id: '', node: 'finance' }] },
    ],
    [
      'a role with everything',
      { roles: [{ code: 'org_admin', rights: [], fullAccess: true }] },
      {
        effective: true,
        source: 'full_access',
        roles: ['org_admin'],
        by: [{ source: 'role', id: 'org_admin', node: 'finance.acts:view' }],
      },
    ],
    [
      '«Полный доступ», whatever else there is',
      { fullAccess: true, departments: [department('a', { finance: true })] },
      {
        effective: true,
        source: 'full_access',
        by: [
          { source: 'department', id: 'a', node: 'finance' },
          { source: 'full_access', id: '', node: 'finance.acts:view' },
        ],
      },
    ],
    ['membership', { member: { restricted: ['audit'], opened: [] } }, { effective: true, source: 'member', by: [] }],
    ['a section that was opened for one', { member: { restricted: ['finance'], opened: ['finance.acts'] } }, { source: 'member' }],
    ['a restricted section', { member: { restricted: ['finance'], opened: ['finance.invoices'] } }, { effective: false, source: 'none' }],
  ])('R090 why acts may be viewed: %s', (_, has, told) => {
    expect(explain(of(has), 'finance.acts:view')).toMatchObject({ node: 'finance.acts:view', ...told });
  });

  test('R082 a role with full access gives every node, to be inherited', () => {
    for (const fullAccess of [true, false]) {
      const roles = [{ code: 'org_admin', rights: [], fullAccess }];
      expect(new Set(nodes.map((each) => allows(of({ roles }), each)))).toEqual(new Set([fullAccess]));
      expect(new Set(nodes.map((each) => inherits(of({ roles }), each)))).toEqual(new Set([fullAccess]));
    }
  });

  test('R061 more of anything never takes a right, and a further restriction never gives one', () => {
    const member = fc.record({ restricted: fc.array(node, { maxLength: 4 }), opened: fc.array(node, { maxLength: 3 }) });
    fc.assert(
      fc.property(sources, fc.option(member), sources, member, functionNode, (has, belongs, more, also, each) => {
        const before = { ...has, member: belongs ?? undefined };
        const wider = {
          ...before,
          departments: [...before.departments, ...more.departments],
          roles: [...before.roles, ...more.roles],
          individual: [...before.individual, ...more.individual],
          member: belongs ? { ...belongs, opened: [...belongs.opened, ...also.opened] } : undefined,
        };
        if (allows(before, each)) expect(allows(wider, each)).toBe(true);
        const narrower = {
          ...before,
          member: belongs ? { ...belongs, restricted: [...belongs.restricted, ...also.restricted] } : undefined,
        };
        if (allows(narrower, each)) expect(allows(before, each)).toBe(true);
      }),
    );
  });

  test('what is explained is what holds, and names its sources', () => {
    fc.assert(
      fc.property(sources, fc.boolean(), fc.boolean(), node, (given, active, fullAccess, each) => {
        const has = { ...given, active, fullAccess };
        const told = explain(has, each);
        expect(told.effective).toBe(allows(has, each));
        expect(told.source === 'inherited').toBe(active && !fullAccess && inherits(has, each));
        expect(told.departments.length + told.roles.length > 0).toBe(inherits(has, each));
        if (told.effective && told.source !== 'member') expect(told.by).not.toEqual([]);
      }),
    );
  });

  test('who is blocked, dismissed or suspended has no rights, whatever the sources', () => {
    fc.assert(fc.property(sources, node, (has, each) => expect(allows({ ...has, active: false, fullAccess: true }, each)).toBe(false)));
  });

  test('D21 a plain member views open sections and nothing else; a restricted one when it was opened', () => {
    const member = { restricted: RESTRICTED_BY_DEFAULT, opened: ['finance.reports'] };
    const plain = of({ member });
    for (const section of SECTIONS) {
      const closed = RESTRICTED_BY_DEFAULT.some((each) => each === section || isBelow(each, section)) && section !== 'finance.reports';
      expect(allows(plain, `${section}:view`)).toBe(!closed);
      for (const fn of ['create', 'edit', 'edit_all', 'delete', 'export']) expect(allows(plain, `${section}:${fn}`)).toBe(false);
    }
    expect(allows(plain, 'crm:view')).toBe(false); // of sections alone
  });
});

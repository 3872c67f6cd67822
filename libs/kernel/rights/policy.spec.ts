import { anyStaff, member, orgAdmin, organizationIn, placeRefused, refusedAtTheDoor, staff, staffSees, standingOf, type Standing } from '.';
import { system, type Actor, type UserActor } from '../actor';
import { known } from '../needs';
import { allowedBy, oneOf, type Policy, type Question, type Verdict } from '../policy';
import { only, refused } from '../projection';
import { anna, FLORA, officeOf, type Office } from '../testing/offices';
import { NOW } from '../testing/streams';

type Record = { readonly organizationId?: string; readonly author?: string };
const ask = (more: Partial<Question<object, Record>> = {}): Question<object, Record> => ({
  actor: anna,
  command: {},
  state: { organizationId: FLORA },
  id: 'record',
  now: NOW,
  ...more,
});
const judged = (policy: Policy<object, Record>, office: Office, more: Partial<Question<object, Record>> = {}): Verdict =>
  policy.judge(ask(more), officeOf(office).resolve(policy.needs!(ask(more)), {}));
const standing = (office: Office) => officeOf(office).resolve({ standing: standingOf(FLORA, anna.userId) }, {}).standing as Standing;

const anonymous: Actor = { kind: 'anonymous', ip: '10.0.0.1' };
const service: Actor = { kind: 'service', serviceId: 'billing', commands: [], registries: [] };
const elsewhere: UserActor = { ...anna, organizationId: 'roga' };
const here: UserActor = { ...anna, organizationId: FLORA };

const employee: Office = { membership: {} };
const client: Office = { membership: { memberKind: 'client' } };
const seller: Office = { membership: {}, staff: { departmentIds: ['sales'] }, departments: { sales: { rights: { clients: true } } } };
const admin: Office = { organization: { administrators: ['anna'] } };
const full: Office = { membership: {}, staff: { fullAccess: true } };
const of = (office: Office, organization: Office['organization']): Office => ({
  ...office,
  organization: { ...office.organization, ...organization },
});
const working = (changes: Office['staff']): Office => ({ ...seller, staff: { ...seller.staff, ...changes } });
const fromOffice = { ipPolicy: { mode: 'list', rules: ['10.0.0.0/24'] } } as const;
const fromHome = { ipPolicy: { mode: 'list', rules: ['192.168.0.0/16'] } } as const;

describe('Who may do something in an organization', () => {
  const rules: readonly Policy<object, Record>[] = [member(), member({ inside: true }), staff('clients.accounts:delete'), orgAdmin()];
  const all = (verdict: Verdict) => [verdict, verdict, verdict, verdict];

  test('is told by the rules by name', () => {
    expect(rules.map(({ name }) => name)).toEqual(['member', 'member: employee, contractor', 'staff(clients.accounts:delete)', 'orgAdmin']);
  });

  test.each<[string, Office, Actor, readonly Verdict[]]>([
    // who                                                            member, inside, staff, orgAdmin
    ['an administrator', admin, anna, all('allow')],
    ['«Полный доступ»', full, anna, ['allow', 'allow', 'allow', 'FORBIDDEN']],
    ['a staff member with the right', seller, anna, ['allow', 'allow', 'allow', 'FORBIDDEN']],
    ['an employee without it', employee, anna, ['allow', 'allow', 'FORBIDDEN', 'FORBIDDEN']],
    ['a client', client, anna, ['allow', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']],
    ['an administrator who is a client too', { ...client, ...admin }, anna, all('allow')],
    ['who works in this organization', seller, here, ['allow', 'allow', 'allow', 'FORBIDDEN']],
    ['who works in another one at the moment', seller, elsewhere, all('NOT_FOUND')],
    ['its administrator, at work in another one', admin, elsewhere, all('NOT_FOUND')],
    ['a stranger', {}, anna, all('NOT_FOUND')],
    ['a suspended member', { ...seller, membership: { status: 'suspended' } }, anna, all('NOT_FOUND')],
    ['a blocked staff member', working({ status: 'blocked' }), anna, all('FORBIDDEN')],
    ['an administrator whose work account is blocked', { ...working({ status: 'blocked' }), ...admin }, anna, all('allow')],
    ['nobody who has signed in', seller, anonymous, all('NOT_AUTHENTICATED')],
    ['a service account', seller, service, all('FORBIDDEN')],
    ['the system, which has rules of its own', seller, system('saga'), all('FORBIDDEN')],
    ['staff from an address of their list', working(fromOffice), anna, ['allow', 'allow', 'allow', 'FORBIDDEN']],
    ['staff from another address', working(fromHome), anna, all('IP_NOT_ALLOWED')],
    ['an administrator from another address', { ...working(fromHome), ...admin }, anna, all('IP_NOT_ALLOWED')],
    ['staff from an address that is not known', working(fromOffice), { ...anna, ip: undefined }, all('IP_NOT_ALLOWED')],
    [
      'staff with a list that does not count',
      working({ ipPolicy: { ...fromHome.ipPolicy, mode: 'any' } }),
      anna,
      ['allow', 'allow', 'allow', 'FORBIDDEN'],
    ],
    [
      'staff of a suspended organization',
      of(seller, { status: 'suspended' }),
      anna,
      ['ORGANIZATION_SUSPENDED', 'ORGANIZATION_SUSPENDED', 'ORGANIZATION_SUSPENDED', 'FORBIDDEN'],
    ],
    ['the administrator of a suspended one', of(admin, { status: 'suspended' }), anna, all('ORGANIZATION_SUSPENDED')],
    [
      'staff of an archived one',
      of(seller, { status: 'archived' }),
      anna,
      ['ORGANIZATION_ARCHIVED', 'ORGANIZATION_ARCHIVED', 'ORGANIZATION_ARCHIVED', 'FORBIDDEN'],
    ],
    ['the administrator of an archived one', of(admin, { status: 'archived' }), anna, all('ORGANIZATION_ARCHIVED')],
  ])('R061 R084 %s', (_, office, actor, verdicts) => {
    expect(rules.map((rule) => judged(rule, office, { actor }))).toEqual(verdicts);
  });

  test('follows from the organization of the record, or from the one that a rule finds', () => {
    for (const state of [{}, undefined as never, { organizationId: 'roga' }])
      expect(rules.map((rule) => judged(rule, admin, { state }))).toEqual(all('NOT_FOUND'));
    const found = { in: () => FLORA };
    const finding = { in: () => known(FLORA) };
    for (const there of [found, finding]) {
      const those = [member(there), member({ ...there, inside: true }), staff('clients.accounts:delete', there), orgAdmin(there)];
      expect(those.map((rule) => judged(rule, admin, { state: {} }))).toEqual(all('allow'));
    }
  });

  test('R061 who may edit edits what is his own; others need to edit all', () => {
    const byAuthor = (node: 'crm.leads:edit' | 'crm.leads:convert') =>
      staff<object, Record>(node, { own: ({ state }, staffId) => state.author === staffId });
    const having = (...individualRights: string[]) => working({ individualRights });
    const verdicts = (office: Office, policy = byAuthor('crm.leads:edit')) =>
      ['staff-anna', 'staff-boris'].map((author) => judged(policy, office, { state: { organizationId: FLORA, author } }));
    expect(verdicts(having())).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(verdicts(having('crm.leads:edit'))).toEqual(['allow', 'FORBIDDEN']);
    expect(verdicts(having('crm.leads:edit_all'))).toEqual(['allow', 'allow']);
    expect(verdicts(having('crm.leads'))).toEqual(['allow', 'allow']);
    expect(verdicts(having('crm.leads:edit'), staff('crm.leads:edit'))).toEqual(['allow', 'allow']);
    for (const office of [admin, full]) expect(verdicts(office)).toEqual(['allow', 'allow']);
    // Only editing is divided so.
    expect(verdicts(having('crm.leads:convert'), byAuthor('crm.leads:convert'))).toEqual(['allow', 'allow']);
    expect(verdicts(having('crm.leads:edit_all'), byAuthor('crm.leads:convert'))).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  test('is whoever has one of several rights, on one look at the organization', () => {
    const either = oneOf(...anyStaff<object, Record>(['finance.acts:send', 'clients.accounts:delete'], { in: () => FLORA }));
    expect(judged(either, seller, { state: {} })).toBe('allow');
    expect(judged(either, employee)).toBe('FORBIDDEN');
    const answers = officeOf(seller).resolve(either.needs!(ask()), {});
    expect(Object.keys(answers)).toEqual(['standing']);
    expect(allowedBy(either, ask(), answers)).toBe('staff(clients.accounts:delete)');
  });

  test('R023 a right to view that was given for a time ends with it', () => {
    const viewing = (until: string) =>
      judged(staff('finance.reports:view'), { membership: { restrictedGrants: [{ node: 'finance.reports', until }] } });
    expect(viewing('2026-03-02T09:00:00.001Z')).toBe('allow');
    expect(viewing(NOW)).toBe('FORBIDDEN');
  });
});

describe('The door of an organization', () => {
  test('is that of the record, unless another is named', () => {
    expect(refusedAtTheDoor(standing(employee), here)).toBeUndefined();
    expect(refusedAtTheDoor(standing(employee), here, 'roga')).toBe('NOT_FOUND');
    expect(refusedAtTheDoor({ ...standing(employee), organizationId: undefined }, anna)).toBe('NOT_FOUND');
    expect(refusedAtTheDoor({ ...standing(employee), membership: undefined }, anna)).toBe('NOT_FOUND');
  });

  test.each<[string, Office, Partial<UserActor>, Verdict | undefined]>([
    ['who is no staff', employee, { ip: '10.0.0.9' }, undefined],
    ['an unbound session from another address', working({}), { ip: '10.0.0.9' }, undefined],
    ['a bound session from its address', working({ bindSessionToIp: true }), {}, undefined],
    ['a bound session from another address', working({ bindSessionToIp: true }), { ip: '10.0.0.9' }, 'SESSION_IP_MISMATCH'],
    ['a session of before it was known from where', working({ bindSessionToIp: true }), { openedFrom: undefined }, undefined],
    ['a session from outside the list', working(fromHome), {}, 'IP_NOT_ALLOWED'],
    ['a session from within the list', working(fromOffice), { ip: '10.0.0.9' }, undefined],
    [
      'a bound session of a list, from another address',
      working({ ...fromOffice, bindSessionToIp: true }),
      { ip: '10.0.1.9' },
      'SESSION_IP_MISMATCH',
    ],
  ])('R084 R085 %s', (_, office, changes, verdict) => {
    expect(placeRefused(standing(office), { ...anna, ...changes })).toBe(verdict);
  });
});

describe('Which rows of an organization somebody sees', () => {
  const sees = staffSees('clients.accounts:delete');
  const own = staffSees('clients.accounts:delete', ({ kind }, organizationId) => only({ organizationId, kind }));
  const seen = (office: Office, actor: Actor, filter: object = {}, policy = sees) => {
    const reading = { actor, filter: { ...filter }, now: NOW };
    return policy.see(reading, officeOf(office).resolve(policy.needs!(reading), {}));
  };
  const ours = only({ organizationId: FLORA });
  const named = { organizationId: FLORA };

  test.each<[string, Office, Actor, object, ReturnType<typeof only> | ReturnType<typeof refused>]>([
    ['staff with the right: all of them', seller, here, {}, ours],
    ['before a workspace was entered: those of the one that the filter names', seller, anna, named, ours],
    ['none where the filter names none', seller, anna, {}, refused('FORBIDDEN')],
    ['none where the filter names something else', seller, anna, { organizationId: 3 }, refused('FORBIDDEN')],
    ['those of the workspace, whatever the filter names', seller, here, { organizationId: 'roga' }, ours],
    ['not those of a filter, at work in another one', seller, elsewhere, named, refused('NOT_FOUND')],
    ['employees without the right: none', employee, here, {}, refused('FORBIDDEN')],
    ['strangers: none, as if it were not there', {}, anna, named, refused('NOT_FOUND')],
    ['administrators: all', admin, here, {}, ours],
    ['services and strangers to the product: none', seller, service, named, refused('FORBIDDEN')],
    ['nobody signed in: none', seller, anonymous, named, refused('FORBIDDEN')],
    ['staff of a suspended organization: none', of(seller, { status: 'suspended' }), here, {}, refused('ORGANIZATION_SUSPENDED')],
    ['its administrators: all, to put it right', of(admin, { status: 'suspended' }), here, {}, ours],
    ['of an archived one: all, to look things up', of(seller, { status: 'archived' }), here, {}, ours],
    ['from outside the list of addresses: none', working(fromHome), here, {}, refused('IP_NOT_ALLOWED')],
  ])('R061 R062 %s', (_, office, actor, filter, visible) => {
    expect(seen(office, actor, filter)).toEqual(visible);
  });

  test('those who oversee the service see all of them', () => {
    for (const role of ['PLATFORM_ADMIN', 'AUDITOR']) expect(seen({}, { ...anna, platformRoles: [role] })).toEqual(only({}));
    expect(sees.name).toBe('staff(clients.accounts:delete)');
  });

  test('members without the right see what is theirs, where a rule says so', () => {
    expect(seen(employee, here, {}, own)).toEqual(only({ organizationId: FLORA, kind: 'user' }));
    expect(seen(seller, here, {}, own)).toEqual(ours);
    expect(seen({}, anna, named, own)).toEqual(refused('NOT_FOUND'));
  });

  test('of which organization is told by the session first, then by the filter', () => {
    expect(organizationIn(here, { organizationId: 'roga' })).toBe(FLORA);
    expect(organizationIn(anna, { organizationId: 'roga' })).toBe('roga');
    expect(organizationIn(service, { organizationId: 'roga' })).toBe('roga');
    expect(organizationIn(anna, { organizationId: ['roga'] })).toBeUndefined();
    expect(organizationIn(anna, {})).toBeUndefined();
  });
});

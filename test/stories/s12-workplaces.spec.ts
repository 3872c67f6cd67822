import { seededId } from '@letopis/kernel';
import { openRomashka, staffOf, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

describe('Workplaces', () => {
  let world: World;
  let about: Romashka;
  let viktor: Caller;
  let staffId: string;
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    ({ caller: viktor, staffId } = await staffOf(world, about, 'viktor@romashka.ru'));
  }, 120_000);
  afterAll(() => world.stop());

  test('S12 R041 R042 without a role a workplace is closed, with it it opens, and that of the head stays closed', async () => {
    const { anna } = about;
    expect(await viktor.refused('SwitchWorkplace', { workplaceCode: 'sales_manager' })).toBe('403 WORKPLACE_NOT_ALLOWED');
    await anna.ok('AssignRole', { staffId, roleCode: 'sales_manager' });
    await viktor.ok('SwitchWorkplace', { workplaceCode: 'sales_manager' });
    expect(await viktor.refused('SwitchWorkplace', { workplaceCode: 'sales_head' })).toBe('403 WORKPLACE_NOT_ALLOWED');
    expect(await viktor.refused('SwitchWorkplace', { workplaceCode: 'nowhere' })).toBe('403 WORKPLACE_NOT_ALLOWED');
    const { body } = await viktor.get('/v1/side-panel');
    expect(body).toMatchObject({ current: 'sales_manager', workplaces: [{ code: 'marketing' }, { code: 'sales_manager' }] });
  });

  test('S12 R040 R043 a section that the administrator removes leaves the side panel, and one that may not be viewed is not on it', async () => {
    const { anna, romashka } = about;
    const shown = async () => {
      const { body } = await viktor.get('/v1/side-panel');
      return body.sections.map(({ node }: { node: string }) => node);
    };
    expect(await shown()).toContain('crm.leads');
    const workplaceId = seededId(romashka, 'workplace:sales_manager');
    await anna.ok('ChangeWorkplace', { workplaceId, sections: ['crm.deals', 'finance.reports', 'tasks.items'] });
    expect(await shown()).toEqual(['crm.deals', 'tasks.items']);
    expect(await anna.refused('ChangeWorkplace', { workplaceId, sections: ['crm.nothing'] })).toBe('422 SECTION_UNKNOWN');
    expect(await anna.refused('DeleteWorkplace', { workplaceId })).toBe('409 WORKPLACE_SYSTEM');
    expect(await viktor.refused('ChangeWorkplace', { workplaceId, name: 'Моё' })).toBe('403 FORBIDDEN');
  });

  test('S12 R057 a workplace of one’s own, opened by an organizational role', async () => {
    const { anna, romashka } = about;
    const role = {
      organizationId: romashka,
      code: 'branch_head',
      name: 'Руководитель филиала',
      kind: 'organizational',
      rights: ['finance'],
    };
    const { aggregateId: parentRoleId } = await anna.ok('CreateRole', role);
    await anna.ok('CreateRole', { ...role, code: 'branch_clerk', name: 'Специалист филиала', parentRoleId, rights: [] });
    expect(await anna.refused('UpdateRole', { roleId: parentRoleId, parentRoleId })).toBe('422 ROLE_PARENT_INVALID');
    await anna.ok('CreateWorkplace', {
      organizationId: romashka,
      code: 'branch',
      name: 'Филиал',
      sections: ['finance.reports'],
      requiredRoles: ['branch_head'],
    });
    await anna.ok('AssignRole', { staffId, roleCode: 'branch_head' });
    await viktor.ok('SwitchWorkplace', { workplaceCode: 'branch' });
    const { body } = await viktor.get('/v1/side-panel');
    expect(body).toMatchObject({ current: 'branch', sections: [{ node: 'finance.reports', title: { ru: 'Финансовые отчёты' } }] });
    await anna.ok('RemoveRole', { staffId, roleCode: 'branch_head' });
    expect((await viktor.get('/v1/side-panel')).body.current).toBe('marketing');
    const [branch] = await anna.rows('workplaces', '?filter[code]=branch');
    await anna.ok('DeleteWorkplace', { workplaceId: branch.workplaceId });
    expect(await anna.refused('ChangeWorkplace', { workplaceId: branch.workplaceId, name: 'Филиал 2' })).toBe('404 NOT_FOUND');
  });

  test('S12 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});

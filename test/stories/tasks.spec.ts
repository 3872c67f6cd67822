import { newId } from '@letopis/kernel';
import { openRomashka, salesOf, staffOf, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

/** Tasks of people, of departments and on control; approvals come with the processes that ask for them. */
describe('Tasks', () => {
  let world: World;
  let about: Romashka;
  let boris: { caller: Caller; staffId: string };
  let lena: { caller: Caller; staffId: string };
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    const departmentIds = [salesOf(about.romashka)];
    await about.anna.ok('SetDepartmentRight', { departmentId: departmentIds[0], node: 'tasks', enabled: true });
    boris = await staffOf(world, about, 'boris@romashka.ru', { departmentIds });
    lena = await staffOf(world, about, 'lena@romashka.ru', { departmentIds });
    await world.settle();
  }, 120_000);
  afterAll(() => world.stop());

  const create = async (more: object): Promise<string> => {
    const task = { organizationId: about.romashka, title: 'Позвонить в «Ромбы»', ...more };
    const { aggregateId } = await boris.caller.ok('CreateTask', task);
    await world.settle();
    return aggregateId;
  };
  const messages = async ({ caller }: { caller: Caller }) =>
    (await caller.rows('notification_centre', '?filter[category]=task&sort=at&limit=200')).map(({ text }: { text: string }) => text);
  const row = async (taskId: string) => (await boris.caller.get(`/v1/registries/tasks/${taskId}`)).body;

  test('R115 R051 a task goes from its maker over its assignee to its controller, and each is told', async () => {
    const taskId = await create({ assignee: { staffId: lena.staffId }, controllerStaffId: boris.staffId, title: 'Договор с «Ромбами»' });
    expect(await messages(lena)).toEqual(['Новая задача: Договор с «Ромбами»']);
    expect(await boris.caller.refused('StartTask', { taskId })).toBe('403 NOT_ASSIGNEE');
    await lena.caller.ok('StartTask', { taskId });
    expect(await lena.caller.refused('CompleteTask', { taskId })).toBe('403 NOT_CONTROLLER');
    await lena.caller.ok('SubmitTaskForControl', { taskId, result: 'Отправила' });
    await world.settle();
    expect(await messages(boris)).toEqual(['Задача ждёт вашего контроля: Договор с «Ромбами»']);
    await boris.caller.ok('ReturnTask', { taskId, comment: 'Нет приложения' });
    await lena.caller.ok('SubmitTaskForControl', { taskId, result: 'Теперь с приложением' });
    await boris.caller.ok('CompleteTask', { taskId });
    expect(await row(taskId)).toMatchObject({
      status: 'completed',
      open: false,
      result: 'Теперь с приложением',
      comments: [{ text: 'Нет приложения' }],
    });
    expect(await boris.caller.refused('StartTask', { taskId })).toBe('409 TASK_STATE');
  });

  test('R115 of fifty who take a task of the department at once one has it', async () => {
    const taskId = await create({ assignee: { departmentId: salesOf(about.romashka) } });
    expect((await messages(lena)).at(-1)).toContain('Её выполнит тот, кто возьмёт первым');
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => (at % 2 ? boris : lena).caller.send('TakeTask', { taskId }, { 'idempotency-key': newId() })),
    );
    const { assigneeStaffId } = await row(taskId);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ body }) => body.code)).toEqual(Array<string>(25).fill('NOT_ASSIGNEE'));
    expect([boris.staffId, lena.staffId]).toContain(assigneeStaffId);
    expect((await world.events(`task-${taskId}`)).filter((type) => type === 'TaskTaken')).toHaveLength(1);
  });

  test('R115 lists are filters of one registry: mine, those that I gave, of a department, on control, by status', async () => {
    const found = async (query: string) => (await boris.caller.rows('tasks', `?${query}&limit=200`)).length;
    expect(await found(`filter[assigneeStaffId]=${lena.staffId}&filter[open]=false`)).toBe(1);
    expect(await found(`filter[creatorStaffId]=${boris.staffId}`)).toBe(2);
    expect(await found(`filter[departmentId]=${salesOf(about.romashka)}`)).toBe(1);
    expect(await found(`filter[controllerStaffId]=${boris.staffId}&filter[status]=completed`)).toBe(1);
    expect(await found('q=ромб')).toBe(2);
  });

  test('R115 one sees the tasks in which one has a part, and lists them by name; whoever leads a department sees its people’s', async () => {
    const oleg = await staffOf(world, about, 'oleg@romashka.ru');
    const olga = await staffOf(world, about, 'olga@romashka.ru', { departmentIds: [salesOf(about.romashka)] });
    await about.anna.ok('SetDepartmentRight', { departmentId: salesOf(about.romashka), node: 'tasks.items:edit_all', enabled: false });
    const hidden = await create({ assignee: { staffId: lena.staffId }, title: 'Зарплата' });
    const seenBy = async ({ caller }: { caller: Caller }, list = '') =>
      (await caller.rows('tasks', `?limit=200${list && `&filter[list]=${list}`}`)).map(({ taskId }: { taskId: string }) => taskId);
    const sees = async (who: { caller: Caller }) => (await seenBy(who)).includes(hidden);
    expect([await sees(boris), await sees(lena), await sees(oleg), await sees(olga)]).toEqual([true, true, false, false]);
    expect((await oleg.caller.get(`/v1/registries/tasks/${hidden}`)).status).toBe(404);
    expect(await about.anna.rows('tasks', '?limit=200')).not.toEqual([]);
    expect([await seenBy(lena, 'my'), await seenBy(boris, 'created')].map((ids) => ids.includes(hidden))).toEqual([true, true]);
    expect([await seenBy(boris, 'my'), await seenBy(boris, 'control')].map((ids) => ids.includes(hidden))).toEqual([false, false]);
    const free = await create({ assignee: { departmentId: salesOf(about.romashka) }, title: 'Кто свободен?' });
    expect(
      [await seenBy(olga, 'free'), await seenBy(olga, 'department'), await seenBy(oleg, 'free')].map((ids) => ids.includes(free)),
    ).toEqual([true, true, false]);
    expect((await boris.caller.get('/v1/registries/tasks?filter[list]=all')).body.code).toBe('VALIDATION_FAILED');
    await about.anna.ok('UpdateDepartment', { departmentId: salesOf(about.romashka), headStaffId: olga.staffId });
    await world.settle();
    expect(await sees(olga)).toBe(true);
    for (const taskId of [hidden, free]) await boris.caller.ok('CancelTask', { taskId, reason: 'Проверка' });
    await about.anna.ok('SetDepartmentRight', { departmentId: salesOf(about.romashka), node: 'tasks.items:edit_all', enabled: true });
    await world.settle();
  });

  test('R051 the term is brought to mind a day before and at it, and what is done is left alone', async () => {
    const dueAt = new Date(Date.parse(world.clock.now()) + 48 * 3_600_000).toISOString();
    const late = await create({ assignee: { staffId: lena.staffId }, title: 'Отчёт', dueAt });
    const done = await create({ assignee: { staffId: lena.staffId }, title: 'Готовый отчёт', dueAt });
    await lena.caller.ok('CompleteTask', { taskId: done });
    await world.settle();
    await world.pass({ hours: 24 });
    const told = async (who: { caller: Caller }, password: string, email: string) => {
      who.caller = await world.signIn(email, password);
      await who.caller.ok('EnterWorkspace', { organizationId: about.romashka });
      return (await messages(who)).filter((text) => text.includes('отчёт') || text.includes('Отчёт'));
    };
    const passwordOf = (email: string) => world.letters(email).find(({ password }) => password)!.password!;
    const ofLena = () => told(lena, passwordOf('lena@romashka.ru'), 'lena@romashka.ru');
    expect((await ofLena()).at(-1)).toBe('До срока задачи осталось 24 часа: Отчёт');
    await world.pass({ hours: 24 });
    expect((await ofLena()).at(-1)).toBe('Наступил срок задачи: Отчёт');
    const ofBoris = await told(boris, passwordOf('boris@romashka.ru'), 'boris@romashka.ru');
    expect(ofBoris.slice(-2)).toEqual(['Задача завершена: Готовый отчёт', 'Задача не выполнена в срок: Отчёт']);
    const overdue = await boris.caller.rows('tasks', `?filter[open]=true&filter[dueAt.lte]=${world.clock.now()}`);
    expect(overdue).toMatchObject([{ taskId: late }]);
  });

  test('S17 D32 open tasks of whoever is dismissed go to whom they are handed over', async () => {
    const anna = await world.signIn('anna@romashka.ru', world.letters('anna@romashka.ru').find(({ password }) => password)!.password!);
    await anna.ok('EnterWorkspace', { organizationId: about.romashka });
    const open = await boris.caller.rows('tasks', `?filter[assigneeStaffId]=${lena.staffId}&filter[open]=true`);
    expect(open.length).toBeGreaterThan(0);
    await anna.ok('DismissStaffMember', { staffId: lena.staffId, handOverTo: boris.staffId });
    await world.settle();
    expect(await boris.caller.rows('tasks', `?filter[assigneeStaffId]=${lena.staffId}&filter[open]=true`)).toEqual([]);
    expect(await row(open[0].taskId)).toMatchObject({ assigneeStaffId: boris.staffId });
  });

  test('R115 a rebuild makes no tasks and sends nothing', async () => {
    await world.settle();
    const before = world.letters().length;
    expect(await world.differencesAfterRebuild()).toEqual([]);
    expect(world.letters()).toHaveLength(before);
  });
});

import { oneStage, processesOf, signedInAgain, type Member } from '../support/processes';
import { openRomashka, salesOf, staffOf, type Romashka } from '../support/staff';
import { World } from '../support/world';

/** Every type of step of a definition, carried out by the whole product. */
describe('Steps of processes', () => {
  let world: World;
  let about: Romashka;
  let oleg: Member, vera: Member;
  let company: string;
  let { define, start, row, events, latest } = {} as ReturnType<typeof processesOf>;

  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    await about.admin.ok('ChangeEdition', { organizationId: about.romashka, edition: 'corporate' });
    oleg = await staffOf(world, about, 'oleg@romashka.ru', { departmentIds: [salesOf(about.romashka)], roleCodes: ['sales_manager'] });
    vera = await staffOf(world, about, 'vera@romashka.ru', { departmentIds: [salesOf(about.romashka)] });
    const card = { organizationId: about.romashka, name: 'Лютик', emails: ['lutik@mail.ru'], responsibleStaffId: oleg.staffId };
    company = (await about.anna.ok('CreateCompany', card)).aggregateId;
    await world.settle();
    ({ define, start, row, events, latest } = processesOf(world, about, company));
  }, 90_000);
  afterAll(() => world.stop());

  const outputsOf = async (id: string, key: string) =>
    (await latest(id, 'StepCompleted', (data) => data.key === key))?.outputs as Record<string, unknown> | undefined;
  const told = async ({ caller }: Member, text: string) =>
    (await caller.rows('notification_centre')).filter((each: { text?: string }) => (each.text ?? '').includes(text)).length;
  const tasksOf = async ({ caller }: Member, processId: string, registry = 'tasks') =>
    (await caller.rows(registry)).filter((each: { processId?: string }) => each.processId === processId);

  test('R097 R099 R106 R107 R110 R111 R112 steps that wait for nothing follow one another, and every one of them has its effect', async () => {
    await define(
      oneStage(
        'effects',
        [
          { key: 'who', type: 'assign_responsible', args: { to: 'field:responsibleStaffId' } },
          {
            key: 'tell',
            type: 'notify_user',
            args: { to: ['responsible', 'param:also'], textSite: 'Клиент {{subject.name}}, {{params.word}}' },
          },
          {
            key: 'mail',
            type: 'send_email',
            args: {
              to: ['client', 'email:boss@mail.ru'],
              subject: 'Договор',
              text: '<p>Здравствуйте, <b>{{subject.name}}</b></p><p>{{params.word}}<br><a href="http://letopis.test/d">Договор</a></p>',
              contentType: 'html',
              charset: 'utf-8',
              mode: 'queued',
              templateSite: 'notification.message',
            },
          },
          { key: 'social', type: 'social_message', args: { to: ['staff:{{params.also}}'], text: 'Загляните в {{subject.name}}' } },
          { key: 'text', type: 'set_status_text', args: { text: 'У {{process.responsible.id}}' } },
          { key: 'field', type: 'set_subject_field', args: { field: 'industry', value: 'Цветы' } },
          {
            key: 'meeting',
            type: 'create_calendar_event',
            args: { user: 'responsible', title: 'Встреча с {{subject.name}}', from: '{{params.from}}', to: '{{params.to}}' },
          },
          {
            key: 'leave',
            type: 'add_absence',
            args: { user: 'param:also', type: 'business_trip', from: '2027-03-01', to: '2027-03-02', title: 'Поездка' },
          },
          { key: 'note', type: 'log', args: { text: 'Встреча {{steps.meeting.eventId}}' } },
        ],
        {
          whole: {
            params: [
              { key: 'also', type: 'staff', required: true },
              ...['word', 'from', 'to'].map((key) => ({ key, type: 'string', required: true })),
            ],
          },
        },
      ),
    );
    const params = { also: vera.staffId, word: '<привет>', from: '2027-03-01T09:00:00.000Z', to: '2027-03-01T10:00:00.000Z' };
    const id = await start('effects', { params });
    expect(await row(id)).toMatchObject({
      status: 'completed',
      outcome: 'success',
      responsibleStaffId: oleg.staffId,
      statusText: `У ${oleg.staffId}`,
    });
    expect([await told(oleg, 'Клиент Лютик, <привет>'), await told(vera, 'Клиент Лютик, <привет>')]).toEqual([1, 1]);
    expect(await told(oleg, 'Вы назначены ответственным')).toBe(1);
    expect(world.lastLetter('lutik@mail.ru').text).toContain('Здравствуйте, Лютик');
    expect(world.lastLetter('boss@mail.ru').subject).toContain('Договор');
    expect(world.lastLetter('boss@mail.ru').text).toContain('<привет>\nДоговор (http://letopis.test/d)');
    expect(await told(vera, 'Загляните в Лютик')).toBe(1);
    expect((await about.anna.get(`/v1/registries/companies/${company}`)).body).toMatchObject({ industry: 'Цветы' });
    const { eventId } = (await outputsOf(id, 'meeting'))!;
    expect(await world.events(`calendarEvent-${String(eventId)}`)).toEqual(['CalendarEventCreated']);
    expect(await world.events(`absences-${vera.staffId}`)).toEqual(['AbsenceAdded']);
    expect(await outputsOf(id, 'note')).toEqual({ text: `Встреча ${String(eventId)}` });
  }, 60_000);

  test('R097 an SMS is waited for: by letter where there is no channel, else it fails at once and may be passed over', async () => {
    const sms = (key: string, to: string) => ({ key, type: 'send_sms', args: { to: [to], text: 'Мастер придёт в 10:00' } });
    await define(oneStage('sms', [sms('reached', 'client'), sms('lost', 'phone:+79160000000')]));
    const id = await start('sms');
    expect(await outputsOf(id, 'reached')).toMatchObject({ notificationIds: [expect.any(String)] });
    expect(world.lastLetter('lutik@mail.ru').text).toContain('Мастер придёт в 10:00');
    expect(await row(id)).toMatchObject({ status: 'faulted', errorCode: 'NO_CHANNEL' });
    expect((await events(id)).filter((type) => type === 'StepFailed')).toHaveLength(1);
    await about.anna.ok('SkipFailedStep', { processId: id });
    await world.settle();
    expect(await row(id)).toMatchObject({ status: 'completed' });
  }, 60_000);

  test('R097 an event that a step waits for is used up by it, and one that came before is not lost', async () => {
    const assigned = (key: string) => ({ key, type: 'wait_event', args: { event: 'CompanyResponsibleAssigned' } });
    await define(
      oneStage(
        'events',
        [
          assigned('first'),
          { ...assigned('second'), args: { event: 'CompanyResponsibleAssigned', where: { staffId: '{{process.initiator.id}}' } } },
          {
            key: 'choice',
            type: 'branch',
            args: {
              cases: [
                {
                  if: { eq: ['{{steps.first.event.staffId}}', '{{process.initiator.id}}'] },
                  steps: [{ key: 'same', type: 'log', args: { text: 'Тот же' } }],
                },
              ],
              else: [{ key: 'other', type: 'log', args: { text: 'Другой: {{steps.first.event.staffId}}' } }],
            },
          },
        ],
        {
          whole: {
            triggers: [
              {
                on: 'CompanyResponsibleAssigned',
                steps: [{ key: 'seen', type: 'set_status_text', args: { text: 'Теперь {{event.staffId}}' } }],
              },
            ],
          },
        },
      ),
    );
    const id = await start('events');
    const mine = (await row(id)).initiatorStaffId;
    const assign = async (staffId: string) => {
      await about.anna.ok('AssignCompanyResponsible', { companyId: company, staffId });
      await world.settle();
    };
    await assign(vera.staffId);
    expect(await row(id)).toMatchObject({ status: 'running', statusText: `Теперь ${vera.staffId}` });
    expect(await outputsOf(id, 'second')).toBeUndefined();
    await assign(oleg.staffId);
    expect(await row(id)).toMatchObject({ status: 'running', statusText: `Теперь ${oleg.staffId}` });
    await assign(mine);
    expect(await row(id)).toMatchObject({ status: 'completed' });
    expect(await outputsOf(id, 'other')).toEqual({ text: `Другой: ${vera.staffId}` });
    expect(await outputsOf(id, 'same')).toBeUndefined();
    await assign(oleg.staffId);
  }, 60_000);

  test('R115 R116 R097 a blocking task is waited for; one with a controller is submitted and taken back by the process', async () => {
    const work = (key: string, more: object) => ({
      key,
      type: 'create_task',
      args: { title: 'Сделать {{subject.name}}', assignee: 'param:doer', ...more },
    });
    await define(
      oneStage(
        'tasks',
        [
          work('controlled', { controller: 'author', waitForCompletion: false }),
          { key: 'submit', type: 'submit_task', args: { task: 'controlled' } },
          { key: 'back', type: 'return_task', args: { task: 'controlled', comment: 'Ещё раз' } },
          { key: 'againBack', type: 'return_task', args: { task: 'controlled' } },
          work('blocking', { waitForCompletion: true, due: 'PT48H' }),
          { key: 'note', type: 'log', args: { text: '{{steps.blocking.result}} {{steps.blocking.completedBy}}' } },
          {
            key: 'thanks',
            type: 'notify_user',
            args: { to: ['{{steps.blocking.completedBy}}'], textSite: 'Спасибо за {{steps.blocking.result}}' },
          },
        ],
        {
          exits: [
            { to: 'done', on: { task: 'controlled', outcome: 'completed' } },
            { to: 'done', on: 'manual' },
          ],
          whole: { params: [{ key: 'doer', type: 'staff', required: true }] },
        },
      ),
    );
    const id = await start('tasks', { params: { doer: vera.staffId } });
    const { taskId } = (await outputsOf(id, 'controlled'))!;
    expect(await world.events(`task-${String(taskId)}`)).toEqual(['TaskCreated', 'TaskSubmittedForControl', 'TaskReturned']);
    expect(await outputsOf(id, 'againBack')).toEqual({ taskId });
    expect(await about.anna.refused('MoveSmartProcess', { processId: id, toStage: 'done' })).toBe('409 STEPS_UNFINISHED');
    const [blocking] = (await tasksOf(vera, id)).filter((each: { taskId: string }) => each.taskId !== taskId);
    await vera.caller.ok('CompleteTask', { taskId: blocking.taskId, result: 'Букет' });
    await world.settle();
    expect(await outputsOf(id, 'note')).toEqual({ text: `Букет ${vera.staffId}` });
    expect(await told(vera, 'Спасибо за Букет')).toBe(1);
    expect(await vera.caller.refused('SubmitTaskForControl', { taskId })).toBe('403 FORBIDDEN');
    await about.anna.ok('MoveSmartProcess', { processId: id, toStage: 'done' });
    await world.settle();
    expect(await row(id)).toMatchObject({ status: 'completed' });
  }, 60_000);

  test('R097 a child process begins with its parameters and is cancelled with its parent, and what was asked of people as well', async () => {
    await define(
      oneStage(
        'child',
        [{ key: 'ask', type: 'create_task', args: { title: 'Ребёнок', assignee: 'param:doer', waitForCompletion: true } }],
        {
          whole: { params: [{ key: 'doer', type: 'staff', required: true }] },
        },
      ),
    );
    await define(
      oneStage(
        'parent',
        [
          { key: 'begin', type: 'start_process', args: { definitionCode: 'child', params: { doer: vera.staffId } } },
          {
            key: 'ask',
            type: 'request_approval',
            args: {
              approvers: [`staff:${oleg.staffId}`, { to: `staff:${oleg.staffId}`, slot: 'second' }],
              mode: 'sequential',
              title: 'Дважды',
            },
          },
        ],
        {
          exits: [
            { to: 'done', on: { approval: 'ask', outcome: 'approved' } },
            { to: 'done', on: { approval: 'ask', outcome: 'rejected' } },
          ],
        },
      ),
    );
    const id = await start('parent');
    const { processId: child } = (await outputsOf(id, 'begin'))! as { processId: string };
    expect(await row(child)).toMatchObject({ status: 'running', definitionCode: 'child' });
    expect(await tasksOf(vera, child)).toHaveLength(1);
    // Sequential: one after another, the same person in two slots.
    const [one, ...rest] = await tasksOf(oleg, id, 'approval_inbox');
    expect(rest).toEqual([]);
    await oleg.caller.ok('DecideApprovalTask', { taskId: one.taskId, decision: 'approved' });
    await world.settle();
    const [two] = await tasksOf(oleg, id, 'approval_inbox');
    expect(two.taskId).not.toBe(one.taskId);
    await about.anna.ok('CancelSmartProcess', { processId: id, reason: 'Передумали' });
    await world.settle();
    expect([(await row(id)).status, (await row(child)).status]).toEqual(['cancelled', 'cancelled']);
    expect([
      await tasksOf(oleg, id, 'approval_inbox'),
      (await tasksOf(vera, child)).map(({ status }: { status: string }) => status),
    ]).toEqual([[], ['cancelled']]);
    expect(await told(vera, 'Задача отменена: Ребёнок')).toBe(1);
  }, 60_000);

  test('R097 a running process goes over to a mended version: the dry run says what would happen, then it does', async () => {
    const version = (steps: readonly object[], more: object = {}) => oneStage('mended', steps, more);
    const asks = {
      key: 'ask',
      type: 'create_task',
      args: { title: 'Сделайте', assignee: `staff:${vera.staffId}`, waitForCompletion: true },
    };
    const broken = { key: 'tell', type: 'notify_user', args: { to: ['role:operator'], textSite: 'Готово' } };
    const processDefinitionId = await define(version([asks, broken]));
    const id = await start('mended');
    const early = { key: 'early', type: 'log', args: { text: 'Раньше' } };
    const later = { key: 'tell', type: 'set_status_text', args: { text: 'Готово: {{steps.ask.completedBy}}' } };
    const publish = async (data: object) => {
      await about.anna.ok('SaveProcessDraft', { processDefinitionId, data });
      return (await about.anna.ok('PublishProcessDefinition', { processDefinitionId })).data.version as number;
    };
    const without = await publish(version([early, broken]));
    const plan = async (to: number) => (await about.anna.ok('PlanProcessMigration', { processId: id, version: to })).data;
    expect(await plan(without)).toMatchObject({ possible: false, obstacles: [{ code: 'STEP_GONE', of: 'ask' }] });
    const refused = await about.anna.send('MigrateSmartProcess', { processId: id, version: without });
    expect(refused).toMatchObject({ status: 409, body: { code: 'MIGRATION_IMPOSSIBLE', errors: [{ rule: 'STEP_GONE' }] } });
    expect(await vera.caller.refused('MigrateSmartProcess', { processId: id })).toBe('403 FORBIDDEN');
    const mended = await publish(version([early, asks, later]));
    expect(await plan(mended)).toMatchObject({
      possible: true,
      steps: [
        { key: 'ask', becomes: 'goes_on' },
        { key: 'early', becomes: 'passed_over' },
        { key: 'tell', becomes: 'will_run' },
      ],
    });
    expect(await row(id)).toMatchObject({ definitionVersion: 1 });
    await about.anna.ok('MigrateSmartProcess', { processId: id });
    await world.settle();
    expect(await row(id)).toMatchObject({ definitionVersion: mended, status: 'running' });
    const [{ taskId }] = await tasksOf(vera, id);
    await vera.caller.ok('CompleteTask', { taskId });
    await world.settle();
    expect(await row(id)).toMatchObject({ status: 'completed', statusText: `Готово: ${vera.staffId}` });
    expect(await outputsOf(id, 'early')).toBeUndefined();
    const { body } = await about.anna.get(`/v1/registries/process_journal/${id}`);
    expect(body.lines.map(({ what }: { what: string }) => what)).toEqual(expect.arrayContaining(['migrationPlanned', 'migrated']));
  }, 60_000);

  test('R097 a template of two megabytes, one nested without end and one of wild expressions are refused with a code, at once', async () => {
    const { anna, romashka } = about;
    const create = (data: string) =>
      anna.post('/v1/commands/CreateProcessDefinition', `{"organizationId":"${romashka}","code":"huge","data":${data}}`);
    const deep = (levels: number) => `{"x":${'['.repeat(levels)}1${']'.repeat(levels)}}`;
    const answers = [await create(JSON.stringify({ x: 'x'.repeat(2_000_000) })), await create(JSON.stringify({ x: 'x'.repeat(400_000) }))];
    for (const levels of [100, 5_000, 100_000]) answers.push(await create(deep(levels)));
    expect(answers.map(({ status, body }) => [status >= 400 && status < 500, typeof body.code])).toEqual(
      answers.map(() => [true, 'string']),
    );
    const wild = oneStage('wild', [{ key: 'say', type: 'log', args: { text: `{{${' '.repeat(3_900)}` } }]);
    await define(wild);
    const id = await start('wild');
    expect(await row(id)).toMatchObject({ status: 'completed' });
  }, 60_000);

  test('R097 a step that fails is tried again after 1, 5 and 15 minutes, then it is retried or passed over by hand', async () => {
    await define(
      oneStage('faults', [
        { key: 'mayFail', type: 'add_absence', onError: 'skip', args: { user: 'author', type: 'nonsense', from: 'x', to: 'y' } },
        { key: 'fails', type: 'notify_user', args: { to: ['role:accountant'], textSite: 'Оплатите' } },
      ]),
    );
    const id = await start('faults');
    const failures = async () => (await events(id)).filter((type) => type === 'StepFailed').length;
    expect(await failures()).toBe(1);
    const counts: number[] = [];
    for (const minutes of [1, 5, 15]) {
      await world.pass({ minutes });
      counts.push(await failures());
    }
    expect(counts.slice(0, 2)).toEqual([2, 3]);
    expect(await latest(id, 'StepSkipped')).toMatchObject({ key: 'mayFail', by: 'onError' });
    for (const minutes of [1, 5, 15]) await world.pass({ minutes });
    const anna = await signedInAgain(world, about, 'anna@romashka.ru');
    expect(await row(id, anna)).toMatchObject({ status: 'faulted', errorCode: 'RECIPIENT_UNKNOWN' });
    expect(await failures()).toBe(8);
    expect(await anna.refused('RetryFailedStep', { processId: id, key: 'mayFail' })).toBe('409 STEP_NOT_FAILED');
    await anna.ok('AssignRole', { staffId: vera.staffId, roleCode: 'accountant' });
    await world.settle();
    await anna.ok('RetryFailedStep', { processId: id, key: 'fails' });
    await world.settle();
    expect(await row(id, anna)).toMatchObject({ status: 'completed' });
    expect(await told({ ...vera, caller: await signedInAgain(world, about, 'vera@romashka.ru') }, 'Оплатите')).toBe(1);
  }, 60_000);

  test('R097 a wait lasts to the second, by the calendar or by working hours, and a pause shifts it', async () => {
    world.clock.hold();
    // Thursday, 14 January 2027, 17:00 in Moscow: a working week, with a weekend before its last hour.
    world.clock.move(Date.parse('2027-01-14T14:00:00.000Z') - Date.parse(world.clock.now()));
    const anna = await signedInAgain(world, about, 'anna@romashka.ru');
    const owned = processesOf(world, { ...about, anna }, company);
    const waits = (clock: string, duration: string) => ({ key: 'pause', type: 'wait', args: { duration, clock } });
    await owned.define(oneStage('calendar-wait', [waits('calendar', 'PT10H')]));
    await owned.define(oneStage('working-wait', [waits('working', 'PT11H')]));
    const [byCalendar, byWork, paused] = [
      await owned.start('calendar-wait'),
      await owned.start('working-wait'),
      await owned.start('calendar-wait'),
    ];
    await anna.ok('PauseSmartProcess', { processId: paused });
    const ends = async (id: string) => (await events(id)).includes('ProcessCompleted');
    const until = async (moment: string) => {
      world.clock.move(Date.parse(moment) - Date.parse(world.clock.now()));
      await world.pass({});
    };
    const started = async (id: string) => {
      const { store } = world.product.runtime;
      return Date.parse((await store.read(`smartProcess-${id}`)).find(({ type }) => type === 'StepWaiting')!.metadata.occurredAt);
    };
    const ten = 10 * 3_600_000;
    await until(new Date((await started(byCalendar)) + ten - 1_000).toISOString());
    expect(await ends(byCalendar)).toBe(false);
    await until(new Date((await started(byCalendar)) + ten).toISOString());
    expect(await ends(byCalendar)).toBe(true);
    await world.pass({ hours: 1 });
    expect([await ends(byWork), await ends(paused)]).toEqual([false, false]);
    const again = await signedInAgain(world, about, 'anna@romashka.ru');
    await again.ok('ResumeSmartProcess', { processId: paused });
    await world.settle();
    const resumed = Date.parse(world.clock.now());
    await until(new Date(resumed + ten - 1_000).toISOString());
    expect(await ends(paused)).toBe(false);
    await until(new Date(resumed + ten).toISOString());
    expect(await ends(paused)).toBe(true);
    // An hour of Thursday, nine of Friday, one of Monday: to 10:00 in Moscow.
    const monday = '2027-01-18T07:00:00.000Z';
    await until(new Date(Date.parse(monday) - 1_000).toISOString());
    expect(await ends(byWork)).toBe(false);
    await until(monday);
    expect(await ends(byWork)).toBe(true);
  }, 60_000);
});

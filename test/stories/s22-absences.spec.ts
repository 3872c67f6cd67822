import { newId, system } from '@letopis/kernel';
import { CreateTask } from '@letopis/contexts/work';
import { parseCommand } from '@letopis/runtime';
import { openRomashka, staffOf, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

/** Who is away, who stands in, what is in the calendar, and what time went into. */
describe('Absences, calendars and time', () => {
  let world: World;
  let about: Romashka;
  let oleg: { caller: Caller; staffId: string };
  let lena: { caller: Caller; staffId: string };
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    oleg = await staffOf(world, about, 'oleg@romashka.ru');
    lena = await staffOf(world, about, 'lena@romashka.ru');
    await world.settle();
  }, 120_000);
  afterAll(() => world.stop());

  const today = (days = 0) => new Date(Date.parse(world.clock.now()) + days * 86_400_000).toISOString().slice(0, 10);
  /** What a process asks for. */
  const approval = async (title: string): Promise<string> => {
    const command = parseCommand(CreateTask as never, {
      organizationId: about.romashka,
      kind: 'approval',
      title,
      assignee: { staffId: oleg.staffId },
      blocking: true,
    });
    const correlationId = newId();
    const { aggregateId, position } = await world.product.runtime.dispatcher.execute(command, {
      actor: system('story'),
      commandId: newId(),
      correlationId,
    });
    world.follows(correlationId, position);
    await world.settle();
    return aggregateId;
  };

  test('S22 D42 approvals of whoever is on leave go to the deputy, who decides in the place of the absent', async () => {
    const before = await approval('Договор 1');
    expect(await oleg.caller.rows('approval_inbox')).toMatchObject([{ taskId: before, assigneeStaffId: oleg.staffId }]);
    const leave = { staffId: oleg.staffId, type: 'vacation', from: today(), to: today(7), deputyStaffId: lena.staffId };
    await oleg.caller.ok('AddAbsence', leave);
    await world.settle();
    const meanwhile = await approval('Договор 2');
    expect(await oleg.caller.rows('approval_inbox')).toEqual([]);
    const waiting = await lena.caller.rows('approval_inbox', '?sort=createdAt');
    expect(waiting).toMatchObject([
      { taskId: before, onBehalfOf: oleg.staffId },
      { taskId: meanwhile, onBehalfOf: oleg.staffId },
    ]);
    expect(await oleg.caller.refused('DecideApprovalTask', { taskId: before, decision: 'approved' })).toBe('403 NOT_ASSIGNEE');
    await lena.caller.ok('DecideApprovalTask', { taskId: before, decision: 'approved' });
    const [row] = await lena.caller.rows('tasks', `?filter[kind]=approval&filter[status]=completed`);
    expect(row).toMatchObject({ decision: 'approved', assigneeStaffId: lena.staffId, onBehalfOf: oleg.staffId });
    expect(await oleg.caller.refused('AddAbsence', { ...leave, from: today(3) })).toBe('409 ABSENCE_OVERLAP');
    expect(await about.anna.rows('absence_chart', `?filter[from.lte]=${today(1)}&filter[to.gte]=${today(1)}`)).toMatchObject([
      { staffId: oleg.staffId, deputyStaffId: lena.staffId, type: 'vacation' },
    ]);
    expect((await about.anna.get('/v1/registries/absence_chart?filter[from.lte]=tomorrow')).body.code).toBe('BAD_QUERY');
  });

  test('S22 in another edition there are no absences', async () => {
    await about.admin.ok('ChangeEdition', { organizationId: about.romashka, edition: 'start' });
    const leave = { staffId: lena.staffId, type: 'vacation', from: today(30), to: today(40) };
    expect(await lena.caller.refused('AddAbsence', leave)).toBe('403 FEATURE_NOT_IN_EDITION');
    await about.admin.ok('ChangeEdition', { organizationId: about.romashka, edition: 'corporate' });
  });

  test('R106 of forty who add the same days at once one has them', async () => {
    const leave = { staffId: lena.staffId, type: 'day_off', from: today(60), to: today(61) };
    const answers = await Promise.all(Array.from({ length: 40 }, () => lena.caller.send('AddAbsence', { ...leave, absenceId: newId() })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.code))).toEqual(new Set(['ABSENCE_OVERLAP']));
  });

  test('R107 R108 what is in a calendar is brought to mind, in time', async () => {
    const startsAt = new Date(Date.parse(world.clock.now()) + 2 * 3_600_000).toISOString();
    const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
    const meeting = {
      organizationId: about.romashka,
      title: 'Планёрка',
      startsAt,
      endsAt,
      remindBeforeMin: 60,
      attendees: [lena.caller.userId],
    };
    expect(await lena.caller.refused('CreateCalendarEvent', { ...meeting, ownerId: newId() })).toBe('422 CALENDAR_OWNER_NOT_APPLICABLE');
    await lena.caller.ok('CreateCalendarEvent', meeting);
    expect(await lena.caller.rows('calendar', `?filter[startsAt.gte]=${world.clock.now()}`)).toMatchObject([{ title: 'Планёрка' }]);
    expect(await oleg.caller.rows('calendar')).toEqual([]);
    expect(await about.anna.rows('calendar')).toHaveLength(1);
    await world.settle();
    await world.pass({ minutes: 59 });
    const soon = async () => {
      const { password } = world.letters('lena@romashka.ru').find((letter) => letter.password !== undefined)!;
      lena.caller = await world.signIn('lena@romashka.ru', password!);
      return (await lena.caller.rows('notification_centre', '?filter[category]=notable_event')).map(({ text }: { text: string }) => text);
    };
    expect(await soon()).toEqual([]);
    await world.pass({ minutes: 1 });
    expect(await soon()).toEqual(['Скоро: Планёрка']);
  });

  test('R025 time is told for a card, summed by day and month, and comes as a file', async () => {
    const anna = await world.signIn('anna@romashka.ru', world.letters('anna@romashka.ru').find(({ password }) => password)!.password!);
    await anna.ok('EnterWorkspace', { organizationId: about.romashka });
    const name = { lastName: 'Олегов', firstName: 'Олег' };
    const { aggregateId: personId } = await anna.ok('CreatePerson', { organizationId: about.romashka, name, employment: 'employee' });
    const spent = { personId, date: today(), subject: { type: 'task', id: newId() } };
    await anna.ok('LogTime', { ...spent, minutes: 90 });
    await anna.ok('LogTime', { ...spent, minutes: 30 });
    expect(await anna.refused('LogTime', { ...spent, minutes: 1_400 })).toBe('422 TIME_LIMIT');
    expect(await anna.rows('time_totals', `?filter[personId]=${personId}`)).toMatchObject([{ minutes: 120, days: { [today()]: 120 } }]);
    const { body } = await anna.get(`/v1/registries/time_sheet/export?filter[date.gte]=${today()}`);
    expect(body).toContain('Олегов Олег');
  });

  test('S22 a rebuild of the read models is the same and moves nothing', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});

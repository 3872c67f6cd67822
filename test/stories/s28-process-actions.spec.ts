import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { oneStage, processesOf, signedInAgain, type Member } from '../support/processes';
import { openRomashka, salesOf, staffOf, type Romashka } from '../support/staff';
import { World } from '../support/world';

/** Actions of a process, as people who write templates and those who live with them see them. */
describe('Actions of a process', () => {
  const sent: { to: string; text: string }[] = [];
  let isDown = false;
  let tries = 0;
  let gateway: Server;
  let world: World;
  let about: Romashka;
  let oleg: Member;
  let contact: string;
  let processes: ReturnType<typeof processesOf>;

  beforeAll(async () => {
    gateway = createServer((request, response) => {
      const { searchParams } = new URL(request.url!, 'http://gateway');
      tries++;
      if (!isDown) sent.push({ to: searchParams.get('to')!, text: searchParams.get('text')! });
      response.writeHead(isDown ? 503 : 200).end('{}');
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/?to={{to}}&text={{text}}`;
    world = await World.start({ sms: { method: 'GET', url } });
    about = await openRomashka(world);
    const { admin, anna, romashka } = about;
    await admin.ok('ChangeEdition', { organizationId: romashka, edition: 'corporate' });
    oleg = await staffOf(world, about, 'oleg@romashka.ru', { departmentIds: [salesOf(romashka)], roleCodes: ['sales_manager'] });
    // A client who can be reached by phone alone.
    const card = { organizationId: romashka, name: 'Пётр', phones: ['8 916 123-45-67'] };
    contact = (await anna.ok('CreateContact', card)).aggregateId;
    await world.settle();
    processes = processesOf(world, about, contact);
  }, 90_000);
  afterAll(async () => {
    await world.stop();
    gateway.close();
  });

  const ofContact = { whole: { subjectTypes: ['contact'] } };
  const begun = (code: string, params: object = {}) => processes.start(code, { subject: { type: 'contact', id: contact }, params });
  const toldAnna = async (text: string, anna = about.anna) =>
    (await anna.rows('notification_centre')).filter((row: { text: string }) => row.text.includes(text)).length;

  test('S28 R106 R107 R108 R112 R115 R116 absence, calendar event, a task that is waited for and whose result is told, and the status text in list and detail', async () => {
    const meeting = {
      user: 'param:doer',
      title: 'Выезд к клиенту {{subject.name}}',
      from: '2027-03-01T09:00:00.000Z',
      to: '2027-03-01T10:00:00.000Z',
    };
    await processes.define(
      oneStage(
        'visit',
        [
          {
            key: 'away',
            type: 'add_absence',
            args: { user: 'param:doer', type: 'business_trip', from: '2027-03-01', to: '2027-03-02', title: 'Выезд' },
          },
          { key: 'meeting', type: 'create_calendar_event', args: meeting },
          { key: 'wait', type: 'set_status_text', args: { text: 'Ждём {{subject.name}}' } },
          { key: 'visit', type: 'create_task', args: { title: 'Съездить', assignee: 'param:doer', waitForCompletion: true } },
          { key: 'result', type: 'set_status_text', args: { text: 'Готово: {{steps.visit.result}}' } },
          { key: 'tell', type: 'notify_user', args: { to: ['author'], textSite: 'Выезд окончен: {{steps.visit.result}}' } },
        ],
        { whole: { ...ofContact.whole, params: [{ key: 'doer', type: 'staff', required: true }] } },
      ),
    );
    const id = await begun('visit', { doer: oleg.staffId });
    // No type of calendar is the person's own.
    expect(await oleg.caller.rows('calendar', '?filter[startsAt.gte]=2027-03-01T00:00:00.000Z')).toMatchObject([
      { title: 'Выезд к клиенту Пётр', calendarType: 'user' },
    ]);
    expect(await oleg.caller.rows('absence_chart', '?filter[from.gte]=2027-03-01')).toMatchObject([
      { staffId: oleg.staffId, type: 'business_trip', from: '2027-03-01', to: '2027-03-02' },
    ]);
    expect(await processes.row(id)).toMatchObject({ status: 'running', statusText: 'Ждём Пётр' });
    const [listed] = await about.anna.rows('smart_processes', `?filter[subjectId]=${contact}`);
    expect(listed).toMatchObject({ processId: id, statusText: 'Ждём Пётр' });
    const [task] = (await oleg.caller.rows('tasks')).filter((row: { processId?: string }) => row.processId === id);
    await oleg.caller.ok('StartTask', { taskId: task.taskId });
    await world.settle();
    expect(await processes.row(id)).toMatchObject({ status: 'running' });
    await oleg.caller.ok('CompleteTask', { taskId: task.taskId, result: 'насос заменён' });
    await world.settle();
    expect(await processes.row(id)).toMatchObject({ status: 'completed', statusText: 'Готово: насос заменён' });
    expect(await toldAnna('Выезд окончен: насос заменён')).toBe(1);
  }, 60_000);

  test('S28 R108 a calendar of another type names its owner, the own one names none, and neither is made without', async () => {
    const at = { user: 'author', title: 'Планёрка', from: '2027-04-01T09:00:00.000Z', to: '2027-04-01T10:00:00.000Z' };
    const event = (key: string, more: object) => ({ key, type: 'create_calendar_event', onError: 'skip', args: { ...at, ...more } });
    await processes.define(
      oneStage(
        'calendars',
        [event('nobodys', { calendarType: 'group' }), event('own', { ownerId: '{{process.initiator.id}}' })],
        ofContact,
      ),
    );
    const id = await begun('calendars');
    const failed = async (key: string) => (await processes.latest(id, 'StepFailed', (data) => data.key === key))?.errorCode;
    expect(await failed('nobodys')).toBe('CALENDAR_OWNER_REQUIRED');
    for (const minutes of [1, 5, 15]) await world.pass({ minutes });
    expect(await failed('own')).toBe('CALENDAR_OWNER_NOT_APPLICABLE');
    for (const minutes of [1, 5, 15]) await world.pass({ minutes });
    const anna = await signedInAgain(world, about, 'anna@romashka.ru');
    expect(await processes.row(id, anna)).toMatchObject({ status: 'completed' });
    expect(await anna.rows('calendar', '?filter[startsAt.gte]=2027-04-01T00:00:00.000Z')).toEqual([]);
  }, 60_000);

  test('S28 D58 an SMS whose gateway is down is tried again three times, then the process stands still, its initiator is told, and a retry goes on', async () => {
    const anna = await signedInAgain(world, about, 'anna@romashka.ru');
    about = { ...about, anna };
    processes = processesOf(world, about, contact);
    await processes.define(
      oneStage('reminder', [{ key: 'sms', type: 'send_sms', args: { to: ['client'], text: 'Мастер придёт в 10:00' } }], ofContact),
    );
    isDown = true;
    tries = 0;
    const id = await begun('reminder');
    expect(await processes.row(id)).toMatchObject({ status: 'running' });
    for (const minutes of [1, 5, 15]) await world.pass({ minutes });
    const again = await signedInAgain(world, about, 'anna@romashka.ru');
    expect(await processes.row(id, again)).toMatchObject({ status: 'faulted' });
    expect(tries).toBe(1 + 3); // after 1, 5 and 15 minutes
    expect((await processes.events(id)).filter((type) => type === 'StepFailed')).toHaveLength(1);
    expect(await toldAnna('остановлен', again)).toBe(1);
    expect(await again.refused('RetryFailedStep', { processId: id, key: 'nothing' })).toBe('409 STEP_NOT_FAILED');
    isDown = false;
    await again.ok('RetryFailedStep', { processId: id, key: 'sms' });
    await world.settle();
    expect(sent).toEqual([{ to: '+79161234567', text: 'Мастер придёт в 10:00' }]);
    expect(await processes.row(id, again)).toMatchObject({ status: 'completed' });
  }, 60_000);
});

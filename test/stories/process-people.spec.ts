import { newId } from '@letopis/kernel';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { pdf } from '../support/documents';
import { oneStage, processesOf, signedInAgain, type Member } from '../support/processes';
import { linked, openRomashka, type Romashka, salesOf, staffOf, technicalOf, upload } from '../support/staff';
import { type Caller, World } from '../support/world';

/** What becomes of a process when people are away, leave, or take their time. */
describe('People of processes', () => {
  let world: World;
  let about: Romashka;
  let lena: Member, oleg: Member, vera: Member, ivan: Member, olga: Member;
  let company: string;
  let { define, start, row, latest } = {} as ReturnType<typeof processesOf>;

  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    const { admin, anna, romashka } = about;
    await admin.ok('ChangeEdition', { organizationId: romashka, edition: 'corporate' });
    const inSales = { departmentIds: [salesOf(romashka)], roleCodes: ['sales_manager'] };
    lena = await staffOf(world, about, 'lena@romashka.ru', inSales);
    oleg = await staffOf(world, about, 'oleg@romashka.ru', inSales);
    vera = await staffOf(world, about, 'vera@romashka.ru', inSales);
    olga = await staffOf(world, about, 'olga@romashka.ru', inSales);
    ivan = await staffOf(world, about, 'ivan@romashka.ru', { departmentIds: [technicalOf(romashka)] });
    company = (await lena.caller.ok('CreateCompany', { organizationId: romashka, name: 'Лютик', emails: ['lutik@mail.ru'] })).aggregateId;
    await world.settle();
    ({ define, start, row, latest } = processesOf(world, { ...about, anna }, company));
    await define(
      oneStage(
        'agree',
        [
          {
            key: 'ask',
            type: 'request_approval',
            args: { approvers: ['param:approvers'], mode: 'sequential', title: 'Согласуйте {{subject.name}}' },
          },
        ],
        {
          exits: ['approved', 'rejected'].map((outcome) => ({ to: 'done', on: { approval: 'ask', outcome } })),
          whole: { params: [{ key: 'approvers', type: 'staff[]', required: true }] },
        },
      ),
    );
  }, 90_000);
  afterAll(() => world.stop());

  const inboxOf = async ({ caller }: Member, processId: string) =>
    (await caller.rows('approval_inbox')).filter((each: { processId?: string }) => each.processId === processId);
  const decide = async (who: Member, processId: string) => {
    const [task] = await inboxOf(who, processId);
    await who.caller.ok('DecideApprovalTask', { taskId: task.taskId, decision: 'approved' });
    await world.settle();
  };
  const told = async (caller: Caller, text: string) =>
    (await caller.rows('notification_centre')).filter((each: { text?: string }) => (each.text ?? '').includes(text)).length;
  const agree = (...approvers: readonly Member[]) =>
    start('agree', { params: { approvers: approvers.map(({ staffId }) => staffId) } }, lena.caller);
  const sheetOf = async (processId: string) => (await about.anna.rows('approval_sheet', `?filter[processId]=${processId}`))[0];

  test('R150 a new record begins the processes whose templates say so, and no others, in the name of whoever made it', async () => {
    const starting = { ...oneStage('welcome', [{ key: 'call', type: 'log', args: { text: 'Позвонить' } }]), autoStartOnCreate: true };
    await define(starting);
    await define({ ...starting, code: 'welcome-contacts', subjectTypes: ['contact'] } as typeof starting);
    const card = { organizationId: about.romashka, name: 'Ландыш' };
    const { aggregateId } = await oleg.caller.ok('CreateCompany', card);
    await world.settle();
    const rows = await about.anna.rows('smart_processes', `?filter[subjectId]=${aggregateId}`);
    expect(rows).toMatchObject([{ definitionCode: 'welcome', status: 'completed', initiatorStaffId: oleg.staffId }]);
  }, 60_000);

  test('R151 R152 a process whose context is not there stops at the step that needs it, and says so', async () => {
    const subject = { type: 'deal', id: newId() };
    const id = await start('service-deal', { subject }, lena.caller);
    expect(await row(id)).toMatchObject({ status: 'faulted', errorCode: 'STEP_NOT_AVAILABLE', stageCode: 'start' });
    expect(await latest(id, 'StepFailed')).toMatchObject({ key: 'tellDispatcher', attempt: 1 });
    expect(await told(lena.caller, 'tellDispatcher')).toBe(1);
    for (const key of ['tellDispatcher', 'service', 'toDispatch']) {
      await about.anna.ok('SkipFailedStep', { processId: id, key });
      await world.settle();
    }
    expect(await latest(id, 'StepFailed')).toMatchObject({ key: 'dispatchText' });
    await about.anna.ok('CancelSmartProcess', { processId: id, reason: 'Сделок ещё нет' });
    await world.settle();
  }, 60_000);

  test('S22 R097 an approver who is away and has no deputy keeps the task, and the initiator is told', async () => {
    const today = world.clock.now().slice(0, 10);
    const { aggregateId: absencesId } = await vera.caller.ok('AddAbsence', { staffId: vera.staffId, type: 'sick', from: today, to: today });
    await world.settle();
    const id = await agree(vera);
    expect(await inboxOf(vera, id)).toHaveLength(1);
    expect(await told(lena.caller, 'Согласующий отсутствует, заместителя нет: Согласуйте Лютик')).toBe(1);
    expect(absencesId).toBeDefined();
    await decide(vera, id);
    expect(await row(id)).toMatchObject({ status: 'completed' });
  }, 60_000);

  test('R097 an approver named by hand gets the task, and a decision made meanwhile by whoever had it counts', async () => {
    const id = await agree(oleg, vera);
    const { roundId, approvers } = await sheetOf(id);
    expect(await ivan.caller.refused('ReplaceApprover', { processId: id, roundId, approverKey: 'a1', to: ivan.staffId, reason: 'Я' })).toBe(
      '403 FORBIDDEN',
    );
    await lena.caller.ok('ReplaceApprover', {
      processId: id,
      roundId,
      approverKey: approvers[0].approverKey,
      to: ivan.staffId,
      reason: 'Он знает',
    });
    await world.settle();
    expect([await inboxOf(oleg, id), (await inboxOf(ivan, id)).length]).toEqual([[], 1]);
    await decide(ivan, id);
    // Whoever takes part reads what was said in the process, and in no other, without any right to processes.
    const seen = async (registry: string) => [
      ...new Set((await ivan.caller.rows(registry)).map((each: { processId: string }) => each.processId)),
    ];
    expect([await seen('process_journal'), await seen('approval_sheet')]).toEqual([[id], [id]]);
    const other = (await about.anna.rows('smart_processes', '?filter[definitionCode]=welcome'))[0];
    expect((await ivan.caller.get(`/v1/registries/process_journal/${other.processId}`)).status).toBe(404);
    // Both at once: who is named, and who decides.
    const [task] = await inboxOf(vera, id);
    await Promise.all([
      lena.caller.send('ReplaceApprover', {
        processId: id,
        roundId,
        approverKey: approvers[1].approverKey,
        to: oleg.staffId,
        reason: 'Быстрее',
      }),
      vera.caller.send('DecideApprovalTask', { taskId: task.taskId, decision: 'approved' }),
    ]);
    await world.settle();
    if ((await row(id)).status === 'running') await decide(oleg, id);
    expect(await row(id)).toMatchObject({ status: 'completed' });
  }, 60_000);

  test('R097 an approver who leaves is replaced: with a task by whom it was handed to, before that by the head of the department', async () => {
    const { anna, romashka } = about;
    const first = await staffOf(world, about, 'kira@romashka.ru', { departmentIds: [technicalOf(romashka)] });
    const second = await staffOf(world, about, 'lev@romashka.ru', { departmentIds: [technicalOf(romashka)] });
    const nobodys = await staffOf(world, about, 'zoya@romashka.ru');
    const id = await agree(first, second, nobodys, vera);
    await anna.ok('UpdateDepartment', { departmentId: technicalOf(romashka), headStaffId: ivan.staffId });
    await anna.ok('DismissStaffMember', { staffId: first.staffId, handOverTo: oleg.staffId });
    for (const staffId of [second.staffId, nobodys.staffId]) await anna.ok('DismissStaffMember', { staffId });
    await world.settle();
    expect(await inboxOf(oleg, id)).toHaveLength(1);
    await decide(oleg, id);
    expect(await inboxOf(ivan, id)).toHaveLength(1);
    await decide(ivan, id);
    // Nobody stands in for the third: the initiator is told and names somebody.
    expect(await told(lena.caller, 'замените его')).toBe(1);
    const { roundId } = await sheetOf(id);
    const replace = (staffId: string) => ({ processId: id, roundId, approverKey: 'a3', to: staffId, reason: 'Уволен' });
    expect(await lena.caller.refused('ReplaceApprover', replace(second.staffId))).toBe('404 NOT_FOUND');
    await lena.caller.ok('ReplaceApprover', replace(olga.staffId));
    await world.settle();
    await decide(olga, id);
    await decide(vera, id);
    expect(await row(id)).toMatchObject({ status: 'completed', outcome: 'success' });
    expect((await sheetOf(id)).approvers.map(({ staffId }: Member) => staffId)).toEqual(
      [oleg, ivan, olga, vera].map(({ staffId }) => staffId),
    );
  }, 60_000);

  test('R097 the example of the documentation goes its whole way', async () => {
    const file = join(__dirname, '../../examples/processes/purchase.yaml');
    await define(parse(readFileSync(file, 'utf8')) as { code: string });
    const params = { what: 'Станок', sum: 250_000, approvers: [oleg.staffId, vera.staffId] };
    const id = await start('purchase', { params }, lena.caller);
    expect(await row(id)).toMatchObject({ stageCode: 'agreement', statusText: 'Согласование: Станок', responsibleStaffId: lena.staffId });
    await decide(oleg, id);
    await decide(vera, id);
    expect(await row(id)).toMatchObject({ stageCode: 'buying' });
    expect(await told(about.anna, 'Крупная закупка: Станок, 250000')).toBe(1);
    const task = (await lena.caller.rows('tasks')).find((each: { processId?: string }) => each.processId === id);
    expect(task).toMatchObject({ title: 'Купить: Станок', assigneeStaffId: lena.staffId });
    await lena.caller.ok('CompleteTask', { taskId: task.taskId, result: 'Счёт 17' });
    await world.settle();
    expect(await row(id)).toMatchObject({ status: 'completed', outcome: 'success', statusText: 'Куплено' });
    expect(world.lastLetter('lutik@mail.ru').text).toContain('Просим поставить: Станок. Счёт 17');
  }, 60_000);

  test('S20 R101 R102 on every work stage the author is reminded at the 24th hour to the second, and not a second before', async () => {
    world.clock.hold();
    const { romashka } = about;
    await linked(about, olga.caller, 'olga@romashka.ru', { lastName: 'Подписная', firstName: 'Ольга' });
    const params = { reviewer: oleg.staffId, approvers: [vera.staffId], signer: olga.staffId };
    const id = await start('contract-approval', { params }, lena.caller);
    const fileId = await upload(lena.caller, pdf('Договор'), 'contract.pdf');
    const { aggregateId: documentId } = await lena.caller.ok('UploadDocument', {
      organizationId: romashka,
      typeCode: 'contract',
      fileId,
      processId: id,
      companyId: company,
    });
    await world.settle();
    const { store } = world.product.runtime;
    const facts = async (type: string) => (await store.read(`smartProcess-${id}`)).filter((event) => event.type === type);
    const until = async (moment: number) => {
      world.clock.move(moment - Date.parse(world.clock.now()));
      await world.pass({});
    };
    const as = async (email: string, command: string, payload: object) => {
      await (await signedInAgain(world, about, email)).ok(command, payload);
      await world.settle();
    };
    const move = (email: string, toStage: string) => as(email, 'MoveSmartProcess', { processId: id, toStage });
    const reminders: [string, number, number][] = [];
    const inStage = async (code: string) => {
      const entered = (await facts('StageEntered')).at(-1)!;
      expect((entered.data as { stageCode: string }).stageCode).toBe(code);
      const due = Date.parse(entered.metadata.occurredAt) + 24 * 3_600_000;
      const count = async () => (await facts('StageReminderSent')).length;
      const before = await count();
      await until(due - 1_000);
      const early = (await count()) - before;
      await until(due);
      reminders.push([code, early, (await count()) - before]);
    };
    await move('lena@romashka.ru', 'review');
    await inStage('review');
    await move('oleg@romashka.ru', 'approval');
    await inStage('approval');
    vera = { ...vera, caller: await signedInAgain(world, about, 'vera@romashka.ru') };
    await decide(vera, id);
    await inStage('signing');
    await as('olga@romashka.ru', 'SignDocument', { documentId });
    await inStage('sending');
    await move('lena@romashka.ru', 'done');
    expect(reminders).toEqual(['review', 'approval', 'signing', 'sending'].map((code) => [code, 0, 1]));
    const author = await signedInAgain(world, about, 'lena@romashka.ru');
    expect(await told(author, 'идёт дольше 24 часов')).toBe(4);
  }, 90_000);
});

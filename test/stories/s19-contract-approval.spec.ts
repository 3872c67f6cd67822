import { newId } from '@letopis/kernel';
import { pdf } from '../support/documents';
import { linked, openRomashka, type Romashka, salesOf, staffOf, upload } from '../support/staff';
import { type Caller, World } from '../support/world';

interface Member {
  readonly caller: Caller;
  readonly staffId: string;
}

describe('Approval of a contract', () => {
  let world: World;
  let about: Romashka;
  let author: Member, reviewer: Member, first: Member, second: Member, signer: Member;
  let company: string;

  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    const { romashka } = about;
    const inSales = { departmentIds: [salesOf(romashka)], roleCodes: ['sales_manager'] };
    author = await staffOf(world, about, 'lena@romashka.ru', inSales);
    reviewer = await staffOf(world, about, 'oleg@romashka.ru', inSales);
    first = await staffOf(world, about, 'vera@romashka.ru', inSales);
    second = await staffOf(world, about, 'ivan@romashka.ru');
    signer = await staffOf(world, about, 'olga@romashka.ru', inSales);
    company = (await author.caller.ok('CreateCompany', { organizationId: romashka, name: 'Лютик', emails: ['lutik@mail.ru'] })).aggregateId;
    await world.settle();
  }, 90_000);
  afterAll(() => world.stop());

  const start = async () => {
    const { aggregateId } = await author.caller.ok('StartSmartProcess', {
      organizationId: about.romashka,
      definitionCode: 'contract-approval',
      subject: { type: 'company', id: company },
      params: { reviewer: reviewer.staffId, approvers: [first.staffId, second.staffId], signer: signer.staffId },
    });
    await world.settle();
    return aggregateId;
  };
  const bring = async (processId: string) => {
    const fileId = await upload(author.caller, pdf('Договор'), 'contract.pdf');
    const { aggregateId } = await author.caller.ok('UploadDocument', {
      organizationId: about.romashka,
      typeCode: 'contract',
      fileId,
      processId,
    });
    await world.settle();
    return aggregateId;
  };
  const move = async (who: Member, processId: string, toStage: string, comment?: string) => {
    await who.caller.ok('MoveSmartProcess', { processId, toStage, comment });
    await world.settle();
  };
  const process = async (id: string) => (await about.anna.get(`/v1/registries/smart_processes/${id}`)).body;
  const document = async (id: string) => (await about.anna.get(`/v1/registries/documents/${id}`)).body;
  const tasksOf = async ({ caller }: Member, processId: string) =>
    (await caller.rows('approval_inbox')).filter(
      (row: { processId?: string; processRef?: { processId: string } }) => (row.processId ?? row.processRef?.processId) === processId,
    );
  const decide = async (who: Member, processId: string, decision: string, comment?: string) => {
    const [task] = await tasksOf(who, processId);
    await who.caller.ok('DecideApprovalTask', { taskId: task.taskId, decision, comment });
    await world.settle();
  };
  const told = async ({ caller }: Member, text: string) =>
    (await caller.rows('notification_centre')).filter((row: { textSite?: string; text?: string }) =>
      (row.textSite ?? row.text ?? '').includes(text),
    );
  const toApproval = async () => {
    const processId = await start();
    const documentId = await bring(processId);
    await move(author, processId, 'review');
    await move(reviewer, processId, 'approval');
    return { processId, documentId };
  };

  let isLinked = false;
  const sign = async (documentId: string) => {
    if (!isLinked) {
      expect(await signer.caller.refused('SignDocument', { documentId })).toBe('422 SIGNER_LINK_REQUIRED');
      await linked(about, signer.caller, 'olga@romashka.ru', { lastName: 'Подписная', firstName: 'Ольга' });
      isLinked = true;
    }
    await signer.caller.ok('SignDocument', { documentId });
    await world.settle();
  };

  test('S19 R097 R099 R100 R103 a contract goes from preparation to «Подписан и отправлен», and its status with it', async () => {
    const processId = await start();
    expect(await author.caller.refused('MoveSmartProcess', { processId, toStage: 'review' })).toBe('422 DOCUMENT_REQUIRED');
    const documentId = await bring(processId);
    expect(await process(processId)).toMatchObject({ stageCode: 'created', documentIds: [documentId], responsibleStaffId: author.staffId });
    // The client is that of the process, number and folder are those of the type.
    const year = world.clock.now().slice(0, 4);
    expect(await author.caller.rows('documents', `?filter[companyId]=${company}`)).toMatchObject([
      { documentId, number: `Д-0001/${year}`, folderName: 'Договоры', clientName: 'Лютик', processStage: 'created' },
    ]);
    await move(author, processId, 'review');
    expect(await process(processId)).toMatchObject({ stageCode: 'review', responsibleStaffId: reviewer.staffId, statusText: 'Проверка' });
    expect(await told(reviewer, 'Проверьте договор')).toHaveLength(1);
    expect(await author.caller.refused('SetDocumentStatus', { documentId, status: 'new' })).toBe('409 DOCUMENT_IN_PROCESS');
    expect(await second.caller.refused('MoveSmartProcess', { processId, toStage: 'approval' })).toBe('403 NOT_RESPONSIBLE');
    expect(await reviewer.caller.refused('MoveSmartProcess', { processId, toStage: 'done' })).toBe('409 EXIT_NOT_ALLOWED');
    await move(reviewer, processId, 'approval');
    expect(await document(documentId)).toMatchObject({ status: 'on_approval' });
    expect([await tasksOf(first, processId), await tasksOf(second, processId)].map((tasks) => tasks.length)).toEqual([1, 1]);
    await decide(first, processId, 'approved');
    expect(await process(processId)).toMatchObject({ stageCode: 'approval' });
    await decide(second, processId, 'approved');
    expect(await process(processId)).toMatchObject({ stageCode: 'signing', responsibleStaffId: signer.staffId });
    expect(await document(documentId)).toMatchObject({ statusName: 'На подписании' });
    expect(await told(signer, 'Подпишите договор')).toHaveLength(1);
    await sign(documentId);
    expect(await process(processId)).toMatchObject({ stageCode: 'sending', responsibleStaffId: author.staffId });
    await move(author, processId, 'done');
    expect(await process(processId)).toMatchObject({ stageCode: 'done', status: 'completed', outcome: 'success' });
    expect(await document(documentId)).toMatchObject({ statusName: 'Подписан', statusColor: '#43A047' });
    expect(await told(author, 'подписан и отправлен')).toHaveLength(1);
    expect(await author.caller.refused('MoveSmartProcess', { processId, toStage: 'review' })).toBe('409 PROCESS_STATE');
    const [sheet] = await about.anna.rows('approval_sheet', `?filter[processId]=${processId}`);
    expect(sheet).toMatchObject({ outcome: 'approved', approvers: [{ decision: 'approved' }, { decision: 'approved' }] });
  }, 60_000);

  test('S21 a rejection needs a comment, cancels the other task and leads back; the second time both are asked anew', async () => {
    const { processId, documentId } = await toApproval();
    const [task] = await tasksOf(first, processId);
    expect(await first.caller.refused('DecideApprovalTask', { taskId: task.taskId, decision: 'rejected' })).toBe('422 COMMENT_REQUIRED');
    await decide(first, processId, 'rejected', 'Не та сумма');
    expect(await process(processId)).toMatchObject({ stageCode: 'created' });
    expect(await document(documentId)).toMatchObject({ status: 'new' });
    expect(await tasksOf(second, processId)).toEqual([]);
    expect(await told(author, 'Не та сумма')).toHaveLength(1);
    const fileId = await upload(author.caller, pdf('Договор, исправленный'), 'contract-2.pdf');
    await author.caller.ok('AddDocumentVersion', { documentId, fileId });
    await world.settle();
    await move(author, processId, 'review');
    await move(reviewer, processId, 'approval');
    expect([await tasksOf(first, processId), await tasksOf(second, processId)].map((tasks) => tasks.length)).toEqual([1, 1]);
    const third = await upload(author.caller, pdf('Договор, ещё раз'), 'contract-3.pdf');
    await author.caller.ok('AddDocumentVersion', { documentId, fileId: third });
    await world.settle();
    // A new version while it is being agreed on: the round is closed, and it is prepared again.
    expect(await process(processId)).toMatchObject({ stageCode: 'created', visit: 7 });
    expect(await tasksOf(first, processId)).toEqual([]);
    await move(author, processId, 'review');
    await move(reviewer, processId, 'approval');
    await decide(first, processId, 'approved');
    await decide(second, processId, 'approved');
    expect(await signer.caller.refused('MoveSmartProcess', { processId, toStage: 'declined' })).toBe('422 COMMENT_REQUIRED');
    await move(signer, processId, 'declined', 'Не подпишу');
    expect(await process(processId)).toMatchObject({
      stageCode: 'declined',
      status: 'completed',
      outcome: 'failure',
      statusText: 'Отклонён',
    });
    expect(await document(documentId)).toMatchObject({ status: 'new' });
  }, 60_000);

  test('S21 whoever started it cancels it in the middle: tasks are cancelled, the document has its status from before', async () => {
    const { processId, documentId } = await toApproval();
    expect(await second.caller.refused('CancelSmartProcess', { processId, reason: 'Так' })).toBe('403 FORBIDDEN');
    await author.caller.ok('CancelSmartProcess', { processId, reason: 'Передумали' });
    await world.settle();
    expect(await process(processId)).toMatchObject({ status: 'cancelled' });
    expect([await tasksOf(first, processId), await tasksOf(second, processId)]).toEqual([[], []]);
    expect(await document(documentId)).toMatchObject({ status: 'new' });
    await author.caller.ok('SetDocumentStatus', { documentId, status: 'archived' });
  }, 60_000);

  test('S21 R097 a document that was there before has its own status again when the process is cancelled', async () => {
    const fileId = await upload(author.caller, pdf('Старый договор'), 'old.pdf');
    const { aggregateId: documentId } = await author.caller.ok('UploadDocument', {
      organizationId: about.romashka,
      typeCode: 'contract',
      fileId,
    });
    await author.caller.ok('SetDocumentStatus', { documentId, status: 'on_signing' });
    const processId = await start();
    await author.caller.ok('AttachProcessDocument', { processId, documentId });
    await world.settle();
    expect(await author.caller.refused('ArchiveDocument', { documentId })).toBe('409 DOCUMENT_IN_PROCESS');
    await move(author, processId, 'review');
    await move(reviewer, processId, 'approval');
    expect(await document(documentId)).toMatchObject({ status: 'on_approval', processId });
    // Another process does not get it meanwhile.
    const other = await start();
    expect(await author.caller.refused('AttachProcessDocument', { processId: other, documentId })).toBe('409 DOCUMENT_IN_PROCESS');
    await author.caller.ok('CancelSmartProcess', { processId, reason: 'Передумали' });
    await world.settle();
    const released = await document(documentId);
    expect(released).toMatchObject({ status: 'on_signing' });
    expect(released.processId).toBeUndefined();
  }, 60_000);

  test('S21 R097 of fifty last votes at once one counts, and the round has one outcome', async () => {
    const { processId } = await toApproval();
    await decide(second, processId, 'approved');
    const [{ taskId }] = await tasksOf(first, processId);
    const vote = (_: unknown, at: number) =>
      first.caller.send(
        'DecideApprovalTask',
        { taskId, ...(at % 2 ? { decision: 'approved' } : { decision: 'rejected', comment: 'Нет' }) },
        { 'idempotency-key': newId() },
      );
    const answers = await Promise.all(Array.from({ length: 50 }, vote));
    await world.settle();
    expect(answers.map(({ status }) => (status < 300 ? 'counted' : status)).filter((status) => ![409, 'counted'].includes(status))).toEqual(
      [],
    );
    const decided = (await world.events(`task-${taskId}`)).filter((type) => type === 'TaskDecided');
    expect(decided).toHaveLength(1);
    const events = await world.events(`smartProcess-${processId}`);
    expect(events.filter((type) => type === 'ApprovalDecisionRecorded')).toHaveLength(2);
    expect(events.filter((type) => type === 'ApprovalRoundCompleted')).toHaveLength(1);
    // Those who said what counts got a yes, all others a no.
    const yes = answers.flatMap(({ status }, at) => (status < 300 ? [at % 2] : []));
    expect([...new Set(yes)]).toHaveLength(1);
    expect(yes).toHaveLength(25);
    const no = answers.flatMap(({ status, body }) => (status < 300 ? [] : [`${status} ${body.code}`]));
    expect(new Set(no)).toEqual(new Set(['409 ALREADY_DECIDED']));
    expect(await process(processId)).toMatchObject({ stageCode: yes[0] ? 'signing' : 'created' });
  }, 60_000);

  test('S21 R097 an approval and a rejection at the same moment are one outcome and one way on', async () => {
    const { processId } = await toApproval();
    const [[one], [other]] = [await tasksOf(first, processId), await tasksOf(second, processId)];
    await Promise.all([
      first.caller.send('DecideApprovalTask', { taskId: one.taskId, decision: 'approved' }),
      second.caller.send('DecideApprovalTask', { taskId: other.taskId, decision: 'rejected', comment: 'Нет' }),
    ]);
    await world.settle();
    const events = await world.events(`smartProcess-${processId}`);
    expect(events.filter((type) => type === 'ApprovalRoundCompleted')).toHaveLength(1);
    expect(await process(processId)).toMatchObject({ stageCode: 'created', status: 'running' });
    expect([...(await tasksOf(first, processId)), ...(await tasksOf(second, processId))]).toEqual([]);
  }, 60_000);

  test('S22 R097 an approver who is away is replaced by the deputy, whose decision says in whose place it was made', async () => {
    const today = world.clock.now().slice(0, 10);
    const leave = { staffId: first.staffId, type: 'vacation', from: today, to: today, deputyStaffId: reviewer.staffId };
    await first.caller.ok('AddAbsence', leave);
    await world.settle();
    const { processId } = await toApproval();
    expect(await tasksOf(first, processId)).toEqual([]);
    await decide(reviewer, processId, 'approved');
    await decide(second, processId, 'approved');
    expect(await process(processId)).toMatchObject({ stageCode: 'signing' });
    const [sheet] = await about.anna.rows('approval_sheet', `?filter[processId]=${processId}`);
    expect(sheet.approvers[0]).toMatchObject({ staffId: reviewer.staffId, byStaffId: reviewer.staffId, onBehalfOf: first.staffId });
  }, 60_000);

  test('R097 rebuilding the read models of processes sends nothing and starts nothing', async () => {
    await world.settle();
    const before = { letters: world.letters().length, head: await world.product.runtime.store.head() };
    expect(await world.differencesAfterRebuild()).toEqual([]);
    await world.settle();
    expect({ letters: world.letters().length, head: await world.product.runtime.store.head() }).toEqual(before);
  }, 60_000);

  /** Sessions end while the clock runs on: everybody signs in anew. */
  const again = async ({ staffId }: Member, email: string): Promise<Member> => {
    const { password } = world.letters(email).find((letter) => letter.password !== undefined)!;
    const caller = await world.signIn(email, password!);
    await caller.ok('EnterWorkspace', { organizationId: about.romashka });
    return { caller, staffId };
  };

  test('S20 R101 R102 a stage that takes 24 hours reminds the author every day; a pause moves it', async () => {
    const processId = await start();
    await bring(processId);
    await move(author, processId, 'review');
    const lena = () => again(author, 'lena@romashka.ru');
    const reminders = async () => (await told(await lena(), 'Проверка договора')).length;
    const before = await reminders();
    const pass = (hours: number, minutes = 0) => world.pass({ hours, minutes });
    await pass(23, 58);
    expect(await reminders()).toBe(before);
    await pass(0, 2);
    expect(await reminders()).toBe(before + 1);
    await pass(24);
    expect(await reminders()).toBe(before + 2);
    await (await lena()).caller.ok('PauseSmartProcess', { processId });
    await pass(5);
    await (await lena()).caller.ok('ResumeSmartProcess', { processId });
    await world.settle();
    await pass(23, 57);
    expect(await reminders()).toBe(before + 2);
    await pass(0, 3);
    expect(await reminders()).toBe(before + 3);
    await move(await again(reviewer, 'oleg@romashka.ru'), processId, 'created', 'Исправьте');
    await pass(48);
    expect(await reminders()).toBe(before + 3);
  }, 60_000);

  test('S20 R102 every later stage reminds the author the same way', async () => {
    const lena = () => again(author, 'lena@romashka.ru');
    author = await lena();
    reviewer = await again(reviewer, 'oleg@romashka.ru');
    const { processId, documentId } = await toApproval();
    const reminded = async (text: string) => (await told(await lena(), `${text} идёт дольше 24 часов`)).length;
    const { number } = await documentRow(documentId);
    const day = async (stage: string) => {
      const text = `${stage} договора ${number}`;
      await world.pass({ hours: 23, minutes: 57 });
      const before = await reminded(text);
      await world.pass({ minutes: 3 });
      return [before, await reminded(text)];
    };
    expect(await day('Согласование')).toEqual([0, 1]);
    await decide(await again(first, 'vera@romashka.ru'), processId, 'approved');
    await decide(await again(second, 'ivan@romashka.ru'), processId, 'approved');
    expect(await day('Подписание')).toEqual([0, 1]);
    signer = await again(signer, 'olga@romashka.ru');
    await sign(documentId);
    expect(await day('Отправка')).toEqual([0, 1]);
    await move(await lena(), processId, 'done');
    expect(await day('Отправка')).toEqual([1, 1]);
  }, 60_000);

  const documentRow = async (id: string) =>
    (await (await again(author, 'lena@romashka.ru')).caller.get(`/v1/registries/documents/${id}`)).body;
});

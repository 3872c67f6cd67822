import { newId } from '@letopis/kernel';
import { fileOf, pdf, sendFile } from '../support/documents';
import { openRomashka, salesOf, staffOf, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

describe('The business chat', () => {
  let world: World;
  let about: Romashka;
  let vera: { caller: Caller; staffId: string };
  let oleg: { caller: Caller; staffId: string };
  let password: string;
  const OLEG = 'oleg@romashka.ru';

  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    const inSales = { departmentIds: [salesOf(about.romashka)], roleCodes: ['sales_manager'], chatAvailable: true };
    vera = await staffOf(world, about, 'vera@romashka.ru', inSales);
    oleg = await staffOf(world, about, OLEG, inSales);
    password = world.letters(OLEG).find((letter) => letter.password !== undefined)!.password!;
  }, 120_000);
  afterAll(() => world.stop());

  const write = async (from: Caller, conversationId: string, text: string, more: object = {}) => {
    const messageId = newId();
    await from.ok('SendChatMessage', { conversationId, messageId, text, ...more });
    await world.settle();
    return messageId;
  };
  let dialog: string;
  let first: string;

  test('S29 R120 a message to somebody who is not there is kept, shown in red, and handed over at sign-in', async () => {
    await oleg.caller.ok('CloseSession', { sessionId: oleg.caller.sessionId, reason: 'signed_out' });
    await world.settle();
    const contacts = await vera.caller.lookup('chat_contacts', 'ghjl');
    expect(contacts.map(({ staffId, online }) => [staffId, online])).toEqual(
      expect.arrayContaining([
        [oleg.staffId, false],
        [vera.staffId, true],
      ]),
    );
    const opened = { organizationId: about.romashka, kind: 'direct', participants: [vera.staffId, oleg.staffId] };
    ({ aggregateId: dialog } = await vera.caller.ok('OpenConversation', opened));
    first = await write(vera.caller, dialog, 'Договор готов :ok:');
    const second = await write(vera.caller, dialog, 'Посмотри', { quoteOfMessageId: first });
    const history = () => vera.caller.rows('chat_history', `?filter[conversationId]=${dialog}&sort=at`);
    expect(await history()).toMatchObject([
      { messageId: first, deliveredTo: [] },
      { messageId: second, quoteText: 'Договор готов :ok:', deliveredTo: [] },
    ]);
    oleg = { ...oleg, caller: await world.signIn(OLEG, password) };
    await oleg.caller.ok('EnterWorkspace', { organizationId: about.romashka });
    await world.settle();
    expect((await history()).map(({ deliveredTo }) => deliveredTo)).toEqual([[oleg.staffId], [oleg.staffId]]);
    expect(await oleg.caller.rows('chat_dialogs')).toMatchObject([
      { conversationId: dialog, unread: { [oleg.staffId]: 2 }, lastMessage: { text: 'Посмотри' } },
    ]);
  });

  test('S29 R118 people are found by the first letters of name or department, in the wrong layout too', async () => {
    for (const typed of ['сотр', 'cjnh', 'прод', 'ghjl']) {
      expect((await vera.caller.lookup('chat_contacts', typed)).map(({ staffId }) => staffId)).toContain(oleg.staffId);
    }
    expect(await vera.caller.lookup('chat_contacts', 'бухг')).toEqual([]);
  });

  test('S15 R051 a message is one unread in the centre, and none once it was read in the chat', async () => {
    const unread = async () =>
      (await oleg.caller.get('/v1/registries/notification_centre?filter[category]=message&filter[read]=false&count=true')).body.total;
    expect(await unread()).toBe(2);
    await oleg.caller.ok('MarkConversationRead', { conversationId: dialog, messageId: first });
    await world.settle();
    expect(await unread()).toBe(1);
  });

  test('R119 «Последние» has the dialog with the newest message first', async () => {
    const group = { organizationId: about.romashka, kind: 'group', participants: [vera.staffId, oleg.staffId], title: 'Сделка 7' };
    const { aggregateId } = await oleg.caller.ok('OpenConversation', { ...group, conversationId: newId() });
    await write(oleg.caller, aggregateId, 'Всем привет');
    const order = async () => (await vera.caller.rows('chat_dialogs')).map(({ conversationId }) => conversationId);
    expect(await order()).toEqual([aggregateId, dialog]);
    await world.pass({ minutes: 1 });
    await write(oleg.caller, dialog, 'Посмотрел');
    expect(await order()).toEqual([dialog, aggregateId]);
  });

  test('R119 a file is sent with a message, and opened by those who take part and nobody else', async () => {
    const forDialog = `?for=chat&conversationId=${dialog}`;
    const { fileId } = await sendFile(vera.caller, pdf('счёт'), 'Счёт 7.pdf', forDialog);
    const messageId = await write(vera.caller, dialog, 'Вот счёт', { files: [fileId] });
    const [message] = await oleg.caller.rows('chat_history', `?filter[conversationId]=${dialog}&limit=1`);
    expect(message).toMatchObject({ messageId, files: [{ fileId, name: 'Счёт 7.pdf', mime: 'application/pdf' }] });
    const opened = async (by: Caller) => {
      const { status, code, text } = await fileOf(by, fileId!);
      return status === 200 ? text : `${status} ${code}`;
    };
    expect(await opened(oleg.caller)).toContain('счёт');
    expect(await opened(vera.caller)).toContain('счёт');
    expect(await opened(about.anna)).toBe('403 NOT_PARTICIPANT');
    expect(await opened(await world.person('stranger@mail.ru'))).toBe('404 NOT_FOUND');
    expect(await opened(world.stranger)).toMatch(/^40[14]/);

    // What is not wanted, or is another's, is not sent.
    const code = async (by: Caller, content: Buffer, name: string) => (await sendFile(by, content, name, forDialog)).code;
    expect(await code(vera.caller, Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(64)]), 'счёт')).toBe(
      'FILE_TYPE_NOT_ALLOWED',
    );
    expect(await code(vera.caller, pdf('x'), 'x.png')).toBe('FILE_TYPE_NOT_ALLOWED');
    expect(await code(about.anna, pdf('x'), 'x.pdf')).toBe('NOT_PARTICIPANT');
    const send = (by: Caller, conversationId: string, files: unknown) =>
      by.refused('SendChatMessage', { conversationId, messageId: newId(), text: 'Файл', files });
    expect(await send(oleg.caller, dialog, [fileId])).toBe('404 NOT_FOUND');
    expect(await send(vera.caller, dialog, [newId()])).toBe('404 NOT_FOUND');
    const group = { organizationId: about.romashka, kind: 'group', participants: [vera.staffId, oleg.staffId], conversationId: newId() };
    const { aggregateId: another } = await vera.caller.ok('OpenConversation', group);
    expect(await send(vera.caller, another, [fileId])).toBe('404 NOT_FOUND');
  });

  test('R119 whoever has left a group opens its files no more', async () => {
    const group = { organizationId: about.romashka, kind: 'group', participants: [vera.staffId, oleg.staffId], conversationId: newId() };
    const { aggregateId: conversationId } = await vera.caller.ok('OpenConversation', group);
    const { fileId } = await sendFile(vera.caller, pdf('план'), 'План.pdf', `?for=chat&conversationId=${conversationId}`);
    await write(vera.caller, conversationId, 'План', { files: [fileId] });
    expect((await fileOf(oleg.caller, fileId!)).status).toBe(200);
    await oleg.caller.ok('LeaveConversation', { conversationId });
    expect(await fileOf(oleg.caller, fileId!)).toMatchObject({ status: 403, code: 'NOT_PARTICIPANT' });
  });

  test('nobody else reads a dialog or writes in it', async () => {
    expect(await about.anna.rows('chat_dialogs')).toEqual([]);
    expect(await about.anna.rows('chat_history', `?filter[conversationId]=${dialog}`)).toEqual([]);
    expect((await about.admin.get('/v1/registries/chat_history')).status).toBe(403);
    expect(await about.anna.refused('SendChatMessage', { conversationId: dialog, messageId: newId(), text: 'Я тоже' })).toBe(
      '403 NOT_PARTICIPANT',
    );
  });

  test('S29 a rebuild of the read models tells the same and sends nothing', async () => {
    const before = world.letters().length;
    expect(await world.differencesAfterRebuild()).toEqual([]);
    expect(world.letters()).toHaveLength(before);
  });
});

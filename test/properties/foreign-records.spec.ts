import { derivedId, isUuid, newId } from '@letopis/kernel';
import { pdf, sendFile } from '../support/documents';
import { openRomashka, staffOf, salesOf, upload, type Romashka } from '../support/staff';
import { type Answer, type Caller, World } from '../support/world';

/** Registries that are everybody's, or whose rows are a person's own: of these nothing is closed by organization. */
const EVERYBODYS = ['organizations_registry', 'organization_lookup'];

describe('Records of another organization', () => {
  let world: World;
  let about: Romashka;
  let igor: Caller;
  let stranger: Caller;
  let client: Caller;
  let chatFileId: string;
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    const { anna, romashka } = about;
    const lena = await staffOf(world, about, 'lena@romashka.ru', { departmentIds: [salesOf(romashka)], roleCodes: ['sales_manager'] });
    client = await world.person('client@mail.ru');
    const asked = await client.ok('CreateAccessRequest', { organizationId: romashka });
    await anna.ok('AcceptAccessRequest', { accessRequestId: asked.aggregateId, memberKind: 'client' });
    await anna.ok('CreatePerson', { organizationId: romashka, name: { lastName: 'Иванов', firstName: 'Пётр' }, employment: 'employee' });
    await anna.ok('CreateContact', { organizationId: romashka, name: 'Пётр' });
    await anna.ok('CreateCompany', { organizationId: romashka, name: 'Лютик' });
    const fileId = await upload(anna, pdf('x'), 'x.pdf');
    await anna.ok('UploadDocument', { organizationId: romashka, typeCode: 'contract', fileId });
    const [{ staffId: ofAnna }] = await anna.rows('staff', `?filter[userId]=${anna.userId}`);
    const dialog = { organizationId: romashka, kind: 'direct', participants: [ofAnna, lena.staffId] };
    const { aggregateId: conversationId } = await anna.ok('OpenConversation', dialog);
    const secret = await sendFile(anna, pdf('Тайна'), 'Тайна.pdf', `?for=chat&conversationId=${conversationId}`);
    chatFileId = secret.fileId!;
    await anna.ok('SendChatMessage', { conversationId, messageId: newId(), text: 'Тайна', files: [chatFileId] });
    await anna.ok('CreateTask', { organizationId: romashka, title: 'Тайное задание', assignee: { staffId: lena.staffId } });
    await world.settle();
    igor = await world.person('igor@romb.ru');
    const romb = await world.client(about.admin, igor, '7736207543', 'Ромб');
    await igor.ok('EnterWorkspace', { organizationId: romb });
    stranger = await world.person('stranger@mail.ru');
    await world.settle();
  }, 180_000);
  afterAll(() => world.stop());

  /** Every row of every registry that says it is Romashka's. */
  async function rowsOfRomashka() {
    const { runtime } = world.product;
    const found: { code: string; id: string }[] = [];
    for (const { code, serves } of runtime.composition.projections.values()) {
      if (serves === 'sagas' || EVERYBODYS.includes(code)) continue;
      const rows = await runtime.db
        .collection<{ _id: string }>(runtime.projector.collection(code))
        .find({ organizationId: about.romashka, _deleted: { $exists: false } } as object)
        .toArray();
      found.push(...rows.map(({ _id }) => ({ code, id: _id })));
    }
    return found;
  }

  test('R061 no registry shows one, neither by its id nor in a list nor in a file', async () => {
    const rows = await rowsOfRomashka();
    const codes = new Set(rows.map(({ code }) => code));
    expect(codes.size).toBeGreaterThan(12);
    for (const code of ['chat_dialogs', 'chat_history', 'notification_centre', 'delivery_log', 'tasks']) expect(codes).toContain(code);
    for (const caller of [igor, stranger]) {
      for (const { code, id } of rows) {
        const { status, body } = await caller.get(`/v1/registries/${code}/${encodeURIComponent(id)}`);
        expect([code, status, body.items ?? []]).toEqual([code, status === 403 ? 403 : 404, []]);
      }
      for (const code of new Set(rows.map((row) => row.code))) {
        const ask = (path: string) => caller.get(path);
        const answers: Answer[] = await Promise.all([
          ask(`/v1/registries/${code}`),
          ask(`/v1/registries/${code}?filter[organizationId]=${about.romashka}`),
          ask(`/v1/registries/${code}/export?format=csv`),
        ]);
        for (const { body } of answers) expect(JSON.stringify(body ?? '')).not.toContain(about.romashka);
      }
    }
  }, 120_000);

  test('R061 R063 no command reaches one: whoever is not of the organization gets the answer of a record that is not there', async () => {
    const { runtime } = world.product;
    const payload = (ids: Readonly<Record<string, string>>, fields: readonly string[]) =>
      Object.fromEntries(fields.map((field) => [field, ids[field] ?? newId()]));
    const reached: string[] = [];
    let concealed = 0;
    for (const { name, of, spec, type } of runtime.composition.commands.values()) {
      if (spec.by.name === 'system' || /(^|, )(anon|user|platform)(,|$)/.test(spec.by.name) || of.category === 'organization') continue;
      const record = await someRecord(of.category);
      if (!record) continue;
      const body = payload(
        { organizationId: about.romashka, [`${of.category}Id`]: record, staffId: record, ...parts(record) },
        fieldsOf(type),
      );
      for (const caller of [igor, stranger]) {
        const { status } = await caller.post(`/v1/commands/${name}`, { ...body, ...(await filled(name, body, caller)) });
        // 400: the shape is judged before it is known who asks; nothing of a record is told by that.
        if (status === 404) concealed++;
        else if (status !== 400) reached.push(`${name} ${status}`);
      }
    }
    expect(reached).toEqual([]);
    expect(concealed).toBeGreaterThan(60);
  }, 120_000);

  /** Required fields that are ids; others make the answer 400, which tells nothing either. */
  const fieldsOf = (type: new () => object) =>
    [...new Set([...Object.keys(new type()), 'organizationId'])].filter((field) => field === 'organizationId' || /Id$/.test(field));

  const parts = (record: string): Record<string, string> => {
    const [organizationId, userId] = record.split(':');
    return userId && isUuid(userId) ? { organizationId: organizationId!, userId } : {};
  };

  /** Asks again with the fields that the first answer missed, as ids or short texts. */
  async function filled(name: string, body: object, caller: Caller): Promise<object> {
    const { body: answer } = await caller.post(`/v1/commands/${name}`, body);
    const errors = (answer.errors ?? []) as { pointer: string; rule: string }[];
    const more: Record<string, unknown> = {};
    for (const { pointer, rule } of errors) {
      const field = pointer.slice(1);
      if (rule === 'whitelistValidation') more[field] = undefined;
      else if (/uuid/i.test(rule)) more[field] = newId();
      else if (/boolean/i.test(rule)) more[field] = true;
      else if (/int|min|max/i.test(rule) && !/length/i.test(rule)) more[field] = 1;
      else if (/array/i.test(rule)) more[field] = [];
      else if (!(field in more)) more[field] = 'crm';
    }
    return more;
  }

  const someRecord = async (category: string): Promise<string | undefined> => {
    const { runtime } = world.product;
    for await (const { event } of runtime.store.everything()) {
      if (!event?.streamId.startsWith(`${category}-`)) continue;
      const id = event.streamId.slice(category.length + 1);
      const { state } = await runtime.states.fresh(runtime.composition.aggregates.get(category)!, id);
      if (runtime.composition.aggregates.get(category)!.organizationId(state, id) === about.romashka) return id;
    }
    return undefined;
  };

  test('R043 what is told of rights, workplaces and files of another organization is nothing', async () => {
    const { id: staffId } = (await rowsOfRomashka()).find(({ code }) => code === 'staff')!;
    for (const path of [
      `/v1/rights/staff/${staffId}?node=crm`,
      `/v1/rights/mine?organizationId=${about.romashka}`,
      `/v1/rights/holders?node=crm&organizationId=${about.romashka}`,
      `/v1/side-panel?organizationId=${about.romashka}`,
      `/v1/files/${derivedId('nothing')}`,
      `/v1/files/${chatFileId}`,
    ]) {
      expect([path, (await stranger.get(path)).status]).toEqual([path, path.includes('/rights/staff/') ? 400 : 404]);
      const { body } = await igor.get(path);
      expect(JSON.stringify(body)).not.toContain(about.romashka);
    }
    expect((await client.get(`/v1/rights/holders?node=crm&organizationId=${about.romashka}`)).status).toBe(403);
  });
});

import { newId } from '@letopis/kernel';
import { type Answer, type Caller, World } from '../support/world';

describe('S32 The audit', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let boris: Caller;
  let romashka: string;
  let requestId: string;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    boris = await world.person('boris@romashka.ru');
    romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
    requestId = (await boris.ok('CreateAccessRequest', { organizationId: romashka, comment: 'Возьмите меня' })).aggregateId;
    world.clock.move(60_000);
    await anna.ok('AcceptAccessRequest', { accessRequestId: requestId }, { 'x-reason': encodeURIComponent('Работает у нас') });
    await world.settle();
  });
  afterAll(() => world.stop());

  const record = (id = requestId) => `/v1/audit/records/accessRequest/${id}`;
  const read = async (who: Caller, path: string): Promise<Answer['body']> => {
    const { status, body, headers } = await who.get(path);
    if (status !== 200) throw new Error(`${path} was refused: ${JSON.stringify(body)}`);
    if (headers.has('x-consistency-token')) world.position = Math.max(world.position, Number(headers.get('x-consistency-token')));
    return body;
  };

  test('tells the state of a record at a revision and at a time', async () => {
    expect(await read(anna, `${record()}/state?revision=0`)).toMatchObject({ revision: 0, state: { status: 'created' } });
    const now = await read(anna, `${record()}/state`);
    expect(now).toMatchObject({ state: { status: 'accepted', decidedBy: anna.userId } });
    const [created, accepted] = (await read(anna, record())).items;
    expect(await read(anna, `${record()}/state?at=${created.at}`)).toMatchObject({ revision: 0, at: created.at });
    expect(await read(anna, `${record()}/state?at=${accepted.at}`)).toEqual(now);
    expect(await read(anna, `${record()}/state?at=2020-01-01`)).toMatchObject({ revision: -1 });
  });

  test('tells a history in pages, each of which names where the next one begins', async () => {
    const { items: whole, next: nothing } = await read(anna, record());
    expect(whole.length).toBeGreaterThan(1);
    expect(nothing).toBeUndefined();
    const pages: unknown[][] = [];
    for (let after = ''; ;) {
      const { items, next } = await read(anna, `${record()}?limit=1${after}`);
      pages.push(items);
      if (next === undefined) break;
      after = `&after=${next}`;
    }
    expect(pages.map(({ length }) => length)).toEqual(whole.map(() => 1));
    expect(pages.flat()).toEqual(whole);
    expect(await read(anna, `${record()}?after=${whole.length - 1}`)).toEqual({ items: [] });
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'after=-1'])
      expect((await anna.get(`${record()}?${query}`)).body.code).toBe('BAD_QUERY');
  });

  test('tells what is otherwise between two moments, and what happened in between', async () => {
    const { from, to, changes, events } = await read(anna, `${record()}/diff?from=0&to=2099-01-01`);
    expect({ from: from.revision, to: to.revision }).toEqual({ from: 0, to: events.at(-1).revision });
    expect(changes).toContainEqual({ path: '/status', kind: 'changed', from: 'created', to: 'accepted' });
    expect(changes).toContainEqual(expect.objectContaining({ path: '/decidedBy', kind: 'added', to: anna.userId }));
    expect(events[0]).toMatchObject({ type: 'AccessRequestAccepted', reason: 'Работает у нас' });
    expect((await read(anna, `${record()}/diff?from=0&to=0`)).changes).toEqual([]);
  });

  test('tells why something happened: who by which rule for what reason, caused by what, with what effects', async () => {
    const accepted = (await read(admin, record())).items.find(({ type }: { type: string }) => type === 'AccessRequestAccepted');
    const why = await read(admin, `/v1/audit/events/${accepted.eventId}/why`);
    expect(why).toMatchObject({
      event: { type: 'AccessRequestAccepted', stream: `accessRequest-${requestId}`, actor: { userId: anna.userId } },
      command: { type: 'AcceptAccessRequest', allowedBy: 'staff(provider.access_requests:decide)' },
      reason: 'Работает у нас',
      causes: [],
    });
    const granted = why.effects.find(({ type }: { type: string }) => type === 'MembershipGranted');
    expect(granted).toMatchObject({ stream: `membership-${romashka}:${boris.userId}`, causationId: accepted.eventId });
    const effect = await read(admin, `/v1/audit/events/${granted.eventId}/why`);
    expect(effect).toMatchObject({ causes: [{ eventId: accepted.eventId }], event: { actor: { kind: 'system' } } });
    expect(effect.command.allowedBy).toBeUndefined();
  });

  test('shows an administrator of an organization what belongs to it, and of the rest only that it is there', async () => {
    const accepted = (await read(anna, record())).items.find(({ type }: { type: string }) => type === 'AccessRequestAccepted');
    const { event, effects } = await read(anna, `/v1/audit/events/${accepted.eventId}/why`);
    expect(JSON.stringify(event)).not.toContain('sessionId');
    expect(effects).toContainEqual(expect.objectContaining({ type: 'MembershipGranted' }));
    expect(effects.filter((node: { organizationId?: string; hidden?: true }) => !node.hidden && node.organizationId !== romashka)).toEqual(
      [],
    );
    const [registered] = (await read(admin, `/v1/audit/records/user/${boris.userId}`)).items;
    expect((await anna.get(`/v1/audit/events/${registered.eventId}/why`)).body.code).toBe('NOT_FOUND');
  });

  test('tells a story as a tree, each event in the one that caused it', async () => {
    const [, accepted] = (await read(admin, record())).items;
    const { tree, events } = await read(admin, `/v1/audit/stories/${accepted.correlationId}?as=tree`);
    expect(events).toBeUndefined();
    expect(tree).toMatchObject([{ type: 'AccessRequestAccepted', effects: expect.arrayContaining([expect.objectContaining({ type: 'MembershipGranted' })]) }]);
  }); // prettier-ignore

  test('replays the log for auditors, in its order, between two moments and of what is asked for alone', async () => {
    const replayed = async (query: string) => {
      const answer = await fetch(`${world.product.url}/v1/audit/events${query}`, { headers: { authorization: `Bearer ${admin.token}` } });
      expect(answer.status).toBe(200);
      const text = await answer.text();
      return text === '' ? [] : text.trimEnd().split('\n').map((line) => JSON.parse(line) as Answer['body']); // prettier-ignore
    };
    const all = await replayed('');
    const log: string[] = [];
    for await (const resolved of world.product.runtime.store.subscribe(-1)) {
      const event = (await world.product.runtime.store.open(resolved))!;
      log.push(event.id);
      if (event.position >= all.at(-1).position) break;
    }
    expect(all.map(({ eventId }) => eventId)).toEqual(log);
    const ofRequest = await replayed(`?category=accessRequest&organizationId=${romashka}`);
    expect(ofRequest.map(({ type }) => type)).toEqual(['AccessRequestCreated', 'AccessRequestAccepted']);
    const [created, accepted] = ofRequest;
    expect(accepted).toMatchObject({ stream: `accessRequest-${requestId}`, reason: 'Работает у нас', actor: { userId: anna.userId } });
    expect(await replayed(`?category=accessRequest&from=${created.position}`)).toEqual([accepted]);
    expect(await replayed(`?category=accessRequest&to=${created.at}`)).toEqual([created]);
    expect(await replayed(`?type=AccessRequestAccepted&actorId=${boris.userId}`)).toEqual([]);
    expect(await replayed(`?type=AccessRequestAccepted&actorId=${anna.userId}`)).toEqual([accepted]);
    for (const wrong of ['?type=Nothing', '?category=x', '?from=soon', `?to=${1e15}`, '?limit=1'])
      expect((await admin.get(`/v1/audit/events${wrong}`)).body.code).toBe('BAD_QUERY');
    expect((await anna.get('/v1/audit/events')).body.code).toBe('FORBIDDEN');
  });

  test('is closed to strangers, members and people of other organizations, as if nothing were there', async () => {
    const [created] = (await read(admin, record())).items;
    const paths = [record(), `${record()}/state`, `${record()}/diff?from=0`, `/v1/audit/events/${created.eventId}/why`];
    for (const path of paths) {
      expect((await world.stranger.get(path)).body.code).toBe('NOT_AUTHENTICATED');
      expect((await boris.get(path)).body.code).toBe('NOT_FOUND');
    }
    for (const path of [
      `${record(newId())}/state`,
      `/v1/audit/events/${newId()}/why`,
      '/v1/audit/events/x/why',
      '/v1/audit/records/nothing/x',
    ]) {
      expect((await admin.get(path)).body.code).toBe('NOT_FOUND');
    }
  });

  test.each(['state?revision=-1', 'state?at=soon', 'state?at=2026-01-01&revision=1', 'diff', 'diff?from=x'])('refuses %s', async (path) => {
    expect((await admin.get(`${record()}/${path}`)).body.code).toBe('BAD_QUERY');
  });

  test('records every reading of it before the answer, and the reading of these records as well', async () => {
    await read(anna, `${record()}/diff?from=0&to=1`);
    await read(admin, `/v1/audit/stories/${newId()}`);
    await world.settle();
    const token = { 'x-consistency-token': String(await world.product.runtime.store.head()) };
    const rows = (await admin.call('GET', '/v1/registries/audit_accesses?filter[what]=diff&sort=-at&limit=1', undefined, token)).body.items;
    expect(rows).toMatchObject([
      { readerId: anna.userId, subject: `accessRequest-${requestId}`, organizationId: romashka, query: { from: '0', to: '1' } },
    ]);
    const again = { 'x-consistency-token': String(await world.product.runtime.store.head()) };
    const own = (await admin.call('GET', '/v1/registries/audit_accesses?filter[subject]=audit_accesses', undefined, again)).body.items;
    expect(own).toMatchObject(
      [
        { readerId: admin.userId, what: 'registry' },
        { readerId: admin.userId, what: 'registry' },
      ].slice(0, own.length),
    );
    expect(own.length).toBeGreaterThan(0);
    expect((await anna.get('/v1/registries/audit_accesses')).body.code).toBe('FORBIDDEN');
  });

  test('answers nothing that it cannot record', async () => {
    const { store } = world.product.runtime;
    const note = jest.spyOn(store, 'note').mockRejectedValue(Object.assign(new Error('gone'), { name: 'MongoNetworkError' }));
    try {
      const { status, body } = await admin.get(record());
      expect({ status, items: body.items }).toEqual({ status: 503, items: undefined });
    } finally {
      note.mockRestore();
    }
  });

  test('tells what known callers wanted and were not given, without what they brought, and counts strangers', async () => {
    const outsider = await world.person('eva@lutik.ru');
    expect(await outsider.refused('AcceptAccessRequest', { accessRequestId: requestId, comment: 'тайна' })).toMatch('VALIDATION_FAILED');
    expect(await outsider.refused('AcceptAccessRequest', { accessRequestId: requestId })).toBe('404 NOT_FOUND');
    expect((await outsider.get('/v1/registries/users_registry')).body.code).toBe('FORBIDDEN');
    expect(await world.stranger.refused('AcceptAccessRequest', { accessRequestId: requestId })).toBe('401 NOT_AUTHENTICATED');
    await world.settle();
    world.position = await world.product.runtime.store.head();
    expect(await admin.rows('refusals', `?filter[actorId]=${outsider.userId}&sort=at`)).toMatchObject([
      { kind: 'command', name: 'AcceptAccessRequest', target: requestId, code: 'NOT_FOUND', status: 404 },
      { kind: 'registry', name: 'users_registry', code: 'FORBIDDEN', status: 403 },
    ]);
    expect((await outsider.get('/v1/registries/refusals')).body.code).toBe('FORBIDDEN');
    const { body } = await world.stranger.get('/metrics');
    expect(body).toMatch(/letopis_refusals_total\{code="NOT_AUTHENTICATED",fate="counted"\} \d+/);
    expect(body).toMatch(/letopis_refusals_total\{code="NOT_FOUND",fate="recorded"\} \d+/);
  });

  test('lets refusals go when their time is over, and verification misses nothing', async () => {
    await world.settle();
    const { expiry, operations, projector, store, db } = world.product.runtime;
    await projector.mark('refusals').reached(await store.head());
    world.clock.move(91 * 86_400_000);
    expect(await expiry.sweep()).toBeGreaterThan(0);
    expect(await db.collection(projector.collection('refusals')).countDocuments()).toBe(0);
    const job = operations.verify('refusals', false, { kind: 'system', name: 'test' });
    expect(await operations.jobs.ended(job.id)).toMatchObject({ state: 'done', result: { different: 0 } });
  });
});

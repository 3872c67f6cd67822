import { newId, refusal } from '@letopis/kernel';
import { MongoServerSelectionError } from 'mongodb';
import type { Stored } from '../../libs/runtime/projections/document';
import { type Caller, World } from '../support/world';

describe('Operations', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let organizationId: string;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    organizationId = await world.client(admin, anna, '7736207543', 'Ромашка');
    await world.settle();
  });
  afterAll(() => world.stop());

  const REGISTRY = 'organizations_registry';
  const rows = (code: string) => world.product.runtime.db.collection<Stored>(world.product.runtime.projector.collection(code));
  const job = async (path: string, body: object) => {
    const begun = await admin.post(`/v1/operations/${path}`, body);
    expect(begun.status).toBe(202);
    await world.product.runtime.operations.jobs.ended(begun.body.id);
    return (await admin.get(`/v1/operations/jobs/${begun.body.id}`)).body;
  };

  test('are for administrators of the service alone', async () => {
    for (const path of ['info', 'timers', 'parked', `jobs/${newId()}`]) {
      expect((await world.stranger.get(`/v1/operations/${path}`)).body.code).toBe('NOT_AUTHENTICATED');
      expect((await anna.get(`/v1/operations/${path}`)).body.code).toBe('FORBIDDEN');
    }
    for (const path of ['parked/retry', 'documents/refold', 'verify', 'rebuild', 'rollback']) {
      expect((await world.stranger.post(`/v1/operations/${path}`, {})).body.code).toBe('NOT_AUTHENTICATED');
      expect((await anna.post(`/v1/operations/${path}`, {})).body.code).toBe('FORBIDDEN');
    }
    const step = { saga: 'X', eventId: newId(), reason: 'Потому что' };
    expect(await anna.refused('SkipSagaStep', step)).toBe('403 FORBIDDEN');
    expect(await admin.refused('SkipSagaStep', step)).toBe('409 STEP_NOT_WAITING');
  });

  test('info tells which log this is, its end, every mark and the counts', async () => {
    await world.settle();
    const { body } = await admin.get('/v1/operations/info');
    expect(body).toMatchObject({
      store: { storeId: expect.any(String), since: expect.any(String) },
      head: await world.product.runtime.store.head(),
      sagas: { parked: 0, waiting: 0 },
    });
    const registry = body.projections.find(({ code }: { code: string }) => code === REGISTRY);
    expect(registry).toMatchObject({ collection: world.product.runtime.projector.collection(REGISTRY), documents: 1 });
  });

  test('timers tells what comes due next, and for whom', async () => {
    const boris = await world.person('boris@romashka.ru');
    await boris.ok('CreateAccessRequest', { organizationId });
    await world.settle();
    await world.product.runtime.projector.mark('timers_due').reached(await world.product.runtime.store.head());
    const { body } = await admin.get('/v1/operations/timers?limit=1');
    expect(body.total).toBeGreaterThan(0);
    expect(body.next).toHaveLength(1);
    expect(body.sagas[body.next[0].saga]).toBeGreaterThan(0);
    expect((await admin.get('/v1/operations/timers?limit=0')).body.code).toBe('BAD_QUERY');
  });

  test('verify finds every read model as the log says', async () => {
    const { state, result } = await job('verify', {});
    expect({ state, ...result }).toMatchObject({ state: 'done', different: 0, differences: [] });
    expect(result.documents).toBeGreaterThan(10);
    const left = await world.product.runtime.db.listCollections({}, { nameOnly: true }).toArray();
    expect(left.filter(({ name }) => name.startsWith('_verify_'))).toEqual([]);
  });

  test('verify names documents that were changed, lost or made up, by key and field and without values, and heals them', async () => {
    await rows(REGISTRY).updateOne({ _id: organizationId }, { $set: { shortName: 'Подделка' } });
    await rows('memberships').deleteMany({ organizationId });
    await rows('memberships').insertOne({ _id: 'nobody:nowhere', _position: 1, organizationId });
    await world.product.runtime.db
      .collection<Stored>('client_registrations_v1__organization')
      .updateOne({ _id: organizationId }, { $set: { displayName: 'Подделка' } });

    const named = await job('verify', {});
    const { differences } = named.result;
    expect(JSON.stringify(named)).not.toContain('Подделка');
    expect(differences).toContainEqual({
      projection: REGISTRY, key: organizationId, kind: 'different', fields: ['shortName'], healed: false,
    }); // prettier-ignore
    expect(differences).toContainEqual({
      projection: 'memberships', key: `${organizationId}:${anna.userId}`, kind: 'missing', fields: [], healed: false,
    }); // prettier-ignore
    expect(differences).toContainEqual({
      projection: 'memberships', key: 'nobody:nowhere', kind: 'surplus', fields: [], healed: false,
    }); // prettier-ignore
    expect(differences).toContainEqual({
      projection: 'client_registrations', side: 'organization', key: organizationId, kind: 'different', fields: ['displayName'], healed: false,
    }); // prettier-ignore

    const healed = await job('verify', { heal: true });
    expect(healed.result).toMatchObject({ different: differences.length, healed: differences.length });
    expect((await job('verify', {})).result).toMatchObject({ different: 0 });
  });

  test('looking through read models all the time names what was changed or made up, a few documents at a time, and counts it', async () => {
    await world.settle();
    const { patrol } = world.product.runtime.operations;
    const count = world.product.runtime.composition.projections.size;
    /** One look at each; those that matter here have no more documents than one look takes. */
    const round = async () => {
      const looks = [];
      for (let at = 0; at < count; at++) looks.push(await patrol.look());
      return looks;
    };
    expect((await round()).flatMap(({ differences }) => differences)).toEqual([]);
    await rows(REGISTRY).updateOne({ _id: organizationId }, { $set: { shortName: 'Подделка' } });
    await rows('memberships').insertOne({ _id: 'nobody:anywhere', _position: 1, _streams: ['membership-nobody:anywhere'], organizationId });
    const found = (await round()).flatMap(({ differences }) => differences);
    expect(found).toContainEqual({ projection: REGISTRY, key: organizationId, kind: 'different', fields: ['shortName'], healed: false });
    expect(found).toContainEqual({ projection: 'memberships', key: 'nobody:anywhere', kind: 'surplus', fields: [], healed: false });
    expect(JSON.stringify(found)).not.toContain('Подделка');
    expect((await world.stranger.get('/metrics')).body).toMatch(
      /letopis_different_documents_total\{projection="memberships",healed="false"\} \d+/,
    );
    expect((await job('verify', { heal: true })).result).toMatchObject({ different: 2, healed: 2 });
    expect((await round()).flatMap(({ differences }) => differences)).toEqual([]);
  }, 60_000);

  test('verify sees nothing wrong in read models that move on meanwhile', async () => {
    const begun = await admin.post('/v1/operations/verify', { heal: false });
    expect((await admin.post('/v1/operations/rebuild', { projection: REGISTRY })).body.code).toBe('OPERATION_RUNNING');
    for (const inn of ['7830002293', '7707083893']) await anna.ok('AddLegalEntity', { inn });
    const ended = await world.product.runtime.operations.jobs.ended(begun.body.id);
    expect(ended).toMatchObject({ state: 'done', result: { different: 0 } });
    await world.settle();
  });

  test('rebuild puts a new build in the place of the live one, which goes on from there; rollback goes back', async () => {
    const before = world.product.runtime.projector.collection(REGISTRY);
    await rows(REGISTRY).updateOne({ _id: organizationId }, { $set: { shortName: 'Подделка' } });
    const head = await world.product.runtime.store.head();
    const { state, result } = await job('rebuild', { projection: REGISTRY });
    expect({ state, result }).toEqual({ state: 'done', result: { collection: `${before}_b1`, previous: before } });
    expect(await world.product.runtime.store.head()).toBe(head);
    expect((await anna.get(`/v1/registries/${REGISTRY}/${organizationId}`)).body.shortName).toBe('Ромашка');

    const { aggregateId } = await anna.ok('AddLegalEntity', { inn: '5001007329' });
    await world.settle();
    expect((await anna.get(`/v1/registries/${REGISTRY}/${aggregateId}`)).status).toBe(200);

    const back = await job('rollback', { projection: REGISTRY });
    expect(back.result).toEqual({ collection: before, previous: `${before}_b1` });
    expect((await anna.get(`/v1/registries/${REGISTRY}/${aggregateId}`)).status).toBe(200);
    expect((await anna.get(`/v1/registries/${REGISTRY}/${organizationId}`)).body.shortName).toBe('Подделка');
    expect((await job('rebuild', { projection: REGISTRY })).result).toEqual({ collection: `${before}_b2`, previous: before });
    expect((await job('verify', { projection: REGISTRY })).result).toMatchObject({ different: 0 });
  });

  describe('a letter that nobody takes', () => {
    const mail = () => world.product.runtime.ports.mail as { deliver: unknown };
    let deliver: unknown;
    beforeAll(() => {
      ({ deliver } = mail());
    });
    afterEach(() => {
      mail().deliver = deliver;
    });
    const nobodyTakes = () => {
      mail().deliver = () => Promise.reject(refusal('NOT_FOUND'));
    };
    const parked = async () => (await admin.get('/v1/operations/parked')).body.steps;

    test('is listed without what is in it, and goes out when it is retried', async () => {
      nobodyTakes();
      await world.register('vera@romashka.ru');
      const steps = await parked();
      expect(steps).toMatchObject([{ state: 'parked', attempts: 1, error: 'NOT_FOUND', since: expect.any(String) }]);
      expect(JSON.stringify(steps)).not.toContain('vera@');
      const { body } = await admin.post('/v1/operations/parked/retry', { saga: steps[0].saga });
      expect(body).toMatchObject({ retried: 1 });
      await world.product.runtime.sagas.mark.reached(body.position);
      expect(await parked()).toMatchObject([{ state: 'parked', attempts: 2 }]);

      mail().deliver = deliver;
      await admin.ok('RetrySagaStep', { saga: steps[0].saga, eventId: steps[0].eventId });
      await world.settle();
      expect(await parked()).toEqual([]);
      expect(world.letters('vera@romashka.ru')).toHaveLength(1);
    });

    test('is skipped for a reason that the audit shows with who gave it', async () => {
      nobodyTakes();
      await world.register('gleb@romashka.ru');
      const [step] = await parked();
      expect(await admin.refused('SkipSagaStep', { saga: step.saga, eventId: step.eventId, reason: '' })).toBe('400 VALIDATION_FAILED');
      await admin.ok('SkipSagaStep', { saga: step.saga, eventId: step.eventId, reason: 'Адреса не существует' });
      await world.settle();
      expect(await parked()).toEqual([]);
      const { body } = await admin.get(`/v1/audit/records/sagaFailure/${step.failureId}`);
      expect(body.items).toMatchObject([
        {
          type: 'SagaStepSkipped',
          data: { saga: step.saga, eventId: step.eventId, eventType: step.eventType, reason: 'Адреса не существует', error: 'NOT_FOUND' },
          actor: { userId: admin.userId },
        },
      ]);
      expect(await admin.refused('SkipSagaStep', { saga: step.saga, eventId: step.eventId, reason: 'Ещё раз' })).toBe(
        '409 STEP_NOT_WAITING',
      );
    });
  });

  test('what is not there is refused by name', async () => {
    expect((await admin.post('/v1/operations/rebuild', { projection: 'nothing' })).body.code).toBe('UNKNOWN_PROJECTION');
    expect((await admin.post('/v1/operations/verify', { projection: 'nothing' })).body.code).toBe('UNKNOWN_PROJECTION');
    expect((await admin.post('/v1/operations/rebuild', {})).body.code).toBe('VALIDATION_FAILED');
    expect((await job('rollback', { projection: 'sessions' }).catch(() => ({ state: 'failed' }))).state).toBe('failed');
    expect((await admin.get(`/v1/operations/jobs/${newId()}`)).body.code).toBe('NOT_FOUND');
  });

  describe('metrics', () => {
    test('are not for whom a proxy brings, but for administrators from anywhere', async () => {
      const passedOn = { 'x-forwarded-for': '203.0.113.7' };
      expect((await world.stranger.call('GET', '/metrics', undefined, passedOn)).body.code).toBe('NOT_AUTHENTICATED');
      expect((await anna.call('GET', '/metrics', undefined, passedOn)).body.code).toBe('FORBIDDEN');
      expect((await admin.call('GET', '/metrics', undefined, passedOn)).status).toBe(200);
    });

    test('tell of commands, conflicts, lag, waiting steps, timers and calls, and of nobody', async () => {
      await world.pass({ days: 2 });
      const { status, body, headers } = await world.stranger.get('/metrics');
      expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: expect.stringContaining('text/plain') });
      const lines = (body as string).split('\n');
      const value = (start: string) =>
        Number(
          lines
            .find((line) => line.startsWith(start))
            ?.split(' ')
            .at(-1),
        );
      expect(value('letopis_command_seconds_count{command="RegisterUser",outcome="accepted"}')).toBeGreaterThan(0);
      expect(value('letopis_command_seconds_count{command="SkipSagaStep",outcome="STEP_NOT_WAITING"}')).toBeGreaterThan(0);
      expect(value('letopis_http_seconds_count{method="POST",route="/v1/commands/:name",status="200"}')).toBeGreaterThan(0);
      expect(value('letopis_timer_late_seconds_count')).toBeGreaterThan(0);
      expect(value('letopis_lag_events{kind="projection",name="memberships"}')).toBeGreaterThanOrEqual(0);
      expect(value('letopis_lag_seconds{kind="sagas",name="all"}')).toBeGreaterThanOrEqual(0);
      expect(lines.some((line) => line.startsWith('letopis_saga_steps{') && line.includes('state="parked"'))).toBe(true);
      expect(value('letopis_parked_documents{projection="memberships"}')).toBe(0);
      expect(value('letopis_store_up{store="eventstore"}')).toBe(1);
      expect(body).not.toMatch(/romashka|Ромашка|[0-9a-f]{8}-[0-9a-f]{4}-/);
    });

    test('are told while a store is away, without what it would have to be asked for; readiness names the store', async () => {
      const { store, db } = world.product.runtime;
      const away = jest.spyOn(store, 'head').mockRejectedValue(refusal('STORE_UNAVAILABLE'));
      const metrics = await world.stranger.get('/metrics');
      const ready = await world.stranger.get('/health/ready');
      away.mockRestore();
      expect(metrics.status).toBe(200);
      expect(metrics.body).toMatch(/^letopis_store_up{store="eventstore"} 0$/m);
      expect(metrics.body).toMatch(/^letopis_store_up{store="mongodb"} 1$/m);
      expect(metrics.body).toMatch(/^letopis_command_seconds_count{command="RegisterUser",outcome="accepted"} /m);
      expect(metrics.body).not.toMatch(/^letopis_(log_head|lag)/m);
      expect(ready).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE', stores: { eventstore: 'away', mongodb: 'ok' } } });

      const silent = jest.spyOn(db, 'command').mockRejectedValue(new MongoServerSelectionError('away', {} as never));
      expect((await world.stranger.get('/health/ready')).body.stores).toEqual({ eventstore: 'ok', mongodb: 'away' });
      silent.mockRestore();
      expect((await world.stranger.get('/metrics')).body).toMatch(/^letopis_log_head_position \d+$/m);
    });
  });
});

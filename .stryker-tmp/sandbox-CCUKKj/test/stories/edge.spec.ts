// @ts-nocheck
import { newId } from '@letopis/kernel';
import { Caller, World } from '../support/world';

describe('The edge', () => {
  let world: World;
  let anna: Caller;
  beforeAll(async () => {
    world = await World.start();
    anna = await world.person('anna@romashka.ru');
    await world.settle();
  });
  afterAll(() => world.stop());

  const problem = async (call: ReturnType<Caller['post']>) => {
    const { status, body, headers } = await call;
    expect(headers.get('content-type')).toContain('application/problem+json');
    return { status, ...body };
  };

  describe('bad input is a problem with a code and a pointer, and writes nothing', () => {
    let head: number;
    let documents: number;
    const count = async () => {
      let sum = 0;
      for (const { name } of await world.product.runtime.db.listCollections().toArray())
        sum += await world.product.runtime.db.collection(name).countDocuments();
      return sum;
    };
    beforeAll(async () => {
      await world.settle();
      head = await world.product.runtime.store.head();
      documents = await count();
    });
    afterAll(async () => {
      await world.settle();
      expect(await world.product.runtime.store.head()).toBe(head);
      expect(await count()).toBe(documents);
    });

    const add = (body: unknown, headers = {}) => anna.post('/v1/commands/AddLegalEntity', body, headers);

    test('an unknown field', async () => {
      expect(await problem(add({ inn: '7707083893', owner: 'me' }))).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
        title: 'Проверьте заполнение полей',
        errors: [{ pointer: '/owner', rule: 'whitelistValidation', message: 'Неизвестное поле' }],
      });
    });

    test('a wrong type, in the language of the reader', async () => {
      const { errors, code } = await problem(add({ inn: 7707083893 }, { 'accept-language': 'en' }));
      expect(code).toBe('VALIDATION_FAILED');
      expect(errors).toContainEqual({ pointer: '/inn', rule: 'isString', message: 'inn must be a string' });
    });

    test.each([
      ['two megabytes', JSON.stringify({ inn: 'x'.repeat(2_000_000) }), 413, 'BODY_TOO_LARGE'],
      ['broken JSON', '{"inn": ', 400, 'MALFORMED_JSON'],
      ['a list', '[1, 2]', 400, 'MALFORMED_JSON'],
      ['a bare word', '"inn"', 400, 'MALFORMED_JSON'],
      ['a deep nest', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 400, 'VALIDATION_FAILED'],
      ['a name that reaches for the prototype', '{"__proto__": {"inn": "7707083893"}, "constructor": {}}', 400, 'VALIDATION_FAILED'],
      ['nothing', '{}', 400, 'VALIDATION_FAILED'],
    ])('%s', async (_, body, status, code) => {
      expect(await problem(add(body))).toMatchObject({ status, code });
    });

    test('null where a field may be absent', async () => {
      const registration = { email: 'x@y.ru', personalDataConsent: true, consentPolicyVersion: '2026-01', locale: null };
      expect(await problem(world.stranger.post('/v1/commands/RegisterUser', registration))).toMatchObject({
        status: 400,
        errors: [{ pointer: '/locale' }],
      });
      expect(await problem(add({ inn: '7707083893', kpp: null }))).toMatchObject({
        status: 400,
        errors: expect.arrayContaining([expect.objectContaining({ pointer: '/kpp' })]),
      });
    });

    test.each(['2026-12-01', '2026-W49', '2026-12-01T00:30:00', 'soon'])('the moment %s', async (validUntil) => {
      const { status, errors } = await problem(anna.post('/v1/commands/AcceptAccessRequest', { accessRequestId: newId(), validUntil }));
      expect({ status, pointer: errors[0].pointer }).toEqual({ status: 400, pointer: '/validUntil' });
    });

    test('a body that is not JSON', async () => {
      expect(await problem(add('inn=7707083893', { 'content-type': 'application/x-www-form-urlencoded' }))).toMatchObject({
        status: 415,
        code: 'UNSUPPORTED_MEDIA_TYPE',
      });
    });

    test.each(['NoSuchCommand', 'EnterRoster', 'OpenSession', '__proto__', 'constructor', 'ScheduleTimer'])(
      'the command %s',
      async (name) => {
        expect(await problem(anna.post(`/v1/commands/${name}`, {}))).toMatchObject({ status: 404, code: 'UNKNOWN_COMMAND' });
      },
    );

    test.each([
      ['idempotency-key', 'not-a-uuid'],
      ['if-match', 'x'],
      ['x-reason', '%E0%A4%A'],
    ])('the header %s', async (name, value) => {
      expect(await problem(add({ inn: '7707083893' }, { [name]: value }))).toMatchObject({ status: 400, code: 'BAD_HEADER' });
    });

    test.each([
      '',
      '?filter[nothing]=1',
      '?filter[status][$ne]=1',
      '?limit=0',
      '?limit=1e9',
      '?sort=inn;drop',
      '?cursor=AAAA',
      '?filter[addedAt.gte]=yesterday',
      '?where=1',
    ])('the question %s', async (query) => {
      const { status, body } = await anna.get(`/v1/registries/organizations_registry${query}`);
      expect(query === '' ? status : `${status} ${body.code}`).toBe(query === '' ? 200 : '400 BAD_QUERY');
    });

    test('a token that is not good', async () => {
      const forged = new Caller(world, `${anna.token!.slice(0, -4)}AAAA`);
      expect(await forged.refused('AddLegalEntity', { inn: '7707083893' })).toBe('401 NOT_AUTHENTICATED');
      const other = new Caller(world, anna.sessionToken);
      expect(await other.refused('AddLegalEntity', { inn: '7707083893' })).toBe('401 NOT_AUTHENTICATED');
    });

    test('an address where nothing is', async () => {
      expect(await anna.get('/v1/nothing')).toMatchObject({ status: 404, body: { code: 'UNKNOWN_ADDRESS' } });
      expect(await anna.get('/%E0%A4%A')).toMatchObject({ status: 404, body: { code: 'UNKNOWN_ADDRESS' } });
    });
  });

  test('an organization that is not there', async () => {
    expect(await anna.refused('ResumeMembership', { organizationId: newId(), userId: newId() })).toBe('404 NOT_FOUND');
    expect(await anna.refused('SuspendOrganization', { organizationId: newId(), reason: 'x' })).toBe('403 FORBIDDEN');
    expect(await anna.refused('AcceptAccessRequest', { accessRequestId: newId() })).toBe('404 NOT_FOUND');
  });

  test('the description names every command that may be called, and no other', async () => {
    const { body } = await anna.get('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const commands = Object.keys(body.paths).filter((path) => path.startsWith('/v1/commands/'));
    expect(commands).toContain('/v1/commands/RegisterUser');
    expect(commands).not.toContain('/v1/commands/OpenSession');
    expect(body.components.schemas.RegisterUser).toMatchObject({
      required: expect.arrayContaining(['email']),
      properties: { email: { type: 'string' } },
    });
    expect((await anna.get('/docs')).status).toBe(200);
  });

  test('who must give consent first reads neither registries nor the audit, whatever the role', async () => {
    const link = new URL(world.product.adminLink!);
    const password = 'Летопись-2026';
    await world.stranger.ok('ResetPassword', { userId: link.searchParams.get('user'), token: link.hash.slice(1), newPassword: password });
    const admin = await world.signIn('admin@letopis.local', password);
    for (const path of ['/v1/registries/users_registry', `/v1/audit/records/user/${anna.userId}`]) {
      expect((await admin.get(path)).body.code).toBe('CONSENT_REQUIRED');
    }
    await admin.ok('GiveConsent', { policyVersion: '2026-01' });
    const { body } = await admin.get(`/v1/audit/records/user/${anna.userId}`);
    expect(body.items.map(({ type }: { type: string }) => type)).toContain('ActivationIssued');
    expect(JSON.stringify(body)).not.toMatch(/tokenHash|secretRef|passwordRef|credentialVersion/);
  });

  test('rows come page by page, each once, in order', async () => {
    const inns = ['7736207543', '7830002293', '7707083893'];
    for (const inn of inns) await anna.ok('AddLegalEntity', { inn });
    for (const sort of ['inn', '-inn', 'addedAt', '-displayName']) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const { body } = await anna.get(`/v1/registries/organizations_registry?sort=${sort}&limit=1${cursor && `&cursor=${cursor}`}`);
        seen.push(...body.items.map(({ inn }: { inn: string }) => inn));
        cursor = body.next ?? '';
      } while (cursor);
      expect([...seen].sort()).toEqual([...inns].sort());
      if (sort === 'inn') expect(seen).toEqual([...inns].sort());
      if (sort === '-inn') expect(seen).toEqual([...inns].sort().reverse());
    }
  });

  test('a token of the future is held and then refused, never answered with old rows', async () => {
    const { status, body } = await anna.call('GET', '/v1/registries/organizations_registry', undefined, {
      'x-consistency-token': '9000000000',
    });
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'PROJECTION_LAG' });
  });

  test('sign-out ends the session at once, and its tokens with it', async () => {
    const password = world.lastLetter('anna@romashka.ru').password ?? world.letters('anna@romashka.ru')[0]!.password!;
    const here = await world.signIn('anna@romashka.ru', password);
    expect((await world.stranger.post('/v1/tokens', { sessionToken: here.sessionToken })).body).toMatchObject({ expiresIn: 300 });
    await here.ok('CloseSession', { sessionId: here.sessionId, reason: 'signed_out' });
    expect(await here.refused('AddLegalEntity', { inn: '500100732259' })).toBe('401 SESSION_CLOSED');
    expect((await world.stranger.post('/v1/tokens', { sessionToken: here.sessionToken })).body.code).toBe('SESSION_CLOSED');
  });

  test('the pages behind links change nothing when they are opened', async () => {
    const head = await world.product.runtime.store.head();
    for (const kind of ['activation', 'password', 'email']) {
      const { status, body, headers } = await world.stranger.get(`/links/${kind}?user=${anna.userId}`);
      expect(status).toBe(200);
      expect(body).toContain('<form');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
    expect(await world.product.runtime.store.head()).toBe(head);
  });

  test('health tells whether the process lives and how far its read models are', async () => {
    expect((await world.stranger.get('/health/live')).body).toEqual({ status: 'ok' });
    expect((await world.stranger.get('/health/ready')).body).toMatchObject({ status: 'ok', sagas: { behind: expect.any(Number) } });
  });
});

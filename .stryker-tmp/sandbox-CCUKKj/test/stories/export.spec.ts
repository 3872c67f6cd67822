// @ts-nocheck
import { type Caller, World } from '../support/world';

describe('The export of a registry', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let romashka: string;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
    for (const inn of ['7736207543', '7830002293']) await anna.ok('AddLegalEntity', { inn, shortName: `=HYPERLINK("${inn}")` });
    await world.settle();
  });
  afterAll(() => world.stop());

  const file = (who: Caller, query = '', code = 'organizations_registry') => who.get(`/v1/registries/${code}/export${query}`);

  test('gives every row of the list, filtered, searched and sorted as there, as a file that Excel opens', async () => {
    const { status, body, headers } = await file(anna, '?sort=-inn');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toMatch(/attachment; filename="organizations_registry-\d{4}-\d\d-\d\d\.csv"/);
    const lines = (body as string).trim().split('\r\n');
    const inns = (await anna.rows('organizations_registry', '?sort=-inn')).map(({ inn }) => inn as string);
    expect(lines).toHaveLength(1 + inns.length);
    inns.forEach((inn, at) => expect(lines[at + 1]).toContain(inn));
    expect(body).toContain(`'=HYPERLINK`);
    const some = (await file(anna, '?filter[inn]=7707083893&q=ром')).body as string;
    expect(some.trim().split('\r\n')).toHaveLength(2);
  });

  test('gives a workbook', async () => {
    const { headers, body } = await file(anna, '?format=xlsx');
    expect(headers.get('content-type')).toContain('spreadsheetml');
    expect((body as string).startsWith('PK')).toBe(true);
  });

  test('shows what the list shows, and refuses where that does', async () => {
    expect((await file(world.stranger)).body.code).toBe('NOT_AUTHENTICATED');
    expect((await file(anna, '', 'users_registry')).body.code).toBe('FORBIDDEN');
    expect((await file(anna, '', 'nothing')).body.code).toBe('UNKNOWN_REGISTRY');
    expect((await file(anna, '', 'stories')).body.code).toBe('UNKNOWN_REGISTRY');
    const members = (await file(anna, `?filter[organizationId]=${romashka}`, 'memberships')).body as string;
    expect(members.trim().split('\r\n')).toHaveLength(2);
    for (const query of ['?format=pdf', '?limit=5', '?cursor=x', '?filter[nothing]=1', '?sort=nothing']) {
      expect((await file(anna, query)).body.code).toBe('BAD_QUERY');
    }
  });

  test('is recorded before it is given', async () => {
    const { headers } = await file(anna, '?filter[inn]=7707083893&q=Ромашка');
    world.position = Math.max(world.position, Number(headers.get('x-consistency-token')));
    const rows = await admin.rows('audit_accesses', `?filter[readerId]=${anna.userId}&filter[what]=export&sort=-at`);
    expect(rows[0]).toMatchObject({ subject: 'organizations_registry', query: { 'filter[inn]': '7707083893', q: '…' } });
    expect(JSON.stringify(rows)).not.toContain('Ромашка');
  });

  test('has the titles of its fields in the language of the reader', async () => {
    const { body } = await admin.call('GET', '/v1/registries/audit_accesses/export', undefined, { 'accept-language': 'en' });
    expect(body).toMatch(/^\uFEFF?At;Kind of reader;Reader;/);
    expect((await admin.get('/v1/registries/audit_accesses/export')).body).toMatch(/^\uFEFF?Когда;Вид читателя;Кто;/);
  });

  test('of many rows ends when who asked for it goes away', async () => {
    const { queries, runtime } = { queries: world.product.runtime.queries, runtime: world.product.runtime };
    const row = { id: '1', displayName: 'x'.repeat(1_000) };
    let pages = 0;
    const list = jest.spyOn(queries, 'list').mockImplementation(async () => {
      pages++;
      await new Promise((resolve) => setImmediate(resolve));
      return { items: Array.from({ length: 200 }, () => row), next: 'more' };
    });
    try {
      const gone = new AbortController();
      const answer = await fetch(`${world.product.url}/v1/registries/organizations_registry/export`, {
        headers: { authorization: `Bearer ${anna.token}` },
        signal: gone.signal,
      });
      await answer.body!.getReader().read();
      gone.abort();
      let before: number;
      do {
        before = pages;
        for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      } while (pages !== before);
      expect(pages).toBeLessThan(1_000);
      expect(runtime.dispatcher.underWay).toBe(0);
    } finally {
      list.mockRestore();
    }
  });
});

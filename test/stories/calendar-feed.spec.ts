import ical, { type VEvent } from 'node-ical';
import { openRomashka, staffOf, type Romashka } from '../support/staff';
import { type Answer, type Caller, World } from '../support/world';

/** The own calendar in a calendar program, by a secret link; and the days of a month as somebody works them. */
describe('Calendars outside', () => {
  let world: World;
  let about: Romashka;
  let lena: { caller: Caller; staffId: string };
  let oleg: { caller: Caller; staffId: string };
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    await about.admin.ok('ChangeEdition', { organizationId: about.romashka, edition: 'corporate' });
    lena = await staffOf(world, about, 'lena@romashka.ru');
    oleg = await staffOf(world, about, 'oleg@romashka.ru');
    const organizationId = about.romashka;
    const at = { startsAt: time(1, 9), endsAt: time(1, 10) };
    await lena.caller.ok('CreateCalendarEvent', { organizationId, title: 'Обед; с «Ромбами», у них', place: 'Столовая', ...at });
    await oleg.caller.ok('CreateCalendarEvent', { organizationId, title: 'Планёрка', attendees: [lena.caller.userId], ...at });
    await oleg.caller.ok('CreateCalendarEvent', { organizationId, title: 'Врач', ...at });
    await lena.caller.ok('AddAbsence', { staffId: lena.staffId, type: 'vacation', from: day(3), to: day(4), title: 'Алтай' });
    await world.settle();
  }, 120_000);
  afterAll(() => world.stop());

  const day = (days: number) => new Date(Date.parse(world.clock.now()) + days * 86_400_000).toISOString().slice(0, 10);
  const time = (days: number, hour: number) => `${day(days)}T${String(hour).padStart(2, '0')}:00:00.000Z`;
  const issued = async (): Promise<{ id: string; path: string }> => {
    const { aggregateId: id } = await lena.caller.ok('IssueCalendarFeed', { organizationId: about.romashka });
    const { body } = await lena.caller.post(`/v1/feeds/calendar/${id}/link`, {});
    return { id, path: new URL(body.url).pathname };
  };
  const read = (path: string, headers = {}): Promise<Answer> => world.stranger.call('GET', path, undefined, headers);
  const titles = (text: string) =>
    Object.values(ical.sync.parseICS(text))
      .filter((each): each is VEvent => each?.type === 'VEVENT')
      .map(({ summary }) => (typeof summary === 'string' ? summary : (summary as { val: string }).val))
      .sort();

  test('R107 whoever has the link reads what its owner has in the calendar, and nothing of others', async () => {
    const { path } = await issued();
    expect(path).toMatch(/^\/v1\/feeds\/calendar\/[0-9a-f-]{36}\.[\w-]{43}\.ics$/);
    const { status, headers, body } = await read(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
    expect(titles(body as string)).toEqual(['Обед; с «Ромбами», у них', 'Отпуск: Алтай', 'Планёрка']);
    const etag = headers.get('etag')!;
    expect((await read(path, { 'if-none-match': etag })).status).toBe(304);
    await lena.caller.ok('CreateCalendarEvent', {
      organizationId: about.romashka,
      title: 'Ещё одна',
      startsAt: time(2, 9),
      endsAt: time(2, 10),
    });
    await world.settle();
    expect(titles((await read(path, { 'if-none-match': etag })).body as string)).toContain('Ещё одна');
  });

  test('R107 the address is told once, to its owner, and the log holds only a keyed hash', async () => {
    const { id, path } = await issued();
    const secret = path.split('.')[1]!;
    for (const who of [lena.caller, oleg.caller, about.anna])
      expect((await who.post(`/v1/feeds/calendar/${id}/link`, {})).body.code).toBe('NOT_FOUND');
    expect((await world.stranger.post(`/v1/feeds/calendar/${id}/link`, {})).status).toBe(401);
    const events = await world.product.runtime.store.read(`calendarFeed-${id}`);
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(JSON.stringify(await lena.caller.rows('calendar_feeds'))).not.toMatch(/tokenHash|secretRef/);
  });

  test('R107 a renewed link ends the one before, a revoked one opens nothing, and all that is wrong is answered alike', async () => {
    const before = await issued();
    const after = await issued();
    expect((await read(after.path)).status).toBe(200);
    const wrong = [before.path, after.path.replace(/\.[^.]{43}\./, `.${'x'.repeat(43)}.`), '/v1/feeds/calendar/x.y.ics'];
    for (const path of wrong) expect([path, (await read(path)).body.code]).toEqual([path, 'NOT_FOUND']);
    await lena.caller.ok('RevokeCalendarFeed', { calendarFeedId: after.id });
    expect((await read(after.path)).body.code).toBe('NOT_FOUND');
    expect(await oleg.caller.refused('RevokeCalendarFeed', { calendarFeedId: after.id })).toBe('404 NOT_FOUND');
  });

  test('R025 the production calendar tells the days of a month: working time, days off, absence, what takes place', async () => {
    const month = day(3).slice(0, 7);
    const days = async (who: Caller, query: string) => who.get(`/v1/analytics/production_calendar?${query}`);
    const { body, status } = await days(oleg.caller, `filter[staffId]=${lena.staffId}&filter[month]=${month}`);
    expect(status).toBe(200);
    const on = (date: string) => body.items.find((each: { date: string }) => each.date === date);
    expect(on(day(3))).toMatchObject({ workingMinutes: 0, absence: { type: 'vacation', title: 'Алтай' } });
    expect((await days(oleg.caller, `filter[staffId]=${lena.staffId}`)).body.code).toBe('BAD_QUERY');
    expect((await days(oleg.caller, `filter[staffId]=${lena.staffId}&filter[month]=2026-13`)).body.code).toBe('BAD_QUERY');
    const stranger = await world.person('stranger@mail.ru');
    expect((await days(stranger, `filter[staffId]=${lena.staffId}&filter[month]=${month}`)).status).toBe(404);
    expect((await days(world.stranger, `filter[staffId]=${lena.staffId}&filter[month]=${month}`)).status).toBe(401);
  });

  test('R107 who has left opens nothing by the link', async () => {
    const { id, path } = await issued();
    expect((await read(path)).status).toBe(200);
    await about.anna.ok('DismissStaffMember', { staffId: lena.staffId });
    expect((await read(path)).body.code).toBe('NOT_FOUND');
    await world.settle();
    expect(await world.events(`calendarFeed-${id}`)).toContain('CalendarFeedRevoked');
  });
});

import { openRomashka, staffOf, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

describe('Notable events', () => {
  let world: World;
  let about: Romashka;
  let viktor: Caller;
  const VIKTOR = 'viktor@romashka.ru';
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    ({ caller: viktor } = await staffOf(world, about, VIKTOR, { fullAccess: true }));
  }, 120_000);
  afterAll(() => world.stop());

  /** The day on which it will be so many days from now, of another year. */
  const dayIn = (days: number, year: number) =>
    `${year}${new Date(Date.parse(world.clock.now()) + days * 86_400_000).toISOString().slice(4, 10)}`.replace(/-02-29$/, '-02-28');

  test('S15 R051 in the morning of a birthday whoever is responsible finds it in the centre, unread, once', async () => {
    const organizationId = about.romashka;
    const birthDate = dayIn(2, 1990);
    const { aggregateId: contactId } = await viktor.ok('CreateContact', { organizationId, name: 'Лютиков Пётр', birthDate });
    await viktor.ok('CreateContact', { organizationId, name: 'Васильков Иван', birthDate: dayIn(9, 1990) });
    await about.anna.ok('CreateCompany', { organizationId, name: 'Лютик', foundedOn: dayIn(2, 2001) });
    const name = { lastName: 'Лютикова', firstName: 'Анна' };
    await viktor.ok('CreatePerson', { organizationId, name, birthDate: dayIn(2, 1991) });
    await world.settle();
    await world.pass({ days: 3 });
    const password = (email: string) => world.letters(email).find((letter) => letter.password !== undefined)!.password!;
    const centre = async (email: string) => {
      const reader = await world.signIn(email, password(email));
      const rows = await reader.rows('notification_centre', '?filter[category]=notable_event&sort=at');
      return rows.map(({ text, read, link }) => ({ text: String(text).split(',')[0], read, type: link.type, id: link.id }));
    };
    const found = await centre(VIKTOR);
    expect(found.map(({ text, type, read }) => ({ text, type, read })).sort((a, b) => (a.text < b.text ? -1 : 1))).toEqual([
      { text: 'День рождения: Лютиков Пётр', type: 'contact', read: false },
      { text: 'День рождения: Лютикова Анна', type: 'person', read: false },
    ]);
    expect(found.find(({ type }) => type === 'contact')!.id).toBe(contactId);
    expect(await centre('anna@romashka.ru')).toMatchObject([{ text: 'День основания: Лютик', type: 'company' }]);
    await world.pass({ days: 2 });
    expect(await centre(VIKTOR)).toHaveLength(2);
  });

  test('S15 a rebuild of the read models tells the same and sends nothing', async () => {
    const before = world.letters().length;
    expect(await world.differencesAfterRebuild()).toEqual([]);
    expect(world.letters()).toHaveLength(before);
  });
});

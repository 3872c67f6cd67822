import { newId } from '@letopis/kernel';
import { openRomashka, staffOf, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

interface Told {
  readonly id?: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A reader of the feed, as browsers read it. */
class Reader {
  readonly #gone = new AbortController();
  #text = '';
  #reader!: ReadableStreamDefaultReader<Uint8Array>;
  lastId?: string;
  /** Signs of life. */
  beats = 0;
  #onBeat: () => void = () => {};

  static async open(world: World, caller: Caller, { lastId, query = '' }: { lastId?: string; query?: string } = {}): Promise<Reader> {
    const reader = new Reader();
    const answer = await fetch(`${world.product.url}/v1/feed${query}`, {
      headers: { authorization: `Bearer ${caller.token}`, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
      signal: reader.#gone.signal,
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    reader.#reader = answer.body!.getReader();
    expect((await reader.next())!.event).toBe('open');
    return reader;
  }

  /** The next event; undefined when the feed has ended. */
  async next(): Promise<Told | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const lines = this.#text.slice(0, end).split('\n');
        this.#text = this.#text.slice(end + 2);
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        this.lastId = field('id') ?? this.lastId;
        if (lines.includes(': here')) {
          this.beats++;
          this.#onBeat();
        }
        const [event, data] = [field('event'), field('data')];
        if (event !== undefined && data !== undefined) return { id: field('id'), event, data: JSON.parse(data) as Told['data'] };
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#text += Buffer.from(value).toString('utf8');
    }
  }

  /** Resolves at the next sign of life. */
  beat(): Promise<void> {
    return new Promise((resolve) => (this.#onBeat = resolve));
  }

  close(): void {
    this.#gone.abort();
  }
}

describe('The feed', () => {
  let world: World;
  let about: Romashka;
  let viktor: Caller;
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    ({ caller: viktor } = await staffOf(world, about, 'viktor@romashka.ru'));
  }, 120_000);
  afterAll(() => world.stop());

  const write = (to: Caller, textSite: string) =>
    about.anna.ok('RequestNotification', {
      organizationId: about.romashka,
      recipient: { userId: to.userId },
      category: 'message',
      policy: 'social_message',
      textSite,
    });

  test('R051 R060 tells at once what comes, goes on exactly where a reader was, and shows nobody what is another’s', async () => {
    const reader = await Reader.open(world, viktor);
    await write(about.anna, 'Себе');
    await write(viktor, 'Первое');
    expect(await reader.next()).toMatchObject({ event: 'notification_centre', data: { text: 'Первое', read: false } });
    reader.close();
    await write(viktor, 'Второе');
    await write(about.anna, 'Опять себе');
    await write(viktor, 'Третье');
    await world.settle();
    const again = await Reader.open(world, viktor, { lastId: reader.lastId });
    expect([(await again.next())!.data.text, (await again.next())!.data.text]).toEqual(['Второе', 'Третье']);
    const twice = await Reader.open(world, viktor, { lastId: reader.lastId });
    expect((await twice.next())!.data.text).toBe('Второе');
    for (const each of [again, twice]) each.close();
  });

  test('gives its place only when all that one event has changed is told', async () => {
    const reader = await Reader.open(world, viktor);
    await viktor.ok('MarkAllRead', {});
    const told = [(await reader.next())!, (await reader.next())!, (await reader.next())!];
    expect(told.map(({ data }) => data.read)).toEqual([true, true, true]);
    expect(told.map(({ id }) => id !== undefined)).toEqual([false, false, true]);
    reader.close();
  });

  test('R051 gives a sign of life every fifteen seconds in which nothing happens, with the place to go on from', async () => {
    world.clock.hold();
    const reader = await Reader.open(world, viktor);
    const news = reader.next().catch(() => undefined);
    world.clock.move(14_000);
    const first = reader.beat();
    await write(about.anna, 'Себе');
    await world.settle();
    expect(reader.beats).toBe(0);
    world.clock.move(1_000);
    await first;
    const second = reader.beat();
    world.clock.move(15_000);
    await second;
    expect([reader.beats, Number(reader.lastId)]).toEqual([2, world.position]);
    reader.close();
    await news;
    world.clock.release();
  });

  test('ends with the session, and says why', async () => {
    const { caller } = await staffOf(world, about, 'olga@romashka.ru');
    const reader = await Reader.open(world, caller);
    await caller.ok('CloseSession', { sessionId: caller.sessionId, reason: 'signed_out' });
    expect(await reader.next()).toMatchObject({ event: 'end', data: { code: expect.any(String) as string } });
    expect(await reader.next()).toBeUndefined();
  });

  test('refuses strangers, places that are none, registries that are not live, and an eleventh feed of one person', async () => {
    const refused = async (caller: Caller, path: string, headers: Record<string, string> = {}) =>
      (await caller.call('GET', path, undefined, headers)).body.code;
    expect(await refused(world.stranger, '/v1/feed')).toBe('NOT_AUTHENTICATED');
    expect(await refused(viktor, '/v1/feed', { 'last-event-id': newId() })).toBe('BAD_HEADER');
    expect(await refused(viktor, '/v1/feed?registries=users_registry')).toBe('BAD_QUERY');
    const open = await Promise.all(Array.from({ length: 10 }, () => Reader.open(world, about.anna)));
    expect(await refused(about.anna, '/v1/feed')).toBe('RATE_LIMITED');
    for (const each of open) each.close();
  });
});

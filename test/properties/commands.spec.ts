import { EventStoreDBClient } from '@eventstore/db-client';
import { newId } from '@letopis/kernel';
import type { Accepted } from '@letopis/runtime';
import fc from 'fast-check';
import { parseCommand } from '../../libs/runtime/commands/validation';
import { EventStore, type Appended } from '../../libs/runtime/events/event-store';
import { bank } from '../support/bank';
import { commandSide } from '../support/command-side';
import { CloseShop, OpenShop, RenameShop, Sell, shop, shops, type Shop } from '../support/shop';
import { startStores, type Stores } from '../support/stores';

type Kind = 'OpenShop' | 'RenameShop' | 'Sell' | 'CloseShop';
const types = { OpenShop, RenameShop, Sell, CloseShop };

/** What somebody wants: which shop, by which name, or how much. */
interface Wish {
  readonly kind: Kind;
  readonly shop: number;
  readonly name: string;
  readonly amount: number;
}

/** How a command ended: the events that it has, «noop», or the code of its refusal. */
type Ending = readonly string[] | string;

/** The rules once more, as plainly as possible: what each command does when nobody else is there. */
class Model {
  readonly shops = new Map<number, Shop>();
  /** Command → what it was answered, for repeats. */
  readonly done = new Map<string, { readonly wish: Wish; readonly ending: Ending; readonly eventIds: readonly string[] }>();

  of(number: number): Shop {
    return this.shops.get(number) ?? { status: 'none', sold: 0 };
  }

  /** What is to come of a wish now. */
  ending({ kind, shop: number, name, amount }: Wish): Ending {
    const present = this.of(number);
    const taken = [...this.shops].some(([other, one]) => other !== number && one.status === 'open' && one.name === name);
    if (kind === 'OpenShop') return present.status !== 'none' || taken ? 'ALREADY_EXISTS' : ['ShopOpened'];
    if (present.status !== 'open') return present.status === 'none' ? 'NOT_FOUND' : 'FORBIDDEN';
    if (kind === 'RenameShop') return present.name === name ? 'noop' : taken ? 'ALREADY_EXISTS' : ['ShopRenamed'];
    if (kind === 'Sell') return amount === 0 ? 'noop' : ['Sold'];
    return ['ShopClosed'];
  }

  apply({ kind, shop: number, name, amount }: Wish): void {
    const present = this.of(number);
    if (kind === 'Sell') this.shops.set(number, { ...present, sold: present.sold + amount });
    else if (kind === 'CloseShop') this.shops.set(number, { ...present, status: 'closed' });
    else this.shops.set(number, { ...present, status: 'open', name });
  }
}

/** A process with its own memory, and an event store that may lose answers. */
class Process {
  readonly #side;
  #loses = false;

  /** @param own the name as it is in this run alone */
  constructor(
    store: EventStore,
    private readonly own: (name: string) => string,
  ) {
    const loses = () => {
      const lost = this.#loses;
      this.#loses = false;
      return lost;
    };
    this.#side = commandSide(losing(store, loses), [shops, bank]);
  }

  get states() {
    return this.#side.states;
  }

  /** The answer to the next append is lost: it has happened, and the process hears of a failure. */
  losesNextAnswer(loses = true): void {
    this.#loses = loses;
  }

  send(wish: Wish, ids: readonly string[], commandId: string): Promise<Accepted> {
    const { kind, name, amount } = wish;
    const payload = { shopId: ids[wish.shop]!, ...(kind === 'Sell' ? { amount } : kind === 'CloseShop' ? {} : { name: this.own(name) }) };
    const command = parseCommand(types[kind] as typeof OpenShop, payload);
    return this.#side.dispatcher.execute(command, { commandId, actor: { kind: 'anonymous' }, correlationId: commandId });
  }
}

/** The store as a process sees it whose answers get lost on the way. */
function losing(store: EventStore, loses: () => boolean): EventStore {
  return new Proxy(store, {
    get: (target, name) => {
      if (name !== 'append') {
        const member = Reflect.get(target, name) as unknown;
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      }
      return async (...given: Parameters<EventStore['append']>): Promise<Appended> => {
        const appended = await target.append(...given);
        if (given[0].startsWith('shop-') && loses()) throw Object.assign(new Error('the answer was lost'), { code: 'STORE_UNAVAILABLE' });
        return appended;
      };
    },
  });
}

interface Real {
  readonly ids: readonly string[];
  readonly processes: Process[];
  readonly restart: (number: number) => void;
  readonly log: Stores['store'];
}

const codeOf = (error: unknown) => (error as { code?: string }).code ?? String(error);
const endingOf = ({ noop, eventIds }: Accepted, types: ReadonlyMap<string, string>): Ending =>
  noop ? 'noop' : eventIds.map((id) => types.get(id)!);

/** Types of the events of a shop by their ids. */
async function typesIn({ log, ids }: Real, number: number): Promise<ReadonlyMap<string, string>> {
  return new Map((await log.read(`shop-${ids[number]}`)).map(({ id, type }) => [id, type]));
}

/** Sends, and repeats as a caller does who heard nothing. */
async function insisting(
  real: Real,
  process: number,
  wish: Wish,
  commandId: string,
): Promise<{ ending: Ending; eventIds: readonly string[] }> {
  for (;;) {
    try {
      const accepted = await real.processes[process]!.send(wish, real.ids, commandId);
      return { ending: endingOf(accepted, await typesIn(real, wish.shop)), eventIds: accepted.eventIds };
    } catch (error) {
      if (codeOf(error) !== 'STORE_UNAVAILABLE' && codeOf(error) !== 'CONCURRENT_CHANGE') return { ending: codeOf(error), eventIds: [] };
    }
  }
}

type Step = fc.AsyncCommand<Model, Real>;

/** One command at a process, whose answer may get lost. */
class One implements Step {
  constructor(
    readonly process: number,
    readonly wish: Wish,
    readonly lost: boolean,
  ) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const commandId = newId();
    real.processes[this.process]!.losesNextAnswer(this.lost);
    const expected = model.ending(this.wish);
    const { ending, eventIds } = await insisting(real, this.process, this.wish, commandId);
    real.processes[this.process]!.losesNextAnswer(false);
    expect(ending).toEqual(expected);
    if (typeof ending === 'string') return;
    model.apply(this.wish);
    model.done.set(commandId, { wish: this.wish, ending, eventIds });
  }
  toString = () => `${this.wish.kind}(${JSON.stringify(this.wish)}) at ${this.process}${this.lost ? ', answer lost' : ''}`;
}

/** A command that was accepted is sent again, the same or with another payload, to any process. */
class Repeat implements Step {
  constructor(
    readonly process: number,
    readonly which: number,
    readonly changed: boolean,
  ) {}
  check = (model: Readonly<Model>) => model.done.size > 0;
  async run(model: Model, real: Real): Promise<void> {
    const [commandId, { wish, ending, eventIds }] = [...model.done][this.which % model.done.size]!;
    const changed = { ...wish, name: `${wish.name}!`, amount: wish.amount + 1 };
    const changes = this.changed && wish.kind !== 'CloseShop';
    const outcome = await insisting(real, this.process, changes ? changed : wish, commandId);
    expect(outcome).toEqual(changes ? { ending: 'IDEMPOTENCY_KEY_REUSED', eventIds: [] } : { ending, eventIds });
  }
  toString = () => `repeat ${this.which} at ${this.process}${this.changed ? ', changed' : ''}`;
}

/** Many commands at once on one shop, by both processes: sales add up whatever their order, and all else is as if it had not been. */
class Crowd implements Step {
  constructor(
    readonly shop: number,
    readonly amounts: readonly number[],
    readonly processes: readonly number[],
  ) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const wishes = this.amounts.map((amount): Wish => ({ kind: 'Sell', shop: this.shop, name: '', amount }));
    const sent = wishes.map((wish, at) => ({ wish, commandId: newId(), at: this.processes[at % this.processes.length]! }));
    const outcomes = await Promise.all(sent.map(({ wish, commandId, at }) => insisting(real, at, wish, commandId)));
    for (const [at, { wish, commandId }] of sent.entries()) {
      const { ending, eventIds } = outcomes[at]!;
      expect(ending).toEqual(model.ending(wish));
      if (typeof ending === 'string') continue;
      model.apply(wish);
      model.done.set(commandId, { wish, ending, eventIds });
    }
  }
  toString = () => `crowd of ${this.amounts.length} at ${this.processes.join(',')} on ${this.shop}`;
}

/** Several shops want one name at once: one gets it, if it is to be had. */
class Race implements Step {
  constructor(
    readonly name: string,
    readonly kind: 'OpenShop' | 'RenameShop',
  ) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const wishes = real.ids.map((_, number): Wish => ({ kind: this.kind, shop: number, name: this.name, amount: 0 }));
    // Whoever wants nothing new, or cannot, has its ending in any case.
    const expected = wishes.map((wish) => model.ending(wish));
    const ids = wishes.map(() => newId());
    const outcomes = await Promise.all(wishes.map((wish, at) => insisting(real, at % 2, wish, ids[at]!)));
    let winners = 0;
    for (const [at, { ending, eventIds }] of outcomes.entries()) {
      if (typeof expected[at] === 'string') expect(ending).toEqual(expected[at]);
      else if (typeof ending === 'string') expect(ending).toBe('ALREADY_EXISTS');
      else {
        winners++;
        model.apply(wishes[at]!);
        model.done.set(ids[at]!, { wish: wishes[at]!, ending, eventIds });
      }
    }
    expect(winners).toBe(expected.some((ending) => typeof ending !== 'string') ? 1 : 0);
  }
  toString = () => `${this.kind} race for ${this.name}`;
}

/** The process dies and another one takes its place, knowing nothing. */
class Restart implements Step {
  constructor(readonly process: number) {}
  check = () => true;
  run = async (_: Model, real: Real) => real.restart(this.process);
  toString = () => `restart ${this.process}`;
}

const SHOPS = 3;
const numbers = fc.integer({ min: 0, max: SHOPS - 1 });
const names = fc.constantFrom('Ромашка', 'Ромб', 'Лютик');
const processes = fc.integer({ min: 0, max: 1 });
const wishes = fc.record({
  kind: fc.constantFrom<Kind>('OpenShop', 'OpenShop', 'RenameShop', 'Sell', 'Sell', 'CloseShop'),
  shop: numbers,
  name: names,
  amount: fc.integer({ min: 0, max: 9 }),
});
const steps: fc.Arbitrary<Step>[] = [
  fc.tuple(processes, wishes, fc.boolean()).map(([at, wish, lost]) => new One(at, wish, lost)),
  fc.tuple(processes, fc.nat(), fc.boolean()).map(([at, which, changed]) => new Repeat(at, which, changed)),
  fc
    .tuple(numbers, fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 12 }), fc.constantFrom([0], [0, 1]))
    .map(([number, amounts, at]) => new Crowd(number, amounts, at)),
  fc.tuple(names, fc.constantFrom('OpenShop' as const, 'RenameShop' as const)).map(([name, kind]) => new Race(name, kind)),
  processes.map((at) => new Restart(at)),
];

describe('Commands against a pure model', () => {
  let stores: Stores;
  let clients: EventStore[];
  beforeAll(async () => {
    stores = await startStores();
    clients = [0, 1].map(() => new EventStore(EventStoreDBClient.connectionString(stores.eventStore.url)));
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.dispose()));
    await stores.stop();
  });

  test('whatever two processes are sent, in turn or at once, repeated, unanswered or restarted, is as the model says', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 24, size: 'max' }), async (commands) => {
        run++;
        const number = run;
        const own = (text: string) => `${text} ${number}`;
        const real: Real = {
          ids: Array.from({ length: SHOPS }, newId),
          processes: clients.map((client) => new Process(client, own)),
          restart: (at) => (real.processes[at] = new Process(clients[at]!, own)),
          log: stores.store,
        };
        const model = new Model();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        for (const [at, expected] of model.shops) {
          const { state } = await new Process(clients[0]!, own).states.fresh(shop, real.ids[at]!);
          expect(state).toEqual(expected.name === undefined ? expected : { ...expected, name: own(expected.name) });
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);
});

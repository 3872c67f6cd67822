import { newId } from '@letopis/kernel';
import { numbersPort } from '../../libs/runtime/numbers/counter';
import { runtimeContext } from '../../libs/runtime/runtime';
import { bank } from '../support/bank';
import { commandSide } from '../support/command-side';
import { startStores, type Stores } from '../support/stores';

describe('Numbers of records', () => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await startStores();
  });
  afterAll(() => stores.stop());

  /** A process that asks for numbers. */
  const process = () => {
    const { dispatcher, states } = commandSide(stores.store, [bank, runtimeContext]);
    return numbersPort(dispatcher, states);
  };
  const asked = { commandId: newId(), now: '2026-03-02T09:00:00.000Z' };

  test('are given one after another, by two processes at once each once, and the same record has its own again', async () => {
    const organizationId = newId();
    const [one, other] = [process(), process()];
    const ids = Array.from({ length: 60 }, newId);
    const ask = (forId: string, by = one) => by.allocate({ organizationId, kind: 'deal', forId }, asked);
    const given = await Promise.all(ids.map((forId, at) => ask(forId, at % 2 ? one : other)));
    expect([...given].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    expect(await Promise.all(ids.map((forId) => ask(forId, other)))).toEqual(given);
    expect(await ask(newId())).toBe(61);
  });

  test('are told from what was recorded, whatever others were given between', async () => {
    const organizationId = newId();
    const processes = [process(), process()];
    const ask = (at: number) => processes[at % 2]!.allocate({ organizationId, kind: 'lead', forId: newId() }, asked);
    const answers = await Promise.all(Array.from({ length: 1_400 }, (_, at) => ask(at)));
    expect(new Set(answers).size).toBe(1_400);
    expect(Math.max(...answers)).toBe(1_400);
  });
});

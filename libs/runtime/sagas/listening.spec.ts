import type { Listens, Recorded } from '@letopis/kernel';
import fc from 'fast-check';
import { silent } from '../logger';
import { Listening, type ListeningParts } from './listening';

const listens: Listens = {
  categories: ['task'],
  begins: ({ type, data }) => (type === 'Began' ? [(data as { to: string }).to] : []),
  listeners: { rows: 'listeners', filter: { open: true }, field: 'streams' },
  react: () => [],
};
const began = (position: number, to: string) =>
  ({ position, type: 'Began', category: 'process', stream: 'process-1', data: { to } }) as object as Recorded;
const happened = (position: number, stream: string) =>
  ({ position, type: 'Done', category: 'task', stream, data: {} }) as object as Recorded;

/** A read model that is somewhere behind the log, and is read when it is let. */
class ReadModel {
  readonly streams: string[] = [];
  away = false;
  read: () => void = () => {};
  readonly parts = {
    logger: silent,
    projector: {
      collection: () => 'listeners',
      mark: () => ({
        reached: () => (this.away ? Promise.reject(new Error('PROJECTION_LAG')) : new Promise<void>((done) => (this.read = done))),
      }),
    },
    db: { collection: () => ({ find: () => ({ project: () => [{ streams: this.streams }] }) }) },
  } as object as ListeningParts;
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Who listens to what', () => {
  test('is known of what is in the read model and of what has begun since; of nobody else anything is told', async () => {
    const model = new ReadModel();
    model.streams.push('task-old');
    const listening = new Listening(model.parts, listens);
    const learned = listening.learn(0);
    expect(listening.passes(began(1, 'task-new'))).toBe(false);
    await turn();
    model.read();
    await learned;
    const told = ['task-old', 'task-new', 'task-other'].map((stream, at) => listening.passes(happened(2 + at, stream)));
    expect(told).toEqual([true, true, false]);
    expect(listening.passes({ ...happened(9, 'task-old'), category: 'deal' })).toBe(false);
  });

  test('is not known at first, nor without the read model: then all of the categories is told', async () => {
    const model = new ReadModel();
    model.away = true;
    const listening = new Listening(model.parts, listens);
    expect(listening.passes(happened(1, 'task-other'))).toBe(true);
    await listening.learn(0);
    expect(listening.passes(happened(2, 'task-other'))).toBe(true);
  });

  test('is never less than what has begun, wherever the read model is read', async () => {
    const acts = fc.array(fc.oneof(fc.constant('learn'), fc.constant('read'), fc.record({ begins: fc.integer({ min: 0, max: 9 }) })), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(acts, async (plan) => {
        const model = new ReadModel();
        const listening = new Listening(model.parts, listens);
        const begun = new Set<string>();
        let position = 0;
        for (const act of plan) {
          if (act === 'learn') {
            model.read();
            await turn();
            // The read model has come as far as the place that is asked for, and perhaps no further.
            model.streams.splice(0, Infinity, ...begun);
            void listening.learn(position);
          } else if (act === 'read') model.read();
          else {
            const stream = `task-${(act as { begins: number }).begins}`;
            begun.add(stream);
            listening.passes(began(++position, stream));
          }
          await turn();
          for (const stream of begun) expect(listening.passes(happened(++position, stream))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

import { call, newId, saga, type Recorded } from '@letopis/kernel';
import { systemClock } from '../clock';
import { Effects, type EffectParts } from './effects';

const prompt = saga<{ Counted: object }>()({
  name: 'Prompt',
  promptly: { Counted: () => [call('bell', 'ring', {})] },
  on: { Counted: () => [call('lamp', 'light', {})] },
});
const counted = () =>
  ({ id: newId(), type: 'Counted', stream: 'counter-a', category: 'counter', data: {}, metadata: {} }) as object as Recorded;

describe('Prompt reactions', () => {
  let done: string[];
  let fails = false;
  const effects = () =>
    new Effects({
      composition: { sagas: [prompt], commands: new Map() },
      clock: systemClock,
      ports: {
        bell: {
          ring: async () => {
            await Promise.resolve();
            if (fails) throw new Error('no bell');
            done.push('rung');
          },
        },
        lamp: { light: async () => void done.push(await Promise.resolve('lit')) },
      },
    } as object as EffectParts);
  beforeEach(() => {
    done = [];
    fails = false;
  });

  test('that were carried out with their command are not done again when the runner comes to the event', async () => {
    const event = counted();
    const process = effects();
    await process.promptly([event]);
    await process.react(prompt, event);
    expect(done).toEqual(['rung', 'lit']);
  });

  test('that failed, or were carried out in another process, are done by the runner', async () => {
    const event = counted();
    const process = effects();
    fails = true;
    await expect(process.promptly([event])).rejects.toThrow('no bell');
    fails = false;
    await process.react(prompt, event);
    await effects().react(prompt, event);
    expect(done).toEqual(['rung', 'lit', 'rung', 'lit']);
  });

  test('that are under way when the runner comes to the event are waited for, not done beside', async () => {
    const event = counted();
    const process = effects();
    const answering = process.promptly([counted(), event]);
    await Promise.all([process.react(prompt, event), answering]);
    expect(done).toEqual(['rung', 'rung', 'lit']);
  });

  test('behind one that failed are done by the runner', async () => {
    const event = counted();
    const process = effects();
    fails = true;
    await expect(process.promptly([counted(), event])).rejects.toThrow('no bell');
    fails = false;
    await process.react(prompt, event);
    expect(done).toEqual(['rung', 'lit']);
  });
});

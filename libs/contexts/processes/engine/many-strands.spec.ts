import { defaultSettings, derivedId, system } from '@letopis/kernel';
import { issue, NOW } from '../../../kernel/testing';
import { definitionOf } from '../definition/check';
import { began, processId } from '../processes.fixtures';
import { MOST_RUNS } from '../smart-process/administration';
import { ReceiveProcessEvent, RecordStepCompleted, RecordStepStarted } from '../smart-process/smart-process.commands';
import { smartProcess } from '../smart-process/smart-process';
import { keyOf, type SmartProcess } from '../smart-process/smart-process.state';
import { planned } from './plan';
import { scopeOf } from './scope';

const data = definitionOf({
  code: 'approval',
  name: { ru: 'Д' },
  subjectTypes: ['company'],
  stages: [
    {
      code: 'check',
      name: { ru: 'check' },
      order: 1,
      color: '#000000',
      semantic: 'initial',
      exits: ['check', 'done'].map((to) => ({ to, on: 'manual' })),
    },
    { code: 'done', name: { ru: 'done' }, order: 2, color: '#000000', semantic: 'success' },
  ],
  triggers: [{ on: 'CompanyUpdated', steps: [{ key: 'say', type: 'log', args: { text: '{{event.n}}' } }] }],
});

/** One instance, folded on as it decides. */
class Instance {
  state: SmartProcess = began({ params: {} }).reduce(
    (folded, { type, data: told }) => this.folded(folded, type, told),
    smartProcess.initialState,
  );

  private folded(state: SmartProcess, type: string, told: unknown): SmartProcess {
    return smartProcess.evolve(state, { type, data: told } as never, { id: '', occurredAt: NOW, actor: system('specification') });
  }

  send(command: object): readonly { type: string; data: object }[] {
    const context = { actor: system('specification'), now: NOW, id: processId, commandId: derivedId('x'), settings: defaultSettings };
    const needs = { ...context, definition: { versions: { 1: data } }, documents: [], subject: undefined };
    const events = smartProcess.decide(command.constructor.name, command, this.state, needs as never) as readonly {
      type: string;
      data: object;
    }[];
    for (const { type, data: told } of events) this.state = this.folded(this.state, type, told);
    return events;
  }

  hears(n: number) {
    return this.send(
      issue(ReceiveProcessEvent, {
        processId,
        eventId: derivedId('event', n),
        eventType: 'CompanyUpdated',
        stream: `company-${processId}`,
        position: n,
        atVisit: 1,
        data: { n },
        triggers: [0],
      }),
    );
  }

  /** Carries one reaction through. */
  runs(run: string) {
    const step = { processId, visit: this.state.runs.find((each) => each.run === run)!.visit, key: `say:${run}` };
    this.send(issue(RecordStepStarted, { ...step, attempt: 1 }));
    return this.send(issue(RecordStepCompleted, { ...step, outputs: { text: 'x' } }));
  }
}

describe('An instance with very many strands', () => {
  test('R097 of ten thousand reactions at once a thousand are under way, and the fact of each that is not says so', () => {
    const instance = new Instance();
    const dropped = Array.from({ length: 10_000 }, (_, n) => instance.hears(n + 1)[0]!.data).filter(
      (fact) => (fact as { dropped?: number }).dropped === 1,
    );
    expect([instance.state.runs.length, dropped.length]).toEqual([MOST_RUNS, 9_000]);
    const { state } = instance;
    const surroundings = { documents: [] };
    const view = { processId, data, state, surroundings, scope: scopeOf(state, surroundings), resolve: () => [] };
    expect(planned(view)).toHaveLength(MOST_RUNS);
  });

  test('R097 a reaction that is over is forgotten, and of its steps the latest run is kept when the stage is left', () => {
    const instance = new Instance();
    for (let n = 1; n <= 500; n += 1) {
      instance.hears(n);
      const [done] = instance.runs(`0.${n}`);
      expect((done!.data as { endsRun?: string }).endsRun).toBe(`0.${n}`);
    }
    expect(instance.state.runs).toEqual([]);
    const left = { stageCode: 'check', visit: 1, to: 'check', cause: { kind: 'manual', exit: 0 } };
    const after = smartProcess.evolve(instance.state, { type: 'StageLeft', data: left } as never, {
      id: '',
      occurredAt: NOW,
      actor: system('specification'),
    });
    expect(Object.values(after.steps).map(({ key }) => [keyOf(key), key])).toEqual([['say', 'say:0.500']]);
  });
});

import { derivedId } from '@letopis/kernel';
import { given, issue, type Fact } from '../../../kernel/testing';
import { definitionOf } from '../definition/check';
import {
  anna,
  began,
  lena,
  ofDefinition,
  ofProcess,
  pavel,
  people,
  processId,
  romashka,
  roundId,
  sagas,
  staffIdOf,
  stepStarted,
  template,
} from '../processes.fixtures';
import { AdvanceStage, MigrateSmartProcess, PlanProcessMigration } from '../smart-process/smart-process.commands';
import { smartProcess } from '../smart-process/smart-process';
import type { MigrationPlan } from './migration';

const log = (key: string) => ({ key, type: 'log', args: { text: 'x' } });
const wait = (key: string) => ({ key, type: 'wait', args: { duration: 'PT2H' } });
const timer = (key: string, ...steps: object[]) => ({ key, after: 'PT24H', clock: 'calendar', steps });
const stage = (code: string, semantic: string, onEnter: readonly object[], more: object = {}) => ({
  code,
  name: { ru: code },
  order: 1,
  color: '#000000',
  semantic,
  onEnter,
  exits: semantic === 'success' ? [] : [{ to: 'done', on: 'manual' }],
  ...more,
});
const version = (steps: readonly object[], { code = 'check', ...more }: { code?: string; stage?: object; whole?: object } = {}) =>
  definitionOf({
    code: 'approval',
    name: { ru: 'Согласование' },
    subjectTypes: ['company'],
    stages: [stage(code, 'initial', steps, more.stage), stage('done', 'success', [])],
    ...more.whole,
  });
type Version = ReturnType<typeof version>;

const before = version([log('first'), wait('long'), log('after')], { stage: { timers: [timer('delay')] } });
const told = (data: Version, nth: number) => ofDefinition('ProcessDefinitionPublished', { version: nth, data });
const done = (key: string, visit = 1) => ofProcess('StepCompleted', { visit, key, outputs: {} });
const waits = ofProcess('StepWaiting', { visit: 1, key: 'long', on: { milliseconds: 7_200_000, clock: 'calendar' } });
const inWait: readonly Fact[] = [...began({ params: {} }), stepStarted('first'), done('first'), stepStarted('long'), waits];

const asked = (command: object, after: Version, facts = inWait, actor = anna, old = before) =>
  given(smartProcess, ...facts)
    .and(...people, template(told(old, 1), told(after, 2)))
    .when(command, { actor });
const plan = (after: Version, facts = inWait, more: object = {}): MigrationPlan => {
  const { result } = asked(issue(PlanProcessMigration, { processId, ...more }), after, facts);
  return (result.events[0]!.data as { plan: MigrationPlan }).plan;
};
const fates = (after: Version, facts?: readonly Fact[]) =>
  Object.fromEntries(plan(after, facts).steps.map(({ key, becomes }) => [key, becomes]));
const migrate = (after: Version, facts = inWait, more: object = {}) =>
  asked(issue(MigrateSmartProcess, { processId, version: 2, ...more }), after, facts);

describe('An instance that goes over to another version of its definition', () => {
  test('R097 what is done is kept, what is under way goes on, what was put before it is passed over, what comes after will run', () => {
    const after = version([log('early'), log('first'), log('between'), wait('long'), log('later')], {
      stage: { timers: [timer('delay'), timer('other')] },
    });
    expect(fates(after)).toEqual({ first: 'kept', long: 'goes_on', early: 'passed_over', between: 'passed_over', later: 'will_run' });
    expect(plan(after)).toMatchObject({
      possible: true,
      from: 1,
      to: 2,
      timers: [
        { key: 'delay', becomes: 'kept' },
        { key: 'other', becomes: 'set' },
      ],
    });
    const { after: state } = migrate(after);
    expect(state).toMatchObject({ definitionVersion: 2, status: 'running', stageVisit: 1 });
    expect(Object.values(state.steps).map(({ key, status }) => [key, status])).toEqual([
      ['first', 'completed'],
      ['long', 'waiting'],
      ['early', 'skipped'],
      ['between', 'skipped'],
    ]);
  });

  test('R097 a plan is a fact and nothing else: the instance is where it was', () => {
    const { after, result } = asked(issue(PlanProcessMigration, { processId }), version([wait('long')]));
    expect(result.events.map(({ type }) => type)).toEqual(['ProcessMigrationPlanned']);
    expect(after.definitionVersion).toBe(1);
  });

  const asks = { key: 'long', type: 'request_approval', args: { approvers: `staff:${staffIdOf(lena)}`, title: 'x' } };
  test.each([
    ['STAGE_GONE', version([wait('long')], { code: 'other' }), 'check'],
    ['STEP_GONE', version([log('first')]), 'long'],
    ['STEP_CHANGED', version([log('first'), { ...log('long') }]), 'long'],
    ['STEP_CHANGED', version([asks]), 'long'],
    ['STEP_UNREACHABLE', version([{ key: 'choice', type: 'branch', args: { cases: [{ if: false, steps: [wait('long')] }] } }]), 'long'],
    ['SUBJECT_NOT_FITTING', version([wait('long')], { whole: { subjectTypes: ['contact'] } }), 'company'],
    ['PARAM_REQUIRED', version([wait('long')], { whole: { params: [{ key: 'who', type: 'staff', required: true }] } }), 'who'],
  ] as const)('R097 %s: it says why it cannot, and does not', (code, after, of) => {
    expect(plan(after)).toMatchObject({ possible: false, obstacles: [{ code, of }] });
    const { result, after: state } = migrate(after);
    expect([result.refused, state.definitionVersion]).toEqual(['MIGRATION_IMPOSSIBLE', 1]);
  });

  test('R097 a stage of another code, and a parameter that is new, are named', () => {
    const renamed = version([wait('long')], { code: 'inspection', whole: { params: [{ key: 'who', type: 'staff', required: true }] } });
    const more = { toStage: 'inspection', params: { who: staffIdOf(lena) } };
    expect(plan(renamed, inWait, more)).toMatchObject({ possible: true, stage: { from: 'check', to: 'inspection' } });
    expect(migrate(renamed, inWait, more).after).toMatchObject({ stageCode: 'inspection', params: more.params });
    expect(migrate(renamed, inWait, { ...more, toStage: 'done' }).result.refused).toBe('MIGRATION_IMPOSSIBLE');
    expect(migrate(renamed, inWait, { ...more, params: { who: derivedId('nobody') } }).result.refused).toBe('PARAM_INVALID');
  });

  test('R097 a step that has stopped the process and is not there any more is given up, and the process goes on', () => {
    const failed = ofProcess('StepFailed', { visit: 1, key: 'long', errorCode: 'X', attempt: 1 });
    const faulted = [...inWait, failed, ofProcess('ProcessFaulted', { visit: 1, key: 'long', errorCode: 'X' })];
    const mended = version([log('first'), log('after')]);
    expect(fates(mended, faulted)).toMatchObject({ long: 'dropped', after: 'will_run' });
    const { after } = migrate(mended, faulted);
    expect([after.status, after.faultedStep]).toEqual(['running', undefined]);
    // Mended in its place, it stays failed until somebody retries it.
    expect(migrate(version([log('first'), wait('long')]), faulted).after.status).toBe('faulted');
  });

  test('R097 reactions under way find their trigger by its steps, wherever it stands now', () => {
    const on = (event: string, ...steps: object[]) => ({ on: event, steps });
    const old = version([wait('long')], { whole: { triggers: [on('DocumentSigned', wait('slow'))] } });
    const set = ofProcess('ProcessEventReceived', {
      eventId: roundId,
      eventType: 'DocumentSigned',
      stream: `company-${romashka}`,
      position: 5,
      atVisit: 1,
      data: {},
      triggers: [0],
    });
    const running = [
      ...began({ params: {} }),
      set,
      stepStarted('slow:0.5'),
      { ...waits, data: { ...(waits.data as object), key: 'slow:0.5' } },
    ];
    const after = (...triggers: object[]) => version([wait('long')], { whole: { triggers } });
    const { after: state } = asked(
      issue(MigrateSmartProcess, { processId, version: 2 }),
      after(on('DocumentSent', log('new')), on('DocumentSigned', wait('slow'))),
      running,
      anna,
      old,
    );
    expect(state.runs).toMatchObject([{ run: '0.5', trigger: 1 }]);
    const gone = asked(issue(MigrateSmartProcess, { processId, version: 2 }), after(), running, anna, old);
    expect(gone.result.refused).toBe('MIGRATION_IMPOSSIBLE');
  });

  test('R097 to the version that it goes by already is no way, nor to one that was never published', () => {
    expect(migrate(version([]), inWait, { version: 1 }).result.events).toEqual([]);
    expect(migrate(version([]), inWait, { version: 7 }).result.refused).toBe('NOT_FOUND');
  });

  test('R097 it is for those who publish templates, and for administrators', () => {
    const after = version([wait('long')]);
    for (const [actor, refused] of [
      [pavel, 'allow'],
      [anna, 'allow'],
      [lena, 'FORBIDDEN'],
    ] as const)
      for (const type of [PlanProcessMigration, MigrateSmartProcess])
        expect(asked(issue(type, { processId, version: 2 }), after, inWait, actor).verdict).toBe(refused);
  });

  test('R097 an exit that was chosen by the version before is chosen anew', () => {
    const leaves = version([log('first'), wait('long')], { stage: { exits: [{ to: 'done', on: 'steps_completed' }] } });
    const facts = [...inWait, ...migrate(leaves).result.events] as readonly Fact[];
    const advance = (by: number) =>
      asked(issue(AdvanceStage, { processId, visit: 1, exitIndex: 0, version: by }), leaves, facts, sagas as never);
    expect([advance(1).result.events.length, advance(2).result.events.length > 0]).toEqual([0, true]);
  });
});

import * as fc from 'fast-check';
import { definitionOf, problemsOf } from '../definition/check';
import { isFinal, stageOf, type ProcessDefinitionData } from '../definition/definition';
import { planned } from './plan';
import { author, childDefinition, nobody, people, processId, Simulation } from './interpreter.fixtures';
import { viewOf } from '../sagas/reading';
import { standing, strandsOf } from './strands';

const outcomes = ['approved', 'rejected'] as const;
const CODES = ['s0', 's1', 's2'];
const drawn = (code: string, semantic: string, order = 9) => ({ code, name: { ru: code }, order, color: '#000000', semantic });
const target = fc.constantFrom(...CODES, 'won', 'lost');

const aText = fc.record({
  type: fc.constant('set_status_text'),
  args: fc.record({ text: fc.constantFrom('a', 'b', '{{process.stage}}') }),
});
const aWait = fc.oneof(
  fc.constant({ type: 'wait', args: { duration: 'PT1H' } }),
  fc.record({ type: fc.constant('wait_event'), args: fc.record({ event: fc.constantFrom('E1', 'E2', 'E3') }) }),
  fc.constant({ type: 'send_sms', args: { to: ['phone:+79160000000'], text: 'x' } }),
);
const aCondition = fc.constantFrom(true, false, { eq: ['{{process.visit}}', 1] }, { eq: ['{{process.cause.kind}}', 'manual'] });
/** Its steps get their keys with those of the others. */
const aBranch = fc
  .record({ holds: aCondition, then: fc.oneof(aText, aWait), other: fc.option(fc.oneof(aText, aWait)) })
  .map(({ holds, then, other }) => ({
    type: 'branch',
    args: { cases: [{ if: holds, steps: [then] }], ...(other ? { else: [other] } : {}) },
  }));

const aStep = fc.oneof(
  aBranch,
  aWait,
  fc.constant({ type: 'start_process', args: { definitionCode: childDefinition } }),
  fc.record({ type: fc.constant('set_status_text'), args: fc.record({ text: fc.constantFrom('a', 'b', '{{process.stage}}') }) }),
  fc.record({
    type: fc.constant('create_task'),
    onError: fc.constantFrom('halt', 'skip'),
    args: fc.record({
      title: fc.constant('t'),
      assignee: fc
        .oneof({ weight: 6, arbitrary: fc.constantFrom(...people) }, { weight: 2, arbitrary: fc.constant(nobody) })
        .map((id) => `staff:${id}`),
      waitForCompletion: fc.boolean(),
    }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('request_approval'),
      args: fc.record({
        title: fc.constant('r'),
        approvers: fc.subarray(people, { minLength: 1 }).map((ids) => ids.map((id) => `staff:${id}`)),
        mode: fc.constantFrom('parallel', 'sequential'),
        rule: fc.constantFrom('all', 'any', 'majority', 'count:2'),
        requireCommentOnReject: fc.constant(false),
      }),
    }),
  },
  fc.record({ type: fc.constant('wait'), args: fc.constant({ duration: 'PT2H' }) }),
);

const anExit = fc.oneof(
  fc.record({ to: target, on: fc.constant('manual') }),
  fc.record({ to: target, on: fc.constant('steps_completed') }),
  fc.record({ to: target, on: fc.record({ event: fc.constantFrom('E1', 'E2') }) }),
  fc.record({ to: target, on: fc.constant({ timer: 'delay' }) }),
  fc.record({ to: target, on: fc.record({ approval: fc.constant('own'), outcome: fc.constantFrom(...outcomes) }) }),
);

interface Exit {
  readonly to: string;
  readonly on: string | object;
}

/** What an event sets off beside the stages; some are waited for, some are not. */
const aTrigger = fc.record({ on: fc.constantFrom('E1', 'E3'), steps: fc.array(fc.oneof(aText, aWait), { minLength: 1, maxLength: 2 }) });

interface Step {
  readonly type: string;
  readonly args: object;
}
const keyed = (key: string, step: Step): object => {
  if (step.type !== 'branch') return { key, ...step };
  const { cases, else: others } = step.args as { cases: { if: unknown; steps: Step[] }[]; else?: Step[] };
  const inner = (steps: readonly Step[], name: string) => steps.map((each, nth) => keyed(`${key}${name}${nth}`, each));
  const args = {
    cases: cases.map((each, at) => ({ ...each, steps: inner(each.steps, `c${at}`) })),
    ...(others ? { else: inner(others, 'e') } : {}),
  };
  return { key, type: 'branch', args };
};

const aStage = fc.record({
  steps: fc.array(aStep, { minLength: 1, maxLength: 3, size: 'max' }),
  exits: fc.array(anExit, { minLength: 1, maxLength: 3, size: 'max' }),
  timer: fc.boolean(),
});

/** Whole definitions: an exit on an outcome has a round of the stage, one on a timer a timer, and every stage has a way out of any of its ends. */
const definitions = fc
  .tuple(fc.array(aStage, { minLength: 1, maxLength: 3, size: 'max' }), target, fc.array(aTrigger, { maxLength: 2 }))
  .map(([stages, last, triggers]) => {
    const named = stages.map(({ steps, exits, timer }, at) => {
      const code = CODES[at]!;
      const onEnter = steps.map((step, nth) => keyed(`${code}k${nth}`, step));
      const asks = steps.findIndex(({ type }) => type === 'request_approval');
      const round = asks < 0 ? undefined : `${code}k${asks}`;
      const own = exits.flatMap(({ to, on }): readonly Exit[] => {
        if (typeof on === 'string' || !('approval' in on)) return [{ to, on }];
        return round ? outcomes.map((outcome) => ({ to: outcome === on.outcome ? to : 'lost', on: { approval: round, outcome } })) : [];
      });
      const isTimed = timer || own.some(({ on }) => typeof on === 'object' && 'timer' in on);
      const timers = isTimed
        ? [{ key: 'delay', after: 'PT24H', clock: 'calendar', steps: [{ key: `${code}late`, type: 'log', args: { text: 'x' } }] }]
        : [];
      const known = own.map((exit) => (CODES.slice(stages.length).includes(exit.to) ? { ...exit, to: 'won' } : exit));
      const [exit] = known;
      const closing = exit ? [] : [{ to: 'won', on: 'manual' }];
      const semantic = at === 0 ? 'initial' : 'work';
      return { code, name: { ru: code }, order: at, color: '#000000', semantic, onEnter, timers, exits: [...known, ...closing] };
    });
    const end = (code: string, semantic: string) => ({ code, name: { ru: code }, order: 9, color: '#000000', semantic });
    const wonSteps = last === 'won' ? [{ key: 'end', type: 'set_status_text', args: { text: 'end' } }] : [];
    const whole = [...named, { ...end('won', 'success'), onEnter: wonSteps }, end('lost', 'failure')];
    const beside = triggers.map(({ on, steps }, at) => ({ on, steps: steps.map((step, nth) => keyed(`t${at}k${nth}`, step)) }));
    return { code: 'd', name: { ru: 'Д' }, subjectTypes: ['company'], stages: whole, triggers: beside };
  })
  .map((data) => {
    // What nothing leads to is no part of a definition.
    const reached = new Set(['s0']);
    for (const code of reached)
      for (const { to } of (data.stages.find((each) => each.code === code) as { exits?: { to: string }[] }).exits ?? []) reached.add(to);
    return { ...data, stages: data.stages.filter(({ code }) => reached.has(code)) };
  })
  .filter((data) => problemsOf(data).length === 0)
  .map(definitionOf);

/** One thing that happens: what it is, which one of those there are, and when the saga dies. */
const moments = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 10, arbitrary: fc.constantFrom('deliver') },
      { weight: 8, arbitrary: fc.constantFrom('die', 'task') },
      { weight: 3, arbitrary: fc.constantFrom('tick', 'again') },
      { weight: 2, arbitrary: fc.constantFrom('move', 'event', 'mend', 'pause', 'sms') },
      { weight: 1, arbitrary: fc.constantFrom('third', 'cancel', 'replace') },
    ),
    which: fc.nat(20),
    after: fc.nat(2),
    yes: fc.boolean(),
  }),
  { minLength: 10, maxLength: 60, size: 'max' },
);
type Moment = { what: string; which: number; after: number; yes: boolean };

const pick = <Item>(items: readonly Item[], which: number): Item | undefined => items[which % Math.max(1, items.length)];

async function happens(world: Simulation, { what, which, after, yes }: Moment): Promise<void> {
  const stream = pick(world.waiting, which);
  switch (what) {
    case 'deliver':
      return stream ? world.deliver(stream) : undefined;
    case 'die':
      return stream ? world.deliver(stream, after) : undefined;
    case 'again':
      return world.again(pick([...world.chains.keys()], which)!, after + 1);
    case 'task': {
      const taskId = pick(world.openTasks, which);
      return taskId === undefined ? undefined : does(world, taskId, yes);
    }
    case 'tick':
      return world.tick(yes ? Infinity : after);
    case 'move': {
      const to = pick(
        stageOf(world.data, world.process.stageCode)!.exits.filter(({ on }) => on === 'manual'),
        which,
      )?.to;
      if (to !== undefined) world.try('MoveSmartProcess', { processId, toStage: to }, author);
      return;
    }
    case 'event':
      return world.happen(yes ? 'E1' : 'E2');
    case 'third':
      return world.happen('E3');
    case 'sms': {
      const id = pick([...world.underWay], which);
      return id === undefined ? undefined : world.arrives(id, yes);
    }
    case 'replace': {
      const rounds = Object.entries(world.process.rounds).flatMap(([roundId, { approvers }]) =>
        approvers.map(({ approverKey }) => ({ roundId, approverKey })),
      );
      const approver = pick(rounds, which);
      if (approver) world.try('ReplaceApprover', { processId, ...approver, to: pick(people, after)!, reason: 'x' }, author);
      return;
    }
    case 'cancel':
      if (which % 7 === 0) world.try('CancelSmartProcess', { processId, reason: 'x' }, author);
      return;
    case 'pause':
      world.try(world.process.status === 'paused' ? 'ResumeSmartProcess' : 'PauseSmartProcess', { processId }, author);
      return;
    default:
      world.try(yes ? 'SkipFailedStep' : 'RetryFailedStep', { processId }, author);
  }
}

function does(world: Simulation, taskId: string, yes: boolean): void {
  for (const staffId of people) {
    const decision = yes ? 'approved' : 'rejected';
    if (world.try('DecideApprovalTask', { taskId, decision }, staffId) || world.try('CompleteTask', { taskId }, staffId)) return;
  }
}

/** What the instance waits for, with nothing left to deliver. Whatever waits without a cause is named as well. */
async function causesOf(world: Simulation): Promise<{ causes: string[]; lost: string[] }> {
  const { process: state, data } = world;
  const causes: string[] = [];
  const lost: string[] = [];
  const timer = (key: string) => world.timers.has(`smartProcess-${processId} ${key}`);
  for (const { steps, visit, run } of strandsOf(data, state)) {
    const at = standing(steps, state, visit, run);
    if (at === 'done') continue;
    if ('todo' in at) {
      lost.push(`${at.key} has not begun`);
      continue;
    }
    const { key, status, on = {} } = at.busy;
    const open = (taskId: unknown) => world.openTasks.includes(taskId as string);
    const asked = state.rounds[on.roundId as string]?.approvers.some(({ taskId }) => open(taskId));
    const isBacked =
      status === 'failed'
        ? timer(`retry:${visit}:${key}`)
        : status === 'waiting' && isAwaited(world, on, { open, asked: asked === true, timer: timer(`wait:${visit}:${key}`) });
    (isBacked ? causes : lost).push(`${key} ${status} ${JSON.stringify(on)}`);
  }
  const stage = stageOf(data, state.stageCode)!;
  for (const { on } of stage.exits) {
    if (on === 'manual') causes.push('manual');
    else if (typeof on === 'object' && 'event' in on) causes.push(on.event);
    else if (typeof on === 'object' && 'timer' in on) (timer(`stage:${on.timer}`) ? causes : lost).push(`timer ${on.timer}`);
  }
  return { causes, lost };
}

/** Whether what a step waits for may still come. */
function isAwaited(
  { underWay, process: { reached } }: Simulation,
  { taskId, roundId, event, notificationIds }: Readonly<Record<string, unknown>>,
  { open, asked, timer }: { open: (id: unknown) => boolean; asked: boolean; timer: boolean },
): boolean {
  if (taskId) return open(taskId);
  if (roundId) return asked;
  // An event may always come; that it has come and was not taken would be a step that could go on.
  if (event) return true;
  if (notificationIds) return (notificationIds as readonly string[]).some((id) => underWay.has(id) && reached[id] === undefined);
  return timer;
}

function isSound(world: Simulation): void {
  const twice = (what: string, names: readonly string[]) => {
    const name = names.find((each, at) => names.indexOf(each) < at);
    if (name !== undefined) throw new Error(`${what} twice: ${name}\n${world.told()}`);
  };
  const of = (type: string, ...fields: readonly string[]) =>
    world.facts(type).map(({ data }) => fields.map((field) => String((data as Record<string, string>)[field])).join(' '));
  twice('ended', [...of('ProcessCompleted'), ...of('ProcessCancelled')]);
  twice('entered', of('StageEntered', 'visit'));
  twice('left', of('StageLeft', 'visit'));
  twice('decided', of('ApprovalRoundCompleted', 'roundId'));
  twice('opened', of('ApprovalRoundOpened', 'roundId'));
  twice('decided by one', of('ApprovalDecisionRecorded', 'roundId', 'approverKey'));
  twice('completed', of('StepCompleted', 'visit', 'key'));
  twice('begun', of('StepStarted', 'visit', 'key', 'attempt'));
  for (const { status, parentProcessId } of world.children) {
    if (parentProcessId !== processId) throw new Error(`a child of somebody else\n${world.told()}`);
    if (world.process.status === 'cancelled' && status !== 'cancelled' && status !== 'completed')
      throw new Error(`a child lives on: ${status}\n${world.told()}`);
  }
  const consumed = of('StepCompleted', 'consumedEventId').filter((id) => id !== 'undefined');
  twice('used up', consumed);
  const made = world.log.filter(({ type }) => type === 'TaskCreated').map(({ data }) => (data as { processRef: object }).processRef);
  twice(
    'made a task',
    made.map((ref) => JSON.stringify(ref)),
  );
  for (const text of world.letters.values())
    if (text.includes('нельзя дать задание')) throw new Error(`a false alarm: ${text}\n${world.told()}`);
}

/** Everything that may happen, then all is delivered, and people do what there is to do. */
async function playsOut(data: ProcessDefinitionData, all: readonly Moment[]): Promise<void> {
  const world = new Simulation(data);
  for (const moment of all) await happens(world, moment);
  await playsOn(world);
}

async function playsOn(world: Simulation): Promise<void> {
  const { data } = world;
  for (let turn = 0; turn < 25; turn += 1) {
    await world.settle();
    isSound(world);
    const { status, stageCode } = world.process;
    if (status === 'completed') {
      expect(isFinal(stageOf(data, stageCode)!)).toBe(true);
      expect(world.facts('ProcessCompleted').map(({ data: end }) => (end as { finalStage: string }).finalStage)).toEqual([stageCode]);
      return;
    }
    if (status === 'cancelled') {
      const open = world.openTasks;
      if (open.length > 0) throw new Error(`tasks of a cancelled process: ${open.join(', ')}\n${world.told()}`);
      return;
    }
    if (status === 'paused') world.try('ResumeSmartProcess', { processId }, author);
    else if (status === 'faulted') world.try(turn % 2 ? 'SkipFailedStep' : 'RetryFailedStep', { processId }, author);
    else {
      const before = world.log.length;
      world.carryOut(planned((await viewOf(world.reads, processId))!), `asked ${before}`, `smartProcess-${processId}`);
      const { causes, lost } = await causesOf(world);
      const more = world.log.slice(before).map(({ type }) => type);
      if (lost.length > 0 || more.length > 0) throw new Error(`lost: ${lost.join(', ')}; undone: ${more.join(', ')}\n${world.told()}`);
      const isDeadEnd =
        causes.length === 0 && stageOf(data, stageCode)!.exits.every(({ on }) => typeof on === 'object' && 'approval' in on);
      // A round whose step failed or was skipped has no outcome: its definition says of no other way.
      if (causes.length === 0 && !isDeadEnd) throw new Error(`waits for nothing in ${stageCode}\n${world.told()}`);
      const [taskId] = world.openTasks;
      const [sms] = world.underWay;
      if (sms !== undefined) world.arrives(sms, turn % 2 > 0);
      else if (taskId !== undefined) does(world, taskId, turn % 3 > 0);
      else if (world.timers.size > 0) await world.tick();
      else if (causes.includes('manual')) await happens(world, { what: 'move', which: turn, after: 0, yes: true });
      else world.happen(['E1', 'E2', 'E3'][turn % 3]!);
    }
  }
}

describe('The interpreter of processes', () => {
  test('R097 whatever the definition, the order, the repeats and the deaths: an instance ends once or waits for something that is there', async () => {
    await fc.assert(fc.asyncProperty(definitions, moments, playsOut), { numRuns: 300 });
  }, 60_000);

  const asks = (mode: string) =>
    definitionOf({
      code: 'd',
      name: { ru: 'Д' },
      subjectTypes: ['company'],
      stages: [
        {
          ...drawn('s0', 'initial'),
          onEnter: [
            { key: 'ask', type: 'request_approval', args: { title: 'r', approvers: people.map((id) => `staff:${id}`), mode, rule: 'all' } },
          ],
          exits: outcomes.map((outcome) => ({ to: outcome === 'approved' ? 'won' : 'lost', on: { approval: 'ask', outcome } })),
        },
        drawn('won', 'success'),
        drawn('lost', 'failure'),
      ],
    });
  const own = `smartProcess-${processId}`;
  const until = async (world: Simulation, type: string) => {
    const next = () => world.chains.get(own)!.events[world.chains.get(own)!.done]!.type;
    while (next() !== type) await world.deliver(own);
  };

  test('R097 whoever decides before all have been asked keeps nobody else from being asked', async () => {
    const world = new Simulation(asks('parallel'));
    await until(world, 'ApprovalRoundOpened');
    await world.deliver(own, 1);
    const [taskId] = world.openTasks;
    does(world, taskId!, true);
    await world.deliver(`task-${taskId!}`);
    await world.deliver(`task-${taskId!}`);
    await world.settle();
    expect(world.openTasks).toHaveLength(2);
    await playsOn(world);
  });

  test('R097 whoever is asked twice by a repeat is no cause for alarm', async () => {
    const world = new Simulation(asks('sequential'));
    await until(world, 'ApprovalRoundOpened');
    await world.deliver(own, 1);
    const [taskId] = world.openTasks;
    does(world, taskId!, true);
    await world.deliver(`task-${taskId!}`);
    await world.deliver(`task-${taskId!}`);
    world.again(own, 1);
    await world.settle();
    expect(world.openTasks).toHaveLength(1);
    expect([...world.letters.values()]).toEqual([]);
    await playsOn(world);
  });

  test('R097 whoever is named for somebody whose turn comes at the same moment is asked once, and nobody is alarmed', async () => {
    const world = new Simulation(asks('sequential'));
    await until(world, 'ApprovalRoundOpened');
    await world.deliver(own);
    const [roundId] = Object.keys(world.process.rounds);
    does(world, world.openTasks[0]!, true);
    world.try('ReplaceApprover', { processId, roundId, approverKey: 'a2', to: people[0], reason: 'x' }, author);
    const task = world.waiting.find((name) => name.startsWith('task-'))!;
    await world.deliver(task);
    await world.deliver(task);
    await world.settle();
    expect([world.openTasks.length, [...world.letters.values()]]).toEqual([1, []]);
    await playsOn(world);
  });

  test('R097 whoever dies between saying what a step waits for and sending it sends it the next time', async () => {
    const step = { key: 'sms', type: 'send_sms', args: { to: ['phone:+79160000000'], text: 'x' } };
    const stages = [{ ...drawn('s0', 'initial'), onEnter: [step], exits: [{ to: 'won', on: 'steps_completed' }] }, drawn('won', 'success')];
    const world = new Simulation(definitionOf({ code: 'd', name: { ru: 'Д' }, subjectTypes: ['company'], stages }));
    await until(world, 'StepStarted');
    await world.deliver(own, 1);
    expect([world.facts('StepWaiting').length, world.underWay.size]).toEqual([1, 0]);
    await world.settle();
    expect(world.underWay.size).toBe(1);
    world.arrives([...world.underWay][0]!, true);
    await world.settle();
    expect(world.process).toMatchObject({ status: 'completed' });
  });

  test('R097 a timer that comes due while the process is halted by a fault comes when it goes on', async () => {
    const stages = [
      {
        ...drawn('s0', 'initial'),
        onEnter: [{ key: 'make', type: 'create_task', args: { title: 't', assignee: `staff:${nobody}` } }],
        timers: [{ key: 'delay', after: 'PT24H', clock: 'calendar', steps: [] }],
        exits: [{ to: 'won', on: { timer: 'delay' } }],
      },
      drawn('won', 'success'),
    ];
    const world = new Simulation(definitionOf({ code: 'd', name: { ru: 'Д' }, subjectTypes: ['company'], stages }));
    for (let nth = 0; nth < 5; nth += 1) {
      await world.settle();
      await world.tick();
    }
    expect(world.process.status).toBe('faulted');
    await playsOn(world);
    expect(world.process).toMatchObject({ status: 'completed', outcome: 'success' });
  });
});

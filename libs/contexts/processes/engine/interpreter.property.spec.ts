import * as fc from 'fast-check';
import { definitionOf, problemsOf } from '../definition/check';
import { isFinal, stageOf, type ProcessDefinitionData } from '../definition/definition';
import { planned } from './plan';
import { author, nobody, people, processId, Simulation } from './interpreter.fixtures';
import { viewOf } from '../sagas/reading';
import { standing, strandsOf } from './strands';

const outcomes = ['approved', 'rejected'] as const;
const CODES = ['s0', 's1', 's2'];
const drawn = (code: string, semantic: string, order = 9) => ({ code, name: { ru: code }, order, color: '#000000', semantic });
const target = fc.constantFrom(...CODES, 'won', 'lost');

const aStep = fc.oneof(
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

const aStage = fc.record({
  steps: fc.array(aStep, { minLength: 1, maxLength: 3, size: 'max' }),
  exits: fc.array(anExit, { minLength: 1, maxLength: 3, size: 'max' }),
  timer: fc.boolean(),
});

/** Whole definitions: an exit on an outcome has a round of the stage, one on a timer a timer, and every stage has a way out of any of its ends. */
const definitions = fc
  .tuple(fc.array(aStage, { minLength: 1, maxLength: 3, size: 'max' }), target)
  .map(([stages, last]) => {
    const named = stages.map(({ steps, exits, timer }, at) => {
      const code = CODES[at]!;
      const onEnter = steps.map((step, nth) => ({ key: `${code}k${nth}`, ...step }));
      const round = onEnter.find(({ type }) => type === 'request_approval')?.key;
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
    return { code: 'd', name: { ru: 'Д' }, subjectTypes: ['company'], stages: whole };
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
      { weight: 2, arbitrary: fc.constantFrom('move', 'event', 'mend', 'pause') },
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
        : status === 'waiting' && (on.taskId ? open(on.taskId) : on.roundId ? asked : timer(`wait:${visit}:${key}`));
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
      if (taskId !== undefined) does(world, taskId, turn % 3 > 0);
      else if (world.timers.size > 0) await world.tick();
      else if (causes.includes('manual')) await happens(world, { what: 'move', which: turn, after: 0, yes: true });
      else world.happen(turn % 2 ? 'E1' : 'E2');
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

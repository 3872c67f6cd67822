import {
  allSteps,
  isFinal,
  stepLists,
  type BranchArgs,
  type ExitDef,
  type ProcessDefinitionData,
  type StageDef,
  type StepDef,
} from './definition';
import { placeholdersIn } from './expr';
import { recipientOf } from './recipients';
import { filledIn, shapeProblems, type Problem } from './shape';
import { stepTypes } from './step-types';

export type { Problem } from './shape';

/** What a process tells of itself to placeholders. */
export const PROCESS_FIELDS = [
  'id',
  'number',
  'name',
  'initiator',
  'responsible',
  'stage',
  'startedAt',
  'visit',
  'statusText',
  'documentCount',
  'cause',
];

/**
 * Everything that keeps a definition from being published, each with the place (JSON Pointer) and a sentence: forms, codes
 * that are not unique, exits to nowhere, stages that nothing leads to or from, loops that would run by themselves for ever,
 * placeholders, parameters and steps that are not there.
 */
export function problemsOf(value: unknown): readonly Problem[] {
  const whole = filledIn(value);
  const shape = shapeProblems(whole);
  if (shape.length > 0) return shape;
  const data = whole as ProcessDefinitionData;
  return [
    ...uniqueness(data),
    ...paths(data),
    ...loops(data),
    ...finals(data),
    ...references(data),
    ...recipients(data),
    ...bounds(data),
    ...starts(data),
  ];
}

/** The definition itself, whole. @throws Error where it has problems */
export function definitionOf(value: unknown): ProcessDefinitionData {
  const [problem] = problemsOf(value);
  if (problem) throw new Error(`${problem.pointer || '/'} ${problem.message}`);
  return filledIn(value) as ProcessDefinitionData;
}

const twice = (names: readonly { name: string; pointer: string }[], what: string): Problem[] => {
  const seen = new Set<string>();
  return names.flatMap(({ name, pointer }) => {
    if (seen.has(name)) return [{ pointer, message: `the ${what} «${name}» is there twice` }];
    seen.add(name);
    return [];
  });
};

const stepsOf = (data: ProcessDefinitionData) => [...stepLists(data)].flatMap(({ steps, pointer }) => [...allSteps(steps, pointer)]);

function uniqueness(data: ProcessDefinitionData): Problem[] {
  return [
    ...twice(
      data.stages.map(({ code }, at) => ({ name: code, pointer: `/stages/${at}/code` })),
      'stage',
    ),
    ...twice(
      data.params.map(({ key }, at) => ({ name: key, pointer: `/params/${at}/key` })),
      'parameter',
    ),
    ...twice(
      stepsOf(data).map(({ step, pointer }) => ({ name: step.key, pointer: `${pointer}/key` })),
      'step',
    ),
    ...data.stages.flatMap(({ timers, controlPoints }, at) => [
      ...twice(
        timers.map(({ key }, nth) => ({ name: key, pointer: `/stages/${at}/timers/${nth}/key` })),
        'timer',
      ),
      ...twice(
        controlPoints.map(({ code }, nth) => ({ name: code, pointer: `/stages/${at}/controlPoints/${nth}/code` })),
        'control point',
      ),
    ]),
  ];
}

const ways = new WeakMap<ProcessDefinitionData, Map<string, ReadonlySet<string>>>();
/** The stages that ways lead to from one; worked out once for each. */
const reachedFrom = (data: ProcessDefinitionData, start: string): ReadonlySet<string> => {
  let known = ways.get(data);
  if (!known) ways.set(data, (known = new Map()));
  const found = known.get(start);
  if (found) return found;
  const reached = new Set([start]);
  known.set(start, reached);
  for (const code of reached) for (const { to } of data.stages.find((stage) => stage.code === code)?.exits ?? []) reached.add(to);
  return reached;
};

function paths(data: ProcessDefinitionData): Problem[] {
  const codes = new Set(data.stages.map(({ code }) => code));
  const problems: Problem[] = [];
  for (const [at, { exits, controlPoints }] of data.stages.entries()) {
    for (const [nth, { to }] of exits.entries())
      if (!codes.has(to)) problems.push({ pointer: `/stages/${at}/exits/${nth}/to`, message: `there is no stage «${to}»` });
    for (const [nth, point] of controlPoints.entries())
      for (const [n, to] of (point.exits ?? []).entries())
        if (!exits.some((exit) => exit.to === to))
          problems.push({ pointer: `/stages/${at}/controlPoints/${nth}/exits/${n}`, message: `no exit of the stage leads to «${to}»` });
  }
  for (const [at, { inStages = [] }] of data.triggers.entries())
    for (const [nth, code] of inStages.entries())
      if (!codes.has(code)) problems.push({ pointer: `/triggers/${at}/inStages/${nth}`, message: `there is no stage «${code}»` });

  // Ways that lead nowhere make others seem missing: one thing at a time.
  if (problems.length > 0) return problems;
  const initial = data.stages.filter(({ semantic }) => semantic === 'initial');
  if (initial.length !== 1)
    return [...problems, { pointer: '/stages', message: `exactly one stage is the initial one, not ${initial.length}` }];
  const reached = reachedFrom(data, initial[0]!.code);
  for (const [at, stage] of data.stages.entries()) {
    if (!reached.has(stage.code)) problems.push({ pointer: `/stages/${at}`, message: `no way leads to the stage «${stage.code}»` });
    const ways = reachedFrom(data, stage.code);
    const ends = data.stages.some((each) => isFinal(each) && ways.has(each.code));
    if (!ends) problems.push({ pointer: `/stages/${at}`, message: `from the stage «${stage.code}» no way leads to a final one` });
  }
  const succeeds = data.stages.some(({ semantic, code }) => semantic === 'success' && reached.has(code));
  if (!succeeds) problems.push({ pointer: '/stages', message: 'no way leads to a final stage with success' });
  return problems;
}

/** Steps that let time pass or wait for somebody. */
const WAITING = ['request_approval', 'wait', 'wait_event', 'send_sms'];
const isWaiting = ({ type, args }: StepDef) => WAITING.includes(type) || (type === 'create_task' && args.waitForCompletion === true);
/** Whether whoever enters a stage must wait there: a step that is only run on a condition makes nobody wait. */
const waits = ({ onEnter }: StageDef) => onEnter.some((step) => isWaiting(step) && step.if === undefined);

/** Whether an exit may be taken at once on entering its stage: what it is about may be over already. */
function isAtOnce(stage: StageDef, { on }: ExitDef): boolean {
  if (on === 'steps_completed') return !waits(stage);
  if (typeof on !== 'object' || !('approval' in on || 'task' in on)) return false;
  const named = 'approval' in on ? on.approval : on.task;
  // The own step begins anew with every visit; another one may have ended long ago.
  return !stage.onEnter.some((step) => step.key === named && step.if === undefined);
}

/** Stages that may be left at once, by themselves, in a circle. */
function loops(data: ProcessDefinitionData): Problem[] {
  const next = (code: string) => {
    const stage = data.stages.find((each) => each.code === code);
    return stage?.exits.flatMap((exit, nth) => (isAtOnce(stage, exit) ? [{ to: exit.to, nth }] : [])) ?? [];
  };
  const wayBack = (start: string): { nth: number; way: readonly string[] } | undefined => {
    const ways = next(start).map(({ to, nth }) => ({ nth, way: [start, to] }));
    const seen = new Set<string>();
    for (const { nth, way } of ways) {
      const at = way.at(-1)!;
      if (at === start) return { nth, way };
      if (seen.has(at)) continue;
      seen.add(at);
      ways.push(...next(at).map(({ to }) => ({ nth, way: [...way, to] })));
    }
    return undefined;
  };
  return data.stages.flatMap(({ code }, at) => {
    const circle = wayBack(code);
    if (!circle) return [];
    const message = `the process would go round by itself for ever: ${circle.way.join(' → ')}`;
    return [{ pointer: `/stages/${at}/exits/${circle.nth}`, message }];
  });
}

function finals(data: ProcessDefinitionData): Problem[] {
  return data.stages.flatMap((stage, at) => {
    const pointer = `/stages/${at}`;
    if (isFinal(stage)) {
      return [
        ...(stage.exits.length > 0 ? [{ pointer: `${pointer}/exits`, message: 'a final stage has no exits' }] : []),
        ...(stage.timers.length > 0 ? [{ pointer: `${pointer}/timers`, message: 'a final stage has no timers' }] : []),
        ...[...allSteps(stage.onEnter, `${pointer}/onEnter`)]
          .filter(({ step }) => isWaiting(step))
          .map(({ step, pointer: inside }) => ({ pointer: inside, message: `a final stage waits for nothing, and «${step.key}» does` })),
      ];
    }
    if (data.kind !== 'sequential') return [];
    return stage.exits.flatMap(({ on }, nth) =>
      on === 'manual' ? [{ pointer: `${pointer}/exits/${nth}/on`, message: 'a sequential process has no manual exits' }] : [],
    );
  });
}

const ROOTS = ['subject', 'process', 'params', 'document', 'event', 'steps'];

function references(data: ProcessDefinitionData): Problem[] {
  const steps = new Map(stepsOf(data).map(({ step }) => [step.key, step]));
  const params = new Set(data.params.map(({ key }) => key));
  const seen = (path: string, pointer: string, known: (key: string) => boolean): Problem[] => {
    const [root = '', name = '', output] = path.split('.');
    if (!ROOTS.includes(root)) return [{ pointer, message: `{{${path}}} begins with none of ${ROOTS.join(', ')}` }];
    if (root === 'params' && !params.has(name)) return [{ pointer, message: `there is no parameter «${name}»` }];
    if (root === 'process' && !PROCESS_FIELDS.includes(name))
      return [{ pointer, message: `a process has no «${name}»: it has ${PROCESS_FIELDS.join(', ')}` }];
    if (root !== 'steps') return [];
    const step = steps.get(name);
    if (!step) return [{ pointer, message: `there is no step «${name}»` }];
    if (!known(name)) return [{ pointer, message: `the step «${name}» comes later than the place that refers to it` }];
    const { outputs } = stepTypes[step.type];
    return output === undefined || outputs.includes(output)
      ? []
      : [{ pointer, message: `a step ${step.type} has no output «${output}»: it has ${outputs.join(', ') || 'none'}` }];
  };
  const within = (value: unknown, pointer: string, known: (key: string) => boolean): Problem[] =>
    [...new Set(placeholdersIn(value))].flatMap((path) => seen(path, pointer, known));

  const problems: Problem[] = [];
  for (const { steps: list, pointer, stage } of stepLists(data)) {
    const before = earlier(data, stage);
    const passed = new Set<string>();
    for (const { step, pointer: place } of allSteps(list, pointer)) {
      const known = (key: string) => before(key) || passed.has(key);
      // The nested steps of a branch are looked at on their own; of itself it has conditions.
      const own = step.type === 'branch' ? (step.args as unknown as BranchArgs).cases.map((each) => each.if) : step.args;
      problems.push(...within(own, `${place}/args`, known), ...within(step.if, `${place}/if`, known));
      for (const name of stepTypes[step.type].steps ?? []) problems.push(...named(step, name, `${place}/args/${name}`, steps));
      passed.add(step.key);
    }
  }
  for (const [at, stage] of data.stages.entries()) {
    const own = new Set([...allSteps(stage.onEnter, '')].map(({ step }) => step.key));
    const before = earlier(data, stage);
    const known = (key: string) => own.has(key) || before(key);
    for (const [nth, { args }] of stage.controlPoints.entries())
      problems.push(...within(args, `/stages/${at}/controlPoints/${nth}/args`, known));
    for (const [nth, { on }] of stage.exits.entries()) {
      const pointer = `/stages/${at}/exits/${nth}/on`;
      if (typeof on === 'string') continue;
      if ('event' in on) problems.push(...within(on.where, `${pointer}/where`, known));
      if ('approval' in on) problems.push(...ofType(on.approval, 'request_approval', `${pointer}/approval`, steps));
      if ('task' in on) problems.push(...ofType(on.task, 'create_task', `${pointer}/task`, steps));
      if ('timer' in on && !stage.timers.some(({ key }) => key === on.timer))
        problems.push({ pointer: `${pointer}/timer`, message: `the stage has no timer «${on.timer}»` });
    }
  }
  for (const [at, { where }] of data.triggers.entries()) problems.push(...within(where, `/triggers/${at}/where`, () => true));
  return problems;
}

const named = (step: StepDef, name: string, pointer: string, steps: ReadonlyMap<string, StepDef>) =>
  ofType(String(step.args[name] as string), name === 'task' ? 'create_task' : 'request_approval', pointer, steps);

const ofType = (key: string, type: string, pointer: string, steps: ReadonlyMap<string, StepDef>): Problem[] => {
  const step = steps.get(key);
  if (!step) return [{ pointer, message: `there is no step «${key}»` }];
  return step.type === type ? [] : [{ pointer, message: `the step «${key}» is a ${step.type}, not a ${type}` }];
};

/**
 * Whether a step may have run before a stage is entered: one of a stage on some way to it. A trigger may refer to any step:
 * it runs beside the stages.
 */
function earlier(data: ProcessDefinitionData, stage: StageDef | undefined): (key: string) => boolean {
  if (!stage) return () => true;
  const before = new Set(
    data.stages.flatMap((each) => {
      const leadsHere = each.exits.some(({ to }) => reachedFrom(data, to).has(stage.code));
      return leadsHere ? [...allSteps(each.onEnter, '')].map(({ step }) => step.key) : [];
    }),
  );
  return (key) => before.has(key);
}

function recipients(data: ProcessDefinitionData): Problem[] {
  const params = new Map(data.params.map(({ key, type }) => [key, type]));
  const one = (value: unknown, pointer: string): Problem[] => {
    if (Array.isArray(value)) return value.flatMap((each, at) => one(each, `${pointer}/${at}`));
    if (typeof value === 'object' && value !== null) return one((value as { to?: unknown }).to, `${pointer}/to`);
    if (typeof value !== 'string') return [];
    const { kind, of } = recipientOf(value);
    if (kind !== 'param') return [];
    const type = params.get(of);
    if (!type) return [{ pointer, message: `there is no parameter «${of}»` }];
    return ['staff', 'staff[]', 'role'].includes(type) ? [] : [{ pointer, message: `the parameter «${of}» is a ${type} and names nobody` }];
  };
  return [
    ...data.stages.flatMap(({ responsible, exits }, at) => [
      ...one(responsible, `/stages/${at}/responsible`),
      ...exits.flatMap(({ by }, nth) => one(by, `/stages/${at}/exits/${nth}/by`)),
    ]),
    ...stepsOf(data).flatMap(({ step, pointer }) =>
      ['to', 'from', 'assignee', 'controller', 'approvers', 'user'].flatMap((name) =>
        step.type === 'branch' ||
        typeof step.args[name] === 'undefined' ||
        (['add_absence', 'create_calendar_event'].includes(step.type) && name !== 'user')
          ? []
          : one(step.args[name], `${pointer}/args/${name}`),
      ),
    ),
  ];
}

/** Numbers of approvers that no round can have, and tasks that could never be done. */
function bounds(data: ProcessDefinitionData): Problem[] {
  const handsOver = (key: string) =>
    data.triggers.some(({ steps }) => [...allSteps(steps, '')].some(({ step }) => step.type === 'submit_task' && step.args.task === key));
  return stepsOf(data).flatMap(({ step, pointer }) => {
    const { controller, waitForCompletion } = step.args;
    // A task of a process is handed to its controller by the process, which would be waiting for it.
    if (step.type === 'create_task' && controller !== undefined && waitForCompletion === true && !handsOver(step.key))
      return [
        { pointer: `${pointer}/args/controller`, message: `nobody would hand «${step.key}» to its controller: the process waits for it` },
      ];
    if (step.type !== 'request_approval') return [];
    const { min, max } = step.args;
    return typeof min === 'number' && typeof max === 'number' && min > max
      ? [{ pointer: `${pointer}/args/min`, message: `at least ${min} and at most ${max} approvers cannot be` }]
      : [];
  });
}

/** A process that begins by itself has nobody to fill in its parameters. */
function starts({ autoStartOnCreate, params }: ProcessDefinitionData): Problem[] {
  if (!autoStartOnCreate) return [];
  return params.flatMap(({ key, required, default: byDefault }, at) =>
    required && byDefault === undefined
      ? [{ pointer: `/params/${at}`, message: `a process that starts by itself cannot be given «${key}»: it needs a default` }]
      : [],
  );
}

import {
  durationMillis,
  STEP_TYPES,
  SUBJECT_TYPES,
  type BranchArgs,
  type ExitOn,
  type LocalizedText,
  type ProcessDefinitionData,
  type StepDef,
} from './definition';
import { recipientProblem } from './recipients';
import { argumentProblems } from './step-types';

/** What is wrong, and where (JSON Pointer). */
export interface Problem {
  readonly pointer: string;
  readonly message: string;
}

type Check = (value: unknown, pointer: string) => Problem[];

const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
const wrong = (pointer: string, message: string): Problem[] => [{ pointer, message }];
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const when =
  (test: (value: unknown) => boolean, message: string): Check =>
  (value, pointer) =>
    test(value) ? [] : wrong(pointer, message);

const text = (most: number) =>
  when((value) => typeof value === 'string' && value.length > 0 && value.length <= most, `must be a text of 1 to ${most} characters`);
const flag = when((value) => typeof value === 'boolean', 'must be true or false');
const whole = (least: number, most: number) =>
  when(
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    `must be a whole number of ${least} to ${most}`,
  );
const oneOf = (words: readonly string[]) => when((value) => words.includes(value as string), `must be one of ${words.join(', ')}`);
const code = when(
  (value) => typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(value),
  'must begin with a letter and hold letters, digits, «_» and «-», at most 64',
);
const color = when((value) => typeof value === 'string' && /^#[0-9A-Fa-f]{6}$/.test(value), 'must be a color #RRGGBB');
const duration = when((value) => (durationMillis(value) ?? 0) > 0, 'must be a duration such as PT24H or P3D, longer than nothing');
const eventType = when(
  (value) => typeof value === 'string' && /^[A-Z][A-Za-z]{2,99}$/.test(value),
  'must be the name of an event type, such as DocumentSigned',
);
const localized: Check = (value, pointer) => {
  if (!isObject(value) || typeof value.ru !== 'string') return wrong(pointer, 'must be texts by language, with ru among them');
  return Object.entries(value).flatMap(([language, each]) => text(255)(each, `${pointer}/${language}`));
};
const recipient: Check = (value, pointer) => {
  const problem = recipientProblem(value);
  return problem ? wrong(pointer, problem) : [];
};

const list =
  (item: Check, least = 0, most = 200): Check =>
  (value, pointer) => {
    if (!Array.isArray(value)) return wrong(pointer, 'must be a list');
    if (value.length < least || value.length > most) return wrong(pointer, `must have ${least} to ${most} entries`);
    return value.flatMap((each, at) => item(each, `${pointer}/${at}`));
  };

/** An object of exactly these fields; a name with `?` may be left out. */
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, pointer) => {
    if (!isObject(value)) return wrong(pointer, 'must be an object');
    const known = Object.entries(fields).flatMap(([name, check]) => {
      const field = name.replace('?', '');
      if (value[field] === undefined) return name.endsWith('?') ? [] : wrong(`${pointer}/${field}`, 'is missing');
      return check(value[field], `${pointer}/${escaped(field)}`);
    });
    const names = Object.keys(fields).map((name) => name.replace('?', ''));
    const strangers = Object.keys(value).filter((name) => !names.includes(name));
    return [...known, ...strangers.flatMap((name) => wrong(`${pointer}/${escaped(name)}`, 'is not a known field'))];
  };

const DEEPEST = 12;
const expr: Check = (value, pointer) => (isDeeper(value, DEEPEST) ? wrong(pointer, `is nested deeper than ${DEEPEST}`) : []);
/** Whether a value is nested deeper than so many levels; it looks no further than that. */
export const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1)));
const where: Check = (value, pointer) => (isObject(value) ? expr(value, pointer) : wrong(pointer, 'must be an object of field → value'));

const step: Check = (value, pointer) => {
  const shape = record({
    key: code,
    type: oneOf(STEP_TYPES),
    args: when(isObject, 'must be an object'),
    'onError?': oneOf(['halt', 'skip']),
    'if?': expr,
  })(value, pointer);
  if (shape.length > 0) return shape;
  const { type, args } = value as StepDef;
  if (type === 'branch') return branch(args, `${pointer}/args`);
  return argumentProblems(type, args).map(({ pointer: inside, message }) => ({ pointer: `${pointer}/args${inside}`, message }));
};

const branch: Check = (value, pointer) => {
  if (pointer.split('/args').length > 4) return wrong(pointer, 'branches are nested deeper than 3');
  const steps = list(step, 0, 50);
  return record({ cases: list(record({ if: expr, steps }), 1, 20), 'else?': steps })(value as object as BranchArgs, pointer);
};

const exitOn: Check = (value, pointer) => {
  if (value === 'manual' || value === 'steps_completed') return [];
  if (!isObject(value)) return wrong(pointer, 'must be manual, steps_completed, or an object with event, approval, task or timer');
  const on = value as Exclude<ExitOn, string>;
  if ('event' in on) return record({ event: eventType, 'where?': where })(on, pointer);
  if ('approval' in on) return record({ approval: code, outcome: oneOf(['approved', 'rejected']) })(on, pointer);
  if ('task' in on) return record({ task: code, outcome: oneOf(['completed', 'cancelled']) })(on, pointer);
  return record({ timer: code })(on, pointer);
};

const steps = list(step, 0, 100);
const definition = record({
  code,
  name: localized,
  kind: oneOf(['staged', 'sequential']),
  subjectTypes: list(oneOf(SUBJECT_TYPES), 1),
  autoStartOnCreate: flag,
  onePerSubject: flag,
  params: list(
    record({
      key: code,
      type: oneOf(['staff', 'staff[]', 'role', 'string', 'string[]', 'number', 'duration']),
      required: flag,
      'default?': expr,
    }),
    0,
    50,
  ),
  stages: list(
    record({
      code,
      name: localized,
      order: whole(0, 1_000),
      color,
      semantic: oneOf(['initial', 'work', 'success', 'failure']),
      'responsible?': recipient,
      onEnter: steps,
      controlPoints: list(
        record({
          code,
          kind: oneOf(['document_attached', 'field_filled', 'all_signed', 'expression']),
          args: where,
          message: localized,
          'exits?': list(code),
        }),
        0,
        20,
      ),
      timers: list(
        record({
          key: code,
          after: duration,
          'repeatEvery?': duration,
          'maxRepeats?': whole(1, 1_000),
          clock: oneOf(['calendar', 'working']),
          steps,
        }),
        0,
        10,
      ),
      exits: list(record({ to: code, 'name?': localized, 'requireComment?': flag, 'by?': list(recipient, 1, 20), on: exitOn }), 0, 30),
    }),
    1,
    100,
  ),
  triggers: list(record({ on: eventType, 'where?': where, 'inStages?': list(code, 1), steps: list(step, 1, 100) }), 0, 50),
});

/** What keeps a value from being a definition at all: fields that are missing, unknown or of a wrong form. */
export const shapeProblems = (value: unknown): readonly Problem[] => definition(value, '');

/** A definition as people write it: empty lists and what goes without saying may be left out. */
export function filledIn(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { stages, ...rest } = value;
  const whole = { kind: 'staged', autoStartOnCreate: false, onePerSubject: false, params: [], triggers: [], ...rest };
  if (!Array.isArray(stages)) return { ...whole, stages };
  const filled = stages.map((stage: unknown) =>
    isObject(stage) ? { onEnter: [], controlPoints: [], timers: [], exits: [], ...stage } : stage,
  );
  return { ...whole, stages: filled };
}

export type { LocalizedText, ProcessDefinitionData };

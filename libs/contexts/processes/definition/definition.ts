import type { Localized } from '@letopis/kernel';

/** What a process may be about. */
export const SUBJECT_TYPES = [
  'deal',
  'lead',
  'document',
  'company',
  'contact',
  'person',
  'organization',
  'supportRequest',
  'clientService',
] as const;
export type SubjectType = (typeof SUBJECT_TYPES)[number];

export interface SubjectRef {
  readonly type: SubjectType;
  readonly id: string;
}

/** Text in languages; Russian is always there. */
export type LocalizedText = Pick<Localized, 'ru'> & Readonly<Record<string, string>>;

/**
 * A value that is worked out when it is needed: a literal, text with placeholders `{{path}}`, or an operation. There is no code
 * in it: what a definition may say is what is listed here.
 */
export type Expr = string | number | boolean | null | readonly Expr[] | { readonly [operator: string]: Expr };

export const OPERATORS = ['eq', 'ne', 'gt', 'lt', 'in', 'and', 'or', 'not', 'empty'] as const;

export const STEP_TYPES = [
  'assign_responsible',
  'notify_user',
  'send_email',
  'send_sms',
  'social_message',
  'set_status_text',
  'set_document_status',
  'set_subject_stage',
  'set_subject_field',
  'apply_approval',
  'create_task',
  'submit_task',
  'return_task',
  'request_approval',
  'add_absence',
  'create_calendar_event',
  'wait',
  'wait_event',
  'start_process',
  'close_subject',
  'branch',
  'log',
] as const;
export type StepType = (typeof STEP_TYPES)[number];

export type Args = Readonly<Record<string, Expr>>;

export interface StepDef {
  readonly key: string;
  readonly type: StepType;
  readonly args: Args;
  /** What becomes of the process when the step has failed for good; by default it halts. */
  readonly onError?: 'halt' | 'skip';
  readonly if?: Expr;
}

/** A step that chooses: the steps of the first case that holds, else the others. */
export interface BranchArgs {
  readonly cases: readonly { readonly if: Expr; readonly steps: readonly StepDef[] }[];
  readonly else?: readonly StepDef[];
}

export type ExitOn =
  | 'manual'
  | 'steps_completed'
  | { readonly event: string; readonly where?: Readonly<Record<string, Expr>> }
  | { readonly approval: string; readonly outcome: 'approved' | 'rejected' }
  | { readonly task: string; readonly outcome: 'completed' | 'cancelled' }
  | { readonly timer: string };

export interface ExitDef {
  readonly to: string;
  readonly name?: LocalizedText;
  readonly requireComment?: boolean;
  readonly by?: readonly string[];
  readonly on: ExitOn;
}

export interface ControlPoint {
  readonly code: string;
  readonly kind: 'document_attached' | 'field_filled' | 'all_signed' | 'expression';
  readonly args: Args;
  readonly message: LocalizedText;
  /** The stages that it guards the way to; by default all. */
  readonly exits?: readonly string[];
}

export interface StageTimer {
  readonly key: string;
  readonly after: string;
  readonly repeatEvery?: string;
  readonly maxRepeats?: number;
  readonly clock: 'calendar' | 'working';
  readonly steps: readonly StepDef[];
}

export interface StageDef {
  readonly code: string;
  readonly name: LocalizedText;
  readonly order: number;
  readonly color: string;
  readonly semantic: 'initial' | 'work' | 'success' | 'failure';
  readonly responsible?: string;
  readonly onEnter: readonly StepDef[];
  readonly controlPoints: readonly ControlPoint[];
  readonly timers: readonly StageTimer[];
  readonly exits: readonly ExitDef[];
}

export interface Trigger {
  readonly on: string;
  readonly where?: Readonly<Record<string, Expr>>;
  readonly inStages?: readonly string[];
  readonly steps: readonly StepDef[];
}

export interface ParamDef {
  readonly key: string;
  readonly type: 'staff' | 'staff[]' | 'role' | 'string' | 'number' | 'duration' | 'string[]';
  readonly required: boolean;
  readonly default?: Expr;
}

/** A process as data: the engine knows nothing about it that is not said here. */
export interface ProcessDefinitionData {
  readonly code: string;
  readonly name: LocalizedText;
  readonly kind: 'staged' | 'sequential';
  readonly subjectTypes: readonly SubjectType[];
  readonly autoStartOnCreate: boolean;
  readonly onePerSubject: boolean;
  readonly params: readonly ParamDef[];
  readonly stages: readonly StageDef[];
  readonly triggers: readonly Trigger[];
}

export const isFinal = ({ semantic }: Pick<StageDef, 'semantic'>): boolean => semantic === 'success' || semantic === 'failure';

/** The steps and those nested in them, in reading order, with where each stands. */
export function* allSteps(steps: readonly StepDef[], pointer: string): Generator<{ step: StepDef; pointer: string; inBranch: boolean }> {
  for (const [at, step] of steps.entries()) {
    yield { step, pointer: `${pointer}/${at}`, inBranch: false };
    if (step.type !== 'branch') continue;
    const { cases = [], else: others = [] } = step.args as unknown as Partial<BranchArgs>;
    for (const [nth, { steps: nested }] of cases.entries())
      for (const each of allSteps(nested, `${pointer}/${at}/args/cases/${nth}/steps`)) yield { ...each, inBranch: true };
    for (const each of allSteps(others, `${pointer}/${at}/args/else`)) yield { ...each, inBranch: true };
  }
}

/** Every list of steps of a definition, with where it stands and in which stage (none for a trigger). */
export function* stepLists(data: ProcessDefinitionData): Generator<{ steps: readonly StepDef[]; pointer: string; stage?: StageDef }> {
  for (const [at, stage] of data.stages.entries()) {
    yield { steps: stage.onEnter, pointer: `/stages/${at}/onEnter`, stage };
    for (const [nth, { steps }] of stage.timers.entries()) yield { steps, pointer: `/stages/${at}/timers/${nth}/steps`, stage };
  }
  for (const [at, { steps }] of data.triggers.entries()) yield { steps, pointer: `/triggers/${at}/steps` };
}

/** The step of a key, wherever it stands. */
export function stepOf(data: ProcessDefinitionData, key: string): StepDef | undefined {
  for (const { steps, pointer } of stepLists(data)) for (const { step } of allSteps(steps, pointer)) if (step.key === key) return step;
  return undefined;
}

export const stageOf = (data: ProcessDefinitionData, code: string): StageDef | undefined =>
  data.stages.find((stage) => stage.code === code);

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Milliseconds of an ISO 8601 duration in days, hours, minutes and seconds (`PT24H`, `P3D`); undefined for any other text. */
export function durationMillis(text: unknown): number | undefined {
  const parts = typeof text === 'string' && text.length > 2 && !text.endsWith('T') ? DURATION.exec(text) : null;
  if (!parts) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}

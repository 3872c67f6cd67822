import { durationMillis, type Args, type Expr, type StepType } from './definition';
import { recipientProblem } from './recipients';

type ArgCheck = (value: Expr) => string | undefined;

const any: ArgCheck = () => undefined;
const said: ArgCheck = (value) => (value === '' || value === null ? 'must not be empty' : undefined);
const textUpTo =
  (most: number): ArgCheck =>
  (value) =>
    typeof value === 'string' && value.length > 0 && value.length <= most ? undefined : `must be a text of 1 to ${most} characters`;
const flag: ArgCheck = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const word =
  (...words: string[]): ArgCheck =>
  (value) =>
    words.includes(value as string) || isPlaceholder(value) ? undefined : `must be one of ${words.join(', ')}`;
const isPlaceholder = (value: Expr) => typeof value === 'string' && value.includes('{{');
const duration: ArgCheck = (value) =>
  isPlaceholder(value) || durationMillis(value) !== undefined ? undefined : 'must be a duration such as PT24H';
const one: ArgCheck = recipientProblem;
const many: ArgCheck = (value) => {
  const all = Array.isArray(value) ? (value as readonly Expr[]) : [value];
  return all.length === 0 ? 'must name somebody' : all.map(recipientProblem).find((problem) => problem !== undefined);
};
const approvers: ArgCheck = (value) => {
  const all = Array.isArray(value) ? (value as readonly Expr[]) : [value];
  const named = all.map((each) => (typeof each === 'object' && each !== null && 'to' in each ? (each as Record<string, Expr>).to! : each));
  return all.length === 0 ? 'must name somebody' : named.map(recipientProblem).find((problem) => problem !== undefined);
};
const rule: ArgCheck = (value) =>
  typeof value === 'string' && /^(all|any|majority|count:[1-9]\d{0,2}|\{\{.+\}\})$/.test(value)
    ? undefined
    : 'must be all, any, majority or count:N';
const eventType: ArgCheck = (value) =>
  typeof value === 'string' && /^[A-Z][A-Za-z]{2,99}$/.test(value) ? undefined : 'must be the name of an event type';

interface StepSpec {
  /** Arguments; a name with `?` may be left out. */
  readonly args: Readonly<Record<string, ArgCheck>>;
  /** What later texts may refer to. */
  readonly outputs: readonly string[];
  /** Arguments that go with each other: what is wrong, where it is. */
  readonly together?: (args: Args) => { readonly field: string; readonly message: string } | undefined;
  /** Arguments that name steps. */
  readonly steps?: readonly string[];
}

/** Every type of step: its arguments and its outputs. What each does is told in `engine/steps`. */
export const stepTypes: Readonly<Record<StepType, StepSpec>> = {
  assign_responsible: { args: { to: one, 'text?': textUpTo(4000) }, outputs: ['staffId'] },
  notify_user: {
    args: {
      'from?': one,
      to: many,
      textSite: textUpTo(4000),
      'textMail?': textUpTo(4000),
      'kind?': word('personal', 'system'),
      'title?': textUpTo(255),
    },
    outputs: ['notificationIds'],
  },
  send_email: {
    args: {
      'from?': one,
      to: many,
      subject: textUpTo(255),
      text: textUpTo(4000),
      'contentType?': word('text', 'html'),
      'charset?': word('utf-8'),
      'mode?': word('direct', 'queued'),
      'templateSite?': word('notification.message'),
    },
    outputs: ['notificationIds'],
    together: ({ templateSite, mode }) =>
      templateSite !== undefined && mode !== 'queued' ? { field: 'templateSite', message: 'is for the mode queued alone' } : undefined,
  },
  send_sms: { args: { to: many, text: textUpTo(700) }, outputs: ['notificationIds'] },
  social_message: { args: { 'from?': one, to: many, text: textUpTo(4000) }, outputs: ['notificationIds'] },
  set_status_text: { args: { text: textUpTo(255) }, outputs: ['text'] },
  set_document_status: { args: { 'documentTypeCode?': said, status: said }, outputs: ['documentIds'] },
  set_subject_stage: { args: { stage: said }, outputs: ['stage'] },
  set_subject_field: { args: { field: said, value: any }, outputs: ['value'] },
  apply_approval: { args: { step: said, outcome: word('approved', 'rejected') }, outputs: ['applied'], steps: ['step'] },
  create_task: {
    args: {
      title: textUpTo(255),
      'description?': textUpTo(10_000),
      assignee: one,
      'controller?': one,
      'due?': duration,
      'priority?': word('low', 'normal', 'high'),
      'kind?': word('work', 'manual_action', 'call_back'),
      'waitForCompletion?': flag,
    },
    outputs: ['taskId', 'completedAt', 'completedBy', 'result', 'cancelled'],
  },
  submit_task: { args: { task: said, 'comment?': textUpTo(4000) }, outputs: ['taskId'], steps: ['task'] },
  return_task: { args: { task: said, 'comment?': textUpTo(4000) }, outputs: ['taskId'], steps: ['task'] },
  request_approval: {
    args: {
      approvers,
      'roundId?': said,
      'mode?': word('parallel', 'sequential'),
      'rule?': rule,
      'min?': any,
      'max?': any,
      title: textUpTo(255),
      'description?': textUpTo(10_000),
      'due?': duration,
      'requireCommentOnReject?': flag,
    },
    outputs: ['roundId', 'outcome', 'decisions', 'comments'],
  },
  add_absence: { args: { user: one, type: said, from: said, to: said, 'title?': textUpTo(255) }, outputs: ['absenceId'] },
  create_calendar_event: {
    args: {
      user: one,
      'calendarType?': said,
      'ownerId?': said,
      title: textUpTo(255),
      from: said,
      to: said,
      'place?': textUpTo(255),
      'description?': textUpTo(4000),
    },
    outputs: ['eventId'],
  },
  wait: { args: { duration, 'clock?': word('calendar', 'working') }, outputs: ['firedAt'] },
  wait_event: { args: { event: eventType, 'where?': any }, outputs: ['event'] },
  start_process: { args: { definitionCode: said, 'subject?': any, 'params?': any }, outputs: ['processId'] },
  close_subject: { args: { outcome: said, 'comment?': textUpTo(4000) }, outputs: [] },
  branch: { args: {}, outputs: ['case'] },
  log: { args: { text: textUpTo(4000) }, outputs: ['text'] },
};

/** What is wrong with the arguments of a step; pointers begin at the arguments. */
export function argumentProblems(type: StepType, args: Args): readonly { pointer: string; message: string }[] {
  const { args: known, together } = stepTypes[type];
  const unfit = together?.(args);
  const problems = Object.entries(known).flatMap(([name, check]) => {
    const field = name.replace('?', '');
    const value = args[field];
    if (value === undefined) return name.endsWith('?') ? [] : [{ pointer: `/${field}`, message: 'is missing' }];
    const message = check(value);
    return message === undefined ? [] : [{ pointer: `/${field}`, message }];
  });
  const names = Object.keys(known).map((name) => name.replace('?', ''));
  const strangers = Object.keys(args).filter((name) => !names.includes(name));
  return [
    ...problems,
    ...(unfit ? [{ pointer: `/${unfit.field}`, message: unfit.message }] : []),
    ...strangers.map((name) => ({ pointer: `/${name}`, message: `is not an argument of ${type}` })),
  ];
}

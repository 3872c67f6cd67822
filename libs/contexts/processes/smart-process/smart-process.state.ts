import type { Evolving } from '@letopis/kernel';
import type { SubjectRef } from '../definition/definition';
import type { ApprovalDecisionTaken, Approver, SmartProcessEvents, StageCause } from './smart-process.events';

export interface StepRecord {
  readonly visit: number;
  readonly key: string;
  readonly status: 'started' | 'waiting' | 'completed' | 'failed' | 'retrying' | 'skipped';
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Of the latest attempt, from 1; it never begins anew. */
  readonly attempt: number;
  /** Failures since it was begun, or retried by somebody. */
  readonly failures: number;
  readonly errorCode?: string;
  readonly on?: Readonly<Record<string, unknown>>;
  readonly since: string;
  /** What the pauses had come to when it began to wait. */
  readonly pausedBefore: number;
}

export interface Round {
  readonly key: string;
  readonly visit: number;
  readonly mode: 'parallel' | 'sequential';
  readonly rule: string;
  readonly approvers: readonly Approver[];
  readonly decisions: readonly ApprovalDecisionTaken[];
  readonly outcome?: 'approved' | 'rejected';
  /** Its stage was left before it was decided. */
  readonly closed?: boolean;
}

export interface ProcessTask {
  readonly key: string;
  readonly visit: number;
  readonly blocking: boolean;
  readonly roundId?: string;
  readonly approverKey?: string;
  readonly status: 'open' | 'completed' | 'cancelled';
  /** By whom, with which result and when it was ended. */
  readonly end?: Readonly<Record<string, unknown>>;
}

export interface InboxEntry {
  readonly eventId: string;
  readonly eventType: string;
  readonly stream: string;
  readonly position: number;
  readonly atVisit: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Steps that run beside those of a stage: set off by an event, or by a timer. */
export interface Run {
  readonly run: string;
  readonly visit: number;
  readonly trigger?: number;
  readonly timer?: string;
  /** What is known of the event that has set them off. */
  readonly event?: Readonly<Record<string, unknown>>;
}

export type ProcessStatus = 'none' | 'running' | 'paused' | 'faulted' | 'completed' | 'cancelled';

export interface SmartProcess {
  readonly status: ProcessStatus;
  readonly organizationId: string;
  readonly number: number;
  readonly title?: string;
  readonly definitionId: string;
  readonly definitionCode: string;
  readonly definitionVersion: number;
  readonly definitionName: string;
  readonly onePerSubject: boolean;
  readonly subject: SubjectRef;
  readonly parentProcessId?: string;
  readonly initiatorStaffId: string;
  readonly responsibleStaffId?: string;
  readonly previousResponsibleStaffId?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly startedAt: string;
  readonly stageCode: string;
  readonly stageVisit: number;
  readonly stageEnteredAt: string;
  readonly cause?: StageCause & { readonly comment?: string };
  readonly enteredBy?: InboxEntry;
  readonly statusText?: string;
  readonly documentIds: readonly string[];
  readonly steps: Readonly<Record<string, StepRecord>>;
  readonly rounds: Readonly<Record<string, Round>>;
  readonly tasks: Readonly<Record<string, ProcessTask>>;
  readonly runs: readonly Run[];
  readonly inbox: readonly InboxEntry[];
  /** Events before these are over and done with: of an earlier visit, or not later than the one that led here. */
  readonly heardFromVisit: number;
  readonly heardAfter: number;
  readonly received: readonly string[];
  /** Messages that steps wait for → whether anybody was reached. */
  readonly reached: Readonly<Record<string, boolean>>;
  /** Reminders of the present visit by timer. */
  readonly reminders: Readonly<Record<string, number>>;
  readonly childProcessIds: readonly string[];
  /** What all pauses that are over have come to, in milliseconds, and what it was when the stage was entered. */
  readonly pausedMs: number;
  readonly pausedBeforeStage: number;
  readonly pausedAt?: string;
  readonly faultedStep?: string;
  readonly outcome?: 'success' | 'failure';
  /** Facts so far: whether a state is newer than an event. */
  readonly facts: number;
}

export const noProcess: SmartProcess = {
  status: 'none',
  organizationId: '',
  number: 0,
  definitionId: '',
  definitionCode: '',
  definitionVersion: 0,
  definitionName: '',
  onePerSubject: false,
  subject: { type: 'company', id: '' },
  initiatorStaffId: '',
  params: {},
  startedAt: '',
  stageCode: '',
  stageVisit: 0,
  stageEnteredAt: '',
  documentIds: [],
  steps: {},
  rounds: {},
  tasks: {},
  runs: [],
  inbox: [],
  heardFromVisit: 0,
  heardAfter: -1,
  received: [],
  reached: {},
  reminders: {},
  childProcessIds: [],
  pausedMs: 0,
  pausedBeforeStage: 0,
  facts: 0,
};

/** Events that an instance remembers to have received: as many as may be delivered once more after a death. */
const REMEMBERED = 1_000;

export const stepId = (visit: number, key: string): string => `${visit}:${key}`;
/** The key in the definition of a step that may run several times in a visit. */
export const keyOf = (key: string): string => key.split(':')[0]!;
export const isOver = ({ status }: Pick<SmartProcess, 'status'>): boolean => status === 'completed' || status === 'cancelled';

/** The latest record of a step in any visit, or in one. */
export const latest = ({ steps }: SmartProcess, key: string, visit?: number): StepRecord | undefined =>
  Object.values(steps).findLast((record) => keyOf(record.key) === key && (visit === undefined || record.visit === visit));

const changedStep = (state: SmartProcess, visit: number, key: string, change: Partial<StepRecord>): SmartProcess => {
  const id = stepId(visit, key);
  const blank: StepRecord = {
    visit,
    key,
    status: 'started',
    outputs: {},
    attempt: 0,
    failures: 0,
    since: '',
    pausedBefore: state.pausedMs,
  };
  return { ...state, steps: { ...state.steps, [id]: { ...blank, ...state.steps[id], ...change } } };
};

const also = (ids: readonly string[], id: unknown) => (typeof id === 'string' && !ids.includes(id) ? [...ids, id] : ids);

/** A run is over: what is kept of it is the latest run of each of its steps. */
const ended = (state: SmartProcess, run: string | undefined): SmartProcess => {
  if (run === undefined) return state;
  const next = { ...state, runs: state.runs.filter((each) => each.run !== run) };
  return { ...next, ...needed(next, (key) => key.includes(':')) };
};

/**
 * What later visits and texts may still ask for: the latest run of every step and task, and whatever is not over. Only keys that
 * may be forgotten are looked at.
 */
function needed(state: SmartProcess, mayGo: (key: string) => boolean = () => true): Pick<SmartProcess, 'steps' | 'tasks'> {
  const running = new Set(state.runs.map(({ run }) => run));
  const latestOf = (all: Readonly<Record<string, { readonly key: string }>>) =>
    new Map(Object.entries(all).map(([id, { key }]) => [keyOf(key), id]));
  const [latestStep, latestTask] = [latestOf(state.steps), latestOf(state.tasks)];
  const goesOn = (key: string) => !mayGo(key) || running.has(key.slice(key.indexOf(':') + 1));
  return {
    steps: Object.fromEntries(Object.entries(state.steps).filter(([id, { key }]) => latestStep.get(keyOf(key)) === id || goesOn(key))),
    tasks: Object.fromEntries(
      Object.entries(state.tasks).filter(([id, { key, status }]) => status === 'open' || latestTask.get(keyOf(key)) === id || goesOn(key)),
    ),
  };
}

/** The visit that a step belongs to: its run's own, or the present one. */
const visitOf = ({ runs }: SmartProcess, key: string, visit: number): number =>
  runs.find(({ run }) => key.endsWith(`:${run}`))?.visit ?? visit;

const changedRound = (state: SmartProcess, roundId: string, change: (round: Round) => Round): SmartProcess => ({
  ...state,
  rounds: { ...state.rounds, [roundId]: change(state.rounds[roundId]!) },
});

const OF_TASK: Readonly<Record<string, ProcessTask['status']>> = {
  TaskCompleted: 'completed',
  TaskCancelled: 'cancelled',
  TaskReopened: 'open',
};

type Evolve = {
  readonly [K in keyof SmartProcessEvents]: (state: SmartProcess, data: SmartProcessEvents[K], at: Evolving) => SmartProcess;
};

const folds: Evolve = {
  SmartProcessStarted: (state, data, { occurredAt }) => ({ ...state, ...data, status: 'running', startedAt: occurredAt }),
  StageEntered: (state, { stageCode, visit }, { occurredAt }) => ({
    ...state,
    stageCode,
    stageVisit: visit,
    stageEnteredAt: occurredAt,
    pausedBeforeStage: state.pausedMs,
    reminders: {},
    heardFromVisit: visit === 1 ? 1 : state.heardFromVisit,
  }),
  StageLeft: (state, { visit, comment, cause }) => {
    const entry = state.inbox.find(({ eventId }) => eventId === cause.eventId);
    const heardFromVisit = cause.kind === 'manual' ? visit + 1 : state.heardFromVisit;
    const heardAfter = cause.kind === 'event' && entry ? entry.position : state.heardAfter;
    const closed = (round: Round) => (round.visit === visit && !round.outcome ? { ...round, closed: true } : round);
    return {
      ...state,
      cause: { ...cause, comment },
      enteredBy: entry,
      heardFromVisit,
      heardAfter,
      inbox: state.inbox.filter(({ atVisit, position }) => atVisit >= heardFromVisit && position > heardAfter),
      runs: state.runs.filter(({ timer }) => timer === undefined),
      rounds: Object.fromEntries(Object.entries(state.rounds).map(([id, round]) => [id, closed(round)])),
      ...needed(state),
    };
  },
  StepStarted: (state, { visit, key, attempt, taskId, blocking = false, childProcessId }, { occurredAt }) => ({
    ...changedStep(state, visit, key, { status: 'started', attempt, since: occurredAt, pausedBefore: state.pausedMs }),
    tasks: taskId ? { ...state.tasks, [taskId]: { key, visit, blocking, status: 'open' } } : state.tasks,
    childProcessIds: also(state.childProcessIds, childProcessId),
  }),
  StepWaiting: (state, { visit, key, on }, { occurredAt }) =>
    changedStep(state, visit, key, { status: 'waiting', on, since: occurredAt, pausedBefore: state.pausedMs }),
  StepCompleted: (state, { visit, key, outputs, consumedEventId, endsRun }) => ({
    ...ended(changedStep(state, visit, key, { status: 'completed', outputs }), endsRun),
    inbox: consumedEventId === undefined ? state.inbox : state.inbox.filter(({ eventId }) => eventId !== consumedEventId),
    // Before it was said at the start of the step.
    childProcessIds: also(state.childProcessIds, outputs.processId),
  }),
  StepFailed: (state, { visit, key, errorCode, attempt }) => {
    const failures = (state.steps[stepId(visit, key)]?.failures ?? 0) + 1;
    return changedStep(state, visit, key, { status: 'failed', errorCode, attempt, failures });
  },
  StepRetried: (state, { visit, key }) => ({
    ...changedStep(state, visit, key, { status: 'retrying', failures: 0 }),
    status: 'running',
    faultedStep: undefined,
  }),
  StepSkipped: (state, { visit, key, endsRun }) => {
    const isFaulted = state.faultedStep === stepId(visit, key);
    const next = ended(changedStep(state, visit, key, { status: 'skipped' }), endsRun);
    return isFaulted ? { ...next, status: 'running', faultedStep: undefined } : next;
  },
  ProcessFaulted: (state, { visit, key }) => ({ ...state, status: 'faulted', faultedStep: stepId(visit, key) }),
  ApprovalRoundOpened: (state, { roundId, key, visit, mode, rule, approvers }) => ({
    ...state,
    rounds: { ...state.rounds, [roundId]: { key, visit, mode, rule, approvers, decisions: [] } },
    tasks: {
      ...state.tasks,
      ...Object.fromEntries(
        approvers.map(({ taskId, approverKey }) => [taskId, { key, visit, blocking: true, roundId, approverKey, status: 'open' as const }]),
      ),
    },
  }),
  ApprovalDecisionRecorded: (state, { roundId, ...decision }) =>
    changedRound(state, roundId, (round) => ({ ...round, decisions: [...round.decisions, decision] })),
  ApprovalRoundCompleted: (state, { roundId, outcome }) => changedRound(state, roundId, (round) => ({ ...round, outcome })),
  ApproverReplaced: (state, { roundId, approverKey, to, onBehalfOf }) =>
    changedRound(state, roundId, (round) => ({
      ...round,
      approvers: round.approvers.map((each) => (each.approverKey === approverKey ? { ...each, staffId: to, onBehalfOf } : each)),
    })),
  ResponsibleChanged: (state, { to }) => ({ ...state, responsibleStaffId: to, previousResponsibleStaffId: state.responsibleStaffId }),
  ProcessStatusTextSet: (state, { text }) => ({ ...state, statusText: text }),
  StageReminderSent: (state, { key, no, visit }) => ({
    ...state,
    reminders: { ...state.reminders, [key]: no },
    runs: [...state.runs, { run: `${key}.${no}`, visit, timer: key }],
  }),
  ProcessDocumentAttached: (state, { documentId }) => ({ ...state, documentIds: [...state.documentIds, documentId] }),
  ProcessDocumentDetached: (state, { documentId }) => ({ ...state, documentIds: state.documentIds.filter((id) => id !== documentId) }),
  ProcessEventReceived: (state, { triggers, ...entry }) => {
    const id = entry.stream.slice(entry.stream.indexOf('-') + 1);
    const task = state.tasks[id];
    const status = OF_TASK[entry.eventType];
    const { reached } = entry.data;
    // What a message has come to is kept by itself: no exit waits for it.
    const isLive = reached === undefined && entry.atVisit >= state.heardFromVisit && entry.position > state.heardAfter;
    return {
      ...state,
      received: [...state.received, entry.eventId].slice(-REMEMBERED),
      inbox: isLive ? [...state.inbox, entry].sort((one, other) => one.position - other.position) : state.inbox,
      tasks: task && status ? { ...state.tasks, [id]: { ...task, status, end: entry.data } } : state.tasks,
      reached: typeof reached === 'boolean' ? { ...state.reached, [id]: reached } : state.reached,
      runs: [
        ...state.runs,
        ...triggers.map((trigger) => ({ run: `${trigger}.${entry.position}`, visit: state.stageVisit, trigger, event: entry.data })),
      ],
    };
  },
  ProcessPaused: (state, _, { occurredAt }) => ({ ...state, status: 'paused', pausedAt: occurredAt }),
  ProcessResumed: (state, { pausedMs }) => ({ ...state, status: 'running', pausedAt: undefined, pausedMs: state.pausedMs + pausedMs }),
  ProcessMigrationPlanned: (state) => state,
  ProcessMigrated: (state, { to, stageCode, visit, skipped, dropped, runs, params, onePerSubject }) => {
    const over = [...skipped, ...dropped];
    const next = over.reduce((folded, key) => changedStep(folded, visitOf(folded, key, visit), key, { status: 'skipped' }), state);
    const isFaulted = dropped.some((key) => stepId(visitOf(state, key, visit), key) === state.faultedStep);
    return {
      ...next,
      definitionVersion: to,
      stageCode,
      params,
      onePerSubject,
      runs: state.runs.flatMap((each) => {
        const kept = runs.find(({ run }) => run === each.run);
        return kept ? [{ ...each, trigger: kept.trigger }] : [];
      }),
      ...(isFaulted ? { status: 'running' as const, faultedStep: undefined } : {}),
    };
  },
  ProcessCompleted: (state, { outcome }) => ({ ...state, status: 'completed', outcome }),
  ProcessCancelled: (state) => ({ ...state, status: 'cancelled' }),
};

/** Every fold, and that one more fact is known. */
export const evolveProcess = Object.fromEntries(
  Object.entries(folds).map(([type, fold]) => [
    type,
    (state: SmartProcess, data: never, at: Evolving) => ({
      ...(fold as (...args: readonly unknown[]) => SmartProcess)(state, data, at),
      facts: state.facts + 1,
    }),
  ]),
) as unknown as Evolve;

import { aggregate, Code, Id, projection, refused, systemOnly, Text, Time } from '@letopis/kernel';
import { IsObject } from 'class-validator';

/** When, for whom, and what a saga is to be told. */
export class ScheduleTimer {
  @Id() timerId: string;
  @Time() dueAt: string;
  @Text(1, 100) saga: string;
  @Code() owner: string;
  @Text(1, 300) key: string;
  @IsObject() payload: Record<string, unknown>;
}

export class CancelTimer {
  @Id() timerId: string;
}

export class FireTimer {
  @Id() timerId: string;
  @Time() dueAt: string;
}

interface Scheduled {
  readonly saga: string;
  readonly owner: string;
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly dueAt: string;
}

export interface TimerEvents {
  TimerScheduled: Scheduled;
  TimerCancelled: Record<never, never>;
  TimerFired: Scheduled;
}

type Timer = { readonly status: 'none' | 'cancelled' | 'fired' } | { readonly status: 'scheduled'; readonly timer: Scheduled };

const { command, define, event } = aggregate<Timer, TimerEvents>();

/** A promise to tell a saga at a certain moment. Setting it again moves it; firing what is not due any more does nothing. */
export const timer = define({
  category: 'timer',
  initialState: { status: 'none' },
  commands: {
    ScheduleTimer: command(ScheduleTimer, { by: systemOnly }),
    CancelTimer: command(CancelTimer, { by: systemOnly }),
    FireTimer: command(FireTimer, { by: systemOnly }),
  },
  decide: {
    ScheduleTimer: ({ dueAt, saga, owner, key, payload }) => [event('TimerScheduled', { dueAt, saga, owner, key, payload })],
    CancelTimer: (_, state) => (state.status === 'scheduled' ? [event('TimerCancelled', {})] : []),
    FireTimer: ({ dueAt }, state, { now }) =>
      state.status === 'scheduled' && state.timer.dueAt === dueAt && now >= dueAt ? [event('TimerFired', state.timer)] : [],
  },
  evolve: {
    TimerScheduled: (_, scheduled) => ({ status: 'scheduled', timer: scheduled }),
    TimerCancelled: () => ({ status: 'cancelled' }),
    TimerFired: () => ({ status: 'fired' }),
  },
});

export interface TimerRow {
  /** What a stream knows that this one event has begun, told where nothing else has happened in it. */
  readonly setOnce?: { readonly commandId: string; /** As JSON: what its keys are is nobody's business here. */ readonly payload: string };
  readonly timerId: string;
  readonly saga: string;
  readonly owner: string;
  readonly key: string;
  readonly dueAt: string;
  readonly correlationId: string;
}

/** The state of a timer that was set once, by its row. */
export const scheduled = ({ saga, owner, key, dueAt }: Omit<TimerRow, 'setOnce'>, payload: string): Timer => ({
  status: 'scheduled',
  timer: { dueAt, saga, owner, key, payload: JSON.parse(payload) as Scheduled['payload'] },
});

/** The timers that are set; what has fired or was cancelled is gone. */
export const timersDue = projection<TimerRow, TimerEvents>()({
  code: 'timers_due',
  version: 2,
  title: { ru: 'Таймеры', en: 'Timers' },
  serves: 'sagas',
  on: {
    TimerScheduled: (_, { aggregateId, revision, data: { saga, owner, key, dueAt, payload }, metadata }) => ({
      timerId: aggregateId,
      saga,
      owner,
      key,
      dueAt,
      correlationId: metadata.correlationId,
      ...(revision === 0 ? { setOnce: { commandId: metadata.commandId, payload: JSON.stringify(payload) } } : {}),
    }),
    TimerCancelled: () => undefined,
    TimerFired: () => undefined,
  },
  list: { filters: { owner: 'string', saga: 'string' }, sorts: ['dueAt'], search: [], defaultSort: 'dueAt' },
  policy: { name: 'system', see: () => refused('FORBIDDEN') },
});

import { aggregate, Code, errorCatalogue, Id, oneOf, platform, port, systemOnly, Text, derivedId } from '@letopis/kernel';
import type { Db } from 'mongodb';
import { waitingSteps } from '../sagas/waiting';

/** Refusals of operators' calls. */
export const operationErrors = errorCatalogue({
  STEP_NOT_WAITING: { status: 409, ru: 'Этот шаг больше не ждёт', en: 'This step does not wait any more' },
  UNKNOWN_SAGA: { status: 404, ru: 'Нет саги «{name}»', en: 'There is no saga «{name}»' },
  UNKNOWN_PROJECTION: { status: 404, ru: 'Нет проекции «{name}»', en: 'There is no projection «{name}»' },
  OPERATION_RUNNING: { status: 409, ru: 'Такая операция уже идёт: {id}', en: 'Such an operation is running already: {id}' },
  NOTHING_TO_ROLL_BACK: { status: 409, ru: 'Прежнего построения нет', en: 'No build before this one is kept' },
  KEYS_CONFIGURED: {
    status: 409,
    ru: 'Ключи заданы переменной LETOPIS_MASTER_KEY: добавьте в неё новый через запятую, перезапустите и повторите',
    en: 'The keys come from LETOPIS_MASTER_KEY: add a new one behind a comma, start again and repeat',
  },
  KEYS_IN_USE: { status: 409, ru: 'Прежние ключи ещё нужны: завершите ротацию', en: 'Older keys are still needed: finish the rotation' },
  REBUILT_ALREADY: { status: 409, ru: 'Проекция уже строится заново', en: 'The projection is being built anew already' },
});

/** A step of a saga is tried again now. */
export class RetrySagaStep {
  @Code() saga: string;
  @Id() eventId: string;
}

/** A step of a saga is given up, for a reason that the audit shows. */
export class SkipSagaStep {
  @Code() saga: string;
  @Id() eventId: string;
  @Text(3, 1_000) reason: string;
}

/** The step that an operator decided on, as it was then. */
export interface OperatedStep {
  readonly saga: string;
  readonly eventId: string;
  readonly eventType: string;
  /** Stream of the event. */
  readonly stream: string;
  readonly attempts: number;
  readonly error?: string;
}

export interface SagaFailureEvents {
  SagaStepRetried: OperatedStep;
  SagaStepSkipped: OperatedStep & { readonly reason: string };
}

/** The port by which the decisions see the waiting list. */
export interface WaitingList {
  step(input: { saga: string; eventId: string }, asked: { commandId: string; now: string }): Promise<OperatedStep | undefined>;
}

export const SAGA_FAILURE = 'sagaFailure';
/** Id of the technical stream that tells what operators did about one step. */
export const sagaFailureId = (saga: string, eventId: string): string => derivedId(SAGA_FAILURE, saga, eventId);

const { command, define, event } = aggregate<{ readonly status: 'none' | 'retried' | 'skipped' }, SagaFailureEvents>();

const operators = oneOf(platform, systemOnly);
const needs = ({ command: { saga, eventId } }: { readonly command: RetrySagaStep }) => ({
  step: port<WaitingList>('waitingList')('step', { saga, eventId }),
});
const id = ({ command: { saga, eventId } }: { readonly command: RetrySagaStep }) => sagaFailureId(saga, eventId);

/** What operators decide about a step that failed. The runner of sagas carries it out when it comes to the event. */
export const sagaFailure = define({
  category: SAGA_FAILURE,
  initialState: { status: 'none' },
  commands: {
    RetrySagaStep: command(RetrySagaStep, { by: operators, id, needs, summary: 'A waiting step of a saga is tried again now' }),
    SkipSagaStep: command(SkipSagaStep, { by: operators, id, needs, summary: 'A waiting step of a saga is given up' }),
  },
  decide: {
    RetrySagaStep: (_, __, { step }) => [event('SagaStepRetried', waiting(step))],
    SkipSagaStep: ({ reason }, _, { step }) => [event('SagaStepSkipped', { ...waiting(step), reason })],
  },
  evolve: {
    SagaStepRetried: () => ({ status: 'retried' }),
    SagaStepSkipped: () => ({ status: 'skipped' }),
  },
});

const waiting = (step: OperatedStep | undefined): OperatedStep => {
  if (!step) throw operationErrors.refusal('STEP_NOT_WAITING');
  return step;
};

/** The waiting list as decisions ask for it, and as sagas have steps tried again that were refused for one reason. */
export const waitingListPort = (db: Db) => ({
  step: async ({ saga, eventId }: { saga: string; eventId: string }): Promise<OperatedStep | undefined> => {
    const step = await waitingSteps(db).findOne({ _id: `${saga}:${eventId}` });
    if (!step) return undefined;
    const { event: happened, attempts, error } = step;
    return { saga, eventId, eventType: happened.type, stream: happened.stream, attempts, ...(error === undefined ? {} : { error }) };
  },
  resume: async ({ error }: { error: string }): Promise<void> => {
    await waitingSteps(db).updateMany({ parked: true, error }, { $set: { parked: false, dueAt: Date.now() } });
  },
});

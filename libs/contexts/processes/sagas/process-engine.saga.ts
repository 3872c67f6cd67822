import { BindDocumentToProcess, ReleaseDocumentFromProcess, type DocumentEvents } from '@letopis/contexts/documents';
import {
  attempt,
  cancel,
  passOver,
  saga,
  schedule,
  send,
  type Effect,
  type FiredTimer,
  type Recorded,
  type SagaReads,
} from '@letopis/kernel';
import { stageOf, stepOf, SUBJECT_TYPES } from '../definition/definition';
import { messages } from '../engine/messages';
import { begin, planned, type View } from '../engine/plan';
import { carriedOut } from '../engine/steps';
import { listenedTo } from '../projections/subscriptions';
import {
  AttachProcessDocument,
  CancelSmartProcess,
  DetachProcessDocument,
  ReassignResponsible,
  RecordStageReminder,
  RecordStepCompleted,
} from '../smart-process/smart-process.commands';
import type { SmartProcessEvents } from '../smart-process/smart-process.events';
import { smartProcess } from '../smart-process/smart-process';
import { isOver, keyOf, stepId } from '../smart-process/smart-process.state';
import { asked, askedAnew, cancelled, toldOfFault } from './asking';
import { caughtUp, heard, unlike } from './hearing';
import { viewOf } from './reading';
import { later, resumed, stageTimer, timersOf, waits } from './terms';

type Told = { [K in keyof SmartProcessEvents]: Recorded<K, SmartProcessEvents[K]> }[keyof SmartProcessEvents];
const OWN = 'smartProcess';
/** Pauses before a step that failed is tried again, in milliseconds. */
const PAUSES = [60_000, 300_000, 900_000];

/** The one interpreter of definitions. It reads, asks the pure part what is to be done, and has that done. */
export const processEngineSaga = saga<Pick<DocumentEvents, 'DocumentUploaded'>>()({
  name: 'ProcessEngineSaga',
  on: {
    // A document says by itself whose it is to be.
    DocumentUploaded: ({ aggregateId: documentId, data: { processId } }) =>
      processId === undefined ? [] : [passOver(send(AttachProcessDocument, { processId, documentId }))],
  },
  hears: { categories: [OWN], react: (event, reads) => carriedOn(event as Told, reads) },
  listens: {
    categories: ['task', 'notification', ...SUBJECT_TYPES],
    begins: (event) => (event.category === OWN ? listenedTo(event as Told) : []),
    listeners: { rows: 'process_subscriptions', filter: { open: true }, field: 'streams' },
    react: heard,
  },
  onTimer: {
    stage: async ({ aggregateId: processId, payload }, { state }) => {
      const { status, stageVisit } = await state(smartProcess, processId);
      const { visit, key, no } = payload as { visit: number; key: string; no: number };
      return status === 'running' && stageVisit === visit ? [send(RecordStageReminder, { processId, visit, key, no })] : [];
    },
    retry: (timer, reads) => again(timer, reads),
    wait: async ({ aggregateId: processId, payload, dueAt }, { state }) => {
      const { status } = await state(smartProcess, processId);
      const { visit, key } = payload as { visit: number; key: string };
      return status === 'paused' ? [] : [send(RecordStepCompleted, { processId, visit, key, outputs: { firedAt: dueAt } })];
    },
  },
});

/** What an instance does about a fact of its own, and what comes next where it is the latest one. */
async function carriedOn(event: Told, reads: SagaReads): Promise<readonly Effect[]> {
  const view = await viewOf(reads, event.aggregateId);
  if (!view) return [];
  const next = event.revision >= view.state.facts - 1 ? planned(view) : [];
  const own = await followed(event, view, reads);
  const ids = new Set(own.map(nameOf));
  return [...own, ...next.filter((effect) => !ids.has(nameOf(effect)))];
}

const nameOf = (effect: Effect): string =>
  JSON.stringify(effect.kind === 'command' ? [effect.type, effect.key, effect.payload.visit] : effect);

/** What follows from one fact, whatever has come after it. */
async function followed(event: Told, view: View, reads: SagaReads): Promise<readonly Effect[]> {
  const { data, state, processId } = view;
  switch (event.type) {
    case 'SmartProcessStarted': {
      const { type, id } = event.data.subject;
      // A document that a process is about goes its way.
      const attach = type === 'document' ? [passOver(send(AttachProcessDocument, { processId, documentId: id }))] : [];
      return [...(await caughtUp(view, reads, type, id)), ...attach];
    }
    case 'StageEntered':
      return event.data.visit === state.stageVisit ? arrived(view, reads) : [];
    case 'StageLeft':
      return [
        ...timersOf(data, event.data.stageCode).map(({ key }) => cancel(`stage:${key}`)),
        ...cancelled(state, event.data.visit, 'Этап завершён'),
      ];
    case 'StepStarted': {
      const { visit, key, attempt: nth } = event.data;
      const record = state.steps[stepId(visit, key)];
      const step = stepOf(data, keyOf(key));
      if (!record || !step || record.attempt !== nth || isOver(state)) return [];
      // What is listened to is said before it is made: whoever died in between has still to make it.
      const isUnmade = record.status === 'waiting' && record.on?.listensTo !== undefined;
      return record.status === 'started' || isUnmade ? carriedOut(step, record, view) : [];
    }
    case 'StepWaiting':
      return waits(view, event.data.visit, event.data.key, reads);
    case 'StepFailed': {
      const { visit, key, attempt: nth } = event.data;
      const pause = PAUSES[(state.steps[stepId(visit, key)]?.failures ?? 1) - 1];
      if (pause === undefined) return [];
      return [schedule(`retry:${stepId(visit, key)}`, later(event.metadata.occurredAt, pause), { visit, key, attempt: nth + 1 })];
    }
    case 'ProcessFaulted':
      return toldOfFault(view, event.data.key, event.data.errorCode, event.revision);
    case 'ApprovalRoundOpened':
      return asked(view, reads, event.data.roundId);
    case 'ApprovalDecisionRecorded':
      return asked(view, reads, event.data.roundId, event.data.approverKey);
    case 'ApprovalRoundCompleted':
      return cancelled(state, undefined, 'Согласование завершено', event.data.roundId);
    case 'ApproverReplaced':
      // What the task has told of itself it knows already.
      return event.data.onBehalfOf ? [] : askedAnew(view, reads, event.data);
    case 'StageReminderSent':
      return stageTimer(view, event.data.key, event.data.no + 1, reads);
    case 'ProcessDocumentAttached': {
      const { documentId } = event.data;
      const detach = (reason: string) => [send(DetachProcessDocument, { processId, documentId, reason })];
      const bind = attempt(send(BindDocumentToProcess, { documentId, processId }), detach);
      return [...(await caughtUp(view, reads, 'document', documentId)), bind];
    }
    case 'ProcessDocumentDetached':
      return messages(view, `detached:${event.data.documentId}`, {
        policy: 'user_notification',
        to: view.resolve('author'),
        textSite: `Документ не присоединён к процессу № ${state.number}: он участвует в другом (${event.data.reason})`,
      }).map(({ command }) => command);
    case 'ProcessMigrated': {
      // The new version may wait for what the old one did not listen to; what is past sets nothing off.
      const before = { ...view, data: { ...data, triggers: [] } };
      const heardOf = [[state.subject.type, state.subject.id], ...state.documentIds.map((id) => ['document', id])] as [string, string][];
      const past = await Promise.all(heardOf.map(([category, id]) => caughtUp(before, reads, category, id)));
      const taken = event.data.timersTakenBack.map((key) => cancel(`stage:${key}`));
      return [...taken, ...(await resumed(view, reads)), ...unlike(past.flat())];
    }
    case 'ProcessResumed':
    case 'StepRetried':
      return resumed(view, reads);
    case 'StepSkipped':
      // By a person it ends a fault, in which no timer was heeded.
      return ['condition', 'onError'].includes(event.data.by) ? [] : resumed(view, reads);
    case 'ProcessCompleted':
      return state.documentIds.map((documentId) => passOver(send(ReleaseDocumentFromProcess, { documentId, processId })));
    case 'ProcessCancelled':
      return [
        ...timersOf(data, state.stageCode).map(({ key }) => cancel(`stage:${key}`)),
        ...cancelled(state, undefined, event.data.reason),
        ...state.documentIds.map((documentId) =>
          passOver(send(ReleaseDocumentFromProcess, { documentId, processId, restoreStatus: true })),
        ),
        ...state.childProcessIds.map((id) => passOver(send(CancelSmartProcess, { processId: id, reason: event.data.reason }))),
      ];
    default:
      return [];
  }
}

/** A stage was entered: its timers are set, and somebody is responsible. */
async function arrived(view: View, reads: SagaReads): Promise<readonly Effect[]> {
  const { data, state, processId } = view;
  const { responsible } = stageOf(data, state.stageCode)!;
  const [person] = responsible === undefined ? [] : view.resolve(responsible);
  const reassign = person ? [passOver(send(ReassignResponsible, { processId, staffId: person.id }))] : [];
  const timers = await Promise.all(timersOf(data, state.stageCode).map(({ key }) => stageTimer(view, key, 1, reads)));
  // Whose refusal is passed over comes last: it ends the list.
  return [...timers.flat(), ...reassign];
}

async function again({ aggregateId, payload }: FiredTimer, reads: SagaReads): Promise<readonly Effect[]> {
  const { visit, key, attempt: nth } = payload as { visit: number; key: string; attempt: number };
  const view = await viewOf(reads, aggregateId);
  const step = view && stepOf(view.data, keyOf(key));
  if (!step || view.state.status !== 'running' || view.state.steps[stepId(visit, key)]?.status !== 'failed') return [];
  return [begin(aggregateId, step, visit, key, nth)];
}

import { notification } from '@letopis/contexts/communication';
import { passOver, send, type Effect, type Recorded, type SagaReads } from '@letopis/kernel';
import { allSteps, stepLists, type ProcessDefinitionData } from '../definition/definition';
import { placeholdersIn } from '../definition/expr';
import { fits, type View } from '../engine/plan';
import { processDefinition } from '../process-definition/process-definition';
import type { SubscriptionRow } from '../projections/subscriptions';
import { ReceiveProcessEvent, RecordApprovalDecision, ReplaceApprover } from '../smart-process/smart-process.commands';
import { smartProcess } from '../smart-process/smart-process';
import { isOver, keyOf, type SmartProcess } from '../smart-process/smart-process.state';
import { viewOf } from './reading';

/** Something has happened to what instances listen to. */
export async function heard(event: Recorded, reads: SagaReads): Promise<readonly Effect[]> {
  const rows = await reads.rows<SubscriptionRow>('process_subscriptions', { streams: event.stream, open: true });
  const all = await Promise.all(rows.map((row) => toInstance(event, row, reads)));
  return all.flat();
}

async function toInstance(
  event: Recorded,
  { processId, definitionId, visits }: SubscriptionRow,
  reads: SagaReads,
): Promise<readonly Effect[]> {
  const state = await reads.state(smartProcess, processId);
  const data = (await reads.state(processDefinition, definitionId)).versions[state.definitionVersion]!;
  const decided = ofApproval(event, processId, state);
  if (decided.length > 0) return decided;
  // What a reaction is chosen by is mostly in the event itself: the rest is read where it is asked for.
  const asks = data.triggers.some(({ on, where }) => on === event.type && placeholdersIn(where).length > 0);
  const { scope = {} } = (asks && (await viewOf(reads, processId))) || {};
  return received(event, processId, { state, data, scope }, visits, await outcomeOf(event, reads));
}

/** Whether a message has come to its end: said for steps that wait until somebody was reached. */
async function outcomeOf(
  { category, aggregateId, type, data }: Recorded,
  { state }: SagaReads,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (category !== 'notification') return undefined;
  if (type === 'NotificationDelivered') return { reached: true };
  if (type !== 'NotificationDeliveryFailed') return undefined;
  const { status, deliveries, external, recipientUserId } = await state(notification, aggregateId);
  if (status !== 'failed') return undefined;
  // A letter is tried in the place of a channel that has failed: then that is what tells.
  const goesByLetter = (data as { error: string }).error !== 'NO_CHANNEL' && !deliveries.email && (external?.email ?? recipientUserId);
  return goesByLetter ? undefined : { reached: false };
}

function received(
  event: Recorded,
  processId: string,
  view: Pick<View, 'state' | 'data' | 'scope'>,
  visits: readonly number[],
  outcome?: Readonly<Record<string, unknown>>,
): readonly Effect[] {
  const data = outcome ?? kept(event, view);
  if (!data || isOver(view.state)) return [];
  const { id: eventId, type: eventType, stream, position } = event;
  const atVisit = visits.filter((entered) => entered < position).length;
  const isSetOff = ({ on, where, inStages }: ProcessDefinitionData['triggers'][number]) =>
    on === eventType && atVisit > 0 && (inStages?.includes(view.state.stageCode) ?? true) && fits({ data }, where, view.scope);
  const triggers = view.data.triggers.flatMap((trigger, at) => (isSetOff(trigger) ? [at] : []));
  return [
    send(
      ReceiveProcessEvent,
      { processId, eventId, eventType, stream, position, atVisit, data: defined(data), triggers, version: view.state.definitionVersion },
      eventId,
    ),
  ];
}

const defined = (data: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));

/** Decisions and new approvers, as their tasks tell them. */
function ofApproval({ category, aggregateId, type, data }: Recorded, processId: string, state: SmartProcess): readonly Effect[] {
  const { roundId, approverKey } = (category === 'task' ? state.tasks[aggregateId] : undefined) ?? {};
  if (roundId === undefined || approverKey === undefined) return [];
  if (type === 'TaskDecided') {
    const { by, onBehalfOf, decision, comment } = data as { by: string; onBehalfOf?: string; decision: 'approved'; comment?: string };
    const record = { processId, roundId, approverKey, byStaffId: by, onBehalfOf, decision, comment, taskId: aggregateId };
    return [passOver(send(RecordApprovalDecision, record, aggregateId))];
  }
  if (type === 'TaskReassigned') {
    const { to, reason, onBehalfOf } = data as { to: string; reason?: string; onBehalfOf?: string };
    return [passOver(send(ReplaceApprover, { processId, roundId, approverKey, to, reason: reason ?? '—', onBehalfOf }, aggregateId))];
  }
  return [];
}

/** An instance begins to listen to something that is alive already: what has happened to it so far is read from its start. */
export async function caughtUp(
  { processId, state, data, scope }: View,
  reads: SagaReads,
  category: string,
  id: string,
): Promise<readonly Effect[]> {
  const own = await reads.events('smartProcess', processId);
  const visits = own.filter(({ type }) => type === 'StageEntered').map(({ position }) => position);
  const past = await reads.events(category, id);
  // What was before the process is over for it.
  return past
    .filter(({ position }) => position > (visits[0] ?? Infinity))
    .flatMap((event) => received(event, processId, { state, data, scope }, visits));
}

/** Types of events that a definition waits for, and the fields of theirs that it asks for. */
function wanted(data: ProcessDefinitionData): ReadonlyMap<string, ReadonlySet<string>> {
  const types = new Map<string, Set<string>>();
  const also = (type: string, where: object | undefined) => {
    const fields = types.get(type) ?? new Set<string>();
    for (const field of Object.keys(where ?? {})) fields.add(field);
    types.set(type, fields);
  };
  for (const { exits } of data.stages) for (const { on } of exits) if (typeof on === 'object' && 'event' in on) also(on.event, on.where);
  for (const { on, where } of data.triggers) also(on, where);
  for (const { steps, pointer } of stepLists(data))
    for (const { step } of allSteps(steps, pointer))
      if (step.type === 'wait_event') also(String(step.args.event as string), step.args.where as object);
  const used = placeholdersIn(data).flatMap((path) => /^(?:event|steps\.[^.]+\.event)\.([^.]+)/.exec(path)?.[1] ?? []);
  for (const fields of types.values()) for (const field of used) fields.add(field);
  return types;
}

/** What of an event an instance keeps: the fields that its definition asks for, and no others. */
function kept(
  { type, data, category, aggregateId, metadata }: Recorded,
  view: Pick<View, 'data' | 'state'>,
): Readonly<Record<string, unknown>> | undefined {
  const all = data as Readonly<Record<string, unknown>>;
  const task = category === 'task' ? view.state.tasks[aggregateId] : undefined;
  const ends =
    task && /^Task(Completed|Cancelled|Reopened)$/.test(type) ? { by: all.by, result: all.result, at: metadata.occurredAt } : undefined;
  const fields = wanted(view.data).get(type);
  if (!fields) return ends;
  const picked = Object.fromEntries([...fields].filter((field) => all[field] !== undefined).map((field) => [field, all[field]]));
  return { ...picked, ...ends, ...(task ? { task: keyOf(task.key) } : {}) };
}

/** Each once: a document may be the subject as well. */
export const unlike = (effects: readonly Effect[]): readonly Effect[] =>
  effects.filter((effect, at) => effects.findIndex((each) => each.key === effect.key) === at);

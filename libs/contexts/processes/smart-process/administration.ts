import type { StaffMember } from '@letopis/contexts/staff';
import { refusal } from '../errors';
import { event, under, type Decide, type Fields } from './facts';
import { mayCancel, mayMove, mustLead, mustWork, type Acting } from './participants';
import type {
  AttachProcessDocument,
  CancelSmartProcess,
  DetachProcessDocument,
  PauseSmartProcess,
  ReassignResponsible,
  ReceiveProcessEvent,
  RecordStageReminder,
  ResumeSmartProcess,
  SetProcessStatusText,
} from './smart-process.commands';
import { isOver } from './smart-process.state';

export const documentAttached: Decide<AttachProcessDocument, Acting & { readonly document: Fields | undefined }> = (
  { documentId },
  state,
  { document, id, ...acting },
) => {
  under(state, 'running', 'paused', 'faulted');
  if (acting.actor.kind !== 'system' && !mayMove(state, acting)) throw refusal('FORBIDDEN');
  if (state.documentIds.includes(documentId)) return [];
  if (document && (document.organizationId !== state.organizationId || document.archived === true)) throw refusal('NOT_FOUND');
  if (document?.processId !== undefined && document.processId !== id) throw refusal('DOCUMENT_IN_PROCESS');
  return [event('ProcessDocumentAttached', { documentId })];
};
export const documentDetached: Decide<DetachProcessDocument> = ({ documentId, reason }, state) =>
  state.documentIds.includes(documentId) ? [event('ProcessDocumentDetached', { documentId, reason })] : [];

export const responsibleChanged: Decide<ReassignResponsible, Acting & { readonly to: StaffMember }> = (
  { staffId, reason },
  state,
  { to, ...acting },
) => {
  under(state, 'running', 'paused', 'faulted');
  if (acting.actor.kind !== 'system' && !mayMove(state, acting)) throw refusal('NOT_RESPONSIBLE');
  mustWork(to, state);
  return state.responsibleStaffId === staffId ? [] : [event('ResponsibleChanged', { from: state.responsibleStaffId, to: staffId, reason })];
};

export const statusTextSet: Decide<SetProcessStatusText> = ({ text }, state) =>
  state.status === 'none' || isOver(state) || state.statusText === text ? [] : [event('ProcessStatusTextSet', { text })];

export const reminded: Decide<RecordStageReminder> = ({ visit, key, no }, state, { now }) => {
  if (state.status !== 'running' || visit !== state.stageVisit || no !== (state.reminders[key] ?? 0) + 1) return [];
  const passed = Date.parse(now) - Date.parse(state.stageEnteredAt) - (state.pausedMs - state.pausedBeforeStage);
  return [event('StageReminderSent', { stageCode: state.stageCode, key, no, visit, hoursInStage: Math.floor(passed / 3_600_000) })];
};

/** What events and timers have set off and is under way beside the stage: more of it is not begun, and the journal says so. */
export const MOST_RUNS = 1_000;

export const eventReceived: Decide<ReceiveProcessEvent> = (c, state) => {
  if (isOver(state) || state.status === 'none' || state.received.includes(c.eventId)) return [];
  const { eventId, eventType, stream, position, atVisit, data, version = state.definitionVersion } = c;
  // The places of triggers in another version say nothing of this one.
  const triggers = version === state.definitionVersion ? c.triggers : [];
  const room = Math.max(0, MOST_RUNS - state.runs.length);
  const dropped = Math.max(0, triggers.length - room) || undefined;
  return [
    event('ProcessEventReceived', { eventId, eventType, stream, position, atVisit, data, triggers: triggers.slice(0, room), dropped }),
  ];
};

export const paused: Decide<PauseSmartProcess, Acting> = ({ reason }, state, acting) => {
  mustLead(state, acting);
  if (state.status === 'paused') return [];
  under(state, 'running');
  return [event('ProcessPaused', { reason })];
};
export const resumed: Decide<ResumeSmartProcess, Acting> = (_, state, acting) => {
  mustLead(state, acting);
  if (state.status === 'running') return [];
  under(state, 'paused');
  return [event('ProcessResumed', { pausedMs: Math.max(0, Date.parse(acting.now) - Date.parse(state.pausedAt!)) })];
};

export const cancelled: Decide<CancelSmartProcess, Acting> = ({ reason }, state, acting) => {
  if (!mayCancel(state, acting)) throw refusal('FORBIDDEN');
  if (state.status === 'cancelled') return [];
  under(state, 'running', 'paused', 'faulted');
  return [event('ProcessCancelled', { reason, by: acting.actor.kind === 'system' ? undefined : acting.own.staffId })];
};

import { aggregate, type DecisionContext, type EventsOf } from '@letopis/kernel';
import type { ProcessDefinitionData } from '../definition/definition';
import { refusal } from '../errors';
import type { ProcessDefinition } from '../process-definition/process-definition';
import type { SmartProcessEvents } from './smart-process.events';
import type { ProcessStatus, SmartProcess } from './smart-process.state';

export const { command, define, event } = aggregate<SmartProcess, SmartProcessEvents>();

export type Fact = EventsOf<SmartProcessEvents>;
export type Fields = Readonly<Record<string, unknown>>;

/** A row of the state table: what a command comes to, by the state and what it needs to know. */
export type Decide<Command, Needed = unknown> = (
  command: Command,
  state: SmartProcess,
  context: DecisionContext & Needed,
) => readonly Fact[];

const STATUS: Readonly<Record<string, string>> = {
  running: 'выполняется',
  paused: 'приостановлен',
  faulted: 'остановлен ошибкой',
  completed: 'завершён',
  cancelled: 'отменён',
};

/** @throws NOT_FOUND, PROCESS_STATE where the state is none of these */
export function under(state: SmartProcess, ...statuses: readonly ProcessStatus[]): void {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  if (!statuses.includes(state.status)) throw inState(state);
}

/** The refusal that says which state it is. */
export const inState = ({ status }: SmartProcess) => refusal('PROCESS_STATE', { status: STATUS[status] });

/** What the instance goes by: the version that it began with. */
export const dataOf = ({ versions }: ProcessDefinition, { definitionVersion }: SmartProcess): ProcessDefinitionData =>
  versions[definitionVersion]!;

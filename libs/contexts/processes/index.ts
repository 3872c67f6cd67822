/** Processes: approvals and other ways through an organization as data, and the one engine that carries them on. */
import { defineContext } from '@letopis/kernel';
import { processErrors } from './errors';
import { processDefinition } from './process-definition/process-definition';
import { approvalSheet } from './projections/approval-sheet';
import { processDefinitions } from './projections/definitions';
import { processJournal } from './projections/journal';
import { smartProcesses } from './projections/processes';
import { processSubscriptions } from './projections/subscriptions';
import { autoStartSaga } from './sagas/auto-start.saga';
import { processEngineSaga } from './sagas/process-engine.saga';
import { processBootstrapSaga } from './sagas/seeding.saga';
import { approvalSheetPage } from './sheets/approval-sheet';
import { smartProcess } from './smart-process/smart-process';

export const processes = defineContext({
  name: 'processes',
  aggregates: [processDefinition, smartProcess],
  sagas: [processBootstrapSaga, autoStartSaga, processEngineSaga],
  projections: [processDefinitions, smartProcesses, processJournal, approvalSheet, processSubscriptions],
  sheets: [approvalSheetPage],
  errors: processErrors.entries,
});

export { processErrors } from './errors';
export { definitionOf, problemsOf, type Problem } from './definition/check';
export type * from './definition/definition';
export { mermaidOf, svgOf } from './definition/draw';
export { filledIn } from './definition/shape';
export * from './process-definition/process-definition.commands';
export * from './process-definition/process-definition';
export * from './smart-process/smart-process.commands';
export type * from './smart-process/smart-process.events';
export { OBSTACLES } from './smart-process/migrating';
export { smartProcess } from './smart-process/smart-process';

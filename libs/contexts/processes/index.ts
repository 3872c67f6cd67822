/** Processes: approvals and other ways through an organization as data, and the one engine that carries them on. */
import { defineContext } from '@letopis/kernel';
import { processErrors } from './errors';
import { processDefinition } from './process-definition/process-definition';

export const processes = defineContext({
  name: 'processes',
  aggregates: [processDefinition],
  errors: processErrors.entries,
});

export { processErrors } from './errors';
export { definitionOf, problemsOf, type Problem } from './definition/check';
export type * from './definition/definition';
export { mermaidOf, svgOf } from './definition/draw';
export { filledIn } from './definition/shape';
export * from './process-definition/process-definition.commands';
export * from './process-definition/process-definition';

import { only, projection, staffSees } from '@letopis/kernel';
import type { ProcessDefinitionEvents } from '../process-definition/process-definition';

export interface ProcessDefinitionRow {
  readonly processDefinitionId: string;
  readonly organizationId: string;
  readonly code: string;
  readonly name: string;
  readonly version: number;
  readonly status: 'draft' | 'published' | 'archived';
  readonly data: Readonly<Record<string, unknown>>;
  /** Kinds of new records that begin a process by it, by what is published. */
  readonly autoStartsFor: readonly string[];
}

const named = (data: Readonly<Record<string, unknown>>, code: string) => String((data.name as { ru?: string } | undefined)?.ru ?? code);

/** «Шаблоны процессов». */
export const processDefinitions = projection<ProcessDefinitionRow, ProcessDefinitionEvents>()({
  code: 'process_definitions',
  version: 2,
  title: { ru: 'Шаблоны процессов', en: 'Templates of processes' },
  on: {
    ProcessDefinitionCreated: (_, { aggregateId, data: { organizationId, code, data } }) => ({
      processDefinitionId: aggregateId,
      organizationId,
      code,
      name: named(data, code),
      version: 0,
      status: 'draft',
      data,
      autoStartsFor: [],
    }),
    ProcessDraftSaved: (row, { data: { data } }) => row && { ...row, name: named(data, row.code), data },
    ProcessDefinitionPublished: (row, { data: { version, data } }) =>
      row && { ...row, version, status: 'published', autoStartsFor: data.autoStartOnCreate ? data.subjectTypes : [] },
    ProcessDefinitionArchived: (row) => row && { ...row, status: 'archived' },
  },
  list: {
    filters: { organizationId: 'string', code: 'string', status: 'string', autoStartsFor: 'string' },
    sorts: ['code'],
    search: ['name', 'code'],
    defaultSort: 'code',
  },
  policy: staffSees('processes.templates:view', (_, organizationId) => only({ organizationId, status: 'published' })),
});

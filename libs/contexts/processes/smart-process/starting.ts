import type { Standing } from '@letopis/kernel';
import { durationMillis, type ProcessDefinitionData } from '../definition/definition';
import { evaluate } from '../definition/expr';
import { staffIdsIn } from '../definition/recipients';
import { refusal } from '../errors';
import type { ProcessDefinition } from '../process-definition/process-definition';
import { event, type Decide, type Fields } from './facts';
import type { StartSmartProcess } from './smart-process.commands';
import { entered } from './stages';
import { MOST_NAMED, type Named } from './needs';

interface Start {
  readonly definition: ProcessDefinition;
  readonly definitionId: string | undefined;
  readonly running: string | undefined;
  readonly subject: Fields | undefined;
  readonly named: Named;
  readonly own: Standing;
  readonly number: number;
}

export const started: Decide<StartSmartProcess, Start> = (c, state, context) => {
  const { definition, definitionId, running, subject, own, number, named, actor } = context;
  if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
  if (definition.status !== 'published' || definitionId === undefined) throw refusal('DEFINITION_NOT_PUBLISHED');
  const data = definition.versions[definition.version]!;
  if (!data.subjectTypes.includes(c.subject.type)) throw refusal('SUBJECT_NOT_FITTING');
  if (subject && (subject.status === 'none' || (subject.organizationId ?? c.organizationId) !== c.organizationId))
    throw refusal('NOT_FOUND');
  if (data.onePerSubject && running !== undefined) throw refusal('PROCESS_ALREADY_RUNNING');
  const initiatorStaffId = (actor.kind === 'system' ? c.initiatorStaffId : undefined) ?? own.staffId;
  if (initiatorStaffId === undefined) throw refusal('PARAM_REQUIRED', { name: 'initiatorStaffId' });
  const params = paramsOf(data, c.params ?? {}, initiatorStaffId, subject);
  mustFit(data, params, c.organizationId, named);
  const { code, name, onePerSubject, stages } = data;
  const first = stages.find(({ semantic }) => semantic === 'initial')!;
  return [
    event('SmartProcessStarted', {
      organizationId: c.organizationId,
      number,
      title: c.title,
      definitionId,
      definitionCode: code,
      definitionVersion: definition.version,
      definitionName: name.ru,
      subject: { type: c.subject.type, id: c.subject.id },
      params,
      initiatorStaffId,
      parentProcessId: c.parentProcessId,
      onePerSubject,
    }),
    entered(first, 1),
  ];
};

const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= 4_000;
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  staff: (value) => typeof value === 'string',
  'staff[]': (value) => Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string'),
  'string[]': (value) => Array.isArray(value) && value.length <= MOST_NAMED && value.every(isText),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  duration: (value) => durationMillis(value) !== undefined,
};

/** The parameters, with what is given by default. @throws PARAM_REQUIRED, PARAM_INVALID */
function paramsOf({ params }: ProcessDefinitionData, given: Fields, initiator: string, subject: Fields | undefined): Fields {
  const stranger = Object.keys(given).find((key) => !params.some((param) => param.key === key));
  if (stranger !== undefined) throw refusal('PARAM_INVALID', { name: stranger });
  const scope = { process: { initiator }, subject: subject ?? {}, params: given };
  return Object.fromEntries(
    params.flatMap(({ key, type, required, default: byDefault }) => {
      const value = given[key] ?? evaluate(byDefault, scope);
      if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) {
        if (required) throw refusal('PARAM_REQUIRED', { name: key });
        return [];
      }
      if (!(FITS[type] ?? isText)(value)) throw refusal('PARAM_INVALID', { name: key });
      return [[key, value]];
    }),
  );
}

/** @throws PARAM_INVALID for somebody who does not work in the organization */
export function mustFit({ params }: ProcessDefinitionData, given: Fields, organizationId: string, named: Named): void {
  for (const { key, type } of params) {
    if (type !== 'staff' && type !== 'staff[]') continue;
    const ids = staffIdsIn(given[key]);
    const isStrange = (id: string) => named[id] !== undefined && !(named[id].organizationId === organizationId && isThere(named[id]));
    if (ids.length > MOST_NAMED || ids.some(isStrange)) throw refusal('PARAM_INVALID', { name: key });
  }
}

/** Somebody who is blocked comes back; somebody who was dismissed does not. */
const isThere = ({ status }: Named[string]) => status !== 'none' && status !== 'dismissed';

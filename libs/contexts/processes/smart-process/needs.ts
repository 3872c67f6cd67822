import { staffMember, type StaffMember } from '@letopis/contexts/staff';
import {
  derivedId,
  followedBy,
  ifKnown,
  known,
  numbers,
  ownerOf,
  standingOf,
  stateIn,
  stateOf,
  type Actor,
  type Need,
  type Needs,
  type UniqueKey,
} from '@letopis/kernel';
import type { ProcessDefinitionData } from '../definition/definition';
import { recipientOf, staffIdsIn } from '../definition/recipients';
import { definitionKey, processDefinition, type ProcessDefinition } from '../process-definition/process-definition';
import type { Fields } from './facts';
import type { PlanProcessMigration, StartSmartProcess } from './smart-process.commands';
import type { SmartProcess } from './smart-process.state';

/** Staff members that the parameters of one process may name. */
export const MOST_NAMED = 200;

/** What decisions on an instance must know beyond its own stream. */
interface Asked<Command = unknown> {
  readonly command: Command;
  readonly actor: Actor;
  readonly state: SmartProcess;
}

/** Whoever acts, as the organization knows them. */
export const own = ({ actor, state }: Pick<Asked, 'actor' | 'state'>) => ({
  own: standingOf(state.organizationId || undefined, actor.kind === 'user' ? actor.userId : undefined),
});

export const definition = ({ state }: Pick<Asked, 'state'>) => ({
  definition: stateOf(processDefinition, state.definitionId || undefined),
});

export const ownAndDefinition = (asked: Pick<Asked, 'actor' | 'state'>) => ({ ...own(asked), ...definition(asked) });

/** The records around an instance: its subject, and the documents that go its way. */
export const around = ({ state: { subject, documentIds } }: Pick<Asked, 'state'>) => ({
  subject: ifKnown(stateIn<Fields>(subject.type, subject.id || undefined)),
  documents: followedBy(Object.fromEntries(documentIds.map((id) => [id, ifKnown(stateIn<Fields>('document', id))])), (found) =>
    documentIds.map((id) => found[id]).filter((each): each is Fields => each !== undefined),
  ),
});

/** Who belongs to a circle that the exits of the stage name: a group, or a department with its head. */
export interface Circles {
  readonly [expr: string]:
    { readonly status: string; readonly memberStaffIds?: readonly string[]; readonly headStaffId?: string } | undefined;
}
const CIRCLES: Readonly<Record<string, string>> = { group: 'userGroup', department_head: 'department' };

export const circles = ({ state }: Pick<Asked, 'state'>): { circles: Need<Circles> } => ({
  circles: followedBy(
    definition({ state }),
    ({ definition: found }) => {
      const data = (found as ProcessDefinition).versions[state.definitionVersion];
      const named = data?.stages.find(({ code }) => code === state.stageCode)?.exits.flatMap(({ by = [] }) => by) ?? [];
      return Object.fromEntries(
        named.flatMap((expr) => {
          const { kind, of } = recipientOf(expr);
          const category = CIRCLES[kind];
          return category ? [[expr, ifKnown(stateIn(category, of))]] : [];
        }),
      );
    },
    ({ definition: _, ...found }) => found as object as Circles,
  ),
});

export const documentOf = ({ command }: Asked<{ documentId: string }>) => ({
  document: ifKnown(stateIn<Fields>('document', command.documentId)),
});

export const staffOf = (id: string) => ({ to: stateOf(staffMember, id) });

/** One running instance per subject, where the definition says so. */
export const subjectKey = (definitionId: string, { type, id }: { type: string; id: string }): UniqueKey => ({
  scope: 'processPerSubject',
  value: `${definitionId}:${type}:${id}`,
});

export const start = ({ command: c, actor, commandId }: Omit<Asked<StartSmartProcess>, 'state'> & { readonly commandId: string }) => {
  const { scope, value } = definitionKey(c.organizationId, c.definitionCode);
  const found = ownerOf(scope, value);
  return {
    definitionId: found,
    definition: stateOf(processDefinition, found),
    running: followedBy(
      { id: found },
      ({ id }) => ({ holder: perSubject(id as string | undefined, c.subject) }),
      ({ holder }) => holder as string | undefined,
    ),
    subject: ifKnown(stateIn<Fields>(c.subject.type, c.subject.id)),
    own: standingOf(c.organizationId, actor.kind === 'user' ? actor.userId : undefined),
    named: named(c, found),
    number: numbers('allocate', { organizationId: c.organizationId, kind: 'smartProcess', forId: c.processId ?? derivedId(commandId) }),
  };
};

export const migration = ({ command, state, actor }: Asked<PlanProcessMigration>) => ({
  ...ownAndDefinition({ actor, state }),
  running: perSubject(state.definitionId || undefined, state.subject),
  named: followedBy(
    definition({ state }),
    ({ definition: found }) => {
      const { versions, version } = found as ProcessDefinition;
      return staffIn(versions[command.version ?? version], command.params ?? {});
    },
    ({ definition: _, ...found }) => found as Named,
  ),
});

/** The staff members whom parameters name, by their ids: nobody from elsewhere is let in. */
export type Named = Readonly<Record<string, StaffMember>>;

const named = ({ params = {} }: StartSmartProcess, definitionId: Need<string | undefined>): Need<Named> =>
  followedBy(
    { definition: stateOf(processDefinition, definitionId) },
    ({ definition: found }) => {
      const { versions, version } = found as ProcessDefinition;
      return staffIn(versions[version], params);
    },
    ({ definition: _, ...found }) => found as Named,
  );

function staffIn(data: ProcessDefinitionData | undefined, params: Fields): Needs {
  const ofStaff = data?.params.filter(({ type }) => type === 'staff' || type === 'staff[]') ?? [];
  const ids = ofStaff.flatMap(({ key }) => staffIdsIn(params[key])).slice(0, MOST_NAMED);
  return Object.fromEntries(ids.map((id) => [id, stateOf(staffMember, id)]));
}

const perSubject = (id: string | undefined, subject: { type: string; id: string }): Need<string | undefined> => {
  if (id === undefined) return known(undefined);
  const { scope, value } = subjectKey(id, subject);
  return ownerOf(scope, value);
};

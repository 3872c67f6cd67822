import { contact, company } from '@letopis/contexts/crm';
import { document } from '@letopis/contexts/documents';
import { organization } from '@letopis/contexts/organizations';
import { person } from '@letopis/contexts/persons';
import { clientService, department, staffMember, supportRequest, userGroup } from '@letopis/contexts/staff';
import { roster } from '@letopis/contexts/identity';
import { staffKey, type SagaReads } from '@letopis/kernel';
import { allSteps, stageOf, stepLists, type Expr, type ProcessDefinitionData } from '../definition/definition';
import { valueAt } from '../definition/expr';
import { recipientOf, staffIdsIn } from '../definition/recipients';
import { meant, scopeOf, type Person, type Surroundings } from '../engine/scope';
import type { View } from '../engine/plan';
import { processDefinition } from '../process-definition/process-definition';
import { smartProcess } from '../smart-process/smart-process';
import type { SmartProcess } from '../smart-process/smart-process.state';

type Fields = Readonly<Record<string, unknown>>;
/** Subjects whose contexts are there; of others, texts find nothing. */
const subjects = { company, contact, document, organization, person, supportRequest, clientService } as const;

/** An instance and what is around it, read anew: at least as new as the event that is handled. */
export async function viewOf(reads: SagaReads, processId: string): Promise<View | undefined> {
  const state = await reads.state(smartProcess, processId);
  if (state.status === 'none') return undefined;
  const { versions } = await reads.state(processDefinition, state.definitionId);
  const data = versions[state.definitionVersion];
  if (!data) throw new Error(`the process ${processId} is by a version of its definition that is not there`);
  const of = subjects[state.subject.type as keyof typeof subjects];
  const subject = of ? ((await reads.state(of as never, state.subject.id)) as Fields) : undefined;
  const documents = await Promise.all(state.documentIds.map(async (id) => (await reads.state(document, id)) as unknown as Fields));
  const people: Record<string, Person> = {};
  for (const id of [state.initiatorStaffId, state.responsibleStaffId]) if (id) people[id] = await personOf(reads, id);
  const surroundings: Surroundings = { subject, documents, people };
  const scope = scopeOf(state, surroundings);
  const found = new Map<string, readonly Person[]>();
  for (const expr of recipientsIn(data, state)) {
    const all = await Promise.all(meant(expr, { data, state, scope }).map((each) => resolved(reads, each, state, subject)));
    found.set(expr, all.flat());
  }
  return { processId, data, state, surroundings, scope, resolve: (expr) => found.get(expr) ?? [] };
}

export async function personOf({ state }: SagaReads, id: string): Promise<Person> {
  const { userId, email, phone, fullName } = await state(staffMember, id);
  const { lastName, firstName } = fullName?.ru ?? {};
  const name = [lastName, firstName].filter(Boolean).join(' ') || undefined;
  return { id, userId, email: email || undefined, phone, name };
}

const NAMES = ['to', 'from', 'assignee', 'controller', 'approvers', 'user'];

/** The recipients that the stage of an instance and its triggers may mean. */
function recipientsIn(data: ProcessDefinitionData, { stageCode }: SmartProcess): ReadonlySet<string> {
  const found = new Set<string>(['author', 'administrators']);
  const take = (value: Expr | undefined): void => {
    if (typeof value === 'string') found.add(value);
    else if (Array.isArray(value)) (value as readonly Expr[]).forEach(take);
    else if (typeof value === 'object' && value !== null) take((value as { to?: Expr }).to);
  };
  take(stageOf(data, stageCode)?.responsible);
  for (const { steps, pointer, stage } of stepLists(data))
    if (!stage || stage.code === stageCode)
      for (const { step } of allSteps(steps, pointer)) if (step.type !== 'branch') for (const name of NAMES) take(step.args[name]);
  return found;
}

/** Who a recipient is at the moment. Nobody, where it is not known. */
async function resolved(reads: SagaReads, expr: string, state: SmartProcess, subject: Fields | undefined): Promise<readonly Person[]> {
  const { kind, of } = recipientOf(expr);
  const staff = async (ids: readonly unknown[]) =>
    (
      await Promise.all(
        ids.filter((id): id is string => typeof id === 'string').map(async (id) => ({ id, ...(await member(reads, id, state)) })),
      )
    ).flatMap(({ person }) => person ?? []);
  switch (kind) {
    case 'author':
      return staff([state.initiatorStaffId]);
    case 'responsible':
      return staff([state.responsibleStaffId]);
    case 'previous_responsible':
      return staff([state.previousResponsibleStaffId]);
    case 'param':
      return staff([state.params[of]].flat());
    case 'staff':
      return staff([of]);
    case 'field':
      return staff(staffIdsIn(valueAt(subject, of)));
    case 'role':
      return staff((await reads.state(roster, `staffWithRole:${state.organizationId}:${of}`)).members);
    case 'department':
      return staff((await reads.state(roster, `staffOfDepartment:${of}`)).members);
    case 'department_head':
      return staff([(await reads.state(department, of)).headStaffId]);
    case 'group':
      return staff((await reads.state(userGroup, of)).memberStaffIds);
    case 'administrators':
      return staff(await administrators(reads, state.organizationId));
    case 'email':
      return [{ id: expr, email: of }];
    case 'phone':
      return [{ id: expr, phone: of }];
    case 'client':
      return clientOf(subject);
    case 'performer': {
      const performer = (subject?.performer ?? {}) as { staffId?: string; name?: string; phone?: string; email?: string };
      if (performer.staffId) return staff([performer.staffId]);
      return (performer.phone ?? performer.email) ? [{ id: 'performer', ...performer }] : [];
    }
    default:
      return [];
  }
}

/** A staff member of the organization of the process: of another one, nobody is told anything. */
async function member(reads: SagaReads, id: string, { organizationId }: SmartProcess): Promise<{ person?: Person }> {
  const { status, organizationId: its } = await reads.state(staffMember, id);
  return status === 'none' || its !== organizationId ? {} : { person: await personOf(reads, id) };
}

async function administrators(reads: SagaReads, organizationId: string): Promise<readonly (string | undefined)[]> {
  const { administrators: userIds } = await reads.state(organization, organizationId);
  return Promise.all(
    userIds.map(async (userId) => {
      const { scope, value } = staffKey(organizationId, userId);
      return reads.owner(scope, value);
    }),
  );
}

function clientOf(subject: Fields | undefined): readonly Person[] {
  if (!subject) return [];
  const first = (value: unknown) => {
    const [one] = [value ?? []].flat() as readonly unknown[];
    return typeof one === 'string' ? one : ((one as { value?: string; email?: string; phone?: string } | undefined)?.value ?? undefined);
  };
  const [email, phone] = [first(subject.emails ?? subject.email), first(subject.phones ?? subject.phone)];
  return email === undefined && phone === undefined
    ? []
    : [{ id: 'client', email, phone, name: typeof subject.name === 'string' ? subject.name : undefined }];
}

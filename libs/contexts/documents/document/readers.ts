import {
  administers,
  firstProviderOf,
  ifKnown,
  oneOf,
  ownerOf,
  refusedAtTheDoor,
  rightsOf,
  allows,
  staff,
  standingOf,
  stateIn,
  type Actor,
  type Need,
  type Policy,
  type Standing,
} from '@letopis/kernel';
import { closedTo, doorsOf, type Doors } from '../disk-folder/access';
import type { Document } from './document.state';

/** What is known here of a process that has the document. */
export interface OwningProcess {
  readonly organizationId?: string;
  readonly status?: string;
  readonly initiatorStaffId?: string;
  readonly responsibleStaffId?: string;
  readonly subject?: { readonly type: string; readonly id: string };
  readonly rounds?: unknown;
}

export const processOf = (processId: string | undefined): Need<OwningProcess | undefined> =>
  ifKnown(stateIn<OwningProcess>('smartProcess', processId)) as Need<OwningProcess | undefined>;

/** Staff members who have something to do with a process: who began it, who is responsible, who is asked for approval. */
export function participantsOf(process: OwningProcess | undefined): readonly string[] {
  if (!process) return [];
  const { initiatorStaffId, responsibleStaffId, rounds } = process;
  const approvers = Object.values((rounds ?? {}) as Readonly<Record<string, { approvers?: readonly { staffId?: string }[] }>>).flatMap(
    (round) => round.approvers?.map(({ staffId }) => staffId) ?? [],
  );
  return [initiatorStaffId, responsibleStaffId, ...approvers].filter((id) => id !== undefined);
}

interface Answers {
  readonly standing: Standing;
  readonly doors: Doors;
  readonly process?: OwningProcess;
  readonly client?: { readonly status: string; readonly companyId?: string; readonly contactId?: string };
}
const answered = (answers: Readonly<Record<string, unknown>>) => answers as object as Answers;

const userId = (actor: Actor) => (actor.kind === 'user' ? actor.userId : undefined);
const surroundings = (state: Document, actor: Actor) => ({
  standing: standingOf(state.organizationId || undefined, userId(actor)),
  doors: doorsOf(state.path),
  process: processOf(state.processId),
});

/** Whether somebody edits all documents: to them nothing is confidential. */
export const seesConfidential = (standing: Standing, actor: Actor, now: string) => {
  if (administers(standing, actor)) return true;
  const rights = rightsOf(standing, actor, now);
  return rights.fullAccess || allows(rights, 'documents.my:edit_all');
};

const knows = ({ authorStaffId, signatures }: Document, { standing, process }: Answers, actor: Actor) => {
  const { staffId } = standing;
  if (signatures.some((signature) => signature.userId === userId(actor))) return true;
  return staffId !== undefined && (staffId === authorStaffId || participantsOf(process).includes(staffId));
};

/**
 * The policy for those who may see the document at all: the folder is open to them, and if it is confidential they are in it.
 * Whoever has it in a process sees it wherever it lies.
 */
const seen = <Command extends object>(
  policy: (process: OwningProcess | undefined) => Policy<Command, Document>,
): Policy<Command, Document> => ({
  name: policy(undefined).name,
  needs: (question) => ({ ...policy(undefined).needs?.(question), ...surroundings(question.state, question.actor) }),
  judge: (question, answers) => {
    const known = answered(answers);
    const { actor, state, now = '' } = question;
    const verdict = policy(known.process).judge(question, answers);
    if (verdict !== 'allow') return verdict;
    const isInIt = knows(state, known, actor);
    if (state.confidential && !isInIt && !seesConfidential(known.standing, actor, now)) return 'NOT_FOUND';
    return !isInIt && closedTo(known.doors, known.standing, actor, now).length > 0 ? 'FOLDER_ACCESS_DENIED' : 'allow';
  },
});

/** Staff with a function of «Мои документы», for documents that they see. */
export const staffWith = <Command extends object>(node: `documents.my:${'view' | 'sign' | 'set_status' | 'delete' | 'edit_all'}`) =>
  seen<Command>(() => staff(node));

/** Staff who edit the document: the author, who is responsible in its process, or with the right to edit all. */
export const editor = <Command extends object>(): Policy<Command, Document> =>
  seen((process) =>
    staff('documents.my:edit', {
      own: ({ state }, staffId) => staffId !== undefined && (staffId === state.authorStaffId || staffId === process?.responsibleStaffId),
    }),
  );

/** The author and who is responsible in its process, whatever their other rights. */
export const keeper = <Command extends object>(): Policy<Command, Document> => ({
  name: 'author, responsible of the process',
  needs: ({ state, actor }) => surroundings(state, actor),
  judge: ({ state, actor }, answers) => {
    const { standing, process } = answered(answers);
    const refused = refusedAtTheDoor(standing, actor);
    if (refused) return refused;
    const { staffId } = standing;
    const isIt = staffId !== undefined && (staffId === state.authorStaffId || staffId === process?.responsibleStaffId);
    return isIt && standing.staff?.status === 'active' ? 'allow' : 'FORBIDDEN';
  },
});

/** Whoever takes part in the process that has the document: it was put before them. */
const participant: Policy<object, Document> = {
  name: 'participant of the process',
  needs: ({ state, actor }) => surroundings(state, actor),
  judge: ({ state, actor }, answers) => {
    const known = answered(answers);
    const refused = refusedAtTheDoor(known.standing, actor);
    if (refused) return refused;
    return known.standing.staff?.status === 'active' && knows(state, known, actor) ? 'allow' : 'FORBIDDEN';
  },
};

/** The client whom the document is about, by the own account with the organization. */
export const ownClient: Policy<object, Document> = {
  name: 'client of the document',
  needs: ({ state: { organizationId }, actor }) => ({
    standing: standingOf(organizationId || undefined, userId(actor)),
    client: clientAccountOf(organizationId, userId(actor)),
  }),
  judge: ({ state, actor }, answers) => {
    const { standing, client } = answered(answers);
    const refused = refusedAtTheDoor(standing, actor);
    if (refused) return refused;
    return client?.status === 'active' && !state.confidential && isOf(state, client) ? 'allow' : 'FORBIDDEN';
  },
};

export const clientAccountOf = (organizationId: string, user: string | undefined): Need<Answers['client']> =>
  ifKnown(
    stateIn(
      'clientAccount',
      organizationId && user ? ownerOf('clientAccount', `${organizationId}:${firstProviderOf(organizationId)}:${user}`) : undefined,
    ),
  ) as Need<Answers['client']>;

const isOf = ({ companyId, contactId }: Document, client: NonNullable<Answers['client']>) =>
  (companyId !== undefined && companyId === client.companyId) || (contactId !== undefined && contactId === client.contactId);

/** Who may open the files of a document. */
export const reader: Policy<object, Document> = oneOf<object, Document>(staffWith('documents.my:view'), participant, ownClient);

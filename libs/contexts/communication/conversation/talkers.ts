import { clientAccount, staffMember, type ClientAccount, type StaffMember } from '@letopis/contexts/staff';
import {
  followedBy,
  ifKnown,
  member,
  oneOf,
  presence,
  standingOf,
  stateOf,
  type Actor,
  type Need,
  type Policy,
  type Standing,
} from '@letopis/kernel';
import { refusal } from '../errors';
import { isIdle } from '../notification/routing';
import type { Talker } from './conversation.events';
import type { Conversation } from './conversation.state';

/** Whoever has done nothing for so long is not there. */
export const AWAY_MINUTES = 10;

export const userIdOf = (actor: Actor) => (actor.kind === 'user' ? actor.userId : undefined);
const organizationOf = ({ state }: { state: Conversation }) => state.organizationId || undefined;

/** The client that an account belongs to, as long as it is not blocked. */
export const clientOf = <Command>(
  accountId: (question: { command: Command; state: Conversation }) => string | undefined,
): Policy<Command, Conversation> => ({
  name: 'client: own',
  needs: (question) => ({ account: stateOf(clientAccount, accountId(question) || undefined) }),
  judge: ({ actor }, answers) => {
    const { status, userId } = answers.account as ClientAccount;
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    if (actor.kind !== 'user' || userId !== actor.userId) return 'FORBIDDEN';
    return status === 'active' ? 'allow' : 'FORBIDDEN';
  },
});
/** Whoever works in the organization may try; whether somebody takes part is decided with it. */
export const insider = member<object, Conversation>({ in: organizationOf, inside: true });
export const talker = oneOf<object, Conversation>(
  insider,
  clientOf(({ state }) => state.clientAccountId),
);

/** The caller in the organization, with the own account on the staff. */
export interface Self {
  readonly standing: Standing;
  readonly staff: StaffMember | undefined;
}
export const self = (organizationId: string | undefined, actor: Actor): Need<Self> =>
  followedBy(
    { standing: standingOf(organizationId, userIdOf(actor)) },
    ({ standing }) => ({ staff: ifKnown(stateOf(staffMember, (standing as Standing).staffId)) }),
    (answers) => answers as object as Self,
  );
export const own = ({ state, actor }: { state: Conversation; actor: Actor }) => ({ own: self(organizationOf({ state }), actor) });

/** Who of them is there: a session is open, and was used of late. */
export const present = (talkers: readonly Talker[], now: string): Need<readonly string[]> =>
  followedBy(Object.fromEntries(talkers.map(({ id, userId }) => [id, presence('ofUser', { userId })])), (answers) =>
    talkers.flatMap(({ id }) => {
      const { sessions, lastActivityAt } = answers[id] as { sessions: number; lastActivityAt?: string };
      return sessions > 0 && !isIdle(lastActivityAt, now, AWAY_MINUTES) ? [id] : [];
    }),
  );
export const accounts = (staffIds: readonly string[]): Need<readonly StaffMember[]> =>
  followedBy(Object.fromEntries(staffIds.map((id) => [id, stateOf(staffMember, id)])), (answers) =>
    staffIds.map((id) => answers[id] as StaffMember),
  );

export const isColleague = ({ status, organizationId, userId }: StaffMember, organization: string) =>
  status === 'active' && organizationId === organization && userId !== undefined;

export const exists = ({ status }: Conversation) => {
  if (status === 'none') throw refusal('NOT_FOUND');
};

/** The caller, who takes part. @throws DomainError NOT_PARTICIPANT */
export function participant(state: Conversation, { standing: { staffId } }: Self, actor: Actor): Talker {
  exists(state);
  const found = state.talkers.find(({ id, userId }) => userId === userIdOf(actor) && (id === staffId || id === state.clientAccountId));
  if (!found) throw refusal('NOT_PARTICIPANT');
  return found;
}

/** The caller, who may write: to clients, staff who are available in the chat, and whoever of them answers takes part from then on. */
export function speaker(state: Conversation, caller: Self, actor: Actor): Talker {
  exists(state);
  const { staff: account, standing } = caller;
  const isStaff = state.kind === 'client' && userIdOf(actor) !== state.clientUserId;
  if (!isStaff) return participant(state, caller, actor);
  if (standing.staffId === undefined || account?.userId === undefined) throw refusal('NOT_PARTICIPANT');
  if (!account.chatAvailable) throw refusal('CHAT_NOT_ALLOWED');
  return { id: standing.staffId, userId: account.userId };
}

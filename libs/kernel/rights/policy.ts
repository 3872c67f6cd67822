import type { Actor, UserActor } from '../actor';
import type { Need } from '../needs';
import type { Policy, Question, Verdict } from '../policy';
import { overseesService } from '../actor';
import { everything, only, refused, type ReadPolicy, type Visible } from '../projection';
import { isAllowedFrom } from '../values/ip';
import type { FunctionNode } from './catalogue';
import { allows } from './effective';
import { administers, rightsOf, standingOf, type Standing } from './standing';

/** By the name of this need the standing is found again; a policy of several judges them all on one organization. */
const NEED = 'standing';
const asked = ({ [NEED]: standing }: Readonly<Record<string, unknown>>) => standing as Standing;
const userId = (actor: Actor) => (actor.kind === 'user' ? actor.userId : undefined);

/** The organization of the record that is asked about, or the need that finds it. */
type OrganizationOf<Command, State> = (question: Question<Command, State>) => string | undefined | Need<string | undefined>;
const itsOrganization = ({ state }: Question<never, never>) => (state as { organizationId?: string } | undefined)?.organizationId;

/**
 * Whether the person is of this organization at all and may work in it from here; else the code to refuse with. To strangers,
 * and to whoever works in another organization at the moment, the record is not there.
 */
export function refusedAtTheDoor(standing: Standing, actor: Actor, organizationId = standing.organizationId): Verdict | undefined {
  if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
  if (actor.kind !== 'user') return 'FORBIDDEN';
  if (organizationId === undefined) return 'NOT_FOUND';
  if (actor.organizationId !== undefined && actor.organizationId !== organizationId) return 'NOT_FOUND';
  if (!administers(standing, actor) && standing.membership?.status !== 'active') return 'NOT_FOUND';
  // Blocked: the membership alone opens nothing either.
  if (standing.staff?.status === 'blocked' && !administers(standing, actor)) return 'FORBIDDEN';
  return addressRefused(standing, actor);
}

/** The code for a person whose staff member may not work from the address of the call. */
export const addressRefused = ({ staff }: Standing, { ip }: Actor): Verdict | undefined =>
  staff?.ipPolicy.mode === 'list' && !isAllowedFrom(staff.ipPolicy.rules, ip) ? 'IP_NOT_ALLOWED' : undefined;

/** The code for a person who works in an organization from an address that its rules for the account do not allow. */
export const placeRefused = (standing: Standing, actor: UserActor): Verdict | undefined => {
  const { staff } = standing;
  const isElsewhere = staff?.bindSessionToIp === true && actor.openedFrom !== undefined && actor.ip !== actor.openedFrom;
  return isElsewhere ? 'SESSION_IP_MISMATCH' : addressRefused(standing, actor);
};

const closedOrganization = ({ organization }: Standing): Verdict | undefined => {
  if (organization?.status === 'suspended') return 'ORGANIZATION_SUSPENDED';
  return organization?.status === 'archived' ? 'ORGANIZATION_ARCHIVED' : undefined;
};

interface StaffOptions<Command, State> {
  /** The organization that the record belongs to; by default the state's `organizationId`. */
  readonly in?: OrganizationOf<Command, State>;
  /**
   * For a function `edit` of records with a person at work on them: whether the staff member is the author, responsible or a
   * named participant. Others need `edit_all`.
   */
  readonly own?: (question: Question<Command, State>, staffId: string | undefined) => boolean;
}

/**
 * A staff member of the record's organization whose effective rights contain the function; its administrators and «Полный
 * доступ» always pass. Judged on the same standing everywhere: HTTP, sagas, imports and the command line alike.
 */
export function staff<Command, State>(
  node: FunctionNode,
  { in: organizationOf = itsOrganization as OrganizationOf<Command, State>, own }: StaffOptions<Command, State> = {},
): Policy<Command, State> {
  const all = node.replace(/:edit$/, ':edit_all');
  return {
    name: `staff(${node})`,
    needs: (question) => ({ [NEED]: standingOf(organizationOf(question), userId(question.actor)) }),
    judge: (question, answers) => {
      const standing = asked(answers);
      const { actor, now = '' } = question;
      const refusal = refusedAtTheDoor(standing, actor) ?? closedOrganization(standing);
      if (refusal) return refusal;
      const rights = rightsOf(standing, actor, now);
      if (allows(rights, all)) return 'allow';
      return allows(rights, node) && (!own || own(question, standing.staffId)) ? 'allow' : 'FORBIDDEN';
    },
  };
}

/** Staff with one of several functions. */
export const anyStaff = <Command, State>(nodes: readonly FunctionNode[], options: StaffOptions<Command, State> = {}) =>
  nodes.map((node) => staff<Command, State>(node, options));

/** An administrator of the record's organization. */
export function orgAdmin<Command, State>({ in: organizationOf = itsOrganization as OrganizationOf<Command, State> } = {}): Policy<
  Command,
  State
> {
  return {
    name: 'orgAdmin',
    needs: (question) => ({ [NEED]: standingOf(organizationOf(question), userId(question.actor)) }),
    judge: (question, answers) => {
      const standing = asked(answers);
      const refusal = refusedAtTheDoor(standing, question.actor);
      if (refusal) return refusal;
      if (!administers(standing, question.actor)) return 'FORBIDDEN';
      return closedOrganization(standing) ?? 'allow';
    },
  };
}

interface MemberOptions<Command, State> {
  /** The organization that the record belongs to; by default the state's `organizationId`. */
  readonly in?: OrganizationOf<Command, State>;
  /** Not its clients: whoever works in it, or for it. */
  readonly inside?: boolean;
}

/** An active member of the record's organization. */
export function member<Command, State>({
  in: organizationOf = itsOrganization as OrganizationOf<Command, State>,
  inside = false,
}: MemberOptions<Command, State> = {}): Policy<Command, State> {
  return {
    name: inside ? 'member: employee, contractor' : 'member',
    needs: (question) => ({ [NEED]: standingOf(organizationOf(question), userId(question.actor)) }),
    judge: (question, answers) => {
      const standing = asked(answers);
      const refusal = refusedAtTheDoor(standing, question.actor) ?? closedOrganization(standing);
      if (refusal) return refusal;
      const isClient = standing.membership?.memberKind === 'client' && !administers(standing, question.actor);
      return inside && isClient ? 'FORBIDDEN' : 'allow';
    },
  };
}

/**
 * Rows of the organization that the person works in (or, before a workspace was entered, that the filter names), for staff
 * with the right to view the section; `others` says what members without it see (own rows). Overseers of the service see all.
 */
export const staffSees = (
  node: FunctionNode,
  others: (actor: Actor, organizationId: string) => Visible = () => refused('FORBIDDEN'),
): ReadPolicy => ({
  name: `staff(${node})`,
  needs: ({ actor, filter }) => ({ [NEED]: standingOf(organizationIn(actor, filter), userId(actor)) }),
  see: ({ actor, filter, now = '' }, answers) => {
    if (overseesService(actor)) return everything;
    const organizationId = organizationIn(actor, filter);
    if (actor.kind !== 'user' || organizationId === undefined) return refused('FORBIDDEN');
    const standing = asked(answers);
    const refusal = refusedAtTheDoor(standing, actor, organizationId);
    if (refusal) return refused(refusal);
    if (standing.organization?.status === 'suspended' && !administers(standing, actor)) return refused('ORGANIZATION_SUSPENDED');
    return allows(rightsOf(standing, actor, now), node) ? only({ organizationId }) : others(actor, organizationId);
  },
});

/** The organization whose rows are asked for: the one that the session works in; a filter naming another one finds nothing. */
export function organizationIn(actor: Actor, filter: Readonly<Record<string, unknown>>): string | undefined {
  const named = typeof filter.organizationId === 'string' ? filter.organizationId : undefined;
  return (actor.kind === 'user' ? actor.organizationId : undefined) ?? named;
}

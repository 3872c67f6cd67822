// @ts-nocheck
import {
  actorId,
  after,
  aggregate,
  exceptFor,
  gives,
  ifKnown,
  isRestricted,
  nodesNamed,
  oneOf,
  ownerOf,
  personOf,
  RESTRICTED_BY_DEFAULT,
  staff,
  stateIn,
  stateOf,
  systemOnly,
  user as anyUser,
  type Actor,
  type Answers,
} from '@letopis/kernel';
import { refusal } from '../errors';
import { lastRejections, membership, REJECTIONS_TO_PAUSE, type MemberKind } from '../membership/membership';
import { organization } from '../organization/organization';
import { AcceptAccessRequest, CancelAccessRequest, CreateAccessRequest, RejectAccessRequest } from './access-request.commands';
import type { AccessRequestEvents } from './access-request.events';

export type AccessRequest =
  | { readonly status: 'none' }
  | {
      readonly status: 'created' | 'accepted' | 'rejected' | 'cancelled';
      readonly requesterUserId: string;
      readonly organizationId: string;
      readonly scope: string;
      readonly decidedBy?: string;
    };

/** After too many rejections the next request may come so long after the last of them. */
const PAUSE = { days: 7 };

const { command, define, event } = aggregate<AccessRequest, AccessRequestEvents>();

const requester = ({ state }: { state: AccessRequest }) => (state.status === 'none' ? undefined : state.requesterUserId);
const isOwn = ({ actor, state }: { actor: Actor; state: AccessRequest }) => actor.kind === 'user' && actor.userId === requester({ state });
const decider = exceptFor<object, AccessRequest>(
  isOwn,
  'SELF_DECISION_FORBIDDEN',
  staff<object, AccessRequest>('provider.access_requests:decide'),
);

/** What a restricted section is asked for and given by: what is restricted, what the person is there, and the link with a card. */
const standingOf = (organizationId: string, userId: string) => ({
  membership: stateOf(membership, `${organizationId}:${userId}`),
  workspace: ifKnown(stateIn<{ readonly restrictedNodes: readonly string[] }>('workspace', organizationId)),
  // The context of persons and links knows who holds this key.
  link: ownerOf('userActiveLink', `${organizationId}:${userId}`),
});
type Standing = Answers<ReturnType<typeof standingOf>>;

export const accessRequest = define({
  category: 'accessRequest',
  initialState: { status: 'none' },
  keys: (state) => (state.status === 'created' ? [openRequest(state)] : []),
  organizationId: (state) => (state.status === 'none' ? undefined : state.organizationId),

  commands: {
    CreateAccessRequest: command(CreateAccessRequest, {
      by: anyUser,
      summary: '«Создать запрос в новую компанию»: a person asks for access to an organization',
      needs: ({ command: { organizationId, scope = 'organization' }, actor }) => ({
        organization: stateOf(organization, organizationId),
        ...standingOf(organizationId, actorId(actor)),
        open: ownerOf('openAccessRequest', openRequest({ organizationId, scope, requesterUserId: actorId(actor) }).value),
      }),
    }),
    AcceptAccessRequest: command(AcceptAccessRequest, {
      by: decider,
      summary: 'The administrator gives access',
      needs: ({ state }) => (state.status === 'none' ? standingOf('', '') : standingOf(state.organizationId, state.requesterUserId)),
    }),
    RejectAccessRequest: command(RejectAccessRequest, { by: decider, summary: 'The administrator refuses access' }),
    CancelAccessRequest: command(CancelAccessRequest, {
      by: oneOf<object, AccessRequest>(systemOnly, personOf('requester', requester)),
      summary: 'The requester takes the request back',
    }),
  },

  decide: {
    CreateAccessRequest: (
      { organizationId, scope = 'organization', comment },
      state,
      { organization, open, actor, id, now, ...standing },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (organization.status === 'none') throw refusal('NOT_FOUND');
      if (organization.status === 'suspended') throw refusal('ORGANIZATION_SUSPENDED');
      if (organization.status === 'archived') throw refusal('ORGANIZATION_ARCHIVED');
      if (organization.status !== 'client') throw refusal('ORGANIZATION_NOT_CLIENT');
      const { membership } = standing;
      const isMember = membership.status === 'active' || membership.status === 'suspended';
      if (scope === 'organization') {
        if (isMember) throw refusal('ALREADY_MEMBER');
      } else {
        restrictedFor(scope, standing, now);
      }
      if (open && open !== id) throw refusal('ACCESS_REQUEST_EXISTS');
      const rejections = lastRejections(membership);
      const again = rejections.length >= REJECTIONS_TO_PAUSE ? after(rejections.at(-1)!.at, PAUSE) : now;
      if (now < again) throw refusal('TOO_MANY_REJECTIONS', { date: again });
      return [event('AccessRequestCreated', { requesterUserId: actorId(actor), organizationId, scope, comment })];
    },

    AcceptAccessRequest: ({ memberKind, departmentIds = [], roleCodes = [], validUntil }, state, { actor, now, ...standing }) => {
      if (isRepeat(state, 'accepted', actor)) return [];
      const { scope } = open(state);
      const whole = scope === 'organization';
      if (validUntil !== undefined && (whole || Date.parse(validUntil) <= Date.parse(now))) throw refusal('VALID_UNTIL_WRONG');
      if (!whole) linkedMember(standing);
      else if (standing.membership.status === 'suspended') throw refusal('ALREADY_MEMBER');
      const kind: MemberKind | undefined = whole ? (memberKind ?? 'employee') : undefined;
      return [event('AccessRequestAccepted', { decidedBy: actorId(actor), memberKind: kind, departmentIds, roleCodes, validUntil })];
    },

    RejectAccessRequest: ({ reason }, state, { actor }) => {
      if (isRepeat(state, 'rejected', actor)) return [];
      open(state);
      return [event('AccessRequestRejected', { decidedBy: actorId(actor), reason })];
    },

    CancelAccessRequest: (_, state, { actor }) => {
      if (isRepeat(state, 'cancelled', actor)) return [];
      open(state);
      return [event('AccessRequestCancelled', { by: actorId(actor) })];
    },
  },

  evolve: {
    AccessRequestCreated: (_, { requesterUserId, organizationId, scope }) => ({
      status: 'created',
      requesterUserId,
      organizationId,
      scope,
    }),
    AccessRequestAccepted: (state, { decidedBy }) => ({ ...created(state), status: 'accepted', decidedBy }),
    AccessRequestRejected: (state, { decidedBy }) => ({ ...created(state), status: 'rejected', decidedBy }),
    AccessRequestCancelled: (state, { by }) => ({ ...created(state), status: 'cancelled', decidedBy: by }),
  },
});

/** One open request of a person for one scope of an organization. */
const openRequest = ({ organizationId, requesterUserId, scope }: { organizationId: string; requesterUserId: string; scope: string }) => ({
  scope: 'openAccessRequest',
  value: `${organizationId}:${requesterUserId}:${scope}`,
});

/** The node of a scope: a category, or an application (a section) of one. */
export const nodeOf = (scope: string): string => scope.slice(scope.indexOf(':') + 1);

const linkedMember = ({ membership, link }: Pick<Standing, 'membership' | 'link'>) => {
  if (membership.status !== 'active') throw refusal('NOT_A_MEMBER');
  if (link === undefined) throw refusal('PERSON_LINK_REQUIRED');
};

/** Refuses to ask for a section that is open, is opened already, or does not exist; and needs a card of the person. */
const restrictedFor = (scope: string, standing: Standing, now: string) => {
  const { membership, workspace } = standing;
  if (membership.status !== 'active') throw refusal('NOT_A_MEMBER');
  const node = nodeOf(scope);
  const isSection = node.includes('.');
  const exists = nodesNamed(node).length === 1 && isSection === scope.startsWith('app:');
  if (!exists || !isRestricted(workspace?.restrictedNodes ?? RESTRICTED_BY_DEFAULT, node)) throw refusal('NODE_NOT_RESTRICTED');
  const granted = membership.restrictedGrants.filter(({ until }) => until === undefined || until > now).map((grant) => grant.node);
  if (gives(granted, node)) throw refusal('ALREADY_MEMBER');
  linkedMember(standing);
};

const created = (state: AccessRequest) => {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  return state;
};

/** The request, provided nobody has decided on it yet. */
const open = (state: AccessRequest) => {
  const request = created(state);
  if (request.status !== 'created') throw refusal('REQUEST_ALREADY_DECIDED');
  return request;
};

/** Whether the same actor has decided the same before. */
const isRepeat = (state: AccessRequest, status: AccessRequest['status'], actor: Actor) =>
  state.status === status && state.status !== 'none' && state.decidedBy === actorId(actor);

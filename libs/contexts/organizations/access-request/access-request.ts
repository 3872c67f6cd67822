import {
  actorId,
  after,
  aggregate,
  exceptFor,
  oneOf,
  ownerOf,
  personOf,
  stateOf,
  systemOnly,
  user as anyUser,
  type Actor,
} from '@letopis/kernel';
import { refusal } from '../errors';
import { lastRejections, membership, REJECTIONS_TO_PAUSE, type MemberKind } from '../membership/membership';
import { organization } from '../organization/organization';
import { administratorOf } from '../policies';
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
  administratorOf(({ state }) => (state.status === 'none' ? undefined : state.organizationId)),
);

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
        membership: stateOf(membership, `${organizationId}:${actorId(actor)}`),
        open: ownerOf('openAccessRequest', openRequest({ organizationId, scope, requesterUserId: actorId(actor) }).value),
      }),
    }),
    AcceptAccessRequest: command(AcceptAccessRequest, { by: decider, summary: 'The administrator gives access' }),
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
      { organization, membership, open, actor, id, now },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (organization.status === 'none') throw refusal('NOT_FOUND');
      if (organization.status === 'suspended') throw refusal('ORGANIZATION_SUSPENDED');
      if (organization.status === 'archived') throw refusal('ORGANIZATION_ARCHIVED');
      if (organization.status !== 'client') throw refusal('ORGANIZATION_NOT_CLIENT');
      const isMember = membership.status === 'active' || membership.status === 'suspended';
      if (scope === 'organization') {
        if (isMember) throw refusal('ALREADY_MEMBER');
      } else {
        if (membership.status !== 'active') throw refusal('NOT_A_MEMBER');
        throw refusal('PERSON_LINK_REQUIRED'); // person cards and their links are not part of the product yet
      }
      if (open && open !== id) throw refusal('ACCESS_REQUEST_EXISTS');
      const rejections = lastRejections(membership);
      const again = rejections.length >= REJECTIONS_TO_PAUSE ? after(rejections.at(-1)!.at, PAUSE) : now;
      if (now < again) throw refusal('TOO_MANY_REJECTIONS', { date: again });
      return [event('AccessRequestCreated', { requesterUserId: actorId(actor), organizationId, scope, comment })];
    },

    AcceptAccessRequest: ({ memberKind, departmentIds = [], roleCodes = [], validUntil }, state, { actor, now }) => {
      if (isRepeat(state, 'accepted', actor)) return [];
      const { scope } = open(state);
      const whole = scope === 'organization';
      if (validUntil !== undefined && (whole || Date.parse(validUntil) <= Date.parse(now))) throw refusal('VALID_UNTIL_WRONG');
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

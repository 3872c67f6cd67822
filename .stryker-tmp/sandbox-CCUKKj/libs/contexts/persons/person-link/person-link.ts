// @ts-nocheck
import {
  actorId,
  aggregate,
  emailKey,
  EmailText,
  followedBy,
  Id,
  known,
  administers,
  oneOf,
  orgAdmin as orgAdminOf,
  ownerOf,
  staff,
  standingOf,
  stateOf,
  subjectOf,
  systemOnly,
  Text,
  type Policy,
  type Standing,
} from '@letopis/kernel';
import { user } from '@letopis/contexts/identity';
import { refusal } from '../errors';
import { person } from '../person/person';

export class CreatePersonLinkRequest {
  @Id({ optional: true }) personLinkId?: string;
  @Id() organizationId: string;
  @Id() personId: string;
  /** The address that the user is registered with. */
  @EmailText() userEmail: string;
  @Text(1, 500, { optional: true }) comment?: string;
}

class OfLink {
  @Id() personLinkId: string;
}

export class AcceptPersonLink extends OfLink {}
export class CancelPersonLinkRequest extends OfLink {}

export class RejectPersonLink extends OfLink {
  @Text(1, 500, { optional: true }) reason?: string;
}

export class RevokePersonLink extends OfLink {
  @Text(1, 500) reason: string;
}

export interface PersonLinkEvents {
  PersonLinkRequested: {
    organizationId: string;
    personId: string;
    userId: string;
    userEmail: string;
    requestedBy: string;
    comment?: string;
  };
  PersonLinkAccepted: { acceptedAt: string };
  PersonLinkRejected: { reason?: string };
  PersonLinkCancelled: { by: string };
  PersonLinkRevoked: { by: string; reason: string };
}

export type PersonLink =
  | { readonly status: 'none' }
  | {
      readonly status: 'created' | 'accepted' | 'rejected' | 'cancelled' | 'revoked';
      readonly organizationId: string;
      readonly personId: string;
      readonly userId: string;
      readonly requestedBy: string;
    };

const { command, define, event } = aggregate<PersonLink, PersonLinkEvents>();

const its = ({ state }: { state: PersonLink }) => (state.status === 'none' ? undefined : state.organizationId);
const addresseeOf = ({ state }: { state: PersonLink }) => (state.status === 'none' ? undefined : state.userId);

/** The user whom the request names. Members of the organization learn that it is for somebody else, strangers that it is not there. */
const addressee: Policy<object, PersonLink> = {
  name: 'addressee',
  needs: ({ actor, state }) => ({ standing: standingOf(its({ state }), actor.kind === 'user' ? actor.userId : undefined) }),
  judge: ({ actor, state }, answers) => {
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    const { standing } = answers as { standing: Standing };
    if (actor.kind === 'user' && actor.userId === addresseeOf({ state }))
      return standing.organization?.status === 'suspended' ? 'ORGANIZATION_SUSPENDED' : 'allow';
    if (actor.kind !== 'user' || state.status === 'none') return 'NOT_FOUND';
    return standing.membership?.status === 'active' || administers(standing, actor) ? 'NOT_LINK_ADDRESSEE' : 'NOT_FOUND';
  },
};

/** One person whom the record names; to others it is what it is to them as members or not. */
const theOne = (name: string, of: (link: Exclude<PersonLink, { status: 'none' }>) => string): Policy<object, PersonLink> => ({
  name,
  judge: ({ actor, state }) => (actor.kind === 'user' && state.status !== 'none' && of(state) === actor.userId ? 'allow' : 'FORBIDDEN'),
});

const orgAdmin = orgAdminOf<object, PersonLink>();

/** The key of the one accepted link of a user in an organization: restricted access and signing ask who holds it. */
export const linkOfUser = (organizationId: string, userId: string) => ({ scope: 'userActiveLink', value: `${organizationId}:${userId}` });
const linkOfPerson = (personId: string) => ({ scope: 'personActiveLink', value: personId });
const holderOf = ({ scope, value }: { scope: string; value: string }) => ownerOf(scope, value);

export const personLink = define({
  category: 'personLink',
  initialState: { status: 'none' },
  organizationId: (state) => its({ state }),
  personal: { PersonLinkRequested: { of: ({ userId }) => subjectOf(userId), fields: ['userEmail'] } },
  keys: (state) => {
    if (state.status !== 'created' && state.status !== 'accepted') return [];
    const ofPerson = linkOfPerson(state.personId);
    return state.status === 'created' ? [ofPerson] : [ofPerson, linkOfUser(state.organizationId, state.userId)];
  },

  commands: {
    CreatePersonLinkRequest: command(CreatePersonLinkRequest, {
      by: staff<CreatePersonLinkRequest, PersonLink>('persons.user_links:create', { in: ({ command }) => command.organizationId }),
      summary: '«Создать запрос»: asks a user to be linked with a person card',
      needs: ({ command: { organizationId, personId, userEmail } }) => ({
        person: stateOf(person, personId),
        userId: ownerOf('userEmail', emailKey(userEmail)),
        account: stateOf(user, ownerOf('userEmail', emailKey(userEmail))),
        ofPerson: holderOf(linkOfPerson(personId)),
        ofUser: followedBy(
          { userId: ownerOf('userEmail', emailKey(userEmail)) },
          ({ userId }) => ({ link: userId ? holderOf(linkOfUser(organizationId, userId as string)) : known(undefined) }),
          ({ link }) => link as string | undefined,
        ),
      }),
    }),
    AcceptPersonLink: command(AcceptPersonLink, {
      by: addressee,
      summary: 'The user agrees to the link',
      needs: ({ state }) => ({
        person: stateOf(person, state.status === 'none' ? undefined : state.personId),
        ofUser: state.status === 'none' ? known(undefined) : holderOf(linkOfUser(state.organizationId, state.userId)),
      }),
    }),
    RejectPersonLink: command(RejectPersonLink, { by: addressee, summary: 'The user refuses the link' }),
    CancelPersonLinkRequest: command(CancelPersonLinkRequest, {
      by: oneOf<object, PersonLink>(
        theOne('requester', ({ requestedBy }) => requestedBy),
        orgAdmin,
        systemOnly,
      ),
      summary: 'Takes an open request back',
    }),
    RevokePersonLink: command(RevokePersonLink, {
      by: oneOf<object, PersonLink>(
        theOne('addressee', ({ userId }) => userId),
        orgAdmin,
        systemOnly,
      ),
      summary: 'Ends an accepted link',
    }),
  },

  decide: {
    CreatePersonLinkRequest: ({ organizationId, personId, comment }, state, { person, userId, account, ofPerson, ofUser, actor, id }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (person.status === 'none' || person.organizationId !== organizationId) throw refusal('NOT_FOUND');
      if (person.status !== 'active') throw refusal('PERSON_ARCHIVED');
      if (!userId || account.status === 'none' || account.status === 'erased') throw refusal('LINK_USER_NOT_FOUND');
      if (account.status !== 'active') throw refusal('LINK_USER_NOT_ACTIVE');
      if (ofPerson && ofPerson !== id) throw refusal('LINK_PERSON_BUSY');
      if (ofUser) throw refusal('LINK_USER_BUSY');
      const requestedBy = actorId(actor);
      return [event('PersonLinkRequested', { organizationId, personId, userId, userEmail: account.email, requestedBy, comment })];
    },

    AcceptPersonLink: (_, state, { person, ofUser, id, now }) => {
      if (state.status === 'accepted') return [];
      open(state);
      if (person.status !== 'active') throw refusal('PERSON_ARCHIVED');
      if (ofUser && ofUser !== id) throw refusal('LINK_USER_BUSY');
      return [event('PersonLinkAccepted', { acceptedAt: now })];
    },

    RejectPersonLink: ({ reason }, state) => {
      if (state.status === 'rejected') return [];
      open(state);
      return [event('PersonLinkRejected', { reason })];
    },

    CancelPersonLinkRequest: (_, state, { actor }) => {
      if (state.status === 'cancelled') return [];
      open(state);
      return [event('PersonLinkCancelled', { by: actorId(actor) })];
    },

    RevokePersonLink: ({ reason }, state, { actor }) => {
      if (state.status === 'revoked') return [];
      if (requested(state).status !== 'accepted') throw refusal('LINK_ALREADY_DECIDED');
      return [event('PersonLinkRevoked', { by: actorId(actor), reason })];
    },
  },

  evolve: {
    PersonLinkRequested: (_, { organizationId, personId, userId, requestedBy }) => ({
      status: 'created',
      organizationId,
      personId,
      userId,
      requestedBy,
    }),
    PersonLinkAccepted: (state) => ({ ...requested(state), status: 'accepted' }),
    PersonLinkRejected: (state) => ({ ...requested(state), status: 'rejected' }),
    PersonLinkCancelled: (state) => ({ ...requested(state), status: 'cancelled' }),
    PersonLinkRevoked: (state) => ({ ...requested(state), status: 'revoked' }),
  },
});

const requested = (state: PersonLink) => {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  return state;
};

const open = (state: PersonLink) => {
  if (requested(state).status !== 'created') throw refusal('LINK_ALREADY_DECIDED');
};

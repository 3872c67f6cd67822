import { emailKey, ERASED, projection, side, type RecordedOf } from '@letopis/kernel';
import type { UserEvents } from '@letopis/contexts/identity';
import {
  membersSee,
  organizationSide,
  type InvitationEvents,
  type MembershipEvents,
  type OrganizationEvents,
} from '@letopis/contexts/organizations';
import type { EmailAddressEvents, PersonEvents, PersonLinkEvents } from '@letopis/contexts/persons';
import { stepsOf, type Account, type CardFact, type LinkFact, type Member, type OnboardingFacts, type OnboardingStep } from './steps';

/** How far the onboarding of an organization has come. The facts are kept for the machinery and not shown. */
export interface OnboardingProgress {
  readonly organizationId: string;
  readonly organizationName?: string;
  readonly facts: OnboardingFacts;
  /** Users of the facts, and what is joined of each. */
  readonly userIds: readonly string[];
  readonly userEmails?: readonly (string | null)[];
  readonly userActive?: readonly (boolean | null)[];
  readonly userActiveAt?: readonly (string | null)[];
  readonly steps: readonly OnboardingStep[];
  readonly percent: number;
  readonly completed: boolean;
  readonly completedAt?: string;
}

type Events = OrganizationEvents & MembershipEvents & InvitationEvents & EmailAddressEvents & PersonEvents & PersonLinkEvents;
type Row = OnboardingProgress | undefined;
type Of<Type extends keyof Events> = RecordedOf<Events, Type>;

/** A fold of the facts: none before the organization is known, and none any more once it was ready. */
const facts =
  <Type extends keyof Events>(change: (facts: OnboardingFacts, event: Of<Type>) => Partial<OnboardingFacts>) =>
  (row: Row, event: Of<Type>): Row =>
    !row || row.completed ? row : withFacts(row, { ...row.facts, ...change(row.facts, event) });

const withFacts = (row: OnboardingProgress, facts: OnboardingFacts): OnboardingProgress => {
  const { addedBy, requestedBy, nominee, administrators, invitations, members } = facts;
  const named = [
    addedBy,
    requestedBy,
    nominee,
    ...administrators,
    ...invitations.map(({ userId }) => userId),
    ...members.map(({ userId }) => userId),
  ];
  return { ...row, facts, userIds: [...new Set(named.filter((id) => id !== undefined))] };
};

/** The list with the entry of that key changed; where there is none and nothing is added, as it was. */
const changed = <Entry>(entries: readonly Entry[], is: (entry: Entry) => boolean, change: Partial<Entry>): readonly Entry[] =>
  entries.map((entry) => (is(entry) ? { ...entry, ...change } : entry));

const member = (status: Member['status']) =>
  facts<'MembershipSuspended' | 'MembershipResumed' | 'MembershipRevoked'>(({ members }, { aggregateId, metadata }) => ({
    members: changed(members, isMember(aggregateId), { status, at: metadata.occurredAt }),
  }));
const isMember =
  (membershipId: string) =>
  ({ userId }: Member) =>
    membershipId.endsWith(`:${userId}`);

const closedInvitation = facts<'InvitationDeclined' | 'InvitationCancelled' | 'InvitationExpired'>(({ invitations }, { aggregateId }) => ({
  invitations: changed(invitations, ({ invitationId }) => invitationId === aggregateId, { counts: false }),
}));

const known = facts<'InvitedUserFound' | 'InvitationAccepted'>(({ invitations }, { aggregateId, data: { userId }, metadata }) => ({
  invitations: invitations.map((each) =>
    each.invitationId === aggregateId && each.userId !== userId ? { ...each, userId, foundAt: metadata.occurredAt } : each,
  ),
}));

const withCard = (change: (card: CardFact, at: string) => Partial<CardFact>) => (all: OnboardingFacts, personId: string, at: string) => ({
  cards: all.cards.map((card) => (card.personId === personId ? { ...card, ...change(card, at) } : card)),
});
const archived = facts<'PersonArchived' | 'PersonErased'>((all, { aggregateId, metadata }) =>
  withCard(() => ({ active: false }))(all, aggregateId, metadata.occurredAt),
);
const link = (accepted: boolean) =>
  facts<'PersonLinkAccepted' | 'PersonLinkRevoked'>(({ links }, { aggregateId, metadata }) => ({
    links: changed<LinkFact>(links, ({ personLinkId }) => personLinkId === aggregateId, { accepted, at: metadata.occurredAt }),
  }));
const dropped = facts<'EmailAddressRemoved'>(({ addresses }, { aggregateId }) => ({
  addresses: addresses.filter(({ emailId }) => emailId !== aggregateId),
}));
const keyOf = (email: string) => (email === ERASED ? ERASED : emailKey(email));

/** Of a user: address, and since when the account is active. */
const accountSide = side<{ email: string; active: boolean; activeAt?: string }, UserEvents>()({
  UserRegistered: (_, { data: { email } }) => ({ email, active: false }),
  UserActivated: (account, { metadata }) => account && { ...account, active: true, activeAt: metadata.occurredAt },
  UserEmailChanged: (account, { data: { newEmail } }) => account && { ...account, email: newEmail },
  UserDeactivated: (account) => account && { ...account, active: false },
  UserReactivated: (account) => account && { ...account, active: true },
  UserErased: (account) => account && { ...account, email: ERASED, active: false },
});

/** «Готовность организации»: the eight steps, who is missing what, and when it was ready. */
export const onboardingProgress = projection<OnboardingProgress, Events>()({
  code: 'onboarding_progress',
  version: 1,
  title: { ru: 'Подключение организации', en: 'Onboarding of the organization' },
  // Every record of the workspace says with its events which organization it belongs to.
  key: ({ metadata }) => metadata.organizationId,
  on: {
    OrganizationAdded: (_, { aggregateId, data: { addedBy }, metadata }) =>
      withFacts(
        { organizationId: aggregateId, facts: {} as OnboardingFacts, userIds: [], steps: [], percent: 0, completed: false },
        {
          addedBy,
          addedAt: metadata.occurredAt,
          administrators: [],
          confirmed: [],
          invitations: [],
          members: [],
          cards: [],
          addresses: [],
          links: [],
        },
      ),
    ClientRegistrationRequested: facts<'ClientRegistrationRequested'>((_, { data: { requestedBy, administratorUserId }, metadata }) => ({
      requestedBy,
      nominee: administratorUserId,
      nominatedAt: metadata.occurredAt,
    })),
    OrganizationRegisteredAsClient: facts<'OrganizationRegisteredAsClient'>((_, { metadata }) => ({ clientAt: metadata.occurredAt })),
    AdministratorAssigned: facts<'AdministratorAssigned'>(({ administrators }, { data: { userId } }) => ({
      administrators: [...administrators, userId],
    })),
    AdministratorRevoked: facts<'AdministratorRevoked'>(({ administrators }, { data: { userId } }) => ({
      administrators: administrators.filter((id) => id !== userId),
    })),
    OnboardingStepConfirmed: facts<'OnboardingStepConfirmed'>(({ confirmed }, { data: { step }, metadata }) => ({
      confirmed: [...confirmed, { step, at: metadata.occurredAt }],
    })),
    OrganizationOnboardingCompleted: (row, { metadata: { occurredAt } }) =>
      row && { ...row, completed: true, completedAt: occurredAt, facts: { ...row.facts, completedAt: occurredAt } },

    MembershipGranted: facts<'MembershipGranted'>(({ members }, { data: { userId, memberKind }, metadata }) => ({
      members: [...members.filter((each) => each.userId !== userId), { userId, memberKind, status: 'active', at: metadata.occurredAt }],
    })),
    MemberKindChanged: facts<'MemberKindChanged'>(({ members }, { aggregateId, data: { memberKind } }) => ({
      members: changed(members, isMember(aggregateId), { memberKind }),
    })),
    MembershipSuspended: member('suspended'),
    MembershipResumed: member('active'),
    MembershipRevoked: member('revoked'),

    ParticipantInvited: facts<'ParticipantInvited'>(({ invitations }, { aggregateId, data: { email, memberKind, userId }, metadata }) => ({
      invitations: [
        ...invitations,
        { invitationId: aggregateId, email, memberKind, userId, foundAt: userId && metadata.occurredAt, counts: true },
      ],
    })),
    InvitedUserFound: known,
    InvitationResent: facts<'InvitationResent'>(({ invitations }, { aggregateId }) => ({
      invitations: changed(invitations, ({ invitationId }) => invitationId === aggregateId, { counts: true }),
    })),
    InvitationAccepted: known,
    InvitationDeclined: closedInvitation,
    InvitationCancelled: closedInvitation,
    InvitationExpired: closedInvitation,
    // Also of an organization that was ready: an address that was forgotten is nowhere.
    InvitationForgotten: (row, { aggregateId }) =>
      row && {
        ...row,
        facts: {
          ...row.facts,
          invitations: changed(row.facts.invitations, ({ invitationId }) => invitationId === aggregateId, { email: ERASED }),
        },
      },

    EmailAddressAdded: facts<'EmailAddressAdded'>(({ addresses }, { aggregateId, data: { value }, metadata }) => ({
      addresses: [...addresses, { emailId: aggregateId, key: keyOf(value), at: metadata.occurredAt }],
    })),
    EmailAddressUpdated: facts<'EmailAddressUpdated'>(({ addresses }, { aggregateId, data: { changes }, metadata }) => {
      const to = (changes as unknown) === ERASED ? undefined : changes.value?.to;
      const is = ({ emailId }: { emailId: string }) => emailId === aggregateId;
      return { addresses: to ? changed(addresses, is, { key: keyOf(to), at: metadata.occurredAt }) : addresses };
    }),
    EmailAddressRemoved: dropped,
    EmailAddressErased: (row, event) => {
      const addresses = row?.facts.addresses.filter(({ emailId }) => emailId !== event.aggregateId);
      return row && addresses && { ...row, facts: { ...row.facts, addresses } };
    },

    PersonCreated: facts<'PersonCreated'>(({ cards }, { aggregateId, data: { emailIds }, metadata: { occurredAt: at } }) => ({
      cards: [...cards, { personId: aggregateId, emails: emailIds.map((emailId) => ({ emailId, at })), active: true, at }],
    })),
    PersonEmailAttached: facts<'PersonEmailAttached'>((all, { aggregateId, data: { emailId }, metadata }) =>
      withCard(({ emails }, at) => ({ emails: [...emails.filter((each) => each.emailId !== emailId), { emailId, at }] }))(
        all,
        aggregateId,
        metadata.occurredAt,
      ),
    ),
    PersonEmailDetached: facts<'PersonEmailDetached'>((all, { aggregateId, data: { emailId }, metadata }) =>
      withCard(({ emails }) => ({ emails: emails.filter((each) => each.emailId !== emailId) }))(all, aggregateId, metadata.occurredAt),
    ),
    PersonArchived: archived,
    PersonErased: archived,
    PersonRestored: facts<'PersonRestored'>((all, { aggregateId, metadata }) =>
      withCard((_, at) => ({ active: true, at }))(all, aggregateId, metadata.occurredAt),
    ),

    PersonLinkRequested: facts<'PersonLinkRequested'>(({ links }, { aggregateId, data: { userId }, metadata }) => ({
      links: [...links, { personLinkId: aggregateId, userId, accepted: false, at: metadata.occurredAt }],
    })),
    PersonLinkAccepted: link(true),
    PersonLinkRevoked: link(false),
  },
  sides: { organization: organizationSide, account: accountSide },
  joins: [
    { by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } },
    { by: 'userIds', side: 'account', fields: { email: 'userEmails', active: 'userActive', activeAt: 'userActiveAt' } },
  ],
  derive: (row) => {
    const accountOf = (userId: string): Account => {
      const at = row.userIds.indexOf(userId);
      return { email: row.userEmails?.[at], active: row.userActive?.[at] === true, activeAt: row.userActiveAt?.[at] };
    };
    const steps = stepsOf(row.facts, accountOf);
    return { ...row, steps, percent: Math.floor((steps.filter(({ done }) => done).length * 100) / steps.length) };
  },
  list: {
    filters: { organizationId: 'string', completed: 'boolean', percent: 'number', completedAt: 'time' },
    sorts: ['organizationName', 'percent', 'completedAt'],
    search: ['organizationName'],
    defaultSort: 'organizationName',
  },
  policy: membersSee,
  hidden: ['facts', 'userIds', 'userEmails', 'userActive', 'userActiveAt'],
});

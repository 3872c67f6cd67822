import { user, type UserEvents } from '@letopis/contexts/identity';
import {
  CompleteOnboarding,
  invitation,
  membership,
  organization,
  type InvitationEvents,
  type MembershipEvents,
  type OrganizationEvents,
} from '@letopis/contexts/organizations';
import {
  emailAddress,
  person,
  personLink,
  type EmailAddressEvents,
  type PersonEvents,
  type PersonLinkEvents,
} from '@letopis/contexts/persons';
import { after, call, derivedId, ERASED, send, type UserActor } from '@letopis/kernel';
import { facts, given, NOW, stream, when, type Fact, type Stream } from '../../../kernel/testing';
import { onboardingProgress, type OnboardingProgress } from './onboarding-progress';
import { onboardingSaga } from './onboarding.saga';
import { stepsOf, type Missing } from './steps';

const one = (name: string): UserActor => ({ kind: 'user', userId: derivedId('person', name), sessionId: derivedId('session', name) });
const anna = one('anna');
const boris = one('boris');
const organizationId = derivedId('organization', 'romashka');
const at = (hours: number) => ({ at: after(NOW, { hours }) });
const EMAIL: Readonly<Record<string, string>> = { [anna.userId]: 'anna@romashka.ru', [boris.userId]: 'boris@romashka.ru' };

const ofUser = facts<UserEvents>();
const ofOrganization = facts<OrganizationEvents>();
const ofMembership = facts<MembershipEvents>();
const ofInvitation = facts<InvitationEvents>();
const ofEmail = facts<EmailAddressEvents>();
const ofPerson = facts<PersonEvents>();
const ofLink = facts<PersonLinkEvents>();

const account = ({ userId }: UserActor, ...more: readonly Fact[]) =>
  stream(
    user,
    userId,
    ofUser('UserRegistered', { email: EMAIL[userId]!, locale: 'ru', origin: 'self' }, at(-9)),
    ofUser('UserActivated', { via: 'link' }, at(-8)),
    ...more,
  );
const waiting = ({ userId }: UserActor) =>
  stream(user, userId, ofUser('UserRegistered', { email: EMAIL[userId]!, locale: 'ru', origin: 'self' }, at(-9)));

const listed = ofOrganization(
  'OrganizationAdded',
  { kind: 'legal_entity', inn: '7707083893', displayName: 'Ромашка', addedBy: anna.userId },
  at(0),
);
const nominated = ofOrganization(
  'ClientRegistrationRequested',
  { requestId: 'r', requestedBy: anna.userId, administratorUserId: anna.userId },
  at(1),
);
const client = [
  listed,
  nominated,
  ofOrganization('OrganizationRegisteredAsClient', { requestId: 'r', registeredAt: NOW }, at(2)),
  ofOrganization('AdministratorAssigned', { userId: anna.userId, assignedBy: 'x' }, at(2)),
];
const romashka = (...more: readonly Fact[]) => stream(organization, organizationId, ...client, ...more);
const memberOf = ({ userId }: UserActor, hour: number, ...more: readonly Fact[]) =>
  stream(
    membership,
    `${organizationId}:${userId}`,
    ofMembership('MembershipGranted', { organizationId, userId, memberKind: 'employee', via: 'staff', sourceId: 'x' }, at(hour)),
    ...more,
  );
const invited = (hour: number, ...more: readonly Fact[]) =>
  stream(
    invitation,
    derivedId('invitation', 'boris'),
    ofInvitation(
      'ParticipantInvited',
      {
        organizationId,
        email: EMAIL[boris.userId]!,
        memberKind: 'employee',
        departmentIds: [],
        roleCodes: [],
        invitedBy: anna.userId,
        expiresAt: after(NOW, { days: 14 }),
      },
      at(hour),
    ),
    ...more,
  );
const found = ofInvitation('InvitedUserFound', { userId: boris.userId }, at(4));
const address = ({ userId }: UserActor, hour: number, ...more: readonly Fact[]) =>
  stream(
    emailAddress,
    derivedId('email', userId),
    ofEmail('EmailAddressAdded', { organizationId, value: EMAIL[userId]!.toUpperCase(), type: 'work' }, at(hour)),
    ...more,
  );
const card = ({ userId }: UserActor, hour: number, ...more: readonly Fact[]) =>
  stream(
    person,
    derivedId('card', userId),
    ofPerson(
      'PersonCreated',
      {
        organizationId,
        name: { lastName: 'Петров', firstName: 'Пётр' },
        employment: 'employee',
        phoneIds: [],
        emailIds: [derivedId('email', userId)],
      },
      at(hour),
    ),
    ...more,
  );
const linked = ({ userId }: UserActor, hour: number, ...more: readonly Fact[]) =>
  stream(
    personLink,
    derivedId('link', userId),
    ofLink(
      'PersonLinkRequested',
      { organizationId, personId: derivedId('card', userId), userId, userEmail: EMAIL[userId]!, requestedBy: anna.userId },
      at(hour - 1),
    ),
    ofLink('PersonLinkAccepted', { acceptedAt: NOW }, at(hour)),
    ...more,
  );

/** The document as it is folded, to be looked at. */
const progressOf = (...streams: readonly Stream[]): OnboardingProgress => {
  let document: OnboardingProgress | undefined;
  const looking = { ...onboardingProgress, derive: (row: object) => (document = onboardingProgress.derive!(row as never) as never) };
  given(looking as never as typeof onboardingProgress, ...streams);
  return document!;
};
const done = ({ steps }: OnboardingProgress) => steps.filter((step) => step.done).map(({ n }) => n);
const missing = ({ steps }: OnboardingProgress, n: number): readonly Missing[] => steps[n - 1]!.missing;

const all = [
  account(anna),
  account(boris),
  romashka(),
  memberOf(anna, 2),
  invited(3, found, ofInvitation('InvitationAccepted', { userId: boris.userId }, at(5))),
  memberOf(boris, 5),
  address(anna, 6),
  card(anna, 6),
  address(boris, 7),
  card(boris, 8),
  linked(anna, 9),
  linked(boris, 10),
];

describe('R001 The eight steps', () => {
  test.each<[string, readonly Stream[], readonly number[]]>([
    ['a listed organization', [account(anna), stream(organization, organizationId, listed)], [1, 3]],
    ['with a request', [account(anna), stream(organization, organizationId, listed, nominated)], [1, 2, 3]],
    ['a client with its administrator', [account(anna), romashka(), memberOf(anna, 2)], [1, 2, 3, 4, 6]],
    ['with an open invitation', [account(anna), romashka(), memberOf(anna, 2), invited(3)], [1, 2, 3, 4]],
    ['whose address is known', [account(anna), account(boris), romashka(), memberOf(anna, 2), invited(3, found)], [1, 2, 3, 4, 5]],
    ['with a member', [account(anna), account(boris), romashka(), memberOf(anna, 2), memberOf(boris, 5)], [1, 2, 3, 4, 5, 6]],
    ['with cards', all.slice(0, 10), [1, 2, 3, 4, 5, 6, 7]],
    ['with links', all, [1, 2, 3, 4, 5, 6, 7, 8]],
  ])('%s', (_, streams, steps) => {
    expect(done(progressOf(...streams))).toEqual(steps);
  });

  test('a step is done at the moment of the last thing that it needed, whichever way that was read', () => {
    const hours = [-8, 1, 0, 2, 4, 5, 8, 10];
    const expected = hours.map((hour) => after(NOW, { hours: hour }));
    expect(progressOf(...all).steps.map(({ doneAt }) => doneAt)).toEqual(expected);
    const accountsLast = [...all.slice(2), ...all.slice(0, 2)];
    expect(progressOf(...accountsLast).steps.map(({ doneAt }) => doneAt)).toEqual(expected);
  });

  test.each<[string, readonly Stream[], number, readonly Missing[]]>([
    [
      'the responsible person has not opened the letter',
      [waiting(anna), stream(organization, organizationId, listed)],
      1,
      [{ who: EMAIL[anna.userId], what: 'activation' }],
    ],
    ['nobody is nominated', [account(anna), stream(organization, organizationId, listed)], 2, [{ what: 'nomination' }]],
    ['it is no client yet', [account(anna), stream(organization, organizationId, listed)], 8, [{ what: 'client' }]],
    ['nobody but the administrator is there', [account(anna), romashka(), memberOf(anna, 2)], 5, [{ what: 'participant' }]],
    [
      'somebody invited has not registered',
      [account(anna), romashka(), memberOf(anna, 2), invited(3)],
      5,
      [{ who: EMAIL[boris.userId], what: 'registration' }],
    ],
    [
      'somebody invited has left the account',
      [account(anna), account(boris, ofUser('UserDeactivated', { reason: 'x' })), romashka(), memberOf(anna, 2), invited(3, found)],
      5,
      [{ who: EMAIL[boris.userId], what: 'registration' }],
    ],
    [
      'somebody invited has not come in',
      [account(anna), account(boris), romashka(), memberOf(anna, 2), invited(3, found)],
      6,
      [{ who: EMAIL[boris.userId], what: 'access' }],
    ],
    [
      'an employee is put out for a while',
      [account(anna), account(boris), romashka(), memberOf(anna, 2), memberOf(boris, 5, ofMembership('MembershipSuspended', {}))],
      6,
      [{ who: EMAIL[boris.userId], what: 'access' }],
    ],
    ['a member has no card', [...all.slice(0, 8)], 7, [{ who: EMAIL[boris.userId], what: 'card' }]],
    [
      'a member’s card is archived',
      [...all.slice(0, 9), card(boris, 8, ofPerson('PersonArchived', {}))],
      7,
      [{ who: EMAIL[boris.userId], what: 'card' }],
    ],
    [
      'a card has lost the address',
      [...all.slice(0, 9), card(boris, 8, ofPerson('PersonEmailDetached', { emailId: derivedId('email', boris.userId) }))],
      7,
      [{ who: EMAIL[boris.userId], what: 'card' }],
    ],
    [
      'the address is another one now',
      [
        ...all.slice(0, 8),
        address(boris, 7, ofEmail('EmailAddressUpdated', { changes: { value: { to: 'other@romashka.ru' } } })),
        card(boris, 8),
      ],
      7,
      [{ who: EMAIL[boris.userId], what: 'card' }],
    ],
    [
      'a link was revoked',
      [...all.slice(0, 11), linked(boris, 10, ofLink('PersonLinkRevoked', { by: 'x', reason: 'x' }))],
      8,
      [{ who: EMAIL[boris.userId], what: 'link' }],
    ],
  ])('when %s, it is said', (_, streams, n, expected) => expect(missing(progressOf(...streams), n)).toEqual(expected));

  test('a link stands for the card, and who is invited or a member no more is not waited for', () => {
    const withoutCard = [...all.slice(0, 8), ...all.slice(10)];
    expect(done(progressOf(...withoutCard))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const closed of [ofInvitation('InvitationDeclined', {}), ofInvitation('InvitationExpired', {})])
      expect(missing(progressOf(account(anna), romashka(), memberOf(anna, 2), invited(3, closed)), 5)).toEqual([{ what: 'participant' }]);
    const left = memberOf(boris, 5, ofMembership('MembershipRevoked', { by: 'x' }));
    expect(missing(progressOf(account(anna), account(boris), romashka(), memberOf(anna, 2), left), 7)).toHaveLength(1);
    const again = memberOf(boris, 5, ofMembership('MembershipSuspended', {}), ofMembership('MembershipResumed', {}));
    expect(missing(progressOf(account(anna), account(boris), romashka(), memberOf(anna, 2), again), 6)).toEqual([]);
    const asClient = memberOf(
      boris,
      5,
      ofMembership('MemberKindChanged', { memberKind: 'client' }),
      ofMembership('MembershipSuspended', {}),
    );
    expect(missing(progressOf(account(anna), account(boris), romashka(), memberOf(anna, 2), asClient), 6)).toEqual([]);
  });

  test('what an administrator has confirmed is done, and what was ready stays so', () => {
    const confirmed = [5, 6, 7, 8].map((step) => ofOrganization('OnboardingStepConfirmed', { step }, at(step)));
    const declared = progressOf(account(anna), romashka(...confirmed), memberOf(anna, 2));
    expect(done(declared)).toHaveLength(8);
    expect(declared).toMatchObject({ percent: 100, completed: false });
    const completed = ofOrganization('OrganizationOnboardingCompleted', {}, at(12));
    const ready = progressOf(...all.map((each) => (each.id === organizationId ? romashka(completed) : each)), memberOf(one('vera'), 13));
    expect(ready).toMatchObject({ completed: true, completedAt: after(NOW, { hours: 12 }), percent: 100 });
    const off = account(boris, ofUser('UserDeactivated', { reason: 'x' }));
    const later = [...all.filter(({ id }) => id !== boris.userId && id !== organizationId)];
    expect(
      progressOf(stream(organization, organizationId, ...client), off, ...later, stream(organization, organizationId, completed)).percent,
    ).toBe(100);
  });

  test('D27 an address that was forgotten is nowhere in it, also of an organization that was ready', () => {
    const forgotten = ofInvitation('InvitationForgotten', {});
    const completed = stream(organization, organizationId, ofOrganization('OrganizationOnboardingCompleted', {}));
    const progress = progressOf(
      account(anna),
      romashka(),
      invited(3),
      completed,
      stream(invitation, derivedId('invitation', 'boris'), forgotten),
    );
    expect(JSON.stringify(progress)).not.toContain(EMAIL[boris.userId]);
    expect(JSON.stringify(progress)).toContain(ERASED);
  });

  test('the steps have titles in both languages', () => {
    const { facts } = progressOf(account(anna), romashka());
    for (const { title } of stepsOf(facts, () => ({ active: false }))) expect([title.ru, title.en].every(Boolean)).toBe(true);
  });
});

describe('R001 OnboardingSaga', () => {
  const row = { organizationId, userIds: boris.userId, completed: false, steps: [{ done: true }, { done: true }] };
  const look = (told: Stream, changes: object = {}, more: readonly Fact[] = []) =>
    when(onboardingSaga, told, { rows: { onboarding_progress: [{ ...row, ...changes }] }, streams: [romashka(...more)] });
  const complete = send(CompleteOnboarding, { organizationId });

  test.each<[string, Stream]>([
    ['a confirmed step', romashka(ofOrganization('OnboardingStepConfirmed', { step: 8 }))],
    ['a member', memberOf(boris, 5)],
    ['a member who has left', memberOf(boris, 5, ofMembership('MembershipRevoked', { by: 'x' }))],
    ['an answered invitation', invited(3, ofInvitation('InvitationDeclined', {}))],
    ['a card', card(boris, 8)],
    ['a link', linked(boris, 10)],
    ['an account that is on again', account(boris, ofUser('UserDeactivated', { reason: 'x' }), ofUser('UserReactivated', {}))],
  ])('%s may be the last thing that was missing', async (_, told) => {
    await look(told).thenEffects(complete);
    await look(told, { steps: [{ done: true }, { done: false }] }).thenNothing();
    await look(told, { completed: true }).thenNothing();
  });

  test('an organization that is past it, or no client at the moment, is not looked at', async () => {
    await look(memberOf(boris, 5), {}, [ofOrganization('OrganizationOnboardingCompleted', {})]).thenNothing();
    await look(memberOf(boris, 5), {}, [ofOrganization('OrganizationSuspended', { reason: 'x' })]).thenNothing();
  });

  test('R033 the administrators are told once it is ready', async () => {
    const ready = romashka(ofOrganization('OrganizationOnboardingCompleted', {}));
    await when(onboardingSaga, ready, { streams: [account(anna)] }).thenEffects(
      call(
        'mail',
        'deliver',
        { template: 'onboarding.completed', to: EMAIL[anna.userId], locale: 'ru', data: { organization: 'Ромашка' } },
        `onboarding.completed:${anna.userId}`,
      ),
    );
  });
});

import type { UserEvents } from '@letopis/contexts/identity';
import { after, type ReadPolicy } from '@letopis/kernel';
import { facts, given, NOW, stream, type Fact } from '../../../kernel/testing';
import {
  accepted,
  account,
  accessRequestId,
  admin,
  anna,
  anonymous,
  boris,
  cancelled,
  client,
  created,
  EMAIL,
  granted,
  INN,
  itself,
  listed,
  member,
  memberOf,
  ofMembership,
  ofOrganization,
  registration_requested,
  rejected,
  request,
  requestId,
  romashka,
  STATES,
  viktor,
} from '../organizations.fixtures';
import { membership } from '../membership/membership';
import { organization } from '../organization/organization';
import { administratorsSee } from '../policies';
import { accessRequestsInbox, myAccessRequests } from './access-requests';
import { clientRegistrations } from './client-registrations';
import { memberships, organizationSelector } from './memberships';
import { cityOf, organizationLookup, organizationsRegistry } from './organizations';

const NAME = `Организация, ИНН ${INN}`;
const at = after(NOW, { hours: 1 });
const named = ofOrganization('OrganizationDetailsUpdated', { changes: { shortName: { to: 'Ромашка' } }, displayName: 'Ромашка' });
const ofUser = facts<UserEvents>();

describe('R010 organizations_registry, organization_lookup', () => {
  const row = { organizationId: romashka, kind: 'legal_entity', inn: INN, displayName: NAME, addedBy: anna.userId, addedAt: NOW };

  test.each(Object.entries(STATES).filter(([state]) => state !== 'none'))(
    'an organization that is %s is shown as such',
    (status, facts) => {
      for (const projection of [organizationsRegistry, organizationLookup])
        given(projection, itself(...facts)).thenDocument(romashka, { ...row, status });
    },
  );

  test.each([
    ['rejected', ofOrganization('ClientRegistrationRejected', { requestId, decidedBy: 'x', reason: 'x' })],
    ['withdrawn', ofOrganization('ClientRegistrationWithdrawn', { requestId })],
  ])('after a request that was %s it is listed again; resumed it is a client again', (_, decision) => {
    given(organizationsRegistry, itself(...registration_requested, decision)).thenDocument(romashka, { ...row, status: 'listed' });
    given(organizationsRegistry, itself(...STATES.suspended, ofOrganization('OrganizationResumed', {}))).thenDocument(romashka, {
      ...row,
      status: 'client',
    });
  });

  test('what becomes known is shown, with the new name', () => {
    given(organizationsRegistry, itself(...listed, named)).thenDocument(romashka, {
      ...row,
      status: 'listed',
      shortName: 'Ромашка',
      displayName: 'Ромашка',
    });
  });

  test.each([
    ['101000, г. Москва, ул. Мясницкая, д. 1', 'Москва'],
    ['420111, Татарстан Респ, г Казань, ул Баумана, д 5', 'Казань'],
    ['город Нижний Новгород, пл. Минина', 'Нижний Новгород'],
    ['Ростов-на-Дону г, ул. Садовая', 'Ростов-на-Дону'],
    ['д. Грибки, ул. Лесная', undefined],
    [undefined, undefined],
  ])('R020 the look-up tells the city: %s', (address, city) => expect(cityOf(address)).toBe(city));

  test('R020 of the look-up only clients are seen', () => {
    expect(organizationLookup.policy.see({ actor: viktor, filter: {} }, {})).toEqual({ only: { status: 'client' } });
    expect(organizationLookup.policy.see({ actor: anonymous, filter: {} }, {})).toEqual({ refused: 'FORBIDDEN' });
  });
});

describe('R013 client_registrations', () => {
  const people = [account(anna), itself(...registration_requested)];
  const row = {
    requestId,
    organizationId: romashka,
    organizationName: NAME,
    organizationInn: INN,
    requestedBy: anna.userId,
    requesterEmail: EMAIL[anna.userId],
    administratorUserId: anna.userId,
    administratorEmail: EMAIL[anna.userId],
    createdAt: NOW,
  };

  test('a request is a row, with the names of whom it concerns', () => {
    given(clientRegistrations, ...people)
      .thenDocument(requestId, { ...row, status: 'created' })
      .thenIds(requestId);
    given(clientRegistrations, ...people, itself(named)).thenDocument(requestId, {
      ...row,
      status: 'created',
      organizationName: 'Ромашка',
    });
  });

  test.each([
    ['accepted', ofOrganization('ClientRegistrationAccepted', { requestId, decidedBy: 'x' }, { at }), {}],
    [
      'rejected',
      ofOrganization('ClientRegistrationRejected', { requestId, decidedBy: 'x', reason: 'Нет устава' }, { at }),
      { reason: 'Нет устава' },
    ],
    ['withdrawn', ofOrganization('ClientRegistrationWithdrawn', { requestId }, { at }), {}],
  ])('and it tells that it was %s', (status, decision, more) => {
    given(clientRegistrations, ...people, itself(decision)).thenDocument(requestId, { ...row, status, decidedAt: at, ...more });
  });

  test('is seen by who filed it, and by the administrators of the service', () => {
    const seen = (actor: typeof anonymous) => clientRegistrations.policy.see({ actor, filter: {} }, {});
    expect([anonymous, anna, admin].map(seen)).toEqual([{ refused: 'FORBIDDEN' }, { only: { requestedBy: anna.userId } }, { only: {} }]);
  });
});

describe('R019 R021 my_access_requests, access_requests_inbox', () => {
  const row = {
    accessRequestId,
    organizationId: romashka,
    organizationName: NAME,
    requesterUserId: viktor.userId,
    scope: 'organization',
    memberId: `${romashka}:${viktor.userId}`,
    createdAt: NOW,
  };
  const email = { requesterEmail: EMAIL[viktor.userId] };
  const told = (...facts: readonly Fact[]) => [itself(...client), account(viktor), request(created(), ...facts)];

  test.each<[string, readonly Fact[], object]>([
    ['created', [], {}],
    ['accepted', [{ ...accepted, at }], { decidedAt: at, decidedBy: anna.userId, memberKind: 'employee' }],
    [
      'rejected',
      [{ ...rejected, at, data: { decidedBy: anna.userId, reason: 'Не тот отдел' } }],
      { decidedAt: at, decidedBy: anna.userId, reason: 'Не тот отдел' },
    ],
    ['cancelled', [{ ...cancelled, at }], { decidedAt: at, decidedBy: viktor.userId }],
  ])('a request that is %s is shown so on both sides', (status, decision, more) => {
    given(myAccessRequests, ...told(...decision)).thenDocument(accessRequestId, { ...row, status, ...more });
    given(accessRequestsInbox, ...told(...decision)).thenDocument(accessRequestId, { ...row, ...email, status, ...more });
  });

  test('R019 who asks sees what is open to them at present, as it is now', () => {
    const seen = (...facts: readonly Fact[]) =>
      given(myAccessRequests, ...told({ ...accepted, at }), memberOf(viktor, granted(viktor), ...facts));
    const shown = (currentAccess: object) => expect.objectContaining({ currentAccess }) as object;
    const access = { status: 'active', memberKind: 'employee', grants: [] };
    seen().thenDocument(accessRequestId, shown(access));
    seen(ofMembership('RestrictedAccessGranted', { node: 'crm' })).thenDocument(
      accessRequestId,
      shown({ ...access, grants: [{ node: 'crm' }] }),
    );
    seen(ofMembership('MembershipSuspended', {})).thenDocument(accessRequestId, shown({ ...access, status: 'suspended' }));
    seen(ofMembership('MembershipRevoked', { by: 'x' })).thenDocument(accessRequestId, shown({ ...access, status: 'revoked' }));
  });

  test('the address of the requester follows the account', () => {
    const { definition, id } = account(viktor);
    const moved = stream(definition, id, ofUser('UserEmailChanged', { oldEmail: 'x', newEmail: 'v@new.ru' }));
    given(accessRequestsInbox, ...told(), moved).thenDocument(accessRequestId, { ...row, status: 'created', requesterEmail: 'v@new.ru' });
    const erased = stream(definition, id, ofUser('UserErased', {}));
    given(accessRequestsInbox, ...told(), erased).thenDocument(accessRequestId, {
      ...row,
      status: 'created',
      requesterEmail: 'Данные удалены',
    });
  });
});

describe('R022 memberships, organization_selector', () => {
  const id = `${romashka}:${viktor.userId}`;
  const row = {
    organizationId: romashka,
    organizationName: NAME,
    userId: viktor.userId,
    memberId: id,
    memberKind: 'employee',
    status: 'active',
    isAdministrator: false,
    grants: [],
    since: NOW,
  };
  const told = (...facts: readonly Fact[]) => [itself(...listed), account(viktor), memberOf(viktor, granted(viktor), ...facts)];
  const node = ofMembership('RestrictedAccessGranted', { node: 'crm' });

  test.each<[string, readonly Fact[], object]>([
    ['granted', [], {}],
    ['changed in kind', [ofMembership('MemberKindChanged', { memberKind: 'client' })], { memberKind: 'client' }],
    ['suspended', [ofMembership('MembershipSuspended', {})], { status: 'suspended' }],
    ['resumed', [ofMembership('MembershipSuspended', {}), ofMembership('MembershipResumed', {})], {}],
    ['revoked', [node, ofMembership('MembershipRevoked', { by: 'x' })], { status: 'revoked' }],
    ['with a section', [node, node], { grants: [{ node: 'crm' }] }],
    ['with a section taken away', [node, ofMembership('RestrictedAccessRevoked', { node: 'crm' })], {}],
    ['granted again', [node, ofMembership('MembershipRevoked', { by: 'x' }), granted(viktor, 'contractor')], { memberKind: 'contractor' }],
  ])('a membership %s', (_, facts, changes) => {
    given(memberships, ...told(...facts)).thenDocument(id, { ...row, ...changes, email: EMAIL[viktor.userId] });
    given(organizationSelector, ...told(...facts)).thenDocument(id, { ...row, ...changes });
  });

  test('R014 an administrator is shown as such, whichever of assignment and membership is seen first', () => {
    const annas = `${romashka}:${anna.userId}`;
    const expected = { ...row, userId: anna.userId, memberId: annas, isAdministrator: true };
    given(organizationSelector, itself(...client)).thenDocument(annas, expected);
    given(organizationSelector, itself(...client), member(anna)).thenDocument(annas, expected);
    given(organizationSelector, member(anna), itself(...client)).thenDocument(annas, expected);
    const revoked = ofOrganization('AdministratorRevoked', { userId: anna.userId });
    given(organizationSelector, itself(...client, revoked), member(anna)).thenDocument(annas, { ...expected, isAdministrator: false });
  });
});

describe('R016 What administrators see', () => {
  const states = { organization: organization.initialState, membership: membership.initialState };
  const romashkas = {
    organization: { ...states.organization, administrators: [anna.userId] },
    membership: { ...states.membership, status: 'active' },
  };
  const see = (policy: ReadPolicy, actor: typeof anonymous, answers: object, filter: object = { organizationId: romashka }) =>
    policy.see({ actor, filter: filter as Record<string, unknown> }, answers as Record<string, unknown>);

  test.each([
    ['an administrator: the rows of the organization', anna, romashkas, { only: { organizationId: romashka } }],
    ['a member: that they are closed', boris, romashkas, { refused: 'FORBIDDEN' }],
    ['a stranger: nothing', viktor, { ...romashkas, membership: states.membership }, { refused: 'NOT_FOUND' }],
    ['an administrator of the service: all', admin, states, { only: {} }],
    ['nobody who is not signed in', anonymous, states, { refused: 'FORBIDDEN' }],
  ])('%s', (_, actor, answers, expected) => expect(see(administratorsSee, actor, answers)).toEqual(expected));

  test('without naming an organization nobody sees any', () =>
    expect(see(administratorsSee, anna, states, {})).toEqual({ refused: 'FORBIDDEN' }));

  test('they are judged by the organization that the filter names', () => {
    const needs = administratorsSee.needs!({ actor: anna, filter: { organizationId: romashka } });
    expect(needs).toMatchObject({
      organization: { of: 'organization', id: romashka },
      membership: { of: 'membership', id: `${romashka}:${anna.userId}` },
    });
  });
});

import { user, type UserEvents } from '@letopis/contexts/identity';
import { GrantMembership, invitation, type InvitationEvents, type MemberKind } from '@letopis/contexts/organizations';
import { person, personLink, type PersonEvents, type PersonLinkEvents } from '@letopis/contexts/persons';
import { derivedId, firstProviderOf, send } from '@letopis/kernel';
import { facts, stream, when, type Fact } from '../../../kernel/testing';
import { OpenClientAccount } from '../client-account/client-account';
import { CreateStaffMember, EraseStaffMember, staffMember, UpdateStaffMember, type StaffMemberEvents } from '../staff-member';
import { staffNameSaga } from './person-name.saga';
import { staffFromAccessSaga } from './provisioning.saga';

const organizationId = derivedId('organization', 'romashka');
const userId = derivedId('person', 'viktor');
const invitationId = derivedId('invitation', 'viktor');
const email = 'viktor@mail.ru';
const viktor = stream(user, userId, facts<UserEvents>()('UserRegistered', { email, locale: 'ru', origin: 'invitation' }));

const accepted = (memberKind: MemberKind) =>
  stream(
    invitation,
    invitationId,
    facts<InvitationEvents>()('ParticipantInvited', {
      organizationId,
      email,
      memberKind,
      departmentIds: ['sales'],
      roleCodes: ['sales_manager'],
      invitedBy: 'anna',
      expiresAt: '2026-03-16T09:00:00.000Z',
    }),
    facts<InvitationEvents>()('InvitationAccepted', { userId }),
  );

describe('R015 Who comes in by an invitation', () => {
  const happens = (memberKind: MemberKind) => when(staffFromAccessSaga, accepted(memberKind), { streams: [viktor] });

  test('as an employee has a work account in the departments and roles of the invitation', () =>
    happens('employee').thenEffects(
      send(CreateStaffMember, {
        staffId: derivedId('staff', invitationId),
        organizationId,
        login: email,
        email,
        departmentIds: ['sales'],
        roleCodes: ['sales_manager'],
        origin: 'invitation',
      }),
    ));

  test('as a client has a client account, as a contractor neither', async () => {
    await happens('client').thenEffects(
      send(GrantMembership, { organizationId, userId, memberKind: 'client', via: 'invitation', sourceId: invitationId }),
      send(OpenClientAccount, {
        clientAccountId: derivedId('clientAccount', invitationId),
        organizationId,
        providerId: firstProviderOf(organizationId),
        userId,
      }),
    );
    await happens('contractor').thenNothing();
  });
});

describe('R024 A staff member without a name', () => {
  const staffId = derivedId('staff', invitationId);
  const personId = derivedId('card', 'ivanov');
  const name = { lastName: 'Иванов', firstName: 'Виктор' };
  const ofStaff = facts<StaffMemberEvents>();
  const created = (fullName?: { ru: typeof name }) =>
    ofStaff('StaffMemberCreated', { organizationId, login: email, email, fullName, isDefaultAdmin: false, origin: 'invitation' });
  const staff = (...more: readonly Fact[]) => stream(staffMember, staffId, ...more, ofStaff('StaffUserLinked', { userId }));
  const card = (shown: typeof name) =>
    stream(
      person,
      personId,
      facts<PersonEvents>()('PersonCreated', { organizationId, name: shown, employment: 'employee', phoneIds: [], emailIds: [] }),
    );
  const linked = stream(
    personLink,
    derivedId('link', 'ivanov'),
    facts<PersonLinkEvents>()('PersonLinkRequested', { organizationId, personId, userId, userEmail: email, requestedBy: 'anna' }),
    facts<PersonLinkEvents>()('PersonLinkAccepted', { acceptedAt: '2026-03-02T09:00:00.000Z' }),
  );

  test('takes that of the card which the user is linked with', () =>
    when(staffNameSaga, linked, { streams: [card(name), staff(created())] }).thenEffects(
      send(UpdateStaffMember, { staffId, fullName: { ru: name } }),
    ));

  test('keeps the own one, and nobody takes that of an erased card', async () => {
    await when(staffNameSaga, linked, { streams: [card(name), staff(created({ ru: name }))] }).thenNothing();
    await when(staffNameSaga, linked, { streams: [card('Данные удалены' as never), staff(created())] }).thenNothing();
    await when(staffNameSaga, linked, { streams: [card(name)] }).thenNothing();
  });

  test('D27 is erased with the card when it has left, and stays itself while it works here', async () => {
    const erased = stream(person, personId, facts<PersonEvents>()('PersonErased', {}));
    const of = { personId, organizationId, userId };
    const rows = (status: string, link: string) => ({
      person_links: [{ ...of, personLinkId: derivedId('link', 'ivanov'), status: link }],
      staff: [{ staffId, organizationId, userId, status }],
    });
    await when(staffNameSaga, erased, { rows: rows('dismissed', 'revoked') }).thenEffects(send(EraseStaffMember, { staffId }));
    await when(staffNameSaga, erased, { rows: rows('active', 'accepted') }).thenNothing();
    await when(staffNameSaga, erased, { rows: rows('dismissed', 'rejected') }).thenNothing();
  });
});

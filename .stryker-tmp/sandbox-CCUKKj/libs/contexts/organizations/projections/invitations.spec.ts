// @ts-nocheck
import { after, emailKey, ERASED } from '@letopis/kernel';
import { given, NOW, type Fact } from '../../../kernel/testing';
import {
  account,
  anna,
  client,
  EMAIL,
  INN,
  invitationId,
  invitationOf,
  invited,
  itself,
  ofInvitation,
  romashka,
  viktor,
} from '../organizations.fixtures';
import { invitations, myInvitations } from './invitations';

const at = after(NOW, { hours: 1 });
const found = ofInvitation('InvitedUserFound', { userId: viktor.userId });

describe('R015 invitations, my_invitations', () => {
  const row = {
    invitationId,
    organizationId: romashka,
    organizationName: `Организация, ИНН ${INN}`,
    email: EMAIL[viktor.userId],
    emailKey: emailKey(EMAIL[viktor.userId]!),
    memberKind: 'employee',
    departmentIds: [],
    roleCodes: [],
    status: 'created',
    invitedBy: anna.userId,
    sentAt: NOW,
    expiresAt: after(NOW, { days: 14 }),
  };

  test.each<[string, readonly Fact[], object]>([
    ['is sent', [], {}],
    ['found its user', [found], { userId: viktor.userId }],
    [
      'was accepted',
      [ofInvitation('InvitationAccepted', { userId: viktor.userId }, { at })],
      { status: 'accepted', userId: viktor.userId, decidedAt: at },
    ],
    ['was declined', [ofInvitation('InvitationDeclined', {}, { at })], { status: 'declined', decidedAt: at }],
    ['was taken back', [ofInvitation('InvitationCancelled', { by: 'x' }, { at })], { status: 'cancelled', decidedAt: at }],
    ['has expired', [ofInvitation('InvitationExpired', {}, { at })], { status: 'expired', decidedAt: at }],
    [
      'was sent again',
      [ofInvitation('InvitationExpired', {}), ofInvitation('InvitationResent', { expiresAt: after(NOW, { days: 15 }) }, { at })],
      { sentAt: at, expiresAt: after(NOW, { days: 15 }) },
    ],
  ])('an invitation that %s', (_, facts, changes) => {
    const streams = [itself(...client), account(anna), invitationOf(invited(), ...facts)];
    given(invitations, ...streams).thenDocument(invitationId, { ...row, ...changes, inviterEmail: EMAIL[anna.userId] });
    given(myInvitations, ...streams).thenDocument(invitationId, { ...row, ...changes });
  });

  test('D27 forgotten, it tells no address; so it does where the address can be read no more', () => {
    const { emailKey: _, ...rest } = { ...row, email: ERASED };
    for (const first of [invited(), invited({ email: ERASED })])
      given(myInvitations, itself(...client), invitationOf(first, ofInvitation('InvitationForgotten', {}))).thenDocument(
        invitationId,
        rest,
      );
  });

  test('a person sees the own ones', () =>
    expect(myInvitations.policy.see({ actor: viktor, filter: {} }, {})).toEqual({ only: { userId: viktor.userId } }));
});

// @ts-nocheck
import { CloseSession, type UserEvents } from '@letopis/contexts/identity';
import { after, call, cancel, emailKey, schedule, send } from '@letopis/kernel';
import { facts, NOW, stream, when, whenTimer } from '../../../kernel/testing';
import {
  account,
  accessRequestId,
  anna,
  boris,
  client,
  EMAIL,
  granted,
  INN,
  invitationId,
  invitationOf,
  invited,
  itself,
  memberOf,
  ofInvitation,
  ofMembership,
  request,
  romashka,
  viktor,
} from '../organizations.fixtures';
import { CancelAccessRequest } from '../access-request/access-request.commands';
import { AcceptInvitation, ExpireInvitation, ForgetInvitation, NoteInvitedUser } from '../invitation/invitation';
import { GrantMembership } from '../membership/membership';
import { invitationSaga } from './invitation.saga';
import { workspaceSessionsSaga } from './workspace-sessions.saga';

const ofUser = facts<UserEvents>();
const TERM = after(NOW, { days: 14 });
const around = { streams: [itself(...client), account(anna), account(viktor)] };
const letter = (template: string, message?: string) =>
  call('mail', 'deliver', {
    template,
    to: EMAIL[viktor.userId],
    locale: 'ru',
    data: {
      organization: `Организация, ИНН ${INN}`,
      inviter: EMAIL[anna.userId],
      message,
      expiresAt: TERM,
      link: `http://localhost:3000/links/invitation?invitation=${invitationId}`,
    },
  });

describe('R015 InvitationSaga', () => {
  test('a letter with the way in goes to the address, and the term is watched', async () => {
    await when(invitationSaga, invitationOf(invited({ message: 'Ждём' })), around).thenEffects(
      letter('invitation.toRegister', 'Ждём'),
      schedule('expiry', TERM),
    );
    const known = invitationOf(invited({ userId: viktor.userId }));
    await when(invitationSaga, known, around).thenEffects(letter('invitation.toAccept'), schedule('expiry', TERM));
  });

  test('sent again, the letter tells the new term', async () => {
    const resent = ofInvitation('InvitationResent', { expiresAt: TERM });
    await when(invitationSaga, invitationOf(invited({ expiresAt: NOW }), resent), around).thenEffects(
      letter('invitation.toRegister'),
      schedule('expiry', TERM),
    );
    await whenTimer(invitationSaga, 'expiry', invitationOf(invited())).thenEffects(send(ExpireInvitation, { invitationId }));
  });

  test('accepted, it makes a member, and leaves no request of the same person open', async () => {
    const row = { accessRequestId, organizationId: romashka, requesterUserId: viktor.userId, status: 'created', scope: 'organization' };
    const rows = { access_requests_inbox: [row, { ...row, accessRequestId: boris.userId, scope: 'app:crm.settings' }] };
    const accepted = invitationOf(invited({ memberKind: 'client' }), ofInvitation('InvitationAccepted', { userId: viktor.userId }));
    await when(invitationSaga, accepted, { rows, streams: [request()] }).thenEffects(
      cancel('expiry'),
      send(GrantMembership, {
        organizationId: romashka,
        userId: viktor.userId,
        memberKind: 'client',
        via: 'invitation',
        sourceId: invitationId,
      }),
      send(CancelAccessRequest, { accessRequestId }),
    );
  });

  test.each([ofInvitation('InvitationDeclined', {}), ofInvitation('InvitationCancelled', { by: anna.userId })])(
    '$type: its term is watched no more',
    (closed) => when(invitationSaga, invitationOf(invited(), closed)).thenEffects(cancel('expiry')),
  );

  const row = { invitationId, emailKey: emailKey(EMAIL[viktor.userId]!), status: 'created', userId: viktor.userId };
  const registeredBy = (id?: string) =>
    stream(
      account(viktor).definition,
      viktor.userId,
      ofUser('UserRegistered', { email: EMAIL[viktor.userId]!, locale: 'ru', origin: id ? 'invitation' : 'self', invitationId: id }),
      ofUser('UserActivated', { via: 'link' }),
    );

  test('who registered by the invitation comes in at once; who has the address otherwise is noted', async () => {
    const rows = { invitations: [row, { ...row, invitationId: boris.userId }, { ...row, invitationId: anna.userId, status: 'expired' }] };
    const { userId } = viktor;
    const there = { rows, streams: [invitationOf(invited())] };
    await when(invitationSaga, registeredBy(invitationId), there).thenEffects(
      send(AcceptInvitation, { invitationId, userId }),
      send(NoteInvitedUser, { invitationId: boris.userId, userId }),
    );
    await when(invitationSaga, registeredBy(), there).thenEffects(
      send(NoteInvitedUser, { invitationId, userId }),
      send(NoteInvitedUser, { invitationId: boris.userId, userId }),
    );
  });

  test('D27 with an erased account the address of the invitation is forgotten', async () => {
    const { definition, id, facts: before } = account(viktor, 'deactivated');
    const gone = stream(definition, id, ...before, ofUser('UserErased', {}));
    await when(invitationSaga, gone, { rows: { invitations: [row] }, streams: [invitationOf()] }).thenEffects(
      send(ForgetInvitation, { invitationId }),
    );
  });
});

test.each([ofMembership('MembershipSuspended', {}), ofMembership('MembershipRevoked', { by: anna.userId })])(
  'D18 $type: the sessions that work in the organization are closed, others go on',
  async (ended) => {
    const row = { userId: viktor.userId, organizationId: romashka, status: 'open' };
    const user_sessions = [
      { ...row, sessionId: viktor.sessionId },
      { ...row, sessionId: boris.sessionId, organizationId: 'x' },
      { ...row, sessionId: anna.sessionId, status: 'closed' },
    ];
    await when(workspaceSessionsSaga, memberOf(viktor, granted(viktor), ended), { rows: { user_sessions } }).thenEffects(
      send(CloseSession, { sessionId: viktor.sessionId, reason: 'revoked' }),
    );
  },
);

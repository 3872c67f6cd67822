// @ts-nocheck
import { facts, NOW, stream, when, whenTimer, type Fact } from '../../../kernel/testing';
import type { UserEvents } from '@letopis/contexts/identity';
import { after, call, cancel, schedule, send } from '@letopis/kernel';
import {
  accepted,
  account,
  accessRequestId,
  anna,
  archived,
  boris,
  cancelled,
  client,
  created,
  EMAIL,
  granted,
  INN,
  itself,
  memberOf,
  ofMembership,
  ofRequest,
  rejected,
  request,
  romashka,
  viktor,
  withBoris,
} from '../organizations.fixtures';
import { CancelAccessRequest } from '../access-request/access-request.commands';
import { GrantMembership, GrantRestrictedAccess, NoteAccessRejection, RevokeRestrictedAccess } from '../membership/membership';
import { accessApprovalSaga } from './access-approval.saga';

const of = { organizationId: romashka, userId: viktor.userId };
const NAME = `Организация, ИНН ${INN}`;
const streams = [itself(...client, withBoris), account(anna), account(boris), account(viktor), memberOf(viktor)];
const letter = (who: typeof anna, template: string, data: object = {}) =>
  call(
    'mail',
    'deliver',
    { template, to: EMAIL[who.userId], locale: 'ru', data: { organization: NAME, ...data } },
    `${template}:${who.userId}`,
  );
const happens = (...requestFacts: readonly Fact[]) => when(accessApprovalSaga, request(...requestFacts), { streams });
const requester = EMAIL[viktor.userId];

describe('R021 AccessApprovalSaga', () => {
  test('R018 a request reaches every administrator', async () => {
    const about = { requester, comment: 'Новый менеджер' };
    await happens(created({ comment: 'Новый менеджер' })).thenEffects(
      letter(anna, 'accessRequest.toDecide', about),
      letter(boris, 'accessRequest.toDecide', about),
      schedule('reminder', after(NOW, { hours: 24 }), { number: 1 }),
    );
  });

  test('an administrator whose account has been erased is not written to', async () => {
    const gone = [itself(...client, withBoris), account(anna), account(boris, 'erased'), account(viktor)];
    await when(accessApprovalSaga, request(created()), { streams: gone }).thenEffects(
      letter(anna, 'accessRequest.toDecide', { requester }),
      schedule('reminder', after(NOW, { hours: 24 }), { number: 1 }),
    );
  });

  test('R022 accepted, it makes a member of the kind that was decided', async () => {
    const as = { ...accepted, data: { ...accepted.data, memberKind: 'contractor' as const } };
    await happens(created(), as).thenEffects(
      send(GrantMembership, { ...of, memberKind: 'contractor', via: 'access_request', sourceId: accessRequestId }),
      cancel('reminder'),
      letter(viktor, 'accessRequest.accepted'),
    );
  });

  test('R023 accepted for a section, it opens that section until its time', async () => {
    const validUntil = after(NOW, { days: 30 });
    const decision = ofRequest('AccessRequestAccepted', { decidedBy: anna.userId, departmentIds: [], roleCodes: [], validUntil });
    await happens(created({ scope: 'app:crm.deals' }), decision).thenCommands(
      send(GrantRestrictedAccess, { ...of, node: 'crm.deals', until: validUntil }),
    );
  });

  test('D16 rejected, it is noted before the answer, and the requester is told why', async () => {
    const note = send(NoteAccessRejection, { ...of, accessRequestId });
    await happens(created(), rejected).thenPromptly(note);
    const reasoned = ofRequest('AccessRequestRejected', { decidedBy: anna.userId, reason: 'Не тот отдел' });
    await happens(created(), reasoned).thenEffects(
      note,
      cancel('reminder'),
      letter(viktor, 'accessRequest.rejected', { reason: 'Не тот отдел' }),
    );
  });

  test('taken back, it is brought to nobody’s mind', async () => {
    await happens(created(), cancelled).thenEffects(cancel('reminder'));
  });

  const remind = (number: number, ...requestFacts: readonly Fact[]) =>
    whenTimer(accessApprovalSaga, 'reminder', request(...requestFacts), { streams, payload: { number } });

  test('D17 undecided, it is brought to mind after 24 hours and every 72 hours then, five times', async () => {
    const letters = [anna, boris].map((who) => letter(who, 'accessRequest.reminder', { requester }));
    for (const number of [1, 2, 3, 4])
      await remind(number, created()).thenEffects(...letters, schedule('reminder', after(NOW, { hours: 72 }), { number: number + 1 }));
    await remind(5, created()).thenEffects(...letters);
    for (const decision of [accepted, rejected, cancelled]) await remind(1, created(), decision).thenNothing();
  });

  test('R023 a section is closed when its time is over', async () => {
    const until = after(NOW, { days: 1 });
    const open = (data: { node: string; until?: string }) =>
      when(accessApprovalSaga, memberOf(viktor, granted(viktor), ofMembership('RestrictedAccessGranted', data)));
    await open({ node: 'crm', until }).thenEffects(schedule('restrictedUntil:crm', until, { node: 'crm' }));
    await open({ node: 'crm' }).thenEffects(cancel('restrictedUntil:crm'));
    const closed = memberOf(viktor, granted(viktor), ofMembership('RestrictedAccessRevoked', { node: 'crm' }));
    await when(accessApprovalSaga, closed).thenEffects(cancel('restrictedUntil:crm'));
    await whenTimer(accessApprovalSaga, 'restrictedUntil:crm', memberOf(viktor, granted(viktor)), { payload: { node: 'crm' } }).thenEffects(
      send(RevokeRestrictedAccess, { ...of, node: 'crm', reason: 'expired' }),
    );
  });

  test('open requests go with the user or the organization', async () => {
    const row = { accessRequestId, organizationId: romashka, requesterUserId: viktor.userId, status: 'created' };
    const rows = {
      access_requests_inbox: [
        row,
        { ...row, accessRequestId: boris.userId, status: 'rejected' },
        { ...row, accessRequestId: anna.userId, requesterUserId: anna.userId, organizationId: 'x' },
      ],
    };
    const { definition, id, facts: before } = account(viktor);
    const off = stream(definition, id, ...before, facts<UserEvents>()('UserDeactivated', { reason: 'left' }));
    const goes = send(CancelAccessRequest, { accessRequestId });
    await when(accessApprovalSaga, off, { rows, streams: [request()] }).thenEffects(goes);
    await when(accessApprovalSaga, itself(...archived), { rows, streams: [request()] }).thenEffects(goes);
  });
});

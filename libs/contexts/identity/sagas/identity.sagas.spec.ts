import { after, call, cancel, derivedId, schedule, send } from '@letopis/kernel';
import { NOW, stream, when, whenTimer, type Fact } from '../../../kernel/testing';
import {
  active,
  anna,
  anonymous,
  boris,
  deactivated,
  EMAIL,
  erased,
  neverActive,
  registered,
  session as ofSession,
  staff,
  told,
} from '../identity.fixtures';
import { EnterRoster, LeaveRoster, PLATFORM_ADMINS, roster } from '../roster/roster';
import { CloseSession, OpenSession, session, type ClosingReason } from '../session/session';
import * as commands from '../user/user.commands';
import { user } from '../user/user';
import { consentSaga } from './consent.saga';
import { credentialSaga } from './credential.saga';
import { platformSaga } from './platform.saga';
import { registrationSaga } from './registration.saga';
import { sessionSaga } from './session.saga';

const { userId } = anna;
const account = (...facts: readonly Fact[]) => stream(user, userId, ...facts);
const settings = { publicUrl: 'https://letopis.example' };
const known = { streams: [stream(session, anna.sessionId), stream(roster, PLATFORM_ADMINS)] };

describe('RegistrationSaga', () => {
  const letter = (facts: readonly Fact[]) => when(registrationSaga, account(...facts), { settings });
  const mail = {
    template: 'user.activation',
    to: EMAIL,
    locale: 'ru',
    data: { link: `https://letopis.example/links/activation?user=${userId}`, expiresAt: '2026-03-05T09:00:00.000Z' },
    secrets: { token: 'vault:token', password: 'vault:first' },
  };

  test('R004 the letter with link and password goes to the address given at registration; secrets only by reference', async () => {
    await letter(registered).thenEffects(schedule('neverActivated', after(NOW, { days: 30 })), call('mail', 'deliver', mail));
  });

  test('a further letter sets no further timer', async () => {
    const issued = { ...registered.at(-1)!, data: { ...(registered.at(-1)!.data as object), attempt: 2 } };
    await letter([...registered, issued]).thenEffects(call('mail', 'deliver', mail));
  });

  test('activation takes the timer back; staff never had one', async () => {
    await letter(active).thenEffects(cancel('neverActivated'));
    await letter(staff).thenNothing();
  });

  test.each([
    ['registered', registered, true],
    ['active', active, false],
    ['deactivated', deactivated, false],
    ['switched off before it was ever active', neverActive, true],
    ['erased', erased, false],
  ])('D01 after thirty days an account that is %s is cleared away: %p', async (_, facts, cleared) => {
    const away = [send(commands.DeactivateUser, { userId, reason: 'never_activated' }), send(commands.EraseUser, { userId })];
    await whenTimer(registrationSaga, 'neverActivated', account(...(facts as readonly Fact[]))).thenEffects(...(cleared ? away : []));
  });
});

describe('CredentialSaga', () => {
  const rows = {
    user_sessions: [
      { sessionId: anna.sessionId, userId, status: 'open', openedAt: NOW },
      { sessionId: boris.sessionId, userId, status: 'open', openedAt: NOW },
      // Signed in with the new password already, when the saga came late.
      { sessionId: derivedId('session', 'later'), userId, status: 'open', openedAt: '2026-03-02T09:00:00.001Z' },
      { sessionId: userId, userId, status: 'closed' },
      { sessionId: boris.userId, userId: boris.userId, status: 'open' },
    ],
  };
  const happens = (...facts: readonly Fact[]) => when(credentialSaga, account(...active, ...facts), { ...known, rows, settings });
  const notice = (template: string, to = EMAIL, key?: string) =>
    call('mail', 'deliver', { template, to, locale: 'ru', data: { at: NOW } }, key);
  const closes = (sessionId: string, reason: 'password_changed' | 'deactivated') => send(CloseSession, { sessionId, reason });
  const set = (reason: 'changed' | 'reset' | 'admin' | 'initial', by: Fact['by']) =>
    told('PasswordSet', { credentialVersion: 'v2', reason, mustChange: false }, { by });

  test('D08 a changed password closes all sessions but the one in which it was changed, with a letter', async () => {
    await happens(set('changed', anna)).thenEffects(closes(boris.sessionId, 'password_changed'), notice('user.passwordChanged'));
  });

  test.each(['reset', 'admin'] as const)('a password set by %s closes all sessions', async (reason) => {
    await happens(set(reason, anonymous)).thenEffects(
      closes(anna.sessionId, 'password_changed'),
      closes(boris.sessionId, 'password_changed'),
      notice('user.passwordChanged'),
    );
  });

  test('the first password closes nothing and tells nothing', async () => {
    await happens(set('initial', anonymous)).thenNothing();
  });

  test('D06 a changed address is told to both', async () => {
    await happens(told('UserEmailChanged', { oldEmail: EMAIL, newEmail: 'a@new.ru' })).thenEffects(
      closes(anna.sessionId, 'password_changed'),
      closes(boris.sessionId, 'password_changed'),
      notice('user.emailChanged', EMAIL, EMAIL),
      notice('user.emailChanged', 'a@new.ru', 'a@new.ru'),
    );
  });

  test('D07 a switched-off account has no open session, the own one neither', async () => {
    await happens(told('UserDeactivated', { reason: 'left' }, { by: anna })).thenEffects(
      closes(anna.sessionId, 'deactivated'),
      closes(boris.sessionId, 'deactivated'),
      notice('user.deactivated'),
    );
  });

  test('an account that was never activated is switched off without a letter', async () => {
    const off = account(...registered, told('UserDeactivated', { reason: 'never_activated' }));
    await when(credentialSaga, off, { ...known, rows: { user_sessions: [] } }).thenNothing();
  });

  test('a link to reset the password, and one to confirm an address, go out by letter', async () => {
    const expiresAt = after(NOW, { hours: 1 });
    const link = (kind: string) => ({ link: `https://letopis.example/links/${kind}?user=${userId}`, expiresAt });
    const secret = { tokenHash: 'hash', secretRef: 'vault:x', expiresAt };
    await happens(told('PasswordResetRequested', secret)).thenEffects(
      call('mail', 'deliver', {
        template: 'user.passwordReset',
        to: EMAIL,
        locale: 'ru',
        data: link('password'),
        secrets: { token: 'vault:x' },
      }),
    );
    await happens(told('EmailChangeRequested', { ...secret, newEmail: 'a@new.ru' })).thenEffects(
      call('mail', 'deliver', {
        template: 'user.emailChange',
        to: 'a@new.ru',
        locale: 'ru',
        data: link('email'),
        secrets: { token: 'vault:x' },
      }),
    );
    await happens(told('PasswordResetRequested', secret, { commandType: 'IssueBootstrapLink' })).thenNothing();
  });

  test('an account that has been erased meanwhile was written to at an empty address', async () => {
    const since = [told('UserDeactivated', { reason: 'left' }), told('UserErased', {})];
    const gone = { streams: [account(...since)], rows: { user_sessions: [] } };
    const secret = { tokenHash: 'hash', secretRef: 'vault:x', expiresAt: NOW };
    for (const fact of [
      set('changed', anna),
      told('PasswordResetRequested', secret),
      told('EmailChangeRequested', { ...secret, newEmail: 'a@new.ru' }),
    ]) {
      await when(credentialSaga, account(...active, fact), gone).thenNothing();
    }
    await when(registrationSaga, account(...registered), gone).thenNothing();
  });
});

describe('ConsentSaga', () => {
  test('D07 withdrawn consent is followed by erasure after thirty days, unless it is given again', async () => {
    const withdrawn = told('PersonalDataConsentWithdrawn', { policyVersion: '2026-01' });
    await when(consentSaga, account(...active, withdrawn)).thenEffects(schedule('erasure', after(NOW, { days: 30 })));
    await when(consentSaga, account(...registered.slice(0, 2))).thenEffects(cancel('erasure'));
    const erase = send(commands.EraseUser, { userId });
    await whenTimer(consentSaga, 'erasure', account(...deactivated), { dueAt: after(NOW, { days: 30 }) }).thenEffects(erase);
  });

  test('the erasure of an account that was switched on again was tried for ever', async () => {
    const on = [...deactivated, told('UserReactivated', {})];
    const dueAt = after(NOW, { days: 30 });
    await whenTimer(consentSaga, 'erasure', account(...on), { dueAt }).thenNothing();
    const offAgain = told('UserDeactivated', { reason: 'left' }, { at: after(NOW, { days: 20 }) });
    await whenTimer(consentSaga, 'erasure', account(...on, offAgain), { dueAt }).thenEffects(schedule('erasure', after(NOW, { days: 50 })));
  });
});

describe('ConsentSaga, where the account was switched on again', () => {
  const withdrawn = [
    told('PersonalDataConsentWithdrawn', { policyVersion: '2026-01' }),
    told('UserDeactivated', { reason: 'consent_withdrawn' }),
  ];
  const back = told('UserReactivated', {}, { at: after(NOW, { days: 20 }) });
  const dueAt = after(NOW, { days: 30 });
  const erase = send(commands.EraseUser, { userId });

  test('D07 who never gave the consent anew is switched off and erased on the thirtieth day', async () => {
    const off = send(commands.DeactivateUser, { userId, reason: 'consent_withdrawn' });
    await whenTimer(consentSaga, 'erasure', account(...active, ...withdrawn, back), { dueAt }).thenEffects(off, erase);
    const again = told('UserDeactivated', { reason: 'left' }, { at: after(NOW, { days: 25 }) });
    await whenTimer(consentSaga, 'erasure', account(...active, ...withdrawn, back, again), { dueAt }).thenEffects(erase);
  });

  test('D07 who gave it anew stays; a later withdrawal counts from its own day', async () => {
    const anew = told('PersonalDataConsentGiven', { policyVersion: '2026-01' }, { at: after(NOW, { days: 21 }) });
    await when(consentSaga, account(...active, ...withdrawn, back, anew)).thenEffects(cancel('erasure'));
    await whenTimer(consentSaga, 'erasure', account(...active, ...withdrawn, back, anew), { dueAt }).thenNothing();
    const late = told('PersonalDataConsentWithdrawn', { policyVersion: '2026-01' }, { at: after(NOW, { days: 22 }) });
    await whenTimer(consentSaga, 'erasure', account(...active, ...withdrawn, back, anew, late), { dueAt }).thenEffects(
      schedule('erasure', after(NOW, { days: 52 })),
    );
  });
});

describe('SessionSaga and PlatformSaga', () => {
  const { sessionId } = anna;
  const openedAt = NOW;
  const expiresAt = after(NOW, { days: 7 });
  const opened = ofSession('SessionOpened', { userId, expiresAt });
  const open = (...facts: readonly Fact[]) => stream(session, sessionId, opened, ...facts);
  const due = (dueAt: string, lastSeenAt?: string, ...facts: readonly Fact[]) =>
    whenTimer(sessionSaga, 'end', open(...facts), { dueAt, answers: { 'presence.lastSeen': lastSeenAt } });
  const close = (reason: ClosingReason) => send(CloseSession, { sessionId, reason });

  test('D08 a session is looked at when it would have lain idle for twelve hours, until it is closed', async () => {
    await when(sessionSaga, open()).thenEffects(schedule('end', after(openedAt, { hours: 12 })));
    await when(sessionSaga, open(ofSession('SessionClosed', { reason: 'signed_out' }))).thenEffects(cancel('end'));
  });

  test('D08 it is closed when nobody has used it since, and looked at again where somebody has', async () => {
    const hours = (n: number) => after(openedAt, { hours: n });
    await due(hours(12)).thenEffects(close('expired'));
    await due(hours(12), hours(5)).thenEffects(schedule('end', hours(17)));
    await due(hours(17), hours(5)).thenEffects(close('expired'));
    await due(hours(17), hours(5), ofSession('SessionClosed', { reason: 'signed_out' })).thenNothing();
  });

  test('D08 after a week it is closed however busy it is', async () => {
    await due(after(openedAt, { days: 6, hours: 20 }), after(openedAt, { days: 6, hours: 19 })).thenEffects(schedule('end', expiresAt));
    await due(expiresAt, after(openedAt, { days: 6, hours: 23 })).thenEffects(close('expired'));
  });

  test('a sign-in has its session before the caller has the answer', async () => {
    await when(sessionSaga, account(...active, told('SignedIn', { sessionId })), known).thenPromptly(
      send(OpenSession, { sessionId, userId }),
    );
  });

  const enters = send(EnterRoster, { rosterId: PLATFORM_ADMINS, memberId: userId });
  const leaves = send(LeaveRoster, { rosterId: PLATFORM_ADMINS, memberId: userId });
  const granted = told('PlatformRoleGranted', { role: 'PLATFORM_ADMIN' });
  const off = told('UserDeactivated', { reason: 'left' });

  test.each([
    ['granted', [granted], [enters]],
    ['another role', [told('PlatformRoleGranted', { role: 'AUDITOR' })], []],
    ['revoked', [granted, told('PlatformRoleRevoked', { role: 'PLATFORM_ADMIN' })], [leaves]],
    ['another role revoked', [told('PlatformRoleRevoked', { role: 'ANALYST' })], []],
    ['switched off', [granted, off], [leaves]],
    ['switched on again', [granted, off, told('UserReactivated', {})], [enters]],
    ['switched on again without the role', [off, told('UserReactivated', {})], []],
  ])('the roster of administrators follows at once: %s', async (_, facts, effects) => {
    await when(platformSaga, account(...active, ...facts), known).thenPromptly(...effects);
  });
});

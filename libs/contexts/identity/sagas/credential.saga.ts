import { call, saga, send, type Letter, type RecordedOf, type SagaReads } from '@letopis/kernel';
import { CloseSession, type ClosingReason } from '../session/session';
import type { UserSessionRow } from '../projections/sessions';
import { readerOf } from '../reader';
import { user } from '../user/user';
import type { UserEvents } from '../user/user.events';

/** Tells people what happened to their credentials, and closes the sessions that these no longer cover. */
export const credentialSaga = saga<UserEvents>()({
  name: 'CredentialSaga',

  on: {
    PasswordSet: async (event, reads) =>
      event.data.reason === 'initial'
        ? []
        : [...(await closings(event, reads, 'password_changed')), ...(await notice(event, reads, 'user.passwordChanged'))],

    UserEmailChanged: async (event, reads) => {
      const { oldEmail, newEmail } = event.data;
      return [
        ...(await closings(event, reads, 'password_changed')),
        ...(await notice(event, reads, 'user.emailChanged', oldEmail)),
        ...(await notice(event, reads, 'user.emailChanged', newEmail)),
      ];
    },

    UserDeactivated: async (event, reads) => {
      const { wasActive } = await reads.state(user, event.aggregateId);
      return [...(await closings(event, reads, 'deactivated')), ...(wasActive ? await notice(event, reads, 'user.deactivated') : [])];
    },

    UserErased: ({ aggregateId }) => [call('credentials', 'forget', { userId: aggregateId })],

    PasswordResetRequested: async ({ aggregateId, data, metadata }, reads) => {
      const { settings } = reads;
      if (metadata.commandType === 'IssueBootstrapLink') return [];
      const { email, locale, timeZone, status } = await readerOf(reads, aggregateId);
      if (status === 'erased') return [];
      const letter: Letter = {
        template: 'user.passwordReset',
        to: email,
        locale,
        timeZone,
        data: { link: `${settings.publicUrl}/links/password?user=${aggregateId}`, expiresAt: data.expiresAt },
        secrets: { token: data.secretRef },
      };
      return [call('mail', 'deliver', letter)];
    },

    EmailChangeRequested: async ({ aggregateId, data }, reads) => {
      const { settings } = reads;
      const { locale, timeZone, status } = await readerOf(reads, aggregateId);
      if (status === 'erased') return [];
      const letter: Letter = {
        template: 'user.emailChange',
        to: data.newEmail,
        locale,
        timeZone,
        data: { link: `${settings.publicUrl}/links/email?user=${aggregateId}`, expiresAt: data.expiresAt },
        secrets: { token: data.secretRef },
      };
      return [call('mail', 'deliver', letter)];
    },
  },
});

type UserEvent = RecordedOf<UserEvents, keyof UserEvents>;

/**
 * Closes the user's sessions, save the one in which the change was made, and those that were opened after it: a saga that
 * comes late must not throw out who has signed in with the new password.
 */
async function closings({ aggregateId, metadata: { actor, occurredAt } }: UserEvent, { rows }: SagaReads, reason: ClosingReason) {
  const open = await rows<UserSessionRow>('user_sessions', { userId: aggregateId, status: 'open' });
  const kept = reason !== 'deactivated' && actor.kind === 'user' && actor.userId === aggregateId ? actor.sessionId : undefined;
  return open
    .filter(({ sessionId, openedAt }) => sessionId !== kept && openedAt <= occurredAt)
    .map(({ sessionId }) => send(CloseSession, { sessionId, reason }));
}

/** Nobody writes to an account that has been erased since. */
async function notice({ aggregateId, metadata }: UserEvent, reads: SagaReads, template: string, to?: string) {
  const { email, locale, timeZone, status } = await readerOf(reads, aggregateId);
  if (status === 'erased') return [];
  const letter: Letter = { template, to: to ?? email, locale, timeZone, data: { at: metadata.occurredAt } };
  return [call('mail', 'deliver', letter, to)];
}

// @ts-nocheck
import { after, call, cancel, saga, schedule, send, type Letter } from '@letopis/kernel';
import { DeactivateUser, EraseUser } from '../user/user.commands';
import { user } from '../user/user';
import type { UserEvents } from '../user/user.events';

/** An account that nobody activated is removed after this time. */
const NEVER_ACTIVATED = { days: 30 };

/** Brings the activation letter to a new person, and clears away accounts that are never activated. */
export const registrationSaga = saga<UserEvents>()({
  name: 'RegistrationSaga',

  on: {
    ActivationIssued: async ({ aggregateId, data, metadata }, { state, settings }) => {
      const { email, locale, status } = await state(user, aggregateId);
      if (status === 'erased') return [];
      const letter: Letter = {
        template: 'user.activation',
        to: email,
        locale,
        data: { link: `${settings.publicUrl}/links/activation?user=${aggregateId}`, expiresAt: data.expiresAt },
        secrets: { token: data.secretRef, password: data.passwordRef },
      };
      // The timer first: a letter that cannot go out must not hold it back.
      return [
        ...(data.attempt === 1 ? [schedule('neverActivated', after(metadata.occurredAt, NEVER_ACTIVATED))] : []),
        call('mail', 'deliver', letter),
      ];
    },
    UserActivated: ({ data }) => (data.via === 'link' ? [cancel('neverActivated')] : []),
  },

  onTimer: {
    neverActivated: async ({ aggregateId }, { state }) => {
      const { status, wasActive } = await state(user, aggregateId);
      if (wasActive || (status !== 'registered' && status !== 'deactivated')) return [];
      return [send(DeactivateUser, { userId: aggregateId, reason: 'never_activated' }), send(EraseUser, { userId: aggregateId })];
    },
  },
});

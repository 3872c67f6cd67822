// @ts-nocheck
import { after, cancel, saga, schedule, send } from '@letopis/kernel';
import { DeactivateUser, EraseUser } from '../user/user.commands';
import { user } from '../user/user';
import type { UserEvents } from '../user/user.events';

/** Personal data outlive a withdrawn consent by this time, in which the person may come back. */
const UNTIL_ERASURE = { days: 30 };

/** Erases the personal data of those who withdrew their consent. */
export const consentSaga = saga<UserEvents>()({
  name: 'ConsentSaga',
  on: {
    PersonalDataConsentWithdrawn: ({ metadata }) => [schedule('erasure', after(metadata.occurredAt, UNTIL_ERASURE))],
    PersonalDataConsentGiven: () => [cancel('erasure')],
  },
  onTimer: {
    // The account may have been switched on since, and off again: an erasure that is refused would be tried for ever.
    // Who came back and never gave the consent anew is erased as well.
    erasure: async ({ aggregateId: userId, dueAt }, { state }) => {
      const { status, deactivatedAt = dueAt, consentWithdrawnAt } = await state(user, userId);
      if (consentWithdrawnAt !== undefined) {
        const matures = after(consentWithdrawnAt, UNTIL_ERASURE);
        if (matures > dueAt) return [schedule('erasure', matures)];
        if (status === 'active') return [send(DeactivateUser, { userId, reason: 'consent_withdrawn' }), send(EraseUser, { userId })];
      }
      if (status !== 'deactivated') return [];
      const matures = after(consentWithdrawnAt ?? deactivatedAt, UNTIL_ERASURE);
      return matures > dueAt ? [schedule('erasure', matures)] : [send(EraseUser, { userId })];
    },
  },
});

import { after, cancel, saga, schedule, send } from '@letopis/kernel';
import { EraseUser } from '../user/user.commands';
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
    erasure: async ({ aggregateId, dueAt }, { state }) => {
      const { status, deactivatedAt = dueAt } = await state(user, aggregateId);
      if (status !== 'deactivated') return [];
      const matures = after(deactivatedAt, UNTIL_ERASURE);
      return matures > dueAt ? [schedule('erasure', matures)] : [send(EraseUser, { userId: aggregateId })];
    },
  },
});

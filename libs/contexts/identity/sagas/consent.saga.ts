import { after, cancel, saga, schedule, send } from '@letopis/kernel';
import { EraseUser } from '../user/user.commands';
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
    erasure: ({ aggregateId }) => [send(EraseUser, { userId: aggregateId })],
  },
});

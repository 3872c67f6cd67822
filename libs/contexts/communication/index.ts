/** Communication: how people are told, over which channels, and what became of it. */
import { defineContext } from '@letopis/kernel';
import { communicationErrors } from './errors';
import { letters } from './letters';
import { notification } from './notification/notification';
import { notificationSettings } from './notification/settings';
import { deliveryLog, notificationCentre } from './projections/notifications';
import { inactivityEscalationSaga, notificationRoutingSaga, presenceSaga } from './sagas/delivery.saga';

export const communication = defineContext({
  name: 'communication',
  aggregates: [notification, notificationSettings],
  sagas: [notificationRoutingSaga, inactivityEscalationSaga, presenceSaga],
  projections: [notificationCentre, deliveryLog],
  errors: communicationErrors.entries,
  letters,
});

export { communicationErrors } from './errors';
export { notification, type Notification } from './notification/notification';
export * from './notification/notification.commands';
export type * from './notification/notification.events';
export { notificationSettings } from './notification/settings';
export type { Category, Channel, RoutingPolicy } from './notification/routing';

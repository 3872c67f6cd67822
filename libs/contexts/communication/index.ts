/** Communication: how people are told, over which channels, and what became of it. */
import { defineContext } from '@letopis/kernel';
import { chatUpload, conversationReader } from './conversation/chat-files';
import { conversation } from './conversation/conversation';
import { communicationErrors } from './errors';
import { letters } from './letters';
import { notification } from './notification/notification';
import { notificationSettings } from './notification/settings';
import { chatContacts, chatDialogs, chatHistory } from './projections/chat';
import { notableDays } from './projections/notable-days';
import { deliveryLog, notificationCentre } from './projections/notifications';
import { chatDeliverySaga, chatFilesSaga, chatNotificationSaga } from './sagas/chat.saga';
import { inactivityEscalationSaga, notificationRoutingSaga, presenceSaga } from './sagas/delivery.saga';
import { notableEventSaga } from './sagas/notable-event.saga';

export const communication = defineContext({
  name: 'communication',
  aggregates: [notification, notificationSettings, conversation],
  sagas: [
    notificationRoutingSaga,
    inactivityEscalationSaga,
    presenceSaga,
    chatDeliverySaga,
    chatFilesSaga,
    chatNotificationSaga,
    notableEventSaga,
  ],
  projections: [notificationCentre, deliveryLog, chatContacts, chatDialogs, chatHistory, notableDays],
  errors: communicationErrors.entries,
  letters,
  files: { readers: { conversation: conversationReader }, uploads: { chat: chatUpload } },
});

export { clientConversationId, conversation, directId } from './conversation/conversation';
export type { Conversation } from './conversation/conversation.state';
export * from './conversation/conversation.commands';
export type * from './conversation/conversation.events';
export { communicationErrors } from './errors';
export { notification, type Notification } from './notification/notification';
export * from './notification/notification.commands';
export type * from './notification/notification.events';
export { notificationSettings } from './notification/settings';
export type { Category, Channel, RoutingPolicy } from './notification/routing';

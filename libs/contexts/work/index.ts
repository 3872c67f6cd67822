/** Work: what is to be done, by whom, until when, and who looks at it. */
import { defineContext } from '@letopis/kernel';
import { calendarFeed } from './calendar-feed/calendar-feed';
import { calendarFeedSaga } from './calendar-feed/closing.saga';
import { workErrors } from './errors';
import { calendarFeeds } from './projections/calendar-feeds';
import { approvalInbox, tasks } from './projections/tasks';
import { deferralSaga } from './sagas/deferral.saga';
import { handOverSaga } from './sagas/hand-over.saga';
import { taskNotificationSaga } from './sagas/task-notification.saga';
import { taskRostersSaga } from './sagas/rosters.saga';
import { task } from './task/task';

export const work = defineContext({
  name: 'work',
  aggregates: [task, calendarFeed],
  sagas: [taskRostersSaga, taskNotificationSaga, deferralSaga, calendarFeedSaga, handOverSaga],
  projections: [tasks, approvalInbox, calendarFeeds],
  errors: workErrors.entries,
  letters: {},
});

export { workErrors } from './errors';
export * from './calendar-feed/calendar-feed';
export { task } from './task/task';
export * from './task/task.commands';
export type * from './task/task.events';
export type { Task, TaskStatus } from './task/task.state';

/** Work: what is to be done, by whom, until when, and who looks at it. */
import { defineContext } from '@letopis/kernel';
import { absenceChart, calendar, timeEntries, timeTotals } from './projections/days';
import { absences } from './absences/absences';
import { calendarEvent } from './calendar-event/calendar-event';
import { calendarFeed } from './calendar-feed/calendar-feed';
import { calendarOfPerson } from './calendar-feed/feed';
import { calendarFeedSaga } from './calendar-feed/closing.saga';
import { calendarFeeds } from './projections/calendar-feeds';
import { calendarReminderSaga } from './calendar-event/reminder.saga';
import { deputySaga } from './absences/deputy.saga';
import { workErrors } from './errors';
import { productionCalendar } from './projections/production-calendar';
import { approvalInbox, tasks } from './projections/tasks';
import { accessTasksSaga } from './sagas/access-tasks.saga';
import { deferralSaga } from './sagas/deferral.saga';
import { handOverSaga } from './sagas/hand-over.saga';
import { supportTasksSaga } from './sagas/support-tasks.saga';
import { taskNotificationSaga } from './sagas/task-notification.saga';
import { taskRostersSaga } from './sagas/rosters.saga';
import { task } from './task/task';
import { timeSheet } from './time-sheet/time-sheet';

export const work = defineContext({
  name: 'work',
  aggregates: [task, absences, calendarEvent, calendarFeed, timeSheet],
  sagas: [
    taskRostersSaga,
    taskNotificationSaga,
    deferralSaga,
    calendarFeedSaga,
    handOverSaga,
    supportTasksSaga,
    accessTasksSaga,
    deputySaga,
    calendarReminderSaga,
  ],
  projections: [tasks, approvalInbox, absenceChart, calendar, calendarFeeds, timeEntries, timeTotals],
  feeds: [calendarOfPerson],
  reports: [productionCalendar],
  errors: workErrors.entries,
  letters: {},
});

export { absenceOn, absences, AddAbsence, CancelAbsence, ChangeAbsence, type Absence, type AbsencesEvents } from './absences/absences';
export {
  calendarEvent,
  CancelCalendarEvent,
  ChangeCalendarEvent,
  CreateCalendarEvent,
  type CalendarEventEvents,
} from './calendar-event/calendar-event';
export * from './time-sheet/time-sheet';
export { workErrors } from './errors';
export * from './calendar-feed/calendar-feed';
export { task } from './task/task';
export * from './task/task.commands';
export type * from './task/task.events';
export type { Task, TaskStatus } from './task/task.state';

import { organizationErrors } from '@letopis/contexts/organizations';
import { staffErrors } from '@letopis/contexts/staff';
import { errorCatalogue, sharedErrors } from '@letopis/kernel';

const { STAFF_NOT_ACTIVE, DEPARTMENT_ARCHIVED } = staffErrors.entries;
const { ORGANIZATION_SUSPENDED, ORGANIZATION_ARCHIVED } = organizationErrors.entries;

export const workErrors = errorCatalogue(
  {
    STAFF_NOT_ACTIVE,
    DEPARTMENT_ARCHIVED,
    ORGANIZATION_SUSPENDED,
    ORGANIZATION_ARCHIVED,
    TASK_STATE: {
      status: 409,
      ru: 'Действие недоступно для задачи в статусе «{status}»',
      en: 'Not possible for a task that is «{status}»',
      // A process or a hand-over that comes to a task which has moved on meanwhile has nothing left to do.
      alreadySo: true,
    },
    ALREADY_DECIDED: { status: 409, ru: 'Решение уже принято', en: 'It has been decided already' },
    ROUND_CLOSED: { status: 409, ru: 'Согласование уже завершено', en: 'The approval is over already', alreadySo: true },
    NOT_ASSIGNEE: { status: 403, ru: 'Задачу выполняет другой сотрудник', en: 'Somebody else does the task' },
    NOT_CONTROLLER: { status: 403, ru: 'Задачу принимает контролёр', en: 'The task is accepted by its controller' },
    COMMENT_REQUIRED: { status: 422, ru: 'Укажите комментарий', en: 'Say why' },
    ASSIGNEE_REQUIRED: {
      status: 422,
      ru: 'Укажите одного исполнителя: сотрудника, отдел или роль',
      en: 'Name one assignee: a staff member, a department or a role',
    },
    CALENDAR_OWNER_NOT_APPLICABLE: {
      status: 422,
      ru: 'Владелец не указывается для личного календаря',
      en: 'A personal calendar has no other owner',
    },
    CALENDAR_OWNER_REQUIRED: { status: 422, ru: 'Укажите владельца календаря', en: 'Name the owner of the calendar' },
    PERIOD_INVALID: { status: 422, ru: 'Проверьте даты', en: 'Check the dates' },
    ABSENCE_OVERLAP: { status: 409, ru: 'Отсутствие пересекается с другим', en: 'The absence overlaps with another one' },
    TIME_LIMIT: { status: 422, ru: 'Больше 24 часов в день указать нельзя', en: 'A day has no more than 24 hours' },
    TERM_INVALID: { status: 422, ru: 'Срок уже прошёл', en: 'The term is over already' },
  },
  sharedErrors,
);

export const refusal = workErrors.refusal;

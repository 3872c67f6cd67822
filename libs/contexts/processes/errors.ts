import { documentErrors } from '@letopis/contexts/documents';
import { communicationErrors } from '@letopis/contexts/communication';
import { workErrors } from '@letopis/contexts/work';
import { errorCatalogue, sharedErrors } from '@letopis/kernel';

const { SENDER_NOT_ALLOWED } = communicationErrors.entries;
const { DOCUMENT_IN_PROCESS } = documentErrors.entries;
const { ROUND_CLOSED, COMMENT_REQUIRED } = workErrors.entries;

export const processErrors = errorCatalogue(
  {
    SENDER_NOT_ALLOWED,
    DOCUMENT_IN_PROCESS,
    ROUND_CLOSED,
    COMMENT_REQUIRED,
    DEFINITION_INVALID: { status: 422, ru: 'Шаблон содержит ошибки', en: 'The template has errors' },
    DEFINITION_TOO_LARGE: {
      status: 413,
      ru: 'Шаблон слишком велик: больше 256 КБ или слишком глубоко вложен',
      en: 'The template is too large: more than 256 KB, or nested too deep',
    },
    DEFINITION_NOT_PUBLISHED: { status: 422, ru: 'Шаблон не опубликован', en: 'The template is not published' },
    DEFINITION_CODE_TAKEN: { status: 409, ru: 'Шаблон с таким кодом уже есть', en: 'There is a template of this code already' },
    DEFINITION_ARCHIVED: { status: 409, ru: 'Шаблон в архиве', en: 'The template is archived' },
    PROCESS_ALREADY_RUNNING: {
      status: 409,
      ru: 'По этой записи процесс уже идёт',
      en: 'A process is running on this record already',
    },
    PROCESS_STATE: { status: 409, ru: 'Действие недоступно: процесс {status}', en: 'Not possible: the process is {status}' },
    SUBJECT_NOT_FITTING: {
      status: 422,
      ru: 'Процесс по этому шаблону не запускается для такой записи',
      en: 'The template is not for records of this kind',
    },
    EXIT_NOT_ALLOWED: { status: 409, ru: 'Переход на этот этап невозможен', en: 'There is no way to this stage' },
    STEPS_UNFINISHED: {
      status: 409,
      ru: 'Этап ждёт завершения задачи или согласования',
      en: 'The stage waits for a task or an approval',
    },
    CONTROL_POINT_FAILED: {
      status: 422,
      ru: 'Не выполнено условие этапа: {message}',
      en: 'A condition of the stage is not met: {message}',
    },
    DOCUMENT_REQUIRED: { status: 422, ru: 'Приложите договор', en: 'Attach the contract' },
    NOT_RESPONSIBLE: {
      status: 403,
      ru: 'Действие выполняет ответственный за этап',
      en: 'This is for whoever is responsible for the stage',
    },
    PARAM_REQUIRED: { status: 422, ru: 'Не заполнен параметр процесса «{name}»', en: 'The parameter «{name}» of the process is missing' },
    PARAM_INVALID: { status: 422, ru: 'Неверный параметр процесса «{name}»', en: 'The parameter «{name}» of the process is wrong' },
    NOT_AN_APPROVER: { status: 403, ru: 'Вы не входите в число согласующих', en: 'You are not among the approvers' },
    APPROVERS_COUNT: { status: 422, ru: 'Неверное число согласующих', en: 'Too few or too many approvers' },
    MIGRATION_IMPOSSIBLE: {
      status: 409,
      ru: 'Процесс нельзя перевести на эту версию шаблона',
      en: 'The process cannot go over to this version of the template',
    },
    STEP_NOT_FAILED: { status: 409, ru: 'У процесса нет шага с ошибкой', en: 'No step of the process has failed' },
  },
  sharedErrors,
);

export const refusal = processErrors.refusal;

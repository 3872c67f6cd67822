import { crmErrors } from '@letopis/contexts/crm';
import { errorCatalogue, sharedErrors } from '@letopis/kernel';

const { EMAIL_INVALID } = crmErrors.entries;

export const documentErrors = errorCatalogue(
  {
    DOCUMENT_TYPE_REQUIRED: { status: 422, ru: 'Сначала выберите тип документа', en: 'Choose the type of the document first' },
    DOCUMENT_STATUS_UNKNOWN: { status: 422, ru: 'У типа документа нет такого статуса', en: 'The type of the document has no such status' },
    DOCUMENT_IN_PROCESS: { status: 409, ru: 'Статусом документа управляет процесс', en: 'A process governs the status of the document' },
    DOCUMENT_ARCHIVED: { status: 409, ru: 'Документ в архиве', en: 'The document is in the archive' },
    DOCUMENT_FINAL: {
      status: 409,
      ru: 'Документ подписан — новая версия невозможна',
      en: 'The document is signed: no new version is possible',
    },
    DOCUMENT_CHANGED: {
      status: 409,
      ru: 'Появилась новая версия документа. Откройте её перед подписанием',
      en: 'There is a newer version of the document. Open it before you sign',
    },
    DOCUMENT_RECIPIENT_REQUIRED: {
      status: 422,
      ru: 'Укажите адрес: у клиента документа нет электронной почты',
      en: 'Name an address: the client of the document has no e-mail',
    },
    EMAIL_INVALID,
    SIGNER_LINK_REQUIRED: {
      status: 422,
      ru: 'Для подписи нужна связь с карточкой физического лица',
      en: 'To sign, a link with a person card is needed',
    },
    ALREADY_SIGNED: { status: 409, ru: 'Вы уже подписали эту версию', en: 'You have signed this version already' },
    DOCUMENT_TYPE_ARCHIVED: { status: 409, ru: 'Тип документа в архиве', en: 'The type of document is in the archive' },
    DOCUMENT_TYPE_INVALID: {
      status: 422,
      ru: 'Проверьте настройки типа документа: {field}',
      en: 'Check the settings of the type of document: {field}',
    },
    DOCUMENT_STATUS_IN_USE: {
      status: 409,
      ru: 'Статус используется в документах и не может быть удалён',
      en: 'Documents have the status: it cannot be taken away',
    },
    FOLDER_NOT_EMPTY: { status: 409, ru: 'Папка не пуста', en: 'The folder is not empty' },
    FOLDER_SYSTEM: { status: 409, ru: 'Системную папку нельзя удалить', en: 'A built-in folder cannot be deleted' },
    FOLDER_ACCESS_DENIED: { status: 403, ru: 'Нет доступа к папке', en: 'You have no access to the folder' },
    FOLDER_NAME_TAKEN: { status: 409, ru: 'Папка с таким названием уже есть', en: 'There is a folder of this name already' },
    FOLDER_DELETED: { status: 409, ru: 'Папка удалена', en: 'The folder is deleted' },
    FOLDER_TOO_DEEP: { status: 422, ru: 'Слишком много вложенных папок', en: 'Too many folders inside one another' },
    FOLDER_RULE_INVALID: {
      status: 422,
      ru: 'Проверьте, кому открыта папка',
      en: 'Check to whom the folder is open',
    },
  },
  sharedErrors,
);

export const refusal = documentErrors.refusal;

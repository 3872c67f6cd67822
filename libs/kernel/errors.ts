export type Language = 'ru' | 'en';

/** One row of an error catalogue. */
export interface ErrorEntry {
  /** HTTP status of the problem. */
  readonly status: number;
  /** The message in Russian and in English; `{name}` is replaced by the parameter of that name. */
  readonly ru: string;
  readonly en: string;
  /** The refusal says that what was wanted is so already: for a saga that repeats itself this is success. */
  readonly alreadySo?: boolean;
}

export type ErrorParams = Readonly<Record<string, unknown>>;

/** A refusal with a code of the catalogue. Everything else that is thrown is a defect or an outage. */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    readonly entry: ErrorEntry,
    readonly params: ErrorParams = {},
  ) {
    super(`${code}: ${fill(entry.en, params, 'en')}`);
    this.name = 'DomainError';
  }

  /** The message for a reader of the given language. */
  text(language: Language): string {
    return fill(this.entry[language], this.params, language);
  }
}

export interface ErrorCatalogue<Code extends string> {
  readonly entries: Readonly<Record<Code, ErrorEntry>>;
  /** The refusal of that code, to be thrown. */
  refusal(code: Code, params?: ErrorParams): DomainError;
}

/**
 * Makes a catalogue of refusals: own rows and those it builds upon.
 * @throws Error when a code is defined twice
 */
export function errorCatalogue<Code extends string, Base extends string = never>(
  own: Readonly<Record<Code, ErrorEntry>>,
  base?: ErrorCatalogue<Base>,
): ErrorCatalogue<Code | Base> {
  for (const code of Object.keys(own)) if (base && code in base.entries) throw new Error(`error code ${code} is defined twice`);
  const entries = { ...base?.entries, ...own } as Record<Code | Base, ErrorEntry>;
  return { entries, refusal: (code, params) => new DomainError(code, entries[code], params) };
}

/** The refusal of a code that is only known as a word (a policy's verdict, a recorded refusal). @throws Error for one of no catalogue */
export function refusalBy(entries: Readonly<Record<string, ErrorEntry>>, code: string, params?: ErrorParams): DomainError {
  const entry = Object.hasOwn(entries, code) ? entries[code] : undefined;
  if (!entry) throw new Error(`the error code ${code} is in no catalogue`);
  return new DomainError(code, entry, params);
}

const fill = (text: string, params: ErrorParams, language: Language) =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? readable(params[name], language) : whole));

/** Moments as people read them, in the zone of the product: who is refused may not have signed in, and has no other. */
function readable(value: unknown, language: Language): string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return String(value);
  const form = { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const text = new Intl.DateTimeFormat(language, { ...form, timeZone: 'Europe/Moscow' }).format(new Date(value));
  return `${text} ${language === 'ru' ? '(МСК)' : '(Moscow time)'}`;
}

/** Refusals that any context may answer with. */
export const sharedErrors = errorCatalogue({
  VALIDATION_FAILED: { status: 400, ru: 'Проверьте заполнение полей', en: 'Check the fields' },
  MALFORMED_JSON: { status: 400, ru: 'Тело запроса не является JSON-объектом', en: 'The body is not a JSON object' },
  MALFORMED_REQUEST: {
    status: 400,
    ru: 'Запрос не является правильным HTTP (буквы не из ASCII в адресе пишутся через %)',
    en: 'The request is not valid HTTP (letters outside ASCII are percent-encoded in an address)',
  },
  REQUEST_TIMEOUT: { status: 408, ru: 'Запрос не пришёл целиком вовремя', en: 'The request did not arrive whole in time' },
  HEADERS_TOO_LARGE: { status: 431, ru: 'Заголовки запроса больше допустимого размера', en: 'The headers are larger than allowed' },
  BAD_HEADER: { status: 400, ru: 'Неверный заголовок {name}', en: 'The header {name} is not valid' },
  BAD_QUERY: { status: 400, ru: 'Неверный параметр запроса {name}', en: 'The query parameter {name} is not valid' },
  NOT_AUTHENTICATED: { status: 401, ru: 'Войдите в систему', en: 'Sign in' },
  FORBIDDEN: { status: 403, ru: 'Недостаточно прав для этого действия', en: 'You have no right to do this' },
  IP_NOT_ALLOWED: { status: 403, ru: 'Вход с этого IP-адреса запрещён', en: 'Working from this IP address is not allowed' },
  SESSION_IP_MISMATCH: {
    status: 401,
    ru: 'Сессия открыта с другого адреса. Войдите снова',
    en: 'The session was opened from another address. Sign in again',
  },
  NOT_FOUND: { status: 404, ru: 'Запись не найдена', en: 'There is no such record' },
  UNKNOWN_COMMAND: { status: 404, ru: 'Нет команды «{name}»', en: 'There is no command «{name}»' },
  UNKNOWN_REGISTRY: { status: 404, ru: 'Нет реестра «{name}»', en: 'There is no registry «{name}»' },
  UNKNOWN_ADDRESS: { status: 404, ru: 'Нет такого адреса', en: 'There is nothing at this address' },
  CONCURRENT_CHANGE: {
    status: 409,
    ru: 'Данные изменил другой пользователь. Обновите страницу и повторите',
    en: 'Somebody else has changed the data. Reload and try again',
  },
  ALREADY_EXISTS: {
    status: 409,
    ru: 'Запись с таким идентификатором уже есть',
    en: 'A record with this id exists already',
    alreadySo: true,
  },
  INVALID_STATE: { status: 409, ru: 'Действие недоступно в статусе «{status}»', en: 'Not possible in the status «{status}»' },
  FEATURE_NOT_IN_EDITION: {
    status: 403,
    ru: 'Функция недоступна в вашей редакции',
    en: 'Your edition does not have this',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    ru: 'Этот ключ идемпотентности уже использован для другой команды',
    en: 'This idempotency key was used for another command',
  },
  BODY_TOO_LARGE: { status: 413, ru: 'Тело запроса больше допустимого размера', en: 'The body is larger than allowed' },
  FILE_TOO_LARGE: { status: 413, ru: 'Файл больше допустимого размера', en: 'The file is larger than allowed' },
  FILE_TYPE_NOT_ALLOWED: { status: 422, ru: 'Недопустимый тип файла', en: 'Files of this type are not allowed' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, ru: 'Ожидается тело application/json', en: 'An application/json body is expected' },
  RATE_LIMITED: {
    status: 429,
    ru: 'Слишком много попыток. Повторите через {seconds} с',
    en: 'Too many attempts. Try again in {seconds} s',
  },
  INTERNAL: {
    status: 500,
    ru: 'Внутренняя ошибка. Сообщите номер {correlationId}',
    en: 'Internal error. Please report the number {correlationId}',
  },
  CAPTCHA_UNAVAILABLE: {
    status: 503,
    ru: 'Проверка «я не робот» сейчас недоступна, повторите позже',
    en: 'The check that you are a person cannot be made at the moment, try again later',
  },
  BUSY: { status: 503, ru: 'Запись занята, повторите позже', en: 'The record is busy, try again later' },
  STOPPING: { status: 503, ru: 'Сервис перезапускается, повторите запрос', en: 'The service is about to stop, try again' },
  STORE_UNAVAILABLE: { status: 503, ru: 'Хранилище недоступно, повторите позже', en: 'The store cannot be reached, try again later' },
  PROJECTION_LAG: { status: 503, ru: 'Данные ещё обновляются, повторите позже', en: 'The read model has not caught up yet, try again' },
  PROJECTION_PARKED: { status: 503, ru: 'Запись временно недоступна', en: 'The record is temporarily not available' },
});

export type SharedCode = keyof typeof sharedErrors.entries;
export const refusal = sharedErrors.refusal;

/** Whether a check refuses nothing: for what is asked for only where the decision would go on. @throws what is no refusal */
export function passes(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

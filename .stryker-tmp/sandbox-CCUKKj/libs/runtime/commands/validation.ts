// @ts-nocheck
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { sharedErrors, type CommandClass, type DomainError, type Language } from '@letopis/kernel';

/** What is wrong with one field. */
export interface FieldError {
  /** JSON Pointer (RFC 6901) into the body. */
  readonly pointer: string;
  /** Name of the rule that the value breaks. */
  readonly rule: string;
  readonly message: Readonly<Record<Language, string>>;
}

/** A DomainError VALIDATION_FAILED whose parameters hold the field errors. */
export const validationFailed = (errors: readonly FieldError[]): DomainError => sharedErrors.refusal('VALIDATION_FAILED', { errors });

/** Levels of lists and objects in a payload; what validates it goes down by recursion. */
const DEEPEST = 20;
const TOO_DEEP = { ru: 'Слишком много уровней вложенности', en: 'There are too many levels' };

const isDeeper = (value: unknown, levels: number): boolean =>
  value !== null && typeof value === 'object' && (levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1)));

/** Names by which objects are told what they are: what turns payloads into commands would take them for that. */
const RESERVED = ['constructor', '__proto__', 'prototype'];
const RESERVED_NAME = { ru: 'Неизвестное поле', en: 'There is no such field' };

/** Pointers to fields of any depth that have such a name. */
const reserved = (value: unknown, at = ''): string[] =>
  value === null || typeof value !== 'object'
    ? []
    : Object.entries(value).flatMap(([name, member]) => [
        ...(RESERVED.includes(name) && !Array.isArray(value) ? [`${at}/${name}`] : []),
        ...reserved(member, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
      ]);

/**
 * The command that a payload says, or every way in which it is none. Unknown fields are errors.
 * @throws DomainError VALIDATION_FAILED
 */
export function parseCommand<Command extends object>(type: CommandClass<Command>, payload: unknown): Command {
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) throw sharedErrors.refusal('MALFORMED_JSON');
  if (isDeeper(payload, DEEPEST)) throw validationFailed([{ pointer: '', rule: 'depth', message: TOO_DEEP }]);
  const names = reserved(payload).map((pointer) => ({ pointer, rule: 'whitelistValidation', message: RESERVED_NAME }));
  if (names.length > 0) throw validationFailed(names);
  const command = plainToInstance(type, payload, { exposeDefaultValues: true });
  const errors = validateSync(command, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    stopAtFirstError: false,
  });
  if (errors.length > 0) throw validationFailed(errors.flatMap((error) => fieldErrors(error, '')));
  return command;
}

function fieldErrors({ property, constraints = {}, children = [] }: ValidationError, parent: string): FieldError[] {
  const pointer = `${parent}/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return [
    ...Object.entries(constraints).map(([rule, en]) => ({ pointer, rule, message: { ru: russian(rule, en), en } })),
    ...children.flatMap((child) => fieldErrors(child, pointer)),
  ];
}

/** What people read for the rules that the product's shapes use; numbers are taken from the English text. */
const RUSSIAN: Readonly<Record<string, (numbers: readonly string[]) => string>> = {
  whitelistValidation: () => 'Неизвестное поле',
  isUuid: () => 'Нужен идентификатор UUID',
  isString: () => 'Нужна строка',
  isLength: ([least, most]) => (most ? `Нужно от ${least} до ${most} символов` : `Нужно не менее ${least} символов`),
  matches: () => 'Неверный вид значения',
  isIso8601: () => 'Нужны дата и время в формате ISO 8601',
  isIn: () => 'Значение не из списка допустимых',
  isBoolean: () => 'Нужно «да» или «нет» (true, false)',
  isArray: () => 'Нужен список',
  arrayMaxSize: ([most]) => `Не более ${most} значений`,
  isObject: () => 'Нужен объект',
  isInt: () => 'Нужно целое число',
};

const russian = (rule: string, english: string) => RUSSIAN[rule]?.(english.match(/\b\d+\b/g) ?? []) ?? 'Неверное значение';

/**
 * Errors as the MongoDB server answers them: number and name from the server's `error_codes.yml`
 * (https://www.mongodb.com/docs/manual/reference/error-codes/).
 */
// @ts-nocheck

const NAMES = {
  1: 'InternalError',
  2: 'BadValue',
  9: 'FailedToParse',
  10: 'CannotMutateObject',
  11: 'UserNotFound',
  13: 'Unauthorized',
  14: 'TypeMismatch',
  15: 'Overflow',
  16: 'InvalidLength',
  18: 'AuthenticationFailed',
  20: 'IllegalOperation',
  22: 'InvalidBSON',
  26: 'NamespaceNotFound',
  27: 'IndexNotFound',
  28: 'PathNotViable',
  31: 'CannotBackfillArray',
  40: 'ConflictingUpdateOperators',
  43: 'CursorNotFound',
  48: 'NamespaceExists',
  50: 'MaxTimeMSExpired',
  52: 'DollarPrefixedFieldName',
  53: 'InvalidIdField',
  54: 'NotSingleValueField',
  56: 'EmptyFieldName',
  57: 'DottedFieldName',
  59: 'CommandNotFound',
  66: 'ImmutableField',
  67: 'CannotCreateIndex',
  71: 'ReplicaSetNotFound',
  72: 'InvalidOptions',
  73: 'InvalidNamespace',
  76: 'NoReplicationEnabled',
  85: 'IndexOptionsConflict',
  86: 'IndexKeySpecsConflict',
  96: 'OperationFailed',
  115: 'CommandNotSupported',
  121: 'DocumentValidationFailure',
  146: 'ExceededMemoryLimit',
  168: 'InvalidPipelineOperator',
  171: 'CannotIndexParallelArrays',
  175: 'QueryPlanKilled',
  197: 'InvalidIndexSpecificationOption',
  222: 'CloseChangeStream',
  237: 'CursorKilled',
  238: 'NotImplemented',
  263: 'OperationNotSupportedInTransaction',
  292: 'QueryExceededMemoryLimitNoDiskUseAllowed',
  10334: 'BSONObjectTooLarge',
  11000: 'DuplicateKey',
  14031: 'OutOfDiskSpace',
} as const;

/** A refusal with the server's code; `extra` are further fields of the answer (`keyPattern`, …). */
export class MongoError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
  }

  get codeName(): string {
    return codeNameOf(this.code);
  }
}

/** The server names codes without a name of their own `Location<code>`. */
export const codeNameOf = (code: number): string => (NAMES as Record<number, string>)[code] ?? `Location${code}`;

export const badValue = (message: string) => new MongoError(2, message);
export const failedToParse = (message: string) => new MongoError(9, message);
export const typeMismatch = (message: string) => new MongoError(14, message);

/** What went wrong, as a `MongoError`: disk trouble and engine errors get the codes that a server would give. */
export function asMongoError(cause: unknown): MongoError {
  if (cause instanceof MongoError) return cause;
  const text = textOf(cause);
  if (/disk is full|SQLITE_FULL|disk I\/O|readonly|read-only|unable to open/i.test(text))
    return new MongoError(14031, `the data file refuses writes: ${text}`);
  if (cause instanceof RangeError && /call stack/i.test(text)) return new MongoError(15, 'exceeded the depth that can be handled');
  return new MongoError(1, text);
}

// Errors of a native addon fail `instanceof Error` when a test runner gives each file a realm of its own.
const textOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'message' in cause ? String((cause as { message: unknown }).message) : String(cause);

// @ts-nocheck
import { status } from '@grpc/grpc-js';
import { RpcError } from './grpc/rpc-error';

/**
 * The errors of EventStoreDB, with its status codes, texts and trailers (Services/Transport/Grpc/RpcExceptions.cs):
 * clients make typed errors of the `exception` trailer, and people read the text.
 */
export const errors = {
  accessDenied: () => new RpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' }),

  unauthenticated: () => new RpcError(status.UNAUTHENTICATED, 'Unauthenticated'),

  timeout: (message: string) => new RpcError(status.ABORTED, `Operation timed out: ${message}`),

  /** The real server ends a live `$all` subscription so when appends outrun it; subscribing again is all it takes. */
  consumerTooSlow: () => errors.timeout('Consumer too slow to handle event while live. Client resubscription required.'),

  streamDeleted: (stream: string) =>
    new RpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': stream,
    }),

  wrongExpectedVersion: (operation: string, stream: string, expected: number, current: number) =>
    new RpcError(
      status.FAILED_PRECONDITION,
      `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${current}`,
      {
        exception: 'wrong-expected-version',
        'stream-name': stream,
        'expected-version': String(expected),
        'actual-version': String(current),
      },
    ),

  maximumAppendSizeExceeded: (size: number) =>
    new RpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${size} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(size),
    }),

  missingMetadata: (property: string) =>
    new RpcError(status.INVALID_ARGUMENT, `Required Metadata Property '${property}' is missing`, {
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    }),

  invalidArgument: (value: string, what: string) => new RpcError(status.INVALID_ARGUMENT, `'${value}' is not a valid ${what}`),

  invalidCombination: (combination: string) => new RpcError(status.INVALID_ARGUMENT, `The combination of ${combination} is invalid.`),

  /** The file could not take the write (a full disk, a file gone): nothing of the turn was kept. */
  notWritten: (cause: unknown) =>
    new RpcError(status.UNAVAILABLE, `The append could not be written: ${cause instanceof Error ? cause.message : String(cause)}`),

  persistent: {
    failed: (stream: string, group: string, reason: string) =>
      persistent(status.INTERNAL, `Subscription group ${group} on stream ${stream} failed: '${reason}'`, 'failed', stream, group, {
        reason,
      }),
    doesNotExist: (stream: string, group: string) =>
      persistent(status.NOT_FOUND, `Subscription group ${group} on stream ${stream} does not exist.`, 'does-not-exist', stream, group),
    exists: (stream: string, group: string) =>
      persistent(status.ALREADY_EXISTS, `Subscription group ${group} on stream ${stream} exists.`, 'exists', stream, group),
    dropped: (stream: string, group: string) =>
      persistent(status.CANCELLED, `Subscription group ${group} on stream ${stream} was dropped.`, 'dropped', stream, group),
    maximumSubscribersReached: (stream: string, group: string) =>
      new RpcError(status.FAILED_PRECONDITION, `Maximum subscriptions reached for subscription group ${group} on stream ${stream}.`, {
        exception: 'maximum-subscribers-reached',
        'stream-name': stream,
        'group-name': group,
      }),
  },
};

function persistent(
  code: status,
  message: string,
  kind: string,
  stream: string,
  group: string,
  more: Record<string, string> = {},
): RpcError {
  return new RpcError(code, message, { exception: `persistent-subscription-${kind}`, 'stream-name': stream, 'group-name': group, ...more });
}

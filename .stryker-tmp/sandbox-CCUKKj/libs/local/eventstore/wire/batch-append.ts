// @ts-nocheck
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import * as pb from '@eventstore/db-client/generated/streams_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import * as google from '@eventstore/db-client/generated/status_pb';
import { Code } from '@eventstore/db-client/generated/code_pb';
import { ANY, NO_STREAM, STREAM_EXISTS, type ExpectedRevision } from '../store/expected-revision';
import type { ProposedEvent } from './recorded-event';
import { FieldReader, varintSize, writeVarint } from './protobuf';
import { uuidText } from './ids';

/** One message of a `BatchAppend` call. Read by hand: it is the hottest request of all. */
export interface BatchRequest {
  /** The UUID message as it came, to be sent back. */
  correlationId: Uint8Array;
  options?: BatchOptions;
  /** Undefined where a proposed message has no `type` or no `content-type`; `flaw` then says so. */
  events: ProposedEvent[];
  flaw?: string;
  isFinal: boolean;
}

export interface BatchOptions {
  stream: string;
  expected: ExpectedRevision | undefined;
  /** Milliseconds since the epoch. */
  deadline: number | undefined;
}

export function decodeBatchRequest(bytes: Uint8Array): BatchRequest {
  const request: BatchRequest = { correlationId: new Uint8Array(0), events: [], isFinal: false };
  const fields = new FieldReader(bytes);
  while (fields.next()) {
    if (fields.field === 1) request.correlationId = fields.content;
    else if (fields.field === 2) request.options = decodeOptions(fields.inside());
    else if (fields.field === 3) {
      try {
        request.events.push(decodeProposed(fields.inside()));
      } catch (cause) {
        if (cause instanceof RangeError) throw cause;
        request.flaw ??= cause instanceof Error ? cause.message : String(cause);
      }
    } else if (fields.field === 4) request.isFinal = fields.value !== 0;
  }
  return request;
}

function decodeOptions(fields: FieldReader): BatchOptions {
  const options: BatchOptions = { stream: '', expected: undefined, deadline: undefined };
  while (fields.next()) {
    if (fields.field === 1) {
      const identifier = fields.inside();
      while (identifier.next()) if (identifier.field === 3) options.stream = identifier.text;
    } else if (fields.field === 2) options.expected = fields.value;
    else if (fields.field === 3) options.expected = NO_STREAM;
    else if (fields.field === 4) options.expected = ANY;
    else if (fields.field === 5) options.expected = STREAM_EXISTS;
    else if (fields.field === 6) options.deadline = decodeTimestamp(fields.inside());
    else if (fields.field === 7) options.deadline = Date.now() + decodeTimestamp(fields.inside()); // a Duration, of newer clients
  }
  return options;
}

function decodeTimestamp(fields: FieldReader): number {
  let milliseconds = 0;
  while (fields.next()) {
    if (fields.field === 1) milliseconds += fields.value > Number.MAX_SAFE_INTEGER ? -Infinity : fields.value * 1000;
    else if (fields.field === 2) milliseconds += fields.value / 1e6;
  }
  return milliseconds;
}

function decodeProposed(fields: FieldReader): ProposedEvent {
  const event: ProposedEvent = { id: '', type: '', isJson: false, data: NOTHING, metadata: NOTHING };
  let hasType = false;
  let hasContentType = false;
  while (fields.next()) {
    if (fields.field === 1) event.id = decodeUuid(fields);
    else if (fields.field === 2) {
      const entry = fields.inside();
      let key = '';
      let value = '';
      while (entry.next()) {
        if (entry.field === 1) key = entry.text;
        else if (entry.field === 2) value = entry.text;
      }
      if (key === 'type') {
        event.type = value;
        hasType = true;
      } else if (key === 'content-type') {
        event.isJson = value === 'application/json';
        hasContentType = true;
      }
    } else if (fields.field === 3) event.metadata = fields.content;
    else if (fields.field === 4) event.data = fields.content;
  }
  // The text of .NET's dictionary, which is what the real server answers here.
  if (!hasType) throw new Error("The given key 'type' was not present in the dictionary.");
  if (!hasContentType) throw new Error("The given key 'content-type' was not present in the dictionary.");
  if (event.id === '') throw new Error("'' is not a valid UUID");
  return event;
}

const NOTHING = new Uint8Array(0);

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function decodeUuid(fields: FieldReader): string {
  const inner = fields.inside();
  if (inner.next() && inner.field === 2) {
    const text = inner.text;
    if (UUID_TEXT.test(text)) return text;
  }
  return uuidText(shared.UUID.deserializeBinary(fields.content));
}

/** The answer to an append that was written. */
export function encodeBatchSuccess(correlationId: Uint8Array, stream: Buffer, lastRevision: number, position: number): Uint8Array {
  const revisionSize = lastRevision < 0 ? 2 : 1 + varintSize(lastRevision);
  const placeSize = position < 0 ? 0 : 2 * (1 + varintSize(position));
  const success = revisionSize + 2 + placeSize;
  const identifier = 1 + varintSize(stream.length) + stream.length;
  const size = lengthed(correlationId.length) + lengthed(success) + lengthed(identifier);
  const bytes = Buffer.allocUnsafe(size);
  let at = tag(bytes, 0, 1, correlationId.length);
  bytes.set(correlationId, at);
  at = tag(bytes, at + correlationId.length, 3, success);
  if (lastRevision < 0) at = tag(bytes, at, 2, 0);
  else {
    bytes[at] = 1 << 3;
    at = writeVarint(bytes, at + 1, lastRevision);
  }
  if (position < 0) at = tag(bytes, at, 4, 0);
  else {
    at = tag(bytes, at, 3, placeSize);
    for (const field of [1, 2]) {
      bytes[at] = field << 3;
      at = writeVarint(bytes, at + 1, position);
    }
  }
  at = tag(bytes, at, 4, identifier);
  at = tag(bytes, at, 3, stream.length);
  bytes.set(stream, at);
  return bytes;
}

const lengthed = (size: number) => 1 + varintSize(size) + size;

function tag(bytes: Buffer, at: number, field: number, size: number): number {
  bytes[at] = (field << 3) | 2;
  return writeVarint(bytes, at + 1, size);
}

/** The answer to one that was not: a `google.rpc.Status` whose detail says what happened (Transport/Grpc/Status.cs). */
export function encodeBatchError(correlationId: Uint8Array, stream: Buffer, error: google.Status): Uint8Array {
  const response = new pb.BatchAppendResp();
  if (correlationId.length) response.setCorrelationId(shared.UUID.deserializeBinary(correlationId));
  response.setError(error);
  response.setStreamIdentifier(identifierOf(stream));
  return response.serializeBinary();
}

function identifierOf(stream: Buffer): shared.StreamIdentifier {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(stream);
  return identifier;
}

function statusOf(
  code: Code,
  message: string,
  detail: { serializeBinary(): Uint8Array },
  name = `event_store.client.${message}`,
): google.Status {
  const details = new Any();
  details.pack(detail.serializeBinary(), name, 'type.googleapis.com');
  const error = new google.Status();
  error.setCode(code);
  error.setMessage(message);
  error.setDetails(details);
  return error;
}

export const batchErrors = {
  wrongExpectedVersion(current: number, expected: ExpectedRevision): google.Status {
    const detail = new shared.WrongExpectedVersion();
    if (current < 0) detail.setCurrentNoStream(new Empty());
    else detail.setCurrentStreamRevision(String(current));
    if (expected === ANY) detail.setExpectedAny(new Empty());
    else if (expected === STREAM_EXISTS) detail.setExpectedStreamExists(new Empty());
    else if (expected === NO_STREAM) detail.setExpectedNoStream(new Empty());
    else detail.setExpectedStreamPosition(String(expected));
    return statusOf(Code.ALREADY_EXISTS, 'WrongExpectedVersion', detail);
  },
  streamDeleted(stream: Buffer): google.Status {
    const detail = new shared.StreamDeleted();
    detail.setStreamIdentifier(identifierOf(stream));
    return statusOf(Code.NOT_FOUND, 'StreamDeleted', detail);
  },
  timeout: () => statusOf(Code.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout()),
  unknown: () => statusOf(Code.UNKNOWN, 'Unknown', new shared.Unknown()),
  accessDenied: () => statusOf(Code.PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied()),
  maximumAppendSizeExceeded(size: number): google.Status {
    const detail = new shared.MaximumAppendSizeExceeded();
    detail.setMaxappendsize(size);
    return statusOf(Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', detail);
  },
  badRequest(message: string): google.Status {
    const detail = new shared.BadRequest();
    detail.setMessage(message);
    return statusOf(Code.INVALID_ARGUMENT, 'BadRequest', detail);
  },
};

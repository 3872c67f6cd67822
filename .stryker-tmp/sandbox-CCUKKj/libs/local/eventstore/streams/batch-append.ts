// @ts-nocheck
import type { Status } from '@eventstore/db-client/generated/status_pb';
import type { Call } from '../grpc/call';
import type { ExpectedRevision } from '../store/expected-revision';
import type { Outcome, Writer } from '../store/writer';
import { batchErrors, encodeBatchError, encodeBatchSuccess, type BatchRequest } from '../wire/batch-append';
import type { ProposedEvent } from '../wire/recorded-event';
import { sizeOnDisk } from './append';

/** An append that came in parts and is not whole yet. */
interface Pending {
  stream: Buffer;
  name: string;
  expected: ExpectedRevision;
  deadline: number | undefined;
  events: ProposedEvent[];
  size: number;
}

/** Unfinished appends that one call may hold. */
const MAX_PENDING = 1_000;

/**
 * `Streams.BatchAppend`: many appends on one call, each answered by its correlation id when it is on disk, in any order.
 * An append is refused by an answer of its own; the call goes on (Streams.BatchAppend.cs, BatchAppendWorker).
 */
export function batchAppend(call: Call<BatchRequest>, writer: Writer, maxAppendSize: number): void {
  const pending = new Map<string, Pending>();
  let unanswered = 0;
  let ended = false;

  const refuse = (request: BatchRequest, stream: Buffer, error: Status) =>
    call.send(encodeBatchError(request.correlationId, stream, error));
  const finish = () => {
    if (ended && unanswered === 0) call.end();
  };

  call.onRequest = (request) => {
    const key = Buffer.from(request.correlationId.buffer, request.correlationId.byteOffset, request.correlationId.length).toString(
      'latin1',
    );
    let append = pending.get(key);
    if (request.options && !append) {
      const { stream: name, expected, deadline } = request.options;
      const stream = Buffer.from(name);
      if (name === '') return void refuse(request, stream, batchErrors.badRequest('Required field StreamIdentifier not set.'));
      if (expected === undefined)
        return void refuse(request, stream, batchErrors.badRequest("'None' is not a valid ExpectedStreamPositionOneofCase"));
      if (deadline !== undefined && deadline <= Date.now()) return void refuse(request, stream, batchErrors.timeout());
      append = { stream, name, expected, deadline, events: [], size: 0 };
      if (!request.isFinal) {
        if (pending.size >= MAX_PENDING)
          return void refuse(request, stream, batchErrors.badRequest(`More than ${MAX_PENDING} unfinished appends.`));
        pending.set(key, append);
      }
    }
    if (!append) return; // the rest of an append that was refused already
    const { stream, name, expected } = append;
    if (request.flaw !== undefined) {
      pending.delete(key);
      return void refuse(request, stream, batchErrors.badRequest(request.flaw));
    }
    for (const event of request.events) {
      append.size += sizeOnDisk(event);
      append.events.push(event);
    }
    if (append.size > maxAppendSize) {
      pending.delete(key);
      return void refuse(request, stream, batchErrors.maximumAppendSizeExceeded(maxAppendSize));
    }
    if (!request.isFinal) return;
    pending.delete(key);
    if (append.deadline !== undefined && append.deadline <= Date.now()) return void refuse(request, stream, batchErrors.timeout());

    unanswered++;
    let answer: () => Uint8Array;
    try {
      const outcome = writer.append(name, expected, append.events);
      answer = () => {
        if (outcome.result === 'written') return encodeBatchSuccess(request.correlationId, stream, outcome.lastRevision, outcome.position);
        return encodeBatchError(request.correlationId, stream, refusalOf(outcome, stream, expected));
      };
    } catch {
      unanswered--;
      return void refuse(request, stream, batchErrors.unknown());
    }
    writer
      .settled()
      .then(
        () => call.send(answer()),
        () => call.send(encodeBatchError(request.correlationId, stream, batchErrors.unknown())),
      )
      .finally(() => {
        unanswered--;
        finish();
      });
  };

  call.onRequestsEnd = () => {
    ended = true;
    finish();
  };
}

function refusalOf(outcome: Exclude<Outcome, { result: 'written' }>, stream: Buffer, expected: ExpectedRevision): Status {
  switch (outcome.result) {
    case 'stream-deleted':
      return batchErrors.streamDeleted(stream);
    case 'access-denied':
      return batchErrors.accessDenied();
    case 'wrong-expected-version':
      return batchErrors.wrongExpectedVersion(outcome.current, expected);
  }
}

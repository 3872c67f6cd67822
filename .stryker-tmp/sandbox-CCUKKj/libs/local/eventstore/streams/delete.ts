// @ts-nocheck
import * as pb from '@eventstore/db-client/generated/streams_pb';
import type { Answering, Call } from '../grpc/call';
import { errors } from '../errors';
import { ANY, NO_STREAM, STREAM_EXISTS, type ExpectedRevision } from '../store/expected-revision';
import type { Outcome, Writer } from '../store/writer';
import { streamName } from '../wire/ids';

/** `Streams.Delete`: the stream is not found from then on, and may be written to again. */
export function softDelete(call: Call<pb.DeleteReq>, writer: Writer): void {
  call.onRequest = (request) => {
    const options = request.getOptions();
    const stream = streamName(options?.getStreamIdentifier());
    const expected = expectedRevision(options);
    answer(call, writer, stream, expected, writer.softDelete(stream, expected), (position) => {
      const response = new pb.DeleteResp();
      response.setPosition(place(new pb.DeleteResp.Position(), position));
      return response.serializeBinary();
    });
  };
}

/** `Streams.Tombstone`: the stream is deleted for ever. */
export function tombstone(call: Call<pb.TombstoneReq>, writer: Writer): void {
  call.onRequest = (request) => {
    const options = request.getOptions();
    const stream = streamName(options?.getStreamIdentifier());
    const expected = expectedRevision(options);
    answer(call, writer, stream, expected, writer.tombstone(stream, expected), (position) => {
      const response = new pb.TombstoneResp();
      response.setPosition(place(new pb.TombstoneResp.Position(), position));
      return response.serializeBinary();
    });
  };
}

function answer(
  call: Answering,
  writer: Writer,
  stream: string,
  expected: ExpectedRevision,
  outcome: Outcome,
  written: (position: number) => Uint8Array,
): void {
  if (outcome.result === 'stream-deleted') return call.fail(errors.streamDeleted(stream));
  if (outcome.result === 'access-denied') return call.fail(errors.accessDenied());
  if (outcome.result === 'wrong-expected-version')
    return call.fail(errors.wrongExpectedVersion('Delete', stream, expected, outcome.current));
  writer.settled().then(
    () => call.end(written(outcome.position)),
    (cause) => call.fail(errors.notWritten(cause)),
  );
}

function place<Position extends pb.DeleteResp.Position | pb.TombstoneResp.Position>(position: Position, value: number): Position {
  position.setCommitPosition(String(value));
  position.setPreparePosition(String(value));
  return position;
}

function expectedRevision(options: pb.DeleteReq.Options | pb.TombstoneReq.Options | undefined): ExpectedRevision {
  if (options?.hasRevision()) return Number(options.getRevision());
  if (options?.hasNoStream()) return NO_STREAM;
  if (options?.hasAny()) return ANY;
  if (options?.hasStreamExists()) return STREAM_EXISTS;
  throw errors.invalidArgument('None', 'ExpectedStreamRevision');
}

// @ts-nocheck
import * as pb from '@eventstore/db-client/generated/streams_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import type { Call } from '../grpc/call';
import { errors } from '../errors';
import { ANY, NO_STREAM, STREAM_EXISTS, type ExpectedRevision } from '../store/expected-revision';
import type { Outcome, Writer } from '../store/writer';
import type { ProposedEvent } from '../wire/recorded-event';
import { streamName, uuidText } from '../wire/ids';

const REVISION = pb.AppendReq.Options.ExpectedStreamRevisionCase;

/** `Streams.Append`: options, then one message per event, then the answer. */
export function append(call: Call<pb.AppendReq>, writer: Writer, maxAppendSize: number): void {
  let options: pb.AppendReq.Options | undefined;
  const events: ProposedEvent[] = [];
  let size = 0;

  call.onRequest = (request) => {
    if (!options) {
      options = request.getOptions();
      if (!options) throw errors.invalidArgument('ContentCase', 'AppendReq: options come first');
      return;
    }
    const message = request.getProposedMessage();
    if (!message) throw errors.invalidArgument('ContentCase', 'AppendReq: options come once');
    const event = proposedEvent(message);
    size += sizeOnDisk(event);
    if (size > maxAppendSize) throw errors.maximumAppendSizeExceeded(maxAppendSize);
    events.push(event);
  };

  call.onRequestsEnd = () => {
    if (!options) throw errors.invalidArgument('', 'AppendReq: options come first');
    const stream = streamName(options.getStreamIdentifier());
    const expected = expectedRevision(options);
    const outcome = writer.append(stream, expected, events);
    writer.settled().then(
      () => {
        if (outcome.result === 'stream-deleted') return call.fail(errors.streamDeleted(stream));
        if (outcome.result === 'access-denied') return call.fail(errors.accessDenied());
        call.end((outcome.result === 'written' ? success(outcome) : wrongExpectedVersion(outcome.current, expected)).serializeBinary());
      },
      (cause) => call.fail(errors.notWritten(cause)),
    );
  };
}

/** What of an event counts against the maximum append size (Event.SizeOnDisk). */
export const sizeOnDisk = (event: ProposedEvent) => event.data.length + event.metadata.length + 2 * event.type.length;

/** An event out of either kind of append. @throws RpcError for a missing `type` or `content-type`. */
export function proposedEvent(message: pb.AppendReq.ProposedMessage | pb.BatchAppendReq.ProposedMessage): ProposedEvent {
  const metadata = message.getMetadataMap();
  const type = metadata.get('type');
  if (type === undefined) throw errors.missingMetadata('type');
  const contentType = metadata.get('content-type');
  if (contentType === undefined) throw errors.missingMetadata('content-type');
  return {
    id: uuidText(message.getId()),
    type,
    isJson: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function expectedRevision(options: pb.AppendReq.Options): ExpectedRevision {
  switch (options.getExpectedStreamRevisionCase()) {
    case REVISION.REVISION:
      return Number(options.getRevision());
    case REVISION.NO_STREAM:
      return NO_STREAM;
    case REVISION.ANY:
      return ANY;
    case REVISION.STREAM_EXISTS:
      return STREAM_EXISTS;
    default:
      throw errors.invalidArgument('None', 'ExpectedStreamRevision');
  }
}

function success({ lastRevision, position }: Extract<Outcome, { result: 'written' }>): pb.AppendResp {
  const answer = new pb.AppendResp.Success();
  if (lastRevision < 0) answer.setNoStream(new shared.Empty());
  else answer.setCurrentRevision(String(lastRevision));
  if (position < 0) answer.setNoPosition(new shared.Empty());
  else {
    const place = new pb.AppendResp.Position();
    place.setCommitPosition(String(position));
    place.setPreparePosition(String(position));
    answer.setPosition(place);
  }
  const response = new pb.AppendResp();
  response.setSuccess(answer);
  return response;
}

/** Both the fields of today and those of 20.6, as the real server fills them. */
function wrongExpectedVersion(current: number, expected: ExpectedRevision): pb.AppendResp {
  const answer = new pb.AppendResp.WrongExpectedVersion();
  if (current < 0) {
    answer.setCurrentNoStream(new shared.Empty());
    answer.setNoStream2060(new shared.Empty());
  } else {
    answer.setCurrentRevision(String(current));
    answer.setCurrentRevision2060(current);
  }
  if (expected === ANY) {
    answer.setExpectedAny(new shared.Empty());
    answer.setAny2060(new shared.Empty());
  } else if (expected === STREAM_EXISTS) {
    answer.setExpectedStreamExists(new shared.Empty());
    answer.setStreamExists2060(new shared.Empty());
  } else if (expected === NO_STREAM) {
    answer.setExpectedNoStream(new shared.Empty());
  } else {
    answer.setExpectedRevision(String(expected));
    answer.setExpectedRevision2060(expected);
  }
  const response = new pb.AppendResp();
  response.setWrongExpectedVersion(answer);
  return response;
}

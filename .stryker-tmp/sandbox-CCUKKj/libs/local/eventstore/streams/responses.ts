// @ts-nocheck
import * as pb from '@eventstore/db-client/generated/streams_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';

/** The answers of a read that are not events. */
export const responses = {
  confirmation(subscriptionId: string): Uint8Array {
    const confirmation = new pb.ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(subscriptionId);
    return wrapped((response) => response.setConfirmation(confirmation));
  },
  checkpoint(position: number): Uint8Array {
    const checkpoint = new pb.ReadResp.Checkpoint();
    checkpoint.setCommitPosition(String(position));
    checkpoint.setPreparePosition(String(position));
    return wrapped((response) => response.setCheckpoint(checkpoint));
  },
  caughtUp: wrapped((response) => response.setCaughtUp(new pb.ReadResp.CaughtUp())),
  fellBehind: wrapped((response) => response.setFellBehind(new pb.ReadResp.FellBehind())),
  streamNotFound(stream: string): Uint8Array {
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from(stream));
    const notFound = new pb.ReadResp.StreamNotFound();
    notFound.setStreamIdentifier(identifier);
    return wrapped((response) => response.setStreamNotFound(notFound));
  },
  firstStreamPosition: (revision: number) => wrapped((response) => response.setFirstStreamPosition(String(revision))),
  lastStreamPosition: (revision: number) => wrapped((response) => response.setLastStreamPosition(String(revision))),
  lastAllStreamPosition(position: number): Uint8Array {
    const last = new shared.AllStreamPosition();
    last.setCommitPosition(String(position));
    last.setPreparePosition(String(position));
    return wrapped((response) => response.setLastAllStreamPosition(last));
  },
};

function wrapped(fill: (response: pb.ReadResp) => void): Uint8Array {
  const response = new pb.ReadResp();
  fill(response);
  return response.serializeBinary();
}

// @ts-nocheck
import { status } from '@grpc/grpc-js';
import type * as shared from '@eventstore/db-client/generated/shared_pb';
import { RpcError } from '../grpc/rpc-error';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The canonical text of a UUID in either of its forms. @throws RpcError INVALID_ARGUMENT when it is none. */
export function uuidText(uuid: shared.UUID | undefined): string {
  const halves = uuid?.getStructured();
  if (halves) {
    const hex = [halves.getMostSignificantBits(), halves.getLeastSignificantBits()]
      .map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0'))
      .join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
  const text = (uuid?.getString() ?? '').toLowerCase();
  if (!UUID.test(text)) throw new RpcError(status.INVALID_ARGUMENT, `'${text}' is not a valid UUID`);
  return text;
}

/** The name in a stream identifier. @throws RpcError INVALID_ARGUMENT when it is missing or empty. */
export function streamName(identifier: shared.StreamIdentifier | undefined): string {
  const name = identifier ? Buffer.from(identifier.getStreamName_asU8()).toString('utf8') : '';
  if (name === '') throw new RpcError(status.INVALID_ARGUMENT, "Required field 'StreamIdentifier' not set.");
  return name;
}

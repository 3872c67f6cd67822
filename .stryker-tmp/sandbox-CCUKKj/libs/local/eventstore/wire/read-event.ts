// @ts-nocheck
import * as persistent from '@eventstore/db-client/generated/persistent_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import { recordOf } from './recorded-event';
import { varintSize, writeVarint } from './protobuf';

/** What is sent of a read: an event, or a link with the event that it leads to (none when that is gone). */
export interface ResolvedEvent {
  stored: Uint8Array;
  link?: Uint8Array;
  position: number;
}

/** `ReadResp { event { event? link commit_position } }` for a link that was followed; `retryCount` is the persistent kind's. */
export function encodeResolved(
  target: Uint8Array | undefined,
  link: Uint8Array | undefined,
  position: number,
  retryCount?: number,
): Buffer {
  const parts: Array<[field: number, bytes: Uint8Array]> = [];
  if (target) parts.push([1, recordOf(target)]);
  if (link) parts.push([2, recordOf(link)]);
  let size = 1 + varintSize(position);
  for (const [, bytes] of parts) size += 1 + varintSize(bytes.length) + bytes.length;
  // NoRetryCount is an empty message of its own (persistent.proto, ReadEvent.count).
  if (retryCount !== undefined) size += retryCount > 0 ? 1 + varintSize(retryCount) : 2;
  const out = Buffer.allocUnsafe(1 + varintSize(size) + size);
  out[0] = (1 << 3) | 2;
  let at = writeVarint(out, 1, size);
  for (const [field, bytes] of parts) {
    out[at] = (field << 3) | 2;
    at = writeVarint(out, at + 1, bytes.length);
    out.set(bytes, at);
    at += bytes.length;
  }
  out[at++] = 3 << 3;
  at = writeVarint(out, at, position);
  if (retryCount !== undefined) {
    if (retryCount > 0) {
      out[at++] = 5 << 3;
      writeVarint(out, at, retryCount);
    } else {
      out[at++] = (6 << 3) | 2;
      out[at] = 0;
    }
  }
  return out;
}

/**
 * The same response with ids as two 64-bit integers, for clients that ask for `UUIDOption.structured`. It is read as the
 * persistent kind, which has all that the other has and the count of tries.
 */
export function withStructuredIds(response: Uint8Array): Uint8Array {
  const message = persistent.ReadResp.deserializeBinary(response);
  const event = message.getEvent();
  for (const record of [event?.getEvent(), event?.getLink()]) {
    const id = record?.getId();
    if (id) record?.setId(structured(id.getString()));
  }
  return message.serializeBinary();
}

/** A UUID as protobuf's structured form, most significant bits first (shared.proto). */
export function structured(id: string): shared.UUID {
  const hex = id.replaceAll('-', '');
  const halves = new shared.UUID.Structured();
  halves.setMostSignificantBits(BigInt.asIntN(64, BigInt(`0x${hex.slice(0, 16)}`)).toString());
  halves.setLeastSignificantBits(BigInt.asIntN(64, BigInt(`0x${hex.slice(16)}`)).toString());
  const uuid = new shared.UUID();
  uuid.setStructured(halves);
  return uuid;
}

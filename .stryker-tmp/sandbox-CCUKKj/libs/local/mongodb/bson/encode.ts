// @ts-nocheck
import { BSON } from 'mongodb';
import { MongoError } from '../errors';
import { asBuffer, decodeElement, elements } from './decode';
import type { Document, Value } from './value';

/** The largest document that is stored (https://www.mongodb.com/docs/manual/reference/limits/). */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** Answers may be a little larger than a document. */
export const MAX_REPLY_BYTES = MAX_DOCUMENT_BYTES + 16 * 1024;

export function encodeDocument(document: Document): Buffer {
  return asBuffer(BSON.serialize(document, { ignoreUndefined: true }));
}

/** Refuses a document over 16 MB with the server's code and text. */
export function checkSize(bytes: Uint8Array): void {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new MongoError(
      10334,
      `BSONObj size: ${bytes.length} (0x${bytes.length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}(16MB)`,
    );
  }
}

const ID = Buffer.from('_id\0', 'latin1');

/** Does the document begin with `_id`, as stored documents do? */
export const startsWithId = (bytes: Uint8Array): boolean => bytes[5] === 0x5f && bytes[6] === 0x69 && bytes[7] === 0x64 && bytes[8] === 0;

export interface Identified {
  bytes: Buffer;
  id: Value;
}

/**
 * The document with `_id` as its first field, as the server stores it; `makeId` gives the missing one.
 * Works on bytes, so a document that is written but not looked into is never decoded.
 */
export function withId(bytes: Uint8Array, makeId: () => Value): Identified {
  const buffer = asBuffer(bytes);
  for (const element of elements(buffer)) {
    if (element.name !== '_id') continue;
    const id = decodeElement(buffer, element);
    if (element.start === 4) return { bytes: buffer, id };
    return {
      id,
      bytes: framed([
        buffer.subarray(element.start, element.end),
        buffer.subarray(4, element.start),
        buffer.subarray(element.end, buffer.length - 1),
      ]),
    };
  }
  const id = makeId();
  return { id, bytes: framed([elementOf(id), buffer.subarray(4, buffer.length - 1)]) };
}

/** `_id` as an element's bytes. */
const elementOf = (id: Value): Buffer => {
  const alone = encodeDocument({ _id: id });
  return alone.subarray(4, alone.length - 1);
};

function framed(parts: Buffer[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 5);
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeInt32LE(size, 0);
  let at = 4;
  for (const part of parts) at += part.copy(bytes, at);
  bytes[at] = 0;
  return bytes;
}

/** An answer with documents that are already bytes: `{ cursor: { <batchName>: […], id, ns }, ok: 1 }`. */
export function encodeCursorReply(batchName: 'firstBatch' | 'nextBatch', batch: readonly Uint8Array[], id: bigint, ns: string): Buffer {
  const tail = cursorTail(id, ns);
  const name = Buffer.from(`${batchName}\0`, 'latin1');
  let arraySize = 5;
  for (let i = 0; i < batch.length; i++) arraySize += 2 + digits(i) + batch[i].length;
  const cursorSize = 4 + 1 + name.length + arraySize + (tail.length - 5) + 1;
  const ok = OK_DOCUMENT;
  const bytes = Buffer.allocUnsafe(4 + 1 + 7 + cursorSize + (ok.length - 5) + 1);
  let at = bytes.writeInt32LE(bytes.length, 0);
  bytes[at++] = 0x03;
  at += bytes.write('cursor\0', at, 'latin1');
  at = bytes.writeInt32LE(cursorSize, at);
  bytes[at++] = 0x04;
  at += name.copy(bytes, at);
  at = bytes.writeInt32LE(arraySize, at);
  for (let i = 0; i < batch.length; i++) {
    bytes[at++] = 0x03;
    at += bytes.write(`${i}\0`, at, 'latin1');
    bytes.set(batch[i], at);
    at += batch[i].length;
  }
  bytes[at++] = 0;
  at += tail.copy(bytes, at, 4);
  at += ok.copy(bytes, at, 4);
  return bytes;
}

const digits = (n: number): number => (n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : n < 10_000 ? 4 : n < 100_000 ? 5 : n < 1_000_000 ? 6 : 7);

/** `{ id, ns }` as bytes. */
function cursorTail(id: bigint, ns: string): Buffer {
  const length = Buffer.byteLength(ns);
  const bytes = Buffer.allocUnsafe(4 + 1 + 3 + 8 + 1 + 3 + 4 + length + 1 + 1);
  let at = bytes.writeInt32LE(bytes.length, 0);
  bytes[at++] = 0x12;
  at += bytes.write('id\0', at, 'latin1');
  at = bytes.writeBigInt64LE(id, at);
  bytes[at++] = 0x02;
  at += bytes.write('ns\0', at, 'latin1');
  at = bytes.writeInt32LE(length + 1, at);
  at += bytes.write(ns, at);
  bytes[at++] = 0;
  bytes[at] = 0;
  return bytes;
}

/** Servers answer `ok` as a double. */
export const OK = new BSON.Double(1);
const OK_DOCUMENT = encodeDocument({ ok: OK });

export { ID as ID_NAME };

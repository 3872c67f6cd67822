// @ts-nocheck
import { asBuffer, decodeDocument, decodeElement, documentEnd, elements, int32At } from '../bson/decode';
import { encodeDocument } from '../bson/encode';
import { type Document, put } from '../bson/value';
import { MongoError } from '../errors';

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
export const OpCode = { reply: 1, query: 2004, compressed: 2012, message: 2013 } as const;

export const MAX_MESSAGE_BYTES = 48_000_000;
/** Writes may exceed the limit by the command around them. */
export const MAX_FRAME_BYTES = MAX_MESSAGE_BYTES + 16 * 1024;
export const HEADER_BYTES = 16;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Bits 0 to 15 must be understood; the rest may be ignored. */
const REQUIRED_BITS = 0xffff;

export interface Header {
  length: number;
  requestId: number;
  opCode: number;
}

export const readHeader = (bytes: Uint8Array): Header => ({
  length: int32At(bytes, 0),
  requestId: int32At(bytes, 4),
  opCode: int32At(bytes, 12),
});

/** A command as it came: its fields decoded, but long lists of documents left as bytes. */
export interface CommandMessage {
  body: Document;
  /** `documents`, `updates`, `deletes`: each document's own bytes. */
  sequences: Map<string, Buffer[]>;
  /** The client waits for no answer. */
  unacknowledged: boolean;
}

const RAW_LISTS = new Set(['documents', 'updates', 'deletes']);

/** Parses OP_MSG. Throws `MongoError` for what cannot be understood. */
export function parseMessage(message: Buffer): CommandMessage {
  if (message.length < HEADER_BYTES + 5) throw new MongoError(9, 'an OP_MSG is cut short');
  const flags = message.readUInt32LE(HEADER_BYTES);
  if ((flags & REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) !== 0)
    throw new MongoError(9, `OP_MSG flags contain an unknown required bit: ${flags & REQUIRED_BITS}`);
  const end = message.length - (flags & CHECKSUM_PRESENT ? 4 : 0);
  const sequences = new Map<string, Buffer[]>();
  let body: Document | undefined;
  let at = HEADER_BYTES + 4;
  while (at < end) {
    const kind = message[at++];
    if (kind === 0) {
      if (body) throw new MongoError(40430, 'Multiple body sections in message');
      const bodyEnd = documentEnd(message, at, end);
      body = decodeBody(message.subarray(at, bodyEnd), sequences);
      at = bodyEnd;
    } else if (kind === 1) at = parseSequence(message, at, end, sequences);
    else throw new MongoError(40432, `Unknown section kind ${kind}`);
  }
  if (!body) throw new MongoError(40587, 'OP_MSG messages must have a body');
  return { body, sequences, unacknowledged: (flags & MORE_TO_COME) !== 0 };
}

function parseSequence(message: Buffer, start: number, limit: number, into: Map<string, Buffer[]>): number {
  if (start + 5 > limit) throw new MongoError(9, 'a document sequence is cut short');
  const end = start + int32At(message, start);
  const nameEnd = message.indexOf(0, start + 4);
  if (end > limit || end < start + 5 || nameEnd < 0 || nameEnd >= end)
    throw new MongoError(9, 'a document sequence does not fit its message');
  const name = message.toString('utf8', start + 4, nameEnd);
  if (into.has(name)) throw new MongoError(40431, `Duplicate document sequence: ${name}`);
  const documents: Buffer[] = [];
  for (let at = nameEnd + 1; at < end;) {
    const next = documentEnd(message, at, end);
    documents.push(message.subarray(at, next));
    at = next;
  }
  into.set(name, documents);
  return end;
}

function decodeBody(bytes: Buffer, sequences: Map<string, Buffer[]>): Document {
  const body: Document = {};
  for (const element of elements(bytes)) {
    if (element.type === 4 && RAW_LISTS.has(element.name) && !sequences.has(element.name)) {
      sequences.set(element.name, rawItems(bytes.subarray(element.at, element.end), element.name));
    } else put(body, element.name, decodeElement(bytes, element));
  }
  return body;
}

function rawItems(array: Buffer, name: string): Buffer[] {
  const items: Buffer[] = [];
  for (const { type, at, end } of elements(array)) {
    if (type !== 3) throw new MongoError(14, `BSON field '${name}.${items.length}' is the wrong type, expected type 'object'`);
    items.push(array.subarray(at, documentEnd(array, at, end)));
  }
  return items;
}

/** The oldest handshake: a query of `admin.$cmd`. */
export function parseQuery(message: Buffer): { collection: string; query: Document } {
  const nameEnd = message.indexOf(0, HEADER_BYTES + 4);
  if (nameEnd < 0) throw new MongoError(9, 'an OP_QUERY is cut short');
  const at = nameEnd + 1 + 8;
  return {
    collection: message.toString('utf8', HEADER_BYTES + 4, nameEnd),
    query: decodeDocument(message.subarray(at, documentEnd(message, at))),
  };
}

const SMALL = 16 * 1024;
let nextRequestId = 1;

function header(length: number, responseTo: number, opCode: number, extra: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + extra);
  bytes.writeInt32LE(length, 0);
  bytes.writeInt32LE((nextRequestId = (nextRequestId + 1) & 0x7fffffff), 4);
  bytes.writeInt32LE(responseTo, 8);
  bytes.writeInt32LE(opCode, 12);
  return bytes;
}

/** An OP_MSG answer: its parts to be written one after the other. */
export function messageReply(responseTo: number, reply: Document | Buffer): Buffer[] {
  const body = Buffer.isBuffer(reply) ? reply : encodeDocument(reply);
  const head = header(HEADER_BYTES + 5 + body.length, responseTo, OpCode.message, 5);
  // One write of a small answer is cheaper than two.
  return body.length < SMALL ? [Buffer.concat([head, body])] : [head, body];
}

/** An OP_REPLY to an OP_QUERY. */
export function queryReply(responseTo: number, reply: Document): Buffer[] {
  const body = asBuffer(encodeDocument(reply));
  const head = header(HEADER_BYTES + 20 + body.length, responseTo, OpCode.reply, 20);
  head.writeInt32LE(8, 16); // AwaitCapable, as servers set it
  head.writeInt32LE(1, 32);
  return [head, body];
}

// @ts-nocheck
import { BSON } from 'mongodb';
import { MongoError } from '../errors';
import { type Document, double, put, type Value } from './value';

const MAX_DEPTH = 180;
const invalid = (why: string) => new MongoError(22, `invalid BSON: ${why}`);

const f64 = new Float64Array(1);
const f64Bytes = new Uint8Array(f64.buffer);

export const int32At = (bytes: Uint8Array, at: number): number =>
  bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);

export function doubleAt(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 8; i++) f64Bytes[i] = bytes[at + i];
  return f64[0];
}

const int64At = (bytes: Buffer, at: number): bigint => bytes.readBigInt64LE(at);

/** A view of any bytes as a Buffer, without copying. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Checks a document's frame (https://bsonspec.org/spec.html) and gives where it ends. */
export function documentEnd(bytes: Uint8Array, at: number, limit = bytes.length): number {
  if (at + 5 > limit) throw invalid('a document is cut short');
  const size = int32At(bytes, at);
  const end = at + size;
  if (size < 5 || end > limit || bytes[end - 1] !== 0) throw invalid(`a document's length ${size} does not fit`);
  return end;
}

/** Decodes one document. Throws `InvalidBSON` (22) for anything malformed. */
export function decodeDocument(bytes: Uint8Array, at = 0): Document {
  const buffer = asBuffer(bytes);
  return decodeObject(buffer, at, documentEnd(buffer, at), 0);
}

/** Decodes only the named top-level fields; the rest is stepped over. */
export function decodeFields(bytes: Uint8Array, names: ReadonlySet<string>): Document {
  const buffer = asBuffer(bytes);
  const document: Document = {};
  const last = documentEnd(buffer, 0) - 1;
  let left = names.size;
  for (let position = 4; position < last && left > 0;) {
    const type = buffer[position++];
    const name = readKey(buffer, position, last);
    position = keyEnd;
    const next = position + sizeOf(buffer, type, position, last);
    if (next > last) throw invalid(`field '${name}' is cut short`);
    if (names.has(name)) {
      put(document, name, decodeValue(buffer, type, position, next, 0));
      left--;
    }
    position = next;
  }
  return document;
}

/** Whether two documents have the very same bytes in some top-level fields (or have none of a field both). */
export function sameFields(one: Uint8Array, other: Uint8Array, names: ReadonlySet<string>): boolean {
  const a = asBuffer(one);
  const b = asBuffer(other);
  const places = fieldPlaces(a, names);
  const others = fieldPlaces(b, names);
  if (places.size !== others.size) return false;
  for (const [name, [start, end]] of places) {
    const place = others.get(name);
    if (!place || a.compare(b, place[0], place[1], start, end) !== 0) return false;
  }
  return true;
}

function fieldPlaces(buffer: Buffer, names: ReadonlySet<string>): Map<string, [number, number]> {
  const places = new Map<string, [number, number]>();
  const last = documentEnd(buffer, 0) - 1;
  for (let position = 4; position < last && places.size < names.size;) {
    const start = position;
    const type = buffer[position++];
    const name = readKey(buffer, position, last);
    const next = keyEnd + sizeOf(buffer, type, keyEnd, last);
    if (names.has(name)) places.set(name, [start, next]);
    position = next;
  }
  return places;
}

export interface Element {
  type: number;
  name: string;
  /** Where the element (its type byte) starts. */
  start: number;
  /** Where its value starts and ends. */
  at: number;
  end: number;
}

/** Steps over the elements of a document without decoding them. */
export function* elements(bytes: Uint8Array, at = 0): Generator<Element> {
  const buffer = asBuffer(bytes);
  const end = documentEnd(buffer, at) - 1;
  let position = at + 4;
  while (position < end) {
    const start = position;
    const type = buffer[position++];
    const name = readKey(buffer, position, end);
    position = keyEnd;
    const next = position + sizeOf(buffer, type, position, end);
    if (next > end) throw invalid(`field '${name}' is cut short`);
    yield { type, name, start, at: position, end: next };
    position = next;
  }
}

export const decodeElement = (bytes: Uint8Array, { type, at, end }: Element): Value => decodeValue(asBuffer(bytes), type, at, end, 0);

function decodeObject(b: Buffer, at: number, end: number, depth: number): Document {
  if (depth > MAX_DEPTH) throw invalid('nested too deep');
  const document: Document = {};
  const last = end - 1;
  let position = at + 4;
  while (position < last) {
    const type = b[position++];
    const key = readKey(b, position, last);
    position = keyEnd;
    const next = position + sizeOf(b, type, position, last);
    if (next > last) throw invalid(`field '${key}' is cut short`);
    if (key === '__proto__') put(document, key, decodeValue(b, type, position, next, depth));
    else document[key] = decodeValue(b, type, position, next, depth);
    position = next;
  }
  return document;
}

function decodeArray(b: Buffer, at: number, end: number, depth: number): Value[] {
  if (depth > MAX_DEPTH) throw invalid('nested too deep');
  const array: Value[] = [];
  const last = end - 1;
  let position = at + 4;
  while (position < last) {
    const type = b[position++];
    while (position < last && b[position] !== 0) position++;
    position++;
    const next = position + sizeOf(b, type, position, last);
    if (next > last) throw invalid('an array is cut short');
    array.push(decodeValue(b, type, position, next, depth));
    position = next;
  }
  return array;
}

function decodeValue(b: Buffer, type: number, at: number, end: number, depth: number): Value {
  switch (type) {
    case 0x01:
      return double(doubleAt(b, at));
    case 0x02:
      return b.toString('utf8', at + 4, end - 1);
    case 0x03:
      return decodeObject(b, at, documentEnd(b, at, end), depth + 1);
    case 0x04:
      return decodeArray(b, at, documentEnd(b, at, end), depth + 1);
    case 0x05:
      return decodeBinary(b, at, end);
    case 0x06:
      return undefined;
    case 0x07:
      return new BSON.ObjectId(Uint8Array.prototype.slice.call(b, at, at + 12));
    case 0x08:
      return b[at] === 1;
    case 0x09:
      return new Date(Number(int64At(b, at)));
    case 0x0a:
      return null;
    case 0x0b:
      return decodeRegex(b, at, end);
    case 0x0c:
      return new BSON.DBRef(b.toString('utf8', at + 4, end - 13), new BSON.ObjectId(Uint8Array.prototype.slice.call(b, end - 12, end)));
    case 0x0d:
      return new BSON.Code(b.toString('utf8', at + 4, end - 1));
    case 0x0e:
      return new BSON.BSONSymbol(b.toString('utf8', at + 4, end - 1));
    case 0x0f: {
      const scope = at + 8 + int32At(b, at + 4);
      if (scope < at + 9 || scope > end) throw invalid('code with a scope is cut short');
      return new BSON.Code(b.toString('utf8', at + 8, scope - 1), decodeObject(b, scope, documentEnd(b, scope, end), depth + 1));
    }
    case 0x10:
      return int32At(b, at);
    case 0x11:
      return new BSON.Timestamp({ t: b.readUInt32LE(at + 4), i: b.readUInt32LE(at) });
    case 0x12:
      return int64At(b, at);
    case 0x13:
      return new BSON.Decimal128(Uint8Array.prototype.slice.call(b, at, at + 16));
    case 0x7f:
      return new BSON.MaxKey();
    default:
      return new BSON.MinKey(); // 0xff; sizeOf has refused all others
  }
}

function decodeRegex(b: Buffer, at: number, end: number): BSON.BSONRegExp {
  const split = b.indexOf(0, at);
  const options = b.toString('utf8', split + 1, end - 1);
  if (/[^ilmsux]/.test(options)) throw invalid(`unknown options '${options}' of a regular expression`);
  return new BSON.BSONRegExp(b.toString('utf8', at, split), options);
}

function decodeBinary(b: Buffer, at: number, end: number): BSON.Binary {
  const subtype = b[at + 4];
  // Subtype 2 carries its length twice (https://bsonspec.org/spec.html).
  const from = subtype === 2 ? at + 9 : at + 5;
  return new BSON.Binary(Uint8Array.prototype.slice.call(b, Math.min(from, end), end), subtype);
}

/** How many bytes the value takes; refuses unknown types and lengths that do not fit. */
function sizeOf(b: Buffer, type: number, at: number, limit: number): number {
  switch (type) {
    case 0x06:
    case 0x0a:
    case 0x7f:
    case 0xff:
      return 0;
    case 0x08:
      return 1;
    case 0x10:
      return 4;
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      return 8;
    case 0x07:
      return 12;
    case 0x13:
      return 16;
    case 0x02:
    case 0x0d:
    case 0x0e:
      return 4 + lengthAt(b, at, limit, 1, true);
    case 0x0c:
      return 16 + lengthAt(b, at, limit, 1, true);
    case 0x03:
    case 0x04:
      return lengthAt(b, at, limit, 5, false);
    case 0x05:
      return 5 + lengthAt(b, at, limit, 0, false);
    case 0x0f:
      if (at + 8 > limit) throw invalid('code with a scope is cut short');
      return lengthAt(b, at, limit, 14, false);
    case 0x0b: {
      const first = b.indexOf(0, at);
      const second = first < 0 ? -1 : b.indexOf(0, first + 1);
      if (second < 0 || second >= limit) throw invalid('a regular expression is cut short');
      return second + 1 - at;
    }
    default:
      throw invalid(`unknown type 0x${type.toString(16)}`);
  }
}

function lengthAt(b: Buffer, at: number, limit: number, least: number, terminated: boolean): number {
  if (at + 4 > limit) throw invalid('a length is cut short');
  const length = int32At(b, at);
  if (length < least || at + length > limit || (terminated && b[at + 3 + length] !== 0)) throw invalid(`a length ${length} does not fit`);
  return length;
}

// Field names repeat from document to document: a small table spares making the same strings again and again.
const KEYS = new Array<string | undefined>(2048);
let keyEnd = 0;

/** Reads a field name; leaves in `keyEnd` where its value starts. */
function readKey(b: Buffer, at: number, limit: number): string {
  let position = at;
  let hash = 0;
  let ascii = 0;
  let byte = b[position];
  while (byte !== 0) {
    if (position >= limit) throw invalid('a field name is cut short');
    hash = (Math.imul(hash, 31) + byte) | 0;
    ascii |= byte;
    byte = b[++position];
  }
  keyEnd = position + 1;
  const length = position - at;
  if (ascii > 127 || length > 40) return b.toString('utf8', at, position);
  const slot = hash & 2047;
  const known = KEYS[slot];
  if (known !== undefined && known.length === length) {
    let i = 0;
    while (i < length && known.charCodeAt(i) === b[at + i]) i++;
    if (i === length) return known;
  }
  return (KEYS[slot] = b.toString('latin1', at, position));
}

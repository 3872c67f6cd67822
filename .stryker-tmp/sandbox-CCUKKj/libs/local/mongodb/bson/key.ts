// @ts-nocheck
import { BSON } from 'mongodb';
import { MongoError } from '../errors';
import { decimalParts, nextDouble, previousDouble } from './decimal';
import { bsonType, type Document, isDocument, Order, orderOf, type Value } from './value';

/**
 * Order-preserving bytes of BSON values: comparing the bytes of two keys gives the order of the two values, so SQLite's
 * own comparison of blobs is MongoDB's order. Each value ends by itself, so keys of several fields are joined bytes, and
 * equality on the first fields is a prefix. A descending field's bytes are inverted.
 *
 * | type | bytes after the type's own |
 * |---|---|
 * | number | 8 of the double at or below it (sign folded), then 0, or 1 and 8 for what the double leaves out (big int64, decimals) |
 * | string | UTF-8, 00 written as 00 FF, ended by 00 01 |
 * | object | per field: type, name, 00, value; ended by 00 |
 * | array | values, ended by 00 |
 * | binary | length, subtype, bytes |
 */
export class KeyWriter {
  #bytes = Buffer.allocUnsafe(256);
  #at = 0;

  /** Starts a new key. */
  reset(): this {
    this.#at = 0;
    return this;
  }

  get length(): number {
    return this.#at;
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  /** What was written as a string of bytes (latin1), for comparing in memory. */
  takeString(): string {
    return this.#bytes.toString('latin1', 0, this.#at);
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  write(value: Value, descending = false): this {
    const from = this.#at;
    this.#value(value, 0);
    if (descending) for (let i = from; i < this.#at; i++) this.#bytes[i] = ~this.#bytes[i];
    return this;
  }

  #value(value: Value, depth: number): void {
    if (depth > 180) throw new MongoError(15, 'a value nested too deep cannot be ordered');
    const order = orderOf(value);
    this.#byte(order * TYPE_STEP);
    switch (order) {
      case Order.number:
        return this.#number(value);
      case Order.string:
        return this.#text(typeof value === 'string' ? value : String(value));
      case Order.object:
        return this.#object(value as Document, depth);
      case Order.array:
        for (const item of value as Value[]) this.#value(item, depth + 1);
        return this.#byte(0);
      case Order.binary:
        return this.#binary(value as BSON.Binary);
      case Order.objectId:
        this.raw((value as BSON.ObjectId).id);
        return;
      case Order.boolean:
        return this.#byte(value ? 1 : 0);
      case Order.date:
        return this.#int64(BigInt(Number.isNaN((value as Date).getTime()) ? 0 : (value as Date).getTime()));
      case Order.timestamp:
        return this.#uint64((value as BSON.Timestamp).toBigInt());
      case Order.regex:
        this.#text(value instanceof RegExp ? value.source : (value as BSON.BSONRegExp).pattern);
        return this.#text(value instanceof RegExp ? value.flags : (value as BSON.BSONRegExp).options);
      case Order.code:
        return this.#text(String((value as BSON.Code).code));
      case Order.codeWithScope:
        this.#text(String((value as BSON.Code).code));
        return this.#object((value as BSON.Code).scope as Document, depth);
    }
  }

  #object(value: Document, depth: number): void {
    const fields =
      isDocument(value) || bsonType(value) === undefined ? value : ((value as unknown as BSON.DBRef).toJSON() as unknown as Document);
    for (const name of Object.keys(fields)) {
      this.#byte(orderOf(fields[name]) * TYPE_STEP);
      this.#text(name);
      this.#value(fields[name], depth + 1);
    }
    this.#byte(0);
  }

  #number(value: Value): void {
    let number: number;
    if (typeof value === 'number') number = value;
    else if (typeof value === 'bigint' || value instanceof BSON.Long)
      return this.#long(typeof value === 'bigint' ? value : value.toBigInt());
    else if (value instanceof BSON.Decimal128) return this.#decimal(value);
    else number = (value as BSON.Double | BSON.Int32).valueOf();
    this.#double(number);
    this.#byte(0);
  }

  #long(value: bigint): void {
    const floor = floorDouble(value);
    this.#double(floor);
    const rest = value - BigInt(floor);
    if (rest === 0n) return this.#byte(0);
    this.#byte(1);
    this.#uint64((rest << 64n) / ulpOfWhole(floor));
  }

  #decimal(value: BSON.Decimal128): void {
    const parts = decimalParts(value);
    this.#double(parts.floor);
    if (parts.rest === undefined) return this.#byte(0);
    this.#byte(1);
    this.#uint64(parts.rest);
  }

  #double(value: number): void {
    this.#room(8);
    if (Number.isNaN(value)) {
      this.#bytes.fill(0, this.#at, this.#at + 8);
    } else {
      this.#bytes.writeDoubleBE(value === 0 ? 0 : value, this.#at);
      // Positive: set the sign bit; negative: invert all, so that bytes order as numbers do.
      if (this.#bytes[this.#at] & 0x80) for (let i = 0; i < 8; i++) this.#bytes[this.#at + i] = ~this.#bytes[this.#at + i];
      else this.#bytes[this.#at] |= 0x80;
    }
    this.#at += 8;
  }

  #text(text: string): void {
    const start = this.#at;
    this.#room(text.length * 3 + 2);
    const end = start + this.#bytes.write(text, start, 'utf8');
    const zero = this.#bytes.subarray(start, end).indexOf(0);
    this.#at = end;
    if (zero >= 0) {
      const plain = Buffer.from(this.#bytes.subarray(start, end));
      this.#at = start;
      this.#room(plain.length * 2 + 2);
      for (const byte of plain) {
        this.#bytes[this.#at++] = byte;
        if (byte === 0) this.#bytes[this.#at++] = 0xff;
      }
    }
    this.#bytes[this.#at++] = 0;
    this.#bytes[this.#at++] = 1;
  }

  #binary(value: BSON.Binary): void {
    this.#room(5 + value.position);
    this.#bytes.writeUInt32BE(value.position, this.#at);
    this.#bytes[this.#at + 4] = value.sub_type;
    this.#at += 5;
    this.raw(value.buffer.subarray(0, value.position));
  }

  #int64(value: bigint): void {
    this.#uint64(BigInt.asUintN(64, value) ^ 0x8000000000000000n);
  }

  #uint64(value: bigint): void {
    this.#room(8);
    this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, value), this.#at);
    this.#at += 8;
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = byte;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + more));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Type bytes leave gaps, so that a bound may lie between two types. */
export const TYPE_STEP = 8;

const shared = new KeyWriter();

/** The key of one value. */
export const encodeKey = (value: Value): Buffer => shared.reset().write(value).take();

/** The largest double at or below a whole number. */
function floorDouble(value: bigint): number {
  const nearest = Number(value);
  return BigInt(nearest) > value ? previousDouble(nearest) : nearest;
}

const ulpOfWhole = (floor: number): bigint => BigInt(nextDouble(floor)) - BigInt(floor);

/**
 * The few protobuf primitives that the hot paths need (protobuf.dev/programming-guides/encoding): whole events are encoded
 * once, at append, and from then on only looked into. Everything rare goes through the generated classes.
 */
// @ts-nocheck


/** Bytes that `value`, a non-negative safe integer, takes as a varint. */
export function varintSize(value: number): number {
  let size = 1;
  while (value >= 128) {
    value = Math.floor(value / 128);
    size++;
  }
  return size;
}

/** Writes a non-negative safe integer as a varint; returns the place after it. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  while (value > 0x7fffffff) {
    target[at++] = (value % 128) | 128;
    value = Math.floor(value / 128);
  }
  while (value >= 128) {
    target[at++] = (value & 127) | 128;
    value >>>= 7;
  }
  target[at++] = value;
  return at;
}

/** A walk over the fields of one message: `next()` moves on, and the getters tell the field under the cursor. */
export class FieldReader {
  /** The number of the field, 0 before the first. */
  field = 0;
  wireType = 0;
  /** The value of a varint field (exact up to 2^53). */
  value = 0;
  /** Where a length-delimited field's bytes begin and end. */
  start = 0;
  end = 0;
  /** Where the field's own tag begins. */
  tagStart = 0;

  constructor(
    readonly bytes: Uint8Array,
    private at = 0,
    private readonly limit = bytes.length,
  ) {}

  /** @throws RangeError for bytes that are not a protobuf message. */
  next(): boolean {
    if (this.at >= this.limit) return false;
    this.tagStart = this.at;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.wireType = tag % 8;
    switch (this.wireType) {
      case 0:
        this.value = this.#varint();
        break;
      case 1:
        this.#skip(8);
        break;
      case 2:
        this.#skip(this.#varint());
        break;
      case 5:
        this.#skip(4);
        break;
      default:
        throw new RangeError(`wire type ${this.wireType}`);
    }
    return true;
  }

  /** The bytes of a length-delimited field, not copied. */
  get content(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  get text(): string {
    return utf8(this.bytes, this.start, this.end);
  }

  /** A walk over the message inside a length-delimited field. */
  inside(): FieldReader {
    return new FieldReader(this.bytes, this.start, this.end);
  }

  #skip(size: number): void {
    this.start = this.at;
    this.end = this.at + size;
    if (this.end > this.limit) throw new RangeError('truncated message');
    this.at = this.end;
  }

  #varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count++) {
      if (this.at >= this.limit) throw new RangeError('truncated varint');
      const byte = this.bytes[this.at++] as number;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    throw new RangeError('varint too long');
  }
}

export function utf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8', start, end);
}

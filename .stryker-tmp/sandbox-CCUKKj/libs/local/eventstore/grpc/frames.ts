// @ts-nocheck
import { gunzipSync, inflateSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { RpcError } from './rpc-error';

/** Compressed-Flag and Message-Length before each message (gRPC over HTTP/2, «Length-Prefixed-Message»). */
const PREFIX = 5;

/** Puts messages one after another as they travel, with one copy. */
export function frame(messages: readonly Uint8Array[]): Buffer {
  let size = 0;
  for (const message of messages) size += PREFIX + message.length;
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const message of messages) {
    frames[at] = 0;
    frames.writeUInt32BE(message.length, at + 1);
    frames.set(message, at + PREFIX);
    at += PREFIX + message.length;
  }
  return frames;
}

/** Cuts a byte stream, however it was chunked, into messages of at most `maxSize` bytes. */
export class FrameReader {
  #buffered: Buffer[] = [];
  #size = 0;

  constructor(
    readonly maxSize: number,
    readonly encoding: string | undefined,
    readonly onMessage: (message: Buffer) => void,
  ) {}

  /** Bytes of a message that has not come in full yet. */
  get pending(): number {
    return this.#size;
  }

  /** @throws RpcError RESOURCE_EXHAUSTED for a message over the limit, INTERNAL or UNIMPLEMENTED for one that cannot be read. */
  push(chunk: Buffer): void {
    this.#buffered.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= PREFIX) {
      const head = this.#peek(PREFIX);
      const length = head.readUInt32BE(1);
      if (length > this.maxSize) {
        throw new RpcError(status.RESOURCE_EXHAUSTED, `Received message larger than max (${length} vs ${this.maxSize})`);
      }
      if (this.#size < PREFIX + length) return;
      const whole = this.#take(PREFIX + length);
      this.onMessage(this.#decompressed(whole[0] ?? 0, whole.subarray(PREFIX)));
    }
  }

  #decompressed(flag: number, body: Buffer): Buffer {
    if (flag === 0) return body;
    if (flag !== 1) throw new RpcError(status.INTERNAL, `Unexpected compression flag ${flag}`);
    try {
      if (this.encoding === 'gzip') return gunzipSync(body, { maxOutputLength: this.maxSize });
      if (this.encoding === 'deflate') return inflateSync(body, { maxOutputLength: this.maxSize });
    } catch (cause) {
      throw new RpcError(status.INTERNAL, `Failed to decompress message: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    throw new RpcError(status.UNIMPLEMENTED, `Unsupported grpc-encoding value '${this.encoding ?? ''}'`);
  }

  /** Makes the first `size` bytes lie in one buffer. */
  #peek(size: number): Buffer {
    let first = this.#buffered[0] as Buffer;
    if (first.length < size) {
      first = Buffer.concat(this.#buffered);
      this.#buffered = [first];
    }
    return first;
  }

  #take(size: number): Buffer {
    const first = this.#peek(size);
    this.#size -= size;
    if (first.length === size) this.#buffered.shift();
    else this.#buffered[0] = first.subarray(size);
    return first.subarray(0, size);
  }
}

// @ts-nocheck
import { status } from '@grpc/grpc-js';

/** How a call ends when it fails: the gRPC status, its text, and the trailers by which clients make typed errors. */
export class RpcError extends Error {
  constructor(
    readonly code: status,
    message: string,
    readonly trailers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'RpcError';
  }
}

/** What a thrown value means to a client; anything that is not an {@link RpcError} is the server's own fault. */
export function toRpcError(cause: unknown): RpcError {
  if (cause instanceof RpcError) return cause;
  return new RpcError(status.UNKNOWN, `Exception was thrown by handler. ${cause instanceof Error ? cause.message : String(cause)}`);
}

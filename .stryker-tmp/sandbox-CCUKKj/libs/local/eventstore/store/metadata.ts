// @ts-nocheck
import { utf8 } from '../wire/protobuf';

/** `$tb` of a stream that was deleted but may be written to again (`EventNumber.DeletedStream` in EventStoreDB). */
export const DELETED = Infinity;

/** What of a stream's metadata bears on reads; `$acl` and `$cacheControl` are only kept. */
export interface StreamMetadata {
  maxCount?: number;
  /** Seconds. */
  maxAge?: number;
  truncateBefore?: number;
}

/** Metadata as its JSON says; anything that is not what EventStoreDB takes is as if it were not there (StreamMetadata.FromJson). */
export function parseMetadata(json: Uint8Array): StreamMetadata {
  let parsed: unknown;
  try {
    parsed = JSON.parse(utf8(json));
  } catch {
    return {};
  }
  if (typeof parsed !== 'object' || parsed === null) return {};
  const { $maxCount, $maxAge, $tb } = parsed as Record<string, unknown>;
  return { maxCount: positive($maxCount), maxAge: positive($maxAge), truncateBefore: truncation($tb) };
}

const positive = (value: unknown) => (Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined);

function truncation(value: unknown): number | undefined {
  if (typeof value !== 'number' || value < 0) return undefined;
  return Number.isSafeInteger(value) ? value : DELETED;
}

/** Metadata that marks a stream deleted; everything else that was said of it goes (StorageWriterService, soft delete). */
export const deletedMetadata = () => Buffer.from('{"$tb":9223372036854775807}');

/** The same metadata with another `$tb`, for a deleted stream that is written to again (SoftUndeleteRawMeta). */
export function withTruncateBefore(json: Uint8Array, revision: number): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify({ ...(JSON.parse(utf8(json)) as object), $tb: revision }));
  } catch {
    return undefined;
  }
}

// @ts-nocheck
import { FieldReader, utf8, varintSize, writeVarint } from './protobuf';

/** What an append brings, before it has a place in the log. */
export interface ProposedEvent {
  /** Canonical text of the UUID, in lower case. */
  id: string;
  type: string;
  isJson: boolean;
  data: Uint8Array;
  metadata: Uint8Array;
}

/** An event as {@link decodeEvent} finds it in its stored bytes. */
export interface RecordedEvent extends ProposedEvent {
  stream: string;
  /** {@link TOMBSTONE} for the record that ends a stream for good. */
  revision: number;
  position: number;
  /** Milliseconds since the epoch. */
  created: number;
}

/**
 * The revision under which a tombstone is kept here. On the wire it is EventStoreDB's own, the greatest 64-bit integer
 * (`EventNumber.DeletedStream`), which is no safe number.
 */
export const TOMBSTONE = Number.MAX_SAFE_INTEGER;
const TOMBSTONE_ON_WIRE = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);

/** The type of an event that only points at another one, by data `revision@stream` (SystemEventTypes.LinkTo). */
export const LINK = '$>';

const JSON_TYPE = Buffer.from('application/json');
const BINARY_TYPE = Buffer.from('application/octet-stream');
/** Keys of `RecordedEvent.metadata`, as EventStoreDB fills it (Streams.Read, ConvertToRecordedEvent). */
const KEYS = { type: Buffer.from('type'), contentType: Buffer.from('content-type'), created: Buffer.from('created') };
const UUID_TEXT_SIZE = 36;

/**
 * The bytes of `ReadResp { event { event { … } commit_position } }` for a new event: what every reader of it will be sent.
 * `created` travels as ticks of 100 ns since the epoch.
 */
export function encodeEvent(event: ProposedEvent, stream: Buffer, revision: number, position: number, created: number): Buffer {
  const type = Buffer.from(event.type);
  const contentType = event.isJson ? JSON_TYPE : BINARY_TYPE;
  const ticks = Buffer.from(`${created}0000`, 'latin1');
  const streamField = fieldSize(stream.length);
  const entries = [entrySize(KEYS.type, type), entrySize(KEYS.contentType, contentType), entrySize(KEYS.created, ticks)];
  const revisionSize = revision === TOMBSTONE ? TOMBSTONE_ON_WIRE.length : varintSize(revision);
  const positionSize = varintSize(position);

  let record = 2 + 2 + UUID_TEXT_SIZE + fieldSize(streamField) + 1 + revisionSize + 2 * (1 + positionSize);
  for (const size of entries) record += fieldSize(size);
  if (event.metadata.length) record += fieldSize(event.metadata.length);
  if (event.data.length) record += fieldSize(event.data.length);
  const readEvent = fieldSize(record) + 1 + positionSize;

  const bytes = Buffer.allocUnsafe(fieldSize(readEvent));
  let at = open(bytes, 0, 1, readEvent);
  at = open(bytes, at, 1, record);
  at = open(bytes, at, 1, 2 + UUID_TEXT_SIZE);
  at = open(bytes, at, 2, UUID_TEXT_SIZE);
  at += bytes.write(event.id, at, 'latin1');
  at = open(bytes, at, 2, streamField);
  at = put(bytes, at, 3, stream);
  bytes[at++] = 3 << 3;
  if (revision === TOMBSTONE) {
    bytes.set(TOMBSTONE_ON_WIRE, at);
    at += TOMBSTONE_ON_WIRE.length;
  } else at = writeVarint(bytes, at, revision);
  bytes[at++] = 4 << 3;
  at = writeVarint(bytes, at, position);
  bytes[at++] = 5 << 3;
  at = writeVarint(bytes, at, position);
  at = putEntry(bytes, at, entries[0] as number, KEYS.type, type);
  at = putEntry(bytes, at, entries[1] as number, KEYS.contentType, contentType);
  at = putEntry(bytes, at, entries[2] as number, KEYS.created, ticks);
  if (event.metadata.length) at = put(bytes, at, 7, event.metadata);
  if (event.data.length) at = put(bytes, at, 8, event.data);
  bytes[at++] = 3 << 3;
  writeVarint(bytes, at, position);
  return bytes;
}

/** The bytes of the `RecordedEvent` message inside stored bytes. */
export function recordOf(stored: Uint8Array): Uint8Array {
  const response = new FieldReader(stored);
  response.next();
  const readEvent = response.inside();
  readEvent.next();
  return readEvent.content;
}

/** Stream and type of a stored event, without looking at the rest: what filters ask for. */
export function headOf(stored: Uint8Array): { stream: string; type: string } {
  const record = new FieldReader(recordOf(stored));
  let stream = '';
  while (record.next()) {
    if (record.field === 2) stream = bytesInside(record);
    else if (record.field === 6) return { stream, type: entryValue(record) }; // the type is the first entry, see encodeEvent
  }
  return { stream, type: '' };
}

/** The id of a stored event: the first field of its record. */
export function idOf(stored: Uint8Array): string {
  const record = new FieldReader(recordOf(stored));
  record.next();
  return bytesInside(record);
}

/** A stored event, taken apart. */
export function decodeEvent(stored: Uint8Array): RecordedEvent {
  const event: RecordedEvent = {
    id: '',
    stream: '',
    type: '',
    isJson: false,
    data: EMPTY,
    metadata: EMPTY,
    revision: 0,
    position: 0,
    created: 0,
  };
  const record = new FieldReader(recordOf(stored));
  let entry = 0;
  while (record.next()) {
    if (record.field === 1) event.id = bytesInside(record);
    else if (record.field === 2) event.stream = bytesInside(record);
    else if (record.field === 3) event.revision = Math.min(record.value, TOMBSTONE);
    else if (record.field === 5) event.position = record.value;
    else if (record.field === 6) {
      if (entry === 0) event.type = entryValue(record);
      else if (entry === 1) event.isJson = entryValue(record) === 'application/json';
      else event.created = Math.floor(Number(entryValue(record)) / 10_000);
      entry++;
    } else if (record.field === 7) event.metadata = record.content;
    else if (record.field === 8) event.data = record.content;
  }
  return event;
}

const EMPTY = new Uint8Array(0);

function bytesInside(reader: FieldReader): string {
  const inner = reader.inside();
  inner.next();
  return utf8(inner.bytes, inner.start, inner.end);
}

function entryValue(reader: FieldReader): string {
  const entry = reader.inside();
  while (entry.next()) if (entry.field === 2) return entry.text;
  return '';
}

const fieldSize = (size: number) => 1 + varintSize(size) + size;
const entrySize = (key: Buffer, value: Buffer) => fieldSize(key.length) + fieldSize(value.length);

/** Writes the tag and length of a length-delimited field. */
function open(bytes: Buffer, at: number, field: number, size: number): number {
  bytes[at] = (field << 3) | 2;
  return writeVarint(bytes, at + 1, size);
}

function put(bytes: Buffer, at: number, field: number, content: Uint8Array): number {
  const start = open(bytes, at, field, content.length);
  bytes.set(content, start);
  return start + content.length;
}

function putEntry(bytes: Buffer, at: number, size: number, key: Buffer, value: Buffer): number {
  return put(bytes, put(bytes, open(bytes, at, 6, size), 1, key), 2, value);
}

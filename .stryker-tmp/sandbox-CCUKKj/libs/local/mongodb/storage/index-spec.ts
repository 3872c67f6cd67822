// @ts-nocheck
import { KeyWriter } from '../bson/key';
import { decodeFields } from '../bson/decode';
import { type Document, has, isDocument, type Value } from '../bson/value';
import { MongoError } from '../errors';
import type { Matcher } from '../query/filter';
import { asIndex, pathValues, splitPath } from '../query/path';

export interface IndexField {
  path: string;
  parts: string[];
  descending: boolean;
}

/** One secondary index: its definition as listed, and how keys are made of documents. */
export class Index {
  readonly fields: readonly IndexField[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly #needed: ReadonlySet<string> | undefined;

  constructor(
    readonly slot: number,
    /** As `listIndexes` answers it: `{ v, key, name, unique?, … }`. */
    readonly spec: Document,
    readonly partial: Matcher | undefined,
    /** Whether any document gave more than one key. */
    public multikey: boolean,
  ) {
    this.fields = Object.entries(spec.key as Document).map(([path, direction]) => ({
      path,
      parts: splitPath(path),
      descending: Number(direction) < 0,
    }));
    this.unique = spec.unique === true;
    this.sparse = spec.sparse === true;
    this.#needed = neededFields(this.fields, partial);
  }

  get name(): string {
    return this.spec.name as string;
  }

  get key(): Document {
    return this.spec.key as Document;
  }

  /** Keys of a stored document; none when the index leaves it out (partial, sparse). */
  keysOf(bytes: Uint8Array, decoded?: Document): IndexKeys {
    const document = decoded ?? decodeFields(bytes, this.#needed ?? new Set());
    if (this.partial && !this.partial.matches(document)) return NO_KEYS;
    if (this.sparse && this.fields.every(({ parts }) => isMissing(document, parts))) return NO_KEYS;
    return keysOf(document, this.fields);
  }

  /** Whether keys can be made from a part of the document only. */
  get neededFields(): ReadonlySet<string> | undefined {
    return this.#needed;
  }

  /** The values of one key of a document, for the answer of a duplicate key. */
  keyValue(document: Document, key: Buffer): Document {
    for (const values of valueTuples(document, this.fields)) {
      if (encodeTuple(values, this.fields).equals(key))
        return Object.fromEntries(this.fields.map(({ path }, i) => [path, values[i] ?? null]));
    }
    return {};
  }
}

export interface IndexKeys {
  keys: readonly Buffer[];
  multikey: boolean;
}

const NO_KEYS: IndexKeys = { keys: [], multikey: false };

function neededFields(fields: readonly IndexField[], partial: Matcher | undefined): ReadonlySet<string> | undefined {
  if (partial && !partial.fields) return undefined;
  return new Set([...fields.map(({ parts }) => parts[0]), ...(partial?.fields ?? [])]);
}

const writer = new KeyWriter();

function encodeTuple(values: readonly Value[], fields: readonly IndexField[]): Buffer {
  writer.reset();
  for (let i = 0; i < fields.length; i++) writer.write(values[i], fields[i].descending);
  return writer.take();
}

function keysOf(document: Document, fields: readonly IndexField[]): IndexKeys {
  const tuples = valueTuples(document, fields);
  if (tuples.length === 1) return { keys: [encodeTuple(tuples[0], fields)], multikey: tuples.multikey };
  const keys = new Map<string, Buffer>();
  for (const tuple of tuples) {
    const key = encodeTuple(tuple, fields);
    keys.set(key.toString('latin1'), key);
  }
  return { keys: [...keys.values()], multikey: true };
}

type Tuples = Value[][] & { multikey: boolean };

function valueTuples(document: Document, fields: readonly IndexField[]): Tuples {
  if (fields.length === 1) {
    const { values, multikey } = pathValues(document, fields[0].parts);
    return Object.assign(
      values.map((value) => [value]),
      { multikey },
    );
  }
  const tuples = Object.assign([] as Value[][], { multikey: false });
  const plain = plainTuple(document, fields);
  if (plain) {
    tuples.push(plain);
    return tuples;
  }
  expand(
    fields.map(({ parts }) => ({ value: document, parts, at: 0 })),
    fields,
    tuples,
  );
  return tuples;
}

/** The one tuple of a document without arrays on the way: the usual case, without the general one's bookkeeping. */
function plainTuple(document: Document, fields: readonly IndexField[]): Value[] | undefined {
  const tuple: Value[] = [];
  for (const { parts } of fields) {
    let value: Value = document;
    for (const part of parts) {
      if (Array.isArray(value)) return undefined;
      value = isDocument(value) && has(value, part) ? value[part] : null;
    }
    if (Array.isArray(value)) return undefined;
    tuple.push(value ?? null);
  }
  return tuple;
}

type Walk = { value: Value; parts: readonly string[]; at: number; done?: boolean };

/** All combinations of a compound index's values; two different arrays in one key are refused (code 171). */
function expand(walks: Walk[], fields: readonly IndexField[], into: Tuples): void {
  const advanced = walks.map(advance);
  let array: Value[] | undefined;
  let first = -1;
  for (let i = 0; i < advanced.length; i++) {
    const { value, done } = advanced[i];
    if (done || !Array.isArray(value)) continue;
    if (array !== undefined && array !== value) {
      throw new MongoError(171, `cannot index parallel arrays [${last(fields[i])}] [${last(fields[first])}]`);
    }
    array = value;
    first = i;
  }
  if (array === undefined) {
    into.push(advanced.map(({ value }) => value));
    return;
  }
  into.multikey = true;
  const elements: Value[] = array.length > 0 ? array : [EMPTY];
  for (const element of elements) {
    expand(
      advanced.map((walk) => (walk.value === array && !walk.done ? intoElement(walk, element) : walk)),
      fields,
      into,
    );
  }
}

const EMPTY = Symbol('an empty array');
const last = ({ parts }: IndexField): string => parts[parts.length - 1];

function intoElement(walk: Walk, element: Value): Walk {
  const atEnd = walk.at === walk.parts.length;
  if (element === EMPTY) return { ...walk, value: atEnd ? undefined : null, done: true };
  if (atEnd) return { ...walk, value: element ?? null, done: true };
  return isDocument(element) ? { ...walk, value: element } : { ...walk, value: null, done: true };
}

function advance(walk: Walk): Walk {
  if (walk.done) return walk;
  let { value, at } = walk;
  while (at < walk.parts.length) {
    const part = walk.parts[at];
    if (Array.isArray(value)) {
      const index = asIndex(part);
      if (index === undefined || index >= value.length || isDocument(value[index])) return { ...walk, value, at };
      value = value[index];
    } else if (isDocument(value) && has(value, part)) value = value[part];
    else return { ...walk, value: null, at, done: true };
    at++;
  }
  if (Array.isArray(value)) return { ...walk, value, at };
  return { ...walk, value: value ?? null, at, done: true };
}

function isMissing(document: Document, parts: readonly string[]): boolean {
  let value: Value = document;
  for (const part of parts) {
    if (Array.isArray(value)) return !value.some((item) => isDocument(item) && has(item, part));
    if (!isDocument(value) || !has(value, part)) return true;
    value = value[part];
  }
  return false;
}

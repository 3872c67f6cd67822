/**
 * The local MongoDB server against a model of it: the same random plan of writes, index changes and queries gives the
 * same answers. The model scans an array and knows nothing of keys, plans or files.
 */
// @ts-nocheck

import fc from 'fast-check';
import { BSON, type Collection, type Document, MongoClient } from 'mongodb';
import { startMongo } from '../../libs/local/mongodb';
import { compareValues } from '../../libs/local/mongodb/bson/compare';
import { decodeDocument } from '../../libs/local/mongodb/bson/decode';
import { encodeDocument } from '../../libs/local/mongodb/bson/encode';
import { encodeKey } from '../../libs/local/mongodb/bson/key';
import type { LocalServer } from '../../libs/local/server';

type Doc = { _id: number } & Document;

const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }) },
  fc.constantFrom(0.5, -1.5, 1e10),
  { weight: 2, arbitrary: fc.constantFrom('', 'a', 'ab', 'abc', 'b', 'é') },
  fc.constantFrom(null, true, false),
  fc.constantFrom(new Date(0), new Date(1000)),
);
const nested = fc.record({ x: scalar, y: scalar }, { requiredKeys: [] });
const value = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  nested,
  fc.array(nested, { maxLength: 2 }),
);
const body = fc.record({ a: value, b: scalar, c: scalar }, { requiredKeys: [] });
const id = fc.integer({ min: 0, max: 15 });
const path = fc.constantFrom('a', 'b', 'c', 'a.x', 'a.y', '_id');

const condition = fc.oneof(
  scalar,
  fc.record({ $eq: value }),
  fc.record({ $ne: scalar }),
  fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), scalar).map(([operator, operand]) => ({ [operator]: operand })),
  fc.tuple(scalar, scalar).map(([low, high]) => ({ $gte: low, $lt: high })),
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $nin: fc.array(scalar, { maxLength: 2 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.constantFrom({ $regex: '^a' }, { $regex: '^ab' }, { $regex: 'b$' }),
);
const clause = fc.dictionary(path, condition, { minKeys: 1, maxKeys: 2, noNullPrototype: true });
const filter = fc.oneof(
  clause,
  fc.record({ $or: fc.array(clause, { minLength: 1, maxLength: 3 }) }),
  fc.tuple(clause, clause).map(([one, other]) => ({ ...one, $or: [other, one] })),
  fc.constant({}),
);
const sort = fc
  .array(fc.tuple(path, fc.constantFrom(1, -1)), { maxLength: 2 })
  .map((fields) => Object.fromEntries(fields) as Record<string, 1 | -1>);
const index = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'a.x', '_id'), fc.constantFrom(1, -1)), {
  minLength: 1,
  maxLength: 3,
  selector: ([name]) => name,
});

/** Arrays only in `a`: two of them in one key are refused, as a contract test shows. */
const setting = fc.oneof(fc.tuple(fc.constant('a'), value), fc.tuple(fc.constantFrom('b', 'c'), scalar));

type Step =
  | { kind: 'insert'; id: number; body: Document }
  | { kind: 'replace'; id: number; body: Document }
  | { kind: 'set'; filter: Document; many: boolean; field: string; value: unknown }
  | { kind: 'increment'; filter: Document; many: boolean; by: number }
  | { kind: 'unset'; filter: Document; field: string }
  | { kind: 'delete'; filter: Document; many: boolean }
  | { kind: 'index'; key: Record<string, number>; partial: boolean }
  | { kind: 'dropIndexes' }
  | { kind: 'find'; filter: Document; sort: Record<string, 1 | -1>; skip: number; limit: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('insert' as const), id, body }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replace' as const), id, body }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(filter, fc.boolean(), setting)
      .map(([wanted, many, [field, to]]) => ({ kind: 'set' as const, filter: wanted, many, field, value: to })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('increment' as const),
      filter: clause,
      many: fc.boolean(),
      by: fc.integer({ min: -2, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unset' as const), filter, field: fc.constantFrom('a', 'b', 'c') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), filter: clause, many: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('index' as const),
      key: index.map((fields) => Object.fromEntries(fields) as Record<string, number>),
      partial: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'dropIndexes' as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('find' as const),
      filter,
      sort,
      skip: fc.integer({ min: 0, max: 2 }),
      limit: fc.integer({ min: 0, max: 4 }),
    }),
  },
);

describe('the model', () => {
  let server: LocalServer;
  let client: MongoClient;
  beforeAll(async () => {
    server = await startMongo();
    client = await MongoClient.connect(server.url);
  });
  afterAll(async () => {
    await client.close();
    await server.close();
  });

  test('any plan gives the same answers from the server and the model', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (plan) => {
        const collection = client.db('properties').collection<Doc>(`run${run++}`);
        const model = new Model();
        for (const one of plan) expect(await onServer(collection, one)).toEqual(model.take(one));
        const all = await collection.find().sort({ _id: 1 }).toArray();
        expect(all).toEqual([...model.documents].sort((a, b) => a._id - b._id));
        if (all.length > 0) await collection.drop();
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

type Answer = unknown;

/** Choosing one of several documents is free without a sort, so single changes name the least `_id`. */
async function onServer(collection: Collection<Doc>, one: Step): Promise<Answer> {
  const first = async (wanted: Document) => {
    const found = await collection.find(wanted).sort({ _id: 1 }).limit(1).toArray();
    return { _id: found[0]?._id ?? -1 };
  };
  try {
    switch (one.kind) {
      case 'insert':
        return (await collection.insertOne({ _id: one.id, ...one.body })).insertedId;
      case 'replace': {
        const { matchedCount, upsertedCount } = await collection.replaceOne({ _id: one.id }, { ...one.body }, { upsert: true });
        return [matchedCount, upsertedCount];
      }
      case 'set': {
        const update = { $set: { [one.field]: one.value } };
        return one.many
          ? (await collection.updateMany(one.filter, update)).matchedCount
          : (await collection.updateOne(await first(one.filter), update)).matchedCount;
      }
      case 'increment': {
        const update = { $inc: { n: one.by } } as Document;
        return one.many
          ? (await collection.updateMany(one.filter, update)).matchedCount
          : (await collection.updateOne(await first(one.filter), update)).matchedCount;
      }
      case 'unset':
        return (await collection.updateMany(one.filter, { $unset: { [one.field]: '' } })).matchedCount;
      case 'delete':
        return one.many
          ? (await collection.deleteMany(one.filter)).deletedCount
          : (await collection.deleteOne(await first(one.filter))).deletedCount;
      case 'index':
        await collection
          .createIndex(
            one.key as Record<string, 1 | -1>,
            one.partial
              ? { name: `p_${Object.keys(one.key).join('_')}_${Math.random()}`, partialFilterExpression: { b: { $gte: 0 } } }
              : { name: `i_${Math.random()}` },
          )
          .catch(() => undefined);
        return undefined;
      case 'dropIndexes':
        await collection.dropIndexes().catch(() => undefined);
        return undefined;
      case 'find': {
        const sorted = { ...one.sort, _id: one.sort._id ?? (1 as const) };
        const cursor = collection.find(one.filter).sort(sorted).skip(one.skip).limit(one.limit).batchSize(2);
        return [await cursor.toArray(), await collection.countDocuments(one.filter)];
      }
    }
  } catch (error) {
    const { code } = error as { code?: number };
    if (code === 11000) return 'duplicate';
    throw error;
  }
}

class Model {
  documents: Doc[] = [];

  take(one: Step): Answer {
    switch (one.kind) {
      case 'insert':
        if (this.documents.some(({ _id }) => _id === one.id)) return 'duplicate';
        this.documents.push({ _id: one.id, ...one.body });
        return one.id;
      case 'replace': {
        const at = this.documents.findIndex(({ _id }) => _id === one.id);
        const next = { _id: one.id, ...one.body };
        if (at < 0) this.documents.push(next);
        else this.documents[at] = next;
        return at < 0 ? [0, 1] : [1, 0];
      }
      case 'set':
        return this.change(one.filter, one.many, (document) => ({ ...document, [one.field]: one.value }));
      case 'increment':
        return this.change(one.filter, one.many, (document) => ({ ...document, n: ((document.n as number | undefined) ?? 0) + one.by }));
      case 'unset':
        return this.change(one.filter, true, ({ ...document }) => {
          delete (document as Document)[one.field];
          return document;
        });
      case 'delete': {
        const found = this.matching(one.filter).slice(0, one.many ? Infinity : 1);
        this.documents = this.documents.filter((document) => !found.includes(document));
        return found.length;
      }
      case 'index':
      case 'dropIndexes':
        return undefined;
      case 'find': {
        const found = this.matching(one.filter);
        const order = Object.entries({ ...one.sort, _id: one.sort._id ?? 1 });
        found.sort((x, y) =>
          order.reduce(
            (by, [name, direction]) => by || direction * order3(sortValue(x, name, direction), sortValue(y, name, direction)),
            0,
          ),
        );
        return [found.slice(one.skip, one.limit > 0 ? one.skip + one.limit : undefined), found.length];
      }
    }
  }

  /** In order of `_id`, as single changes are made. */
  private matching(wanted: Document): Doc[] {
    return this.documents.filter((document) => matches(document, wanted)).sort((a, b) => a._id - b._id);
  }

  private change(wanted: Document, many: boolean, to: (document: Doc) => Doc): number {
    const found = this.matching(wanted).slice(0, many ? Infinity : 1);
    this.documents = this.documents.map((document) => (found.includes(document) ? to(document) : document));
    return found.length;
  }
}

function matches(document: Document, wanted: Document): boolean {
  return Object.entries(wanted).every(([name, condition_]) => {
    if (name === '$or') return (condition_ as Document[]).some((part) => matches(document, part));
    const operators =
      isObject(condition_) && Object.keys(condition_)[0]?.startsWith('$')
        ? Object.entries(condition_)
        : [['$eq', condition_] as [string, unknown]];
    return operators.every(([operator, operand]) => holds(reached(document, name.split('.')), operator, operand));
  });
}

const isObject = (candidate: unknown): candidate is Document =>
  typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate) && !(candidate instanceof Date);

/** What a path leads to: whole values (`undefined`: missing), each with its elements when it is an array. */
function reached(from: unknown, parts: string[]): unknown[] {
  if (parts.length === 0) return [from];
  if (Array.isArray(from)) return from.filter(isObject).flatMap((item) => reached(item, parts));
  return isObject(from) && parts[0] in from ? reached(from[parts[0]], parts.slice(1)) : [undefined];
}

function holds(found: unknown[], operator: string, operand: unknown): boolean {
  const candidates = found.flatMap((one) => (Array.isArray(one) ? [one, ...(one as unknown[])] : [one]));
  switch (operator) {
    case '$eq':
      return candidates.some((one) => equal(one, operand));
    case '$ne':
      return !holds(found, '$eq', operand);
    case '$in':
      return (operand as unknown[]).some((item) => holds(found, '$eq', item));
    case '$nin':
      return !holds(found, '$in', operand);
    case '$exists':
      return found.some((one) => one !== undefined) === operand;
    case '$regex':
      return candidates.some((one) => typeof one === 'string' && new RegExp(operand as string).test(one));
    default:
      return candidates.some((one) => {
        if (operand === null) return operator.endsWith('e') && (one === null || one === undefined);
        if (one === undefined || typeOrder(one) !== typeOrder(operand)) return false;
        const by = order3(one, operand);
        return operator === '$gt' ? by > 0 : operator === '$gte' ? by >= 0 : operator === '$lt' ? by < 0 : by <= 0;
      });
  }
}

const equal = (one: unknown, other: unknown): boolean =>
  other === null ? one === null || one === undefined : one !== undefined && order3(one, other) === 0;

function typeOrder(one: unknown): number {
  if (one === undefined) return 0;
  if (one === null) return 1;
  if (Array.isArray(one)) return 5;
  if (one instanceof Date) return 7;
  return { number: 2, string: 3, object: 4, boolean: 6 }[typeof one as 'number']!;
}

function order3(one: unknown, other: unknown): number {
  const byType = typeOrder(one) - typeOrder(other);
  if (byType !== 0) return byType;
  if (isObject(one) && isObject(other)) {
    const flat = (document: Document) => Object.entries(document).flatMap(([name, item]) => [typeOrder(item), name, item]);
    return order3(flat(one), flat(other));
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    for (let i = 0; i < Math.min(one.length, other.length); i++) {
      const by = order3(one[i], other[i]);
      if (by !== 0) return by;
    }
    return one.length - other.length;
  }
  if (one === null || one === undefined) return 0;
  if (typeof one === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(other as string));
  return Number(one) - Number(other);
}

/** The least element ascending, the greatest descending; a missing field is null, an empty array below it. */
function sortValue(document: Document, name: string, direction: number): unknown {
  const values = sortCandidates(document, name.split('.'));
  return values.reduce((best, one) => (order3(one, best) * direction < 0 ? one : best));
}

function sortCandidates(from: unknown, parts: string[]): unknown[] {
  if (parts.length === 0) return Array.isArray(from) ? (from.length === 0 ? [undefined] : from) : [from];
  if (Array.isArray(from))
    return from.length === 0 ? [null] : from.flatMap((item) => (isObject(item) ? sortCandidates(item, parts) : [null]));
  return isObject(from) && parts[0] in from ? sortCandidates(from[parts[0]], parts.slice(1)) : [null];
}

describe('keys', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc
      .tuple(fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n }), fc.integer({ min: -40, max: 20 }))
      .map(([digits, exponent]) => BSON.Decimal128.fromString(`${digits}E${exponent}`)),
    fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, 2 ** 53, 2 ** 53 + 2, BSON.Decimal128.fromString('0.1'), 0.1, -0, 0),
  );
  const any = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      number,
      fc.string({ unit: 'binary' }),
      fc.constantFrom(null, true, false, '', '\0', 'a\0', 'a'),
      fc.date({ noInvalidDate: true }),
      fc.uint8Array({ maxLength: 4 }).map((bytes) => new BSON.Binary(bytes)),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.string({ unit: fc.constantFrom('a', 'b', '\u0001') }), tie('any'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).any;
  const sign = Math.sign;

  test('the order of keys is the order of values', () => {
    fc.assert(
      fc.property(any, any, (one, other) => {
        expect(sign(Buffer.compare(encodeKey(one), encodeKey(other)))).toBe(sign(compareValues(one, other)));
      }),
      { numRuns: 3_000 },
    );
  });

  test('no key is the beginning of another', () => {
    fc.assert(
      fc.property(any, any, (one, other) => {
        const [x, y] = [encodeKey(one), encodeKey(other)];
        if (compareValues(one, other) !== 0) expect(y.subarray(0, x.length).equals(x)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('numbers of all types are ordered by their exact value', () => {
    fc.assert(
      fc.property(number, number, (one, other) => {
        const difference = exact(one) - exact(other);
        expect(sign(Buffer.compare(encodeKey(one), encodeKey(other)))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
      }),
      { numRuns: 3_000 },
    );
  });

  /** The value times 10^1200 (doubles have at most 1,074 decimals). */
  function exact(one: unknown): bigint {
    if (typeof one === 'bigint') return one * 10n ** 1200n;
    if (one instanceof BSON.Decimal128) {
      const [, minus, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(one.toString())!;
      const digits = BigInt(whole + fraction) * 10n ** BigInt(1200 + Number(exponent) - fraction.length);
      return minus ? -digits : digits;
    }
    const double = one as number;
    if (!Number.isFinite(double)) return double > 0 ? 10n ** 2000n : -(10n ** 2000n);
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, double);
    const bits = view.getBigUint64(0);
    const raised = Number((bits >> 52n) & 0x7ffn);
    const mantissa = (bits & ((1n << 52n) - 1n)) | (raised === 0 ? 0n : 1n << 52n);
    const power = (raised === 0 ? 1 : raised) - 1075;
    const scaled = power >= 0 ? (mantissa << BigInt(power)) * 10n ** 1200n : (mantissa * 10n ** 1200n) / (1n << BigInt(-power));
    return bits >> 63n ? -scaled : scaled;
  }
});

describe('decoding', () => {
  test('is undone by encoding, byte for byte', () => {
    fc.assert(
      fc.property(
        fc.object({ values: [fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constant(null)], maxDepth: 3 }),
        (document) => {
          const bytes = BSON.serialize(document);
          expect(encodeDocument(decodeDocument(bytes)).equals(bytes)).toBe(true);
        },
      ),
    );
  });

  test('random bytes are refused, never misread or crashed on', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 2 }), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (document, damage) => {
        const bytes = Buffer.from(BSON.serialize(document));
        for (const [at, byte] of damage) bytes[at % bytes.length] = byte;
        try {
          decodeDocument(bytes);
        } catch (error) {
          expect((error as { code: number }).code).toBe(22);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

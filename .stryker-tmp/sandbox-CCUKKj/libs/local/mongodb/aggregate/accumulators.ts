// @ts-nocheck
import { Aggregator } from 'mingo';
import { BSON } from 'mongodb';
import { compareValues } from '../bson/compare';
import { KeyWriter } from '../bson/key';
import { type Document, double, isDocument, isNumber, toDouble, typeName, type Value } from '../bson/value';
import { badValue, MongoError } from '../errors';
import type { Evaluate } from '../query/projection';
import { arithmetic } from '../update/numbers';
import { type Expressions, forMingo } from './expressions';

export interface Accumulator {
  add(document: Document): void;
  result(): Value;
}

/** Makes one accumulator per group. Refuses unknown names with the server's code (15952). */
export function accumulatorFactory(field: string, spec: Value, expressions: Expressions): () => Accumulator {
  const [name, ...more] = isDocument(spec) ? Object.keys(spec) : [];
  if (name === undefined || !name.startsWith('$')) throw new MongoError(40234, `The field '${field}' must be an accumulator object`);
  if (more.length > 0) throw new MongoError(40238, `The field '${field}' must specify one accumulator`);
  const operand = (spec as Document)[name];
  const make = OWN[name];
  if (make) {
    const evaluate = expressions.evaluate(operand);
    return () => make(evaluate);
  }
  if (!MINGO.has(name)) throw new MongoError(15952, `unknown group operator '${name}'`);
  return () => collected(spec as Document, expressions);
}

const OWN: Record<string, (evaluate: Evaluate) => Accumulator> = {
  $sum: (evaluate) => {
    const sum = new Sum();
    return { add: (document) => sum.add(evaluate(document)), result: () => sum.value() };
  },
  $count: () => {
    const sum = new Sum();
    return { add: () => sum.add(1), result: () => sum.value() };
  },
  $avg: (evaluate) => {
    const sum = new Sum();
    let count = 0;
    return {
      add: (document) => {
        if (sum.add(evaluate(document))) count++;
      },
      result: () => (count === 0 ? null : sum.average(count)),
    };
  },
  $min: (evaluate) => extreme(evaluate, -1),
  $max: (evaluate) => extreme(evaluate, 1),
  $first: (evaluate) => {
    let value: Value;
    let seen = false;
    return {
      add: (document) => {
        if (!seen) value = evaluate(document);
        seen = true;
      },
      result: () => value ?? null,
    };
  },
  $last: (evaluate) => {
    let value: Value;
    return { add: (document) => (value = evaluate(document)), result: () => value ?? null };
  },
  $push: (evaluate) => {
    const values: Value[] = [];
    return {
      add: (document) => {
        const value = evaluate(document);
        if (value !== undefined) values.push(value);
      },
      result: () => values,
    };
  },
  $addToSet: (evaluate) => {
    const values = new Map<string, Value>();
    const writer = new KeyWriter();
    return {
      add: (document) => {
        const value = evaluate(document);
        if (value === undefined) return;
        const key = writer.reset().write(value).takeString();
        if (!values.has(key)) values.set(key, value);
      },
      result: () => [...values.values()],
    };
  },
  $mergeObjects: (evaluate) => {
    const merged: Document = {};
    return {
      add: (document) => {
        const value = evaluate(document);
        if (value === undefined || value === null) return;
        if (!isDocument(value))
          throw new MongoError(40400, `$mergeObjects requires object inputs, but input ${String(value)} is of type ${typeName(value)}`);
        Object.assign(merged, value);
      },
      result: () => merged,
    };
  },
};

const MINGO = new Set([
  '$stdDevPop',
  '$stdDevSamp',
  '$firstN',
  '$lastN',
  '$minN',
  '$maxN',
  '$top',
  '$topN',
  '$bottom',
  '$bottomN',
  '$median',
  '$percentile',
]);

/** Rarer accumulators: mingo's, over the documents of the group. */
function collected(spec: Document, expressions: Expressions): Accumulator {
  const documents: Document[] = [];
  return {
    add: (document) => documents.push(forMingo(document) as Document),
    result: () => {
      try {
        const [group] = new Aggregator([{ $group: { _id: null, value: forMingo(spec) as Document } }], {
          variables: forMingo(expressions.variables) as Document,
          scriptEnabled: false,
        }).run<Document>(documents);
        return group?.value ?? null;
      } catch (cause) {
        throw badValue(String((cause as Error).message));
      }
    },
  };
}

function extreme(evaluate: Evaluate, wanted: 1 | -1): Accumulator {
  let best: Value;
  return {
    add: (document) => {
      const value = evaluate(document);
      if (value === undefined || value === null) return;
      if (best === undefined || compareValues(value, best) * wanted > 0) best = value;
    },
    result: () => best ?? null,
  };
}

/** A running sum with the server's result types: int32 while it fits, then int64, a double or decimal once one is met. */
class Sum {
  #ints = 0;
  #longs: bigint | undefined;
  #doubles: number | undefined;
  #decimals: Value;

  /** False for what is not a number. */
  add(value: Value): boolean {
    if (typeof value === 'number') {
      // Whole numbers are exact in a double far beyond what int32 values can sum to here.
      if (Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff) this.#ints += value;
      else this.#doubles = (this.#doubles ?? 0) + value;
      return true;
    }
    if (!isNumber(value)) return false;
    if (typeof value === 'bigint') this.#longs = (this.#longs ?? 0n) + value;
    else if (value instanceof BSON.Decimal128)
      this.#decimals = this.#decimals === undefined ? value : arithmetic('add', this.#decimals, value);
    else this.#doubles = (this.#doubles ?? 0) + toDouble(value);
    return true;
  }

  value(): Value {
    if (this.#decimals !== undefined) return arithmetic('add', this.#decimals, double(this.#number()));
    if (this.#doubles !== undefined) return double(this.#number());
    if (this.#longs !== undefined) {
      const sum = this.#longs + BigInt(this.#ints);
      return BigInt.asIntN(64, sum) === sum ? sum : double(Number(sum));
    }
    return this.#ints >= -0x80000000 && this.#ints <= 0x7fffffff ? this.#ints : BigInt(this.#ints);
  }

  average(count: number): Value {
    if (this.#decimals !== undefined) return BSON.Decimal128.fromStringWithRounding(String(toDouble(this.value()) / count));
    return double(this.#number() / count);
  }

  #number(): number {
    return this.#ints + Number(this.#longs ?? 0n) + (this.#doubles ?? 0);
  }
}

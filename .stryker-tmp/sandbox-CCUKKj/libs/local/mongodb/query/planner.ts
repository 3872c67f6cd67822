// @ts-nocheck
import { badValue } from '../errors';
import { type Document, isDocument, type Value } from '../bson/value';
import type { Collection } from '../storage/collection';
import type { Index } from '../storage/index-spec';
import { ALL, type Bounds, boundsOf, type Condition, implies, intersected, type Interval, inverted, merged } from './bounds';
import type { Matcher, Node } from './filter';
import { splitPath } from './path';

export interface SortField {
  path: string;
  parts: string[];
  descending: boolean;
}

/** How documents are found. */
export type Plan =
  | { kind: 'scan'; backwards: boolean; covers: boolean; sorted: boolean }
  | { kind: 'keys'; index: Index | undefined; intervals: Interval[]; points: boolean; backwards: boolean; covers: boolean; sorted: boolean }
  | { kind: 'union'; plans: Plan[]; covers: false; sorted: boolean };

export interface PlanRequest {
  matcher: Matcher;
  sort?: readonly SortField[];
  /** An index by name or key pattern, or `{ $natural: ±1 }`. */
  hint?: Value;
}

/** An index read in key order; `undefined` is the one on `_id`, which the collection's own table has. */
interface Candidate {
  index: Index | undefined;
  fields: ReadonlyArray<{ path: string; descending: boolean }>;
  multikey: boolean;
}

/** Combinations of several `$in` beyond this are left to the filter; one list alone is as long as the client made it. */
const MAX_COMBINATIONS = 2_000;
const ID_FIELDS = [{ path: '_id', descending: false }];

/**
 * Chooses the index with the most bounds, counting an equality above a range and a range above a mere order; equality on
 * `_id` or on all fields of a unique index wins at once. `covers` says that the bounds alone decide and no document needs
 * to be tested; `sorted` that they come in the order asked for.
 */
export function choosePlan(collection: Collection, { matcher, sort, hint }: PlanRequest): Plan {
  const identified = hint === undefined && byIdentity(matcher.node);
  if (identified) return identified;
  const conditions = conjunction(matcher.node);
  const scan: Plan = { kind: 'scan', backwards: false, covers: matcher.always, sorted: !sort || sort.length === 0 };
  const hinted = hint === undefined ? undefined : hintedIndex(collection, hint);
  if (hinted?.natural) return { ...scan, backwards: hinted.natural < 0 };
  if (sort?.length === 1 && sort[0].path === '$natural') return { ...scan, backwards: sort[0].descending, sorted: true };
  if (hinted?.candidate) return planFor(hinted.candidate, conditions, matcher, sort).plan;
  let best: Scored = { plan: scan, score: 0 };
  for (const candidate of candidates(collection)) {
    if (candidate.index && !usable(candidate.index, conditions.conditions)) continue;
    const scored = planFor(candidate, conditions, matcher, sort);
    if (scored.score > best.score) best = scored;
  }
  if (best.score < 10) {
    const union = unionOf(collection, conditions.others, scan.sorted);
    if (union) return union;
  }
  return best.plan;
}

/** The commonest query of all needs no choice. */
function byIdentity(node: Node): Plan | undefined {
  if (node.kind !== 'condition' || node.path !== '_id' || node.operator !== '$eq') return undefined;
  const bounds = boundsOf(node);
  return bounds?.exact
    ? { kind: 'keys', index: undefined, intervals: bounds.intervals, points: true, backwards: false, covers: true, sorted: true }
    : undefined;
}

type Scored = { plan: Plan; score: number };

function candidates(collection: Collection): Candidate[] {
  return [
    { index: undefined, fields: ID_FIELDS, multikey: false },
    ...collection.indexes
      .filter(({ spec }) => spec.hidden !== true)
      .map((index) => ({ index, fields: index.fields, multikey: index.multikey })),
  ];
}

interface Conjunction {
  conditions: Condition[];
  /** Parts of the filter that are not conditions on one path. */
  others: Node[];
}

function conjunction(node: Node): Conjunction {
  const conditions: Condition[] = [];
  const others: Node[] = [];
  const visit = (part: Node): void => {
    if (part.kind === 'and') part.nodes.forEach(visit);
    else if (part.kind === 'condition') conditions.push(part);
    else others.push(part);
  };
  visit(node);
  return { conditions, others };
}

function planFor(candidate: Candidate, conjunction_: Conjunction, matcher: Matcher, sort: readonly SortField[] | undefined): Scored {
  const { conditions, others } = conjunction_;
  const base = keyBounds(candidate, conditions);
  const branched = branchBounds(candidate, conjunction_, base);
  const { intervals, bounded, points } = branched ?? base;
  const covers = !branched && base.exact && !candidate.multikey && others.length === 0 && base.consumed === conditions.length;
  const hasSort = (sort?.length ?? 0) > 0;
  const order = sortOrder(candidate, base.constant, sort);
  const whole = points === candidate.fields.length && (!candidate.index || candidate.index.unique);
  const score = (whole ? 1000 : 0) + points * 20 + (bounded > points ? 10 : 0) + (hasSort && order ? 5 : 0);
  const plan: Plan = {
    kind: 'keys',
    index: candidate.index,
    intervals: bounded === 0 ? [ALL] : intervals,
    points: whole,
    backwards: order === 'backwards',
    covers: matcher.always || covers,
    sorted: !hasSort || order !== undefined,
  };
  return { plan, score };
}

interface KeyBounds {
  intervals: Interval[];
  /** How many of the index's first fields are bounded, and to single values. */
  bounded: number;
  points: number;
  /** Fields with one value only: a sort by them says nothing. */
  constant: Set<string>;
  exact: boolean;
  consumed: number;
}

function keyBounds({ fields, multikey }: Candidate, conditions: readonly Condition[]): KeyBounds {
  let prefixes: Interval[] = [{ low: Buffer.alloc(0), high: Buffer.from([0xff]), point: true }];
  const constant = new Set<string>();
  const consumed = new Set<Condition>();
  let exact = true;
  let bounded = 0;
  let points = 0;
  for (const { path, descending } of fields) {
    const own = conditions.filter((condition) => condition.path === path);
    const bounds = boundsOn(own, multikey, consumed);
    if (!bounds) break;
    exact &&= bounds.exact;
    if (prefixes.length > 1 && prefixes.length * bounds.intervals.length > MAX_COMBINATIONS) {
      exact = false;
      break;
    }
    bounded++;
    prefixes = combined(prefixes, descending ? bounds.intervals.map(inverted) : bounds.intervals);
    if (!bounds.intervals.every(({ point }) => point)) break;
    points++;
    if (bounds.intervals.length === 1) constant.add(path);
  }
  return { intervals: merged(prefixes), bounded, points, constant, exact, consumed: consumed.size };
}

/**
 * Bounds of `$or` on one index, when every branch (with what stands beside it) narrows more than what stands beside it
 * alone: `{ $or: [{ at: { $gt: x } }, { at: x, _id: { $gt: y } }] }` reads an index on `at, _id` from where it left off.
 */
function branchBounds(candidate: Candidate, { conditions, others }: Conjunction, base: KeyBounds): KeyBounds | undefined {
  const or = others.find((node) => node.kind === 'or');
  if (or?.kind !== 'or' || candidate.multikey) return undefined;
  const branches = or.nodes.map((node) => keyBounds(candidate, [...conditions, ...conjunction(node).conditions]));
  if (branches.some(({ bounded }) => bounded <= base.bounded)) return undefined;
  return {
    ...base,
    intervals: merged(branches.flatMap(({ intervals }) => intervals)),
    bounded: Math.min(...branches.map(({ bounded }) => bounded)),
    points: Math.min(...branches.map(({ points }) => points)),
  };
}

function boundsOn(conditions: readonly Condition[], multikey: boolean, consumed: Set<Condition>): Bounds | undefined {
  let result: Bounds | undefined;
  for (const condition of conditions) {
    const bounds = boundsOf(condition);
    if (!bounds) continue;
    if (!result) result = bounds;
    // With arrays, two conditions may hold of two elements: only one of them bounds the keys.
    else if (multikey) result = rank(bounds) < rank(result) ? bounds : result;
    else result = { intervals: intersected(result.intervals, bounds.intervals), exact: result.exact && bounds.exact };
    consumed.add(condition);
  }
  return result;
}

const rank = ({ intervals }: Bounds): number => (intervals.every(({ point }) => point) ? intervals.length : 1_000_000);

const combined = (prefixes: readonly Interval[], intervals: readonly Interval[]): Interval[] =>
  prefixes.flatMap((prefix) =>
    intervals.map(({ low, high, point }) => ({ low: Buffer.concat([prefix.low, low]), high: Buffer.concat([prefix.low, high]), point })),
  );

/** In which direction the index gives the order asked for, if it does. */
function sortOrder(
  candidate: Candidate,
  constant: ReadonlySet<string>,
  sort: readonly SortField[] | undefined,
): 'forwards' | 'backwards' | undefined {
  if (!sort || sort.length === 0) return 'forwards';
  if (candidate.multikey) return undefined;
  const wanted = sort.filter(({ path }) => !constant.has(path));
  const given = candidate.fields.filter(({ path }) => !constant.has(path));
  let direction: boolean | undefined;
  for (let i = 0; i < wanted.length; i++) {
    // Rows of equal keys are unique once `_id` has been compared.
    if (i > 0 && wanted[i - 1].path === '_id') break;
    if (given[i]?.path !== wanted[i].path) return undefined;
    const reversed = given[i].descending !== wanted[i].descending;
    if (direction !== undefined && direction !== reversed) return undefined;
    direction = reversed;
  }
  return direction ? 'backwards' : 'forwards';
}

/** Whether the index holds everything that the conditions can match (partial and sparse ones leave documents out). */
function usable(index: Index, conditions: readonly Condition[]): boolean {
  if (index.partial) {
    const required = conjunction(index.partial.node);
    if (required.others.length > 0) return false;
    if (!required.conditions.every((needed) => conditions.some((condition) => implies(condition, needed)))) return false;
  }
  if (!index.sparse) return true;
  return index.fields.some(({ path }) =>
    conditions.some((condition) => {
      if (condition.path !== path) return false;
      if (condition.operator === '$in') return !(condition.operand as Value[]).some((value) => value === null || value === undefined);
      return (
        condition.operator === '$exists' ||
        (boundsOf(condition) !== undefined && condition.operand !== null && condition.operand !== undefined)
      );
    }),
  );
}

/** `$or` whose every branch has an index of its own. */
function unionOf(collection: Collection, others: readonly Node[], sorted: boolean): Plan | undefined {
  const or = others.find((node) => node.kind === 'or');
  if (or?.kind !== 'or') return undefined;
  const plans = or.nodes.map((node) =>
    choosePlan(collection, { matcher: { node, fields: undefined, always: false, matches: () => true } }),
  );
  if (plans.some((plan) => plan.kind === 'scan' || (plan.kind === 'keys' && plan.intervals.includes(ALL)))) return undefined;
  return { kind: 'union', plans, covers: false, sorted };
}

function hintedIndex(collection: Collection, hint: Value): { natural?: number; candidate?: Candidate } {
  if (isDocument(hint) && '$natural' in hint) return { natural: Number(hint.$natural) };
  const all = candidates(collection);
  const found = all.find(({ index, fields }) =>
    typeof hint === 'string' ? (index?.name ?? '_id_') === hint : isDocument(hint) && samePattern(hint, fields),
  );
  if (found) return { candidate: found };
  if (isDocument(hint) && Object.keys(hint).length === 0) return {};
  throw badValue('error processing query: hint provided does not correspond to an existing index');
}

function samePattern(hint: Document, fields: ReadonlyArray<{ path: string; descending: boolean }>): boolean {
  const entries = Object.entries(hint);
  return (
    entries.length === fields.length &&
    entries.every(([path, direction], i) => fields[i].path === path && Number(direction) < 0 === fields[i].descending)
  );
}

/** Parses `{ a: 1, 'b.c': -1 }`. Throws with the server's texts. */
export function parseSort(sort: Value): SortField[] {
  if (sort === undefined || sort === null) return [];
  if (!isDocument(sort)) throw badValue('sort must be an object');
  return Object.entries(sort).map(([path, direction]) => {
    const number = Number(direction);
    if (number !== 1 && number !== -1) {
      if (isDocument(direction) && '$meta' in direction) throw badValue('$meta sort is not served by this server');
      throw badValue('$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    }
    return { path, parts: splitPath(path), descending: number < 0 };
  });
}

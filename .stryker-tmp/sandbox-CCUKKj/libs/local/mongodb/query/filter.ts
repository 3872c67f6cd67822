// @ts-nocheck
import { badValue, MongoError } from '../errors';
import { type Document, has, isDocument, isTrue, type Value } from '../bson/value';
import { conditionOf, type LeafCondition } from './conditions';
import { anyValue, type LeafTest, type MatchDetails, splitPath } from './path';
import { isRegex } from './regex';

/** A parsed filter: what the planner reads to find bounds, and the matcher to test documents. */
export type Node =
  | { kind: 'and' | 'or' | 'nor'; nodes: Node[] }
  | { kind: 'not'; node: Node }
  | ({
      kind: 'condition';
      path: string;
      parts: string[];
      /** Follows from `$expr`: bounds an index only. */ implied?: boolean;
    } & LeafCondition)
  | { kind: 'expression'; test: (document: Document) => boolean }
  | { kind: 'constant'; value: boolean };

/** What a filter may need from outside: `$expr` is evaluated by the aggregation's expressions. */
export interface FilterContext {
  expression(expression: Value): (document: Document) => boolean;
  /** Fields that `$expr` requires to equal a value, so that an index on them can be read. */
  equalities?(expression: Value): Array<[path: string, value: Value]>;
}

/** A filter ready to test documents with. */
export interface Matcher {
  readonly node: Node;
  /** Top-level fields that it looks at; undefined when it may look at any. */
  readonly fields: ReadonlySet<string> | undefined;
  /** True for the empty filter. */
  readonly always: boolean;
  matches(document: Document, details?: MatchDetails): boolean;
}

/**
 * Parses a filter document (https://www.mongodb.com/docs/manual/reference/operator/query/). Throws BadValue (2) with
 * the server's texts for unknown operators and malformed operands.
 */
export function compileFilter(filter: Document, context: FilterContext): Matcher {
  const node = parseFilter(filter, context);
  const fields = new Set<string>();
  const all = collectFields(node, fields);
  return {
    node,
    fields: all ? fields : undefined,
    always: node.kind === 'and' && node.nodes.length === 0,
    matches: (document, details) => evaluate(node, document, details),
  };
}

function parseFilter(filter: Document, context: FilterContext): Node {
  const nodes: Node[] = [];
  for (const key of Object.keys(filter)) {
    const value = filter[key];
    if (key.startsWith('$')) {
      const node = topLevel(key, value, context);
      if (node) nodes.push(node);
    } else nodes.push(...fieldNodes(key, value, context));
  }
  return nodes.length === 1 ? nodes[0] : { kind: 'and', nodes };
}

function topLevel(operator: string, value: Value, context: FilterContext): Node | undefined {
  switch (operator) {
    case '$and':
    case '$or':
    case '$nor':
      return {
        kind: operator.slice(1) as 'and' | 'or' | 'nor',
        nodes: clauses(operator, value).map((clause) => parseFilter(clause, context)),
      };
    case '$expr':
      return {
        kind: 'and',
        nodes: [
          ...(context.equalities?.(value) ?? []).map(([path, equal]) => ({ ...condition(path, '$eq', equal, {}), implied: true })),
          { kind: 'expression', test: context.expression(value) },
        ],
      };
    case '$comment':
      return undefined;
    case '$alwaysTrue':
      return { kind: 'constant', value: true };
    case '$alwaysFalse':
      return { kind: 'constant', value: false };
    case '$sampleRate': {
      const rate = Number(value);
      return { kind: 'expression', test: () => Math.random() < rate };
    }
    case '$text':
      throw new MongoError(27, 'text index required for $text query');
    case '$where':
      throw badValue('no globalScriptEngine in $where parsing');
    case '$jsonSchema':
      throw new MongoError(238, '$jsonSchema is not served by this server');
    default:
      throw badValue(
        `unknown top level operator: ${operator}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

function clauses(operator: string, value: Value): Document[] {
  if (!Array.isArray(value)) throw badValue(`${operator} must be an array`);
  if (value.length === 0) throw badValue(`$and/$or/$nor must be a nonempty array`);
  return value.map((clause: unknown) => {
    if (!isDocument(clause)) throw badValue('$or/$and/$nor entries need to be full objects');
    return clause;
  });
}

function fieldNodes(path: string, value: Value, context: FilterContext): Node[] {
  if (!isOperators(value)) return [condition(path, isRegex(value) ? '$regex' : '$eq', value, {})];
  const nodes: Node[] = [];
  for (const operator of Object.keys(value)) {
    const operand = value[operator];
    if (operator === '$options' && has(value, '$regex')) continue;
    if (operator === '$comment') continue;
    nodes.push(operatorNode(path, operator, operand, value, context));
  }
  return nodes;
}

function operatorNode(path: string, operator: string, operand: Value, siblings: Document, context: FilterContext): Node {
  switch (operator) {
    case '$ne':
      if (isRegex(operand)) throw badValue("Can't have regex as arg to $ne.");
      return { kind: 'not', node: condition(path, '$eq', operand, siblings) };
    case '$nin':
      return { kind: 'not', node: condition(path, '$in', operand, siblings, '$nin') };
    case '$not': {
      if (isRegex(operand)) return { kind: 'not', node: condition(path, '$regex', operand, {}) };
      if (!isDocument(operand)) throw badValue('$not needs a regex or a document');
      if (Object.keys(operand).length === 0) throw badValue('$not cannot be empty');
      if (!isOperators(operand)) throw badValue(`unknown operator: ${Object.keys(operand)[0]}`);
      return { kind: 'not', node: { kind: 'and', nodes: fieldNodes(path, operand, context) } };
    }
    case '$exists': {
      const node = condition(path, '$exists', true, siblings);
      return isTrue(operand) || (operand !== false && operand !== null && operand !== undefined && typeof operand !== 'number')
        ? node
        : { kind: 'not', node };
    }
    case '$elemMatch':
      return { ...condition(path, '$elemMatch', operand, siblings), test: elementTest(operand, context) };
    case '$all':
      return allOf(path, operand, siblings, context);
    default:
      return condition(path, operator, operand, siblings);
  }
}

function condition(
  path: string,
  operator: string,
  operand: Value,
  siblings: Document,
  named = operator,
): Extract<Node, { kind: 'condition' }> {
  return { kind: 'condition', path, parts: splitPath(path), ...conditionOf(operator, operand, siblings, named) };
}

function allOf(path: string, operand: Value, siblings: Document, context: FilterContext): Node {
  if (!Array.isArray(operand)) throw badValue('$all needs an array');
  if (operand.length === 0) return { kind: 'constant', value: false };
  return {
    kind: 'and',
    nodes: operand.map((item: unknown) => {
      if (isDocument(item) && has(item, '$elemMatch')) return operatorNode(path, '$elemMatch', item.$elemMatch, siblings, context);
      if (isOperators(item)) throw badValue('no $ expressions in $all');
      return condition(path, isRegex(item) ? '$regex' : '$eq', item, {});
    }),
  };
}

/** The test of an array's element: operators apply to it itself, a filter to the documents among them. */
function elementTest(operand: Value, context: FilterContext): LeafTest {
  if (!isDocument(operand)) throw badValue('$elemMatch needs an Object');
  const first = Object.keys(operand)[0];
  const isValueForm = first !== undefined && first.startsWith('$') && !['$and', '$or', '$nor', '$expr', '$where'].includes(first);
  const element = isValueForm ? valueTest(operand, context) : documentTest(operand, context);
  return (value) => Array.isArray(value) && value.some((item: unknown) => element(item));
}

function valueTest(operators: Document, context: FilterContext): LeafTest {
  const node: Node = { kind: 'and', nodes: fieldNodes('v', operators, context) };
  return (item) => evaluate(node, { v: item }, undefined, false);
}

function documentTest(filter: Document, context: FilterContext): LeafTest {
  const node = parseFilter(filter, context);
  return (item) => isDocument(item) && evaluate(node, item);
}

/** The index of the element that `$elemMatch` chose, for a positional update. */
function evaluate(node: Node, document: Document, details?: MatchDetails, intoArray = true): boolean {
  switch (node.kind) {
    case 'and':
      for (const child of node.nodes) if (!evaluate(child, document, details, intoArray)) return false;
      return true;
    case 'or':
      return node.nodes.some((child) => evaluate(child, document, details, intoArray));
    case 'nor':
      return !node.nodes.some((child) => evaluate(child, document, undefined, intoArray));
    case 'not':
      return !evaluate(node.node, document, undefined, intoArray);
    case 'constant':
      return node.value;
    case 'expression':
      return node.test(document);
    case 'condition':
      return evaluateCondition(node, document, details, intoArray);
  }
}

function evaluateCondition(
  node: Extract<Node, { kind: 'condition' }>,
  document: Document,
  details: MatchDetails | undefined,
  intoArray: boolean,
): boolean {
  if (node.operator !== '$elemMatch' || !details) return anyValue(document, node.parts, node.test, node.intoArray && intoArray, details);
  return anyValue(
    document,
    node.parts,
    (value) => {
      if (!Array.isArray(value)) return false;
      const index = value.findIndex((item: unknown) => node.test([item]));
      if (index < 0) return false;
      details.arrayIndex = index;
      return true;
    },
    false,
  );
}

/** A document of operators (`{ $gt: 1 }`), as opposed to a value to be equal to. References are values. */
export function isOperators(value: Value): value is Document {
  if (!isDocument(value)) return false;
  const first = Object.keys(value)[0];
  return first !== undefined && first.startsWith('$') && first !== '$ref' && first !== '$id' && first !== '$db';
}

function collectFields(node: Node, into: Set<string>): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'nor':
      return node.nodes.every((child) => collectFields(child, into));
    case 'not':
      return collectFields(node.node, into);
    case 'condition':
      into.add(node.parts[0]);
      return true;
    case 'constant':
      return true;
    case 'expression':
      return false;
  }
}

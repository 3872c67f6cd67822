// @ts-nocheck
import { badValue, MongoError } from '../errors';
import { type Document, has, isDocument, isNumber, put, toDouble, type Value } from '../bson/value';
import { compileFilter, type FilterContext, type Matcher } from './filter';
import type { MatchDetails } from './path';

/** Evaluates an aggregation expression on a document; `undefined` is a missing value. */
export type Evaluate = (document: Document) => Value;

export interface ProjectionContext extends FilterContext {
  evaluate(expression: Value): Evaluate;
}

export type Project = (document: Document, details?: MatchDetails) => Document;

type Action =
  | { kind: 'include' }
  | { kind: 'exclude' }
  | { kind: 'expression'; evaluate: Evaluate }
  | { kind: 'slice'; skip?: number; count: number }
  | { kind: 'elemMatch'; matcher: Matcher }
  | { kind: 'positional' };

/** Fields of a projection, nested as the documents are. */
type Tree = Map<string, Action | Tree>;

/**
 * Compiles a projection (https://www.mongodb.com/docs/manual/reference/method/db.collection.find/#projection) for `find`
 * or, with `stage`, for `$project`. Throws with the server's codes for mixtures of inclusion and exclusion.
 */
export function compileProjection(spec: Document, context: ProjectionContext, stage = false): Project {
  const tree: Tree = new Map();
  const mode: Mode = { inclusion: undefined, elemMatch: false };
  for (const [path, value] of Object.entries(spec)) addField(tree, path, value, mode, context, stage);
  const inclusion = mode.inclusion ?? (mode.elemMatch || (tree.size === 1 && isInclude(tree.get('_id'))));
  const id = tree.get('_id');
  if (inclusion && id === undefined) tree.set('_id', { kind: 'include' });
  const needsPositional = [...tree.values()].some((action) => hasPositional(action));
  return (document, details) => {
    if (needsPositional && details?.arrayIndex === undefined)
      throw new MongoError(
        51246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    return inclusion ? included(document, tree, document, details) : excluded(document, tree, document, details);
  };
}

/** The fields that `$project` of inclusions alone needs of its input; undefined when it may look at any. */
interface Mode {
  inclusion: boolean | undefined;
  elemMatch: boolean;
}

const isTree = (action: Action | Tree): action is Tree => action instanceof Map;
const isInclude = (action: Action | Tree | undefined): boolean => action !== undefined && !isTree(action) && action.kind === 'include';
const hasPositional = (action: Action | Tree): boolean =>
  isTree(action) ? [...action.values()].some(hasPositional) : action.kind === 'positional';

function addField(tree: Tree, path: string, value: Value, mode: Mode, context: ProjectionContext, stage: boolean): void {
  if (path === '') throw new MongoError(40352, 'FieldPath cannot be constructed with empty string');
  if (path.startsWith('$') && path !== '$$ROOT')
    throw new MongoError(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`);
  const parts = path.split('.');
  if (parts.some((part) => part === '')) throw new MongoError(15998, 'FieldPath field names may not be empty strings.');
  if (!stage && parts.length > 1 && parts[parts.length - 1] === '$') {
    parts.pop();
    noteMode(mode, true, path);
    place(tree, parts, { kind: 'positional' }, path);
    return;
  }
  place(tree, parts, actionOf(path, value, mode, context, stage), path);
}

function actionOf(path: string, value: Value, mode: Mode, context: ProjectionContext, stage: boolean): Action | Tree {
  if (typeof value === 'boolean' || isNumber(value)) {
    const include = value === true || (value !== false && toDouble(value) !== 0);
    if (path !== '_id') noteMode(mode, include, path);
    return { kind: include ? 'include' : 'exclude' };
  }
  if (isDocument(value)) {
    const [operator, operand] = Object.entries(value)[0] ?? [];
    if (operator === undefined) throw new MongoError(51270, `An empty sub-projection is not a valid value. Found empty object at path`);
    if (!operator.startsWith('$')) {
      const nested: Tree = new Map();
      for (const [key, item] of Object.entries(value)) addField(nested, key, item, mode, context, stage);
      return nested;
    }
    if (!stage && operator === '$slice') return sliceOf(operand, mode);
    if (!stage && operator === '$elemMatch') {
      mode.elemMatch = true;
      if (!isDocument(operand)) throw badValue('elemMatch: Invalid argument, object required, but got something else');
      return { kind: 'elemMatch', matcher: compileFilter({ v: { $elemMatch: operand } }, context) };
    }
    if (operator === '$meta') throw new MongoError(40218, 'query requires text score metadata, but it is not available');
  }
  if (path !== '_id') noteMode(mode, true, path);
  return { kind: 'expression', evaluate: evaluated(value, context, stage) };
}

function evaluated(expression: Value, context: ProjectionContext, stage: boolean): Evaluate {
  try {
    return context.evaluate(expression);
  } catch (cause) {
    const [operator] = isDocument(expression) ? Object.keys(expression) : [];
    if (!(cause instanceof MongoError) || cause.code !== 168 || !cause.message.endsWith(`'${operator}'`)) throw cause;
    throw new MongoError(31325, `${stage ? 'Invalid $project :: caused by :: ' : ''}Unknown expression ${operator}`);
  }
}

function sliceOf(operand: Value, _mode: Mode): Action {
  if (isNumber(operand)) return { kind: 'slice', count: toDouble(operand) };
  if (Array.isArray(operand) && operand.length === 2) {
    const [skip, count] = operand.map((item: unknown) => toDouble(item));
    if (!(count > 0)) throw new MongoError(28724, 'First argument to $slice must be an array, but is of type: int');
    return { kind: 'slice', skip, count };
  }
  throw new MongoError(28667, '$slice only supports numbers and [skip, limit] arrays');
}

function noteMode(mode: Mode, include: boolean, path: string): void {
  if (mode.inclusion === undefined) mode.inclusion = include;
  else if (mode.inclusion && !include) throw new MongoError(31254, `Cannot do exclusion on field ${path} in inclusion projection`);
  else if (!mode.inclusion && include) throw new MongoError(31253, `Cannot do inclusion on field ${path} in exclusion projection`);
}

function place(tree: Tree, parts: readonly string[], action: Action | Tree, path: string): void {
  let at = tree;
  for (const part of parts.slice(0, -1)) {
    const next = at.get(part);
    if (next === undefined) {
      const nested: Tree = new Map();
      at.set(part, nested);
      at = nested;
    } else if (isTree(next)) at = next;
    else throw new MongoError(31249, `Path collision at ${path}`);
  }
  const last = parts[parts.length - 1];
  if (at.has(last)) throw new MongoError(31250, `Path collision at ${path}`);
  at.set(last, action);
}

function included(value: Document, tree: Tree, root: Document, details?: MatchDetails): Document {
  const result: Document = {};
  for (const key of Object.keys(value)) {
    const action = tree.get(key);
    if (action === undefined) continue;
    const projected = isTree(action) ? intoIncluded(value[key], action, root, details) : applied(action, value[key], details);
    if (projected !== undefined) put(result, key, projected);
  }
  for (const [key, action] of tree) {
    if (isTree(action)) {
      // Computed fields below a missing one make it.
      if (!has(value, key) && hasExpression(action)) put(result, key, included({}, action, root, details));
    } else if (action.kind === 'expression') {
      const computed = action.evaluate(root);
      if (computed !== undefined) put(result, key, computed);
    }
  }
  return result;
}

const hasExpression = (tree: Tree): boolean =>
  [...tree.values()].some((action) => (isTree(action) ? hasExpression(action) : action.kind === 'expression'));

function intoIncluded(value: Value, tree: Tree, root: Document, details?: MatchDetails): Value {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => intoIncluded(item, tree, root, details)).filter((item) => item !== undefined);
  }
  if (isDocument(value)) return included(value, tree, root, details);
  return hasExpression(tree) ? included({}, tree, root, details) : undefined;
}

function excluded(value: Document, tree: Tree, root: Document, details?: MatchDetails): Document {
  const result: Document = {};
  for (const key of Object.keys(value)) {
    const action = tree.get(key);
    if (action === undefined) put(result, key, value[key]);
    else if (isTree(action)) put(result, key, intoExcluded(value[key], action, root, details));
    else {
      const kept = action.kind === 'exclude' ? undefined : applied(action, value[key], details);
      if (kept !== undefined) put(result, key, kept);
    }
  }
  for (const [key, action] of tree) {
    if (!isTree(action) && action.kind === 'expression') put(result, key, action.evaluate(root));
  }
  return result;
}

function intoExcluded(value: Value, tree: Tree, root: Document, details?: MatchDetails): Value {
  if (Array.isArray(value)) return value.map((item: unknown) => intoExcluded(item, tree, root, details));
  return isDocument(value) ? excluded(value, tree, root, details) : value;
}

function applied(action: Action, value: Value, details?: MatchDetails): Value {
  switch (action.kind) {
    case 'include':
      return value;
    case 'slice':
      return Array.isArray(value) ? sliced(value, action) : value;
    case 'elemMatch': {
      if (!Array.isArray(value)) return undefined;
      const found = value.find((item: unknown) => action.matcher.matches({ v: [item] }));
      return found === undefined ? undefined : [found];
    }
    case 'positional':
      return Array.isArray(value) && details?.arrayIndex !== undefined ? value.slice(details.arrayIndex, details.arrayIndex + 1) : value;
    default:
      return undefined;
  }
}

function sliced(value: readonly Value[], { skip, count }: { skip?: number; count: number }): Value[] {
  if (skip === undefined) return count >= 0 ? value.slice(0, count) : value.slice(count);
  const from = skip >= 0 ? skip : Math.max(0, value.length + skip);
  return value.slice(from, from + count);
}

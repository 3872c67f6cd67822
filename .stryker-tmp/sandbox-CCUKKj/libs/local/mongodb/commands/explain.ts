// @ts-nocheck
import { OK } from '../bson/encode';
import { type Document, isDocument, type Value } from '../bson/value';
import { MongoError } from '../errors';
import { leading } from '../aggregate/pipeline';
import { stageOf } from '../aggregate/stages';
import { findRows, type FindRequest } from '../query/execute';
import { choosePlan, type Plan } from '../query/planner';
import { compileFilter } from '../query/filter';
import type { Collection } from '../storage/collection';
import { type Command, namedCollection, pipelineContext, requestOf, type Request, wrongType } from './command';
import { findRequest } from './read';

/** https://www.mongodb.com/docs/manual/reference/command/explain/ */
export const explain: Command = (request) => {
  const { body, services, connection, db } = request;
  if (!isDocument(body.explain)) throw wrongType('explain', 'explain', body.explain, 'object');
  const inner = body.explain;
  const [command] = Object.keys(inner);
  const own = requestOf(command, { ...inner, $db: db }, request.sequences, connection, services);
  const executes = body.verbosity !== 'queryPlanner';
  switch (command) {
    case 'find':
      return explained(own, findRequest(own, 'find'), executes);
    case 'count':
      return explained(own, findRequest(own, 'count', 'query'), executes);
    case 'distinct':
      return explained(own, findRequest(own, 'distinct', 'query'), executes);
    case 'aggregate':
      return explainAggregate(own, (Array.isArray(inner.pipeline) ? inner.pipeline : []) as Value[], executes);
    case 'update':
    case 'delete': {
      const list = (inner[command === 'update' ? 'updates' : 'deletes'] ?? []) as Value[];
      const statement = list[0];
      return explained(
        own,
        { matcher: compileFilter(isDocument(statement) && isDocument(statement.q) ? statement.q : {}, own.expressions) },
        false,
      );
    }
    case 'findAndModify':
      return explained(own, findRequest(own, 'findAndModify', 'query'), false);
    default:
      throw new MongoError(59, `Explain failed due to unknown command: ${command}`);
  }
};

export function explainAggregate(request: Request, pipeline: readonly Value[], executes = true): Document {
  const { request: query } = leading(pipeline.map(stageOf), pipelineContext(request));
  return explained(request, query, executes);
}

function explained(request: Request, query: FindRequest, executes: boolean): Document {
  const { ns, collection } = namedCollection(request);
  const winningPlan = collection ? planDocument(choosePlan(collection, query), query) : { stage: 'EOF' };
  const queryPlanner = {
    namespace: ns,
    parsedQuery: request.body.filter ?? request.body.query ?? {},
    indexFilterSet: false,
    winningPlan,
    rejectedPlans: [],
  };
  return {
    explainVersion: '1',
    queryPlanner,
    ...(executes ? { executionStats: statistics(collection, query, winningPlan) } : {}),
    command: request.body,
    serverInfo: { host: 'localhost', port: request.services.port(), version: '7.0.14' },
    ok: OK,
  };
}

function planDocument(plan: Plan, { matcher, sort, skip, limit }: FindRequest): Document {
  let stage = accessDocument(plan, matcher.always);
  if (!plan.sorted)
    stage = {
      stage: 'SORT',
      sortPattern: Object.fromEntries((sort ?? []).map(({ path, descending }) => [path, descending ? -1 : 1])),
      inputStage: stage,
    };
  if (skip) stage = { stage: 'SKIP', skipAmount: skip, inputStage: stage };
  if (limit) stage = { stage: 'LIMIT', limitAmount: limit, inputStage: stage };
  return stage;
}

function accessDocument(plan: Plan, always: boolean): Document {
  switch (plan.kind) {
    case 'scan':
      return { stage: 'COLLSCAN', direction: plan.backwards ? 'backward' : 'forward' };
    case 'keys': {
      const { index, intervals, backwards, covers, points } = plan;
      if (!index && points && intervals.length === 1) return { stage: 'IDHACK' };
      return {
        stage: 'FETCH',
        ...(covers || always ? {} : { filter: 'residual' }),
        inputStage: {
          stage: 'IXSCAN',
          keyPattern: index ? index.key : { _id: 1 },
          indexName: index ? index.name : '_id_',
          isMultiKey: index?.multikey ?? false,
          isUnique: index?.unique ?? true,
          isSparse: index?.sparse ?? false,
          isPartial: index?.partial !== undefined,
          direction: backwards ? 'backward' : 'forward',
          intervals: intervals.length,
        },
      };
    }
    case 'union':
      return { stage: 'FETCH', inputStage: { stage: 'OR', inputStages: plan.plans.map((part) => accessDocument(part, false)) } };
  }
}

/** Runs the query and counts the rows it read, by a filter that counts. */
function statistics(collection: Collection | undefined, query: FindRequest, executionStages: Document): Document {
  const started = performance.now();
  let nReturned = 0;
  let examined = 0;
  if (collection) {
    const { matcher } = query;
    const counting = {
      ...matcher,
      always: false,
      matches: (document: Document) => {
        examined++;
        return matcher.matches(document);
      },
    };
    for (const _ of findRows(collection, { ...query, matcher: counting })) nReturned++;
  }
  return {
    executionSuccess: true,
    nReturned,
    executionTimeMillis: Math.round(performance.now() - started),
    totalDocsExamined: Math.max(examined, nReturned),
    executionStages,
  };
}

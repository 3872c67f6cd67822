// @ts-nocheck
import { encodeDocument } from '../bson/encode';
import { type Document, isDocument, isTrue, type Value } from '../bson/value';
import { MongoError } from '../errors';
import { runPipeline } from '../aggregate/pipeline';
import { stageOf } from '../aggregate/stages';
import { writeOutput } from '../aggregate/output';
import type { Steps } from '../query/steps';
import { type Command, documentField, integerField, pipelineContext, refuseCollation, type Request, wrongType } from './command';
import { collectionStats, currentOperations, indexStats } from './stats';
import { checkWriteConcern } from './write';
import { explainAggregate } from './explain';

/** https://www.mongodb.com/docs/manual/reference/command/aggregate/ */
export const aggregate: Command = (request) => {
  const { body, db, services, limit } = request;
  checkWriteConcern(body);
  const pipeline = pipelineOf(body);
  if (isTrue(body.explain)) return explainAggregate(request, pipeline);
  if (body.cursor === undefined) throw new MongoError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
  const cursor = documentField(body, 'cursor', 'aggregate');
  const batchSize = integerField(cursor, 'batchSize', 'aggregate.cursor');
  const name = typeof body.aggregate === 'string' ? body.aggregate : '$cmd.aggregate';
  if (typeof body.aggregate !== 'string' && Number(body.aggregate) !== 1)
    throw new MongoError(9, "Invalid command format: the 'aggregate' field must specify a collection name or 1");
  const documents = resultOf(request, pipeline);
  return services.cursors.first(`${db}.${name}`, encoded(documents), { batchSize, limit });
};

export function pipelineOf(body: Document): Value[] {
  const { pipeline } = body;
  if (!Array.isArray(pipeline)) throw wrongType('aggregate', 'pipeline', pipeline, 'array');
  pipeline.forEach((stage: unknown) => {
    if (!isDocument(stage)) throw new MongoError(14, "Each element of the 'pipeline' array must be an object");
  });
  return pipeline as Value[];
}

function resultOf(request: Request, pipeline: readonly Value[]): Steps<Document> {
  const { body, db, services } = request;
  const free = typeof body.aggregate !== 'string';
  const context = pipelineContext(request);
  const collection = free ? undefined : services.catalog.get(db, body.aggregate as string);
  const [first] = pipeline.length > 0 ? stageOf(pipeline[0]) : [''];
  const source = SOURCES[first]?.(request);
  if (source) return runPipeline(undefined, [{ $documents: { $literal: source } }, ...pipeline.slice(1)], context, true);
  refuseCollation(body.collation);
  const last = pipeline.length > 0 ? stageOf(pipeline[pipeline.length - 1]) : undefined;
  if (last && (last[0] === '$out' || last[0] === '$merge')) {
    const documents = runPipeline(collection, pipeline.slice(0, -1), context, free, { hint: body.hint });
    writeOutput(last[0], last[1], documents, request);
    return [];
  }
  return runPipeline(collection, pipeline, context, free, { hint: body.hint });
}

/** Stages that make documents about the server itself. */
const SOURCES: Record<string, ((request: Request) => Document[]) | undefined> = {
  $collStats: (request) => collectionStats(request),
  $indexStats: (request) => indexStats(request),
  $currentOp: (request) => currentOperations(request),
  $listLocalSessions: () => [],
  $listSessions: () => [],
};

function* encoded(documents: Steps<Document>): Generator<Uint8Array | undefined> {
  for (const document of documents) yield document && encodeDocument(document);
}

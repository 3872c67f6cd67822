import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import type { Projection } from '@letopis/kernel';
import type { Composition, CommandEntry } from '../composition';

type Json = Record<string, unknown>;

const problem = {
  description: 'Отказ / refusal',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
const json = (schema: Json, description = 'OK') => ({ description, content: { 'application/json': { schema } } });
const header = (name: string, description: string, schema: Json = { type: 'string' }) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
});

/** The description of the whole edge, made from the contexts (OpenAPI 3.1). */
export function openApi({ commands, projections }: Composition, version: string): Json {
  const open = [...commands.values()].filter(({ spec }) => spec.by.name !== 'system');
  const shown = [...projections.values()].filter(({ serves }) => serves !== 'sagas');
  return {
    openapi: '3.1.0',
    info: { title: 'Letopis', version, description: 'Commands, registries and the audit of an event-sourced core.' },
    security: [{ bearer: [] }, {}],
    paths: {
      ...Object.fromEntries(open.map((entry) => [`/v1/commands/${entry.name}`, { post: commandOperation(entry) }])),
      ...Object.fromEntries(shown.flatMap((projection) => registryPaths(projection))),
      ...fixedPaths,
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { ...commandSchemas(open), ...fixedSchemas },
    },
  };
}

function commandSchemas(entries: readonly CommandEntry[]): Json {
  const all = validationMetadatasToSchemas({ refPointerPrefix: '#/components/schemas/' }) as Record<string, Json>;
  const found: Record<string, Json> = {};
  const add = (name: string) => {
    if (name in found) return;
    found[name] = { ...(all[name] ?? { type: 'object', properties: {} }), additionalProperties: false };
    // Values with fields of their own are described by themselves.
    for (const [, nested] of JSON.stringify(found[name]).matchAll(/"#\/components\/schemas\/(\w+)"/g)) add(nested!);
  };
  for (const { name } of entries) add(name);
  return found;
}

const commandOperation = ({ name, spec, context }: CommandEntry): Json => ({
  operationId: name,
  tags: [context],
  summary: spec.summary,
  description: `Кто / by: ${spec.by.name}`,
  parameters: [
    header('Idempotency-Key', 'Id of the command; the same id, caller and body get the same answer', { type: 'string', format: 'uuid' }),
    header('X-Correlation-Id', 'Id of the story that the command belongs to', { type: 'string', format: 'uuid' }),
    header('If-Match', 'Revision that the caller has seen'),
    header('X-Reason', 'Why, percent-encoded'),
  ],
  requestBody: { required: true, content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } },
  responses: { '200': json({ $ref: '#/components/schemas/Accepted' }), default: problem },
});

function registryPaths({ code, title, list, serves, policy }: Projection): [string, Json][] {
  const about = { tags: ['registries'], summary: `${title.ru} / ${title.en}`, description: `Кто / by: ${policy.name}` };
  const token = header('X-Consistency-Token', 'Position that the answer must not be older than');
  const query = (name: string, description: string, schema: Json = { type: 'string' }) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema,
  });
  const asOf = query('asOf', 'as it was: a time (RFC 3339, or a date) or a position of the log; seen by the rights of today');
  const rows = { '200': json({ $ref: '#/components/schemas/Rows' }), default: problem };
  const paths: [string, Json][] = [];
  if (serves !== 'lookup') {
    const sorts = list.sorts.flatMap((field) => [field, `-${field}`]);
    const parameters = [
      ...Object.entries(list.filters).map(([field, type]) =>
        query(`filter[${field}]`, `${type}; also filter[${field}.gte], .gt, .lte, .lt, .ne, .in`),
      ),
      query('sort', `default ${list.defaultSort}`, { type: 'string', enum: sorts }),
      ...(list.search.length > 0 ? [query('q', `text search in ${list.search.join(', ')}`)] : []),
      query('limit', '1–200, default 50', { type: 'integer', minimum: 1, maximum: 200 }),
      query('cursor', '`next` of the page before'),
      query('count', 'true adds `total`', { type: 'boolean' }),
      asOf,
      token,
    ];
    paths.push([`/v1/registries/${code}`, { get: { ...about, operationId: `list_${code}`, parameters, responses: rows } }]);
    const format = query('format', 'csv (UTF-8 with its mark, semicolons) or xlsx', { type: 'string', enum: ['csv', 'xlsx'] });
    const notPaged = parameters.filter(({ name }) => !['limit', 'cursor', 'count'].includes(name as string));
    const file = { description: 'OK', content: { 'text/csv': {} } };
    paths.push([
      `/v1/registries/${code}/export`,
      { get: { ...about, operationId: `export_${code}`, parameters: [format, ...notPaged], responses: { '200': file, default: problem } } },
    ]);
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
    paths.push([
      `/v1/registries/${code}/{id}`,
      {
        get: {
          ...about,
          operationId: `get_${code}`,
          parameters: [id, asOf, token],
          responses: { '200': json({ type: 'object' }), default: problem },
        },
      },
    ]);
  }
  if (serves !== 'registry') {
    const parameters = [query('q', 'two characters at least; also in the wrong keyboard layout'), token];
    paths.push([`/v1/lookups/${code}`, { get: { ...about, operationId: `lookup_${code}`, parameters, responses: rows } }]);
  }
  return paths;
}

const operation = (tag: string, summary: string, parameters: readonly Json[] = [], extra: Json = {}): Json => ({
  tags: [tag],
  summary,
  parameters,
  responses: { '200': json({ type: 'object' }), default: problem },
  ...extra,
});
const path = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
const body = (properties: Json) => ({
  requestBody: { required: true, content: { 'application/json': { schema: { type: 'object', properties } } } },
});

const fixedPaths: Json = {
  '/v1/about': { get: operation('sign-in', 'Version of the consent, kinds of captcha') },
  '/v1/captcha': {
    post: operation('sign-in', 'A captcha: a picture, or work for the machine', [
      { name: 'kind', in: 'query', schema: { type: 'string', enum: ['picture', 'work'] } },
    ]),
  },
  '/v1/tokens': {
    post: operation(
      'sign-in',
      'An access token for a session token, or for a service with its secret or signed assertion',
      [],
      body({ sessionToken: { type: 'string' }, serviceId: { type: 'string' }, secret: { type: 'string' }, assertion: { type: 'string' } }),
    ),
  },
  '/v1/analytics/{report}': {
    get: operation('registries', 'What is computed when it is asked for; filters name what it is about', [path('report')]),
  },
  '/v1/sheets/{code}/{id}': {
    get: operation('registries', 'A page to be printed about a record (text/html)', [
      path('code'),
      path('id'),
      { name: 'locale', in: 'query', schema: { type: 'string', enum: ['ru', 'en'] } },
      { name: 'timeZone', in: 'query', description: 'IANA name; Europe/Moscow by default', schema: { type: 'string' } },
    ]),
  },
  '/v1/feed': {
    get: operation('feeds', 'Rows of live registries as they change (text/event-stream); Last-Event-ID goes on from there', [
      { name: 'registries', in: 'query', schema: { type: 'string' } },
    ]),
  },
  '/v1/feeds/{code}/{id}/link': {
    post: operation('feeds', 'The address of an own feed, once after it was issued', [path('code'), path('id')]),
  },
  '/v1/feeds/{code}/{link}': {
    get: operation('feeds', 'What the owner of a secret link sees, as a file for programs', [path('code'), path('link')]),
  },
  '/v1/service-accounts/{id}/secret': { post: operation('sign-in', 'The secret of a new service account, once', [path('id')]) },
  '/v1/registries': { get: operation('registries', 'The registries with their filters and sorts') },
  '/v1/audit/records/{category}/{id}': {
    get: operation('audit', 'History of a record: who, when, what, why', [
      path('category'),
      path('id'),
      {
        name: 'after',
        in: 'query',
        description: 'the revision behind which to begin: «next» of the page before',
        schema: { type: 'integer', minimum: 0 },
      },
      { name: 'limit', in: 'query', description: '1–1000, default 1000', schema: { type: 'integer', minimum: 1, maximum: 1000 } },
    ]),
  },
  '/v1/audit/records/{category}/{id}/state': {
    get: operation('audit', 'A record as it was after a revision, or at a time', [
      path('category'),
      path('id'),
      { name: 'revision', in: 'query', schema: { type: 'integer', minimum: 0 } },
      { name: 'at', in: 'query', description: 'RFC 3339, or a date (UTC)', schema: { type: 'string' } },
    ]),
  },
  '/v1/audit/records/{category}/{id}/diff': {
    get: operation('audit', 'What is otherwise between two moments (JSON Pointers), and what happened in between', [
      path('category'),
      path('id'),
      { name: 'from', in: 'query', required: true, description: 'a revision, or a time', schema: { type: 'string' } },
      { name: 'to', in: 'query', description: 'a revision, or a time; else the present', schema: { type: 'string' } },
    ]),
  },
  '/v1/audit/events': {
    get: operation('audit', 'The log between two moments, for auditors: a JSON object per line (NDJSON), as a stream', [
      { name: 'from', in: 'query', description: 'after this: a position, or a time', schema: { type: 'string' } },
      { name: 'to', in: 'query', description: 'up to this: a position, or a time; else the present', schema: { type: 'string' } },
      ...['category', 'type'].map((name) => ({
        name,
        in: 'query',
        description: 'of these alone, with commas',
        schema: { type: 'string' },
      })),
      ...['organizationId', 'actorId'].map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
    ]),
  },
  '/v1/audit/events/{id}/why': {
    get: operation('audit', 'Why an event happened: command, actor, reason, rule, causes up to the first caller, effects', [path('id')]),
  },
  '/v1/audit/stories/{correlationId}': {
    get: operation('audit', 'Everything that followed from one call; `settled=true` waits until it is all done', [
      path('correlationId'),
      { name: 'settled', in: 'query', schema: { type: 'boolean' } },
      {
        name: 'as',
        in: 'query',
        description: 'tree: each event in the one that caused it',
        schema: { type: 'string', enum: ['list', 'tree'] },
      },
    ]),
  },
  '/v1/operations/info': { get: operation('operations', 'Which log this is, its end, marks and counts') },
  '/v1/operations/timers': { get: operation('operations', 'Timers that come due next, and how many each saga has') },
  '/v1/operations/parked': { get: operation('operations', 'Saga steps that wait, and documents that could not take an event') },
  '/v1/operations/parked/retry': {
    post: operation('operations', 'Tries all failed steps of a saga (or of all sagas) again', [], body({ saga: { type: 'string' } })),
  },
  '/v1/operations/documents/refold': {
    post: operation(
      'operations',
      'Folds one document of a read model anew from the log',
      [],
      body({ projection: { type: 'string' }, side: { type: 'string' }, key: { type: 'string' } }),
    ),
  },
  '/v1/operations/verify': {
    post: operation(
      'operations',
      'Begins to compare one read model, or all, with the log; `heal` folds what differs anew',
      [],
      body({ projection: { type: 'string' }, heal: { type: 'boolean' } }),
    ),
  },
  '/v1/operations/rebuild': {
    post: operation('operations', 'Begins to build a read model anew beside the live one', [], body({ projection: { type: 'string' } })),
  },
  '/v1/operations/rollback': {
    post: operation('operations', 'Begins to go back to the build before', [], body({ projection: { type: 'string' } })),
  },
  '/v1/operations/keys/rotate': {
    post: operation('operations', 'Begins to wrap the keys of personal data by a new key, or goes on with it'),
  },
  '/v1/operations/keys/retire': { post: operation('operations', 'Lets wrapping keys go that wrap nothing any more') },
  '/v1/operations/subjects/{subject}': {
    get: operation('operations', 'Whether the key of somebody’s personal data is kept or destroyed, and whether it is held', [
      path('subject'),
    ]),
  },
  '/v1/operations/jobs/{id}': { get: operation('operations', 'How far an operation is, and what came of it', [path('id')]) },
  '/health/live': { get: operation('health', 'Whether the process lives') },
  '/health/ready': { get: operation('health', 'Whether the stores answer, and how far read models and sagas are behind') },
};

const fixedSchemas: Json = {
  Accepted: {
    type: 'object',
    required: ['commandId', 'aggregateId', 'revision', 'position', 'eventIds', 'noop'],
    properties: {
      commandId: { type: 'string', format: 'uuid' },
      aggregateId: { type: 'string' },
      revision: { type: 'integer' },
      position: { type: 'integer', description: 'Consistency token' },
      eventIds: { type: 'array', items: { type: 'string', format: 'uuid' } },
      noop: { type: 'boolean' },
      data: { type: 'object' },
    },
  },
  Rows: {
    type: 'object',
    required: ['items'],
    properties: { items: { type: 'array', items: { type: 'object' } }, next: { type: 'string' }, total: { type: 'integer' } },
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'correlationId'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string' },
      correlationId: { type: 'string' },
      errors: {
        type: 'array',
        items: { type: 'object', properties: { pointer: { type: 'string' }, rule: { type: 'string' }, message: { type: 'string' } } },
      },
    },
  },
};

import { newId, refusal, sheetAddress, system, type Actor } from '@letopis/kernel';
import {
  columnsOf,
  csv,
  momentOf,
  parseCommand,
  printed,
  readableIn,
  replayLines,
  type Access,
  type HistoryEntry,
  type HistoryPage,
  type Job,
  type ParkedDocument,
  type Place,
  type StatesBetween,
  type StateThen,
  type Story,
  type WaitingView,
  type Why,
} from '@letopis/runtime';
import { configurationFrom } from '../../server/configuration';
import { startCore, type Core, type Substitutes } from '../../server/product';
import type { Session } from './session';

/** What stands still, as it is told. */
export interface Parked {
  readonly steps: readonly WaitingView[];
  readonly documents: readonly ParkedDocument[];
}

export interface SubjectView {
  readonly subject: string;
  readonly key: 'none' | 'kept' | 'destroyed';
  readonly hold: { readonly status: string; readonly reason?: string; readonly since?: string };
}

/** The audit; whoever reads it by this door is recorded as everybody else is. */
export interface AuditDoor {
  history(category: string, id: string): Promise<readonly HistoryEntry[]>;
  /** @param moment a revision, or a time; the present where it is left out */
  state(category: string, id: string, moment?: string): Promise<StateThen>;
  diff(category: string, id: string, from: string, to?: string): Promise<StatesBetween>;
  why(eventId: string): Promise<Why>;
  story(correlationId: string): Promise<Omit<Story, 'events'>>;
}

export interface Begin {
  readonly kind: Job['kind'];
  readonly projection?: string;
  readonly heal?: boolean;
}

/** The operations of a product: of one that runs, over HTTP, or of one that was started for this command. */
export interface Door {
  info(): Promise<object>;
  timers(limit: number): Promise<object>;
  parked(saga?: string): Promise<Parked>;
  retryAll(saga?: string): Promise<{ retried: number }>;
  retry(saga: string, eventId: string): Promise<void>;
  skip(saga: string, eventId: string, reason: string): Promise<void>;
  refold(place: Place): Promise<{ parked: boolean }>;
  retireKeys(): Promise<{ retired: readonly string[] }>;
  /** What is kept of somebody: `user:<id>`. */
  subject(subject: string): Promise<SubjectView>;
  /** A command of an administrator, carried through to the end of what follows from it. */
  send(command: string, payload: object, reason?: string): Promise<void>;
  readonly audit: AuditDoor;
  /** The log, a line of JSON for each event. */
  replay(query: Readonly<Record<string, string>>): Promise<AsyncIterable<Uint8Array | string>>;
  /** A registry as CSV, by its filters, at a moment if one is named. */
  export(code: string, query: Readonly<Record<string, string>>): Promise<AsyncIterable<Uint8Array>>;
  /** A page to be printed, as HTML. */
  sheet(code: string, id: string, asked: { readonly locale: string; readonly timeZone?: string }): Promise<string>;
  /** How many rows of a registry a filter finds. */
  count(code: string, filter: Readonly<Record<string, string>>): Promise<number>;
  /** Begins and waits for the end, telling how far it is. */
  run(begin: Begin, progress: (done: number, total: number) => void): Promise<Job>;
  close(): Promise<void>;
}

/** How often a running product is asked how far it is, in milliseconds. */
const ASK = 300;

/** The product that runs, by an administrator's session. */
export function openRunning(session: Session): Door {
  return {
    info: () => session.get('/v1/operations/info'),
    timers: (limit) => session.get(`/v1/operations/timers?limit=${limit}`),
    parked: (saga) => session.get(`/v1/operations/parked${saga === undefined ? '' : `?saga=${encodeURIComponent(saga)}`}`),
    retryAll: (saga) => session.post('/v1/operations/parked/retry', { saga }),
    retry: async (saga, eventId) => void (await session.post('/v1/commands/RetrySagaStep', { saga, eventId })),
    skip: async (saga, eventId, reason) => void (await session.post('/v1/commands/SkipSagaStep', { saga, eventId, reason })),
    refold: (place) => session.post('/v1/operations/documents/refold', place),
    retireKeys: () => session.post('/v1/operations/keys/retire', {}),
    subject: (subject) => session.get(`/v1/operations/subjects/${encodeURIComponent(subject)}`),
    send: async (command, payload, reason) => {
      const story = await session.command(command, payload, reason);
      await session.get(`/v1/audit/stories/${story}?settled=true`);
    },
    audit: {
      history: (category, id) =>
        wholeHistory((after) => session.get<HistoryPage>(`${record(category, id)}${after === undefined ? '' : `?after=${after}`}`)),
      state: (category, id, moment) => session.get(`${record(category, id)}/state${moment === undefined ? '' : `?${asked(moment)}`}`),
      diff: (category, id, from, to) =>
        session.get(`${record(category, id)}/diff?${new URLSearchParams({ from, ...(to === undefined ? {} : { to }) }).toString()}`),
      why: (eventId) => session.get(`/v1/audit/events/${encodeURIComponent(eventId)}/why`),
      story: (correlationId) => session.get(`/v1/audit/stories/${encodeURIComponent(correlationId)}?as=tree`),
    },
    replay: (query) => session.stream(`/v1/audit/events?${new URLSearchParams(query).toString()}`),
    export: (code, query) => session.stream(`/v1/registries/${encodeURIComponent(code)}/export?${new URLSearchParams(query).toString()}`),
    sheet: async (code, id, { locale, timeZone }) => {
      const query = new URLSearchParams({ locale, ...(timeZone === undefined ? {} : { timeZone }) });
      const chunks: Uint8Array[] = [];
      for await (const chunk of await session.stream(
        `${sheetAddress(encodeURIComponent(code), encodeURIComponent(id))}?${query.toString()}`,
      ))
        chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
    count: async (code, filter) => {
      const query = new URLSearchParams([
        ...Object.entries(filter).map(([name, value]): [string, string] => [`filter[${name}]`, value]),
        ['count', 'true'],
        ['limit', '1'],
      ]);
      return (await session.get<{ total: number }>(`/v1/registries/${encodeURIComponent(code)}?${query.toString()}`)).total;
    },
    run: async ({ kind, ...body }, progress) => {
      let job = await session.post<Job>(`/v1/operations/${kind === 'rotate' ? 'keys/rotate' : kind}`, body);
      while (job.state === 'running') {
        await new Promise((resolve) => setTimeout(resolve, ASK));
        job = await session.get<Job>(`/v1/operations/jobs/${job.id}`);
        if (job.total > 0) progress(job.done, job.total);
      }
      return job;
    },
    close: () => session.end(),
  };
}

/** All pages of a history. */
async function wholeHistory(page: (after?: number) => Promise<HistoryPage>): Promise<readonly HistoryEntry[]> {
  const items: HistoryEntry[] = [];
  for (let after: number | undefined; ;) {
    const { items: found, next } = await page(after);
    items.push(...found);
    if (next === undefined) return items;
    after = next;
  }
}

const record = (category: string, id: string) => `/v1/audit/records/${encodeURIComponent(category)}/${encodeURIComponent(id)}`;
const asked = (moment: string) => new URLSearchParams(/^\d+$/.test(moment) ? { revision: moment } : { at: moment }).toString();

/** A product without HTTP in this process: for a data folder on which nothing runs. @throws StartError */
export async function openOwn(dataFolder: string, substitutes: Substitutes): Promise<Door> {
  const core = await startCore(configurationFrom({ ...process.env, LETOPIS_DATA: dataFolder }), substitutes);
  const { operations, sagas, store, projector, composition } = core.runtime;
  const actor = system('operator');
  const asked = () => ({ actor, commandId: newId(), correlationId: newId() });
  /** What was decided is carried out before the process ends. */
  const carriedOut = ({ position }: { position: number }) => sagas.mark.reached(position, 60_000);
  // What is told is told of everything that has happened.
  const head = await store.head();
  await Promise.all([...composition.projections.keys()].map((code) => projector.mark(code).reached(head, 600_000)));
  return {
    info: () => operations.info(),
    timers: (limit) => operations.timers(limit),
    parked: async (saga) => ({
      steps: await operations.waiting(saga),
      documents: saga === undefined ? await operations.parkedDocuments() : [],
    }),
    retryAll: async (saga) => {
      const done = await operations.retryAll(saga, asked());
      await carriedOut(done);
      return done;
    },
    retry: async (saga, eventId) => carriedOut(await operations.retry(saga, eventId, asked())),
    skip: async (saga, eventId, reason) => carriedOut(await operations.skip(saga, eventId, reason, asked())),
    refold: (place) => operations.refold(place),
    retireKeys: () => operations.retireKeys(),
    subject: (subject) => operations.subject(subject),
    send: async (name, payload, reason) => {
      const entry = composition.commands.get(name);
      if (!entry) throw refusal('UNKNOWN_COMMAND', { name });
      const correlationId = newId();
      await core.runtime.dispatcher.execute(parseCommand(entry.type, payload), { actor, commandId: newId(), correlationId, reason });
      await core.runtime.audit.story(correlationId, { settled: true });
    },
    audit: ownAudit(core.runtime, actor),
    replay: async ({ from, to, category, type, ...rest }) => {
      await core.runtime.access.record(actor, newId(), { what: 'replay', subject: '$all', query: rest });
      const pages = operations.replay(from, to, { categories: category?.split(','), types: type?.split(','), ...rest });
      return replayLines(await pages.next(), pages);
    },
    export: async (code, { asOf, ...query }) => {
      const projection = composition.projections.get(code);
      if (!projection) throw refusal('UNKNOWN_REGISTRY', { name: code });
      const filter = Object.fromEntries(
        Object.entries(query).flatMap(([name, value]) => (/^filter\[.+\]$/.test(name) ? [[name.slice(7, -1), value]] : [])),
      );
      const collection = asOf === undefined ? undefined : await operations.asOf.list(projection, await operations.asOf.position(asOf));
      await core.runtime.access.record(actor, newId(), { what: 'export', subject: code, query: { ...query, ...(asOf ? { asOf } : {}) } });
      const pages = core.runtime.queries.pages(projection, { filter, q: query.q, sort: query.sort }, {}, collection);
      return csv(pages, (rows) => columnsOf(projection, rows, 'ru'), 'ru');
    },
    sheet: (code, id, { locale, timeZone }) => printed(core.runtime, { code, id, ...readableIn(locale, timeZone), actor }),
    count: async (code, filter) => {
      const projection = composition.projections.get(code);
      if (!projection) throw refusal('UNKNOWN_REGISTRY', { name: code });
      return (await core.runtime.queries.list(projection, { filter, count: true, limit: 1 }, {})).total!;
    },
    run: async ({ kind, projection, heal = false }, progress) => {
      const begun =
        kind === 'verify'
          ? operations.verify(projection, heal, actor)
          : kind === 'rotate'
            ? operations.rotateKeys(actor)
            : operations[kind](projection!, actor);
      const asking = setInterval(() => begun.total > 0 && progress(begun.done, begun.total), ASK);
      return (await operations.jobs.ended(begun.id).finally(() => clearInterval(asking)))!;
    },
    close: () => core.stop(),
  };
}

/** The audit of the product in this process: read as «system», and recorded so. */
function ownAudit({ audit, access, composition }: Core['runtime'], actor: Actor): AuditDoor {
  const reader = { forAuditor: true };
  const recorded = (what: Access['what'], subject: string) => access.record(actor, newId(), { what, subject });
  const definitionOf = (category: string) => {
    const definition = composition.aggregates.get(category);
    if (!definition) throw refusal('NOT_FOUND');
    return definition;
  };
  const moment = (text: string | undefined) => (text === undefined ? { revision: Infinity } : momentOf('moment', text));
  return {
    history: async (category, id) => {
      await recorded('history', `${category}-${id}`);
      return wholeHistory((after) => audit.history(`${category}-${id}`, reader, { after }));
    },
    state: async (category, id, at) => {
      await recorded('state', `${category}-${id}`);
      return audit.state(definitionOf(category), id, moment(at), reader);
    },
    diff: async (category, id, from, to) => {
      await recorded('diff', `${category}-${id}`);
      return audit.diff(definitionOf(category), id, moment(from), moment(to), reader);
    },
    why: async (eventId) => {
      await recorded('why', eventId);
      return audit.why(await audit.find(eventId), reader);
    },
    story: async (correlationId) => {
      await recorded('story', correlationId);
      return audit.story(correlationId);
    },
  };
}

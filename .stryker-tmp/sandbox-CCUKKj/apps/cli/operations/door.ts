// @ts-nocheck
import { newId, system } from '@letopis/kernel';
import type { Job, ParkedDocument, Place, WaitingView } from '@letopis/runtime';
import { configurationFrom } from '../../server/configuration';
import { startCore, type Substitutes } from '../../server/product';
import type { Session } from './session';

/** What stands still, as it is told. */
export interface Parked {
  readonly steps: readonly WaitingView[];
  readonly documents: readonly ParkedDocument[];
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
    run: async ({ kind, ...body }, progress) => {
      let job = await session.post<Job>(`/v1/operations/${kind}`, body);
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
    run: async ({ kind, projection, heal = false }, progress) => {
      const begun = kind === 'verify' ? operations.verify(projection, heal, actor) : operations[kind](projection!, actor);
      const asking = setInterval(() => begun.total > 0 && progress(begun.done, begun.total), ASK);
      return (await operations.jobs.ended(begun.id).finally(() => clearInterval(asking)))!;
    },
    close: () => core.stop(),
  };
}

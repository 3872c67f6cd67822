// @ts-nocheck
import { newId } from '@letopis/kernel';
import type { Logger } from '../logger';
import type { OnProgress } from './verify';
import { operationErrors } from './saga-failure';

/** Long work that an operator has begun. */
export interface Job {
  readonly id: string;
  readonly kind: 'verify' | 'rebuild' | 'rollback';
  readonly projections: readonly string[];
  readonly startedBy: string;
  /** UTC. */
  readonly startedAt: string;
  state: 'running' | 'done' | 'failed';
  /** In positions of the log. */
  done: number;
  total: number;
  result?: object;
  error?: string;
}

/** Jobs that are remembered after their end. */
const REMEMBERED = 50;

/** The long work of this process: told of while it runs and for a while after, and broken off when the process stops. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(
    private readonly logger: Logger,
    private readonly now: () => string,
  ) {}

  /** Ends the work when the process stops. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** @throws DomainError OPERATION_RUNNING when one of the projections is being worked on */
  begin(about: Pick<Job, 'kind' | 'projections' | 'startedBy'>, work: (onProgress: OnProgress) => Promise<object>): Job {
    const other = [...this.#jobs.values()].find(
      ({ state, projections }) => state === 'running' && projections.some((code) => about.projections.includes(code)),
    );
    if (other) throw operationErrors.refusal('OPERATION_RUNNING', { id: other.id });
    const job: Job = { id: newId(), ...about, startedAt: this.now(), state: 'running', done: 0, total: 0 };
    this.#jobs.set(job.id, job);
    if (this.#jobs.size > REMEMBERED) this.forgetOldest();
    this.#running.set(job.id, this.run(job, work));
    return job;
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** Waits for the end of a job. */
  async ended(id: string): Promise<Job | undefined> {
    await this.#running.get(id);
    return this.#jobs.get(id);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running.values());
  }

  private async run(job: Job, work: (onProgress: OnProgress) => Promise<object>): Promise<void> {
    const { id, kind, projections, startedBy } = job;
    const about = { job: id, kind, projections, startedBy };
    this.logger.info(about, 'an operation has begun');
    try {
      job.result = await work((done, total) => Object.assign(job, { done, total }));
      job.state = 'done';
      this.logger.info(about, 'an operation is done');
    } catch (error) {
      job.state = 'failed';
      job.error = error instanceof Error ? error.message : String(error);
      this.logger.error({ ...about, error: job.error }, 'an operation has failed');
    } finally {
      this.#running.delete(id);
    }
  }

  private forgetOldest(): void {
    const oldest = [...this.#jobs.values()].find(({ state }) => state !== 'running');
    if (oldest) this.#jobs.delete(oldest.id);
  }
}

import { refusal } from '@letopis/kernel';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Server } from 'node:http';

/** How long calls that are under way may take once the process is to end, in milliseconds. */
const LONGEST = 15_000;
/** Nobody has called for so long: who was on the way has arrived, and has been told to go elsewhere. */
const QUIET = 250;

/**
 * The end of an edge in order: those who call are told to go elsewhere, those who are being answered get their answers, and
 * only then nobody is let in any more. No call that has arrived is left without an answer.
 */
export class Draining {
  #underWay = new Set<Response>();
  #calledAt = 0;
  #draining = false;
  #changed: () => void = () => {};

  /** Whether the process is about to end. */
  get begun(): boolean {
    return this.#draining;
  }

  /** Counts calls, and refuses those that come too late; liveness is told to the end. */
  readonly handler: RequestHandler = (request: Request, response: Response, next: NextFunction) => {
    this.#calledAt = performance.now();
    if (!this.#draining) {
      this.#underWay.add(response);
      response.once('close', () => {
        this.#underWay.delete(response);
        this.#changed();
      });
      next();
      return;
    }
    response.setHeader('Connection', 'close');
    if (request.path === '/health/live') next();
    else next(refusal('STOPPING'));
  };

  /** Comes back when every call has its answer, or the time for that is over. */
  async drain(server: Server, { longest = LONGEST, quiet = QUIET } = {}): Promise<void> {
    this.#draining = true;
    const until = performance.now() + longest;
    for (const response of this.#underWay) if (!response.headersSent) response.setHeader('Connection', 'close');
    // What flows without an end (the feed) ends here: its readers come again with the position that they have.
    for (const response of this.#underWay) if (isEndless(response)) response.end();
    while (performance.now() < until) {
      const calm = performance.now() - this.#calledAt >= quiet;
      if (calm && this.#underWay.size === 0) break;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        timer = setTimeout(resolve, Math.max(1, Math.min(quiet, until - performance.now())));
      }).finally(() => clearTimeout(timer));
    }
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    if (performance.now() >= until) server.closeAllConnections();
    await closed;
  }
}

const isEndless = (response: Response) => String(response.getHeader('content-type') ?? '').startsWith('text/event-stream');

import { Controller, Get, Inject, Res } from '@nestjs/common';
import { refusal } from '@letopis/kernel';
import type { Response } from 'express';
import type { Mark } from '../projections/mark';
import { EDGE, type Edge } from './edge';

/** Whether the process lives, and whether it is fit to answer. */
@Controller('health')
export class HealthController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get('live')
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response) {
    const { runtime } = this.edge;
    const head = await this.asked();
    const state = ({ position, movedAt }: Mark) => {
      const behind = Math.max(0, head - position);
      return { behind, stuck: behind > 0 && Date.now() - movedAt > STUCK_AFTER };
    };
    const projections = [...runtime.composition.projections.keys()].map((code) => ({ code, ...state(runtime.projector.mark(code)) }));
    const sagas = state(runtime.sagas.mark);
    const ready = !sagas.stuck && projections.every(({ stuck }) => !stuck);
    response.status(ready ? 200 : 503);
    return { status: ready ? 'ok' : 'stuck', head, sagas, projections };
  }

  /** The end of the log, provided both stores answer. @throws DomainError STORE_UNAVAILABLE that names the one that does not */
  private async asked(): Promise<number> {
    const { store, db } = this.edge.runtime;
    const [log, database] = await Promise.allSettled([store.head(), db.command({ ping: 1 })]);
    if (log.status === 'fulfilled' && database.status === 'fulfilled') return log.value;
    const told = ({ status }: PromiseSettledResult<unknown>) => (status === 'fulfilled' ? 'ok' : 'away');
    const cause: unknown = log.status === 'rejected' ? log.reason : (database as PromiseRejectedResult).reason;
    throw Object.assign(refusal('STORE_UNAVAILABLE', { stores: { eventstore: told(log), mongodb: told(database) } }), { cause });
  }
}

/** A mark that is behind and has not moved for so long is stuck, in milliseconds. */
const STUCK_AFTER = 10_000;

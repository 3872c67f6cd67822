// @ts-nocheck
import { Controller, Get, Inject, Res } from '@nestjs/common';
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
    const head = await runtime.store.head();
    await runtime.db.command({ ping: 1 });
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
}

/** A mark that is behind and has not moved for so long is stuck, in milliseconds. */
const STUCK_AFTER = 10_000;

// @ts-nocheck
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { RequestHandler, Response } from 'express';
import type { Metrics } from '../operations/metrics';
import type { Call } from './calls';
import { EDGE, type Edge } from './edge';
import { administratorOf } from './operations-controller';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Counts every call by the pattern of its route: addresses hold ids and are told to nobody. */
export const observed =
  (metrics: Metrics): RequestHandler =>
  (request, response, next) => {
    const begun = performance.now();
    response.once('finish', () => {
      const { path } = (request.route ?? {}) as { path?: unknown };
      const method = METHODS.includes(request.method) ? request.method : 'other';
      metrics.answered(method, typeof path === 'string' ? path : 'other', response.statusCode, (performance.now() - begun) / 1_000);
    });
    next();
  };

/** What Prometheus fetches: from this machine, or by an administrator of the service. */
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get()
  async metrics(@Req() request: Call, @Res() response: Response): Promise<void> {
    if (!this.fromThisMachine(request)) await administratorOf(request, this.edge);
    const { metrics } = this.edge.runtime;
    const text = await metrics.text();
    response.setHeader('Content-Type', metrics.contentType);
    response.setHeader('Cache-Control', 'no-store');
    response.send(text);
  }

  /** A call that a proxy has passed on comes from elsewhere, unless the proxy is one whose word is taken. */
  private fromThisMachine({ ip = '', headers }: Call): boolean {
    const passedOn = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'].some((name) => headers[name] !== undefined);
    if (passedOn && !this.edge.behindProxies) return false;
    return ip === '::1' || /^(::ffff:)?127\./.test(ip);
  }
}

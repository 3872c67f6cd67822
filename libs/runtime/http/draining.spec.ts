import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { DomainError } from '@letopis/kernel';
import { Draining } from './draining';

describe('The end of an edge', () => {
  let server: Server;
  let url: string;
  let draining: Draining;
  const held: Array<() => void> = [];
  beforeEach(async () => {
    draining = new Draining();
    const app = express();
    app.use(draining.handler);
    app.get('/slow', (_, response) => void held.push(() => response.json('done')));
    app.get('/feed', (_, response) => void response.type('text/event-stream').write(': open\n\n'));
    app.get('/health/live', (_, response) => void response.json('ok'));
    app.use((error: DomainError, _: Request, response: Response, __: NextFunction) => void response.status(error.entry.status).json(error.code));
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.closeAllConnections());
  const until = async (so: () => boolean) => {
    while (!so()) await new Promise((resolve) => setImmediate(resolve));
  };

  test('lets those who are being answered get their answers, sends others elsewhere, and ends feeds', async () => {
    const slow = fetch(`${url}/slow`);
    const feed = await fetch(`${url}/feed`);
    await until(() => held.length === 1);
    const drained = draining.drain(server, { quiet: 20 });
    expect(draining.begun).toBe(true);
    const late = await fetch(`${url}/slow`);
    expect({ status: late.status, code: await late.json(), connection: late.headers.get('connection') }).toEqual({ status: 503, code: 'STOPPING', connection: 'close' });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(await feed.text()).toBe(': open\n\n');
    held.pop()!();
    const answered = await slow;
    expect({ body: await answered.json(), connection: answered.headers.get('connection') }).toEqual({ body: 'done', connection: 'close' });
    await drained;
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  test('waits for nobody for ever', async () => {
    const slow = fetch(`${url}/slow`).catch(() => 'broken off');
    await until(() => held.length === 1);
    await draining.drain(server, { longest: 50, quiet: 10 });
    expect(await slow).toBe('broken off');
    held.pop();
  });
}); // prettier-ignore

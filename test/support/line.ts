import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A line to a server that a test cuts: what was said before has arrived, nothing more does. */
export class Line {
  #server: Server | undefined;
  #isCut = false;
  readonly #sockets = new Set<Socket>();

  constructor(private readonly port: number) {}

  async open(): Promise<number> {
    const server = createServer((near) => {
      if (this.#isCut) return near.destroy();
      const far = connect(this.port, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy()).on('close', () => this.#sockets.delete(one));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    return (server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server!.close(resolve));
  }
}

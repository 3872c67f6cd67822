import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';

/** A mail server that counts what comes and keeps nothing of it but the Message-IDs. */
export class CountingOffice {
  received = 0;
  readonly ids = new Set<string>();
  /** The most letters that were with it at one time. */
  mostAtOnce = 0;
  #atOnce = 0;
  readonly #server: SMTPServer;

  /** @param slow milliseconds that it takes over a letter */
  constructor(slow = 0) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onConnect: (_, done) => {
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
        done();
      },
      onClose: () => void this.#atOnce--,
      onData: (stream, _, done) => {
        let head = '';
        stream.on('data', (chunk: Buffer) => {
          if (head.length < 4_096) head += chunk.toString();
        });
        stream.on('end', () =>
          setTimeout(() => {
            this.received++;
            this.ids.add(/^Message-ID: (.*)$/im.exec(head)?.[1] ?? '');
            done();
          }, slow),
        );
      },
    });
    this.#server.on('error', () => {}); // whoever was killed hangs up
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }
}

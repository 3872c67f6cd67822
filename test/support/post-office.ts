import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions } from 'smtp-server';
import type { AddressInfo, Socket } from 'node:net';
import { readLetter, type ReceivedLetter } from './letters';

/** How a mail server takes what comes. */
export type Mood =
  | 'well'
  /** 451 for the recipient: come again later. */
  | 'busy'
  /** 550 for the recipient: there is nobody of that name. */
  | 'nobody there'
  /** 554 for the letter itself. */
  | 'unwanted'
  /** 553 for the sender. */
  | 'no such sender'
  /** Takes the connection and says nothing any more. */
  | 'silent'
  /** Keeps the letter and dies before it answers. */
  | 'dying';

/** A real SMTP server that a test starts. */
export class PostOffice {
  mood: Mood = 'well';
  /** What happens between taking a letter and saying so. */
  beforeReply: () => Promise<void> | void = () => {};
  /** Everything that was handed over, in its order. */
  readonly received: ReceivedLetter[] = [];
  #server: SMTPServer | undefined;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  get url(): string {
    return `smtp://127.0.0.1:${this.#port}`;
  }

  /** Opens it, on the port that it had before. */
  async open(): Promise<void> {
    const server = new SMTPServer({ ...this.manners(), authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false });
    server.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('error', () => {}); // connections that break are what is tested
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.server.address() as AddressInfo).port;
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.hangUp();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  private manners(): SMTPServerOptions {
    const refusal = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });
    return {
      onMailFrom: (_, __, done) => {
        if (this.mood === 'silent') return;
        done(this.mood === 'no such sender' ? refusal(553, 'no such sender') : undefined);
      },
      onRcptTo: (_, __, done) => {
        if (this.mood === 'busy') done(refusal(451, 'come again later'));
        else if (this.mood === 'nobody there') done(refusal(550, 'there is nobody of that name'));
        else done();
      },
      onData: (stream, _, done) =>
        void this.take(stream).then(async () => {
          await this.beforeReply();
          if (this.mood === 'dying') this.hangUp();
          else done(this.mood === 'unwanted' ? refusal(554, 'unwanted') : undefined);
        }),
    };
  }

  private async take(stream: SMTPServerDataStream): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    if (this.mood !== 'unwanted') this.received.push(await readLetter(Buffer.concat(chunks)));
  }
}

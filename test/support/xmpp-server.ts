import { xml } from '@xmpp/client';
import type { EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

type Element = ReturnType<typeof xml>;
/** The client's own reader of streams, which hangs on the function that makes elements and is in no types. */
const { Parser } = xml as typeof xml & { Parser: new () => EventEmitter & { write(text: string): void } };

/** A message that a server has taken. */
export interface TakenMessage {
  readonly id: string;
  readonly to: string;
  readonly text: string;
}

const DOMAIN = 'localhost';
const HEADER = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='${DOMAIN}' version='1.0'>`;
const BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const SIGNING_IN = `<stream:features><mechanisms xmlns='${SASL}'><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>`;
const SIGNED_IN = `<stream:features><bind xmlns='${BIND}'/></stream:features>`;

/**
 * As much of an XMPP server (RFC 6120, 6121) as an account needs that sends: any password, everybody is connected. Unlike a
 * real one it lets a test do something between taking a message and saying so.
 */
export class XmppServer {
  /** What was taken, in its order. */
  readonly taken: TakenMessage[] = [];
  /** What happens when somebody asks whether all that came before was taken; the answer is given once it is done. */
  beforeAnswer: () => Promise<void> | void = () => {};
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  /** Of the account by which messages are sent. */
  get url(): string {
    return `xmpp://letopis%40${DOMAIN}:secret@127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  async open(): Promise<void> {
    const server = createServer((socket) => this.serve(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server!.close(resolve));
  }

  private serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {}); // those who are killed hang up
    const write = (text: string) => void (socket.writable && socket.write(text));
    let isSignedIn = false;
    const follow = () => {
      const parser = new Parser();
      parser.on('start', () => write(HEADER + (isSignedIn ? SIGNED_IN : SIGNING_IN)));
      parser.on('element', (element: Element) => {
        if (element.is('response')) {
          isSignedIn = true;
          // A new stream begins in the old one.
          read = follow();
          write(`<success xmlns='${SASL}'/>`);
        } else void this.answered(element).then(write);
      });
      parser.on('end', () => socket.end());
      return (text: string) => parser.write(text);
    };
    let read = follow();
    socket.on('data', (chunk: Buffer) => read(chunk.toString()));
  }

  private async answered(element: Element): Promise<string> {
    const { id = '', to = '', type } = element.attrs as { id?: string; to?: string; type?: string };
    if (element.is('auth')) {
      const [, nonce = ''] = /r=([^,]+)/.exec(Buffer.from(element.text(), 'base64').toString()) ?? [];
      return `<challenge xmlns='${SASL}'>${Buffer.from(`r=${nonce}server,s=c2FsdA==,i=1`).toString('base64')}</challenge>`;
    }
    if (element.is('presence')) return type === 'subscribe' ? `<presence from='${to}/phone'/>` : '';
    if (element.is('message')) this.taken.push({ id, to, text: element.getChildText('body') ?? '' });
    if (!element.is('iq')) return '';
    if (element.getChild('bind', BIND))
      return `<iq id='${id}' type='result'><bind xmlns='${BIND}'><jid>letopis@${DOMAIN}/letopis</jid></bind></iq>`;
    await this.beforeAnswer();
    return `<iq id='${id}' type='result' from='${DOMAIN}'/>`;
  }
}

import { newId, refusal } from '@letopis/kernel';
import { STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemOf } from './problems';

/** What Node's parser says → the code that callers are told. */
const CODES = { HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE', ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT' } as const;

/**
 * Answers what cannot be read as HTTP (an address with letters that are not percent-encoded, headers without end) by a
 * problem, as everything else: Node refuses it before anything of ours sees it, with an empty body. The language that the
 * caller asked for is not known yet.
 */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex & { _httpMessage?: ServerResponse | null }) => {
    // Nobody listens any more, or an answer is under way, into which another one must not be written.
    if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent) return void socket.destroy(error);
    const refused = refusal(Object.hasOwn(CODES, error.code ?? '') ? CODES[error.code as keyof typeof CODES] : 'MALFORMED_REQUEST');
    const { status } = refused.entry;
    const body = JSON.stringify(problemOf(refused, 'ru', newId()));
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        'Connection: close',
        'Content-Type: application/problem+json; charset=utf-8',
        'Content-Language: ru',
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  });
}

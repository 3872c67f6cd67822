import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { answerUnreadable } from './unreadable';

describe('What cannot be read as HTTP', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((_, response) => void response.end('read'));
    answerUnreadable(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** What the server says to these bytes. */
  const said = (bytes: string) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(bytes);
    return text(socket);
  };
  const call = (address: string, header = 'X: y') => `GET ${address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}\r\n\r\n`;

  test('is told as a problem with a code, and what can be read is let through', async () => {
    expect(await said(call('/?q=abc'))).toMatch(/^HTTP\/1.1 200 /);
    const answer = await said(call('/?q=ромашка'));
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    expect(head).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(head).toContain('Content-Type: application/problem+json');
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'MALFORMED_REQUEST', correlationId: expect.any(String) });
  });

  test('headers that are too large have a code of their own', async () => {
    expect(await said(call('/', `X: ${'a'.repeat(20_000)}`))).toMatch(/^HTTP\/1.1 431 [^]*"code":"HEADERS_TOO_LARGE"/);
  });
});

/** The process that calls the API in the HTTP row: it shares no event loop with what it measures. */
import { Agent, request } from 'node:http';
import { inFlight } from './measure';
import type { Calls } from './whole';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends one command; anything but 200 ends the run. */
function open({ url, token }: Calls, accountId: string): Promise<void> {
  const body = Buffer.from(JSON.stringify({ accountId, title: 'Bench' }));
  return new Promise((resolve, reject) => {
    const call = request(
      `${url}/v1/commands/OpenAccount`,
      {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': body.length, authorization: `Bearer ${token}` },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`${answer.statusCode}: ${Buffer.concat(chunks).toString()}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

process.once('message', (message) => {
  const calls = message as Calls;
  inFlight(calls.ids.length, calls.inFlight, (at) => open(calls, calls.ids[at]!)).then(
    (measured) => process.send!(measured),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

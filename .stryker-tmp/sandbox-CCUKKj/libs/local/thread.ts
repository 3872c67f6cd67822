// @ts-nocheck
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { startEventStore } from './eventstore';
import { startMongo } from './mongodb';
import type { LocalServer, LocalServerOptions } from './server';

/** The two servers, by the database whose protocol they speak. */
const servers = { eventstore: startEventStore, mongodb: startMongo };
export type LocalServerKind = keyof typeof servers;

type Started = { readonly port: number; readonly url: string } | { readonly error: { readonly code?: string; readonly message: string } };

/** Starts a server in a thread of its own. @throws Error with the code and message that the thread gave */
export function startInThread(kind: LocalServerKind, options: LocalServerOptions): Promise<LocalServer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { kind, options } });
    let started = false;
    worker.on('error', (error) => {
      if (!started) return reject(error);
      throw error; // a program whose database has died must not live on without it
    });
    worker.once('exit', (code) => {
      if (!started) reject(new Error(`the local ${kind} server ended with ${code} before it had started`));
    });
    worker.once('message', (answer: Started) => {
      started = true;
      if ('error' in answer) {
        reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
        return;
      }
      const ended = new Promise<void>((done) => worker.once('exit', () => done()));
      resolve({
        ...answer,
        close: async () => {
          worker.postMessage('close');
          await ended;
        },
      });
    });
  });
}

async function serve(): Promise<void> {
  const { kind, options } = workerData as { kind: LocalServerKind; options: LocalServerOptions };
  const port = parentPort!;
  try {
    const server = await servers[kind](options);
    port.once('message', () => {
      void server.close().then(() => port.close());
    });
    port.postMessage({ port: server.port, url: server.url } satisfies Started);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    port.postMessage({ error: { code, message } } satisfies Started);
    port.close();
  }
}

if (!isMainThread && (workerData as { kind?: string } | null)?.kind) void serve();

// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, type EventData } from '@eventstore/db-client';
import { startEventStore, type EventStoreOptions, type EventStoreServer } from '../../libs/local/eventstore';

/** The server that a contract suite runs against: a real one where EVENTSTORE_URL says, else a local one of its own. */
export interface Subject {
  readonly client: EventStoreDBClient;
  /** Undefined for a real server. */
  readonly local: EventStoreServer | undefined;
  /** A further client, disposed of with the others. */
  connect(): EventStoreDBClient;
  close(): Promise<void>;
}

export async function subject(options: EventStoreOptions = {}): Promise<Subject> {
  const local = process.env['EVENTSTORE_URL'] ? undefined : await startEventStore(options);
  const url = process.env['EVENTSTORE_URL'] ?? local?.url ?? '';
  const clients: EventStoreDBClient[] = [];
  const connect = () => {
    const client = EventStoreDBClient.connectionString(url);
    clients.push(client);
    return client;
  };
  return {
    client: connect(),
    local,
    connect,
    async close() {
      await Promise.all(clients.map((client) => client.dispose()));
      await local?.close();
    },
  };
}

/** A stream name that nobody used before. */
export const freshStream = (category = 'contract') => `${category}-${randomUUID()}`;

/** Events of type `Happened`, numbered from `from`. */
export const happened = (count: number, from = 0): EventData[] =>
  Array.from({ length: count }, (_, index) => jsonEvent({ type: 'Happened', data: { number: from + index } }));

/** The numbers of such events. */
export const numbers = (events: ReadonlyArray<{ event?: { data: unknown } }>) =>
  events.map(({ event }) => (event?.data as { number?: number } | undefined)?.number);

export async function collect<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const all: Event[] = [];
  for await (const event of events) all.push(event);
  return all;
}

interface Flow<Event> {
  on(name: 'data', listener: (event: Event) => void): unknown;
  on(name: 'error', listener: (error: Error) => void): unknown;
  on(name: 'end' | 'caughtUp' | 'confirmation' | 'close', listener: () => void): unknown;
  unsubscribe?(): Promise<void>;
}

/** A running subscription of any kind: what it has seen so far, and a way to wait for more. */
export class Watcher<Event> {
  readonly seen: Event[] = [];
  readonly signs: string[] = [];
  error: (Error & { type?: string }) | undefined;
  #check: () => void = () => undefined;

  constructor(readonly flow: Flow<Event>) {
    flow.on('data', (event) => {
      this.seen.push(event);
      this.#check();
    });
    flow.on('error', (error) => {
      this.error = error;
      this.#check();
    });
    for (const sign of ['caughtUp', 'confirmation', 'end'] as const) {
      flow.on(sign, () => {
        this.signs.push(sign);
        this.#check();
      });
    }
  }

  /** Resolves as soon as the condition holds; jest's own time-out is the limit. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (!condition()) return;
        this.#check = () => undefined;
        resolve();
      };
      this.#check();
    });
  }

  async take(count: number): Promise<Event[]> {
    await this.until(() => this.seen.length >= count);
    return this.seen;
  }

  async sign(name: string): Promise<void> {
    await this.until(() => this.signs.includes(name));
  }

  async failure(): Promise<Error & { type?: string }> {
    await this.until(() => this.error !== undefined);
    return this.error as Error;
  }

  async stop(): Promise<void> {
    await this.flow.unsubscribe?.();
  }
}

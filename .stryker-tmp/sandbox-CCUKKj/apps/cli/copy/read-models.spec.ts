// @ts-nocheck
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEventStore, startMongo, type LocalServerKind, type LocalServerOptions } from '@letopis/local';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { copyBetween, fitDatabase } from './copy';
import { RawLog } from './raw-log';

test('Fitted to a copied log, a database forgets its read models, keeps all else, and its sagas go on where they were', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'letopis-fit-'));
  const [source, target] = [await startEventStore(), await startEventStore()];
  const [writer, reader, elsewhere] = [EventStoreDBClient.connectionString(source.url), RawLog.at(target.url), RawLog.at(source.url)];
  // Positions differ: the target has events of its own before.
  for (let own = 0; own < 3; own++) await reader.appendToStream('own-1', jsonEvent({ type: 'Own', data: {} }));
  for (let number = 0; number < 10; number++)
    await writer.appendToStream(`order-${number % 2}`, jsonEvent({ type: 'Happened', data: { number } }));

  const start = (kind: LocalServerKind, options: LocalServerOptions) =>
    ({ eventstore: startEventStore, mongodb: startMongo })[kind](options);
  const onDatabase = async <Answer>(work: (client: MongoClient) => Promise<Answer>): Promise<Answer> => {
    const server = await startMongo({ dataFolder });
    const client = await MongoClient.connect(server.url);
    try {
      return await work(client);
    } finally {
      await client.close();
      await server.close();
    }
  };
  const checkpoints = (client: MongoClient) => client.db('letopis').collection<{ _id: string; position: number }>('_checkpoints');
  await onDatabase(async (client) => {
    const db = client.db('letopis');
    for (const name of ['orders_v2', 'orders_v2__lines', '_credentials', '_projections'])
      await db.collection(name).insertOne({ text: name });
    await checkpoints(client).insertMany([
      { _id: 'orders_v2', position: 9 },
      { _id: 'sagas', position: 7 },
    ]);
  });

  const from = { url: source.url, name: 'source', close: async () => undefined };
  await copyBetween(from, target.url, { dataFolder });
  expect((await fitDatabase(from, target.url, dataFolder, {}, start)).sort()).toEqual(['orders_v2', 'orders_v2__lines']);
  expect(await fitDatabase(from, target.url, dataFolder, {}, start)).toEqual([]);

  await onDatabase(async (client) => {
    const names = (await client.db('letopis').listCollections().toArray()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['_credentials', '_checkpoints']));
    expect(names.filter((name) => name.startsWith('orders'))).toEqual([]);
    expect(await client.db('letopis').collection('_projections').countDocuments()).toBe(0);
    const left = await checkpoints(client).find().toArray();
    expect(left.map(({ _id }) => _id)).toEqual(['sagas']);
    // The seventh event of the source, wherever it lies at the target.
    const data = async (log: RawLog, position: number) => {
      for await (const page of log.after(undefined)) {
        const found = page.find((event) => Number(event.position.commit) === position);
        if (found) return Buffer.from(found.data).toString();
      }
      return undefined;
    };
    expect(left[0]?.position).not.toBe(7);
    expect(await data(reader, left[0]?.position ?? -1)).toBe(await data(elsewhere, 7));
  });

  await Promise.all([writer.dispose(), reader.dispose(), elsewhere.dispose()]);
  await Promise.all([source.close(), target.close()]);
  rmSync(dataFolder, { recursive: true, force: true });
});

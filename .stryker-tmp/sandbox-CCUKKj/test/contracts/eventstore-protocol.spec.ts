// @ts-nocheck
import { randomBytes, randomUUID } from 'node:crypto';
import { connect as connectHttp2, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { EventStoreDBClient, persistentSubscriptionToStreamSettingsFromDefaults, START, type ResolvedEvent } from '@eventstore/db-client';
import { PersistentSubscriptionsClient } from '@eventstore/db-client/generated/persistent_grpc_pb';
import * as persistent from '@eventstore/db-client/generated/persistent_pb';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import * as pb from '@eventstore/db-client/generated/streams_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import { startEventStore, type EventStoreServer } from '../../libs/local/eventstore';
import { collect, happened, numbers, Watcher } from './eventstore-support';

/** What the official client never sends, but others do: every option of the protocol, slow readers, and nonsense. */
let server: EventStoreServer;
let client: EventStoreDBClient;
let raw: StreamsClient;
beforeAll(async () => {
  server = await startEventStore();
  client = EventStoreDBClient.connectionString(server.url);
  raw = new StreamsClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
});
afterAll(async () => {
  raw.close();
  await client.dispose();
  await server.close();
});

const empty = () => new shared.Empty();

function named(stream: string): shared.StreamIdentifier {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  return identifier;
}

function readRequest(fill: (options: pb.ReadReq.Options) => void): pb.ReadReq {
  const options = new pb.ReadReq.Options();
  const uuid = new pb.ReadReq.Options.UUIDOption();
  uuid.setString(empty());
  options.setUuidOption(uuid);
  options.setNoFilter(empty());
  fill(options);
  const request = new pb.ReadReq();
  request.setOptions(options);
  return request;
}

function ofStream(stream: string, options: pb.ReadReq.Options): void {
  const from = new pb.ReadReq.Options.StreamOptions();
  from.setStreamIdentifier(named(stream));
  from.setStart(empty());
  options.setStream(from);
}

function ofAll(options: pb.ReadReq.Options): void {
  const from = new pb.ReadReq.Options.AllOptions();
  from.setStart(empty());
  options.setAll(from);
}

const read = (request: pb.ReadReq) => collect<pb.ReadResp>(raw.read(request));
const refusal = (request: pb.ReadReq) =>
  read(request).then(
    () => undefined,
    (error: ServiceError) => error,
  );

describe('a read', () => {
  const stream = `read-${randomUUID()}`;
  beforeAll(() => client.appendToStream(stream, happened(4)));

  it('gives ids as two integers when asked', async () => {
    const [text] = await read(readRequest((options) => (ofStream(stream, options), options.setCount('1'))));
    const [halves] = await read(
      readRequest((options) => {
        ofStream(stream, options);
        options.setCount('1');
        const uuid = new pb.ReadReq.Options.UUIDOption();
        uuid.setStructured(empty());
        options.setUuidOption(uuid);
      }),
    );
    const id = halves?.getEvent()?.getEvent()?.getId()?.getStructured();
    const hex = [id?.getMostSignificantBits(), id?.getLeastSignificantBits()]
      .map((half) =>
        BigInt.asUintN(64, BigInt(half ?? 0))
          .toString(16)
          .padStart(16, '0'),
      )
      .join('');
    expect(hex).toBe(text?.getEvent()?.getEvent()?.getId()?.getString().replaceAll('-', ''));
    expect(halves?.getEvent()?.getCommitPosition()).toBe(text?.getEvent()?.getCommitPosition());
  });

  it('says where a stream ends to clients that understand it', async () => {
    const compatible = new pb.ReadReq.Options.ControlOption();
    compatible.setCompatibility(1);
    const all = await read(
      readRequest((options) => (ofStream(stream, options), options.setCount('2'), options.setControlOption(compatible))),
    );
    expect(all.map((response) => response.hasEvent())).toEqual([true, true, false]);
    expect(all.at(-1)?.getLastStreamPosition()).toBe('3');
  });

  it('of $all filters on the server', async () => {
    const filter = new pb.ReadReq.Options.FilterOptions();
    const expression = new pb.ReadReq.Options.FilterOptions.Expression();
    expression.setPrefixList([stream]);
    filter.setStreamIdentifier(expression);
    filter.setCount(empty());
    filter.setCheckpointintervalmultiplier(1);
    const found = await read(readRequest((options) => (ofAll(options), options.setCount('3'), options.setFilter(filter))));
    expect(found.map((response) => response.getEvent()?.getEvent()?.getStreamRevision())).toEqual(['0', '1', '2']);
  });

  it.each<[string, number, (options: pb.ReadReq.Options) => void]>([
    ['of nothing', 3, (options) => void options.setCount('1')],
    ['without a count', 3, (options) => ofAll(options)],
    ['of a stream without a name', 3, (options) => (ofStream('', options), void options.setCount('1'))],
    [
      'backwards that would be a subscription',
      3,
      (options) => (
        ofAll(options),
        options.setSubscription(new pb.ReadReq.Options.SubscriptionOptions()),
        void options.setReadDirection(1)
      ),
    ],
  ])('%s is refused', async (_name, code, fill) => {
    expect(await refusal(readRequest(fill))).toMatchObject({ code });
  });

  it('with an expression that is none is refused', async () => {
    const filter = new pb.ReadReq.Options.FilterOptions();
    const expression = new pb.ReadReq.Options.FilterOptions.Expression();
    expression.setRegex('(');
    filter.setEventType(expression);
    expect(await refusal(readRequest((options) => (ofAll(options), options.setCount('1'), options.setFilter(filter))))).toMatchObject({
      code: 3,
    });
  });
});

describe('an append', () => {
  const append = (event: (message: pb.AppendReq.ProposedMessage) => void): Promise<ServiceError | null> =>
    new Promise((resolve) => {
      const call = raw.append((error) => resolve(error));
      const options = new pb.AppendReq.Options();
      options.setStreamIdentifier(named(`append-${randomUUID()}`));
      options.setAny(empty());
      const first = new pb.AppendReq();
      first.setOptions(options);
      call.write(first);
      const message = new pb.AppendReq.ProposedMessage();
      const id = new shared.UUID();
      id.setString(randomUUID());
      message.setId(id);
      event(message);
      const second = new pb.AppendReq();
      second.setProposedMessage(message);
      call.write(second);
      call.end();
    });

  it.each<[string, (message: pb.AppendReq.ProposedMessage) => void, object]>([
    [
      'without a type',
      (message) => message.getMetadataMap().set('content-type', 'application/json'),
      { exception: 'missing-required-metadata-property' },
    ],
    [
      'without a content type',
      (message) => message.getMetadataMap().set('type', 'T'),
      { 'required-metadata-properties': 'type,content-type' },
    ],
  ])('of an event %s is refused, and says what there must be', async (_name, event, trailers) => {
    const error = await append((message) => void event(message));
    expect(error).toMatchObject({ code: 3 });
    expect(error?.metadata.getMap()).toMatchObject(trailers);
  });

  it('past its deadline is refused by an answer of its own', async () => {
    const call = raw.batchAppend();
    const request = new pb.BatchAppendReq();
    const id = new shared.UUID();
    id.setString(randomUUID());
    request.setCorrelationId(id);
    const options = new pb.BatchAppendReq.Options();
    options.setStreamIdentifier(named('late'));
    options.setStreamPosition('0');
    options.setDeadline(Timestamp.fromDate(new Date(Date.now() - 1)));
    request.setOptions(options);
    request.setIsFinal(true);
    call.write(request);
    const response = await new Promise<pb.BatchAppendResp>((resolve) => call.once('data', resolve));
    expect(response.getCorrelationId()?.getString()).toBe(id.getString());
    expect(response.getError()).toMatchObject({});
    expect(response.getError()?.getMessage()).toBe('Timeout');
    expect(response.getError()?.getDetails()?.getTypeName()).toBe('event_store.client.Timeout');
    call.end();
    await new Promise((resolve) => call.once('end', resolve).resume());
  });
});

it('a member of a group that answers nonsense is put out, and leaves its events to others', async () => {
  const [stream, group] = [`work-${randomUUID()}`, 'group'];
  await client.appendToStream(stream, happened(2));
  await client.createPersistentSubscriptionToStream(
    stream,
    group,
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START }),
  );
  const groups = new PersistentSubscriptionsClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
  const call = groups.read();
  const options = new persistent.ReadReq.Options();
  options.setStreamIdentifier(named(stream));
  options.setGroupName(group);
  options.setBufferSize(5);
  const join = new persistent.ReadReq();
  join.setOptions(options);
  call.write(join);
  await new Promise((resolve) => call.once('data', resolve));
  const ack = new persistent.ReadReq.Ack();
  const nobody = new shared.UUID();
  nobody.setString('nobody');
  ack.addIds(nobody);
  const nonsense = new persistent.ReadReq();
  nonsense.setAck(ack);
  const failed = new Promise((resolve) => call.once('error', resolve));
  call.resume();
  call.write(nonsense);
  expect(await failed).toMatchObject({ code: 3 });
  groups.close();
  const seen = new Watcher<ResolvedEvent>(client.subscribeToPersistentSubscriptionToStream(stream, group));
  expect(numbers(await seen.take(2))).toEqual([0, 1]);
  await seen.stop();
});

const READ = '/event_store.client.streams.Streams/Read';
const framed = (message: Uint8Array, flag = 0) => Buffer.concat([Buffer.from([flag, 0, 0, 0, 0]).fill(0, 1), message]);
function prefixed(message: Uint8Array, flag = 0): Buffer {
  const frame = framed(message, flag);
  frame.writeUInt32BE(message.length, 1);
  return frame;
}

interface Reply {
  status: number | undefined;
  grpcStatus: string | undefined;
  bytes: number;
}

function post(session: ClientHttp2Session, path: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve) => {
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers });
    const reply: Reply = { status: undefined, grpcStatus: undefined, bytes: 0 };
    stream.on('response', (head) => {
      reply.status = head[':status'];
      reply.grpcStatus ??= head['grpc-status'] as string | undefined;
    });
    stream.on('trailers', (tail) => (reply.grpcStatus = tail['grpc-status'] as string | undefined));
    stream.on('data', (chunk: Buffer) => (reply.bytes += chunk.length));
    stream.on('error', () => undefined);
    stream.on('close', () => resolve(reply));
    stream.end(body);
  });
}

async function withSession<Result>(work: (session: ClientHttp2Session) => Promise<Result>): Promise<Result> {
  const session = connectHttp2(`http://127.0.0.1:${server.port}`);
  session.on('error', () => undefined);
  try {
    return await work(session);
  } finally {
    session.destroy();
  }
}

describe('on the wire', () => {
  const request = readRequest((options) => (ofAll(options), options.setCount('1'))).serializeBinary();

  it('takes compressed messages', () =>
    withSession(async (session) => {
      expect(await post(session, READ, prefixed(gzipSync(request), 1), { 'grpc-encoding': 'gzip' })).toMatchObject({ grpcStatus: '0' });
      expect(await post(session, READ, prefixed(request, 1), { 'grpc-encoding': 'snappy' })).toMatchObject({ grpcStatus: '12' });
      expect(await post(session, READ, prefixed(request, 1), { 'grpc-encoding': 'gzip' })).toMatchObject({ grpcStatus: '13' });
    }));

  it('refuses what is no gRPC, no message, too large a message, and a deadline that is none', () =>
    withSession(async (session) => {
      expect(await post(session, READ, prefixed(request), { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
      expect(await post(session, READ, Buffer.from([0, 0, 0, 0, 9, 1]))).toMatchObject({ grpcStatus: '13' });
      expect(await post(session, READ, Buffer.from([0, 127, 255, 255, 255, 1]))).toMatchObject({ grpcStatus: '8' });
      expect(await post(session, READ, prefixed(Buffer.from([255, 255, 255])))).toMatchObject({ grpcStatus: '13' });
      expect(await post(session, READ, prefixed(request), { 'grpc-timeout': 'soon' })).toMatchObject({ grpcStatus: '13' });
      expect(await post(session, '/nobody.Knows/This', prefixed(request))).toMatchObject({ grpcStatus: '12' });
    }));

  it('ends a call at its deadline', () =>
    withSession(async (session) => {
      const subscription = readRequest(
        (options) => (ofAll(options), options.setSubscription(new pb.ReadReq.Options.SubscriptionOptions())),
      );
      expect(await post(session, READ, prefixed(subscription.serializeBinary()), { 'grpc-timeout': '30m' })).toMatchObject({
        grpcStatus: '4',
      });
    }));
});

it('a reader that does not read costs no memory', async () => {
  const stream = `large-${randomUUID()}`;
  const large = Array.from(
    { length: 8 },
    () => ({ ...happened(1)[0], data: { text: 'x'.repeat(100_000) } }) as ReturnType<typeof happened>[number],
  );
  for (let count = 0; count < 12; count++)
    await client.appendToStream(
      stream,
      large.map((event) => ({ ...event, id: randomUUID() })),
    );
  await withSession(async (session) => {
    const used = () => process.memoryUsage().arrayBuffers / 2 ** 20;
    const before = used();
    const subscription = readRequest(
      (options) => (ofAll(options), options.setSubscription(new pb.ReadReq.Options.SubscriptionOptions())),
    ).serializeBinary();
    const streams = Array.from({ length: 60 }, () => {
      const opened: ClientHttp2Stream = session.request({
        ':method': 'POST',
        ':path': READ,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      opened.on('error', () => undefined);
      opened.write(prefixed(subscription));
      return opened.pause();
    });
    await Promise.all(streams.map((opened) => new Promise((resolve) => opened.once('response', resolve))));
    await client.appendToStream(stream, happened(1)); // the server had its turns
    // 10 MB for each of them would be 600; a page and what HTTP/2 holds are less than half a megabyte each.
    expect(used() - before).toBeLessThan(120);
  });
});

describe('nonsense', () => {
  const deadline = 1_500;
  const METHODS = ['Read', 'Append', 'BatchAppend', 'Delete', 'Tombstone'].map((name) => `/event_store.client.streams.Streams/${name}`);
  const GROUPS = ['Create', 'Update', 'Delete', 'Read', 'GetInfo', 'List', 'ReplayParked'].map(
    (name) => `/event_store.client.persistent_subscriptions.PersistentSubscriptions/${name}`,
  );
  const alive = async () => {
    const stream = `alive-${randomUUID()}`;
    await client.appendToStream(stream, happened(2));
    expect(numbers(await collect(client.readStream(stream)))).toEqual([0, 1]);
  };

  it('in messages ends the call, and the server goes on', async () => {
    const seed = readRequest((options) => (ofStream('s', options), options.setCount('3'))).serializeBinary();
    const end = Date.now() + deadline;
    const before = process.memoryUsage().rss;
    let calls = 0;
    while (Date.now() < end) {
      await withSession(async (session) => {
        const replies = [...METHODS, ...GROUPS].flatMap((path) => {
          const noise = randomBytes(Math.floor(Math.random() * 300));
          const mutated = Buffer.from(seed);
          mutated[Math.floor(Math.random() * mutated.length)] ^= 1 << Math.floor(Math.random() * 8);
          const whole = prefixed(mutated);
          return [prefixed(noise), mutated, noise, whole.subarray(0, Math.floor(Math.random() * whole.length)), whole].map((body) =>
            post(session, path, body, { 'grpc-timeout': '200m' }),
          );
        });
        calls += replies.length;
        for (const { status, grpcStatus } of await Promise.all(replies)) {
          expect(status).toBe(200);
          expect(grpcStatus).toMatch(/^\d+$/);
        }
      });
    }
    expect(calls).toBeGreaterThan(50);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
    await alive();
  });

  it('on the connection breaks it, and the server goes on', async () => {
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const end = Date.now() + deadline;
    while (Date.now() < end) {
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => {
          const socket = connectTcp(server.port, '127.0.0.1');
          socket.on('error', () => undefined);
          const noise = randomBytes(1 + Math.floor(Math.random() * 400));
          socket.write(index % 2 ? Buffer.concat([preface, noise]) : noise);
          socket.resume();
          return new Promise((resolve) => {
            socket.once('close', resolve);
            setTimeout(() => socket.destroy(), 30);
          });
        }),
      );
    }
    await alive();
  });
});

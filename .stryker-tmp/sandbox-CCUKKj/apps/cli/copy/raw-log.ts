// @ts-nocheck
import { EventStoreDBClient, StreamDeletedError } from '@eventstore/db-client';
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import { AppendReq, ReadReq, type AppendResp, type ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { status, type ServiceError } from '@grpc/grpc-js';

/** Where an event lies in `$all`; texts, because they may be past 2^53. */
export interface Position {
  readonly commit: string;
  readonly prepare: string;
}

/** An event as the server keeps it: data and metadata are bytes, not what a JSON parser makes of them. */
export interface RawEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly position: Position;
}

/** `current` is the revision of the last event that is there, -1 when there is none. */
export type AppendOutcome =
  { readonly result: 'written' } | { readonly result: 'deleted' } | { readonly result: 'wrong-revision'; readonly current: bigint };

const PAGE = 500;
const ATTEMPTS = 5;

/**
 * The official client, with its connection, certificates and credentials, made to move events as bytes. Its own reads parse
 * JSON, in which numbers over 2^53 (a deleted stream's `$tb` is one) and the text itself are lost.
 */
export class RawLog extends EventStoreDBClient {
  static at(url: string): RawLog {
    // `connectionString` makes a client of its own class, whatever class it is called on.
    const client: object = EventStoreDBClient.connectionString(url);
    return Object.setPrototypeOf(client, RawLog.prototype) as RawLog;
  }

  /** Events of `$all` after a position, oldest first, in pages. */
  async *after(position: Position | undefined): AsyncGenerator<RawEvent[]> {
    for (let next = position; ;) {
      const from = next;
      const page = await this.readAllRaw({ from, backwards: false, count: PAGE });
      const fresh = page.filter((event) => !from || !samePlace(event.position, from));
      const last = fresh.at(-1);
      if (!last) return;
      yield fresh;
      next = last.position;
    }
  }

  /** Position of the youngest event, undefined in an empty log. */
  async head(): Promise<Position | undefined> {
    return (await this.readAllRaw({ from: undefined, backwards: true, count: 1 })).at(0)?.position;
  }

  /** Appends at exactly that revision; a repeat of the same events is taken as written. */
  async appendRaw(stream: string, events: readonly RawEvent[], expected: bigint): Promise<AppendOutcome> {
    try {
      const response = await retried(() => this.execute(StreamsClient, 'copy', (client) => this.send(client, stream, events, expected)));
      if (!response.hasWrongExpectedVersion()) return { result: 'written' };
      const wrong = response.getWrongExpectedVersion();
      return { result: 'wrong-revision', current: wrong?.hasCurrentRevision() ? BigInt(wrong.getCurrentRevision()) : -1n };
    } catch (error) {
      if (exceptionOf(error) === 'stream-deleted') return { result: 'deleted' };
      throw error;
    }
  }

  /** Ends a stream for good, unless it is ended already. */
  async endStream(stream: string): Promise<void> {
    try {
      await this.tombstoneStream(stream);
    } catch (error) {
      if (!(error instanceof StreamDeletedError)) throw error;
    }
  }

  /** The event of a stream at a revision, if it can be read. */
  async eventAt(stream: string, revision: bigint): Promise<RawEvent | undefined> {
    const options = new ReadReq.Options();
    const which = new ReadReq.Options.StreamOptions();
    which.setStreamIdentifier(identifier(stream));
    which.setRevision(revision.toString());
    options.setStream(which);
    const [event] = await this.readRaw(options, { backwards: false, count: 1 });
    return event?.revision === revision ? event : undefined;
  }

  private readAllRaw({ from, ...range }: { from: Position | undefined; backwards: boolean; count: number }): Promise<RawEvent[]> {
    const options = new ReadReq.Options();
    const all = new ReadReq.Options.AllOptions();
    if (from) {
      const place = new ReadReq.Options.Position();
      place.setCommitPosition(from.commit);
      place.setPreparePosition(from.prepare);
      all.setPosition(place);
    } else if (range.backwards) all.setEnd(new Empty());
    else all.setStart(new Empty());
    options.setAll(all);
    return this.readRaw(options, range);
  }

  private readRaw(options: ReadReq.Options, { backwards, count }: { backwards: boolean; count: number }): Promise<RawEvent[]> {
    const ids = new ReadReq.Options.UUIDOption();
    ids.setString(new Empty());
    options.setUuidOption(ids);
    options.setReadDirection(backwards ? 1 : 0);
    options.setResolveLinks(false);
    options.setNoFilter(new Empty());
    options.setCount(String(count));
    const request = new ReadReq();
    request.setOptions(options);
    return retried(async () => {
      const open = this.GRPCStreamCreator(StreamsClient, 'copy', (client) => client.read(request, ...this.callArguments({})));
      const events: RawEvent[] = [];
      for await (const response of (await open()) as AsyncIterable<ReadResp>) {
        const recorded = response.getEvent()?.getEvent();
        if (recorded) events.push(rawEvent(recorded));
      }
      return events;
    });
  }

  private send(client: StreamsClient, stream: string, events: readonly RawEvent[], expected: bigint): Promise<AppendResp> {
    return new Promise((resolve, reject) => {
      const sink = client.append(...this.callArguments({}), (error, response) => (error ? reject(error) : resolve(response)));
      sink.on('error', reject);
      const options = new AppendReq.Options();
      options.setStreamIdentifier(identifier(stream));
      if (expected < 0n) options.setNoStream(new Empty());
      else options.setRevision(expected.toString());
      const header = new AppendReq();
      header.setOptions(options);
      sink.write(header);
      for (const event of events) sink.write(proposal(event));
      sink.end();
    });
  }
}

export const samePlace = (one: Position, other: Position) => one.commit === other.commit && one.prepare === other.prepare;

/** Whether one position comes after another. */
export const isPast = (one: Position, other: Position) =>
  BigInt(one.commit) === BigInt(other.commit) ? BigInt(one.prepare) > BigInt(other.prepare) : BigInt(one.commit) > BigInt(other.commit);

function identifier(stream: string): StreamIdentifier {
  const name = new StreamIdentifier();
  name.setStreamName(Buffer.from(stream).toString('base64'));
  return name;
}

function rawEvent(recorded: ReadResp.ReadEvent.RecordedEvent): RawEvent {
  const about = recorded.getMetadataMap();
  return {
    id: recorded.getId()?.getString() ?? '',
    type: about.get('type') ?? '',
    contentType: about.get('content-type') ?? 'application/octet-stream',
    stream: Buffer.from(recorded.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8'),
    revision: BigInt(recorded.getStreamRevision()),
    data: recorded.getData_asU8(),
    metadata: recorded.getCustomMetadata_asU8(),
    position: { commit: recorded.getCommitPosition(), prepare: recorded.getPreparePosition() },
  };
}

function proposal({ id, type, contentType, data, metadata }: RawEvent): AppendReq {
  const uuid = new UUID();
  uuid.setString(id);
  const message = new AppendReq.ProposedMessage();
  message.setId(uuid);
  message.getMetadataMap().set('type', type).set('content-type', contentType);
  message.setData(data);
  message.setCustomMetadata(metadata);
  const request = new AppendReq();
  request.setProposedMessage(message);
  return request;
}

/** Goes on after an interruption of the connection: everything here may be sent twice. */
async function retried<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const { code } = error as Partial<ServiceError>;
      if (attempt === ATTEMPTS || (code !== status.UNAVAILABLE && code !== status.DEADLINE_EXCEEDED)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
    }
  }
}

const exceptionOf = (error: unknown) => String((error as Partial<ServiceError>).metadata?.get('exception').at(0) ?? '');

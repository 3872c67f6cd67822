// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { OperationsService } from '@eventstore/db-client/generated/operations_grpc_pb';
import { PersistentSubscriptionsService } from '@eventstore/db-client/generated/persistent_grpc_pb';
import * as pb from '@eventstore/db-client/generated/persistent_pb';
import { Empty } from '@eventstore/db-client/generated/shared_pb';
import type { Answering, Call } from '../grpc/call';
import type { GrpcServer } from '../grpc/server';
import { errors } from '../errors';
import { streamName, uuidText } from '../wire/ids';
import { encodeResolved, withStructuredIds } from '../wire/read-event';
import { Consumer } from './consumer';
import type { Group, NackAction } from './group';
import type { Groups } from './groups';
import { infoOf } from './info';
import type { Message } from './message';
import { ALL, settingsOf, type GroupName } from './settings';

/** Serves the persistent subscriptions. */
export function servePersistentSubscriptions(server: GrpcServer, groups: Groups): void {
  const service = PersistentSubscriptionsService;
  server.handle(service.create, (call) => {
    call.onRequest = (request) => {
      const options = request.getOptions();
      const settings = options && settingsOf(options);
      if (!options || !settings) throw errors.invalidArgument('None', 'CreateReq.Settings');
      const name = nameOf(
        options.getGroupName(),
        options.hasAll(),
        options.getStream()?.getStreamIdentifier() ?? options.getStreamIdentifier(),
      );
      answer(call, groups.create(name, settings), () => new pb.CreateResp().serializeBinary());
    };
  });
  server.handle(service.update, (call) => {
    call.onRequest = (request) => {
      const options = request.getOptions();
      const settings = options && settingsOf(options);
      if (!options || !settings) throw errors.invalidArgument('None', 'UpdateReq.Settings');
      const name = nameOf(
        options.getGroupName(),
        options.hasAll(),
        options.getStream()?.getStreamIdentifier() ?? options.getStreamIdentifier(),
      );
      answer(call, groups.update(name, settings), () => new pb.UpdateResp().serializeBinary());
    };
  });
  server.handle(service.delete, (call) => {
    call.onRequest = (request) => {
      const options = request.getOptions();
      const name = nameOf(options?.getGroupName(), options?.hasAll(), options?.getStreamIdentifier());
      answer(call, groups.delete(name), () => new pb.DeleteResp().serializeBinary());
    };
  });
  server.handle(service.read, (call) => consume(call, groups));
  server.handle(service.getInfo, (call) => {
    call.onRequest = (request) => {
      const options = request.getOptions();
      const response = new pb.GetInfoResp();
      response.setSubscriptionInfo(infoOf(groups.get(nameOf(options?.getGroupName(), options?.hasAll(), options?.getStreamIdentifier()))));
      call.end(response.serializeBinary());
    };
  });
  server.handle(service.list, (call) => {
    call.onRequest = (request) => {
      const of = request.getOptions()?.getListForStream();
      const source = of && (of.hasAll() ? ALL : streamName(of.getStream()));
      const found = groups.list(source);
      if (source !== undefined && found.length === 0) throw errors.persistent.doesNotExist(source, '');
      const response = new pb.ListResp();
      response.setSubscriptionsList(found.map(infoOf));
      call.end(response.serializeBinary());
    };
  });
  server.handle(service.replayParked, (call) => {
    call.onRequest = (request) => {
      const options = request.getOptions();
      const group = groups.get(nameOf(options?.getGroupName(), options?.hasAll(), options?.getStreamIdentifier()));
      const stopAt = options?.hasStopAt() ? Number(options.getStopAt()) : undefined;
      const replayed = groups.writer.settled().then(() => {
        group.replayParked(stopAt);
        return groups.writer.settled();
      });
      answer(call, replayed, () => new pb.ReplayParkedResp().serializeBinary());
    };
  });
  const restart = (call: Call<Empty>) => {
    call.onRequest = () => {
      groups.restart();
      call.end(new Empty().serializeBinary());
    };
  };
  server.handle(service.restartSubsystem, restart);
  server.handle(OperationsService.restartPersistentSubscriptions, restart);
}

function answer(call: Answering, work: Promise<void>, response: () => Uint8Array): void {
  work.then(
    () => call.end(response()),
    (cause) => call.fail(cause),
  );
}

function nameOf(group: string | undefined, all: boolean | undefined, identifier: Parameters<typeof streamName>[0]): GroupName {
  return { source: all ? ALL : streamName(identifier), group: group ?? '' };
}

const ACTIONS: Readonly<Record<pb.ReadReq.Nack.Action, NackAction>> = {
  [pb.ReadReq.Nack.Action.UNKNOWN]: 'retry',
  [pb.ReadReq.Nack.Action.PARK]: 'park',
  [pb.ReadReq.Nack.Action.RETRY]: 'retry',
  [pb.ReadReq.Nack.Action.SKIP]: 'skip',
  [pb.ReadReq.Nack.Action.STOP]: 'stop',
};

/** `PersistentSubscriptions.Read`: options first, then answers for what was delivered. */
function consume(call: Call<pb.ReadReq>, groups: Groups): void {
  let group: Group | undefined;
  call.onRequest = (request) => {
    const ack = request.getAck();
    const nack = request.getNack();
    if (group && ack) return group.acknowledge(ack.getIdsList().map(uuidText));
    if (group && nack) return group.refuse(nack.getIdsList().map(uuidText), ACTIONS[nack.getAction()] ?? 'skip', nack.getReason());
    const options = request.getOptions();
    if (group || !options) throw errors.invalidArgument('ContentCase', 'ReadReq: options come first, and once');
    const joined = (group = groups.get(nameOf(options.getGroupName(), options.hasAll(), options.getStreamIdentifier())));
    const { source, group: name } = joined.name;
    const { maxSubscriberCount } = joined.settings;
    if (maxSubscriberCount > 0 && joined.consumers.all.length >= maxSubscriberCount)
      throw errors.persistent.maximumSubscribersReached(source, name);

    const confirmation = new pb.ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(`${source}::${name}`);
    const response = new pb.ReadResp();
    response.setSubscriptionConfirmation(confirmation);
    call.send(response.serializeBinary());

    const structured = options.getUuidOption()?.hasStructured() ?? false;
    const consumer = new Consumer(randomUUID(), call, Math.max(1, options.getBufferSize()), encoder(joined, groups, structured), () =>
      joined.pump(),
    );
    call.onClosed = () => joined.disconnect(consumer);
    joined.connect(consumer);
  };
}

/** The bytes of a message. The response has the shape of `Streams.Read`'s, and a count of tries. */
function encoder(group: Group, groups: Groups, structured: boolean): (message: Message) => Uint8Array {
  const { links } = groups;
  return ({ event, cursor, retryCount }) => {
    const follows = (group.settings.resolveLinks || cursor === undefined) && links.isLink(event);
    const bytes = follows
      ? encodeResolved(links.target(event)?.body, event.body, event.position, retryCount)
      : encodeResolved(event.body, undefined, event.position, retryCount);
    return structured ? withStructuredIds(bytes) : bytes;
  };
}

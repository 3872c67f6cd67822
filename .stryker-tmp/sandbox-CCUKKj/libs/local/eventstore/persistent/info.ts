// @ts-nocheck
import { SubscriptionInfo } from '@eventstore/db-client/generated/persistent_pb';
import type { Consumer } from './consumer';
import type { Group } from './group';
import { ALL } from './settings';

/** What `GetInfo` and `List` tell of a group. Asking is what begins a new measurement, as on the real server. */
export function infoOf(group: Group): SubscriptionInfo {
  const { name, settings, consumers, context } = group;
  const { source } = context;
  const info = new SubscriptionInfo();
  info.setEventSource(name.source);
  info.setGroupName(name.group);
  info.setStatus(group.caughtUp ? 'Live' : 'Behind');
  info.setConnectionsList(consumers.all.map(connectionOf));
  info.setTotalItems(String(group.totalItems));
  info.setAveragePerSecond(consumers.all.reduce((sum, consumer) => sum + averageOf(consumer), 0));
  info.setCountSinceLastMeasurement(String(group.sinceMeasured));
  group.sinceMeasured = 0;
  if (group.checkpoint !== undefined) info.setLastCheckpointedEventPosition(source.text(group.checkpoint));
  const last = source.last();
  if (last >= (name.source === ALL ? 1 : 0)) info.setLastKnownEventPosition(source.text(last));
  info.setResolveLinkTos(settings.resolveLinks);
  info.setStartFrom(source.text(settings.startFrom));
  info.setMessageTimeoutMilliseconds(settings.messageTimeoutMs);
  info.setExtraStatistics(settings.extraStatistics);
  info.setMaxRetryCount(settings.maxRetryCount);
  info.setLiveBufferSize(settings.liveBufferSize);
  info.setBufferSize(settings.historyBufferSize);
  info.setReadBatchSize(settings.readBatchSize);
  info.setCheckPointAfterMilliseconds(settings.checkpointAfterMs);
  info.setMinCheckPointCount(settings.minCheckpointCount);
  info.setMaxCheckPointCount(settings.maxCheckpointCount);
  info.setReadBufferCount(group.buffered);
  info.setLiveBufferCount('0');
  info.setRetryBufferCount(group.retries.length);
  info.setTotalInFlightMessages(consumers.all.reduce((sum, consumer) => sum + consumer.inFlight.size, 0));
  info.setOutstandingMessagesCount(group.outstanding.size);
  info.setNamedConsumerStrategy(settings.strategy);
  info.setMaxSubscriberCount(settings.maxSubscriberCount);
  info.setParkedMessageCount(String(context.parked.count));
  return info;
}

function connectionOf(consumer: Consumer): SubscriptionInfo.ConnectionInfo {
  const connection = new SubscriptionInfo.ConnectionInfo();
  connection.setFrom(consumer.call.peer);
  connection.setUsername(consumer.call.user);
  connection.setConnectionName(consumer.call.header('connection-name') ?? '<unknown>');
  connection.setAverageItemsPerSecond(averageOf(consumer));
  connection.setTotalItems(String(consumer.total));
  connection.setCountSinceLastMeasurement(String(consumer.sinceMeasured));
  consumer.sinceMeasured = 0;
  connection.setAvailableSlots(consumer.capacity - consumer.inFlight.size);
  connection.setInFlightMessages(consumer.inFlight.size);
  return connection;
}

const averageOf = (consumer: Consumer) => Math.round(consumer.total / Math.max(1, (Date.now() - consumer.since) / 1000));

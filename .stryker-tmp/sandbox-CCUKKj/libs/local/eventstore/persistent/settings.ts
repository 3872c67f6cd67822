// @ts-nocheck
import type * as pb from '@eventstore/db-client/generated/persistent_pb';
import { filterSpec, type FilterSpec } from '../streams/filter';

export const STRATEGIES = ['DispatchToSingle', 'RoundRobin', 'Pinned', 'PinnedByCorrelation'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Settings of a group as they are kept in the file. Times are milliseconds. */
export interface GroupSettings {
  resolveLinks: boolean;
  extraStatistics: boolean;
  /** Revision or position of the first event to deliver; -1 for those that come after the group was made. */
  startFrom: number;
  /** 0: never. */
  messageTimeoutMs: number;
  maxRetryCount: number;
  checkpointAfterMs: number;
  minCheckpointCount: number;
  maxCheckpointCount: number;
  /** 0: any number. */
  maxSubscriberCount: number;
  liveBufferSize: number;
  historyBufferSize: number;
  readBatchSize: number;
  strategy: Strategy | string;
  filter?: FilterSpec;
}

/** What a group is called, and what it reads: the name of a stream, or `$all`. */
export interface GroupName {
  source: string;
  group: string;
}

export const ALL = '$all';

const TICKS_PER_MS = 10_000;

/** Settings out of either request, today's fields and those of older clients. */
export function settingsOf(options: pb.CreateReq.Options | pb.UpdateReq.Options): GroupSettings | undefined {
  const settings = options.getSettings();
  if (!settings) return undefined;
  const all = options.getAll();
  const filter = all && 'getFilter' in all ? all.getFilter() : undefined;
  return {
    resolveLinks: settings.getResolveLinks(),
    extraStatistics: settings.getExtraStatistics(),
    startFrom: startOf(options, settings),
    messageTimeoutMs: settings.hasMessageTimeoutMs()
      ? settings.getMessageTimeoutMs()
      : Math.floor(Number(settings.getMessageTimeoutTicks()) / TICKS_PER_MS),
    maxRetryCount: settings.getMaxRetryCount(),
    checkpointAfterMs: settings.hasCheckpointAfterMs()
      ? settings.getCheckpointAfterMs()
      : Math.floor(Number(settings.getCheckpointAfterTicks()) / TICKS_PER_MS),
    minCheckpointCount: settings.getMinCheckpointCount(),
    maxCheckpointCount: settings.getMaxCheckpointCount(),
    maxSubscriberCount: settings.getMaxSubscriberCount(),
    liveBufferSize: settings.getLiveBufferSize(),
    historyBufferSize: settings.getHistoryBufferSize(),
    readBatchSize: settings.getReadBatchSize(),
    strategy: strategyOf(settings),
    ...(filter ? { filter: filterSpec(filter) } : {}),
  };
}

function strategyOf(settings: pb.CreateReq.Settings | pb.UpdateReq.Settings): string {
  const named = 'getConsumerStrategy' in settings ? settings.getConsumerStrategy() : '';
  return named || (STRATEGIES[settings.getNamedConsumerStrategy()] ?? 'RoundRobin');
}

function startOf(options: pb.CreateReq.Options | pb.UpdateReq.Options, settings: pb.CreateReq.Settings | pb.UpdateReq.Settings): number {
  const all = options.getAll();
  if (all) return all.hasPosition() ? number(all.getPosition()?.getCommitPosition() ?? '0') : all.hasEnd() ? -1 : 0;
  const stream = options.getStream();
  if (stream) return stream.hasRevision() ? number(stream.getRevision()) : stream.hasEnd() ? -1 : 0;
  return number(settings.getRevision()); // clients before 21.10, and the Node one still
}

/** An unsigned 64-bit number; the greatest of all means the end. */
function number(text: string): number {
  const value = Number(text);
  return value > Number.MAX_SAFE_INTEGER ? -1 : value;
}

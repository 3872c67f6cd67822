import { EventStoreDBClient } from '@eventstore/db-client';
import type { Recorded } from '@letopis/kernel';
import { decode } from '../../../libs/runtime/events/codec';
import type { Item, Load } from './load';

/** Marks that the runtime makes beside the history: who claims a key may have to claim it twice. */
const MARKS = /^(UniqueKeyClaimed|UniqueKeyReleased|ClaimAbandoned)$/;

/** What is noted beside a story: that somebody was told to try again, and what operators did. */
const BESIDE = ['refusals', 'sagaFailure'];

/** The whole log as it is on disk. */
export async function readLog(url: string): Promise<Recorded[]> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    const events: Recorded[] = [];
    for await (const resolved of client.readAll()) {
      const event = decode(resolved);
      if (event) events.push(event);
    }
    return events;
  } finally {
    await client.dispose();
  }
}

const grouped = <Key>(events: readonly Recorded[], by: (event: Recorded) => Key): Map<Key, Recorded[]> => {
  const groups = new Map<Key, Recorded[]>();
  for (const event of events) {
    const key = by(event);
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  return groups;
};

/** What is wrong with the log, in words; nothing when every command is there once, as it was acknowledged. */
export function wrongInLog(log: readonly Recorded[], { answers, bursts }: Load): string[] {
  const wrong: string[] = [];
  const history = log.filter(({ type }) => !MARKS.test(type));
  const byCommand = grouped(history, ({ metadata }) => metadata.commandId);

  for (const { commandId, eventIds } of answers.values()) {
    const stored = (byCommand.get(commandId) ?? []).map(({ id }) => id);
    if (JSON.stringify(stored) !== JSON.stringify(eventIds))
      wrong.push(`command ${commandId} was answered with ${eventIds.length} events and has ${stored.length} in the log`);
  }
  for (const [commandId, events] of byCommand) {
    const [first] = events as [Recorded, ...Recorded[]];
    const together = events.every(
      ({ stream, revision, metadata }, at) =>
        stream === first.stream && revision === first.revision + at && metadata.occurredAt === first.metadata.occurredAt,
    );
    if (!together) wrong.push(`command ${commandId} (${first.metadata.commandType}) was decided twice on ${first.stream}`);
  }
  for (const [stream, events] of grouped(log, ({ stream }) => stream)) {
    if (events.some(({ revision }, at) => revision !== events[0]!.revision + at)) wrong.push(`${stream} has holes`);
  }
  const byStream = grouped(history, ({ stream }) => stream);
  for (const { organizationId, sent } of bursts) {
    const changes = (byStream.get(`organization-${organizationId}`) ?? []).filter(
      ({ metadata }) => metadata.commandType === 'UpdateOrganizationDetails',
    );
    if (changes.length !== sent) wrong.push(`${sent} changes of one organization were acknowledged, ${changes.length} are in the log`);
  }
  return wrong;
}

/** What each step of an item has set off: the kinds of events of its story, whatever their order. */
export function storiesOf(log: readonly Recorded[], items: readonly Item[]): ReadonlyMap<string, Readonly<Record<string, string[]>>> {
  const stories = grouped(
    log.filter(({ type, category }) => !MARKS.test(type) && !BESIDE.includes(category)),
    ({ metadata }) => metadata.correlationId,
  );
  const told = (correlationId: string) => (stories.get(correlationId) ?? []).map(({ category, type }) => `${category} ${type}`).sort();
  return new Map(
    items.map(({ name, steps }) => [name, Object.fromEntries([...steps].map(([step, correlationId]) => [step, told(correlationId)]))]),
  );
}

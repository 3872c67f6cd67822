// @ts-nocheck
import type { StoryRow } from './stories';

/** An event with everything that it brought about. */
export interface StoryNode extends StoryRow {
  readonly effects: readonly StoryNode[];
}

/** Nodes that lie one in another; what lies deeper is told beside the last of them. */
const DEEPEST = 100;

/**
 * The story as trees: an event lies in the one that caused its command. What has no cause among the rows is a root, in the
 * order of the log; a timer that was fired lies in the event that set it.
 */
export function treesOf(rows: readonly StoryRow[]): StoryNode[] {
  const effects = effectsOf(rows);
  const roots: Growing[] = [];
  // Without recursion: a story of sagas may be thousands of steps long.
  const work: Array<{ row: StoryRow; into: Growing[]; depth: number }> = (effects.get(undefined) ?? []).map((row) => ({
    row,
    into: roots,
    depth: 1,
  }));
  for (const { row, into, depth } of work) {
    const node: Growing = { ...row, effects: [] };
    into.push(node);
    for (const effect of effects.get(row.eventId) ?? []) {
      work.push({ row: effect, into: depth < DEEPEST ? node.effects : into, depth: Math.min(depth + 1, DEEPEST) });
    }
  }
  return roots;
}

interface Growing extends StoryRow {
  readonly effects: Growing[];
}

/** The causes of an event, nearest first, up to what a caller from outside did. */
export function causesOf(rows: readonly StoryRow[], eventId: string): StoryRow[] {
  const byId = new Map(rows.map((row) => [row.eventId, row]));
  const cause = causeAmong(rows);
  const chain: StoryRow[] = [];
  const seen = new Set([eventId]);
  for (let row = byId.get(eventId); row;) {
    const id: string | undefined = cause(row);
    row = id === undefined || seen.has(id) ? undefined : byId.get(id);
    if (row) chain.push(row);
    if (row) seen.add(row.eventId);
  }
  return chain;
}

/** The event with all that it brought about. */
export function effectsTree(rows: readonly StoryRow[], eventId: string): readonly StoryNode[] {
  const reached = new Set([eventId]);
  const cause = causeAmong(rows);
  // Causes come before effects in the log, so one pass in its order reaches everything.
  for (const row of rows) if (reached.has(cause(row) ?? '')) reached.add(row.eventId);
  const [own] = treesOf(rows.filter((row) => reached.has(row.eventId)));
  return own?.effects ?? [];
}

/** Event → its effects, in the order of the log; under undefined those that nothing among the rows has caused. */
function effectsOf(rows: readonly StoryRow[]): Map<string | undefined, StoryRow[]> {
  const cause = causeAmong(rows);
  const effects = new Map<string | undefined, StoryRow[]>();
  for (const row of rows) {
    const id = cause(row);
    const siblings = effects.get(id);
    if (siblings) siblings.push(row);
    else effects.set(id, [row]);
  }
  return effects;
}

/** Tells the id of the row that caused another one; only a row before it can be its cause. */
function causeAmong(rows: readonly StoryRow[]): (row: StoryRow) => string | undefined {
  const place = new Map(rows.map(({ eventId }, at) => [eventId, at]));
  const inStream = new Map(rows.map((row) => [`${row.stream}@${row.revision}`, row]));
  const before = (row: StoryRow, id: string | undefined) =>
    id !== undefined && (place.get(id) ?? Infinity) < place.get(row.eventId)! ? id : undefined;
  return (row) => {
    const told = before(row, row.causationId);
    if (told !== undefined || row.type !== 'TimerFired') return told;
    return before(row, inStream.get(`${row.stream}@${row.revision - 1}`)?.eventId);
  };
}

import type { Change, HistoryEntry, Hidden, Replayed, StateThen, StatesBetween, Story, StoryNode, Why } from '@letopis/runtime';

/** Lines of columns, each as wide as its widest cell; what does not fit a line of the terminal is cut by nobody. */
export function table(heading: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = heading.map((title, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[]) => cells.map((cell, at) => cell.padEnd(widths[at]!)).join('  ').trimEnd(); // prettier-ignore
  return [line(heading), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

const who = ({ actor }: HistoryEntry): string => {
  const { kind, userId, serviceId, name } = actor as { kind?: string; userId?: string; serviceId?: string; name?: string };
  return `${kind ?? '?'} ${userId ?? serviceId ?? name ?? ''}`.trim();
};
const told = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));

export const historyTable = (items: readonly HistoryEntry[]): string =>
  table(
    ['rev', 'at', 'event', 'by', 'allowed by', 'reason', 'event id', 'data'],
    items.map((item) => [
      ...[String(item.revision), item.at, item.type, who(item)],
      ...[item.allowedBy ?? '', item.reason ?? '', item.eventId, told(item.data)],
    ]),
  );

/** An event of the log in one line. */
export const replayedText = (event: Replayed): string =>
  [
    `${event.position}  ${event.at}  ${event.type}  ${event.stream}@${event.revision}  ${who(event)}`,
    event.reason && `«${event.reason}»`,
    told(event.data),
  ]
    .filter(Boolean)
    .join('  ');

export const stateText = ({ category, id, revision, at, state }: StateThen): string =>
  `${category} ${id}, revision ${revision}${at ? ` of ${at}` : ''}\n${JSON.stringify(state, null, 2)}`;

const changeRow = ({ path, kind, from, to }: Change) => [path, kind, told(from), told(to)];

export const diffText = ({ from, to, changes, events }: StatesBetween): string =>
  [
    `from revision ${from.revision} to revision ${to.revision}`,
    '',
    table(['path', 'what', 'from', 'to'], changes.map(changeRow)),
    '',
    historyTable(events),
  ].join('\n');

/** A tree as indented lines. */
export function treeLines(nodes: ReadonlyArray<StoryNode | Hidden>, indent = ''): string[] {
  return nodes.flatMap((node, at) => {
    const last = at === nodes.length - 1;
    const head = `${indent}${last ? '└─' : '├─'} `;
    if ('hidden' in node) return [`${head}…`];
    const line = `${head}${node.type}  ${node.stream}  ${node.at}  ${node.actorKind} ${node.actorId}${node.reason ? `  «${node.reason}»` : ''}`;
    return [line, ...treeLines(node.effects, `${indent}${last ? '   ' : '│  '}`)];
  });
}

export const storyText = ({ correlationId, settled, waiting, tree }: Omit<Story, 'events'>): string =>
  [
    `story ${correlationId}${settled ? ', settled' : ''}`,
    ...treeLines(tree),
    ...waiting.map(({ saga, event, parked, error }) => `${parked ? 'parked' : 'waits'}: ${saga} at ${event}${error ? `: ${error}` : ''}`),
  ].join('\n');

export const whyText = ({ event, command, reason, causes, effects }: Why): string =>
  [
    `${event.type}  ${event.stream}  revision ${event.revision}  ${event.at}`,
    `command     ${command.type}${command.summary ? ` (${command.summary})` : ''}`,
    `by          ${who(event)}`,
    `allowed by  ${command.allowedBy ?? '—'}${command.rule && command.rule !== command.allowedBy ? ` (rule of today: ${command.rule})` : ''}`,
    `reason      ${reason ?? '—'}`,
    `story       ${event.correlationId}`,
    'caused by',
    ...(causes.length === 0
      ? ['  the caller']
      : causes.map((cause) => ('hidden' in cause ? '  …' : `  ${cause.type}  ${cause.stream}  ${cause.at}`))),
    'effects',
    ...(effects.length === 0 ? ['  none'] : treeLines(effects, '  ')),
  ].join('\n');

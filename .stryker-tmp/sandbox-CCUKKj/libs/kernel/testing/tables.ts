// @ts-nocheck
import type { Outcome } from './decisions';

/** A table as the specification writes it, between bars: a record per row, by the names of the columns. */
export function rows(table: string): ReadonlyArray<Readonly<Record<string, string>>> {
  const lines = table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('|') && !/^\|[\s|-]*$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [head, ...body] = lines;
  if (!head || body.length === 0) throw new Error('a table has a head and a row at least');
  return body.map((cells) => {
    if (cells.length !== head.length) throw new Error(`the row ${cells.join(' | ')} has not as many cells as its head`);
    return Object.fromEntries(cells.map((cell, at) => [head[at]!, cell]));
  });
}

/** One cell of a state table: a state, what is asked in it, and what comes of it. */
export interface Cell {
  readonly state: string;
  readonly asked: string;
  readonly becomes: string;
  /** By type; undefined where the table does not name them. */
  readonly events?: readonly string[];
  readonly refused?: string;
}

/**
 * The cells of a state table. `→ X / A, B` is the new state and its events, `same / A` keeps the state, `no-op` does nothing,
 * `—` is the refusal named under the table, anything else the code of a refusal.
 */
export const stateTable = (table: string, { dash }: { readonly dash: string }): Cell[] =>
  rows(table).flatMap(({ State: state = '', ...columns }) =>
    Object.entries(columns).map(([asked, becomes]) => ({ state, asked, becomes, ...meaning(becomes, dash) })),
  );

const meaning = (text: string, dash: string): Pick<Cell, 'events' | 'refused'> => {
  if (text === 'no-op') return { events: [] };
  const told = /^(?:same|→ \w+)(?: \/ (?<events>\w+(?:, \w+)*))?$/.exec(text);
  if (told) return { events: told.groups?.events?.split(', ') };
  if (text !== '—' && !/^[A-Z_]+$/.test(text)) throw new Error(`«${text}» is no cell of a state table`);
  return { events: [], refused: text === '—' ? dash : text };
};

/** Whether what came of a command is what the cell says. */
export function isAsTold<State extends { readonly status: string }>(
  { state, becomes, events, refused }: Cell,
  outcome: Outcome<State>,
): void {
  expect(outcome.before.status).toBe(state);
  const { result } = outcome;
  expect(result.refused).toBe(refused);
  if (events) expect(result.events.map(({ type }) => type)).toEqual(events);
  else expect(result.events).not.toEqual([]);
  expect(outcome.after.status).toBe(becomes.startsWith('→') ? /^→ (\w+)/.exec(becomes)![1] : state);
}

// @ts-nocheck
import { errors } from '../errors';
import { headOf } from '../wire/recorded-event';

/** The part of a filter message that reads, subscriptions and persistent subscriptions have in common. */
interface FilterMessage {
  getStreamIdentifier(): { getRegex(): string; getPrefixList(): string[] } | undefined;
  getEventType(): { getRegex(): string; getPrefixList(): string[] } | undefined;
  hasMax(): boolean;
  getMax(): number;
  getCheckpointintervalmultiplier(): number;
}

/** Events searched between two checkpoints when the client names no window (Enumerators, DefaultWindow). */
const DEFAULT_WINDOW = 32;

/** A filter as data: what a persistent subscription keeps. */
export interface FilterSpec {
  on: 'stream' | 'type';
  /** Empty when it goes by prefixes. */
  regex: string;
  prefixes: string[];
  /** Events looked at between two checkpoints. */
  checkpointInterval: number;
}

export interface Filter {
  matches: (stored: Uint8Array) => boolean;
  checkpointInterval: number;
}

/** @throws RpcError INVALID_ARGUMENT for a filter on nothing. */
export function filterSpec(message: FilterMessage | undefined): FilterSpec | undefined {
  if (!message) return undefined;
  const byStream = message.getStreamIdentifier();
  const expression = byStream ?? message.getEventType();
  if (!expression) throw errors.invalidArgument('None', 'FilterOneofCase');
  const window = message.hasMax() ? message.getMax() : DEFAULT_WINDOW;
  return {
    on: byStream ? 'stream' : 'type',
    regex: expression.getRegex(),
    prefixes: expression.getPrefixList(),
    checkpointInterval: Math.max(1, window * Math.max(1, message.getCheckpointintervalmultiplier())),
  };
}

/** @throws RpcError INVALID_ARGUMENT for a regular expression that is none. */
export function compileFilter(spec: FilterSpec): Filter {
  const test = matcher(spec.regex, spec.prefixes);
  return {
    matches: spec.on === 'stream' ? (stored) => test(headOf(stored).stream) : (stored) => test(headOf(stored).type),
    checkpointInterval: spec.checkpointInterval,
  };
}

export function parseFilter(message: FilterMessage | undefined): Filter | undefined {
  const spec = filterSpec(message);
  return spec && compileFilter(spec);
}

function matcher(regex: string, prefixes: readonly string[]): (name: string) => boolean {
  if (regex === '') return (name) => prefixes.some((prefix) => name.startsWith(prefix));
  let expression: RegExp;
  try {
    expression = new RegExp(regex);
  } catch {
    throw errors.invalidArgument(regex, 'regular expression');
  }
  return (name) => expression.test(name);
}

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

export interface Filter {
  matches: (stored: Uint8Array) => boolean;
  /** Events looked at between two checkpoints. */
  checkpointInterval: number;
}

/** @throws RpcError INVALID_ARGUMENT for a regular expression that is none. */
export function parseFilter(message: FilterMessage | undefined): Filter | undefined {
  if (!message) return undefined;
  const byStream = message.getStreamIdentifier();
  const expression = byStream ?? message.getEventType();
  if (!expression) throw errors.invalidArgument('None', 'FilterOneofCase');
  const test = matcher(expression.getRegex(), expression.getPrefixList());
  const window = message.hasMax() ? message.getMax() : DEFAULT_WINDOW;
  return {
    matches: byStream ? (stored) => test(headOf(stored).stream) : (stored) => test(headOf(stored).type),
    checkpointInterval: Math.max(1, window * Math.max(1, message.getCheckpointintervalmultiplier())),
  };
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

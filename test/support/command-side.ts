import { defaultSettings, Keyring, type Context } from '@letopis/kernel';
import { compose, silent, systemClock, type Clock } from '@letopis/runtime';
import type { Db } from 'mongodb';
import { Callers } from '../../libs/runtime/commands/callers';
import { Claims } from '../../libs/runtime/commands/claims';
import { commandsPort } from '../../libs/runtime/commands/commands-port';
import { Dispatcher } from '../../libs/runtime/commands/dispatcher';
import { Snapshots } from '../../libs/runtime/commands/snapshots';
import { States } from '../../libs/runtime/commands/states';
import type { EventStore } from '../../libs/runtime/events/event-store';
import type { Sealer } from '../../libs/runtime/events/sealing';
import type { Ports } from '../../libs/runtime/ports';
import { Effects } from '../../libs/runtime/sagas/effects';

export interface CommandSideOptions {
  readonly clock?: Clock;
  readonly sealer?: Sealer;
  readonly release?: string;
  /** Answers decisions, and what sagas do before the answer to a command. */
  readonly ports?: Ports;
  /** Carries out prompt reactions of sagas; they read no read models. */
  readonly db?: Db;
}

/** Everything between a command and its answer, as one process has it: no read models, no sagas that come later, no edge. */
export function commandSide(store: EventStore, contexts: readonly Context[], options: CommandSideOptions = {}) {
  const { clock = systemClock, sealer, release = '', db } = options;
  const settings = defaultSettings;
  const keyring = new Keyring(Buffer.alloc(32, 1));
  const composition = compose(contexts);
  const snapshots = new Snapshots({ store, sealer, logger: silent, release });
  const states = new States(store, snapshots);
  const claims = new Claims(store, states, composition.aggregates, keyring, clock);
  const callers = new Callers(composition.authentication, states, clock, settings, composition.errors);
  const ports: Record<string, Ports[string]> = { ...options.ports };
  const dispatcher = new Dispatcher({ composition, store, states, claims, callers, ports, keyring, clock, settings });
  ports.commands = { ...commandsPort(dispatcher, composition) };
  if (db) {
    const effects = new Effects({ composition, dispatcher, states, claims, ports, clock, settings, db });
    // What fails is left undone: no runner comes after it.
    dispatcher.onAppended((events) => effects.promptly(events).catch(() => {}));
  }
  return { dispatcher, states, snapshots, composition };
}

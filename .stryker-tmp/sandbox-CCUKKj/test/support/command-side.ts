// @ts-nocheck
import { defaultSettings, Keyring, type Context } from '@letopis/kernel';
import { compose, silent, systemClock, type Clock } from '@letopis/runtime';
import { Callers } from '../../libs/runtime/commands/callers';
import { Claims } from '../../libs/runtime/commands/claims';
import { Dispatcher } from '../../libs/runtime/commands/dispatcher';
import { Snapshots } from '../../libs/runtime/commands/snapshots';
import { States } from '../../libs/runtime/commands/states';
import type { EventStore } from '../../libs/runtime/events/event-store';
import type { Sealer } from '../../libs/runtime/events/sealing';

/** Everything between a command and its answer, as one process has it: no read models, no sagas, no edge. */
export function commandSide(
  store: EventStore,
  contexts: readonly Context[],
  { clock = systemClock, sealer, release = '' }: { clock?: Clock; sealer?: Sealer; release?: string } = {},
) {
  const settings = defaultSettings;
  const keyring = new Keyring(Buffer.alloc(32, 1));
  const composition = compose(contexts);
  const snapshots = new Snapshots({ store, sealer, logger: silent, release });
  const states = new States(store, snapshots);
  const claims = new Claims(store, states, composition.aggregates, keyring, clock);
  const callers = new Callers(composition.authentication, states, clock, settings, composition.errors);
  const dispatcher = new Dispatcher({ composition, store, states, claims, callers, ports: {}, keyring, clock, settings });
  return { dispatcher, states, snapshots, composition };
}

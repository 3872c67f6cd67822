import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Happened } from '@letopis/kernel';
import { account, COMMENT, type Account } from '../../support/bank';
import { decided, evolved, metadata, own, streamOf, type System } from './systems';

/** An event as Emmett hands it over. */
export interface PeerEvent extends Happened {
  readonly metadata: { readonly streamName: string; readonly globalPosition: bigint };
}

/** Emmett, connected; see `test/bench/peers/emmett.cjs`. */
export interface Emmett {
  command(stream: string, decide: (state: Account) => readonly object[]): Promise<unknown>;
  load(stream: string): Promise<Account>;
  consume(after: bigint, eachMessage: (event: PeerEvent) => Promise<void>): { stop(): Promise<void> };
  dispose(): Promise<void>;
}

interface EmmettModule {
  connect(url: string, options: { initialState: () => Account; evolve: typeof evolved; retry?: object }): Emmett;
}

const FOLDER = join(__dirname, '../peers');
export const EMMETT = 'Emmett 0.35.0-alpha.2';
/** What to do when a peer is not there. */
export const INSTALL = 'not installed: npm ci --prefix test/bench/peers';

/** Whether the peers' own packages are there; they are not part of the project's. */
export const peersInstalled = (): boolean => existsSync(join(FOLDER, 'node_modules/@event-driven-io/emmett-esdb'));

export function connectEmmett(url: string, retry?: object): Emmett {
  const { connect } = createRequire(__filename)(join(FOLDER, 'emmett.cjs')) as EmmettModule;
  return connect(url, { initialState: () => account.initialState as Account, evolve: evolved, retry });
}

function emmett(name: string, does: string, retry: object): System {
  return {
    name,
    does,
    async connect(url) {
      const peer = connectEmmett(url, retry);
      const execute = (type: 'OpenAccount' | 'Deposit', command: object, id: string, commandId: string) =>
        peer.command(streamOf(id), (state) =>
          decided(type, command, state, id, commandId).map((event) => ({ ...event, metadata: metadata(event.type, commandId) })),
        );
      return {
        open: (id, commandId) => execute('OpenAccount', { accountId: id, title: 'Bench' }, id, commandId),
        deposit: (id, commandId) => execute('Deposit', { accountId: id, amount: 1, comment: COMMENT }, id, commandId),
        load: async (id) => (await peer.load(streamOf(id))).deposits,
        close: () => peer.dispose(),
      };
    },
  };
}

/** Its own way to begin anew after a conflict. */
const documented = () => emmett(EMMETT, 'no validation, no authorization, no idempotency', { onVersionConflict: true });

/** Its store throws a conflict of another class than the one that its handler looks for; here anything is tried again. */
export const emmettRetryingAll = (): System =>
  emmett(`${EMMETT}, any error retried`, 'as many attempts as the loop', { retries: 4, minTimeout: 1, maxTimeout: 20, randomize: true });

/** The peers that are installed. */
export const peers = (): readonly System[] => (peersInstalled() ? [documented()] : []);

/** All that are measured. */
export const systems = (): readonly System[] => [...own(), ...peers()];

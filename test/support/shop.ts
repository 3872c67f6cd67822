import { aggregate, anyone, defineContext, Id, refusal, Text } from '@letopis/kernel';
import { IsInt, Min } from 'class-validator';

/** A context in which everything happens that can happen to a command: unique names, refusals, no-ops, and refusals that are facts. */
export class OpenShop {
  @Id() shopId: string;
  @Text(1, 50) name: string;
}

export class RenameShop extends OpenShop {}

export class Sell {
  @Id() shopId: string;
  @IsInt() @Min(0) amount: number;
}

export class CloseShop {
  @Id() shopId: string;
}

export interface ShopEvents {
  ShopOpened: { name: string };
  ShopRenamed: { name: string };
  Sold: { amount: number };
  ShopClosed: Record<never, never>;
}

export interface Shop {
  readonly status: 'none' | 'open' | 'closed';
  readonly name?: string;
  readonly sold: number;
}

const { command, define, event } = aggregate<Shop, ShopEvents>();

const open = ({ status }: Shop) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'closed') throw refusal('FORBIDDEN');
};

export const shop = define({
  category: 'shop',
  initialState: { status: 'none', sold: 0 },
  keys: ({ status, name }) => (status === 'open' && name !== undefined ? [{ scope: 'shopName', value: name }] : []),
  commands: {
    OpenShop: command(OpenShop, {
      by: anyone,
      needs: ({ command: { name } }) => ({ holder: { kind: 'owner', key: { scope: 'shopName', value: name } } as const }),
    }),
    RenameShop: command(RenameShop, {
      by: anyone,
      needs: ({ command: { name } }) => ({ holder: { kind: 'owner', key: { scope: 'shopName', value: name } } as const }),
    }),
    Sell: command(Sell, { by: anyone }),
    CloseShop: command(CloseShop, { by: anyone }),
  },
  decide: {
    OpenShop: ({ name }, { status }, { holder, id }) => {
      if (status !== 'none' || (holder !== undefined && holder !== id)) throw refusal('ALREADY_EXISTS');
      return [event('ShopOpened', { name })];
    },
    RenameShop: ({ name }, state, { holder, id }) => {
      open(state);
      if (state.name === name) return [];
      if (holder !== undefined && holder !== id) throw refusal('ALREADY_EXISTS');
      return [event('ShopRenamed', { name })];
    },
    Sell: ({ amount }, state) => {
      open(state);
      return amount === 0 ? [] : [event('Sold', { amount })];
    },
    CloseShop: (_, state) => {
      open(state);
      return [event('ShopClosed', {})];
    },
  },
  evolve: {
    ShopOpened: (state, { name }) => ({ ...state, status: 'open', name }),
    ShopRenamed: (state, { name }) => ({ ...state, name }),
    Sold: (state, { amount }) => ({ ...state, sold: state.sold + amount }),
    ShopClosed: (state) => ({ ...state, status: 'closed' }),
  },
});

export const shops = defineContext({ name: 'shops', aggregates: [shop] });

// @ts-nocheck
import {
  aggregate,
  anyone,
  defineContext,
  everything,
  Id,
  personOf,
  projection,
  refusal,
  Text,
  user,
  type Authentication,
  type Context,
} from '@letopis/kernel';
import { IsInt, Min } from 'class-validator';

/** A context as small as one can be and still be real: an account that its owner opens and pays into. */
export class OpenAccount {
  @Id() accountId: string;
  @Text(1, 200) title: string;
}

export class Deposit {
  @Id() accountId: string;
  @IsInt() @Min(1) amount: number;
  @Text(1, 500) comment: string;
}

export class SignUp {
  @Id() personId: string;
}

export interface AccountEvents {
  AccountOpened: { ownerUserId: string; title: string };
  Deposited: { amount: number; by: string; comment: string };
}

export interface Account {
  readonly ownerUserId?: string;
  readonly balance: number;
  readonly deposits: number;
}

const { command, define, event } = aggregate<Account, AccountEvents>();

export const account = define({
  category: 'account',
  initialState: { balance: 0, deposits: 0 },
  commands: {
    OpenAccount: command(OpenAccount, { by: user }),
    Deposit: command(Deposit, { by: personOf('owner', ({ state }) => state.ownerUserId) }),
  },
  decide: {
    OpenAccount: ({ title }, { ownerUserId }, { actor }) => {
      if (ownerUserId !== undefined) throw refusal('ALREADY_EXISTS');
      if (actor.kind !== 'user') throw refusal('FORBIDDEN');
      return [event('AccountOpened', { ownerUserId: actor.userId, title })];
    },
    Deposit: ({ amount, comment }, { ownerUserId }) => {
      if (ownerUserId === undefined) throw refusal('NOT_FOUND');
      return [event('Deposited', { amount, by: ownerUserId, comment })];
    },
  },
  evolve: {
    AccountOpened: (_, { ownerUserId }) => ({ ownerUserId, balance: 0, deposits: 0 }),
    Deposited: ({ ownerUserId, balance, deposits }, { amount }) => ({ ownerUserId, balance: balance + amount, deposits: deposits + 1 }),
  },
});

type Person = boolean;
const people = aggregate<Person, { SignedUp: Record<never, never> }>();

/** Account and session of a person in one: what authentication is judged by, read from its stream as the product does. */
export const person = people.define({
  category: 'person',
  initialState: false,
  commands: {
    SignUp: people.command(SignUp, { by: anyone, opensSession: true, answer: (_, id) => ({ userId: id, sessionId: id }) }),
  },
  decide: {
    SignUp: (_, known) => {
      if (known) throw refusal('ALREADY_EXISTS');
      return [people.event('SignedUp', {})];
    },
  },
  evolve: { SignedUp: () => true },
});

const authentication: Authentication = {
  person: {
    session: person,
    user: person,
    actor: ({ sessionId, session, user: known }: { sessionId: string; session: Person; user: Person }) =>
      session && known ? { kind: 'user', userId: sessionId, sessionId } : 'NOT_AUTHENTICATED',
  },
  service: { account: person, actor: () => 'NOT_AUTHENTICATED', credentials: () => ({ secretHashes: [], publicKeys: [] }) },
};

export interface AccountRow {
  readonly accountId: string;
  readonly title: string;
  readonly balance: number;
  readonly updatedAt: string;
}

export const accounts = projection<AccountRow, AccountEvents>()({
  code: 'accounts',
  version: 1,
  title: { ru: 'Счета', en: 'Accounts' },
  on: {
    AccountOpened: (_, { aggregateId, data: { title }, metadata }) => ({
      accountId: aggregateId,
      title,
      balance: 0,
      updatedAt: metadata.occurredAt,
    }),
    Deposited: (row, { data: { amount }, metadata }) => row && { ...row, balance: row.balance + amount, updatedAt: metadata.occurredAt },
  },
  list: { filters: { accountId: 'string' }, sorts: ['title'], search: [], defaultSort: 'title' },
  policy: { name: 'all', see: () => everything },
});

export const bank: Context = defineContext({
  name: 'bank',
  aggregates: [account, person],
  projections: [accounts],
  authentication,
});

/** What every deposit of the bench carries, whatever system makes it. */
export const COMMENT = 'x'.repeat(160);

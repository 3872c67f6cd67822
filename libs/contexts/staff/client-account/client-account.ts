import {
  actorId,
  aggregate,
  Flag,
  Id,
  ifKnown,
  oneOf,
  ownerOf,
  refusedWith,
  staff,
  stateIn,
  systemOnly,
  Text,
  type Policy,
} from '@letopis/kernel';
import type { Membership } from '@letopis/contexts/organizations';
import { refusal } from '../errors';
import { Whole } from '../shapes';

export class OpenClientAccount {
  @Id({ optional: true }) clientAccountId?: string;
  @Id() organizationId: string;
  @Id() providerId: string;
  @Id() userId: string;
  @Id({ optional: true }) companyId?: string;
  @Id({ optional: true }) contactId?: string;
}

class OfAccount {
  @Id() clientAccountId: string;
}

/** Which client of CRM the account is of: what is about that client is the account's own. */
export class LinkClientAccount extends OfAccount {
  @Id({ optional: true }) companyId?: string;
  @Id({ optional: true }) contactId?: string;
}

export class TopUpSupportBalance extends OfAccount {
  @Whole(1, 1_000) count: number;
  @Text(1, 500) reason: string;
}

export class ChargeSupportBalance extends OfAccount {
  @Id() supportRequestId: string;
}

export class RefundSupportBalance extends OfAccount {
  @Id() supportRequestId: string;
}

export class SetRequestPurchase extends OfAccount {
  @Flag() allowed: boolean;
}

export class BlockClientAccount extends OfAccount {
  @Text(1, 500) reason: string;
}

export class UnblockClientAccount extends OfAccount {}

export interface ClientAccountEvents {
  ClientAccountOpened: { organizationId: string; providerId: string; userId: string; companyId?: string; contactId?: string };
  ClientAccountLinked: { companyId?: string; contactId?: string };
  SupportBalanceToppedUp: { count: number; reason: string; by: string };
  SupportBalanceCharged: { supportRequestId: string };
  /** A request that could not be paid for: it is closed then. */
  SupportChargeDeclined: { supportRequestId: string };
  SupportBalanceRefunded: { supportRequestId: string };
  RequestPurchaseSet: { allowed: boolean };
  ClientAccountBlocked: { reason: string };
  ClientAccountUnblocked: Record<never, never>;
}

export interface ClientAccount {
  readonly status: 'none' | 'active' | 'blocked';
  readonly organizationId: string;
  readonly providerId: string;
  readonly userId: string;
  /** The client in CRM that the account is of: its documents are the client's own. */
  readonly companyId?: string;
  readonly contactId?: string;
  readonly supportBalance: number;
  readonly canPurchaseRequests: boolean;
  /** Requests that are paid for. */
  readonly charged: readonly string[];
  /** Requests whose payment was answered once and for all. */
  readonly settled: readonly string[];
}

const noAccount: ClientAccount = {
  status: 'none',
  organizationId: '',
  providerId: '',
  userId: '',
  supportBalance: 0,
  canPurchaseRequests: false,
  charged: [],
  settled: [],
};
/** Requests whose payment an account remembers. */
const REMEMBERED = 5_000;

const { command, define, event } = aggregate<ClientAccount, ClientAccountEvents>();

/** One account per user and provider of an organization. */
const accountKey = (organizationId: string, providerId: string, userId: string) => `${organizationId}:${providerId}:${userId}`;

/** The owner of the account, as long as it is not blocked. To others it is not there. */
export const client: Policy<object, ClientAccount> = {
  name: 'client',
  judge: ({ actor, state }) => {
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    if (actor.kind !== 'user' || state.userId !== actor.userId) return 'NOT_FOUND';
    return state.status === 'active' ? 'allow' : 'FORBIDDEN';
  },
};
const purchaser: Policy<object, ClientAccount> = {
  name: 'client that may buy',
  judge: (question, answers) => {
    const verdict = client.judge(question, answers);
    return verdict === 'allow' && !question.state.canPurchaseRequests ? 'FORBIDDEN' : verdict;
  },
};

/** What is asked here of a card of CRM. */
interface ClientCard {
  readonly status: string;
  readonly organizationId: string;
}

interface Provided {
  readonly providers?: readonly { readonly providerId: string }[];
}

export const clientAccount = define({
  category: 'clientAccount',
  initialState: noAccount,
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: ({ status, organizationId, providerId, userId }) =>
    status === 'none' ? [] : [{ scope: 'clientAccount', value: accountKey(organizationId, providerId, userId) }],

  commands: {
    OpenClientAccount: command(OpenClientAccount, {
      by: oneOf<OpenClientAccount, ClientAccount>(
        systemOnly,
        staff('clients.accounts:create', { in: ({ command }) => command.organizationId }),
      ),
      needs: ({ command: { organizationId, providerId, userId } }) => ({
        holder: ownerOf('clientAccount', accountKey(organizationId, providerId, userId)),
        membership: stateIn<Membership>('membership', `${organizationId}:${userId}`),
        workspace: ifKnown(stateIn<Provided>('workspace', organizationId)),
      }),
      summary: 'An account by which a client manages what it has ordered',
    }),
    LinkClientAccount: command(LinkClientAccount, {
      by: staff('clients.accounts:edit'),
      needs: ({ command: { companyId, contactId } }) => ({
        company: ifKnown(stateIn<ClientCard>('company', companyId)),
        contact: ifKnown(stateIn<ClientCard>('contact', contactId)),
      }),
      summary: 'Which company or contact of CRM the account is of',
    }),
    TopUpSupportBalance: command(TopUpSupportBalance, {
      by: oneOf<TopUpSupportBalance, ClientAccount>(staff('clients.accounts:topup'), purchaser),
      summary: 'More paid requests',
    }),
    ChargeSupportBalance: command(ChargeSupportBalance, { by: systemOnly }),
    RefundSupportBalance: command(RefundSupportBalance, { by: systemOnly }),
    SetRequestPurchase: command(SetRequestPurchase, {
      by: staff('clients.accounts:edit'),
      summary: 'Whether the client may buy requests',
    }),
    BlockClientAccount: command(BlockClientAccount, {
      by: oneOf<BlockClientAccount, ClientAccount>(systemOnly, staff('clients.accounts:edit')),
      summary: 'The client may do nothing for now',
    }),
    UnblockClientAccount: command(UnblockClientAccount, { by: staff('clients.accounts:edit'), summary: 'The client may go on' }),
  },

  decide: {
    OpenClientAccount: ({ organizationId, providerId, userId, companyId, contactId }, state, { holder, membership, workspace }) => {
      if (state.status !== 'none' || holder !== undefined) throw refusal('ALREADY_EXISTS');
      if (membership.status !== 'active') throw refusal('NOT_FOUND');
      if (workspace?.providers && !workspace.providers.some((each) => each.providerId === providerId))
        throw refusal('SUPPORT_PROVIDER_REQUIRED');
      return [event('ClientAccountOpened', { organizationId, providerId, userId, companyId, contactId })];
    },

    LinkClientAccount: ({ companyId, contactId }, state, { company, contact }) => {
      open(state);
      const isHere = (card: ClientCard | undefined) => card?.status === 'active' && card.organizationId === state.organizationId;
      if ((companyId !== undefined && !isHere(company)) || (contactId !== undefined && !isHere(contact))) throw refusal('NOT_FOUND');
      return state.companyId === companyId && state.contactId === contactId ? [] : [event('ClientAccountLinked', { companyId, contactId })];
    },

    TopUpSupportBalance: ({ count, reason }, state, { actor }) => {
      open(state);
      return [event('SupportBalanceToppedUp', { count, reason, by: actorId(actor) })];
    },

    ChargeSupportBalance: ({ supportRequestId }, state) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      if (state.settled.includes(supportRequestId)) return [];
      if (state.supportBalance > 0) return [event('SupportBalanceCharged', { supportRequestId })];
      return refusedWith(refusal('SUPPORT_BALANCE_EMPTY'), [event('SupportChargeDeclined', { supportRequestId })]);
    },
    RefundSupportBalance: ({ supportRequestId }, state) =>
      state.charged.includes(supportRequestId) ? [event('SupportBalanceRefunded', { supportRequestId })] : [],

    SetRequestPurchase: ({ allowed }, state) => {
      open(state);
      return state.canPurchaseRequests === allowed ? [] : [event('RequestPurchaseSet', { allowed })];
    },

    BlockClientAccount: ({ reason }, { status }) => {
      if (status === 'none') throw refusal('NOT_FOUND');
      return status === 'blocked' ? [] : [event('ClientAccountBlocked', { reason })];
    },
    UnblockClientAccount: (_, { status }) => {
      if (status === 'none') throw refusal('NOT_FOUND');
      return status === 'active' ? [] : [event('ClientAccountUnblocked', {})];
    },
  },

  evolve: {
    ClientAccountOpened: (_, fields) => ({ ...noAccount, ...fields, status: 'active' }),
    ClientAccountLinked: (state, { companyId, contactId }) => ({ ...state, companyId, contactId }),
    SupportBalanceToppedUp: (state, { count }) => ({ ...state, supportBalance: state.supportBalance + count }),
    SupportBalanceCharged: (state, { supportRequestId }) => ({
      ...state,
      supportBalance: state.supportBalance - 1,
      charged: [...state.charged, supportRequestId].slice(-REMEMBERED),
      settled: [...state.settled, supportRequestId].slice(-REMEMBERED),
    }),
    SupportChargeDeclined: (state, { supportRequestId }) => ({
      ...state,
      settled: [...state.settled, supportRequestId].slice(-REMEMBERED),
    }),
    SupportBalanceRefunded: (state, { supportRequestId }) => ({
      ...state,
      supportBalance: state.supportBalance + 1,
      charged: state.charged.filter((id) => id !== supportRequestId),
    }),
    RequestPurchaseSet: (state, { allowed }) => ({ ...state, canPurchaseRequests: allowed }),
    ClientAccountBlocked: (state) => ({ ...state, status: 'blocked' }),
    ClientAccountUnblocked: (state) => ({ ...state, status: 'active' }),
  },
});

const open = ({ status }: ClientAccount) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'blocked') throw refusal('CLIENT_ACCOUNT_BLOCKED');
};

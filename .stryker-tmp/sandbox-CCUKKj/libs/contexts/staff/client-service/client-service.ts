// @ts-nocheck
import {
  actorId,
  aggregate,
  Id,
  ifKnown,
  MayBeAbsent,
  oneOf,
  staff,
  stateIn,
  stateOf,
  Text,
  followedBy,
  type Actor,
  type Policy,
} from '@letopis/kernel';
import { IsObject } from 'class-validator';
import { clientAccount, type ClientAccount } from '../client-account/client-account';
import { refusal } from '../errors';
import { changed, changesOf, Whole } from '../shapes';

type Details = Readonly<Record<string, unknown>>;
/** Characters of a service's parameters as JSON. */
const MOST_PARAMETERS = 20_000;

export class OrderClientService {
  @Id({ optional: true }) clientServiceId?: string;
  @Id() clientAccountId: string;
  @Id() tariffId: string;
  @Whole(1, 1_000_000) quantity: number;
  @MayBeAbsent() @IsObject() parameters?: Record<string, unknown>;
}

class OfService {
  @Id() clientServiceId: string;
}

export class ChangeServiceParameters extends OfService {
  @Whole(1, 1_000_000, { optional: true }) quantity?: number;
  @MayBeAbsent() @IsObject() parameters?: Record<string, unknown>;
}

export class ActivateService extends OfService {}

export class SuspendService extends OfService {
  @Text(1, 500) reason: string;
}

export class ResumeService extends OfService {}

export class TerminateService extends OfService {
  @Text(1, 500, { optional: true }) reason?: string;
}

interface Ordered {
  readonly quantity: number;
  readonly parameters: Details;
}
type Changes = { readonly [K in keyof Ordered]?: { readonly from?: Ordered[K]; readonly to?: Ordered[K] } };

export interface ClientServiceEvents {
  ClientServiceOrdered: Ordered & { organizationId: string; clientAccountId: string; tariffId: string; manualAction: boolean };
  ClientServiceParametersChanged: { changes: Changes };
  ClientServiceActivated: Record<never, never>;
  ClientServiceSuspended: { reason: string };
  ClientServiceResumed: Record<never, never>;
  ClientServiceTerminated: { reason?: string; by: string };
}

export interface ClientService extends Ordered {
  readonly status: 'none' | 'ordered' | 'active' | 'suspended' | 'terminated';
  readonly organizationId: string;
  readonly clientAccountId: string;
  readonly tariffId: string;
}

const { command, define, event } = aggregate<ClientService, ClientServiceEvents>();

/** The client who ordered the service; a foreign one is not there. */
const itsClient: Policy<object, ClientService> = {
  name: 'client: own',
  needs: ({ state }) => ({ account: stateOf(clientAccount, state.clientAccountId || undefined) }),
  judge: ({ actor }, answers) => owns(answers.account as ClientAccount, actor),
};
const orderer: Policy<OrderClientService, ClientService> = {
  name: 'client: own',
  needs: ({ command }) => ({ account: stateOf(clientAccount, command.clientAccountId) }),
  judge: ({ actor }, answers) => owns(answers.account as ClientAccount, actor),
};
/** Staff who may order for a client; the organization is that of the account. */
const staffOrders = staff<OrderClientService, ClientService>('services.client_services:order', {
  in: ({ command }) =>
    followedBy(
      { account: stateOf(clientAccount, command.clientAccountId) },
      ({ account }) => (account as ClientAccount).organizationId || undefined,
    ),
});

const owns = (account: ClientAccount, actor: Actor) => {
  if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
  if (actor.kind !== 'user' || account.userId !== actor.userId) return 'NOT_FOUND';
  return account.status === 'active' ? 'allow' : 'FORBIDDEN';
};

export const clientService = define({
  category: 'clientService',
  initialState: { status: 'none', organizationId: '', clientAccountId: '', tariffId: '', quantity: 0, parameters: {} },
  organizationId: ({ organizationId }) => organizationId || undefined,

  commands: {
    OrderClientService: command(OrderClientService, {
      by: oneOf<OrderClientService, ClientService>(staffOrders, orderer),
      needs: ({ command: { clientAccountId, tariffId } }) => ({
        account: stateOf(clientAccount, clientAccountId),
        tariff: ifKnown(stateIn<{ readonly manualAction?: boolean }>('product', tariffId)),
      }),
      summary: 'A client orders a service, or staff for it',
    }),
    ChangeServiceParameters: command(ChangeServiceParameters, {
      by: oneOf<ChangeServiceParameters, ClientService>(staff('services.client_services:edit'), itsClient),
      summary: 'Quantity and parameters of a service',
    }),
    ActivateService: command(ActivateService, { by: staff('services.client_services:activate'), summary: 'The service begins' }),
    SuspendService: command(SuspendService, { by: staff('services.client_services:suspend'), summary: '«Остановить»' }),
    ResumeService: command(ResumeService, { by: staff('services.client_services:resume'), summary: 'The service goes on' }),
    TerminateService: command(TerminateService, {
      by: oneOf<TerminateService, ClientService>(staff('services.client_services:terminate'), itsClient),
      summary: 'The service ends',
    }),
  },

  decide: {
    OrderClientService: ({ clientAccountId, tariffId, quantity, parameters = {} }, state, { account, tariff }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (account.status === 'none') throw refusal('NOT_FOUND');
      if (account.status === 'blocked') throw refusal('CLIENT_ACCOUNT_BLOCKED');
      const manualAction = tariff?.manualAction ?? false;
      const { organizationId } = account;
      return [
        event('ClientServiceOrdered', {
          organizationId,
          clientAccountId,
          tariffId,
          quantity,
          parameters: fitting(parameters),
          manualAction,
        }),
      ];
    },
    ChangeServiceParameters: ({ quantity, parameters }, state) => {
      there(state);
      if (state.status === 'terminated') throw refusal('SERVICE_STATE');
      const changes = changesOf<Ordered>(state, { quantity, parameters: parameters && fitting(parameters) });
      return changes ? [event('ClientServiceParametersChanged', { changes })] : [];
    },
    ActivateService: (_, state) => {
      there(state);
      if (state.status === 'active') return [];
      if (state.status !== 'ordered') throw refusal('SERVICE_STATE');
      return [event('ClientServiceActivated', {})];
    },
    SuspendService: ({ reason }, state) => {
      there(state);
      if (state.status === 'suspended') return [];
      if (state.status !== 'active') throw refusal('SERVICE_STATE');
      return [event('ClientServiceSuspended', { reason })];
    },
    ResumeService: (_, state) => {
      there(state);
      if (state.status === 'active') return [];
      if (state.status !== 'suspended') throw refusal('SERVICE_STATE');
      return [event('ClientServiceResumed', {})];
    },
    TerminateService: ({ reason }, state, { actor }) => {
      there(state);
      return state.status === 'terminated' ? [] : [event('ClientServiceTerminated', { reason, by: actorId(actor) })];
    },
  },

  evolve: {
    ClientServiceOrdered: (_, { manualAction: __, ...fields }) => ({ status: 'ordered', ...fields }),
    ClientServiceParametersChanged: (state, { changes }) => ({ ...state, ...changed(changes) }),
    ClientServiceActivated: (state) => ({ ...state, status: 'active' }),
    ClientServiceSuspended: (state) => ({ ...state, status: 'suspended' }),
    ClientServiceResumed: (state) => ({ ...state, status: 'active' }),
    ClientServiceTerminated: (state) => ({ ...state, status: 'terminated' }),
  },
});

const there = ({ status }: ClientService) => {
  if (status === 'none') throw refusal('NOT_FOUND');
};

const fitting = (parameters: Details) => {
  if (JSON.stringify(parameters).length > MOST_PARAMETERS) throw refusal('BODY_TOO_LARGE');
  return parameters;
};

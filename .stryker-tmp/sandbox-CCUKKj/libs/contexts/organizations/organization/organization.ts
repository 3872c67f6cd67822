// @ts-nocheck
import {
  actorId,
  aggregate,
  companyDirectory,
  derivedId,
  emailKey,
  isInn,
  isKpp,
  isOgrn,
  isOgrnip,
  known,
  oneOf,
  ownerOf,
  parseEmail,
  personOf,
  platform,
  stateOf,
  systemOnly,
  user as anyUser,
  type Policy,
} from '@letopis/kernel';
import { user } from '@letopis/contexts/identity';
import { refusal } from '../errors';
import { membership } from '../membership/membership';
import * as commands from './organization.commands';
import type { Changes, OrganizationDetails, OrganizationEvents, OrganizationKind } from './organization.events';
import { evolveOrganization, innKey, noOrganization, organizationKeys, type Organization } from './organization.state';

const { command, define, event } = aggregate<Organization, OrganizationEvents>();

/** An administrator of this very organization; the organization itself is no secret. */
const itsAdministrator: Policy<object, Organization> = {
  name: 'orgAdmin',
  judge: ({ actor, state }) => {
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    return actor.kind === 'user' && state.administrators.includes(actor.userId) ? 'allow' : 'FORBIDDEN';
  },
};

/** Who put the organization into the registry, until it is a client. */
const itsAdder: Policy<object, Organization> = {
  name: 'adder while listed',
  judge: ({ actor, state }) =>
    actor.kind === 'user' && state.addedBy === actor.userId && state.status === 'listed' ? 'allow' : 'FORBIDDEN',
};

const itsRequester = personOf<object, Organization>('requester', ({ state }) => state.registration?.requestedBy);

const nominee = ({ administratorEmail }: commands.RequestClientRegistration, requester: string) =>
  administratorEmail === undefined ? known<string | undefined>(requester) : ownerOf('userEmail', emailKey(administratorEmail));

export const organization = define({
  category: 'organization',
  initialState: noOrganization,
  keys: organizationKeys,
  organizationId: (_, id) => id,

  commands: {
    AddLegalEntity: command(commands.AddLegalEntity, {
      by: anyUser,
      summary: '«Добавить Юр. лицо»: a legal entity into the registry by its INN',
      needs: ({ command: { inn, kpp } }) => ({ holder: ownerOf('orgInn', innKey(inn.trim(), kpp)) }),
    }),
    AddSoleProprietor: command(commands.AddSoleProprietor, {
      by: anyUser,
      summary: '«Добавить ИП»: a sole proprietor into the registry by INN',
      needs: ({ command: { inn } }) => ({ holder: ownerOf('orgInn', innKey(inn.trim())) }),
    }),
    EnrichOrganization: command(commands.EnrichOrganization, {
      by: systemOnly,
      needs: ({ state: { inn, branchKpp } }) => ({ found: companyDirectory('lookup', { inn, kpp: branchKpp }) }),
    }),
    UpdateOrganizationDetails: command(commands.UpdateOrganizationDetails, {
      by: oneOf(itsAdministrator, itsAdder, platform),
      summary: 'Names, KPP, OGRN and addresses of an organization',
      needs: ({ command: { kpp }, state: { inn } }) => ({
        holder: kpp === undefined ? known<string | undefined>(undefined) : ownerOf('orgInn', innKey(inn, kpp)),
      }),
    }),
    RequestClientRegistration: command(commands.RequestClientRegistration, {
      by: anyUser,
      summary: 'A listed organization asks to become a client, with its future administrator',
      answer: (events) => ({ requestId: events.flatMap((e) => (e.type === 'ClientRegistrationRequested' ? [e.data.requestId] : []))[0] }),
      needs: ({ command, actor }) => ({
        nomineeId: nominee(command, actorId(actor)),
        nominee: stateOf(user, nominee(command, actorId(actor))),
      }),
    }),
    AcceptClientRegistration: command(commands.AcceptClientRegistration, {
      by: oneOf(platform, systemOnly),
      summary: 'The organization becomes a client of the service',
      needs: ({ state }) => ({ nominee: stateOf(user, state.registration?.administratorUserId) }),
    }),
    RejectClientRegistration: command(commands.RejectClientRegistration, {
      by: oneOf(platform, systemOnly),
      summary: 'The organization stays listed',
    }),
    WithdrawClientRegistration: command(commands.WithdrawClientRegistration, {
      by: itsRequester,
      summary: 'The requester takes the request back',
    }),
    AssignAdministrator: command(commands.AssignAdministrator, {
      by: oneOf(itsAdministrator, platform),
      summary: 'One more administrator',
      needs: ({ command: { organizationId, userId } }) => ({
        membership: stateOf(membership, `${organizationId}:${userId}`),
        account: stateOf(user, userId),
      }),
    }),
    RevokeAdministrator: command(commands.RevokeAdministrator, {
      by: oneOf<object, Organization>(itsAdministrator, platform, systemOnly),
      summary: 'One administrator less',
    }),
    SuspendOrganization: command(commands.SuspendOrganization, { by: platform, summary: 'The work of the organization stops' }),
    ResumeOrganization: command(commands.ResumeOrganization, { by: platform, summary: 'The work of the organization goes on' }),
    ArchiveOrganization: command(commands.ArchiveOrganization, { by: platform, summary: 'The organization goes into the archive' }),
  },

  decide: {
    AddLegalEntity: (command, state, { holder, actor, id }) => {
      const { organizationId: _, inn, ...details } = command;
      const number = validInn(inn, 10);
      valid(details, 'legal_entity');
      fresh(state, holder, id);
      return [
        event('OrganizationAdded', {
          kind: 'legal_entity',
          inn: number,
          ...details,
          displayName: nameOf('legal_entity', number, details),
          addedBy: actorId(actor),
        }),
      ];
    },

    AddSoleProprietor: ({ inn, fullName, ogrnip }, state, { holder, actor, id }) => {
      const number = validInn(inn, 12);
      const details = { fullName, ogrn: ogrnip };
      valid(details, 'sole_proprietor');
      fresh(state, holder, id);
      return [
        event('OrganizationAdded', {
          kind: 'sole_proprietor',
          inn: number,
          ...details,
          displayName: nameOf('sole_proprietor', number, details),
          addedBy: actorId(actor),
        }),
      ];
    },

    EnrichOrganization: (_, state, { found }) => {
      existing(state);
      if (!found || state.enriched) return [];
      const open = Object.entries(found).filter(([field, value]) => value !== undefined && !state.typed.includes(field));
      const changes = changesTo(state.details, Object.fromEntries(open));
      return [event('OrganizationDetailsEnriched', { changes, displayName: renamed(state, changes), source: 'directory' })];
    },

    UpdateOrganizationDetails: ({ organizationId: _, ...typed }, state, { holder, id }) => {
      const details = { ...typed, contactEmail: typed.contactEmail?.trim() };
      existing(state);
      if (state.status === 'archived') throw refusal('ORGANIZATION_ARCHIVED');
      valid(details, state.kind);
      heldByNobodyElse(holder, id);
      const changes = changesTo(state.details, details);
      return Object.keys(changes).length === 0
        ? []
        : [event('OrganizationDetailsUpdated', { changes, displayName: renamed(state, changes) })];
    },

    RequestClientRegistration: ({ requestId, comment }, state, { nomineeId, nominee, actor, commandId }) => {
      switch (state.status) {
        case 'none':
          throw refusal('ORGANIZATION_NOT_LISTED');
        case 'registration_requested':
          throw refusal('REGISTRATION_ALREADY_REQUESTED');
        case 'client':
          throw refusal('ORGANIZATION_ALREADY_CLIENT');
        case 'suspended':
          throw refusal('ORGANIZATION_SUSPENDED');
        case 'archived':
          throw refusal('ORGANIZATION_ARCHIVED');
        case 'listed':
          if (!nomineeId || nominee.status === 'none' || nominee.status === 'erased') throw refusal('ADMINISTRATOR_NOT_REGISTERED');
          if (nominee.status !== 'active') throw refusal('ADMINISTRATOR_NOT_ACTIVE');
          return [
            event('ClientRegistrationRequested', {
              requestId: requestId ?? derivedId(commandId, 'request'),
              requestedBy: actorId(actor),
              administratorUserId: nomineeId,
              comment,
            }),
          ];
      }
    },

    AcceptClientRegistration: ({ requestId }, state, { nominee, actor, now }) => {
      const request = requested(state, requestId);
      if (state.status === 'client' && request.status === 'accepted') return [];
      if (state.status !== 'registration_requested') throw invalid(state);
      if (nominee.status !== 'active') throw refusal('ADMINISTRATOR_NOT_ACTIVE');
      const decidedBy = actorId(actor);
      return [
        event('ClientRegistrationAccepted', { requestId, decidedBy }),
        event('OrganizationRegisteredAsClient', { requestId, registeredAt: now }),
        event('AdministratorAssigned', { userId: request.administratorUserId, assignedBy: decidedBy }),
      ];
    },

    RejectClientRegistration: ({ requestId, reason }, state, { actor }) => {
      requested(state, requestId);
      if (state.status !== 'registration_requested') throw invalid(state);
      return [event('ClientRegistrationRejected', { requestId, decidedBy: actorId(actor), reason })];
    },

    WithdrawClientRegistration: ({ requestId }, state) => {
      requested(state, requestId);
      if (state.status !== 'registration_requested') throw invalid(state);
      return [event('ClientRegistrationWithdrawn', { requestId })];
    },

    AssignAdministrator: ({ userId }, state, { membership, account, actor }) => {
      existing(state);
      if (state.status !== 'client') throw invalid(state);
      if (state.administrators.includes(userId)) return [];
      if (membership.status !== 'active' || membership.memberKind !== 'employee') throw refusal('NOT_A_MEMBER');
      if (account.status !== 'active') throw refusal('ADMINISTRATOR_NOT_ACTIVE');
      return [event('AdministratorAssigned', { userId, assignedBy: actorId(actor) })];
    },

    RevokeAdministrator: ({ userId }, state, { actor }) => {
      existing(state);
      if (!state.administrators.includes(userId)) return [];
      // Whose account is off leaves a suspended organization, too: nobody else may act in it.
      const possible = state.status === 'client' || (state.status === 'suspended' && actor.kind === 'system');
      if (!possible) throw invalid(state);
      if (state.administrators.length === 1) throw refusal('LAST_ADMINISTRATOR');
      return [event('AdministratorRevoked', { userId })];
    },

    SuspendOrganization: ({ reason }, state) => {
      existing(state);
      if (state.status === 'suspended') return [];
      if (state.status !== 'client') throw invalid(state);
      return [event('OrganizationSuspended', { reason })];
    },

    ResumeOrganization: (_, state) => {
      existing(state);
      if (state.status === 'client') return [];
      if (state.status !== 'suspended') throw invalid(state);
      return [event('OrganizationResumed', {})];
    },

    ArchiveOrganization: ({ reason }, state) => {
      existing(state);
      if (state.status === 'archived') return [];
      if (state.status !== 'listed' && state.status !== 'suspended') throw invalid(state);
      return [event('OrganizationArchived', { reason })];
    },
  },

  evolve: evolveOrganization,
});

const invalid = ({ status }: Organization) => refusal('INVALID_STATE', { status });

const existing = ({ status }: Organization) => {
  if (status === 'none') throw refusal('NOT_FOUND');
};

/** The registration request that a command speaks of. */
const requested = (state: Organization, requestId: string) => {
  existing(state);
  if (!state.registration) throw invalid(state);
  if (state.registration.requestId !== requestId) throw refusal('NOT_FOUND');
  return state.registration;
};

const fresh = (state: Organization, holder: string | undefined, id: string) => {
  if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
  heldByNobodyElse(holder, id);
};

/** Refuses an INN, or INN and KPP, that another organization has. */
const heldByNobodyElse = (holder: string | undefined, id: string) => {
  if (holder && holder !== id) throw refusal('ORGANIZATION_ALREADY_EXISTS', { organizationId: holder });
};

/** The INN without spaces, if it is one of as many digits as the kind has. */
const validInn = (typed: string, digits: 10 | 12) => {
  const inn = typed.trim();
  const other = digits === 10 ? 12 : 10;
  if (/^\d+$/.test(inn) && inn.length === other) throw refusal('INN_KIND_MISMATCH');
  if (inn.length !== digits || !isInn(inn)) throw refusal('INN_INVALID');
  return inn;
};

const valid = ({ kpp, ogrn, contactEmail }: OrganizationDetails, kind: OrganizationKind) => {
  if (kpp !== undefined && (kind !== 'legal_entity' || !isKpp(kpp))) throw refusal('KPP_INVALID');
  if (ogrn !== undefined && !(kind === 'legal_entity' ? isOgrn(ogrn) : isOgrnip(ogrn))) throw refusal('OGRN_INVALID');
  if (contactEmail !== undefined && !parseEmail(contactEmail)) throw refusal('ORGANIZATION_EMAIL_INVALID');
};

/** The name that people see: what is known of it, else what the INN says. */
const nameOf = (kind: OrganizationKind, inn: string, { shortName, fullName }: OrganizationDetails) =>
  shortName ?? fullName ?? `${kind === 'legal_entity' ? 'Организация' : 'ИП'}, ИНН ${inn}`;

const changesTo = (present: OrganizationDetails, wanted: OrganizationDetails): Changes =>
  Object.fromEntries(
    Object.entries(wanted)
      .map(([field, to]) => [field, { from: present[field as keyof OrganizationDetails], to: to as string }] as const)
      .filter(([, { from, to }]) => to !== undefined && from !== to),
  );

const renamed = ({ kind, inn, details }: Organization, changes: Changes) =>
  nameOf(kind, inn, { ...details, ...Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to])) });

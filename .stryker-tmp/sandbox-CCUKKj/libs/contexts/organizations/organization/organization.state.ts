// @ts-nocheck
import type { Changes, OrganizationDetails, OrganizationEvents, OrganizationKind } from './organization.events';

export type OrganizationStatus = 'none' | 'listed' | 'registration_requested' | 'client' | 'suspended' | 'archived';

/** What an organization's events have made of it. */
export interface Organization {
  readonly status: OrganizationStatus;
  readonly kind: OrganizationKind;
  readonly inn: string;
  /** The KPP that a person gave: it tells a branch from its head office. */
  readonly branchKpp?: string;
  readonly displayName: string;
  readonly details: OrganizationDetails;
  /** Fields that a person filled in: a directory never overwrites them. */
  readonly typed: readonly string[];
  readonly enriched: boolean;
  readonly addedBy: string;
  readonly registration?: {
    readonly requestId: string;
    readonly requestedBy: string;
    readonly administratorUserId: string;
    readonly status: 'created' | 'accepted' | 'rejected' | 'withdrawn';
  };
  readonly administrators: readonly string[];
}

export const noOrganization: Organization = {
  status: 'none',
  kind: 'legal_entity',
  inn: '',
  displayName: '',
  details: {},
  typed: [],
  enriched: false,
  addedBy: '',
  administrators: [],
};

type Evolvers = { readonly [K in keyof OrganizationEvents]: (state: Organization, data: OrganizationEvents[K]) => Organization };

export const evolveOrganization: Evolvers = {
  OrganizationAdded: (_, { kind, inn, displayName, addedBy, ...details }) => ({
    ...noOrganization,
    status: 'listed',
    kind,
    inn,
    displayName,
    details,
    branchKpp: details.kpp,
    typed: Object.keys(details),
    addedBy,
  }),
  OrganizationDetailsEnriched: (state, { changes, displayName }) => ({ ...withChanges(state, changes), displayName, enriched: true }),
  OrganizationDetailsUpdated: (state, { changes, displayName }) => ({
    ...withChanges(state, changes),
    displayName,
    branchKpp: changes.kpp ? changes.kpp.to : state.branchKpp,
    typed: [...new Set([...state.typed, ...Object.keys(changes)])],
  }),
  ClientRegistrationRequested: (state, { requestId, requestedBy, administratorUserId }) => ({
    ...state,
    status: 'registration_requested',
    registration: { requestId, requestedBy, administratorUserId, status: 'created' },
  }),
  ClientRegistrationAccepted: (state) => ({ ...state, registration: { ...state.registration!, status: 'accepted' } }),
  ClientRegistrationRejected: (state) => ({ ...state, status: 'listed', registration: { ...state.registration!, status: 'rejected' } }),
  ClientRegistrationWithdrawn: (state) => ({ ...state, status: 'listed', registration: { ...state.registration!, status: 'withdrawn' } }),
  OrganizationRegisteredAsClient: (state) => ({ ...state, status: 'client' }),
  AdministratorAssigned: (state, { userId }) => ({ ...state, administrators: [...state.administrators, userId] }),
  AdministratorRevoked: (state, { userId }) => ({ ...state, administrators: state.administrators.filter((id) => id !== userId) }),
  OrganizationSuspended: (state) => ({ ...state, status: 'suspended' }),
  OrganizationResumed: (state) => ({ ...state, status: 'client' }),
  OrganizationArchived: (state) => ({ ...state, status: 'archived' }),
};

const withChanges = (state: Organization, changes: Changes): Organization => ({
  ...state,
  details: { ...state.details, ...Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to])) },
});

/** An INN is in the registry once; a branch is the same INN with another KPP. */
export const organizationKeys = ({ status, inn, branchKpp }: Organization) =>
  status === 'none' ? [] : [{ scope: 'orgInn', value: innKey(inn, branchKpp) }];

export const innKey = (inn: string, kpp?: string): string => (kpp ? `${inn}:${kpp}` : inn);

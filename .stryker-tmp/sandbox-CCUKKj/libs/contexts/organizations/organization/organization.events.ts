// @ts-nocheck
export type OrganizationKind = 'legal_entity' | 'sole_proprietor';

/** Field → what it was and what it is. */
export type Changes = Readonly<Record<string, { readonly from?: string; readonly to?: string }>>;

/** What people and directories say of an organization, besides its INN. */
export interface OrganizationDetails {
  readonly fullName?: string;
  readonly shortName?: string;
  readonly kpp?: string;
  readonly ogrn?: string;
  readonly legalAddress?: string;
  readonly contactEmail?: string;
}

export interface OrganizationEvents {
  OrganizationAdded: OrganizationDetails & { kind: OrganizationKind; inn: string; displayName: string; addedBy: string };
  OrganizationDetailsEnriched: { changes: Changes; displayName: string; source: string };
  OrganizationDetailsUpdated: { changes: Changes; displayName: string };
  ClientRegistrationRequested: { requestId: string; requestedBy: string; administratorUserId: string; comment?: string };
  ClientRegistrationAccepted: { requestId: string; decidedBy: string };
  ClientRegistrationRejected: { requestId: string; decidedBy: string; reason: string };
  ClientRegistrationWithdrawn: { requestId: string };
  OrganizationRegisteredAsClient: { requestId: string; registeredAt: string };
  AdministratorAssigned: { userId: string; assignedBy: string };
  AdministratorRevoked: { userId: string };
  OrganizationSuspended: { reason: string };
  OrganizationResumed: Record<never, never>;
  OrganizationArchived: { reason: string };
}

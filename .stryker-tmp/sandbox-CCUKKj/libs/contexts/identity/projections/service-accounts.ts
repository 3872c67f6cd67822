// @ts-nocheck
import { projection } from '@letopis/kernel';
import { platformSees } from '../read-policies';
import type { ServiceAccountEvents } from '../service-account/service-account';

export interface ServiceAccountRow {
  readonly serviceAccountId: string;
  readonly name: string;
  readonly status: 'active' | 'revoked';
  readonly commands: readonly string[];
  readonly registries: readonly string[];
  readonly createdAt: string;
  readonly credentialChangedAt?: string;
}

/** Accounts of internal services; never their secrets. */
export const serviceAccounts = projection<ServiceAccountRow, ServiceAccountEvents>()({
  code: 'service_accounts',
  version: 1,
  title: { ru: 'Учётные записи сервисов', en: 'Service accounts' },
  on: {
    ServiceAccountCreated: (_, { aggregateId, data: { name, commands, registries }, metadata }) => ({
      serviceAccountId: aggregateId,
      name,
      status: 'active',
      commands,
      registries,
      createdAt: metadata.occurredAt,
    }),
    ServiceAccountPermissionsChanged: (row, { data }) => row && { ...row, ...data },
    ServiceCredentialAdded: (row, { metadata }) => row && { ...row, credentialChangedAt: metadata.occurredAt },
    ServiceAccountRevoked: (row) => row && { ...row, status: 'revoked' },
  },
  list: { filters: { status: 'string' }, sorts: ['name', 'createdAt'], search: ['name'], defaultSort: 'name' },
  policy: platformSees,
});

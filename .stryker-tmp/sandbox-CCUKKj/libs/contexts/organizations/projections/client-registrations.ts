// @ts-nocheck
import { everything, only, overseesService, projection, refused } from '@letopis/kernel';
import type { OrganizationEvents } from '../organization/organization.events';
import { organizationSide, userSide } from './sides';

export interface ClientRegistrationRow {
  readonly requestId: string;
  readonly organizationId: string;
  readonly organizationName?: string;
  readonly organizationInn?: string;
  readonly requestedBy: string;
  readonly requesterEmail?: string;
  readonly administratorUserId: string;
  readonly administratorEmail?: string;
  readonly status: 'created' | 'accepted' | 'rejected' | 'withdrawn';
  readonly comment?: string;
  readonly createdAt: string;
  readonly decidedAt?: string;
  readonly reason?: string;
}

/** «Администрирование»: requests of organizations to become clients. */
export const clientRegistrations = projection<ClientRegistrationRow, OrganizationEvents>()({
  code: 'client_registrations',
  version: 1,
  title: { ru: 'Заявки на регистрацию клиентов', en: 'Client registrations' },
  key: (event) => ('requestId' in event.data ? event.data.requestId : undefined),
  on: {
    ClientRegistrationRequested: (_, { aggregateId, data, metadata }) => ({
      ...data,
      organizationId: aggregateId,
      status: 'created',
      createdAt: metadata.occurredAt,
    }),
    ClientRegistrationAccepted: (row, { metadata }) => row && { ...row, status: 'accepted', decidedAt: metadata.occurredAt },
    ClientRegistrationRejected: (row, { data: { reason }, metadata }) =>
      row && { ...row, status: 'rejected', decidedAt: metadata.occurredAt, reason },
    ClientRegistrationWithdrawn: (row, { metadata }) => row && { ...row, status: 'withdrawn', decidedAt: metadata.occurredAt },
  },
  sides: { organization: organizationSide, user: userSide },
  joins: [
    { by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName', inn: 'organizationInn' } },
    { by: 'requestedBy', side: 'user', fields: { email: 'requesterEmail' } },
    { by: 'administratorUserId', side: 'user', fields: { email: 'administratorEmail' } },
  ],
  list: {
    filters: { status: 'string', organizationId: 'string', administratorUserId: 'string', createdAt: 'time' },
    sorts: ['createdAt', 'decidedAt', 'organizationName'],
    search: ['organizationName', 'organizationInn', 'requesterEmail'],
    defaultSort: '-createdAt',
  },
  policy: {
    name: 'requester, platform',
    see: ({ actor }) => {
      if (actor.kind !== 'user') return refused('FORBIDDEN');
      return overseesService(actor) ? everything : only({ requestedBy: actor.userId });
    },
  },
});

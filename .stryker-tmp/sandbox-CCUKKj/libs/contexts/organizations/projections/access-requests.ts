// @ts-nocheck
import { projection, type RecordedOf } from '@letopis/kernel';
import { ownRows } from '@letopis/contexts/identity';
import type { AccessRequestEvents } from '../access-request/access-request.events';
import type { MemberKind } from '../membership/membership';
import { administratorsSee } from '../policies';
import { organizationSide, userSide } from './sides';

export interface AccessRequestRow {
  readonly accessRequestId: string;
  readonly organizationId: string;
  readonly organizationName?: string;
  readonly requesterUserId: string;
  readonly requesterEmail?: string;
  readonly scope: string;
  readonly comment?: string;
  readonly status: 'created' | 'accepted' | 'rejected' | 'cancelled';
  readonly createdAt: string;
  readonly decidedAt?: string;
  readonly decidedBy?: string;
  readonly reason?: string;
  readonly memberKind?: MemberKind;
  readonly validUntil?: string;
}

type Row = AccessRequestRow | undefined;
type Of<Type extends keyof AccessRequestEvents> = RecordedOf<AccessRequestEvents, Type>;

const folds = {
  AccessRequestCreated: (_: Row, { aggregateId, data, metadata }: Of<'AccessRequestCreated'>): AccessRequestRow => ({
    accessRequestId: aggregateId,
    ...data,
    status: 'created',
    createdAt: metadata.occurredAt,
  }),
  AccessRequestAccepted: (row: Row, { data: { decidedBy, memberKind, validUntil }, metadata }: Of<'AccessRequestAccepted'>): Row =>
    row && { ...row, status: 'accepted', decidedAt: metadata.occurredAt, decidedBy, memberKind, validUntil },
  AccessRequestRejected: (row: Row, { data: { decidedBy, reason }, metadata }: Of<'AccessRequestRejected'>): Row =>
    row && { ...row, status: 'rejected', decidedAt: metadata.occurredAt, decidedBy, reason },
  AccessRequestCancelled: (row: Row, { data: { by }, metadata }: Of<'AccessRequestCancelled'>): Row =>
    row && { ...row, status: 'cancelled', decidedAt: metadata.occurredAt, decidedBy: by },
};

/** «Доступы в организации»: what a person has asked for. */
export const myAccessRequests = projection<AccessRequestRow, AccessRequestEvents>()({
  code: 'my_access_requests',
  version: 1,
  title: { ru: 'Доступы в организации', en: 'My access requests' },
  on: folds,
  sides: { organization: organizationSide },
  joins: [{ by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } }],
  list: {
    filters: { status: 'string', scope: 'string', organizationId: 'string', createdAt: 'time' },
    sorts: ['createdAt', 'decidedAt', 'organizationName', 'status'],
    search: ['organizationName'],
    defaultSort: '-createdAt',
  },
  policy: ownRows('requesterUserId'),
});

/** Requests for access that an organization's administrators decide on. */
export const accessRequestsInbox = projection<AccessRequestRow, AccessRequestEvents>()({
  code: 'access_requests_inbox',
  version: 1,
  title: { ru: 'Заявки на доступ', en: 'Access requests' },
  on: folds,
  sides: { organization: organizationSide, user: userSide },
  joins: [
    { by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } },
    { by: 'requesterUserId', side: 'user', fields: { email: 'requesterEmail' } },
  ],
  list: {
    filters: { organizationId: 'string', status: 'string', scope: 'string', requesterUserId: 'string', createdAt: 'time' },
    sorts: ['createdAt', 'decidedAt', 'requesterEmail', 'status'],
    search: ['requesterEmail'],
    defaultSort: 'createdAt',
  },
  policy: administratorsSee,
});

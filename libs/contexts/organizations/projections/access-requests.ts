import { projection, staffSees, type RecordedOf } from '@letopis/kernel';
import { ownRows } from '@letopis/contexts/identity';
import type { AccessRequestEvents } from '../access-request/access-request.events';
import type { MemberKind } from '../membership/membership';
import type { CurrentAccess } from './access';
import { accessSide, cardSide, linkedName, linkedSide, memberIdOf, organizationSide, userSide } from './sides';

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
  readonly memberId: string;
}

export interface MyAccessRequestRow extends AccessRequestRow {
  /** What the requester may enter of the organization at present. */
  readonly currentAccess?: CurrentAccess;
}

export interface AskedAccessRow extends AccessRequestRow {
  /** The card that the requester is linked with here, and its name. */
  readonly personId?: string;
  readonly personName?: string;
}

type Row = AccessRequestRow | undefined;
type Of<Type extends keyof AccessRequestEvents> = RecordedOf<AccessRequestEvents, Type>;

const folds = {
  AccessRequestCreated: (_: Row, { aggregateId, data, metadata }: Of<'AccessRequestCreated'>): AccessRequestRow => ({
    accessRequestId: aggregateId,
    ...data,
    memberId: memberIdOf(data.organizationId, data.requesterUserId),
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
export const myAccessRequests = projection<MyAccessRequestRow, AccessRequestEvents>()({
  code: 'my_access_requests',
  version: 2,
  title: { ru: 'Доступы в организации', en: 'My access requests' },
  on: folds,
  sides: { organization: organizationSide, membership: accessSide },
  joins: [
    { by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } },
    { by: 'memberId', side: 'membership', fields: { access: 'currentAccess' } },
  ],
  hidden: ['memberId'],
  list: {
    filters: { status: 'string', scope: 'string', organizationId: 'string', createdAt: 'time' },
    sorts: ['createdAt', 'decidedAt', 'organizationName', 'status'],
    search: ['organizationName'],
    defaultSort: '-createdAt',
  },
  policy: ownRows('requesterUserId'),
});

/** Requests for access, for those who decide on them. */
export const accessRequestsInbox = projection<AskedAccessRow, AccessRequestEvents>()({
  code: 'access_requests_inbox',
  version: 2,
  title: { ru: 'Заявки на доступ', en: 'Access requests' },
  on: folds,
  sides: { organization: organizationSide, user: userSide, linked: linkedSide, cards: cardSide },
  joins: [
    { by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } },
    { by: 'requesterUserId', side: 'user', fields: { email: 'requesterEmail' } },
    ...linkedName,
  ],
  hidden: ['memberId'],
  list: {
    filters: { organizationId: 'string', status: 'string', scope: 'string', requesterUserId: 'string', createdAt: 'time' },
    sorts: ['createdAt', 'decidedAt', 'requesterEmail', 'personName', 'status'],
    search: ['requesterEmail', 'personName'],
    defaultSort: 'createdAt',
  },
  policy: staffSees('provider.access_requests:view'),
});

// @ts-nocheck
import { emailKey, ERASED, projection, type RecordedOf } from '@letopis/kernel';
import { ownRows } from '@letopis/contexts/identity';
import type { InvitationEvents } from '../invitation/invitation';
import type { MemberKind } from '../membership/membership';
import { administratorsSee } from '../policies';
import { organizationSide, userSide } from './sides';

export interface InvitationRow {
  readonly invitationId: string;
  readonly organizationId: string;
  readonly organizationName?: string;
  readonly email: string;
  /** The address as addresses are compared. */
  readonly emailKey?: string;
  readonly memberKind: MemberKind;
  readonly departmentIds: readonly string[];
  readonly roleCodes: readonly string[];
  readonly message?: string;
  readonly status: 'created' | 'accepted' | 'declined' | 'cancelled' | 'expired';
  readonly invitedBy: string;
  readonly inviterEmail?: string;
  readonly sentAt: string;
  readonly expiresAt: string;
  readonly userId?: string;
  readonly decidedAt?: string;
}

type Row = InvitationRow | undefined;
type Of<Type extends keyof InvitationEvents> = RecordedOf<InvitationEvents, Type>;
const became =
  (status: InvitationRow['status']) =>
  (row: Row, { metadata }: Of<'InvitationDeclined' | 'InvitationCancelled' | 'InvitationExpired'>): Row =>
    row && { ...row, status, decidedAt: metadata.occurredAt };

const folds = {
  ParticipantInvited: (_: Row, { aggregateId, data, metadata }: Of<'ParticipantInvited'>): Row => ({
    invitationId: aggregateId,
    ...data,
    emailKey: data.email === ERASED ? undefined : emailKey(data.email),
    status: 'created',
    sentAt: metadata.occurredAt,
  }),
  InvitationResent: (row: Row, { data: { expiresAt }, metadata }: Of<'InvitationResent'>): Row =>
    row && { ...row, status: 'created', sentAt: metadata.occurredAt, expiresAt, decidedAt: undefined },
  InvitedUserFound: (row: Row, { data: { userId } }: Of<'InvitedUserFound'>): Row => row && { ...row, userId },
  InvitationAccepted: (row: Row, { data: { userId }, metadata }: Of<'InvitationAccepted'>): Row =>
    row && { ...row, status: 'accepted', userId, decidedAt: metadata.occurredAt },
  InvitationDeclined: became('declined'),
  InvitationCancelled: became('cancelled'),
  InvitationExpired: became('expired'),
  InvitationForgotten: (row: Row): Row => row && { ...row, email: ERASED, emailKey: undefined, message: undefined },
};

/** Whom an organization has invited, for its administrators. */
export const invitations = projection<InvitationRow, InvitationEvents>()({
  code: 'invitations',
  version: 1,
  title: { ru: 'Приглашения', en: 'Invitations' },
  on: folds,
  sides: { organization: organizationSide, user: userSide },
  joins: [
    { by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } },
    { by: 'invitedBy', side: 'user', fields: { email: 'inviterEmail' } },
  ],
  list: {
    filters: { organizationId: 'string', status: 'string', memberKind: 'string', userId: 'string', sentAt: 'time', expiresAt: 'time' },
    sorts: ['email', 'sentAt', 'expiresAt', 'status'],
    search: ['email'],
    defaultSort: '-sentAt',
  },
  policy: administratorsSee,
  hidden: ['emailKey'],
});

/** To where a person is invited, once the account is active. */
export const myInvitations = projection<InvitationRow, InvitationEvents>()({
  code: 'my_invitations',
  version: 1,
  title: { ru: 'Мои приглашения', en: 'My invitations' },
  on: folds,
  sides: { organization: organizationSide },
  joins: [{ by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } }],
  list: {
    filters: { organizationId: 'string', status: 'string', sentAt: 'time' },
    sorts: ['organizationName', 'sentAt', 'expiresAt'],
    search: ['organizationName'],
    defaultSort: '-sentAt',
  },
  policy: ownRows('userId'),
  hidden: ['emailKey'],
});

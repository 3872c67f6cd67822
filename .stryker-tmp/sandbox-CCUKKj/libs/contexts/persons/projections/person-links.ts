// @ts-nocheck
import { ERASED, projection, type RecordedOf, staffSees } from '@letopis/kernel';
import { ownRows, type UserEvents } from '@letopis/contexts/identity';
import { organizationSide, userSide } from '@letopis/contexts/organizations';
import type { PersonLinkEvents } from '../person-link/person-link';
import { personSide } from './persons';

export interface PersonLinkRow {
  readonly personLinkId: string;
  readonly organizationId: string;
  readonly organizationName?: string;
  readonly personId: string;
  readonly personName?: string;
  readonly userId: string;
  readonly userEmail: string;
  readonly requestedBy: string;
  readonly requesterEmail?: string;
  readonly comment?: string;
  /** Shown to users exactly so. */
  readonly status: 'created' | 'accepted' | 'rejected' | 'cancelled' | 'revoked';
  readonly createdAt: string;
  readonly decidedAt?: string;
  readonly reason?: string;
}

type Events = PersonLinkEvents & Pick<UserEvents, 'UserErased'>;
type Row = PersonLinkRow | undefined;
type Of<Type extends keyof PersonLinkEvents> = RecordedOf<PersonLinkEvents, Type>;

const became =
  (status: PersonLinkRow['status']) =>
  (row: Row, { data, metadata }: Of<'PersonLinkAccepted' | 'PersonLinkRejected' | 'PersonLinkCancelled' | 'PersonLinkRevoked'>): Row =>
    row && { ...row, status, decidedAt: metadata.occurredAt, reason: 'reason' in data ? data.reason : undefined };

const folds = {
  PersonLinkRequested: (_: Row, { aggregateId, data, metadata }: Of<'PersonLinkRequested'>): Row => ({
    personLinkId: aggregateId,
    ...data,
    status: 'created',
    createdAt: metadata.occurredAt,
  }),
  PersonLinkAccepted: became('accepted'),
  PersonLinkRejected: became('rejected'),
  PersonLinkCancelled: became('cancelled'),
  PersonLinkRevoked: became('revoked'),
};

const everywhere = {
  UserErased: {
    where: ({ aggregateId }: { aggregateId: string }) => ({ userId: aggregateId }),
    fold: (row: PersonLinkRow): PersonLinkRow => ({ ...row, userEmail: ERASED }),
  },
};

const joinPerson = { by: 'personId', side: 'person', fields: { fullName: 'personName' } };
const joinRequester = { by: 'requestedBy', side: 'user', fields: { email: 'requesterEmail' } };

/** «Связи ФЛ с пользователями»: what an organization has asked for. */
export const personLinks = projection<PersonLinkRow, Events>()({
  code: 'person_links',
  version: 1,
  title: { ru: 'Связи ФЛ с пользователями', en: 'Links of persons with users' },
  on: folds,
  everywhere,
  sides: { person: personSide, user: userSide },
  joins: [joinPerson, joinRequester],
  list: {
    filters: { organizationId: 'string', status: 'string', personId: 'string', userId: 'string', createdAt: 'time' },
    sorts: ['createdAt', 'decidedAt', 'personName', 'status'],
    search: ['personName', 'userEmail'],
    defaultSort: '-createdAt',
  },
  policy: staffSees('persons.user_links:view'),
});

/** «Связи с физическими лицами»: what a user is asked for, by all organizations. */
export const myPersonLinks = projection<PersonLinkRow, Events>()({
  code: 'my_person_links',
  version: 1,
  title: { ru: 'Связи с физическими лицами', en: 'My links with persons' },
  on: folds,
  everywhere,
  sides: { organization: organizationSide, person: personSide, user: userSide },
  joins: [{ by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } }, joinPerson, joinRequester],
  list: {
    filters: { organizationId: 'string', status: 'string', createdAt: 'time' },
    sorts: ['createdAt', 'decidedAt', 'organizationName', 'status'],
    search: ['organizationName', 'personName'],
    defaultSort: '-createdAt',
  },
  policy: ownRows('userId'),
});

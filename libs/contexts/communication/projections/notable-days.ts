import type { CompanyEvents, ContactEvents } from '@letopis/contexts/crm';
import { nameOf, type PersonEvents } from '@letopis/contexts/persons';
import { ERASED, projection, refused, type PersonName } from '@letopis/kernel';

/** A day of the year that is worth a word to whoever looks after the record. */
export interface NotableDayRow {
  readonly recordId: string;
  readonly type: 'contact' | 'person' | 'company';
  readonly organizationId: string;
  readonly name: string;
  /** `MM-DD`; absent where the card does not tell it. */
  readonly day?: string;
  /** Who is responsible for the client. */
  readonly staffId?: string;
  /** Who has made the card of a person, which has no responsible. */
  readonly authorUserId?: string;
  readonly current: boolean;
}

interface Change {
  readonly to?: unknown;
}
type Changes = Readonly<Partial<Record<'name' | 'birthDate' | 'foundedOn', Change>>> | typeof ERASED;

const dayOf = (date: unknown) => (typeof date === 'string' && date !== ERASED ? date.slice(5) : undefined);
const nameIn = (name: unknown): string => (typeof name === 'string' ? name : nameOf(name as PersonName));

/** The row after changes of the card; what is sealed under a key that is gone changes nothing. */
function changed(row: NotableDayRow | undefined, changes: unknown): NotableDayRow | undefined {
  if (!row || (changes as Changes) === ERASED) return row;
  const { name, birthDate, foundedOn } = changes as Exclude<Changes, string>;
  const date = row.type === 'company' ? foundedOn : birthDate;
  return { ...row, name: name ? nameIn(name.to) : row.name, day: date ? dayOf(date.to) : row.day };
}

const archived = (row: NotableDayRow | undefined) => row && { ...row, current: false };

/** What the morning's look finds: birthdays of contacts and persons, and days on which companies were founded. */
export const notableDays = projection<NotableDayRow, ContactEvents & CompanyEvents & PersonEvents>()({
  code: 'notable_days',
  version: 1,
  title: { ru: 'Знаменательные дни', en: 'Notable days' },
  serves: 'sagas',
  on: {
    ContactCreated: (_, { aggregateId, data }) => ({
      ...{ recordId: aggregateId, type: 'contact', organizationId: data.organizationId, name: nameIn(data.name) },
      ...{ day: dayOf(data.birthDate), staffId: data.responsibleStaffId, current: true },
    }),
    CompanyCreated: (_, { aggregateId, data }) => ({
      ...{ recordId: aggregateId, type: 'company', organizationId: data.organizationId, name: data.name },
      ...{ day: dayOf(data.foundedOn), staffId: data.responsibleStaffId, current: true },
    }),
    PersonCreated: (_, { aggregateId, data, metadata: { actor } }) => ({
      ...{ recordId: aggregateId, type: 'person', organizationId: data.organizationId, name: nameIn(data.name) },
      ...{ day: dayOf(data.birthDate), authorUserId: actor.kind === 'user' ? actor.userId : undefined, current: true },
    }),
    ContactUpdated: (row, { data: { changes } }) => changed(row, changes),
    CompanyUpdated: (row, { data: { changes } }) => changed(row, changes),
    PersonUpdated: (row, { data: { changes } }) => changed(row, changes),
    ContactResponsibleAssigned: (row, { data: { staffId } }) => row && { ...row, staffId },
    CompanyResponsibleAssigned: (row, { data: { staffId } }) => row && { ...row, staffId },
    ContactArchived: archived,
    CompanyArchived: archived,
    PersonArchived: archived,
    PersonRestored: (row) => row && { ...row, current: true },
    PersonErased: () => undefined,
    ContactErased: () => undefined,
  },
  list: { filters: { organizationId: 'string', day: 'string', current: 'boolean' }, sorts: ['day'], search: [], defaultSort: 'day' },
  policy: { name: 'system', see: () => refused('FORBIDDEN') },
});

import { staffMember, type StaffMember } from '@letopis/contexts/staff';
import { featuresOf, workspace, type Workspace } from '@letopis/contexts/workspace';
import {
  aggregate,
  changed,
  changesOf,
  Day,
  derivedId,
  followedBy,
  Id,
  ifKnown,
  OneOf,
  oneOf,
  staff,
  stateOf,
  systemOnly,
  Text,
  type Changes,
  type Need,
  type Policy,
} from '@letopis/kernel';
import { refusal } from '../errors';

export const ABSENCE_TYPES = ['vacation', 'sick', 'business_trip', 'day_off', 'other'] as const;
export type AbsenceType = (typeof ABSENCE_TYPES)[number];

export class AddAbsence {
  @Id({ optional: true }) absenceId?: string;
  @Id() staffId: string;
  @OneOf(ABSENCE_TYPES) type: AbsenceType;
  /** First and last day, both included. */
  @Day() from: string;
  @Day() to: string;
  @Text(1, 255, { optional: true }) title?: string;
  @Id({ optional: true }) deputyStaffId?: string;
}

class OfAbsence {
  @Id() staffId: string;
  @Id() absenceId: string;
}

export class ChangeAbsence extends OfAbsence {
  @OneOf(ABSENCE_TYPES, { optional: true }) type?: AbsenceType;
  @Day({ optional: true }) from?: string;
  @Day({ optional: true }) to?: string;
  @Text(0, 255, { optional: true }) title?: string;
  @Id({ optional: true }) deputyStaffId?: string;
}

export class CancelAbsence extends OfAbsence {}

export interface Absence {
  readonly type: AbsenceType;
  readonly from: string;
  readonly to: string;
  readonly title?: string;
  readonly deputyStaffId?: string;
}

export interface AbsencesEvents {
  AbsenceAdded: Absence & { absenceId: string; organizationId: string };
  AbsenceChanged: { absenceId: string; changes: Changes<Absence> };
  AbsenceCancelled: { absenceId: string };
}

/** All absences of one staff member: two of them never overlap, so they are decided on together. */
export interface Absences {
  readonly organizationId: string;
  readonly planned: Readonly<Record<string, Absence>>;
  readonly cancelled: readonly string[];
}

const { command, define, event } = aggregate<Absences, AbsencesEvents>();

interface OfStaff {
  readonly staffId: string;
}
const idOf = ({ command: { staffId } }: { command: OfStaff }) => staffId;
const person = (staffId: string | undefined) => ifKnown(stateOf(staffMember, staffId));

/** The staff member whose absences they are. */
const self: Policy<OfStaff, Absences> = {
  name: 'self',
  needs: ({ command: { staffId } }) => ({ absent: person(staffId) }),
  judge: ({ actor }, { absent }) => {
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    const { userId, status } = (absent as StaffMember | undefined) ?? {};
    return actor.kind === 'user' && userId === actor.userId && status === 'active' ? 'allow' : 'FORBIDDEN';
  },
};
const organizationOf = (staffId: string): Need<string | undefined> =>
  followedBy({ found: person(staffId) }, ({ found }) => (found as StaffMember | undefined)?.organizationId || undefined);
const by = (node: 'calendar.absences:create' | 'calendar.absences:edit_all' | 'calendar.absences:delete') =>
  oneOf<OfStaff, Absences>(systemOnly, self, staff(node, { in: ({ command }) => organizationOf(command.staffId) }));

const needs = ({ command }: { command: OfStaff & { deputyStaffId?: string } }) => ({
  absent: person(command.staffId),
  deputy: person(command.deputyStaffId),
  place: followedBy(
    { found: person(command.staffId) },
    ({ found }) => ({ place: ifKnown(stateOf(workspace, (found as StaffMember | undefined)?.organizationId || undefined)) }),
    ({ place }) => place as Workspace | undefined,
  ),
});

export const absences = define({
  category: 'absences',
  initialState: { organizationId: '', planned: {}, cancelled: [] },
  organizationId: ({ organizationId }) => organizationId || undefined,

  commands: {
    AddAbsence: command(AddAbsence, { id: idOf, by: by('calendar.absences:create'), needs, summary: 'Somebody will be away' }),
    ChangeAbsence: command(ChangeAbsence, { id: idOf, by: by('calendar.absences:edit_all'), needs, summary: 'Other days, another deputy' }),
    CancelAbsence: command(CancelAbsence, { id: idOf, by: by('calendar.absences:delete'), summary: 'Will be there after all' }),
  },

  decide: {
    AddAbsence: ({ staffId, absenceId, type, from, to, title, deputyStaffId }, state, { absent, deputy, place, commandId }) => {
      const { organizationId } = works(absent);
      if (!featuresOf(place?.edition ?? 'start').includes('absence')) throw refusal('FEATURE_NOT_IN_EDITION');
      const id = absenceId ?? derivedId(commandId, 'absence');
      if (state.planned[id] ?? state.cancelled.includes(id)) throw refusal('ALREADY_EXISTS');
      const absence = { type, from, to, title, deputyStaffId };
      fits(state, id, absence);
      if (deputyStaffId !== undefined) standsIn(deputy, organizationId, deputyStaffId === staffId);
      return [event('AbsenceAdded', { absenceId: id, organizationId, ...absence })];
    },

    ChangeAbsence: ({ staffId, absenceId, title, ...fields }, state, { deputy }) => {
      const before = there(state, absenceId);
      const wanted: Partial<Absence> = { ...fields, ...(title === undefined ? {} : { title: title || undefined }) };
      const changes = changesOf(before, wanted, ['title']);
      if (!changes) return [];
      fits(state, absenceId, changedBy(before, changes));
      if (changes.deputyStaffId?.to !== undefined) standsIn(deputy, state.organizationId, changes.deputyStaffId.to === staffId);
      return [event('AbsenceChanged', { absenceId, changes })];
    },

    CancelAbsence: ({ absenceId }, state) => {
      if (state.cancelled.includes(absenceId)) return [];
      there(state, absenceId);
      return [event('AbsenceCancelled', { absenceId })];
    },
  },

  evolve: {
    AbsenceAdded: (state, { absenceId, organizationId, ...absence }) => ({
      ...state,
      organizationId,
      planned: { ...state.planned, [absenceId]: absence },
    }),
    AbsenceChanged: (state, { absenceId, changes }) => ({
      ...state,
      planned: { ...state.planned, [absenceId]: changedBy(state.planned[absenceId]!, changes) },
    }),
    AbsenceCancelled: (state, { absenceId }) => {
      const { [absenceId]: _, ...planned } = state.planned;
      return { ...state, planned, cancelled: [...state.cancelled, absenceId] };
    },
  },
});

/** The absence that covers the day, if any. */
export const absenceOn = ({ planned }: Absences, date: string): (Absence & { readonly absenceId: string }) | undefined => {
  const found = Object.entries(planned).find(([, { from, to }]) => from <= date && date <= to);
  return found && { absenceId: found[0], ...found[1] };
};

const changedBy = (before: Absence, changes: Changes<Absence>): Absence => ({
  ...before,
  ...changed(changes),
});

const there = ({ planned }: Absences, absenceId: string): Absence => {
  const found = planned[absenceId];
  if (!found) throw refusal('NOT_FOUND');
  return found;
};
const works = (found: StaffMember | undefined): StaffMember => {
  if (found === undefined || found.status === 'none') throw refusal('NOT_FOUND');
  if (found.status !== 'active') throw refusal('STAFF_NOT_ACTIVE');
  return found;
};
const standsIn = (found: StaffMember | undefined, organizationId: string, isSelf: boolean) => {
  if (isSelf || works(found).organizationId !== organizationId) throw refusal('NOT_FOUND');
};
/** The days are in order, and no other absence has one of them. */
const fits = ({ planned }: Absences, absenceId: string, { from, to }: Absence) => {
  if (from > to) throw refusal('PERIOD_INVALID');
  const overlaps = Object.entries(planned).some(([id, other]) => id !== absenceId && other.from <= to && from <= other.to);
  if (overlaps) throw refusal('ABSENCE_OVERLAP');
};

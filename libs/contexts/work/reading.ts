import {
  administers,
  allows,
  only,
  organizationIn,
  overseesService,
  refused,
  rightsOf,
  staffSees,
  type ReadPolicy,
  type Standing,
} from '@letopis/kernel';
import { PERSONAL } from './calendar-event/calendar-event';

/** Who somebody is at work: in which departments, with which roles, and which departments they lead. */
export interface AtWork {
  readonly staffId: string;
  readonly departmentIds: readonly string[];
  readonly roleCodes: readonly string[];
  readonly leads: readonly string[];
}

const atWork = ({ staffId, staff, departments }: Standing): AtWork | undefined => {
  if (staffId === undefined || staff?.status !== 'active') return undefined;
  // The standing holds the departments' whole states; of them the head counts here.
  const led = departments as readonly { readonly id: string; readonly headStaffId?: string }[];
  const leads = led.flatMap(({ id, headStaffId }) => (headStaffId === staffId ? [id] : []));
  return { staffId, departmentIds: staff.departmentIds, roleCodes: staff.roleCodes, leads };
};

type Filter = Readonly<Record<string, unknown>>;

const partOf = ({ staffId, departmentIds, roleCodes, leads }: AtWork): Filter => ({
  $or: [
    { assigneeStaffId: staffId },
    { creatorStaffId: staffId },
    { controllerStaffId: staffId },
    { departmentId: { $in: departmentIds } },
    { roleCode: { $in: roleCodes } },
    { assigneeDepartmentIds: { $in: leads } },
  ],
});

/** The lists by name: «мои», «поставленные мной», «отдела», «на контроле», «просроченные», and those that one may take. */
function listed(name: unknown, who: AtWork | undefined, now: string): Filter | undefined {
  if (name === undefined) return {};
  if (name === 'overdue') return { open: true, dueAt: { $lt: now } };
  if (typeof name !== 'string' || !who) return undefined;
  const { staffId, departmentIds, roleCodes } = who;
  const lists: Readonly<Record<string, Filter>> = {
    my: { assigneeStaffId: staffId },
    created: { creatorStaffId: staffId },
    control: { controllerStaffId: staffId },
    department: { departmentId: { $in: departmentIds } },
    free: {
      status: 'new',
      assigneeStaffId: null,
      $and: [{ $or: [{ departmentId: { $in: departmentIds } }, { roleCode: { $in: roleCodes } }] }],
    },
  };
  return Object.hasOwn(lists, name) ? lists[name] : undefined;
}

const section = staffSees('tasks.items:view');

/**
 * Tasks in which one has a part: that one does, has given or controls, of the own departments and roles, of people of a
 * department that one leads; all of them for administrators, «Полный доступ» and who may edit all. `list` names a list.
 */
export const partSees: ReadPolicy = {
  name: `${section.name}: own part, all with edit_all`,
  needs: section.needs,
  see: (reading, answers) => {
    const door = section.see(reading, answers);
    if ('refused' in door) return door;
    const { actor, filter, now = '' } = reading;
    const standing = answers.standing as Standing;
    const who = atWork(standing);
    const list = listed(filter.list, who, now);
    if (!list) return refused('VALIDATION_FAILED');
    if (overseesService(actor)) return only(list);
    const rows = { organizationId: organizationIn(actor, filter), ...list };
    if (administers(standing, actor) || allows(rightsOf(standing, actor, now), 'tasks.items:edit_all')) return only(rows);
    return who ? only({ ...rows, ...partOf(who) }) : refused('FORBIDDEN');
  },
};

const calendars = staffSees('calendar.events:view');

/** Entries of groups and of the company for all who may view calendars; personal ones for whose they are and who is invited. */
export const calendarSees: ReadPolicy = {
  name: `${calendars.name}: own, invited and shared ones, all with edit_all`,
  needs: calendars.needs,
  see: (reading, answers) => {
    const door = calendars.see(reading, answers);
    const { actor, now = '' } = reading;
    if ('refused' in door || actor.kind !== 'user' || overseesService(actor)) return door;
    const standing = answers.standing as Standing;
    if (administers(standing, actor) || allows(rightsOf(standing, actor, now), 'calendar.events:edit_all')) return door;
    const { userId } = actor;
    return only({ ...door.only, $or: [{ calendarType: { $ne: PERSONAL } }, { userId }, { attendees: userId }] });
  },
};

import {
  aggregate,
  ifKnown,
  nodesNamed,
  normalise,
  oneOf,
  ownerOf,
  staff,
  stateIn,
  stateOf,
  systemOnly,
  withSwitch,
  type StaffRights,
  type Switches,
} from '@letopis/kernel';
import { refusal } from '../errors';
import { openRequestsOf, openTasksOf, staffOfDepartment, type Members } from '../rosters';
import { changed, changesOf, type LocalizedText } from '../shapes';
import { workSchedule, type WorkSchedule } from '../work-schedule/work-schedule';
import * as commands from './department.commands';
import type { DepartmentEvents, DepartmentFields, SupportCenter } from './department.events';

export interface Department extends DepartmentFields {
  readonly status: 'none' | 'active' | 'archived';
  readonly organizationId: string;
  readonly supportCenter?: SupportCenter;
  /** Explicit switches; what has none follows the node above it, and the whole tree begins as off. */
  readonly rights: Switches;
}

const noDepartment: Department = { status: 'none', organizationId: '', name: { ru: '' }, taskLocale: 'ru', rights: {} };
/** Place in the list of the support centre: the smaller the higher. */
const MIDDLE = 100;

const { command, define, event } = aggregate<Department, DepartmentEvents>();

/** The claim that makes a department's Russian name the only one in its organization. */
export const departmentNameKey = (organizationId: string, { ru }: LocalizedText) => `${organizationId}:${normalise(ru)}`;
const holder = (organizationId: string, name: LocalizedText | undefined) =>
  name ? ownerOf('departmentName', departmentNameKey(organizationId, name)) : ({ kind: 'known', value: undefined } as const);

interface Provided {
  readonly providers?: readonly { readonly providerId: string }[];
}
const support = (organizationId: string, headStaffId: string | undefined) => ({
  head: ifKnown(stateIn<StaffRights>('staffMember', headStaffId)),
  workspace: ifKnown(stateIn<Provided>('workspace', organizationId)),
});
const schedule = (id: string | undefined) => ({ schedule: stateOf(workSchedule, id) });
const edit = staff<object, Department>('provider.departments:edit');

export const department = define({
  category: 'department',
  initialState: noDepartment,
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: ({ status, organizationId, name }) =>
    status === 'active' ? [{ scope: 'departmentName', value: departmentNameKey(organizationId, name) }] : [],

  commands: {
    CreateDepartment: command(commands.CreateDepartment, {
      by: oneOf<commands.CreateDepartment, Department>(
        systemOnly,
        staff('provider.departments:create', { in: ({ command }) => command.organizationId }),
      ),
      needs: ({ command: { organizationId, name, scheduleId, supportCenter } }) => ({
        holder: holder(organizationId, name),
        organization: stateIn<{ readonly status: string }>('organization', organizationId),
        ...schedule(scheduleId),
        ...support(organizationId, supportCenter?.headStaffId),
      }),
      summary: 'A department; every function is off at first',
    }),
    UpdateDepartment: command(commands.UpdateDepartment, {
      by: oneOf(systemOnly, edit),
      needs: ({ command: { name, scheduleId, headStaffId }, state: { organizationId } }) => ({
        holder: holder(organizationId, name),
        head: ifKnown(stateIn<StaffRights>('staffMember', headStaffId)),
        ...schedule(scheduleId),
      }),
      summary: 'Name, schedule, language of tasks, head',
    }),
    EnableSupportCenter: command(commands.EnableSupportCenter, {
      by: oneOf(systemOnly, edit),
      needs: ({ command: { headStaffId }, state: { organizationId } }) => support(organizationId, headStaffId),
      summary: 'Clients may send requests to the department, on these terms',
    }),
    DisableSupportCenter: command(commands.DisableSupportCenter, { by: edit, summary: 'No new requests of clients' }),
    SetDepartmentRight: command(commands.SetDepartmentRight, {
      by: oneOf(systemOnly, staff('provider.departments:rights')),
      summary: '«Вкл.», «Выкл.» of a category, a section or a function for everybody in the department',
    }),
    ArchiveDepartment: command(commands.ArchiveDepartment, {
      by: staff('provider.departments:delete'),
      needs: ({ id }) => ({
        staff: stateIn<Members>('roster', staffOfDepartment(id)),
        requests: stateIn<Members>('roster', openRequestsOf(id)),
        tasks: stateIn<Members>('roster', openTasksOf(id)),
      }),
      summary: 'A department without people and work goes into the archive',
    }),
  },

  decide: {
    CreateDepartment: (
      { organizationId, name, scheduleId, taskLocale = 'ru', supportCenter, rights = [] },
      state,
      { holder, organization, schedule, head, workspace, actor },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (organization.status !== 'client') throw refusal('ORGANIZATION_NOT_CLIENT');
      if (holder !== undefined) throw refusal('DEPARTMENT_NAME_TAKEN');
      if (scheduleId !== undefined) usable(schedule, organizationId);
      const created = event('DepartmentCreated', { organizationId, name, scheduleId, taskLocale });
      // What a department may do is for those who may set rights; a new one may do nothing.
      if (rights.length > 0 && actor.kind !== 'system') throw refusal('FORBIDDEN');
      const switched = rights.flatMap(nodesNamed).map((node) => event('DepartmentRightSet', { node, enabled: true, clearedNodes: [] }));
      if (!supportCenter) return [created, ...switched];
      // Nobody is in a department that is not there yet: the head joins afterwards.
      const worksHere = head?.status === 'active' && head.organizationId === organizationId;
      return [created, ...switched, event('SupportCenterEnabled', terms(supportCenter, worksHere, workspace))];
    },

    UpdateDepartment: ({ name, scheduleId, withoutSchedule, taskLocale, headStaffId }, state, { holder, schedule, head, id }) => {
      active(state);
      if (holder !== undefined && holder !== id) throw refusal('DEPARTMENT_NAME_TAKEN');
      if (scheduleId !== undefined) usable(schedule, state.organizationId);
      if (headStaffId !== undefined && !belongs(head, id)) throw refusal('SUPPORT_HEAD_REQUIRED');
      const changes = changesOf<DepartmentFields>(state, { name, scheduleId, taskLocale, headStaffId });
      const freed = withoutSchedule && state.scheduleId !== undefined ? { scheduleId: { from: state.scheduleId } } : undefined;
      return changes || freed ? [event('DepartmentUpdated', { changes: { ...changes, ...freed } })] : [];
    },

    EnableSupportCenter: (command, state, { head, workspace, id }) => {
      active(state);
      const wanted = terms(command, belongs(head, id), workspace);
      return JSON.stringify(wanted) === JSON.stringify(state.supportCenter) ? [] : [event('SupportCenterEnabled', wanted)];
    },

    DisableSupportCenter: (_, state) => {
      active(state);
      return state.supportCenter ? [event('SupportCenterDisabled', {})] : [];
    },

    SetDepartmentRight: ({ node, enabled }, state) => {
      active(state);
      const nodes = nodesNamed(node);
      if (nodes.length === 0) throw refusal('RIGHT_NODE_UNKNOWN');
      return nodes.flatMap((each) => {
        const { cleared } = withSwitch(state.rights, each, enabled);
        const isSo = state.rights[each] === enabled && cleared.length === 0;
        return isSo ? [] : [event('DepartmentRightSet', { node: each, enabled, clearedNodes: cleared })];
      });
    },

    ArchiveDepartment: (_, state, { staff, requests, tasks }) => {
      active(state);
      if (staff.members.length + requests.members.length + tasks.members.length > 0) throw refusal('DEPARTMENT_NOT_EMPTY');
      return [event('DepartmentArchived', {})];
    },
  },

  evolve: {
    DepartmentCreated: (_, fields) => ({ ...noDepartment, ...fields, status: 'active' }),
    DepartmentUpdated: (state, { changes }) => ({ ...state, ...changed(changes) }),
    SupportCenterEnabled: (state, supportCenter) => ({ ...state, supportCenter }),
    SupportCenterDisabled: (state) => ({ ...state, supportCenter: undefined }),
    DepartmentRightSet: (state, { node, enabled }) => ({ ...state, rights: withSwitch(state.rights, node, enabled).rights }),
    DepartmentArchived: (state) => ({ ...state, status: 'archived', supportCenter: undefined }),
  },
});

const active = ({ status }: Department) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'archived') throw refusal('DEPARTMENT_ARCHIVED');
};

/** A schedule of this organization that is not in the archive. */
const usable = (schedule: WorkSchedule, organizationId: string) => {
  if (schedule.status === 'none' || schedule.organizationId !== organizationId) throw refusal('NOT_FOUND');
  if (schedule.status === 'archived') throw refusal('SCHEDULE_ARCHIVED');
};

const belongs = (head: StaffRights | undefined, departmentId: string) =>
  head?.status === 'active' && head.departmentIds.includes(departmentId);

function terms(
  { providerIds, headStaffId, categoryDescription, sortOrder = MIDDLE, chargeRequests = false }: commands.SupportCenterTerms,
  isHeadFit: boolean,
  workspace: Provided | undefined,
): SupportCenter {
  const isProvider = (id: string) => workspace?.providers?.some(({ providerId }) => providerId === id) ?? true;
  if (providerIds.length === 0 || !providerIds.every(isProvider)) throw refusal('SUPPORT_PROVIDER_REQUIRED');
  if (headStaffId === undefined || !isHeadFit) throw refusal('SUPPORT_HEAD_REQUIRED');
  return { providerIds, headStaffId, categoryDescription: categoryDescription ?? { ru: '' }, sortOrder, chargeRequests };
}

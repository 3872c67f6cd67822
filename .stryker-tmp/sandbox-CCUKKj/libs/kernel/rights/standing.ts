// @ts-nocheck
import type { Actor } from '../actor';
import { followedBy, ifKnown, ownerOf, stateIn, type Need } from '../needs';
import { RESTRICTED_BY_DEFAULT } from './catalogue';
import { noRights, type RightsSources, type Switches } from './effective';

/** Of other aggregates, the fields that rights are judged by. */
export interface StaffRights {
  readonly status: string;
  readonly organizationId: string;
  readonly departmentIds: readonly string[];
  readonly roleCodes: readonly string[];
  readonly individualRights: readonly string[];
  readonly fullAccess: boolean;
  readonly ipPolicy: { readonly mode: 'any' | 'list'; readonly rules: readonly string[] };
  readonly bindSessionToIp: boolean;
}

interface Foundation {
  readonly organization: { readonly status: string; readonly administrators: readonly string[] } | undefined;
  readonly membership:
    | {
        readonly status: string;
        readonly memberKind: string;
        readonly restrictedGrants: readonly { readonly node: string; readonly until?: string }[];
      }
    | undefined;
  readonly workspace: { readonly restrictedNodes?: readonly string[] } | undefined;
  readonly staffId: string | undefined;
  readonly staff: StaffRights | undefined;
}

/** What an organization knows of somebody: as a member, as an administrator, as a staff member with departments and roles. */
export interface Standing extends Foundation {
  /** The organization that it is about; undefined where there is none, as of a record that does not exist. */
  readonly organizationId: string | undefined;
  readonly departments: readonly { readonly id: string; readonly rights: Switches; readonly status: string }[];
  readonly roles: readonly { readonly code: string; readonly rights: readonly string[]; readonly fullAccess?: boolean }[];
}

/** The unique key by which a user's staff member is found; held from the moment the two are linked. */
export const staffKey = (organizationId: string, userId: string) => ({ scope: 'staffUser', value: `${organizationId}:${userId}` });
/** The unique key of a role's code within its organization. */
export const roleKey = (organizationId: string, code: string) => ({ scope: 'roleCode', value: `${organizationId}:${code}` });

const ownerOfKey = ({ scope, value }: { scope: string; value: string }) => ownerOf(scope, value);

/** Departments and roles of a staff member, by their streams. */
export const membersOf = (organizationId: string, staff: Pick<StaffRights, 'departmentIds' | 'roleCodes'> | undefined) => ({
  ...Object.fromEntries((staff?.departmentIds ?? []).map((id) => [`department:${id}`, ifKnown(stateIn('department', id))])),
  ...Object.fromEntries(
    (staff?.roleCodes ?? []).map((code) => [`role:${code}`, ifKnown(stateIn('role', ownerOfKey(roleKey(organizationId, code))))]),
  ),
});

/** Departments and roles of a staff member as sources of rights, as one need. */
export const rightsHolders = (
  organizationId: string,
  staff: Pick<StaffRights, 'departmentIds' | 'roleCodes'> | undefined,
): Need<Pick<Standing, 'departments' | 'roles'>> => followedBy(membersOf(organizationId, staff), holdersIn);

const holdersIn = (answers: Readonly<Record<string, unknown>>): Pick<Standing, 'departments' | 'roles'> => ({
  departments: named(answers, 'department:').map(([id, state]) => ({ ...(state as { rights: Switches; status: string }), id })),
  roles: named(answers, 'role:').map(([code, state]) => ({ ...(state as { rights: readonly string[]; fullAccess?: boolean }), code })),
});

/** Everything that the rights of a person in an organization follow from, as one need. */
export function standingOf(organization: string | undefined | Need<string | undefined>, userId: string | undefined): Need<Standing> {
  return followedBy(
    { organizationId: typeof organization === 'object' ? organization : { kind: 'known', value: organization } },
    ({ organizationId }) => foundation(organizationId as string | undefined, userId),
    ({ staffId }) => ({ staff: ifKnown(stateIn<StaffRights>('staffMember', staffId as string | undefined)) }),
    ({ organizationId, staff }) => membersOf((organizationId as string | undefined) ?? '', staff as StaffRights | undefined),
    (answers): Standing => ({
      ...(answers as object as Foundation & Pick<Standing, 'organizationId'>),
      ...holdersIn(answers),
    }),
  );
}

function foundation(organizationId: string | undefined, userId: string | undefined) {
  const known = organizationId !== undefined && userId !== undefined;
  const key = known ? staffKey(organizationId, userId) : undefined;
  return {
    organization: ifKnown(stateIn<NonNullable<Foundation['organization']>>('organization', organizationId)),
    membership: ifKnown(stateIn<NonNullable<Foundation['membership']>>('membership', known ? `${organizationId}:${userId}` : undefined)),
    workspace: ifKnown(stateIn<NonNullable<Foundation['workspace']>>('workspace', organizationId)),
    staffId: key ? ownerOf(key.scope, key.value) : ({ kind: 'known', value: undefined } as Need<string | undefined>),
  };
}

const named = (answers: Readonly<Record<string, unknown>>, prefix: string): [string, unknown][] =>
  Object.entries(answers)
    .filter(([name, state]) => name.startsWith(prefix) && state !== undefined)
    .map(([name, state]) => [name.slice(prefix.length), state]);

/** Whether the person administers the organization. */
export const administers = ({ organization }: Standing, actor: Actor): boolean =>
  actor.kind === 'user' && organization?.administrators.includes(actor.userId) === true;

const closed = (status: string | undefined) =>
  status !== undefined && status !== 'active' && status !== 'none' && status !== 'provisioning';

/** Where the person's rights come from, as of `now`. */
export function rightsOf(standing: Standing, actor: Actor, now: string): RightsSources {
  const { membership, staff, departments, roles, workspace } = standing;
  if (actor.kind !== 'user') return noRights;
  if (administers(standing, actor)) return { ...noRights, active: true, fullAccess: true };
  if (membership?.status !== 'active' || closed(staff?.status)) return noRights;
  const isStaff = staff?.status === 'active';
  const inside = membership.memberKind === 'employee' || membership.memberKind === 'contractor';
  return {
    active: true,
    fullAccess: isStaff && staff.fullAccess,
    departments: isStaff ? departments.filter(({ status }) => status === 'active') : [],
    roles: isStaff ? roles : [],
    individual: isStaff ? staff.individualRights : [],
    member: inside
      ? {
          restricted: workspace?.restrictedNodes ?? RESTRICTED_BY_DEFAULT,
          opened: membership.restrictedGrants.filter(({ until }) => until === undefined || until > now).map(({ node }) => node),
        }
      : undefined,
  };
}

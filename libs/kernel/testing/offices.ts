import type { UserActor } from '../actor';
import type { Definition } from '../aggregate';
import { roleKey, staffKey, type StaffRights } from '../rights';
import { stream, World, type Stream } from './streams';

/** One organization with one person in it, told by the states of the aggregates that rights follow from. For specs only. */
export interface Office {
  readonly organization?: { readonly status?: string; readonly administrators?: readonly string[] };
  readonly membership?: {
    readonly status?: string;
    readonly memberKind?: string;
    readonly restrictedGrants?: readonly { readonly node: string; readonly until?: string }[];
  };
  readonly workspace?: { readonly restrictedNodes?: readonly string[]; readonly edition?: string };
  readonly staff?: Partial<StaffRights>;
  readonly departments?: Readonly<Record<string, { readonly status?: string; readonly rights: Readonly<Record<string, boolean>> }>>;
  readonly roles?: Readonly<Record<string, { readonly rights: readonly string[]; readonly fullAccess?: boolean }>>;
}

export const FLORA = 'flora';
export const anna: UserActor = { kind: 'user', userId: 'anna', sessionId: 's', ip: '10.0.0.1', openedFrom: '10.0.0.1' };

const nothing: Readonly<Record<string, object>> = {
  organization: { status: 'none', administrators: [] },
  membership: { status: 'none', memberKind: 'employee', restrictedGrants: [] },
  workspace: {},
  staffMember: { status: 'none', organizationId: '', departmentIds: [], roleCodes: [], individualRights: [], fullAccess: false },
  department: { status: 'none', rights: {} },
  role: { status: 'none', rights: [] },
};

/** An aggregate that is in a state and holds keys, as if its events had said so. */
export const inState = (category: string, id: string, state?: object, ...keys: readonly { scope: string; value: string }[]): Stream =>
  stream(
    {
      category,
      initialState: nothing[category],
      evolve: (before: object, { data }: { readonly data: object }) => ({ ...before, ...data }),
      keys: (_: object, own: string) => (own === id ? keys : []),
    } as object as Definition,
    id,
    ...(state ? [{ type: 'Is', data: state }] : []),
  );

/** The streams of an office, with its person at work: what is not named is not there. */
export const officeOf = ({ organization, membership, workspace, staff, departments = {}, roles = {} }: Office): World =>
  new World([
    inState('organization', FLORA, { status: 'client', ...organization }),
    inState('membership', `${FLORA}:${anna.userId}`, membership && { status: 'active', ...membership }),
    inState('workspace', FLORA, workspace),
    ...(staff
      ? [inState('staffMember', 'staff-anna', { ...seller, ...staff }, staffKey(FLORA, anna.userId))]
      : [inState('staffMember', 'staff-nobody')]),
    inState('department', 'none'),
    ...Object.entries(departments).map(([id, state]) => inState('department', id, { status: 'active', ...state })),
    inState('role', 'none'),
    ...Object.entries(roles).map(([code, state]) => inState('role', `role-${code}`, { status: 'active', ...state }, roleKey(FLORA, code))),
  ]);

const seller: StaffRights = {
  status: 'active',
  userId: anna.userId,
  organizationId: FLORA,
  departmentIds: [],
  roleCodes: [],
  individualRights: [],
  fullAccess: false,
  ipPolicy: { mode: 'any', rules: [] },
  bindSessionToIp: false,
};

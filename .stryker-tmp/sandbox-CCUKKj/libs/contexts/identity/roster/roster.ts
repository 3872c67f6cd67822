// @ts-nocheck
import { aggregate, Code, systemOnly } from '@letopis/kernel';

export class EnterRoster {
  @Code() rosterId: string;
  @Code() memberId: string;
}

export class LeaveRoster {
  @Code() rosterId: string;
  @Code() memberId: string;
}

export interface RosterEvents {
  RosterEntered: { memberId: string };
  RosterLeft: { memberId: string };
}

export interface Roster {
  readonly members: readonly string[];
}

const { command, define, event } = aggregate<Roster, RosterEvents>();

/**
 * Who belongs to a set that decisions must count: the administrators of the service, the organizations that a person
 * administers. Kept by sagas as a stream, so that «the last one stays» is judged on a stream and not on a read model.
 */
export const roster = define({
  category: 'roster',
  initialState: { members: [] },
  commands: {
    EnterRoster: command(EnterRoster, { by: systemOnly }),
    LeaveRoster: command(LeaveRoster, { by: systemOnly }),
  },
  decide: {
    EnterRoster: ({ memberId }, { members }) => (members.includes(memberId) ? [] : [event('RosterEntered', { memberId })]),
    LeaveRoster: ({ memberId }, { members }) => (members.includes(memberId) ? [event('RosterLeft', { memberId })] : []),
  },
  evolve: {
    RosterEntered: ({ members }, { memberId }) => ({ members: [...members, memberId] }),
    RosterLeft: ({ members }, { memberId }) => ({ members: members.filter((member) => member !== memberId) }),
  },
});

/** The active administrators of the service. */
export const PLATFORM_ADMINS = 'platformAdmins';

/** The organizations that a person administers. */
export const administrationsOf = (userId: string): string => `administrationsOf:${userId}`;

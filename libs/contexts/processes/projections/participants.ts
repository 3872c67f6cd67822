import { only, organizationIn, side, staffSees, type ReadPolicy, type Side, type Standing } from '@letopis/kernel';
import type { SmartProcessEvents } from '../smart-process/smart-process.events';

interface Known {
  readonly participants: readonly string[];
}
const also = (known: Known | undefined, ...staffIds: readonly string[]): Known => ({
  participants: [...new Set([...(known?.participants ?? []), ...staffIds])],
});

/** Everybody who has had to do with an instance: who began it, who was responsible, who was asked, who stood in. */
export const participantsSide: Side = side<Known, SmartProcessEvents>()({
  SmartProcessStarted: (known, { data: { initiatorStaffId } }) => also(known, initiatorStaffId),
  ResponsibleChanged: (known, { data: { to } }) => also(known, to),
  ApprovalRoundOpened: (known, { data: { approvers } }) => also(known, ...approvers.map(({ staffId }) => staffId)),
  ApproverReplaced: (known, { data: { to } }) => also(known, to),
});
export const participantsJoin = { by: 'processId', side: 'participants', fields: { participants: 'participants' } } as const;

/** Those with the right see all processes of the organization; every staff member sees the own ones. */
const seenBy = (right: 'view' | 'edit_all'): ReadPolicy => {
  const viewers = staffSees(`processes.instances:${right}`);
  return {
    name: `${viewers.name}; participants`,
    needs: (reading) => viewers.needs?.(reading) ?? {},
    see: (reading, answers) => {
      const visible = viewers.see(reading, answers);
      if (!('refused' in visible) || visible.refused !== 'FORBIDDEN') return visible;
      const { standing } = answers as { readonly standing?: Standing };
      const organizationId = organizationIn(reading.actor, reading.filter);
      const isIn = organizationId !== undefined && standing?.staffId !== undefined && standing.staff?.status === 'active';
      return isIn ? only({ organizationId, participants: standing.staffId }) : visible;
    },
  };
};

export const processesSeen = seenBy('view');
/** What people said of a matter is for those whose matter it is: whoever may merely look at processes sees where they stand. */
export const wordsSeen = seenBy('edit_all');

// @ts-nocheck
import { roster } from '@letopis/contexts/identity';
import { isBelow, saga, send, type SagaReads } from '@letopis/kernel';
import type { DepartmentEvents } from '../department/department.events';
import type { RoleEvents } from '../role/role';
import { staffOfDepartment, staffWithRole } from '../rosters';
import { SetChatAvailability, staffMember, type StaffMemberEvents } from '../staff-member';

const CHAT = 'chat';
const concernsChat = (node: string) => node === CHAT || isBelow(CHAT, node);

/** «Чат доступен» goes off when neither a department nor a role gives the chat any more; the decision looks again. */
export const rightsConsistencySaga = saga<DepartmentEvents & RoleEvents & StaffMemberEvents>()({
  name: 'RightsConsistencySaga',
  on: {
    DepartmentRightSet: async ({ aggregateId, data: { node, enabled } }, reads) =>
      concernsChat(node) && !enabled ? chatting(reads, (await reads.state(roster, staffOfDepartment(aggregateId))).members) : [],
    StaffRemovedFromDepartment: ({ aggregateId }, reads) => chatting(reads, [aggregateId]),
    RoleRemoved: ({ aggregateId }, reads) => chatting(reads, [aggregateId]),
    FullAccessRevoked: ({ aggregateId }, reads) => chatting(reads, [aggregateId]),
    RoleUpdated: async ({ data: { code, changes }, metadata }, reads) =>
      changes.rights ? chatting(reads, (await reads.state(roster, staffWithRole(metadata.organizationId ?? '', code))).members) : [],
  },
});

async function chatting({ state }: SagaReads, staffIds: readonly string[]) {
  const effects = [];
  for (const staffId of staffIds) {
    const { chatAvailable, status } = await state(staffMember, staffId);
    if (chatAvailable && status !== 'dismissed') effects.push(send(SetChatAvailability, { staffId, enabled: false, cause: 'right_lost' }));
  }
  return effects;
}

import { person, personLink, type PersonEvents, type PersonLinkEvents, type PersonLinkRow } from '@letopis/contexts/persons';
import { ERASED, saga, send, staffKey } from '@letopis/kernel';
import type { StaffRow } from '../projections/staff';
import { EraseStaffMember, staffMember, UpdateStaffMember } from '../staff-member';

/**
 * A staff member without a name takes that of the card which the user is linked with. With the card, the work accounts of
 * those who have left are erased; who works here still keeps the name of the account, until that is erased itself.
 */
export const staffNameSaga = saga<PersonLinkEvents & PersonEvents>()({
  name: 'StaffNameSaga',
  on: {
    PersonLinkAccepted: async ({ aggregateId }, { state, owner }) => {
      const link = await state(personLink, aggregateId);
      if (link.status === 'none') return [];
      const { scope, value } = staffKey(link.organizationId, link.userId);
      const staffId = await owner(scope, value);
      if (staffId === undefined) return [];
      const { status, fullName } = await state(staffMember, staffId);
      const { name } = (await state(person, link.personId)).card;
      // A card that was erased meanwhile gives no name.
      if (status === 'dismissed' || fullName || (name as unknown) === ERASED || name.lastName === '') return [];
      return [send(UpdateStaffMember, { staffId, fullName: { ru: { ...name } } })];
    },
    PersonErased: async ({ aggregateId: personId }, { rows }) => {
      const links = await rows<PersonLinkRow>('person_links', { personId });
      const left = links
        .filter(({ status }) => status === 'accepted' || status === 'revoked')
        .map(({ organizationId, userId }) => rows<StaffRow>('staff', { organizationId, userId, status: 'dismissed' }));
      const staffIds = new Set((await Promise.all(left)).flat().map(({ staffId }) => staffId));
      return [...staffIds].map((staffId) => send(EraseStaffMember, { staffId }));
    },
  },
});

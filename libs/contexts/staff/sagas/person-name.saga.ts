import { person, personLink, type PersonLinkEvents } from '@letopis/contexts/persons';
import { ERASED, saga, send, staffKey } from '@letopis/kernel';
import { staffMember, UpdateStaffMember } from '../staff-member';

/** A staff member without a name takes that of the card which the user is linked with. */
export const staffNameSaga = saga<PersonLinkEvents>()({
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
  },
});

// @ts-nocheck
import { displayName, ERASED, side } from '@letopis/kernel';
import type { DepartmentEvents } from '../department/department.events';
import type { FullName, StaffMemberEvents } from '../staff-member';

/** How a staff member is called: by name, and until somebody writes it by address. */
export const nameOf = (fullName: FullName | string | undefined, email: string | undefined): string => {
  if (typeof fullName === 'string') return fullName;
  const name = fullName?.ru ?? fullName?.en;
  return name ? displayName(name) : (email ?? ERASED);
};

/** What rows show of a staff member. */
export const staffSide = side<{ displayName: string; email: string }, StaffMemberEvents>()({
  StaffMemberCreated: (_, { data: { fullName, email } }) => ({ displayName: nameOf(fullName, email), email }),
  StaffMemberUpdated: (known, { data: { contact } }) =>
    contact ? { displayName: nameOf(contact.fullName, contact.email), email: contact.email ?? ERASED } : known,
  StaffMemberErased: () => ({ displayName: ERASED, email: ERASED }),
});

/** What rows show of a department. */
export const departmentSide = side<{ name: string }, DepartmentEvents>()({
  DepartmentCreated: (_, { data: { name } }) => ({ name: name.ru }),
  DepartmentUpdated: (known, { data: { changes } }) => (changes.name?.to ? { name: changes.name.to.ru } : known),
});

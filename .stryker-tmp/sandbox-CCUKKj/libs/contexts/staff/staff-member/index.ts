// @ts-nocheck
export * from './staff-member.commands';
export * from './staff-member.events';
export { madeUserId, staffMember } from './staff-member';
export type { StaffMember } from './staff-member.state';

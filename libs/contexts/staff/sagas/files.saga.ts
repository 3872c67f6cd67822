import { call, saga } from '@letopis/kernel';
import type { StaffMemberEvents } from '../staff-member';
import type { SupportRequestEvents } from '../support-request/support-request';

const attached = (organizationId: string | undefined, fileIds: readonly string[]) =>
  organizationId === undefined ? [] : fileIds.map((fileId) => call('files', 'attach', { fileId, organizationId }, fileId));

/** A file that a record of the organization names may be read by its members. */
export const staffFilesSaga = saga<StaffMemberEvents & SupportRequestEvents>()({
  name: 'StaffFilesSaga',
  promptly: {
    StaffAvatarSet: ({ data: { file }, metadata: { organizationId } }) => attached(organizationId, [file.fileId]),
    SupportRequestCreated: ({ data: { organizationId, fileIds } }) => attached(organizationId, fileIds),
    SupportRequestReplied: ({ data: { fileIds }, metadata: { organizationId } }) => attached(organizationId, fileIds),
  },
});

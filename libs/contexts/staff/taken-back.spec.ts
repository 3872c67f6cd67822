import type { Definition } from '@letopis/kernel';
import { given, issue, type Fact } from '../../kernel/testing';
import { department } from './department/department';
import { DisableSupportCenter } from './department/department.commands';
import * as staff from './staff-member';
import {
  anna,
  boris,
  departmentId,
  departmentMade,
  grouped,
  groupId,
  hired,
  lena,
  linked,
  ofDepartment,
  ofGroup,
  ofStaff,
  staffIdOf,
  world,
} from './staff.fixtures';
import { RemoveGroupMember, userGroup } from './user-group/user-group';

const staffId = staffIdOf(lena);
const provided = {
  providerIds: [departmentId],
  headStaffId: staffIdOf(boris),
  categoryDescription: { ru: '' },
  sortOrder: 1,
  chargeRequests: false,
};
const avatar = { fileId: departmentId, mime: 'image/png', size: 100, sha256: 'x' } as never;
const works: readonly Fact[] = [hired(lena), linked(lena)];

/** What has been given, the command that takes it back, and the event. */
const TAKEN: ReadonlyArray<readonly [what: string, Definition<never>, id: string, has: readonly Fact[], command: object, Fact]> = [
  [
    'R067 a department',
    staff.staffMember as Definition<never>,
    staffId,
    [...works, ofStaff('StaffAddedToDepartment', { departmentId })],
    issue(staff.RemoveStaffFromDepartment, { staffId, departmentId }),
    ofStaff('StaffRemovedFromDepartment', { departmentId }),
  ],
  [
    'R089 a right of one’s own',
    staff.staffMember as Definition<never>,
    staffId,
    [...works, ofStaff('StaffRightGranted', { node: 'finance.acts' })],
    issue(staff.RevokeStaffRight, { staffId, node: 'finance.acts' }),
    ofStaff('StaffRightRevoked', { node: 'finance.acts' }),
  ],
  [
    'R086 an avatar',
    staff.staffMember as Definition<never>,
    staffId,
    [...works, ofStaff('StaffAvatarSet', { file: avatar })],
    issue(staff.RemoveStaffAvatar, { staffId }),
    ofStaff('StaffAvatarRemoved', {}),
  ],
  [
    'R072 the support centre of a department',
    department as Definition<never>,
    departmentId,
    [departmentMade, ofDepartment('SupportCenterEnabled', provided)],
    issue(DisableSupportCenter, { departmentId }),
    ofDepartment('SupportCenterDisabled', {}),
  ],
  [
    'a place in a user group',
    userGroup as Definition<never>,
    groupId,
    [grouped, ofGroup('GroupMemberAdded', { staffId })],
    issue(RemoveGroupMember, { userGroupId: groupId, staffId }),
    ofGroup('GroupMemberRemoved', { staffId }),
  ],
];

describe('What was given is taken back once, and what was never given takes nothing', () => {
  test.each(TAKEN)('%s', (_, definition, id, has, command, taken) => {
    const beside = world.filter((each) => each.id !== id);
    const { type, data } = taken;
    given(definition, ...has)
      .and(...beside)
      .when(command, { actor: anna, id })
      .then({ type, data });
    given(definition, ...has, taken)
      .and(...beside)
      .when(command, { actor: anna, id })
      .thenNothing();
    given(definition, ...has.slice(0, -1))
      .and(...beside)
      .when(command, { actor: anna, id })
      .thenNothing();
  });

  test('R083 a password is made anew for an account that was made here, and only the way to it is told', () => {
    const own = ofStaff('StaffUserLinked', { userId: staff.madeUserId(staffId) });
    const reset = (...facts: readonly Fact[]) =>
      given(staff.staffMember, hired(lena), ...facts)
        .and(...world)
        .when(issue(staff.ResetStaffPassword, { staffId }), { actor: anna, id: staffId, answers: { secret: { secretRef: 'vault:new' } } });
    reset(own).then({ type: 'StaffPasswordResetRequested', data: { secretRef: 'vault:new' } });
    reset(linked(lena)).thenRefused('PASSWORD_NOT_APPLICABLE');
  });
});

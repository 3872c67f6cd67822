// @ts-nocheck
import type { MemberKind } from '../membership/membership';

export interface AccessRequestEvents {
  AccessRequestCreated: { requesterUserId: string; organizationId: string; scope: string; comment?: string };
  AccessRequestAccepted: {
    decidedBy: string;
    memberKind?: MemberKind;
    departmentIds: readonly string[];
    roleCodes: readonly string[];
    validUntil?: string;
  };
  AccessRequestRejected: { decidedBy: string; reason?: string };
  AccessRequestCancelled: { by: string };
}

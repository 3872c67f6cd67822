// @ts-nocheck
import type { ClientAccount } from '../client-account/client-account';
import type { Department } from '../department/department';

type Account = Pick<ClientAccount, 'organizationId' | 'providerId' | 'supportBalance' | 'canPurchaseRequests' | 'status'>;

/** Whether a client may write to the department: it is in the support centre of the client's provider, and payable where it is paid. */
export function isAvailable({ status, organizationId, supportCenter }: Department, account: Account): boolean {
  if (status !== 'active' || account.status !== 'active' || organizationId !== account.organizationId || !supportCenter) return false;
  if (!supportCenter.providerIds.includes(account.providerId)) return false;
  return !supportCenter.chargeRequests || account.supportBalance > 0 || account.canPurchaseRequests;
}

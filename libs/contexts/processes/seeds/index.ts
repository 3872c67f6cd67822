import contractApproval from './contract-approval.json';
import paymentCollection from './payment-collection.json';
import serviceDeal from './service-deal.json';

/** Templates that every organization is given. */
export const seededDefinitions: readonly object[] = [contractApproval, paymentCollection, serviceDeal];

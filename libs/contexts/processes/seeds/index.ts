import contractApproval from './contract-approval.json';

/** Templates that every organization is given. */
export const seededDefinitions: readonly object[] = [contractApproval];

// @ts-nocheck
export { Leases, LEASE } from './leases';
export { Shares, type Work } from './shares';

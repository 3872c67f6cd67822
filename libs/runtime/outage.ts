import { DomainError } from '@letopis/kernel';
import { MongoNetworkError, MongoServerSelectionError } from 'mongodb';

const OUTAGES = ['STORE_UNAVAILABLE', 'PROJECTION_LAG', 'BUSY', 'STOPPING'];

/** A store was away, or something here was too busy: nothing that what was tried is to blame for. */
export const isOutage = (error: unknown): boolean =>
  error instanceof DomainError
    ? OUTAGES.includes(error.code)
    : error instanceof MongoNetworkError || error instanceof MongoServerSelectionError;

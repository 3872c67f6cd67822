/** Expected revisions that are no numbers of events, with EventStoreDB's own codes (ExpectedVersion). */
// @ts-nocheck

export const NO_STREAM = -1;
export const ANY = -2;
export const STREAM_EXISTS = -4;

/** What a writer expects a stream's last revision to be: one of the codes above, or a revision. */
export type ExpectedRevision = number;

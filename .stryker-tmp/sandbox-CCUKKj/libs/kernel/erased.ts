/** What is read in the place of personal data whose key was destroyed. */
// @ts-nocheck

export const ERASED = 'Данные удалены';

/** The name of a person whose data are sealed under one key. */
export const subjectOf = (userId: string): string => `user:${userId}`;

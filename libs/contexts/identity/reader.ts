import type { SagaReads } from '@letopis/kernel';
import { userProfile } from './user-profile/user-profile';
import { user } from './user/user';
import type { UserStatus } from './user/user.state';

/** Who reads a letter: where it goes, in which language, and in which zone its times are told. */
export interface Reader {
  readonly status: UserStatus;
  readonly email: string;
  readonly locale: 'ru' | 'en';
  readonly timeZone?: string;
}

export async function readerOf({ state }: Pick<SagaReads, 'state'>, userId: string): Promise<Reader> {
  const [{ status, email, locale }, profile] = await Promise.all([state(user, userId), state(userProfile, userId)]);
  return { status, email, locale: profile.locale ?? locale, timeZone: profile.timeZone };
}

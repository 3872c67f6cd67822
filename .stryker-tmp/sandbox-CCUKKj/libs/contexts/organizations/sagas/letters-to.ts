// @ts-nocheck
import { call, type Letter, type PortEffect, type SagaReads } from '@letopis/kernel';
import { PLATFORM_ADMINS, roster, user } from '@letopis/contexts/identity';

/**
 * A letter of the template to each of the users whose account can still be written to. `about` tells apart letters of one
 * template to one person, where an event calls for several.
 */
export async function lettersTo(
  { state }: Pick<SagaReads, 'state'>,
  userIds: readonly (string | undefined)[],
  template: string,
  data: Readonly<Record<string, unknown>>,
  about?: string,
): Promise<PortEffect[]> {
  const letters: PortEffect[] = [];
  for (const userId of new Set(userIds)) {
    if (userId === undefined) continue;
    const { email, locale, status } = await state(user, userId);
    if (status === 'none' || status === 'erased') continue;
    const letter: Letter = { template, to: email, locale, data };
    letters.push(call('mail', 'deliver', letter, [template, userId, ...(about ? [about] : [])].join(':')));
  }
  return letters;
}

/** The administrators of the service. */
export const platformAdmins = async ({ state }: Pick<SagaReads, 'state'>): Promise<readonly string[]> =>
  (await state(roster, PLATFORM_ADMINS)).members;

// @ts-nocheck
import { GrantPlatformRole, IssueBootstrapLink, PLATFORM_ADMINS, RegisterStaffUser, roster } from '@letopis/contexts/identity';
import { derivedId, emailKey, newId, system } from '@letopis/kernel';
import type { Vault } from '@letopis/ports';
import type { Accepted, Runtime } from '@letopis/runtime';

/**
 * Sees to it that the service has an administrator: registers the configured address and makes it one while there is
 * none. Until that person has signed in, every start gives a new one-time link by which to set a password.
 */
export async function bootstrapAdministrator(runtime: Runtime, vault: Vault): Promise<string | undefined> {
  const { adminEmail, publicUrl } = runtime.settings;
  const { members } = (await runtime.states.fresh(roster, PLATFORM_ADMINS)).state;
  const holder = await runtime.claims.owner({ scope: 'userEmail', value: emailKey(adminEmail) });
  const userId = holder ?? derivedId('platformAdministrator', emailKey(adminEmail));
  if (members.length > 0 && !members.includes(userId)) return undefined;

  const start = newId();
  const send = (command: object): Promise<Accepted> =>
    runtime.dispatcher.execute(command, { commandId: newId(), actor: system('start-up'), correlationId: start });
  if (!holder) await send(Object.assign(new RegisterStaffUser(), { userId, email: adminEmail, origin: 'staff' }));
  if (members.length === 0) await send(Object.assign(new GrantPlatformRole(), { userId, role: 'PLATFORM_ADMIN' }));

  const { data } = await send(Object.assign(new IssueBootstrapLink(), { userId }));
  const { secretRef } = (data ?? {}) as { secretRef?: string };
  const token = secretRef && (await vault.get(secretRef, runtime.clock.now()));
  if (!token) return undefined;
  await vault.destroy([secretRef]);
  return `${publicUrl}/links/password?user=${userId}#${token}`;
}

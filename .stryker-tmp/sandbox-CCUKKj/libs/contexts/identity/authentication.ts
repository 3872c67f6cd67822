// @ts-nocheck
import type { Actor, Authentication, Settings } from '@letopis/kernel';
import { serviceAccount, type ServiceAccount } from './service-account/service-account';
import { endOf, session, type Session } from './session/session';
import { user } from './user/user';
import type { User } from './user/user.state';

/** Who somebody is: people by an open session of an active user, services by an account that was not revoked. */
export const authentication: Authentication = {
  person: {
    session,
    user,
    actor: ({
      sessionId,
      session: open,
      user: account,
      now,
      settings,
      activity,
    }: {
      sessionId: string;
      session: Session;
      user: User;
      now: string;
      settings: Settings;
      activity?: { readonly lastSeenAt?: string };
    }): Actor | string => {
      if (open.status !== 'open' || now >= open.expiresAt) return 'SESSION_CLOSED';
      if (activity && now >= endOf(open, activity.lastSeenAt)) return 'SESSION_CLOSED';
      if (account.status !== 'active') return 'SESSION_CLOSED';
      return {
        kind: 'user',
        userId: open.userId,
        sessionId,
        organizationId: open.organizationId,
        platformRoles: account.platformRoles,
        restriction: restrictionOf(account, settings),
      };
    },
  },
  service: {
    account: serviceAccount,
    actor: ({ serviceId, account }: { serviceId: string; account: ServiceAccount }): Actor | string =>
      account.status === 'active'
        ? { kind: 'service', serviceId, commands: account.commands, registries: account.registries }
        : 'NOT_AUTHENTICATED',
    credentials: (account: ServiceAccount) => {
      const inForce = account.status === 'active' ? account.credentials : [];
      return {
        secretHashes: inForce.flatMap((credential) => (credential.kind === 'secret' ? [credential.hash] : [])),
        secretRef: inForce.flatMap((credential) => (credential.kind === 'secret' ? [credential.secretRef] : [])).at(-1),
        publicKeys: inForce.flatMap((credential) => (credential.kind === 'key' ? [credential.publicKey] : [])),
      };
    },
  },
};

/** What a person must do before anything else. */
const restrictionOf = ({ mustChangePassword, consent }: User, { consentPolicyVersion }: Settings) => {
  if (mustChangePassword) return 'PASSWORD_CHANGE_REQUIRED';
  return consent?.policyVersion === consentPolicyVersion ? undefined : 'CONSENT_REQUIRED';
};

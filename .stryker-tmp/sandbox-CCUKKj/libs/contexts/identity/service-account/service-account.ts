// @ts-nocheck
import { MayBeAbsent, aggregate, Codes, Id, known, platform, secrets, Text, actorId } from '@letopis/kernel';
import { IsObject } from 'class-validator';
import { refusal } from '../errors';

/** What a service may do, and how it proves that it is itself. */
class Permissions {
  @Codes(200) commands: string[];
  @Codes(200) registries: string[];
}

export class CreateServiceAccount extends Permissions {
  @Id({ optional: true }) serviceAccountId?: string;
  @Text(1, 100) name: string;
  /** A public JWK; without one the account gets a secret. */
  @MayBeAbsent() @IsObject() publicKey?: Record<string, unknown>;
}

export class ChangeServiceAccountPermissions extends Permissions {
  @Id() serviceAccountId: string;
}

export class RotateServiceCredential {
  @Id() serviceAccountId: string;
  @MayBeAbsent() @IsObject() publicKey?: Record<string, unknown>;
}

export class RetireOldServiceCredentials {
  @Id() serviceAccountId: string;
}

export class RevokeServiceAccount {
  @Id() serviceAccountId: string;
  @Text(1, 500) reason: string;
}

/** A hashed secret or a public key. */
export type Credential =
  | { readonly kind: 'secret'; readonly hash: string; readonly secretRef: string }
  | { readonly kind: 'key'; readonly publicKey: Readonly<Record<string, unknown>> };

export interface ServiceAccountEvents {
  ServiceAccountCreated: { name: string; commands: readonly string[]; registries: readonly string[]; createdBy: string };
  ServiceAccountPermissionsChanged: { commands: readonly string[]; registries: readonly string[] };
  ServiceCredentialAdded: { credential: Credential };
  OldServiceCredentialsRetired: Record<never, never>;
  ServiceAccountRevoked: { reason: string };
}

export type ServiceAccount =
  | { readonly status: 'none' }
  | {
      readonly status: 'active' | 'revoked';
      readonly name: string;
      readonly commands: readonly string[];
      readonly registries: readonly string[];
      readonly credentials: readonly Credential[];
    };

/** How long the secret of a new account waits to be fetched by the administrator who made it. */
const SECRET_WAITS_HOURS = 24;
/** The present credential and the one before it are in force, so that a rotation needs no pause. */
const IN_FORCE = 2;

const { command, define, event } = aggregate<ServiceAccount, ServiceAccountEvents>();

const fresh = ({ command: { publicKey } }: { command: { publicKey?: object } }) => ({
  secret: publicKey ? known(undefined) : secrets('issue', { name: 'service', hours: SECRET_WAITS_HOURS }),
});

/** The secret itself is never in an answer: its reference is, and the edge reveals it once to who asked for it. */
const whereTheSecretIs = (events: readonly { type: string; data: unknown }[]) => {
  for (const { type, data } of events) {
    if (type !== 'ServiceCredentialAdded') continue;
    const { credential } = data as ServiceAccountEvents['ServiceCredentialAdded'];
    if (credential.kind === 'secret') return { secretRef: credential.secretRef };
  }
  return {};
};

export const serviceAccount = define({
  category: 'serviceAccount',
  initialState: { status: 'none' },

  commands: {
    CreateServiceAccount: command(CreateServiceAccount, {
      by: platform,
      needs: fresh,
      answer: whereTheSecretIs,
      summary: 'An account of an internal service',
    }),
    ChangeServiceAccountPermissions: command(ChangeServiceAccountPermissions, {
      by: platform,
      summary: 'Commands and registries that a service may use',
    }),
    RotateServiceCredential: command(RotateServiceCredential, {
      by: platform,
      needs: fresh,
      answer: whereTheSecretIs,
      summary: 'A new secret or key; the one before stays in force',
    }),
    RetireOldServiceCredentials: command(RetireOldServiceCredentials, {
      by: platform,
      summary: 'Only the newest secret or key stays in force',
    }),
    RevokeServiceAccount: command(RevokeServiceAccount, { by: platform, summary: 'Ends the account of a service' }),
  },

  decide: {
    CreateServiceAccount: ({ name, commands, registries, publicKey }, state, { secret, actor }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      return [
        event('ServiceAccountCreated', { name, commands, registries, createdBy: actorId(actor) }),
        event('ServiceCredentialAdded', { credential: credentialOf(publicKey, secret) }),
      ];
    },
    ChangeServiceAccountPermissions: ({ commands, registries }, state) => {
      const account = inForce(state);
      const same = JSON.stringify([commands, registries]) === JSON.stringify([account.commands, account.registries]);
      return same ? [] : [event('ServiceAccountPermissionsChanged', { commands, registries })];
    },
    RotateServiceCredential: ({ publicKey }, state, { secret }) => {
      inForce(state);
      return [event('ServiceCredentialAdded', { credential: credentialOf(publicKey, secret) })];
    },
    RetireOldServiceCredentials: (_, state) => (inForce(state).credentials.length > 1 ? [event('OldServiceCredentialsRetired', {})] : []),
    RevokeServiceAccount: ({ reason }, state) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      return state.status === 'revoked' ? [] : [event('ServiceAccountRevoked', { reason })];
    },
  },

  evolve: {
    ServiceAccountCreated: (_, { name, commands, registries }) => ({ status: 'active', name, commands, registries, credentials: [] }),
    ServiceAccountPermissionsChanged: (state, changes) => ({ ...made(state), ...changes }),
    ServiceCredentialAdded: (state, { credential }) => ({
      ...made(state),
      credentials: [...made(state).credentials, credential].slice(-IN_FORCE),
    }),
    OldServiceCredentialsRetired: (state) => ({ ...made(state), credentials: made(state).credentials.slice(-1) }),
    ServiceAccountRevoked: (state) => ({ ...made(state), status: 'revoked', credentials: [] }),
  },
});

type Made = Exclude<ServiceAccount, { status: 'none' }>;

const made = (state: ServiceAccount): Made => {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  return state;
};

const inForce = (state: ServiceAccount): Made => {
  const account = made(state);
  if (account.status === 'revoked') throw refusal('ACCOUNT_REVOKED');
  return account;
};

const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = { OKP: ['crv', 'x'], EC: ['crv', 'x', 'y'], RSA: ['n', 'e'] };

/** Keeps only the public members of a key, whatever else was sent. */
const credentialOf = (
  publicKey: Record<string, unknown> | undefined,
  secret: { tokenHash: string; secretRef: string } | undefined,
): Credential => {
  if (!publicKey) return { kind: 'secret', hash: secret!.tokenHash, secretRef: secret!.secretRef };
  const members = PUBLIC_MEMBERS[String(publicKey.kty)];
  if (!members || 'd' in publicKey || !members.every((name) => typeof publicKey[name] === 'string')) throw refusal('KEY_INVALID');
  return { kind: 'key', publicKey: Object.fromEntries(['kty', ...members].map((name) => [name, publicKey[name]])) };
};

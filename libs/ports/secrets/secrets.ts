import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { after, derivedId, refusal, sha256, type CredentialsPort, type Keyring, type SecretsPort } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';
import type { Vault } from './vault';

/** Tokens of 256 random bits; events keep their SHA-256, or a keyed hash. */
export function secretsPort(vault: Vault, keyring: Keyring): SecretsPort {
  return {
    issue: async ({ name, hours, keyedFor }, { commandId, now }) => {
      const secretRef = derivedId('secret', commandId, name);
      const token = await vault.putOnce(secretRef, () => randomBytes(32).toString('base64url'), new Date(after(now, { hours })));
      return { tokenHash: keyedFor === undefined ? sha256(token) : keyring.mac(keyedFor, token), secretRef };
    },
    keepPassword: async ({ password, weak }, { commandId, now }) => {
      if (weak) return undefined;
      const secretRef = derivedId('password', commandId);
      await vault.putOnce(secretRef, () => password ?? generated(), new Date(after(now, PASSWORD_WAITS)));
      return { secretRef };
    },
    matches: async ({ token, tokenHash }) => {
      const given = Buffer.from(sha256(token));
      const wanted = Buffer.from(tokenHash ?? sha256(''));
      return tokenHash !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}

interface Credential {
  readonly _id: string;
  readonly hash: string;
}

/** What a saga asks when a person is erased. */
export interface CredentialsForgetting {
  forget(input: { userId: string }): Promise<void>;
}

/** Work of one argon2id hash: memory in KiB and passes. The defaults are OWASP's. */
export interface HashingCost {
  readonly memoryCost: number;
  readonly timeCost: number;
}

/** Hashes that are worked on together: each takes a core for a while, and files and names are looked up by the same threads. */
const HASHES_AT_ONCE = 2;
const HASHES_WAITING = 200;
const OWASP: HashingCost = { memoryCost: 19_456, timeCost: 2 };
/** No 0, O, 1, l, I, 5 or S: they are read wrong. */
const UNAMBIGUOUS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRTUVWXYZ2346789';
const GENERATED_LENGTH = 16;
/** How long the generated password of a letter waits for its delivery. */
const PASSWORD_WAITS = { days: 4 };

/** Password hashes by user and version; plain passwords never leave this file but into the vault. */
export function credentialsPort(db: Db, vault: Vault, cost = OWASP): CredentialsPort & CredentialsForgetting {
  const credentials: Collection<Credential> = db.collection<Credential>('_credentials');
  const options = { algorithm: 2 as Algorithm.Argon2id, ...cost };
  /** What an unknown account is compared with: the same work for the same answer. */
  const nobody = hash(randomBytes(32), options);
  const oneByOne = limited(HASHES_AT_ONCE, HASHES_WAITING);

  const keep = async (userId: string, commandId: string, password: string) => {
    const credentialVersion = derivedId('credential', commandId);
    const _id = `${userId}:${credentialVersion}`;
    if (!(await credentials.findOne({ _id }))) {
      await credentials.updateOne({ _id }, { $setOnInsert: { hash: await oneByOne(() => hash(password, options)) } }, { upsert: true });
    }
    return { credentialVersion };
  };

  return {
    generate: async ({ userId }, { commandId, now }) => {
      const secretRef = derivedId('password', commandId);
      const password = await vault.putOnce(secretRef, generated, new Date(after(now, PASSWORD_WAITS)));
      return { ...(await keep(userId, commandId, password)), secretRef };
    },
    set: ({ userId, password }, { commandId }) => keep(userId, commandId, password),
    setFromVault: async ({ userId, secretRef }, { commandId, now }) => {
      const password = await vault.get(secretRef, now);
      if (password === undefined) throw new Error('the password is no longer in the vault');
      return keep(userId, commandId, password);
    },
    forget: async ({ userId }) => {
      await credentials.deleteMany({ _id: { $gte: `${userId}:`, $lt: `${userId};` } });
    },
    verify: async ({ userId, credentialVersion, password }) => {
      const kept = credentialVersion && (await credentials.findOne({ _id: `${userId}:${credentialVersion}` }));
      const right = await oneByOne(async () => verify(kept ? kept.hash : await nobody, password));
      return Boolean(kept) && right;
    },
  };
}

/** Runs so many pieces of work at once and lets so many wait. @throws DomainError BUSY for the next one */
function limited(atOnce: number, waiting: number): <Answer>(work: () => Promise<Answer>) => Promise<Answer> {
  let running = 0;
  const line: Array<() => void> = [];
  return async (work) => {
    if (running >= atOnce) {
      if (line.length >= waiting) throw refusal('BUSY');
      await new Promise<void>((resolve) => line.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next) next();
      else running--;
    }
  };
}

/** Letters and digits, at least one of each. */
function generated(): string {
  for (;;) {
    const password = Array.from({ length: GENERATED_LENGTH }, () => UNAMBIGUOUS[randomInt(UNAMBIGUOUS.length)]).join('');
    if (/\d/.test(password) && /[a-zA-Z]/.test(password)) return password;
  }
}

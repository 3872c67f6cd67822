// @ts-nocheck
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { BSON } from 'mongodb';
import { OK } from '../bson/encode';
import type { Document, Value } from '../bson/value';
import { isDocument } from '../bson/value';
import { MongoError } from '../errors';
import type { Command } from '../commands/command';

/** RFC 7677; the server's least number of rounds. */
const ITERATIONS = 15_000;

export interface Credentials {
  user: string;
  password: string;
}

interface Keys {
  salt: Buffer;
  storedKey: Buffer;
  serverKey: Buffer;
}

/** Derived once per server start: the password itself is not needed afterwards. */
export function deriveKeys(password: string): Keys {
  const salt = randomBytes(28);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  return { salt, storedKey: createHash('sha256').update(clientKey).digest(), serverKey: hmac(salted, 'Server Key') };
}

const hmac = (key: Buffer, text: string | Buffer): Buffer => createHmac('sha256', key).update(text).digest();

const derived = new WeakMap<Credentials, Keys>();

function keysOf(credentials: Credentials): Keys {
  let keys = derived.get(credentials);
  if (!keys) derived.set(credentials, (keys = deriveKeys(credentials.password)));
  return keys;
}

interface Conversation {
  id: number;
  user: string;
  db: string;
  nonce: string;
  firstBare: string;
  serverFirst: string;
  verified: boolean;
}

/** What `hello` answers to `saslSupportedMechs: "db.user"`. */
export function mechanismsFor(asked: Value, credentials: Credentials | undefined): string[] | undefined {
  if (typeof asked !== 'string' || !credentials) return undefined;
  // The same for every name, so that nobody learns which user there is.
  return ['SCRAM-SHA-256'];
}

const failed = () => new MongoError(18, 'Authentication failed.');

/** https://github.com/mongodb/specifications/blob/master/source/auth/auth.md#scram-sha-256 */
export const saslStart: Command = ({ body, db, connection, services: { credentials } }) => {
  if (body.mechanism !== 'SCRAM-SHA-256')
    throw new MongoError(334, `Received authentication for mechanism ${String(body.mechanism)} which is unknown or not enabled`);
  if (!credentials) throw failed();
  const first = payloadOf(body.payload);
  const match = /^n,(?:a=[^,]*)?,(n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+))(?:,.*)?$/.exec(first);
  if (!match) throw failed();
  const [, firstBare, encodedUser, clientNonce] = match;
  const user = encodedUser.replaceAll('=2C', ',').replaceAll('=3D', '=');
  const { salt } = keysOf(credentials);
  const nonce = clientNonce + randomBytes(24).toString('base64');
  const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${ITERATIONS}`;
  const conversation: Conversation = { id: 1, user, db, nonce, firstBare, serverFirst, verified: false };
  connection.state.conversation = conversation;
  return { conversationId: 1, done: false, payload: binary(serverFirst), ok: OK };
};

export const saslContinue: Command = ({ body, connection, services: { credentials } }) => {
  const conversation = connection.state.conversation as Conversation | undefined;
  if (!conversation || !credentials) throw new MongoError(17, 'No SASL session state found');
  if (conversation.verified) {
    connection.state.conversation = undefined;
    return { conversationId: 1, done: true, payload: binary(''), ok: OK };
  }
  try {
    const signature = verify(payloadOf(body.payload), conversation, credentials);
    conversation.verified = true;
    connection.state.user = { name: conversation.user, db: conversation.db };
    return { conversationId: 1, done: true, payload: binary(`v=${signature}`), ok: OK };
  } catch (cause) {
    connection.state.conversation = undefined;
    throw cause;
  }
};

function verify(final: string, { user, db, nonce, firstBare, serverFirst }: Conversation, credentials: Credentials): string {
  const match = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([^,]*)$/.exec(final);
  if (!match) throw failed();
  const [, withoutProof, , clientNonce, proofText] = match;
  const { storedKey, serverKey } = keysOf(credentials);
  const message = `${firstBare},${serverFirst},${withoutProof}`;
  const signature = hmac(storedKey, message);
  const proof = Buffer.from(proofText, 'base64');
  if (proof.length !== signature.length) throw failed();
  const clientKey = Buffer.from(proof.map((byte, i) => byte ^ signature[i]));
  const isKey = timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey);
  if (!isKey || clientNonce !== nonce || user !== credentials.user || db !== 'admin') throw failed();
  return hmac(serverKey, message).toString('base64');
}

export const logout: Command = ({ connection }) => {
  connection.state.user = undefined;
  return { ok: OK };
};

function payloadOf(payload: Value): string {
  if (payload instanceof BSON.Binary) return Buffer.from(payload.buffer.subarray(0, payload.position)).toString('utf8');
  if (typeof payload === 'string') return Buffer.from(payload, 'base64').toString('utf8');
  throw failed();
}

const binary = (text: string): BSON.Binary => new BSON.Binary(Buffer.from(text));

/** Commands that need no authentication. */
const OPEN = new Set([
  'hello',
  'ismaster',
  'isMaster',
  'ping',
  'buildInfo',
  'buildinfo',
  'saslStart',
  'saslContinue',
  'logout',
  'whatsmyuri',
  'connectionStatus',
  'endSessions',
  'getnonce',
]);

/** Refuses what an unauthenticated connection may not do (13). */
export function checkAuthenticated(command: string, user: unknown, credentials: Credentials | undefined): void {
  if (credentials && !user && !OPEN.has(command)) throw new MongoError(13, `Command ${command} requires authentication`);
}

/** `speculativeAuthenticate` of a hello: a saslStart inside it; its failure is only that it is not answered. */
export function speculative(hello: Document, start: (body: Document, db: string) => Document): Document | undefined {
  const { speculativeAuthenticate } = hello;
  if (!isDocument(speculativeAuthenticate) || speculativeAuthenticate.saslStart === undefined) return undefined;
  try {
    return start(speculativeAuthenticate, typeof speculativeAuthenticate.db === 'string' ? speculativeAuthenticate.db : 'admin');
  } catch {
    return undefined;
  }
}

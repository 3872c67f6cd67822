import type { DeliveryOutcome } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';
import { Circuit, CircuitOpen, type CircuitOptions } from '../circuit';
import { at, filled, placeOf } from './template';

/**
 * A gateway for short messages over HTTP, described as data. `{{to}}` is the phone (E.164), `{{text}}` the message, `{{id}}` an
 * idempotency key (the same for a repeat), and what `secrets` names besides; each is written as its place asks.
 */
export interface SmsGateway {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly success?: {
    /** HTTP statuses; by default all of 2xx. */
    readonly statuses?: readonly number[];
    /** Path in a JSON answer, and the values there that mean success. */
    readonly field?: string;
    readonly values?: readonly string[];
  };
  /** Path in a JSON answer where the provider's own number of the message is. */
  readonly idField?: string;
  /** Statuses that mean «never»: the number or the text. By default 400, 404, 410, 413 and 422. */
  readonly refusals?: readonly number[];
  /** Milliseconds for the whole answer. */
  readonly timeout?: number;
}

/** Ready descriptions of known providers; what is in capitals comes as a secret. */
export const SMS_PROVIDERS: Readonly<Record<string, SmsGateway>> = {
  // https://sms.ru/api/send: status and status_code by number, 100 is taken.
  'sms.ru': {
    method: 'POST',
    url: 'https://sms.ru/sms/send',
    contentType: 'application/x-www-form-urlencoded',
    body: 'api_id={{KEY}}&to={{to}}&msg={{text}}&json=1',
    success: { field: 'status', values: ['OK'] },
  },
};

export interface SmsChannel {
  /** Whether there is a gateway at all. */
  readonly on: boolean;
  send(message: { readonly id: string; readonly to: string; readonly text: string }): Promise<DeliveryOutcome>;
}

/** No gateway is configured. */
export const noSms: SmsChannel = {
  on: false,
  send: () => Promise.resolve({ outcome: 'failed', error: 'CHANNEL_OFF', permanent: true }),
};

const TIMEOUT = 10_000;
const REFUSALS = [400, 404, 410, 413, 422];
/** Longer answers are not read. */
const LONGEST_ANSWER = 100_000;

interface Sent {
  readonly _id: string;
  /** It is with the gateway, or was: how that ended is not known while this is so. */
  readonly going?: boolean;
  /** Times that it may have been sent twice. */
  readonly repeats?: number;
  readonly at?: Date;
  readonly providerId?: string;
  readonly refused?: string;
}

/**
 * Short messages by an HTTP gateway. What was taken is recorded under the message's id, so that a repeat of a finished attempt
 * sends nothing; one that died on the way is sent again with the same `{{id}}`: once, where the gateway heeds it.
 */
export function smsGateway(
  gateway: SmsGateway,
  db: Db,
  { circuit = {}, onRepeat }: { circuit?: CircuitOptions; onRepeat?: () => void } = {},
): SmsChannel {
  const sent: Collection<Sent> = db.collection<Sent>('_sms_sent');
  const breaker = new Circuit(circuit);
  return {
    on: true,
    send: async ({ id, to, text }) => {
      const before = await sent.findOneAndUpdate(
        { _id: id },
        { $setOnInsert: { going: false } },
        { upsert: true, returnDocument: 'before' },
      );
      if (before?.at) {
        if (before.refused !== undefined) return { outcome: 'failed', error: before.refused, permanent: true };
        return { outcome: 'sent', providerId: before.providerId };
      }
      try {
        return await breaker.pass(async () => {
          await sent.updateOne({ _id: id }, { $set: { going: true }, ...(before?.going && { $inc: { repeats: 1 } }) });
          if (before?.going) onRepeat?.();
          const told = await asked(gateway, { id, to, text });
          await sent.updateOne(
            { _id: id },
            { $set: { going: false, ...(told.refused || !told.failure ? { at: new Date() } : {}), ...kept(told) } },
          );
          if (told.failure && !told.refused) throw new Error(told.failure);
          return told.failure
            ? { outcome: 'failed', error: told.failure, permanent: true }
            : { outcome: 'sent', ...(told.providerId === undefined ? {} : { providerId: told.providerId }) };
        });
      } catch (error) {
        return { outcome: 'failed', error: reasonOf(error), permanent: false };
      }
    },
  };
}

const kept = ({ providerId, refused, failure }: Told) => ({
  ...(providerId === undefined ? {} : { providerId }),
  ...(refused ? { refused: failure } : {}),
});

/** What the gateway said: nothing wrong, a failure that may pass, or a refusal that will not. */
interface Told {
  readonly providerId?: string;
  readonly failure?: string;
  readonly refused?: boolean;
}

/** @throws Error when it is not known whether the gateway took it */
async function asked(gateway: SmsGateway, message: { id: string; to: string; text: string }): Promise<Told> {
  const { method, url, headers = {}, body, contentType = 'application/json', success = {}, idField, secrets } = gateway;
  const values = { ...secrets, ...message };
  const answer = await fetch(filled(url, 'url', values), {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': contentType }),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value, 'header', values)])),
    },
    ...(body === undefined ? {} : { body: filled(body, placeOf(contentType), values) }),
    // Keys and phones go to nobody but whom they were meant for.
    redirect: 'error',
    signal: AbortSignal.timeout(gateway.timeout ?? TIMEOUT),
  });
  const text = await textOf(answer);
  const isTaken = success.statuses ? success.statuses.includes(answer.status) : answer.ok;
  if (!isTaken) return { failure: `HTTP_${answer.status}`, refused: (gateway.refusals ?? REFUSALS).includes(answer.status) };
  const needed = success.field !== undefined || idField !== undefined;
  const told: unknown = needed ? parsed(text) : undefined;
  if (success.field !== undefined && !(success.values ?? ['true']).includes(String(at(told, success.field)))) {
    return { failure: 'GATEWAY_REFUSED', refused: true };
  }
  const providerId = idField === undefined ? undefined : at(told, idField);
  return typeof providerId === 'string' || typeof providerId === 'number' ? { providerId: String(providerId).slice(0, 200) } : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // rubbish has none of the fields
  }
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += (chunk as Uint8Array).length;
    if (length > LONGEST_ANSWER) break;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A word for logs and read models: no address, no phone. */
function reasonOf(error: unknown): string {
  if (error instanceof CircuitOpen) return 'CIRCUIT_OPEN';
  const { name, message, cause } = error as Error & { cause?: { code?: string } };
  if (name === 'TimeoutError') return 'TIMEOUT';
  return /^HTTP_\d+$/.test(message) ? message : (cause?.code ?? 'UNREACHABLE');
}

import { isKpp, isOgrn, isOgrnip, type CompanyDetails, type CompanyDirectoryPort } from '@letopis/kernel';

export interface HttpDirectoryOptions {
  /** Where `findById/party` is answered in the format of DaData's suggestions. */
  readonly url: string;
  /** The key of the account, sent as `Authorization: Token <key>`. */
  readonly key: string;
  /** How long an answer is waited for, in milliseconds. */
  readonly timeout?: number;
  /** Told why there was no answer: for logs, without the key. */
  readonly onFailure?: (reason: string) => void;
}

const TIMEOUT = 5_000;
/** Longer answers are not ours. */
const LONGEST_ANSWER = 1_000_000;

/**
 * A directory of companies over HTTP, by key, in the format of DaData (`rs/findById/party`). Whatever goes wrong there (a
 * time-out, an error, rubbish) is «not to be had at the moment»: nothing waits for a directory, and it is asked again later.
 */
export function httpDirectory({ url, key, timeout = TIMEOUT, onFailure = () => {} }: HttpDirectoryOptions): CompanyDirectoryPort {
  return {
    lookup: async ({ inn, kpp }) => {
      try {
        // A branch is known by its KPP; without one the head office is meant.
        const question = kpp === undefined ? { query: inn, branch_type: 'MAIN' } : { query: inn, kpp };
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Token ${key}` },
          body: JSON.stringify(question),
          // The key goes to nobody but whom it was meant for.
          redirect: 'error',
          signal: AbortSignal.timeout(timeout),
        });
        if (!answer.ok) {
          await answer.body?.cancel();
          throw new Error(`HTTP ${answer.status}`);
        }
        return found(JSON.parse(await textOf(answer)), inn, kpp);
      } catch (error) {
        onFailure(reasonOf(error));
        return undefined;
      }
    },
  };
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += (chunk as Uint8Array).length;
    if (length > LONGEST_ANSWER) throw new Error('the answer is too long');
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const reasonOf = (error: unknown) => {
  const { name, message, cause } = error as Error & { cause?: { code?: string } };
  return name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? message);
};

const field = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) =>
      at !== null && typeof at === 'object' && Object.hasOwn(at, name) ? (at as Readonly<Record<string, unknown>>)[name] : undefined,
    value,
  );

const text = (value: unknown, longest: number): string | undefined => {
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' ? undefined : trimmed.slice(0, longest);
};

const valid = (value: string | undefined, ...are: readonly ((value: string) => boolean)[]) =>
  value !== undefined && are.some((is) => is(value)) ? value : undefined;

/** The company of that INN (and KPP) among the suggestions. @throws Error for an answer of another shape */
function found(answer: unknown, inn: string, kpp: string | undefined): CompanyDetails | undefined {
  const suggestions = field(answer, 'suggestions');
  if (!Array.isArray(suggestions)) throw new Error('the answer holds no suggestions');
  const parties = suggestions.map((suggestion) => field(suggestion, 'data'));
  const party = parties.find((each) => field(each, 'inn') === inn && (kpp === undefined || field(each, 'kpp') === kpp));
  if (party === undefined) return undefined;
  return {
    fullName: text(field(party, 'name', 'full_with_opf'), 500),
    shortName: text(field(party, 'name', 'short_with_opf'), 500),
    kpp: valid(text(field(party, 'kpp'), 20), isKpp),
    ogrn: valid(text(field(party, 'ogrn'), 20), isOgrn, isOgrnip),
    legalAddress: text(field(party, 'address', 'unrestricted_value') ?? field(party, 'address', 'value'), 1_000),
  };
}

// @ts-nocheck
import { actorId, aggregate, projection, type Actor, type DomainError } from '@letopis/kernel';
import type { Logger } from '../logger';
import { overseersSee } from './access';
import type { Entry, Logbook } from './logbook';

/** What somebody asked for and did not get. Neither the body nor the parameters of the refusal: they may be personal. */
export interface Refused {
  readonly kind: 'command' | 'registry' | 'audit' | 'operations' | 'other';
  /** Name of the command, code of the registry, or pattern of the address. */
  readonly name: string;
  /** Id of the record, where the call names one. */
  readonly target?: string;
  readonly organizationId?: string;
  readonly correlationId: string;
}

export interface RefusalEvents {
  Refused: Omit<Refused, 'correlationId' | 'organizationId'> & {
    readonly code: string;
    readonly status: number;
    readonly actorKind: Actor['kind'];
    readonly actorId: string;
    readonly refusedAt: string;
    readonly keptUntil: string;
  };
}

/** Nobody commands it: the streams `refusals-<day>` are written by the edge. */
export const refusals = aggregate<null, RefusalEvents>().define({
  category: 'refusals',
  initialState: null,
  commands: {},
  decide: {},
  evolve: { Refused: () => null },
});

/** Refusals that tell of the form of a call or of the state of the machinery, not of what somebody wanted. */
const OF_FORM = ['VALIDATION_FAILED', 'MALFORMED_JSON', 'BAD_HEADER', 'BAD_QUERY', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];
const OF_PLACE = ['UNKNOWN_COMMAND', 'UNKNOWN_REGISTRY', 'UNKNOWN_ADDRESS', 'RATE_LIMITED'];

/** Whether an auditor may want to know of it later: a known caller wanted something and was not given it. */
export const isTold = (actor: Actor, { code, entry }: DomainError): boolean =>
  (actor.kind === 'user' || actor.kind === 'service') &&
  entry.status >= 400 &&
  entry.status < 500 &&
  entry.status !== 401 &&
  ![...OF_FORM, ...OF_PLACE].includes(code);

/** Refusals that wait to be written. */
const MOST_WAITING = 1_000;
/** Refusals of one append. */
const TOGETHER = 64;
/** How long a refusal waits for others, in milliseconds. */
const GATHER = 100;
/** Pause after an append that failed, in milliseconds, and how often the same refusals are tried. */
const PAUSE = 1_000;
const TRIES = 3;

/**
 * Writes refusals of known callers behind their answers. It never holds a caller up and never fails one: what does not fit
 * into the queue, or cannot be written after three tries, is counted and gone.
 */
export class RefusalLog {
  readonly #waiting: Entry[] = [];
  #writing: Promise<void> | undefined;
  #stopped = false;
  #counted: (code: string, fate: 'recorded' | 'counted' | 'dropped') => void = () => {};

  constructor(
    private readonly logbook: Logbook,
    private readonly logger: Logger,
    private readonly now: () => string,
  ) {}

  /** Told of every refusal and of what becomes of it. */
  onCounted(listener: (code: string, fate: 'recorded' | 'counted' | 'dropped') => void): void {
    this.#counted = listener;
  }

  /** Takes note of a refusal; comes back at once. */
  take(actor: Actor, refusal: DomainError, { kind, name, target, organizationId, correlationId }: Refused): void {
    if (!isTold(actor, refusal)) return this.#counted(refusal.code, 'counted');
    if (this.#stopped || this.#waiting.length >= MOST_WAITING) return this.#counted(refusal.code, 'dropped');
    const { code, entry } = refusal;
    const about = { kind, name, target, code, status: entry.status };
    const data = { ...about, actorKind: actor.kind, actorId: actorId(actor), refusedAt: this.now() };
    this.#waiting.push({ type: 'Refused', data, actor, correlationId, organizationId });
    this.#writing ??= this.write();
  }

  /** Waits until everything that was taken is written or dropped. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.flush();
  }

  private async write(): Promise<void> {
    if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, GATHER));
    while (this.#waiting.length > 0) {
      const entries = this.#waiting.splice(0, TOGETHER);
      const fate = (await this.written(entries)) ? 'recorded' : 'dropped';
      for (const { data } of entries) this.#counted((data as { code: string }).code, fate);
    }
    this.#writing = undefined;
  }

  private async written(entries: readonly Entry[]): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.logbook.write('refusals', undefined, entries);
        return true;
      } catch (error) {
        if (attempt < TRIES && !this.#stopped) {
          await new Promise((resolve) => setTimeout(resolve, PAUSE));
          continue;
        }
        this.logger.warn({ error: String(error), refusals: entries.length }, 'refusals could not be recorded');
        return false;
      }
    }
  }
}

export interface RefusalRow {
  readonly at: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly kind: string;
  readonly name: string;
  readonly target?: string;
  readonly organizationId?: string;
  readonly code: string;
  readonly status: number;
  readonly correlationId: string;
  readonly keptUntil: string;
}

/** What known callers wanted and were not given. */
export const refusalsRegistry = projection<RefusalRow, RefusalEvents>()({
  code: 'refusals',
  version: 1,
  title: { ru: 'Отказы', en: 'Refusals' },
  key: ({ id }) => id,
  on: {
    Refused: (_, { data: { actorKind, actorId: who, kind, name, target, code, status, refusedAt, keptUntil }, metadata }) => ({
      at: refusedAt,
      actorKind,
      actorId: who,
      kind,
      name,
      target,
      organizationId: metadata.organizationId,
      code,
      status,
      correlationId: metadata.correlationId,
      keptUntil,
    }),
  },
  list: {
    filters: {
      actorId: 'string',
      kind: 'string',
      name: 'string',
      target: 'string',
      organizationId: 'string',
      code: 'string',
      correlationId: 'string',
      at: 'time',
    },
    sorts: ['at', 'actorId', 'name', 'code'],
    search: [],
    defaultSort: '-at',
  },
  policy: overseersSee,
  columns: {
    at: { ru: 'Когда', en: 'At' },
    actorKind: { ru: 'Вид субъекта', en: 'Kind of actor' },
    actorId: { ru: 'Кто', en: 'Actor' },
    kind: { ru: 'Вид обращения', en: 'Kind of call' },
    name: { ru: 'К чему', en: 'Name' },
    target: { ru: 'Запись', en: 'Record' },
    organizationId: { ru: 'Организация', en: 'Organization' },
    code: { ru: 'Код отказа', en: 'Code' },
    status: { ru: 'Статус', en: 'Status' },
    correlationId: { ru: 'Номер обращения', en: 'Correlation id' },
  },
  expires: 'keptUntil',
  readsRecorded: true,
});

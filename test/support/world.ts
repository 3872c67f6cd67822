import { startEventStore, startMongo, type LocalServerKind, type LocalServerOptions } from '@letopis/local';
import { defaultSettings, ERASED, newId } from '@letopis/kernel';
import { MovableClock, silent } from '@letopis/runtime';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../../apps/server/configuration';
import { startProduct, type Product } from '../../apps/server/product';
import { holdAgainstGolden } from '../../libs/kernel/testing/golden';
import { Outbox, type ReceivedLetter } from './letters';
import { differencesAfterRebuild } from './rebuilt';
import { swiftFolder } from './folders';

export const CAPTCHA = 'k7p2';
const POLICY = defaultSettings.consentPolicyVersion;

const servers = { eventstore: startEventStore, mongodb: startMongo };

export interface Answer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- bodies are asserted on field by field
  readonly body: any;
  readonly headers: Headers;
}

export interface WorldOptions {
  readonly companies?: string;
  readonly companiesApi?: { readonly url: string; readonly key: string };
  readonly autoAccept?: boolean;
  readonly strangersPerMinute?: number;
  /** A mail server instead of the outbox. */
  readonly smtpUrl?: string;
  /** A gateway for short messages; without it there is no such channel. */
  readonly sms?: Configuration['sms'];
  readonly xmpp?: Configuration['xmpp'];
  /** A provider's captcha instead of our own. */
  readonly captcha?: Configuration['captcha'];
  /** A folder to go on with; else a new one that goes away with the world. */
  readonly folder?: string;
}

/** The whole product in this process, over local servers, with a clock that moves: what story tests speak HTTP to. */
export class World {
  readonly clock = new MovableClock();
  #stories = new Set<string>();
  readonly #outbox: Outbox;
  /** Everything asked is at least as new as this. */
  position = -1;

  private constructor(
    readonly product: Product,
    readonly folder: string,
    private readonly owned: boolean,
  ) {
    this.#outbox = new Outbox(join(folder, 'outbox'));
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const folder = options.folder ?? swiftFolder();
    const clock = new MovableClock();
    const product = await startProduct(
      {
        port: 0,
        host: '127.0.0.1',
        dataFolder: folder,
        strangersPerMinute: options.strangersPerMinute ?? 60_000,
        mailFrom: 'Летопись <letopis@test>',
        companiesFile: options.companies,
        companiesApi: options.companiesApi,
        smtpUrl: options.smtpUrl,
        captcha: options.captcha,
        sms: options.sms,
        xmpp: options.xmpp,
        settings: { ...defaultSettings, publicUrl: 'http://letopis.test', autoAcceptClientRegistration: options.autoAccept ?? false },
      },
      {
        clock,
        logger: process.env.LOG_LEVEL ? undefined : silent,
        captchaText: () => CAPTCHA,
        hashing: { memoryCost: 1_024, timeCost: 1 },
        // In this thread: jest cannot load a TypeScript file into a new one.
        startLocal: (kind: LocalServerKind, own: LocalServerOptions) => servers[kind](own),
      },
    );
    const world = new World(product, folder, options.folder === undefined);
    Object.assign(world, { clock });
    await world.#outbox.look();
    return world;
  }

  async stop(): Promise<void> {
    try {
      await this.holdLogAgainstGolden();
    } finally {
      await this.product.stop();
    }
    if (this.owned) rmSync(this.folder, { recursive: true, force: true });
  }

  /** What this program has stored must be what every later one can read. */
  private async holdLogAgainstGolden(): Promise<void> {
    const { store, composition } = this.product.runtime;
    for await (const resolved of store.everything()) {
      const event = await store.open(resolved);
      const definition = event && composition.aggregates.get(event.category);
      if (!event || !definition?.eventTypes.includes(event.type)) continue;
      if (!Object.values(event.data as object).includes(ERASED)) holdAgainstGolden(definition, [event]);
    }
  }

  /** Somebody who is not signed in. */
  get stranger(): Caller {
    return new Caller(this);
  }

  /** Waits until everything that was started has been carried through. */
  async settle(): Promise<void> {
    const { refusals, sagas, store } = this.product.runtime;
    await refusals.flush();
    // The story of a command that nobody may tell the outcome of cannot be asked for.
    await sagas.mark.reached(await store.head(), 60_000);
    for (const id of this.#stories) {
      const asked = () => this.stranger.get(`/v1/audit/stories/${id}?settled=true`);
      let { status, body } = await asked();
      // A long story on a busy machine: the product says to ask again, and so does anybody who waits for it.
      for (let again = 0; status === 503 && again < 12; again++) ({ status, body } = await asked());
      if (status !== 200) throw new Error(`the story did not settle: ${JSON.stringify(body)}`);
      this.position = Math.max(this.position, body.token);
    }
    this.#stories.clear();
    await this.#outbox.look();
  }

  follows(correlationId: string, position: number): void {
    this.#stories.add(correlationId);
    this.position = Math.max(this.position, position);
  }

  /** Moves the clock, fires what came due, and waits until that has been carried through. */
  async pass(time: { days?: number; hours?: number; minutes?: number }): Promise<void> {
    const { days = 0, hours = 0, minutes = 0 } = time;
    this.clock.move(((days * 24 + hours) * 60 + minutes) * 60_000);
    const { runtime } = this.product;
    for (;;) {
      await runtime.projector.mark('timers_due').reached(await runtime.store.head());
      const before = await runtime.store.head();
      await runtime.ticker.look();
      await runtime.sagas.mark.reached(await runtime.store.head());
      if ((await runtime.store.head()) === before) break;
    }
    this.position = Math.max(this.position, await runtime.store.head());
    await this.#outbox.look();
  }

  /** Letters to an address that were there when all was settled last, oldest first. */
  letters(to?: string): ReceivedLetter[] {
    return this.#outbox.letters.filter((letter) => to === undefined || letter.to === to);
  }

  lastLetter(to: string): ReceivedLetter {
    const letter = this.letters(to).at(-1);
    if (!letter) throw new Error(`no letter came to ${to}`);
    return letter;
  }

  async captcha(): Promise<{ captchaId: string; captchaAnswer: string }> {
    const { body } = await this.stranger.post('/v1/captcha', {});
    return { captchaId: body.captchaId, captchaAnswer: CAPTCHA.toUpperCase() };
  }

  async register(email: string): Promise<string> {
    const { aggregateId } = await this.stranger.ok('RegisterUser', {
      email,
      personalDataConsent: true,
      consentPolicyVersion: POLICY,
      ...(await this.captcha()),
    });
    await this.settle();
    return aggregateId;
  }

  /** Registers, opens the link of the letter and signs in with its password. */
  async person(email: string): Promise<Caller> {
    await this.register(email);
    const { user, token, password } = this.lastLetter(email);
    await this.stranger.ok('ActivateUser', { userId: user, token });
    return this.signIn(email, password!);
  }

  async signIn(email: string, password: string): Promise<Caller> {
    const { data } = await this.stranger.ok('SignIn', { email, password });
    return new Caller(this, data.accessToken, data.userId, data.sessionId, data.sessionToken);
  }

  /** The administrator of the service, signed in by the one-time link. */
  async admin(password = 'Летопись-2026'): Promise<Caller> {
    const link = new URL(this.product.adminLink!);
    const userId = link.searchParams.get('user');
    await this.stranger.ok('ResetPassword', { userId, token: link.hash.slice(1), newPassword: password });
    const admin = await this.signIn(defaultSettings.adminEmail, password);
    await admin.ok('GiveConsent', { policyVersion: POLICY });
    return admin;
  }

  /** An organization that is a client, administered by the one who filed the request. */
  async client(admin: Caller, owner: Caller, inn: string, shortName: string): Promise<string> {
    const { aggregateId: organizationId } = await owner.ok('AddLegalEntity', { inn, shortName });
    const requestId = newId();
    await owner.ok('RequestClientRegistration', { organizationId, requestId });
    await admin.ok('AcceptClientRegistration', { organizationId, requestId });
    await this.settle();
    return organizationId;
  }

  /** Names of the events of a record. */
  async events(stream: string): Promise<string[]> {
    return (await this.product.runtime.store.read(stream)).map(({ type }) => type);
  }

  /** Folds every read model from the start of the log into another database and names those that come out otherwise. */
  differencesAfterRebuild(): Promise<string[]> {
    return differencesAfterRebuild(this.product.runtime);
  }
}

/** Somebody who calls the product over HTTP. */
export class Caller {
  constructor(
    readonly world: World,
    readonly token?: string,
    readonly userId: string = '',
    readonly sessionId: string = '',
    readonly sessionToken: string = '',
  ) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${this.world.product.url}${path}`, {
      method,
      headers: {
        'accept-language': 'ru',
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.world.position >= 0 ? { 'x-consistency-token': String(this.world.position) } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, body: isJson ? JSON.parse(text) : text, headers: answer.headers };
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('POST', path, body, headers);
  }

  async send(command: string, payload: object, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.post(`/v1/commands/${command}`, payload, headers);
    if (answer.status === 200)
      this.world.follows(answer.headers.get('x-correlation-id')!, Number(answer.headers.get('x-consistency-token')));
    return answer;
  }

  /** The answer of an accepted command. */
  async ok(command: string, payload: object, headers: Record<string, string> = {}): Promise<Answer['body']> {
    const { status, body } = await this.send(command, payload, headers);
    if (status !== 200) throw new Error(`${command} was refused: ${JSON.stringify(body)}`);
    return body;
  }

  /** Code and status of a refused command. */
  async refused(command: string, payload: object, headers: Record<string, string> = {}): Promise<string> {
    const { status, body } = await this.send(command, payload, headers);
    return status === 200 ? 'accepted' : `${status} ${body.code}`;
  }

  async rows(registry: string, query = ''): Promise<Answer['body'][]> {
    const { status, body } = await this.get(`/v1/registries/${registry}${query}`);
    if (status !== 200) throw new Error(`${registry} was refused: ${JSON.stringify(body)}`);
    return body.items;
  }

  async lookup(registry: string, typed: string): Promise<Answer['body'][]> {
    const { status, body } = await this.get(`/v1/lookups/${registry}?q=${encodeURIComponent(typed)}`);
    if (status !== 200) throw new Error(`${registry} was refused: ${JSON.stringify(body)}`);
    return body.items;
  }
}

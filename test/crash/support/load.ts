import { defaultSettings, derivedId, isInn } from '@letopis/kernel';
import { Refused, type Answers, Person } from './people';
import type { Cluster } from './cluster';

/** The steps that an item of the load takes: what each has set off is compared with the same step of an undisturbed item. */
export interface Item {
  readonly name: string;
  readonly kind: 'newcomer' | 'client';
  /** Name of the step → the correlation id of its story. */
  readonly steps: ReadonlyMap<string, string>;
  /** Addresses and names that belong to this item alone. */
  readonly email?: string;
  readonly organization?: string;
}

const PASSWORD = 'Летопись-2026';
/** Changes of one organization that are sent at once. */
export const BURST = 30;

/** What people do: they register and ask for access, put organizations into the registry, and make them clients. */
export class Load {
  readonly answers: Answers = new Map();
  readonly items: Item[] = [];
  /** A burst has set this many changes off at once, and each was acknowledged. */
  readonly bursts: Array<{ readonly organizationId: string; readonly sent: number }> = [];
  #owner!: Person;
  #admin!: Person;
  #organizationId!: string;
  #inns = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly seed: number,
  ) {}

  get admin(): Person {
    return this.#admin;
  }

  /** The administrator of the service, and an organization whose owner decides about access. */
  async prepare(adminLink: string): Promise<void> {
    const stranger = this.person();
    const link = new URL(adminLink);
    const reset = { userId: link.searchParams.get('user'), token: link.hash.slice(1), newPassword: PASSWORD };
    await stranger.command('ResetPassword', reset, this.key('admin'));
    this.#admin = this.person(defaultSettings.adminEmail, PASSWORD);
    await this.#admin.command('GiveConsent', { policyVersion: defaultSettings.consentPolicyVersion }, this.key('consent'));
    const { userId, token, password } = await stranger.register('owner@letopis.test', this.key('owner'));
    await stranger.command('ActivateUser', { userId, token }, this.key('owner-active'));
    this.#owner = this.person('owner@letopis.test', password);
    this.#organizationId = await this.client('prepared', new Map());
  }

  /** Somebody registers, signs in, asks for access and is let in. */
  async newcomer(name: string): Promise<void> {
    const email = `${name}@letopis.test`;
    const steps = new Map<string, string>();
    const step = this.stepsOf(name, steps);
    const stranger = this.person();
    const { userId, token, password } = await stranger.register(email, step('register'));
    await stranger.command('ActivateUser', { userId, token }, step('activate'));
    const person = this.person(email, password);
    const accessRequestId = derivedId(this.key(name), 'request');
    await person.command('CreateAccessRequest', { accessRequestId, organizationId: this.#organizationId }, step('ask'));
    await this.#owner.command('AcceptAccessRequest', { accessRequestId, memberKind: 'employee' }, step('accept'));
    this.items.push({ name, kind: 'newcomer', steps, email });
  }

  /** An organization is added, changed many times at once, and becomes a client. */
  async organization(name: string): Promise<void> {
    const steps = new Map<string, string>();
    await this.client(name, steps);
    this.items.push({ name, kind: 'client', steps, organization: name });
  }

  private async client(name: string, steps: Map<string, string>): Promise<string> {
    const step = this.stepsOf(name, steps);
    const organizationId = derivedId(this.key(name), 'organization');
    const added = { organizationId, inn: this.inn(), shortName: name };
    await this.#owner.command('AddLegalEntity', added, step('add'));
    const change = (at: number) => ({ organizationId, legalAddress: `Тверь, Советская, ${at}` });
    const keys = Array.from({ length: BURST }, (_, at) => step(`change-${at}`));
    await Promise.all(keys.map((key, at) => this.#owner.send('UpdateOrganizationDetails', change(at), key)));
    this.bursts.push({ organizationId, sent: BURST });
    const requestId = derivedId(this.key(name), 'registration');
    await this.#owner.command('RequestClientRegistration', { organizationId, requestId }, step('request'));
    await this.refusedOnce(organizationId, requestId, step('twice'));
    await this.#admin.command('AcceptClientRegistration', { organizationId, requestId }, step('accept'));
    return organizationId;
  }

  /** A second request is refused, however often and to whomever it is sent. */
  private async refusedOnce(organizationId: string, requestId: string, key: string): Promise<void> {
    const again = { organizationId, requestId: derivedId(requestId, 'again') };
    const outcome = await this.#owner.send('RequestClientRegistration', again, key).catch((error: unknown) => error);
    if (!(outcome instanceof Refused) || outcome.code !== 'REGISTRATION_ALREADY_REQUESTED')
      throw new Error(`a second request was not refused: ${JSON.stringify(outcome)}`);
  }

  private person(email?: string, password?: string): Person {
    return new Person(this.cluster, this.answers, email === undefined ? undefined : { email, password: password! });
  }

  private stepsOf(name: string, steps: Map<string, string>): (step: string) => string {
    return (step) => {
      const key = this.key(name, step);
      steps.set(step, derivedId('story', key));
      return key;
    };
  }

  private key(...parts: readonly string[]): string {
    return [this.seed, ...parts].join('/');
  }

  private inn(): string {
    const digits = String(770_000_000 + this.#inns++);
    return Array.from({ length: 10 }, (_, last) => `${digits}${last}`).find(isInn)!;
  }
}

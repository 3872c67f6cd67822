import { defaultSettings, isInn, newId } from '@letopis/kernel';
import { Person, type Answers } from '../crash/support/people';

const PASSWORD = 'Летопись-2026';
/** Changes of one organization, of which each is a step of a caller's work. */
const CHANGES = 5;

/** People who work with the product as they do on a day: they add, change, ask, look up, and read what has happened. */
export class People {
  commands = 0;
  questions = 0;
  readonly failures: string[] = [];
  readonly #callers: Person[] = [];
  #admin!: Person;
  #inns = 0;

  constructor(
    private readonly product: { readonly folder: string; readonly apis: readonly string[] },
    private readonly count: number,
  ) {}

  async prepare(adminLink: string): Promise<void> {
    const stranger = this.person();
    const link = new URL(adminLink);
    const reset = { userId: link.searchParams.get('user'), token: link.hash.slice(1), newPassword: PASSWORD };
    await stranger.command('ResetPassword', reset, newId());
    this.#admin = this.person(defaultSettings.adminEmail, PASSWORD);
    await this.#admin.command('GiveConsent', { policyVersion: defaultSettings.consentPolicyVersion }, newId());
    for (let at = 0; at < this.count; at++) {
      const email = `caller-${at}@letopis.test`;
      const { userId, token, password } = await stranger.register(email, newId());
      await stranger.command('ActivateUser', { userId, token }, newId());
      this.#callers.push(this.person(email, password));
    }
  }

  /** Everybody works side by side as long as they are told to go on. */
  async work(goesOn: () => boolean): Promise<void> {
    await Promise.all(
      this.#callers.map(async (caller) => {
        while (goesOn()) {
          await this.turn(caller).catch((error: unknown) => {
            this.failures.push(String(error));
            return new Promise((done) => setTimeout(done, 1_000));
          });
        }
      }),
    );
  }

  private async turn(caller: Person): Promise<void> {
    const organizationId = newId();
    const requestId = newId();
    await this.sends(caller, 'AddLegalEntity', { organizationId, inn: this.inn(), shortName: `ООО ${organizationId.slice(-6)}` });
    for (let at = 0; at < CHANGES; at++)
      await this.sends(caller, 'UpdateOrganizationDetails', { organizationId, legalAddress: `Тверь, Советская, ${at}` });
    await this.sends(caller, 'RequestClientRegistration', { organizationId, requestId });
    await this.asks(caller, '/v1/registries/organizations_registry?limit=50');
    await this.asks(caller, `/v1/lookups/organization_lookup?q=${organizationId.slice(-6)}`);
    await this.asks(this.#admin, '/v1/registries/client_registrations?filter[status]=created&limit=50');
    await this.asks(this.#admin, `/v1/audit/records/organization/${organizationId}`);
    await this.sends(caller, 'WithdrawClientRegistration', { organizationId, requestId });
  }

  private async sends(caller: Person, name: string, payload: object): Promise<void> {
    await caller.send(name, payload, newId());
    this.commands++;
  }

  private async asks(caller: Person, path: string): Promise<void> {
    await caller.get(path);
    this.questions++;
  }

  private person(email?: string, password?: string): Person {
    return new Person(this.product, FORGETFUL, email === undefined ? undefined : { email, password: password! });
  }

  private inn(): string {
    const digits = String(770_000_000 + this.#inns++);
    return Array.from({ length: 10 }, (_, last) => `${digits}${last}`).find(isInn)!;
  }
}

/** Answers are not remembered: there would be more of them with every minute. */
const FORGETFUL: Answers = Object.assign(new Map(), { set: () => FORGETFUL });

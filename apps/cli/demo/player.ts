import { derivedId, MOSCOW } from '@letopis/kernel';
import { solveChallenge } from 'altcha-lib/v1';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Caller, Refused, storyOf } from './caller';
import { activationLetter } from './letters';
import type { Notebook } from './notebook';
import { isReport, Reports } from './reports';
import type { Script, Step } from './script';
import type { Service } from './service';

/** How a step went, in a line or two. */
export interface Outcome {
  readonly ok: boolean;
  readonly line: string;
  /** A table or a history, to be printed after all the rest. */
  readonly report?: string;
}

export interface Play {
  readonly service: Service;
  readonly script: Script;
  readonly notebook: Notebook;
  readonly dataFolder: string;
  readonly outbox: string;
  readonly adminPassword: string;
}

/** Where the notebook keeps whom somebody works for, and the story of a command that was saved. */
const workplaceOf = (who: string) => `${who}:organization`;
const storyName = (saved: string) => `${saved}:story`;
const DAYS: Readonly<Record<string, number>> = { today: 0, inAWeek: 7 };
const moment = () => String(process.hrtime.bigint());

/** Plays a script over HTTP as its people would. Every command has an id that follows from run and step: playing again changes nothing. */
export class Player {
  readonly #callers = new Map<string, Caller>();
  readonly #stranger: Caller;
  readonly #names = new Map<string, string>();

  readonly #reports: Reports;

  constructor(private readonly play: Play) {
    const { service, notebook, outbox, dataFolder } = play;
    this.#stranger = new Caller(service.url);
    this.#reports = new Reports({
      caller: (name) => this.caller(name),
      filled: (text) => this.filled(text) as string,
      address: (who) => this.address(who),
      story: (saved) => notebook.saved(storyName(saved)),
      outbox,
      dataFolder,
    });
  }

  async step(step: Step, number: number): Promise<Outcome> {
    const { notebook } = this.play;
    const id = derivedId(notebook.run, basename(step.at.file), step.at.line, number);
    const changes = !isReport(step);
    if (changes && notebook.isDone(id)) return { ok: true, line: `${this.title(step)} (уже сделано)` };
    const outcome = await this.tried(step, id);
    if (changes && outcome.ok) notebook.markDone(id);
    return outcome;
  }

  private async tried(step: Step, id: string): Promise<Outcome> {
    try {
      return await this.done(step, id);
    } catch (error) {
      const expected = step.kind === 'command' ? step.expect : undefined;
      if (error instanceof Refused && error.code === expected) return { ok: true, line: `${this.title(step)} → отказ: ${error.title}` };
      return { ok: false, line: `${this.title(step)} → ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  private async done(step: Step, id: string): Promise<Outcome> {
    switch (step.kind) {
      case 'register':
        return this.register(step.who, id, step.by && (this.filled(step.by) as string));
      case 'activate': {
        const { userId, token } = await this.letter(step.who);
        await this.#stranger.command('ActivateUser', { userId, token }, id);
        return { ok: true, line: this.title(step) };
      }
      case 'signIn':
        await this.caller(step.who);
        return { ok: true, line: this.title(step) };
      case 'command': {
        const answer = await (await this.caller(step.as)).command(step.command, this.filled(step.with) as object, id, step.why);
        if (step.expect) return { ok: false, line: `${this.title(step)} → принято, хотя ожидался отказ ${step.expect}` };
        if (step.save) {
          this.remember(step.save, String(answer.data?.requestId ?? answer.aggregateId));
          this.play.notebook.save(storyName(step.save), storyOf(id));
        }
        return { ok: true, line: this.title(step) };
      }
      case 'find': {
        const { items } = await (await this.caller(step.as)).get(`/v1/lookups/${step.in}?q=${encodeURIComponent(step.find)}`);
        const names = items.map(({ displayName, fullName }: { displayName?: string; fullName?: string }) => displayName ?? fullName);
        if (names.length === 0) return { ok: false, line: `${this.title(step)} и ничего не находит` };
        if (step.save) this.remember(step.save, items[0].id);
        return { ok: true, line: `${this.title(step)} и находит: ${names.join(', ')}` };
      }
      case 'enter':
        this.play.notebook.save(workplaceOf(step.who), this.filled(step.organization) as string);
        await this.enters(await this.caller(step.who), step.who);
        return { ok: true, line: this.title(step) };
      case 'upload': {
        const caller = await this.caller(step.as);
        const about = { for: 'document', organizationId: this.filled(step.organization) as string, typeCode: step.type };
        const file = join(dirname(step.at.file), step.file);
        const sent = await caller.file(`/v1/files?${new URLSearchParams(about).toString()}`, readFileSync(file), basename(file), id);
        this.remember(step.save, String(sent.fileId));
        return { ok: true, line: `${this.title(step)}: ${sent.mime}, ${sent.size} байт, SHA-256 ${sent.sha256}` };
      }
      case 'pick': {
        const { items } = await (await this.caller(step.as)).get(`/v1/registries/${step.registry}?${this.filled(step.query) as string}`);
        const found = (items as Readonly<Record<string, unknown>>[])[0]?.[step.field];
        if (typeof found !== 'string') return { ok: false, line: `${this.title(step)} и не находит` };
        this.remember(step.save, found);
        return { ok: true, line: this.title(step) };
      }
      default:
        return this.#reports.of(step);
    }
  }

  private async register(who: string, id: string, invitationId?: string): Promise<Outcome> {
    const { notebook } = this.play;
    const email = this.address(who);
    const { consentPolicyVersion } = await this.#stranger.get('/v1/about');
    const payload = await notebook.payload(id, async () => ({
      email,
      personalDataConsent: true,
      consentPolicyVersion,
      ...(invitationId ? { invitationId } : {}),
      ...(await this.solvedCaptcha()),
    }));
    try {
      await this.#stranger.command('RegisterUser', payload, id);
    } catch (error) {
      // The noted captcha may have expired while the demo was down: the next play brings a new one.
      if (error instanceof Refused && error.code === 'CAPTCHA_INVALID') notebook.forget(id);
      throw error;
    }
    await this.letter(who);
    return { ok: true, line: `${who} регистрируется (${email}): согласие, капча, письмо пришло` };
  }

  private async solvedCaptcha(): Promise<object> {
    const { captchaId, challenge } = await this.#stranger.post('/v1/captcha?kind=work', {});
    const started = Date.now();
    const solution = await solveChallenge(
      challenge.challenge,
      challenge.salt,
      challenge.algorithm,
      challenge.maxnumber ?? challenge.maxNumber,
    ).promise;
    if (!solution) throw new Error('the captcha could not be solved');
    const answer = { ...challenge, number: solution.number, took: Date.now() - started };
    return { captchaId, captchaAnswer: Buffer.from(JSON.stringify(answer)).toString('base64') };
  }

  /** The caller for a name of the script: a person with the password of the letter, or «admin». */
  private async caller(name: string): Promise<Caller> {
    const known = this.#callers.get(name);
    if (known) return known;
    const caller = name === 'admin' ? await this.admin() : await this.signedIn(this.address(name), (await this.letter(name)).password);
    this.#callers.set(name, caller);
    await this.enters(caller, name);
    return caller;
  }

  /** Sessions are opened anew at every play: each begins where the person works. */
  private async enters(caller: Caller, who: string): Promise<void> {
    const organizationId = this.play.notebook.saved(workplaceOf(who));
    if (organizationId !== undefined) await caller.command('EnterWorkspace', { organizationId }, derivedId('enter', who, moment()));
  }

  private async admin(): Promise<Caller> {
    const { service, adminPassword } = this.play;
    if (service.adminLink) {
      const link = new URL(service.adminLink);
      const payload = { userId: link.searchParams.get('user'), token: link.hash.slice(1), newPassword: adminPassword };
      await this.#stranger.command('ResetPassword', payload, derivedId('admin', link.hash)).catch((error: unknown) => {
        if (!(error instanceof Refused && error.code === 'RESET_LINK_INVALID')) throw error; // used in an earlier play
      });
    }
    const admin = await this.signedIn(process.env.LETOPIS_ADMIN_EMAIL || 'admin@letopis.local', adminPassword);
    const { consentPolicyVersion } = await this.#stranger.get('/v1/about');
    await admin.command('GiveConsent', { policyVersion: consentPolicyVersion }, derivedId(this.play.notebook.run, 'consent'));
    return admin;
  }

  private async signedIn(email: string, password: string): Promise<Caller> {
    const { data } = await this.#stranger.command('SignIn', { email, password }, derivedId('sign-in', email, moment()));
    return new Caller(this.play.service.url, data);
  }

  private async letter(who: string) {
    const letter = await activationLetter(this.play.outbox, this.address(who));
    if (!letter)
      throw new Error(`в ${this.play.outbox} нет письма для ${who} (при SMTP_URL письма уходят по почте и демонстрация их не видит)`);
    return letter;
  }

  private address(who: string): string {
    const address = this.play.script.people.get(who);
    if (!address) throw new Error(`«${who}» is not among the people of the script`);
    return address;
  }

  private remember(name: string, value: string): void {
    this.#names.set(name, value);
    this.play.notebook.save(name, value);
  }

  /** `$name` stands for what an earlier step has saved. */
  private filled(value: unknown): unknown {
    if (typeof value === 'string') {
      return value.replace(/\$([A-Za-z]\w*)/g, (_, name: string) => {
        const saved = this.#names.get(name) ?? this.play.notebook.saved(name) ?? this.day(name);
        if (saved === undefined) throw new Error(`«$${name}» was saved by no step before this one`);
        return saved;
      });
    }
    if (Array.isArray(value)) return value.map((item) => this.filled(item));
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.filled(member)]));
    return value;
  }

  /** `$today` and `$inAWeek`, as they were when they were asked for first: what is sent again is sent the same. */
  private day(name: string): string | undefined {
    const days = DAYS[name];
    if (days === undefined) return undefined;
    const date = new Date(Date.now() + days * 86_400_000).toLocaleDateString('en-CA', { timeZone: MOSCOW });
    this.remember(name, date);
    return date;
  }

  private title(step: Step): string {
    switch (step.kind) {
      case 'register':
        return `${step.who} регистрируется`;
      case 'activate':
        return `${step.who} открывает ссылку из письма`;
      case 'signIn':
        return `${step.who} входит с паролем из письма`;
      case 'command':
        return `${step.as}: ${step.command} ${this.words(step.with)}${step.why ? ` — ${step.why}` : ''}`;
      case 'find':
        return `${step.as} ищет «${step.find}»`;
      case 'enter':
        return `${step.who} начинает работу в организации`;
      case 'upload':
        return `${step.as} загружает ${basename(step.file)}`;
      case 'pick':
        return `${step.as} смотрит в ${step.registry}: ${step.query}`;
      default:
        return step.title;
    }
  }

  /** Fields of a command as people write them; names of records instead of their ids. */
  private words(fields: Readonly<Record<string, unknown>>): string {
    return Object.entries(fields)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' ');
  }
}

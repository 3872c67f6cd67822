// @ts-nocheck
import { newId } from '@letopis/kernel';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

interface Pages {
  /** Commands of one run have ids that follow from it: a run that was broken off goes on where it was. */
  readonly run: string;
  readonly saved: Record<string, string>;
  /** What was about to be sent, where it could not be made the same again (a captcha is answered once). */
  readonly sent: Record<string, object>;
  /** Steps that have gone as they should: a refusal that they showed may be none any more. */
  readonly done: Record<string, true>;
}

/** What the demo must remember when it is broken off at any moment. */
export class Notebook {
  readonly #pages: Pages;

  constructor(private readonly file: string) {
    this.#pages = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Pages) : { run: newId(), saved: {}, sent: {}, done: {} };
    this.write();
  }

  get run(): string {
    return this.#pages.run;
  }

  saved(name: string): string | undefined {
    return this.#pages.saved[name];
  }

  save(name: string, value: string): void {
    this.#pages.saved[name] = value;
    this.write();
  }

  isDone(key: string): boolean {
    return this.#pages.done[key] === true;
  }

  markDone(key: string): void {
    this.#pages.done[key] = true;
    this.write();
  }

  /** The payload as it was noted before, else a new one, noted before it is sent. */
  async payload(key: string, make: () => Promise<object>): Promise<object> {
    if (!this.#pages.sent[key]) {
      this.#pages.sent[key] = await make();
      this.write();
    }
    return this.#pages.sent[key];
  }

  forget(key: string): void {
    delete this.#pages.sent[key];
    this.write();
  }

  private write(): void {
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.file}.tmp`, JSON.stringify(this.#pages, null, 2), { mode: 0o600 });
    renameSync(`${this.file}.tmp`, this.file);
  }
}

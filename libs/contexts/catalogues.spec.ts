import { sharedErrors, type Context, type LetterTemplate, type Localized } from '@letopis/kernel';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OBSTACLES } from './processes';

const folders = readdirSync(__dirname, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** The sources of a context, without its specifications. */
const sources = (folder: string) =>
  readdirSync(join(__dirname, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.endsWith('.fixtures.ts'))
    .map((file) => readFileSync(join(__dirname, folder, file), 'utf8'))
    .join('\n');

/** The sources of its sagas, in their folder or beside what they carry on. */
const sagas = (folder: string) =>
  readdirSync(join(__dirname, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => (file.startsWith('sagas') || file.endsWith('.saga.ts')) && !file.endsWith('.spec.ts'))
    .map((file) => join(__dirname, folder, file))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

const found = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].sort();

const isContext = (value: unknown): value is Context =>
  typeof value === 'object' && value !== null && 'aggregates' in value && 'errors' in value;

describe('Catalogues of the contexts', () => {
  const contexts = new Map<string, Context>();
  beforeAll(async () => {
    for (const folder of folders) {
      const door: object = (await import(join(__dirname, folder, 'index.ts'))) as object;
      for (const value of Object.values(door)) if (isContext(value)) contexts.set(folder, value);
    }
  });

  const ownErrors = ({ errors }: Context) =>
    Object.entries(errors).filter(([code, entry]) => sharedErrors.entries[code as 'NOT_FOUND'] !== entry);

  test('every folder is a context', () => expect([...contexts.keys()]).toEqual(folders));

  test.each(folders)('%s: every code that is thrown is in its catalogue', (folder) => {
    const thrown = found(sources(folder), /\brefusal\(\s*'([A-Z_]+)'/g);
    expect(thrown.length).toBeGreaterThan(0);
    expect(thrown.filter((code) => !(code in contexts.get(folder)!.errors))).toEqual([]);
  });

  test('no two contexts define one code', () => {
    // One entry that a context takes from another one's door is one definition.
    const entries = new Map<string, Set<object>>(Object.entries(sharedErrors.entries).map(([code, entry]) => [code, new Set([entry])]));
    for (const [code, entry] of [...contexts.values()].flatMap(ownErrors)) entries.set(code, (entries.get(code) ?? new Set()).add(entry));
    expect([...entries].filter(([, definitions]) => definitions.size > 1).map(([code]) => code)).toEqual([]);
  });

  test('every code of a policy is in some catalogue', () => {
    const policies = folders.flatMap((folder) => found(sources(folder), /(?:return|exceptFor\([^)]*|[?:])\s*'([A-Z][A-Z_]{5,})'/g));
    // What is written the same way and is no code of a refusal: a field of one names it.
    const rules = Object.keys(OBSTACLES);
    const known = new Set([...rules, ...[...contexts.values()].flatMap(({ errors }) => Object.keys(errors))]);
    expect(policies.length).toBeGreaterThan(0);
    expect(policies.filter((code) => !known.has(code))).toEqual([]);
  });

  /** What a text leaves to be filled in, and whether it is there at all. */
  const places = (text: string) => found(text, /\{+(?:#if |time )?(\w+)\}+/g);
  const isTold = ({ ru, en }: Localized) => {
    expect(ru).toMatch(/[а-яё]/i);
    expect(en).toMatch(/[a-z]/i);
    expect(en).not.toMatch(/[а-яё]/i);
    expect(places(en)).toEqual(places(ru));
  };

  test('every refusal is told in both languages, with the same places to be filled in and a status of HTTP', () => {
    for (const entry of [
      ...Object.values(sharedErrors.entries),
      ...[...contexts.values()].flatMap(({ errors }) => Object.values(errors)),
    ]) {
      isTold(entry);
      expect(entry.status).toBeGreaterThanOrEqual(400);
      expect(entry.status).toBeLessThan(600);
    }
  });

  const letters = () => [...contexts.values()].flatMap((context) => Object.entries<LetterTemplate>(context.letters));

  test('every letter is told in both languages, and no two contexts define one', () => {
    for (const [, { subject, body }] of letters()) {
      isTold(subject);
      isTold(body);
    }
    const names = letters().map(([name]) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test('every letter that a saga sends is there, and every letter is sent by some saga', () => {
    const sent = folders.flatMap((folder) => found(sagas(folder), /'([a-z][A-Za-z]*\.[a-z][A-Za-z]*)'/g));
    expect([...new Set(sent)].sort()).toEqual(
      letters()
        .map(([name]) => name)
        .sort(),
    );
  });

  test('every command and event is defined once', () => {
    const aggregates = [...contexts.values()].flatMap((context) => context.aggregates);
    const names = aggregates.flatMap(({ commands, eventTypes }) => [...Object.keys(commands), ...eventTypes]);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});

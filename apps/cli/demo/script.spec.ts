import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readScripts } from './script';

describe('A script', () => {
  const folder = mkdtempSync(join(tmpdir(), 'letopis-script-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (text: string) => {
    const file = join(folder, 'script.yaml');
    writeFileSync(file, text);
    const { bad, ...rest } = readScripts([file]);
    return { ...rest, bad: bad.map(({ at, message }) => `${at.line}: ${message}`) };
  };

  test('bad lines are told by their number, and the others are kept', () => {
    const { bad, steps, people } = read(`people:
  anna: anna@romashka.ru
  boris: 17
steps:
  - register: anna
  - fly: anna
  - as: anna
    command: AddLegalEntity
    wiht: { inn: '1' }
  - just a text
  - sign-in: [anna]
  - as: anna
    command: AddLegalEntity
    with: { inn: '7707083893' }
`);
    expect(bad).toEqual([
      '3: «boris» has no e-mail address',
      '6: none of register, activate, sign-in, command, find, enter, upload, pick, letters, table, history, story, sheet is in this step',
      '7: «wiht» means nothing in a step «command»',
      '10: a step is a list of «word: value»',
      '11: «sign-in» must be a text',
    ]);
    expect(steps.map(({ kind }) => kind)).toEqual(['register', 'command']);
    expect([...people.keys()]).toEqual(['anna']);
  });

  test('a line that is no YAML is told, and what can be read is kept', () => {
    const { bad, steps } = read("steps:\n  - register: anna\n  - command: 'open\n");
    expect(bad[0]).toMatch(/^[34]: /);
    expect(steps[0]).toMatchObject({ kind: 'register', who: 'anna' });
  });

  test('JSON is read as well', () => {
    const { bad, steps } = read(JSON.stringify({ steps: [{ activate: 'anna' }] }));
    expect({ bad, steps }).toMatchObject({ bad: [], steps: [{ kind: 'activate', who: 'anna' }] });
  });
});

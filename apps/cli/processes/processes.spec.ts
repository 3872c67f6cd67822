import { Command } from 'commander';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { registerProcesses } from './commands';

const example = (name: string) => resolve(__dirname, '../../../examples/processes', `${name}.yaml`);

describe('letopis process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'letopis-process-'));
  let said: string;
  beforeEach(() => {
    said = '';
    jest.spyOn(console, 'log').mockImplementation((line: string) => void (said += `${line}\n`));
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((said += String(text)), true));
    process.exitCode = undefined;
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const asks = async (...words: readonly string[]) => {
    const program = new Command();
    registerProcesses(program);
    await program.parseAsync(['process', ...words], { from: 'user' });
    return { said, code: process.exitCode ?? 0 };
  };

  test('R097 R151 check says of every file whether it can be published', async () => {
    const files = ['purchase', 'service-deal', 'payment-collection'].map(example);
    expect(await asks('check', ...files)).toEqual({ said: files.map((file) => `${file}: can be published\n`).join(''), code: 0 });
  });

  test('R097 check names the place and the reason of what is wrong, and fails', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, readFileSync(example('purchase'), 'utf8').replace('to: buying, on:', 'to: nowhere, on:'));
    const { said: told, code } = await asks('check', file, example('purchase'));
    expect(told).toContain(`${file}#/stages/0/exits/0/to: there is no stage «nowhere»`);
    expect(told).toContain('purchase.yaml: can be published');
    expect(code).toBe(1);
  });

  test('R097 draw makes Mermaid for the screen and a picture for a file', async () => {
    expect((await asks('draw', example('purchase'))).said).toMatch(/^flowchart TD[^]*Согласование[^]*Куплено/);
    const out = join(folder, 'purchase.svg');
    await asks('draw', example('purchase'), '--out', out);
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg [^]*<title>Закупка у поставщика<\/title>[^]*<\/svg>\s*$/);
  });
});

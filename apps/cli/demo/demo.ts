import { SingleBar } from 'cli-progress';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Notebook } from './notebook';
import { Player } from './player';
import { readScripts } from './script';
import { findOrStart } from './service';

export interface DemoOptions {
  /** Folders with the scripts, one act after another; those of each are played in the order of their names. */
  readonly scripts: readonly string[];
  readonly dataFolder: string;
  readonly adminPassword: string;
}

/** Plays the scripts and prints what came of it; answers how many steps and lines went wrong. */
export async function demo({ scripts, dataFolder, adminPassword }: DemoOptions): Promise<number> {
  const files = scripts.flatMap(scriptsIn);
  const script = readScripts(files);
  const companies = scripts.map((folder) => join(folder, 'companies.csv')).find(existsSync);
  const service = await findOrStart(dataFolder, companies ?? '');
  const here = (file: string) => relative(process.cwd(), file);

  const failures = script.bad.map(({ at, message }) => `${here(at.file)}:${at.line}: ${message}`);
  const reports: string[] = [];
  const bar = process.stdout.isTTY
    ? new SingleBar({ format: '  {bar} {value}/{total}  {step}', clearOnComplete: true, linewrap: true })
    : undefined;
  try {
    console.log(`Демонстрация: ${script.steps.length} шагов по ${service.url}`);
    bar?.start(script.steps.length, 0, { step: '' });
    const player = new Player({
      service,
      script,
      notebook: new Notebook(join(dataFolder, 'demo.json')),
      dataFolder,
      outbox: join(dataFolder, 'outbox'),
      adminPassword,
    });
    for (const [number, step] of script.steps.entries()) {
      const { ok, line, report } = await player.step(step, number);
      if (!ok) failures.push(`${here(step.at.file)}:${step.at.line}: ${line}`);
      if (report) reports.push(report);
      if (bar) bar.increment(1, { step: line.slice(0, 100) });
      else console.log(`  ${String(number + 1).padStart(2)}/${script.steps.length} ${ok ? '✓' : '✗'} ${line}`);
    }
  } finally {
    bar?.stop();
    await service.stop();
  }
  for (const report of reports) console.log(`\n${report}`);
  if (failures.length === 0) console.log(`\nГотово, шагов: ${script.steps.length}. Данные и письма лежат в ${dataFolder}.`);
  else console.log(`\nНе удалось (${failures.length}):\n${failures.map((line) => `  ${line}`).join('\n')}`);
  return failures.length;
}

function scriptsIn(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => /\.(ya?ml|json)$/.test(name));
  if (files.length === 0) throw new Error(`there is no script in ${folder}`);
  return files.sort().map((name) => join(folder, name));
}

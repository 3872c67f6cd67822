import { definitionOf, mermaidOf, problemsOf, svgOf } from '@letopis/contexts/processes';
import type { Command } from 'commander';
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const read = (file: string): unknown => parse(readFileSync(file, 'utf8'), { merge: true });

/** `process check` and `process draw`: definitions of processes in files, without a server. */
export function registerProcesses(program: Command): void {
  const group = program.command('process').description('definitions of processes in files (YAML or JSON)');

  group
    .command('check <files...>')
    .description('says what keeps definitions from being published, and where')
    .action((files: readonly string[]) => {
      const bad = files.filter((file) => {
        const problems = problemsOf(read(file));
        for (const { pointer, message } of problems) console.log(`${file}${pointer && `#${pointer}`}: ${message}`);
        if (problems.length === 0) console.log(`${file}: can be published`);
        return problems.length > 0;
      });
      if (bad.length > 0) process.exitCode = 1;
    });

  group
    .command('draw <file>')
    .description('draws a definition: Mermaid to the screen, or a picture')
    .option('--svg', 'a picture (SVG) instead of Mermaid')
    .option('--out <file>', 'into a file')
    .action((file: string, { svg, out }: { svg?: boolean; out?: string }) => {
      const data = definitionOf(read(file));
      const drawn = svg || out?.endsWith('.svg') ? svgOf(data) : mermaidOf(data);
      if (out) writeFileSync(out, drawn);
      else process.stdout.write(drawn);
    });
}

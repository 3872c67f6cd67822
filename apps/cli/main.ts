import 'reflect-metadata';
import { Command } from 'commander';
import { join, resolve } from 'node:path';
import { registerCopy } from './copy/commands';
import { demo } from './demo/demo';
import { registerLocal } from './local/commands';
import { registerAudit } from './operations/audit';
import { registerOperations } from './operations/commands';
import { registerPersons } from './operations/persons';
import { registerSheets } from './operations/sheets';
import { registerProcesses } from './processes/commands';
import { VERSION } from '../server/product';

/** What `demo` plays by default. */
const ACTS = [join('examples', 'onboarding'), join('examples', 'contract-approval')];

const program = new Command('letopis').version(VERSION).description('Letopis: an event-sourced core for organizations and people');

program
  .command('demo')
  .description('plays the onboarding of an organization and the approval of a contract against a running or self-started server')
  .option('--scripts <folders...>', 'scripts (YAML or JSON), a folder for each act, played in the order of their names', ACTS)
  .option('--data <folder>', 'data folder', process.env.LETOPIS_DATA ?? '.letopis')
  .option('--admin-password <password>', 'password of the administrator of the service', 'Letopis-demo-2026')
  .action(async ({ scripts, data, adminPassword }: { scripts: readonly string[]; data: string; adminPassword: string }) => {
    const failures = await demo({ scripts: scripts.map((folder) => resolve(folder)), dataFolder: resolve(data), adminPassword });
    process.exit(failures === 0 ? 0 : 1);
  });

registerLocal(program);
registerCopy(program);
registerOperations(program);
registerAudit(program);
registerPersons(program);
registerProcesses(program);
registerSheets(program);

// Whoever reads what is told (`letopis replay | head`) may stop reading: that is no fault, and the rest is told to nobody.
process.stdout.on('error', (error: { code?: string }) => {
  if (error.code !== 'EPIPE') throw error as Error;
});

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

/**
 * `npm run mutation`: mutants of the pure files of kernel and runtime, room by room, each held against the specs of its room
 * alone, which are loaded together (mutation-room.cjs).
 *
 * `-- commands audit` tries only these rooms, `-- --concurrency 1` one mutant at a time. The reports lie in reports/mutation:
 * of every room a page, its data, and the survivors alone as text.
 */
import { Stryker } from '@stryker-mutator/core';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';

/** What is mutated, and what must notice it: the specs of these folders, or these specs. */
const ROOMS = {
  kernel: {
    mutate: ['libs/kernel/*.ts', '!libs/kernel/standard-ports.ts'],
    tests: ['libs/kernel', 'libs/kernel/calendar', 'libs/kernel/rights', 'libs/kernel/testing', 'libs/kernel/values'],
  },
  values: { mutate: ['libs/kernel/values/*.ts'], tests: ['libs/kernel/values'] },
  rights: { mutate: ['libs/kernel/rights/*.ts', '!libs/kernel/rights/catalogue.ts'], tests: ['libs/kernel/rights'] },
  calendar: { mutate: ['libs/kernel/calendar/*.ts'], tests: ['libs/kernel/calendar'] },
  projections: {
    mutate: ['libs/runtime/projections/{document,folding,joining,page,mark,queries,trailing-checkpoints}.ts'],
    tests: ['libs/runtime/projections', 'test/properties/projection.spec.ts'],
  },
  commands: {
    mutate: ['libs/runtime/commands/{envelope,validation,stream-queues,persistently}.ts'],
    tests: ['libs/runtime/commands'],
  },
  sagas: { mutate: ['libs/runtime/sagas/{lanes,low-mark,listening}.ts'], tests: ['libs/runtime/sagas'] },
  events: {
    mutate: ['libs/runtime/events/{upcasting,codec,stream-name}.ts'],
    tests: ['libs/runtime/events', 'test/runtime/upcasting.spec.ts'],
  },
  audit: { mutate: ['libs/runtime/audit/{diff,causes,moments}.ts'], tests: ['libs/runtime/audit'] },
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { concurrency: { type: 'string', default: '2' } } });
const rooms = positionals.length > 0 ? positionals : Object.keys(ROOMS);
for (const room of rooms) if (!ROOMS[room]) throw new Error(`there is no room ${room}: ${Object.keys(ROOMS).join(', ')}`);

/** Of some mutants: those that were noticed, those that were not, and the share of the noticed. */
function scored(mutants) {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const survived = count('Survived', 'NoCoverage');
  return { noticed, survived, 'score %': noticed + survived === 0 ? 100 : Math.round((noticed / (noticed + survived)) * 1000) / 10 };
}

const onOneLine = (code) => code.replace(/\s+/g, ' ').trim();

/** A mutant in one line: where it was, what stood there, and what nobody missed it for. */
function told({ fileName, location: { start, end }, mutatorName, replacement, status }) {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const original = lines.join('\n').slice(start.column - 1, end.line === start.line ? end.column - 1 : undefined);
  const unmet = status === 'NoCoverage' ? ' (no test comes here)' : '';
  const change = `${onOneLine(original).slice(0, 80)}  →  ${onOneLine(replacement).slice(0, 80)}`;
  return `${relative('.', fileName)}:${start.line} ${mutatorName}${unmet}: ${change}`;
}

const results = {};
const all = [];
for (const room of rooms) {
  const { mutate, tests } = ROOMS[room];
  const begun = Date.now();
  process.env.MUTATION_TESTS = tests.join(' ');
  const mutants = await new Stryker({
    concurrency: Number(values.concurrency),
    mutate: [...mutate, '!libs/**/*.spec.ts', '!libs/**/index.ts'],
    htmlReporter: { fileName: `reports/mutation/${room}.html` },
    jsonReporter: { fileName: `reports/mutation/${room}.json` },
  }).runMutationTest();
  const survivors = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage').map(told);
  writeFileSync(`reports/mutation/${room}.txt`, survivors.map((line) => `${line}\n`).join(''));
  console.log(survivors.join('\n'));
  all.push(...mutants);
  results[room] = { ...scored(mutants), minutes: Math.round((Date.now() - begun) / 6_000) / 10 };
}
console.table({ ...results, all: scored(all) });

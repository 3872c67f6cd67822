/**
 * `npm run mutation`: mutants of the pure files of kernel and runtime, room by room, each held against the specs of its room
 * alone. A mutant is tried in a fresh set of modules: with the specs of every other room beside, nearly all of its time went
 * into loading them.
 *
 * `-- commands audit` tries only these rooms, `-- --concurrency 1` one mutant at a time. The reports lie in reports/mutation.
 */
import { Stryker } from '@stryker-mutator/core';
import { parseArgs } from 'node:util';

const KERNEL = ['libs/kernel/**/*.spec.ts'];
const FOLDING = ['libs/runtime/projections/*.spec.ts', 'test/properties/projection.spec.ts'];

/** What is mutated, and what must notice it. */
const ROOMS = {
  kernel: { mutate: ['libs/kernel/*.ts', '!libs/kernel/standard-ports.ts'], tests: KERNEL },
  values: { mutate: ['libs/kernel/values/*.ts'], tests: ['libs/kernel/values/*.spec.ts', 'libs/kernel/*.spec.ts'] },
  rights: { mutate: ['libs/kernel/rights/*.ts', '!libs/kernel/rights/catalogue.ts'], tests: ['libs/kernel/rights/*.spec.ts'] },
  calendar: { mutate: ['libs/kernel/calendar/*.ts'], tests: ['libs/kernel/calendar/*.spec.ts'] },
  projections: {
    mutate: ['libs/runtime/projections/{document,folding,joining,page,mark,queries,trailing-checkpoints}.ts'],
    tests: FOLDING,
  },
  commands: {
    mutate: ['libs/runtime/commands/{envelope,validation,stream-queues,persistently}.ts'],
    tests: ['libs/runtime/commands/*.spec.ts'],
  },
  sagas: { mutate: ['libs/runtime/sagas/{lanes,low-mark,listening}.ts'], tests: ['libs/runtime/sagas/*.spec.ts'] },
  events: { mutate: ['libs/runtime/events/{upcasting,codec,stream-name}.ts'], tests: ['test/runtime/upcasting.spec.ts'] },
  audit: { mutate: ['libs/runtime/audit/{diff,causes,moments}.ts'], tests: ['libs/runtime/audit/*.spec.ts'] },
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
  all.push(...mutants);
  results[room] = { ...scored(mutants), minutes: Math.round((Date.now() - begun) / 6_000) / 10 };
}
console.table({ ...results, all: scored(all) });

// Fails when docs/behaviour-contracts.md names a test that does not exist or that failed in the last run; those that were
// skipped, because what they need cannot be had here, are named.
import { readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const tests = JSON.parse(readFileSync(new URL('.rules/last-run.json', root), 'utf8'));
const page = readFileSync(new URL('docs/behaviour-contracts.md', root), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.includes('`test:'));
const problems = [];
for (const row of rows) {
  for (const [, name] of row.matchAll(/`test: ([^`]+)`/g)) {
    const found = tests.filter(({ name: full }) => full.includes(name));
    if (found.length === 0) problems.push(`no test is named «${name}»`);
    else if (!found.every(({ status }) => status === 'passed' || status === 'pending')) problems.push(`«${name}» did not pass`);
    else if (found.some(({ status }) => status === 'pending')) console.log(`skipped here: «${name}»`);
  }
}
console.log(`${rows.length} contracts, ${problems.length} without a passing test`);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 || rows.length === 0 ? 1 : 0);

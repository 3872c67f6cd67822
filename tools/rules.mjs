// Says which tests prove which rule (titles begin with the codes that they prove), writes docs/rules.md, and with
// --check fails when a rule of a finished context has no passing test, or the written page does not know a rule or story.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const root = new URL('../', import.meta.url);
const lastRun = new URL('.rules/last-run.json', root);
if (!existsSync(lastRun)) {
  console.error('no run of the tests has been recorded: npm test writes one');
  process.exit(1);
}
// In an order of their own: files end in another order every time.
const byPlace = (a, b) => (`${a.file} ${a.name}` < `${b.file} ${b.name}` ? -1 : 1);
const tests = JSON.parse(readFileSync(lastRun, 'utf8')).sort(byPlace);
const { finished, stories, 'pending stories': pendingStories, rules } = parse(readFileSync(new URL('docs/rules.yaml', root), 'utf8'));

const provers = new Map();
for (const { title, file, status } of tests) {
  const codes = /^((?:[RS]\d{2,3} )+)/.exec(title)?.[1].trim().split(' ') ?? [];
  for (const code of codes)
    provers.set(code, [
      ...(provers.get(code) ?? []),
      { title: title.replace(/^(?:[RS]\d{2,3} )+/, ''), file, passed: status === 'passed' },
    ]);
}

const proof = (code) => (provers.get(code) ?? []).filter(({ passed }) => passed);
const cell = (code) =>
  [...new Set(proof(code).map(({ title, file }) => `${title.replaceAll('|', '\\|')} (\`${file}\`)`))].join('<br>') || '—';
const state = (code, context) => {
  if (finished.includes(context)) return proof(code).length > 0 ? 'proven' : 'MISSING';
  return 'pending';
};

const lines = [
  '# Rules and stories, and the tests that prove them',
  '',
  'Written by `npm run rules` from the last run of the tests; the texts are in `rules.yaml`. A rule is *pending* until the context that keeps it whole is finished, whatever tests already touch it.',
  '',
  '| Rule | | Context | State | Tests |',
  '|---|---|---|---|---|',
  ...Object.entries(rules).map(
    ([code, { in: context, text }]) => `| ${code} | ${text} | ${context} | ${state(code, context)} | ${cell(code)} |`,
  ),
  '',
  '| Story | | Still to join it | Tests |',
  '|---|---|---|---|',
  ...Object.entries(stories).map(([code, text]) => `| ${code} | ${text} | ${pendingStories[code] ?? '—'} | ${cell(code)} |`),
  '',
];
const page = lines.join('\n');
const file = new URL('docs/rules.md', root);
const unknown = [...provers.keys()].filter((code) => !(code in rules) && !(code in stories));
const missing = Object.entries(rules)
  .filter(([code, { in: context }]) => state(code, context) === 'MISSING')
  .map(([code]) => code);
const unproven = Object.keys(stories).filter((code) => proof(code).length === 0);

for (const [code, { text }] of Object.entries(rules)) console.log(`${code} ${String(proof(code).length).padStart(3)} tests  ${text}`);
const problems = [
  ...missing.map((code) => `${code} belongs to a finished context and no passing test proves it`),
  ...unproven.map((code) => `the story ${code} has no passing test`),
  ...unknown.map((code) => `tests name ${code}, which rules.yaml does not know`),
];
if (process.argv.includes('--check')) {
  const written = existsSync(file) ? readFileSync(file, 'utf8') : '';
  for (const code of [...Object.keys(rules), ...Object.keys(stories)])
    if (!written.includes(`| ${code} |`)) problems.push(`docs/rules.md does not know ${code}: npm run rules writes it`);
} else writeFileSync(file, page);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);

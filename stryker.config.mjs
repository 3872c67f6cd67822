/**
 * Mutation testing of the pure files of kernel and runtime: `npm run mutation`, or some of them with
 * `npm run mutation -- --mutate 'libs/kernel/values/*.ts'`. The report lies in reports/mutation.
 */
const but = (...names) => names.map((name) => `!${name}`);

export default {
  packageManager: 'npm',
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'stryker.jest.config.cjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  mutate: [
    'libs/kernel/*.ts',
    'libs/kernel/{values,rights,calendar}/*.ts',
    'libs/runtime/projections/{document,folding,mark,queries}.ts',
    'libs/runtime/commands/{envelope,validation,stream-queues}.ts',
    'libs/runtime/events/{upcasting,codec,stream-name}.ts',
    'libs/runtime/audit/{diff,causes,moments}.ts',
    ...but('libs/**/*.spec.ts', 'libs/**/index.ts', 'libs/kernel/rights/catalogue.ts', 'libs/kernel/standard-ports.ts'),
  ],
  // Words are not decisions; what a message says is tested where it is promised.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignoreStatic: true,
  timeoutMS: 10_000,
  timeoutFactor: 3,
  reporters: ['clear-text', 'progress', 'html', 'json'],
  clearTextReporter: { reportTests: false, allowColor: false },
  htmlReporter: { fileName: 'reports/mutation/index.html' },
  jsonReporter: { fileName: 'reports/mutation/report.json' },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['/dist', '/.letopis', '/.rules', '/reports', '/docs', '/examples', '/test/bench'],
};

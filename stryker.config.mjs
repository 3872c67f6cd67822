/** How a mutant is tried. What is mutated, and what must notice it, stands in tools/mutation.mjs. */
export default {
  packageManager: 'npm',
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'stryker.jest.config.cjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // Words are not decisions; what a message says is tested where it is promised.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignoreStatic: true,
  timeoutMS: 4_000,
  timeoutFactor: 3,
  // Survivors are told by tools/mutation.mjs, one a line.
  reporters: ['progress', 'html', 'json'],
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['/dist', '/.letopis', '/.rules', '/reports', '/docs', '/examples', '/test/bench'],
};

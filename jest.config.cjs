/** Specs live beside what they tell; stories, contracts, crash and property tests under test/. */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  testEnvironment: 'node',
  maxWorkers: 2,
  // Against hangs, not for speed: a machine may be busy with other things.
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/tools/rules-reporter.cjs'],
  setupFiles: ['reflect-metadata'],
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Nest 12, jose, uuid and a few more are ESM only; jest on Node 20 cannot require ESM.
  transformIgnorePatterns: [
    '/node_modules/(?!(@nestjs|load-esm|file-type|temporal-polyfill|temporal-utils|@xmpp|ltx|jose|uuid|altcha-lib|strtok3|token-types|uint8array-extras|@tokenizer|@borewit)/)',
  ],
  moduleNameMapper: {
    // Exported for import alone, which tests do not do.
    '^file-type$': '<rootDir>/node_modules/file-type/index.js',
    '^@letopis/contexts/(.*)$': '<rootDir>/libs/contexts/$1/index.ts',
    '^@letopis/(.*)$': '<rootDir>/libs/$1/index.ts',
  },
};

const base = require('./jest.config.cjs');

/** The tests that mutants are held against: those without databases, and those of folding, which have them in memory. */
module.exports = {
  ...base,
  reporters: [],
  testMatch: [
    '**/libs/kernel/**/*.spec.ts',
    '**/libs/runtime/**/*.spec.ts',
    '**/libs/contexts/identity/user/*.spec.ts',
    '**/libs/contexts/organizations/**/*.spec.ts',
    '**/libs/contexts/staff/role/*.spec.ts',
    '**/test/properties/projection.spec.ts',
    '**/test/runtime/{upcasting,commands,operations}.spec.ts',
  ],
};

const base = require('./jest.config.cjs');

// A mutant meets the same few cases many times over: what they let pass, more of them would not catch.
process.env.FOLDING_RUNS ??= '5';

/** The tests that mutants are held against: those of kernel and runtime themselves, and the one of folding, whose stores are in memory. */
module.exports = {
  ...base,
  reporters: [],
  testMatch: [
    '**/libs/kernel/**/*.spec.ts',
    '**/libs/runtime/**/*.spec.ts',
    '**/test/properties/projection.spec.ts',
    '**/test/runtime/upcasting.spec.ts',
  ],
};

const base = require('./jest.config.cjs');

// A mutant meets the same few cases many times over: what they let pass, more of them would not catch.
process.env.FOLDING_RUNS ??= '5';

/** The tests that mutants are held against: those of the room that tools/mutation.mjs is in. */
module.exports = {
  ...base,
  reporters: [],
  testMatch: process.env.MUTATION_TESTS.split(' ').map((glob) => `**/${glob}`),
};

const base = require('./jest.config.cjs');

// A mutant meets the same few cases many times over: what they let pass, more of them would not catch.
process.env.FOLDING_RUNS ??= '5';

/** The tests that mutants are held against: those of the room that tools/mutation.mjs is in. */
module.exports = {
  ...base,
  reporters: [],
  // Jest looks through its roots at every mutant.
  roots: ['<rootDir>/tools'],
  testEnvironment: require.resolve('./tools/mutation-environment.cjs'),
  testMatch: ['**/mutation-room.cjs'],
};

const { TestEnvironment } = require('jest-environment-node');

/** Once one test has failed a mutant is noticed: the others are skipped (jest's own `bail` ends between files alone). */
module.exports = class extends TestEnvironment {
  #failed = false;

  handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) this.#failed = true;
    if (name === 'test_start' && this.#failed) test.mode = 'skip';
  }
};

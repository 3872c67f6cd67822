/**
 * The specs of one room of mutants (see mutation.mjs) as one file. Jest gives every file a fresh set of modules and opens every
 * file of a run, even one whose tests are all filtered out: with a dozen files a mutant spent its seconds on loading the same
 * kernel a dozen times.
 */
const { configureGlobal } = require('fast-check');
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

// That a property fails is all there is to know; looking for the shortest counterexample may take minutes.
configureGlobal({ endOnFailure: true });

const specsOf = (path) =>
  path.endsWith('.spec.ts')
    ? [path]
    : readdirSync(join(__dirname, '..', path))
        .filter((name) => name.endsWith('.spec.ts'))
        .map((name) => `${path}/${name}`);

for (const spec of process.env.MUTATION_TESTS.split(' ').flatMap(specsOf)) {
  describe(spec, () => {
    require(join(__dirname, '..', spec));
  });
}

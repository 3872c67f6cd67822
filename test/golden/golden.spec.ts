import { schemaVersionOf, type Definition, type Recorded } from '@letopis/kernel';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contexts } from '../../apps/server/product';
import { GOLDEN, goldenFile, strangeIn, type Golden } from '../../libs/kernel/testing/golden';
import { upcast, Upcaster } from '../../libs/runtime/events/upcasting';
import { runtimeContext } from '../../libs/runtime/runtime';
import { metadata } from '../support/stores';

const definitions = [runtimeContext, ...contexts].flatMap(({ aggregates }) => aggregates);

const stored = (category: string): Golden[] =>
  existsSync(join(GOLDEN, category))
    ? readdirSync(join(GOLDEN, category)).map((file) => JSON.parse(readFileSync(join(GOLDEN, category, file), 'utf8')) as Golden)
    : [];

const asRecorded = ({ category }: Definition, { type, schemaVersion, example }: Golden): Recorded => ({
  id: '',
  type,
  data: example,
  stream: `${category}-a`,
  category,
  aggregateId: 'a',
  revision: 0,
  position: 0,
  metadata: metadata({ schemaVersion }),
});

describe('Every version of every event that was ever stored', () => {
  describe.each(definitions.map((definition) => [definition.category, definition] as const))('%s', (category, definition) => {
    test('has a golden record for each of its events as they are stored today', () => {
      const missing = definition.eventTypes.filter((type) => !existsSync(goldenFile(definition, type, schemaVersionOf(definition, type))));
      expect({ category, missing }).toEqual({ category, missing: [] }); // `npm run golden` writes what specifications show
    });

    test('can be read by this program, in the shape of today', () => {
      const upcaster = new Upcaster([definition]);
      for (const golden of stored(category)) {
        const event = upcaster.named(asRecorded(definition, golden));
        expect(definition.eventTypes).toContain(event.type);
        const shape = upcaster.shape(event);
        const today = shape ? upcast(event, shape) : event;
        const file = goldenFile(definition, event.type, schemaVersionOf(definition, event.type));
        expect(strangeIn(JSON.parse(readFileSync(file, 'utf8')) as Golden, today.data)).toBeUndefined();
      }
    });
  });

  test('no golden record is left without an aggregate', () => {
    const categories = definitions.map(({ category }) => category);
    const folders = readdirSync(GOLDEN, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !categories.includes(name))).toEqual([]);
  });
});

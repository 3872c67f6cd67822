import { strangeIn, type Golden } from './golden';

const golden: Golden = {
  type: 'Named',
  schemaVersion: 1,
  fields: { name: 'string', 'nick?': 'null|string', tags: 'array' },
  example: { name: 'a', tags: [] },
};

describe('A golden record of an event', () => {
  test.each([
    [{ name: 'a', tags: ['x'] }],
    [{ name: 'a', tags: [], nick: null }],
    [{ name: 'a', tags: [], nick: 'b' }],
    [{ name: 'a', tags: [], nick: undefined }],
  ])('takes what has been stored before: %j', (data) => {
    expect(strangeIn(golden, data)).toBeUndefined();
  });

  test.each([
    [{ name: 'a', tags: [], age: 3 }, 'a new field age'],
    [{ tags: [] }, 'no field name'],
    [{ name: 3, tags: [] }, 'another type in name'],
    [{ name: 'a', tags: {} }, 'another type in tags'],
    [{ name: 'a', tags: [], nick: 3 }, 'another type in nick'],
  ])('tells what stored events do not have: %j %s', (data, what) => {
    expect(strangeIn(golden, data)).toContain(what);
  });
});

import fc from 'fast-check';
import { differences, type Change } from './diff';

describe('differences', () => {
  test.each([
    [{ a: 1 }, { a: 2 }, [{ path: '/a', kind: 'changed', from: 1, to: 2 }]],
    [{ a: 1 }, {}, [{ path: '/a', kind: 'removed', from: 1 }]],
    [{}, { a: { b: 1 } }, [{ path: '/a', kind: 'added', to: { b: 1 } }]],
    [{ list: [1, 2] }, { list: [1, 3, 4] }, [
      { path: '/list/1', kind: 'changed', from: 2, to: 3 },
      { path: '/list/2', kind: 'added', to: 4 },
    ]],
    [{ 'a/b': { '~': 1 } }, { 'a/b': { '~': 2 } }, [{ path: '/a~1b/~0', kind: 'changed', from: 1, to: 2 }]],
    [{ a: [] }, { a: {} }, [{ path: '/a', kind: 'changed', from: [], to: {} }]],
    [{ a: null }, { a: undefined }, [{ path: '/a', kind: 'removed', from: null }]],
    [1, 1, []],
  ])('of %j and %j', (from, to, changes) => expect(differences(from, to)).toEqual(changes)); // prettier-ignore

  /** What a log gives back: it has been text, in which minus zero is zero. */
  const anything = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as typeof value);

  test('a value does not differ from itself', () => {
    fc.assert(fc.property(anything, (value) => expect(differences(value, structuredClone(value))).toEqual([])));
  });

  test('applied to the one they give the other', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), anything), fc.dictionary(fc.string(), anything), (from, to) => {
      const result: unknown = differences(from, to).reduceRight(applied, structuredClone(from) as unknown);
      expect(result).toEqual(to);
    })); // prettier-ignore
  });
});

/** A change carried out; the last first, so that places of lists stay where they are. */
function applied(value: unknown, { path, kind, to }: Change): unknown {
  if (path === '') return to;
  const names = path.slice(1).split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~')); // prettier-ignore
  const last = names.pop()!;
  const holder = names.reduce((part, name) => (part as Record<string, unknown>)[name], value) as Record<string, unknown>;
  if (kind !== 'removed') Object.defineProperty(holder, last, { value: to, writable: true, enumerable: true, configurable: true });
  else if (Array.isArray(holder)) holder.length = Math.min(holder.length, Number(last));
  else delete holder[last];
  return value;
}

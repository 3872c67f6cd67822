// @ts-nocheck
import { causesOf, effectsTree, treesOf, type StoryNode } from './causes';
import type { StoryRow } from './stories';

const row = (eventId: string, causationId: string, more: Partial<StoryRow> = {}): StoryRow => ({
  eventId, causationId, type: 'Happened', stream: `thing-${eventId}`, revision: 0, position: 0, at: '', actorKind: 'user', actorId: 'anna',
  commandId: causationId, commandType: 'Do', correlationId: 'story', ...more,
}); // prettier-ignore

/** A tree as words: `a(b(c) d)`. */
const told = (nodes: readonly StoryNode[]): string =>
  nodes.map(({ eventId, effects }) => (effects.length > 0 ? `${eventId}(${told(effects)})` : eventId)).join(' ');

const story = [row('a', 'call'), row('b', 'a'), row('x', 'call'), row('c', 'b'), row('d', 'a')];

describe('The tree of a story', () => {
  test('holds every event in the one that caused it, in the order of the log', () => expect(told(treesOf(story))).toBe('a(b(c) d) x'));

  test('begins anew where a cause is not among the rows, lies behind, or is the event itself', () => {
    expect(told(treesOf([row('a', 'elsewhere'), row('b', 'c'), row('c', 'c')]))).toBe('a b c');
  });

  test('holds a timer that was fired in what set it', () => {
    const timer = (id: string, cause: string, type: string, revision: number) => row(id, cause, { type, stream: 'timer-1', revision });
    expect(told(treesOf([row('a', 'call'), timer('set', 'a', 'TimerScheduled', 0), timer('rang', 'tick', 'TimerFired', 1), row('b', 'rang')]))).toBe(
      'a(set(rang(b)))',
    ); // prettier-ignore
  });

  test('of thousands of steps one after the other is told whole and not too deep', () => {
    const long = Array.from({ length: 5_000 }, (_, at) => row(String(at), String(at - 1)));
    const depth = (nodes: readonly StoryNode[]): number =>
      nodes.length === 0 ? 0 : 1 + Math.max(...nodes.map(({ effects }) => depth(effects)));
    const count = (nodes: readonly StoryNode[]): number => nodes.reduce((sum, { effects }) => sum + 1 + count(effects), 0);
    const trees = treesOf(long);
    expect({ depth: depth(trees), count: count(trees) }).toEqual({ depth: 100, count: 5_000 });
  });
});

test('The causes of an event are told nearest first, up to the first caller', () => {
  expect(causesOf(story, 'c').map(({ eventId }) => eventId)).toEqual(['b', 'a']);
  expect(causesOf(story, 'a')).toEqual([]);
  expect(causesOf(story, 'nothing')).toEqual([]);
});

test('The effects of an event are told with theirs, and without what else the story holds', () => {
  expect(told(effectsTree(story, 'a'))).toBe('b(c) d');
  expect(told(effectsTree(story, 'b'))).toBe('c');
  expect(effectsTree(story, 'x')).toEqual([]);
});

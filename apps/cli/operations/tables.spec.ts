import type { StoryNode } from '@letopis/runtime';
import { table, treeLines } from './tables';

test('A table is as wide as its widest cells', () => {
  expect(table(['a', 'title'], [['long one', 'x'], ['', 'y']]).split('\n')).toEqual(['a         title', '────────  ─────', 'long one  x', '          y']); // prettier-ignore
  expect(table(['a'], [])).toBe('a\n─');
});

test('A tree is told by lines that show what lies in what', () => {
  const node = (type: string, ...effects: StoryNode[]) => ({ type, stream: 's', at: 't', actorKind: 'user', actorId: 'anna', effects }) as object as StoryNode;
  expect(treeLines([node('A', node('B', node('C')), node('D')), { hidden: true }]).map((line) => line.split('  s')[0])).toEqual([
    '├─ A',
    '│  ├─ B',
    '│  │  └─ C',
    '│  └─ D',
    '└─ …',
  ]);
}); // prettier-ignore

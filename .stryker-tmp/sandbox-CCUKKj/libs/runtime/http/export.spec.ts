// @ts-nocheck
import type { Projection } from '@letopis/kernel';
import { setImmediate as turn } from 'node:timers/promises';
import { cellOf, columnsOf, csv, xlsx } from './export';

const things = {
  code: 'things',
  title: { ru: 'Вещи', en: 'Things' },
  hidden: ['secret'],
  list: { filters: { name: 'string', at: 'time', count: 'number' }, sorts: ['name'], search: [], defaultSort: 'name' },
} as object as Projection;
type Row = Record<string, unknown>;

async function* pagesOf(...pages: Row[][]) {
  for (const page of pages) yield await Promise.resolve(page);
}
const columns = (rows: readonly Row[]) => columnsOf(things, rows, 'ru');
const textOf = async (...pages: Row[][]) => Buffer.concat(await csv(pagesOf(...pages), columns, 'ru').toArray()).toString();

describe('A CSV', () => {
  test('begins with the mark of UTF-8, and has semicolons, the times of UTC and the words of the reader', async () => {
    const text = await textOf([{ id: '1', name: 'Ромашка; ООО', at: '2026-11-25T10:20:30.123Z', count: 2.5, on: true, list: ['a', 'b'], part: { a: 1 } }]);
    expect(text).toBe('\uFEFFid;name;at;count;on;list;part\r\n1;"Ромашка; ООО";2026-11-25 10:20:30;2.5;да;a, b;"{""a"":1}"\r\n');
  }); // prettier-ignore

  test.each(['=1+1', '+7', '-1', '@SUM(A1)', '\tx'])('makes a text of %j', async (name) => {
    expect(await textOf([{ name }])).toContain(`;${name.includes('\t') ? `'${name}` : `'${name}`};`);
  });

  test('has its heading where there are no rows, and no field that is hidden', async () => {
    expect(await textOf()).toBe('\uFEFFid;name;at;count\r\n');
    expect(await textOf([{ id: '1', secret: 'x' }])).not.toMatch(/secret|x/);
  });

  test('has the columns that the read model names, in that order and by these titles', () => {
    const named = { ...things, columns: { count: { ru: 'Сколько', en: 'Count' }, name: { ru: 'Имя', en: 'Name' } } };
    expect(columnsOf(named, [{ id: 1, other: 2 }], 'en')).toEqual([
      { field: 'count', title: 'Count', type: 'number' },
      { field: 'name', title: 'Name', type: 'string' },
    ]);
  });

  test('is read no faster than it is taken, and no further once nobody takes it', async () => {
    let read = 0;
    let ended = false;
    async function* endless() {
      try {
        for (;;) {
          read++;
          yield await Promise.resolve(Array.from({ length: 200 }, (_, id) => ({ id: String(id), name: 'x'.repeat(100) })));
        }
      } finally {
        ended = true;
      }
    }
    const file = csv(endless(), columns, 'ru');
    for await (const chunk of file) {
      expect(chunk).toBeInstanceOf(Buffer);
      break; // the reader goes away, which destroys the stream
    }
    for (let turns = 0; turns < 50 && !ended; turns++) await turn();
    expect(ended).toBe(true);
    expect(read).toBeLessThan(20);
  });

  test('breaks off where the reading fails', async () => {
    async function* broken() {
      yield await Promise.resolve([{ id: '1' }]);
      throw new Error('the database is away');
    }
    await expect(csv(broken(), columns, 'ru').toArray()).rejects.toThrow('the database is away');
  });
});

describe('A workbook', () => {
  const of = (pages: AsyncIterable<Row[]>, most?: number) => xlsx(pages, columns, { language: 'ru', title: 'Вещи [все]: да/нет', most });

  test('is made of what CSV is made of, without what XML does not know', async () => {
    const file = await of(pagesOf([{ id: '1', name: '=1+1\u0001', at: '2026-11-25T10:20:30.123Z', count: 1, long: 'x'.repeat(40_000) }]));
    expect(file.subarray(0, 2).toString()).toBe('PK');
  });

  test('of too many rows is refused', async () => {
    const row = { id: '1' };
    await expect(of(pagesOf([row, row], [row]), 3)).resolves.toBeInstanceOf(Buffer);
    await expect(of(pagesOf([row, row], [row, row]), 3)).rejects.toThrow('EXPORT_TOO_LARGE');
  });
});

test.each([
  [undefined, undefined],
  [null, undefined],
  [false, 'нет'],
  [0, 0],
  ['2026-11-25T10:20:30.000Z', '2026-11-25T10:20:30.000Z'],
  [[1, 'a'], '1, a'],
  [[{ a: 1 }], '[{"a":1}]'],
])('The cell of %j is %j', (value, cell) => expect(cellOf(value, 'string', 'ru')).toEqual(cell));

// @ts-nocheck
import type { Projection } from '@letopis/kernel';
import { isExpired } from './expiry';

const kept = { expires: 'keptUntil' } as Projection;
const row = { _id: '1', _position: 1, keptUntil: '2026-11-25T12:00:00.000Z' };

test.each([
  ['2026-11-25T11:00:00.000Z', false],
  ['2026-11-25T11:55:00.000Z', true], // within the margin: one clock may say so, another not yet
  ['2026-11-25T12:00:00.001Z', true],
])('A row that is kept until noon is over at %s: %p', (now, over) => expect(isExpired(kept, row, now)).toBe(over));

test('A row of a read model that keeps everything is never over', () => {
  expect(isExpired({} as Projection, row, '2099-01-01T00:00:00.000Z')).toBe(false);
  expect(isExpired(kept, undefined, '2099-01-01T00:00:00.000Z')).toBe(false);
});

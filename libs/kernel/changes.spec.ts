import { changed, changesOf } from '.';

interface Card {
  readonly name?: string;
  readonly phone?: string;
  readonly tags?: readonly string[];
}
const card: Card = { name: 'Анна', phone: '+7 900', tags: ['a', 'b'] };

describe('Changes', () => {
  test.each<[string, Card, (keyof Card)[], ReturnType<typeof changesOf<Card>>]>([
    // what is wanted          wanted                                clearable   changes
    ['nothing', {}, [], undefined],
    ['what there is', { name: 'Анна', tags: ['a', 'b'] }, [], undefined],
    ['another value', { name: 'Яна', phone: '+7 900' }, [], { name: { from: 'Анна', to: 'Яна' } }],
    ['another order', { tags: ['b', 'a'] }, [], { tags: { from: ['a', 'b'], to: ['b', 'a'] } }],
    ['undefined', { name: undefined }, [], undefined],
    ['none of it', { name: undefined, phone: undefined }, ['phone'], { phone: { from: '+7 900', to: undefined } }],
  ])('%s', (_, wanted, clearable, changes) => expect(changesOf(card, wanted, clearable)).toEqual(changes));

  test('of what was not there, and none where it goes on not to be', () => {
    expect(changesOf<Card>({}, { name: 'Анна' })).toEqual({ name: { from: undefined, to: 'Анна' } });
    expect(changesOf<Card>({}, { name: undefined }, ['name'])).toBeUndefined();
  });

  test('leave the fields as they were wanted', () => {
    expect(changed(changesOf(card, { name: 'Яна', phone: undefined }, ['phone'])!)).toEqual({ name: 'Яна', phone: undefined });
  });
});

// @ts-nocheck
import type { Recorded } from '@letopis/kernel';
import { momentOf, timeOf, upTo } from './moments';
import { shownTo } from './withheld';

const at = (revision: number, occurredAt: string) => ({ revision, metadata: { occurredAt } }) as Recorded;
const stream = [at(0, '2026-11-01T10:00:00.000Z'), at(1, '2026-11-02T10:00:00.000Z'), at(2, '2026-11-03T10:00:00.000Z')];
const revisions = (text: string) => upTo(stream, momentOf('at', text)).map(({ revision }) => revision);

describe('A moment', () => {
  test.each([
    ['0', [0]],
    ['1', [0, 1]],
    ['99', [0, 1, 2]],
    ['2026-11-02T10:00:00.000Z', [0, 1]],
    ['2026-11-02T13:00:00+03:00', [0, 1]],
    ['2026-11-02', [0]],
    ['2026-10-01', []],
    ['2099-01-01', [0, 1, 2]],
  ])('%s', (text, expected) => expect(revisions(text)).toEqual(expected));

  test('ends before the first event that is later, whatever clocks say of those behind it', () => {
    const askew = [at(0, '2026-11-01T10:00:00.005Z'), at(1, '2026-11-01T10:00:00.009Z'), at(2, '2026-11-01T10:00:00.006Z')];
    expect(upTo(askew, { at: '2026-11-01T10:00:00.007Z' }).map(({ revision }) => revision)).toEqual([0]);
  });

  test.each(['yesterday', '2026-13-01', '-1', '1.5', '2026-11-02T10:00', ''])('%p is none', (text) => {
    expect(() => momentOf('at', text)).toThrow('BAD_QUERY');
    expect(() => timeOf('at', text)).toThrow('BAD_QUERY');
  });
});

test('Hashes and references are shown to nobody, from where somebody acted to auditors alone, at any depth', () => {
  const value = { status: 'active', ip: '::1', list: [{ tokenHash: 'x', sessionId: 's', at: 1 }], deep: { secretRef: 'y', userAgent: 'z' } };
  expect(shownTo(value, { forAuditor: true })).toEqual({ status: 'active', ip: '::1', list: [{ sessionId: 's', at: 1 }], deep: { userAgent: 'z' } });
  expect(shownTo(value, { forAuditor: false })).toEqual({ status: 'active', list: [{ at: 1 }], deep: {} });
}); // prettier-ignore

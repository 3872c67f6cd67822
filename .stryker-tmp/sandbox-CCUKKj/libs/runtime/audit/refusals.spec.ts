// @ts-nocheck
import { refusal, type Actor } from '@letopis/kernel';
import { silent } from '../logger';
import { aboutCall } from '../http/refused';
import type { Composition } from '../composition';
import { isTold, RefusalLog } from './refusals';
import type { Logbook } from './logbook';

const anna: Actor = { kind: 'user', userId: 'anna', sessionId: 's' };
const stranger: Actor = { kind: 'anonymous' };
const about = { kind: 'command' as const, name: 'Do', correlationId: 'c' };

test.each([
  [anna, 'FORBIDDEN', true],
  [anna, 'NOT_FOUND', true],
  [anna, 'INVALID_STATE', true],
  [anna, 'IDEMPOTENCY_KEY_REUSED', true],
  [{ kind: 'service', serviceId: 'x', commands: [], registries: [] } as Actor, 'FORBIDDEN', true],
  [anna, 'VALIDATION_FAILED', false],
  [anna, 'UNKNOWN_COMMAND', false],
  [anna, 'BUSY', false],
  [anna, 'PROJECTION_LAG', false],
  [anna, 'INTERNAL', false],
  [stranger, 'FORBIDDEN', false],
  [{ kind: 'system', name: 'saga' } as Actor, 'FORBIDDEN', false],
] as const)('%j refused with %s: told is %p', (actor, code, told) => expect(isTold(actor, refusal(code))).toBe(told));

describe('The log of refusals', () => {
  const fates = (log: RefusalLog) => {
    const counted: Record<string, number> = {};
    log.onCounted((_, fate) => (counted[fate] = (counted[fate] ?? 0) + 1));
    return counted;
  };
  const book = (write: Logbook['write']) => ({ write }) as Logbook;

  test('gathers refusals, takes no more than its queue holds, and counts what it drops', async () => {
    const appends: number[] = [];
    const log = new RefusalLog(book((_, __, entries) => Promise.resolve(appends.push(entries.length))), silent, () => 'now');
    const counted = fates(log);
    for (let at = 0; at < 1_100; at++) log.take(anna, refusal('FORBIDDEN'), about);
    log.take(stranger, refusal('NOT_AUTHENTICATED'), about);
    await log.stop();
    expect(counted).toEqual({ recorded: 1_000, dropped: 100, counted: 1 });
    expect(Math.max(...appends)).toBe(64);
  });

  test('drops what cannot be written when it ends, and throws nothing', async () => {
    const log = new RefusalLog(book(() => Promise.reject(refusal('STORE_UNAVAILABLE'))), silent, () => 'now');
    const counted = fates(log);
    log.take(anna, refusal('FORBIDDEN'), about);
    await log.stop();
    expect(counted).toEqual({ dropped: 1 });
  });
}); // prettier-ignore

test('A refusal tells the id of a record, and nothing else of a body', () => {
  const commands = new Map([['AcceptThing', { name: 'AcceptThing', of: { category: 'thing' } }]]) as object as Composition['commands'];
  const call = (path: string, params: Record<string, string>, body?: object) => aboutCall({ route: { path }, params, body, correlationId: 'c' }, { commands }, anna);
  expect(call('/v1/commands/:name', { name: 'AcceptThing' }, { thingId: '42', email: 'anna@romashka.ru' })).toEqual({ kind: 'command', name: 'AcceptThing', target: '42', correlationId: 'c', organizationId: undefined });
  expect(call('/v1/commands/:name', { name: 'AcceptThing' }, { thingId: 'anna@romashka.ru' }).target).toBeUndefined();
  expect(call('/v1/commands/:name', { name: 'Иванов' }, {})).toMatchObject({ name: 'unknown' });
  expect(call('/v1/registries/:code/:id', { code: 'things', id: '42' })).toMatchObject({ kind: 'registry', name: 'things', target: '42' });
  expect(call('/v1/audit/records/:category/:id', { category: 'thing', id: '42' })).toMatchObject({ kind: 'audit', target: 'thing-42' });
}); // prettier-ignore

// @ts-nocheck
import { system, type Actor } from '@letopis/kernel';
import { facts, given, issue, stream, when } from '../../kernel/testing';
import { legalHold, legalHoldSaga, PlaceLegalHold, ReleaseLegalHold, type LegalHoldEvents } from './legal-hold';

const told = facts<LegalHoldEvents>();
const admin: Actor = { kind: 'user', userId: 'admin', sessionId: 's', platformRoles: ['PLATFORM_ADMIN'] };
const auditor: Actor = { kind: 'user', userId: 'auditor', sessionId: 's', platformRoles: ['AUDITOR'] };
const subject = 'user:anna';
const because = { subject, reason: 'Запрос суда' };
const place = issue(PlaceLegalHold, because);
const release = issue(ReleaseLegalHold, because);
const placed = told('LegalHoldPlaced', because);
const released = told('LegalHoldReleased', because);
const keyIs = (key: string) => ({ actor: admin, answers: { key } });

describe('A legal hold', () => {
  test('is placed on somebody whose data are kept, and again after it ended', () => {
    given(legalHold).when(place, keyIs('kept')).then(placed);
    given(legalHold, placed, released).when(place, keyIs('kept')).then(placed);
  });

  test.each(['none', 'destroyed'])('is not placed where the key is %s', (key) => {
    given(legalHold).when(place, keyIs(key)).thenRefused('NOTHING_TO_HOLD');
  });

  test('is not placed twice, and ended once', () => {
    given(legalHold, placed).when(place, keyIs('kept')).thenRefused('HELD_ALREADY');
    given(legalHold, placed).when(release, { actor: admin }).then(released);
    given(legalHold, placed, released).when(release, { actor: admin }).thenNothing();
    given(legalHold).when(release, { actor: admin }).thenNothing();
  });

  test('is for administrators of the service alone', () => {
    for (const command of [place, release]) {
      given(legalHold, placed)
        .when(command, { ...keyIs('kept'), actor: auditor })
        .thenRefused('FORBIDDEN');
      given(legalHold, placed)
        .when(command, { ...keyIs('kept'), actor: { kind: 'anonymous' } })
        .thenRefused('NOT_AUTHENTICATED');
      given(legalHold, placed)
        .when(command, { ...keyIs('kept'), actor: system('saga') })
        .thenRefused('FORBIDDEN');
    }
  });
});

test('What was refused for it is tried again when it ends', () =>
  when(legalHoldSaga, stream(legalHold, subject, placed, released)).thenEffects({
    kind: 'port',
    port: 'waitingList',
    method: 'resume',
    input: { error: 'LEGAL_HOLD' },
  }));

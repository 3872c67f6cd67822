// @ts-nocheck
import { aggregate, anyone, call, errorCatalogue, Id, ownerOf, port, projection, refusedWith, saga, schedule, send, Text, user } from '..';
import type { PortMethod } from '..';
import { facts, given, issue, play, stream, when, whenTimer } from './index';

interface LampEvents {
  LampLit: { colour: string; dim?: boolean };
  LampPutOut: Record<never, never>;
  SwitchFailed: { count: number };
}
class LightLamp {
  @Id() lampId: string;
  @Text(1, 10) colour: string;
}
class PutOutLamp {
  @Id() lampId: string;
}
interface Lamp {
  readonly lit: boolean;
  readonly colour: string;
}
const { refusal } = errorCatalogue({
  TAKEN: { status: 409, ru: 'Занято', en: 'Taken' },
  BURNT: { status: 409, ru: 'Перегорела {when}', en: 'Burnt {when}' },
});
const mains = port<{ on: PortMethod<{ lamp: string }, boolean> }>('mains');
const { command, define, event } = aggregate<Lamp, LampEvents>();
const lamp = define({
  category: 'lamp',
  initialState: { lit: false, colour: '' },
  keys: ({ lit, colour }) => (lit ? [{ scope: 'colour', value: colour }] : []),
  commands: {
    LightLamp: command(LightLamp, {
      by: user,
      needs: ({ command: { colour }, id }) => ({ holder: ownerOf('colour', colour), power: mains('on', { lamp: id }) }),
      answer: (events) => ({ events: events.length }),
    }),
    PutOutLamp: command(PutOutLamp, { by: anyone }),
  },
  decide: {
    LightLamp: ({ colour }, { lit }, { holder, power, id, now }) => {
      if (holder && holder !== id) throw refusal('TAKEN');
      if (!power) return refusedWith(refusal('BURNT', { when: now }), [event('SwitchFailed', { count: 1 })]);
      return lit ? [] : [event('LampLit', { colour, dim: undefined })];
    },
    PutOutLamp: (_, { lit }) => {
      if (!lit) throw new Error('a defect');
      return [event('LampPutOut', {})];
    },
  },
  evolve: {
    LampLit: (_, { colour }) => ({ lit: true, colour }),
    LampPutOut: (state) => ({ ...state, lit: false }),
    SwitchFailed: (state) => state,
  },
});

const fact = facts<LampEvents>();
const lampId = '01890a5d-ac96-774b-bcce-b302099a8057';
const other = '01890a5d-ac96-774b-bcce-b302099a8058';
const light = issue(LightLamp, { lampId, colour: 'red' });
const anna = { kind: 'user', userId: 'anna', sessionId: 's' } as const;
const power = (on: boolean) => ({ actor: anna, answers: { power: on } });

describe('The sentence about an aggregate', () => {
  test('holds where the specification is right', () => {
    given(lamp)
      .when(light, power(true))
      .then(fact('LampLit', { colour: 'red' }));
    given(lamp, fact('LampLit', { colour: 'red' }))
      .when(light, power(true))
      .thenNothing();
    given(lamp)
      .when(light, power(false))
      .thenRecordsRefusal('BURNT', fact('SwitchFailed', { count: 1 }));
    given(lamp).when(light, power(true)).thenAnswers({ events: 1 });
    given(lamp).when(light, { actor: anna }).isAllowed();
    given(lamp)
      .when(light, { actor: { kind: 'anonymous' } })
      .isRefused('NOT_AUTHENTICATED');
    expect(given(lamp).when(light, power(true)).after).toEqual({ lit: true, colour: 'red' });
  });

  test('finds the owner of a key among the other streams', () => {
    const elsewhere = stream(lamp, other, fact('LampLit', { colour: 'red' }));
    given(lamp).and(elsewhere).when(light, power(true)).thenRefused('TAKEN');
    given(lamp)
      .and(stream(lamp, other, fact('LampLit', { colour: 'red' }), fact('LampPutOut', {})))
      .when(light, power(true))
      .then(fact('LampLit', { colour: 'red' }));
  });

  test.each([
    ['another event', () => given(lamp).when(light, power(true)).then(fact('LampPutOut', {}))],
    [
      'other data',
      () =>
        given(lamp)
          .when(light, power(true))
          .then(fact('LampLit', { colour: 'blue' })),
    ],
    ['no event', () => given(lamp).when(light, power(true)).thenNothing()],
    ['a refusal', () => given(lamp).when(light, power(true)).thenRefused('TAKEN')],
    [
      'an event of a refused command',
      () =>
        given(lamp)
          .when(light)
          .then(fact('LampLit', { colour: 'red' })),
    ],
    ['an unrecorded refusal', () => given(lamp).when(light, power(false)).thenRefused('BURNT')],
    ['other parameters', () => given(lamp).when(light, power(false)).thenRefused('BURNT', { when: 'never' })],
    ['that a caller may', () => given(lamp).when(light).isAllowed()],
    ['that a caller may not', () => given(lamp).when(light, power(true)).isRefused('FORBIDDEN')],
    ['no answer of a port', () => given(lamp).when(light, { actor: anna }).thenNothing()],
    ['a command of a wrong shape', () => issue(LightLamp, { lampId: 'x', colour: 'red' })],
    ['a field too many', () => issue(LightLamp, { lampId, colour: 'red', power: true } as never)],
    ['a command of another aggregate', () => given(lamp).when(new Date()).thenNothing()],
  ])('fails where it wrongly says %s', (_, sentence) => expect(sentence).toThrow());

  test('does not take a defect for a refusal', () => {
    expect(() => given(lamp).when(issue(PutOutLamp, { lampId })).thenRefused('BURNT')).toThrow('a defect');
    expect(() => play(lamp, [{ command: issue(PutOutLamp, { lampId }) }])).toThrow('a defect');
  });

  test('a sequence goes on over refusals', () => {
    const moments = play(lamp, [
      { command: light, circumstances: power(false) },
      { command: light, circumstances: power(true) },
      { command: issue(PutOutLamp, { lampId }) },
    ]);
    expect(moments.map(({ after, refused }) => [after.lit, refused])).toEqual([
      [false, 'BURNT'],
      [true, undefined],
      [false, undefined],
    ]);
  });

  test('judges a service by the commands that it was given', () => {
    const service = { kind: 'service', serviceId: 'x', commands: ['PutOutLamp'], registries: [] } as const;
    given(lamp).when(light, { actor: service }).isRefused('FORBIDDEN');
    given(lamp).when(issue(PutOutLamp, { lampId }), { actor: service }).isAllowed();
  });
});

describe('The sentence about a saga', () => {
  const keeper = saga<LampEvents>()({
    name: 'Keeper',
    promptly: { LampLit: ({ aggregateId }) => [send(PutOutLamp, { lampId: aggregateId })] },
    on: {
      LampLit: async ({ aggregateId, metadata }, { rows, state }) => [
        ...(await rows<{ to: string }>('keepers', { awake: true })).map(({ to }) => call('mail', 'deliver', { to }, to)),
        schedule(`look:${(await state(lamp, aggregateId)).colour}`, metadata.occurredAt),
      ],
      LampPutOut: () => [call('mail', 'deliver', { to: 'a' }), call('mail', 'deliver', { to: 'b' })],
      SwitchFailed: () => [send(LightLamp, { lampId, colour: '' })],
    },
    onTimer: { look: ({ aggregateId }) => [send(PutOutLamp, { lampId: aggregateId })] },
  });
  const lit = stream(lamp, lampId, fact('LampLit', { colour: 'red' }, { at: '2026-01-01T00:00:00.000Z' }));
  const rows = {
    keepers: [
      { to: 'boris', awake: false },
      { to: 'anna', awake: true },
    ],
  };
  const out = send(PutOutLamp, { lampId });

  test('tells its effects, those before the answer first', async () => {
    await when(keeper, lit, { rows }).thenEffects(
      out,
      call('mail', 'deliver', { to: 'anna' }, 'anna'),
      schedule('look:red', '2026-01-01T00:00:00.000Z'),
    );
    await when(keeper, lit, { rows }).thenPromptly(out);
    await when(keeper, lit, { rows }).thenCommands(out);
    await whenTimer(keeper, 'look:red', lit).thenEffects(out);
  });

  test('fails where an effect is missing, another, without an id of its own or of a wrong shape', async () => {
    await expect(when(keeper, lit, { rows }).thenEffects(out)).rejects.toThrow();
    await expect(when(keeper, lit, { rows }).thenNothing()).rejects.toThrow();
    await expect(when(keeper, lit).thenCommands(out)).rejects.toThrow('give its rows');
    await expect(when(keeper, stream(lamp, lampId, fact('LampPutOut', {}))).thenCommands()).rejects.toThrow('one id');
    await expect(when(keeper, stream(lamp, lampId, fact('SwitchFailed', { count: 1 }))).thenCommands()).rejects.toThrow('wrong shape');
    expect(() => whenTimer(keeper, 'other', lit)).toThrow('no timer');
  });
});

describe('The sentence about a projection', () => {
  const lamps = projection<{ colour: string; room?: string; times: number }, LampEvents>()({
    code: 'lamps',
    version: 1,
    title: { ru: 'Лампы', en: 'Lamps' },
    on: { LampLit: (row, { data: { colour } }) => ({ colour, times: (row?.times ?? 0) + 1 }), SwitchFailed: () => undefined },
    sides: {
      room: { key: ({ aggregateId }) => (aggregateId === other ? 'red' : undefined), on: { LampPutOut: () => ({ name: 'hall' }) } },
    },
    joins: [{ by: 'colour', side: 'room', fields: { name: 'room' } }],
    list: { filters: {}, sorts: [], search: [], defaultSort: 'colour' },
    policy: { name: 'x', see: () => ({ only: {} }) },
  });
  const red = fact('LampLit', { colour: 'red' });

  test('tells the documents with what they join', () => {
    given(lamps, stream(lamp, lampId, red, red), stream(lamp, other, fact('LampPutOut', {})))
      .thenDocument(lampId, { colour: 'red', times: 2, room: 'hall' })
      .thenNoDocument(other)
      .thenIds(lampId);
    given(lamps, stream(lamp, lampId, red, fact('SwitchFailed', { count: 1 }))).thenNoDocument(lampId);
  });

  test('fails where a document is missing or another', () => {
    const told = given(lamps, stream(lamp, lampId, red));
    expect(() => told.thenDocument(lampId, { colour: 'red', times: 2 })).toThrow();
    expect(() => told.thenDocument(other, {})).toThrow();
    expect(() => told.thenNoDocument(lampId)).toThrow();
    expect(() => told.thenIds()).toThrow();
  });
});

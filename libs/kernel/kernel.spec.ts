import fc from 'fast-check';
import {
  after,
  aggregate,
  before,
  canonical,
  derivedId,
  DomainError,
  errorCatalogue,
  Id,
  isUuid,
  Keyring,
  millis,
  newId,
  passes,
  refusalBy,
  secondsUntil,
  sharedErrors,
  systemOnly,
  wrappingId,
} from '.';

describe('Errors', () => {
  const shop = errorCatalogue(
    { SOLD_OUT: { status: 409, ru: 'Товар «{name}» кончился до {date}', en: '«{name}» is sold out until {date}' } },
    sharedErrors,
  );

  test('are filled in with their parameters, in both languages', () => {
    const error = shop.refusal('SOLD_OUT', { name: 'Чай', date: '2026-01-01' });
    expect(error).toBeInstanceOf(DomainError);
    expect(error.text('ru')).toBe('Товар «Чай» кончился до 2026-01-01');
    expect(error.text('en')).toBe('«Чай» is sold out until 2026-01-01');
    expect(error).toMatchObject({ code: 'SOLD_OUT', message: 'SOLD_OUT: «Чай» is sold out until 2026-01-01', entry: { status: 409 } });
  });

  test('leave a place whose parameter is missing, and do not fill in what a parameter brings', () => {
    expect(shop.refusal('SOLD_OUT', { name: '{date}' }).text('ru')).toBe('Товар «{date}» кончился до {date}');
    expect(shop.refusal('SOLD_OUT', { name: 0, date: undefined }).text('en')).toBe('«0» is sold out until undefined');
  });

  test.each([
    ['2026-01-01T20:59:00.000Z', '1 января 2026 г. в 23:59 (МСК)', 'January 1, 2026 at 23:59 (Moscow time)'],
    ['2026-01-01T21:00:00.000Z', '2 января 2026 г. в 00:00 (МСК)', 'January 2, 2026 at 00:00 (Moscow time)'],
    ...['2026-01-01', '2026-01-01T20:59:00Z', 'с 2026-01-01T20:59:00.000Z', '2026-01-01T20:59:00.000Z!'].map((same) => [same, same, same]),
  ])('tell the moment %s as people read it', (date, ru, en) => {
    const error = shop.refusal('SOLD_OUT', { name: 'Чай', date });
    expect([error.text('ru'), error.text('en')]).toEqual([`Товар «Чай» кончился до ${ru}`, `«Чай» is sold out until ${en}`]);
  });

  test('of a code that is only a word are found in their catalogue, and nowhere else', () => {
    expect(refusalBy(shop.entries, 'SOLD_OUT', { name: 'Чай' })).toMatchObject({ code: 'SOLD_OUT', params: { name: 'Чай' } });
    for (const code of ['SOLD', 'toString']) expect(() => refusalBy(shop.entries, code)).toThrow(`${code} is in no catalogue`);
  });

  test('a check passes that refuses nothing, and one that breaks is not hidden', () => {
    const broken = new TypeError('broken');
    const throws = (error: Error) => () => {
      throw error;
    };
    expect(passes(() => 'whatever')).toBe(true);
    expect(passes(throws(shop.refusal('NOT_FOUND')))).toBe(false);
    expect(() => passes(throws(broken))).toThrow(broken);
  });

  test('build on another catalogue, and a code is defined once', () => {
    expect(shop.refusal('NOT_FOUND').text('ru')).toBe('Запись не найдена');
    expect(() => errorCatalogue({ NOT_FOUND: { status: 404, ru: 'Нет', en: 'No' } }, sharedErrors)).toThrow('NOT_FOUND is defined twice');
  });

  test.each([
    ['VALIDATION_FAILED', 400, 'Проверьте заполнение полей'],
    ['NOT_AUTHENTICATED', 401, 'Войдите в систему'],
    ['FORBIDDEN', 403, 'Недостаточно прав для этого действия'],
    ['NOT_FOUND', 404, 'Запись не найдена'],
    ['CONCURRENT_CHANGE', 409, 'Данные изменил другой пользователь. Обновите страницу и повторите'],
    ['ALREADY_EXISTS', 409, 'Запись с таким идентификатором уже есть'],
    ['INVALID_STATE', 409, 'Действие недоступно в статусе «{status}»'],
    ['RATE_LIMITED', 429, 'Слишком много попыток. Повторите через {seconds} с'],
  ] as const)('%s is %i «%s»', (code, status, ru) => expect(sharedErrors.entries[code]).toMatchObject({ status, ru }));
});

describe('Ids', () => {
  test('that are derived follow from their parts alone', () => {
    expect(derivedId('user', 1)).toBe(derivedId('user', 1));
    expect(derivedId('user', 1)).toBe('7330ace5-4149-5d57-92b4-d5d045f058ba');
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.string(), (parts, more) => {
        expect(isUuid(derivedId(...parts))).toBe(true);
        expect(derivedId(...parts, more)).not.toBe(derivedId(...parts));
      }),
    );
  });

  test('that are new sort by time and are never the same', () => {
    const ids = Array.from({ length: 100 }, newId);
    expect(new Set(ids).size).toBe(100);
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every(isUuid)).toBe(true);
  });

  test.each(['', 'x', '00000000-0000-0000-0000-000000000000', '01890a5d-ac96-774b-bcce-b302099a8057 ', null, 7])('%p is none', (value) =>
    expect(isUuid(value)).toBe(false),
  );
});

describe('Time', () => {
  const moment = '2026-02-28T23:59:30.000Z';

  test('goes on and back by spans', () => {
    expect(millis({ days: 1, hours: 1, minutes: 1, seconds: 1 })).toBe(90_061_000);
    expect(after(moment, { days: 1, seconds: 30 })).toBe('2026-03-02T00:00:00.000Z');
    expect(before('2026-03-01T00:00:00.000Z', { seconds: 30 })).toBe(moment);
  });

  test('until a moment is told in whole seconds, rounded up, never less than none', () => {
    expect(secondsUntil(moment, '2026-02-28T23:59:30.001Z')).toBe(1);
    expect(secondsUntil(moment, '2026-02-28T23:59:31.000Z')).toBe(1);
    expect(secondsUntil(moment, moment)).toBe(0);
    expect(secondsUntil('2026-03-01T00:00:00.000Z', moment)).toBe(0);
  });
});

describe('Keys', () => {
  const ring = new Keyring(Buffer.alloc(32, 1));

  test('differ by purpose and by master', () => {
    const macs = [ring.mac('a', 'text'), ring.mac('b', 'text'), ring.mac('a', 'texts'), new Keyring(Buffer.alloc(32, 2)).mac('a', 'text')];
    expect(new Set(macs).size).toBe(4);
    expect(ring.mac('a', 'text')).toBe(macs[0]);
    expect(ring.key('a')).toHaveLength(32);
  });

  test('wrap with the newest that was added, and unwrap with any that is there', () => {
    const [older, newer] = [Buffer.alloc(32, 3), Buffer.alloc(32, 4)];
    const added: Buffer[] = [];
    const growing = new Keyring(Buffer.alloc(32, 1), () => added);
    expect(ring.wrapping()).toEqual({ key: ring.key('subjectKeys') });
    expect(growing.wrapping()).toEqual(ring.wrapping());
    added.push(older, newer);
    expect(growing.wrapping()).toEqual({ id: wrappingId(newer), key: newer });
    expect(growing.wrappedBy(wrappingId(older))).toBe(older);
    expect(growing.wrappedBy(undefined)).toEqual(ring.key('subjectKeys'));
    expect(growing.wrappedBy('another')).toBeUndefined();
    expect(wrappingId(older)).toMatch(/^[0-9a-f]{16}$/);
  });

  test('need a master of 32 bytes', () => expect(() => new Keyring(Buffer.alloc(31))).toThrow('32 bytes'));

  test('canonical JSON does not depend on the order of members nor on undefined ones', () => {
    expect(canonical({ b: [1, { d: null, c: undefined }], a: 'ю' })).toBe('{"a":"ю","b":[1,{"d":null}]}');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonical({ ...turned, undefined: undefined })).toBe(canonical({ ...value, undefined: undefined }));
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('Aggregate', () => {
  class Rename {
    @Id() thingId: string;
  }
  const { command, define } = aggregate<{ readonly renamed: boolean }, { Renamed: Record<never, never> }>();
  const thing = (name: string) =>
    define({
      category: 'thing',
      initialState: { renamed: false },
      commands: { [name]: command(Rename, { by: systemOnly }) },
      decide: { [name]: () => [] },
      evolve: { Renamed: () => ({ renamed: true }) },
    });

  test('does not take a command under another name', () => {
    expect(() => thing('Rename')).not.toThrow();
    expect(() => thing('Forget')).toThrow('the row Forget holds the command Rename');
  });

  test('leaves its state as it is on events that are not its own', () => {
    const at = { id: 'x', occurredAt: '2026-01-01T00:00:00.000Z', actor: { kind: 'system', name: 'x' } } as const;
    const { evolve, initialState, keys, organizationId, eventTypes } = thing('Rename');
    expect(evolve(initialState, { type: 'Renamed', data: {} }, at)).toEqual({ renamed: true });
    for (const type of ['Marked', 'toString', 'constructor']) expect(evolve(initialState, { type, data: {} }, at)).toBe(initialState);
    expect([keys(initialState, 'x'), organizationId(initialState, 'x'), eventTypes]).toEqual([[], undefined, ['Renamed']]);
  });
});

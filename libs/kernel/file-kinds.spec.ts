import { isAsNamed, isBroughtBy, refOf, system, type Actor, type FileFacts } from '.';

const file: FileFacts = {
  ...{ fileId: 'f', name: 'Договор.pdf', mime: 'application/pdf', size: 7, sha256: 'x' },
  ...{ uploadedBy: 'anna', uploadedAt: '2026-01-01T00:00:00.000Z' },
};

describe('Files', () => {
  test.each([
    ['Договор.pdf', 'application/pdf', true],
    ['ДОГОВОР.PDF', 'application/pdf', true],
    ['Договор.pdf', 'application/x-elf', false],
    ['Договор.pdf.exe', 'application/pdf', true], // nothing is promised by a name that is not known
    ['Договор.pdf ', 'application/x-elf', true],
    ['Договор', 'application/x-elf', true],
    ['выгрузка.csv', 'text/plain', true],
    ['выгрузка.csv', 'application/zip', false],
    ['a.toolongending', 'application/zip', true],
    ['снимок.jpeg', 'image/jpeg', true],
    ['снимок.jpeg', 'image/png', false],
  ])('%s with %s inside is as it is named: %s', (name, mime, is) => expect(isAsNamed({ name, mime })).toBe(is));

  test('are named in events by what they are, not by who brought them', () =>
    expect(refOf(file)).toEqual({ fileId: 'f', name: 'Договор.pdf', mime: 'application/pdf', size: 7, sha256: 'x' }));

  test.each<[Actor, boolean]>([
    [{ kind: 'user', userId: 'anna', sessionId: 's', platformRoles: [] }, true],
    [{ kind: 'user', userId: 'boris', sessionId: 's', platformRoles: [] }, false],
    [{ kind: 'service', serviceId: 'anna', commands: [], registries: [] }, false],
    [{ kind: 'anonymous' }, false],
    [system('saga'), true],
  ])('of Anna are brought by %j: %s', (actor, is) => expect(isBroughtBy(file, actor)).toBe(is));
});

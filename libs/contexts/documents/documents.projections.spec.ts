import { derivedId, isAsNamed, type Standing, type UserActor } from '@letopis/kernel';
import { given, stream, type Fact } from '../../kernel/testing';
import { closedTo } from './disk-folder/access';
import { diskFolder } from './disk-folder/disk-folder';
import { isTemplate, numberOf } from './document-type/numbering';
import { document } from './document/document';
import { takes } from './document/file-kinds';
import {
  anna,
  archived,
  bound,
  companyId,
  documentId,
  facts1,
  file2,
  folderId,
  folderMade,
  inFolder,
  lena,
  lutik,
  ofContracts,
  ofDocument,
  ofFolder,
  oleg,
  processId,
  romashka,
  signed,
  staffIdOf,
  uploaded,
  works,
} from './documents.fixtures';
import { diskTree, documents, documentTypes } from './projections/documents';

const row = (...facts: readonly Fact[]) =>
  given(documents, inFolder(), ofContracts(), lutik, works(lena), stream(document, documentId, uploaded({ companyId }), ...facts));
const holds = (fields: object) => expect.objectContaining(fields) as object;

describe('Read models of documents', () => {
  test('R094 R104 a row shows number, client, folder, author, and the status with its colour', () => {
    row().thenDocument(
      documentId,
      holds({
        number: 'Д-0001/2026',
        companyName: 'Лютик',
        clientName: 'Лютик',
        folderName: 'Договоры',
        typeName: 'Договор',
        authorName: 'x@romashka.ru',
        status: 'new',
        statusName: 'Новый',
        statusColor: '#9E9E9E',
        archived: false,
      }),
    );
  });

  test('R103 a status that a process sets is shown and kept in the history, and one that is given back as well', () => {
    const applied = ofDocument('DocumentStatusSet', { from: 'new', to: 'signed', cause: 'process', processId });
    row(bound, applied).thenDocument(documentId, holds({ status: 'signed', statusName: 'Подписан', statusColor: '#43A047', processId }));
    const back = ofDocument('DocumentReleasedFromProcess', { processId, restoredStatus: 'new' });
    row(bound, applied, back).thenDocument(
      documentId,
      holds({
        status: 'new',
        lastProcessId: processId,
        statusHistory: [
          { from: 'new', to: 'signed', cause: 'process', at: '2026-03-02T09:00:00.000Z' },
          { from: 'signed', to: 'new', cause: 'process', at: '2026-03-02T09:00:00.000Z' },
        ],
      }),
    );
  });

  test('R105 versions, signatures, what a document belongs to, and its archive', () => {
    row(
      ofDocument('DocumentVersionAdded', { n: 2, file: file2 }),
      signed(),
      ofDocument('DocumentDissociated', { target: { type: 'company', id: companyId } }),
      ofDocument('DocumentAssociated', { target: { type: 'deal', id: processId } }),
      archived,
    ).thenDocument(
      documentId,
      holds({
        versions: [holds({ n: 1, fileId: facts1.fileId }), holds({ n: 2, fileId: file2.fileId, sha256: file2.sha256 })],
        signatures: [holds({ userId: lena.userId })],
        signers: [lena.userId],
        dealIds: [processId],
        archived: true,
      }),
    );
  });

  test('R091 the tree of the disk, with what lies in each folder', () => {
    const child = derivedId('child');
    given(
      diskTree,
      inFolder(),
      stream(
        diskFolder,
        child,
        folderMade({ parentId: folderId, above: [folderId], name: 'Архив' }),
        ofFolder('FolderRenamed', { name: 'Старое' }),
      ),
      stream(document, documentId, uploaded()),
    )
      .thenDocument(folderId, holds({ name: 'Договоры', documents: 1, restricted: false, path: [folderId] }))
      .thenDocument(child, holds({ name: 'Старое', documents: 0, parentId: folderId, path: [folderId, child] }));
    given(diskTree, inFolder(ofFolder('FolderDeleted', {}))).thenNoDocument(folderId);
  });

  test('R093 R095 types with their statuses and the next number', () => {
    const given1 = { type: 'DocumentNumberAllocated', data: { documentId, number: 'Д-0007/2026', seq: 7, year: '2026' } };
    const stream1 = ofContracts(given1);
    given(documentTypes, inFolder(), stream1).thenDocument(
      stream1.id,
      holds({ code: 'contract', folderName: 'Договоры', numbering: { template: 'Д-{seq:4}/{yyyy}', reset: 'yearly', next: 8 } }),
    );
  });
});

describe('R091 Who may go into a folder', () => {
  const standing = ({ userId }: UserActor, more: object = {}): Standing =>
    ({
      organizationId: romashka,
      organization: { status: 'client', administrators: [anna.userId] },
      membership: { status: 'active', memberKind: 'employee', restrictedGrants: [] },
      workspace: {},
      staffId: staffIdOf({ userId } as UserActor),
      staff: {
        status: 'active',
        organizationId: romashka,
        departmentIds: ['d'],
        roleCodes: ['r'],
        individualRights: [],
        fullAccess: false,
        ...more,
      },
      departments: [{ id: 'd', rights: {}, status: 'active' }],
      roles: [{ code: 'r', rights: [] }],
    }) as object as Standing;
  const closed = (
    kind: 'staff' | 'department' | 'group' | 'role' | 'administrators',
    id: string | undefined,
    who = oleg,
    more: object = {},
  ) =>
    closedTo(
      { folders: [{ id: folderId, access: { mode: 'restricted', allowed: [{ kind, id }] } }], groups: { g: [staffIdOf(oleg)] } },
      standing(who, more),
      who,
      '2026-03-02T09:00:00.000Z',
    ).length > 0;

  test.each([
    ['the staff member who is named', 'staff', staffIdOf(oleg), false],
    ['another one', 'staff', staffIdOf(lena), true],
    ['a department of the staff member', 'department', 'd', false],
    ['another department', 'department', 'e', true],
    ['a role of the staff member', 'role', 'r', false],
    ['another role', 'role', 's', true],
    ['a group that the staff member is in', 'group', 'g', false],
    ['a group that is not there', 'group', 'h', true],
    ['administrators', 'administrators', undefined, true],
  ] as const)('%s', (_, kind, id, isClosed) => expect(closed(kind, id)).toBe(isClosed));

  test('administrators and full access go everywhere, who is blocked nowhere', () => {
    expect(closed('administrators', undefined, anna)).toBe(false);
    expect(closed('staff', 'x', oleg, { fullAccess: true })).toBe(false);
    expect(closed('staff', staffIdOf(oleg), oleg, { status: 'blocked' })).toBe(true);
  });
});

describe('R093 Numbers as people read them', () => {
  test.each([
    ['Д-{seq:4}/{yyyy}', 1, 'Д-0001/2026'],
    ['ВХ-{seq:5}', 123, 'ВХ-00123'],
    ['{yyyy}.{mm}-{seq}', 12_345, '2026.03-12345'],
    ['{seq:2}', 100, '100'],
  ])('%s, %d: %s', (template, seq, number) => expect(numberOf(template, seq, '2026-03-02T09:00:00.000Z')).toBe(number));

  test('the year is that of Moscow', () => expect(numberOf('{yyyy}/{seq}', 1, '2026-12-31T21:00:00.000Z')).toBe('2027/1'));

  test.each([
    ['Д-{seq}', 'never', true],
    ['Д-{seq}', 'yearly', false],
    ['Д-{seq}/{yyyy}', 'yearly', true],
    ['Д', 'never', false],
    ['{seq}-{seq}', 'never', false],
    ['1{seq}', 'never', false],
    ['{seq}{yyyy}', 'yearly', false],
    ['{nonsense}-{seq}', 'never', false],
    ['{seq', 'never', false],
  ] as const)('%s, anew %s: %s', (template, reset, isFine) => expect(isTemplate(template, reset)).toBe(isFine));
});

describe('D49 What is in a file', () => {
  test.each([
    ['договор.pdf', 'application/pdf', true],
    ['договор.pdf', 'image/png', false],
    ['ДОГОВОР.PDF', 'application/octet-stream', false],
    ['старый.doc', 'application/x-cfb', true],
    ['старый.docx', 'application/x-cfb', false],
    ['без имени', 'application/pdf', true],
  ])('%s with %s inside: %s', (name, mime, isFine) => expect(isAsNamed({ name, mime })).toBe(isFine));

  test('a type takes what it lists, groups of it, or all', () => {
    expect([takes([], 'a/b'), takes(['image/*'], 'image/png'), takes(['image/*'], 'imagex/png'), takes(['a/b'], 'a/bc')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

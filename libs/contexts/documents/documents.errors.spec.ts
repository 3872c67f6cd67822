import { derivedId, type FileFacts } from '@letopis/kernel';
import { crmErrors } from '@letopis/contexts/crm';
import { given, issue, stream, type Fact, type Outcome, type Stream } from '../../kernel/testing';
import { contentOfFolder } from './disk-folder/access';
import * as folders from './disk-folder/disk-folder';
import * as types from './document-type/document-type';
import { document } from './document/document';
import * as commands from './document/document.commands';
import { documentErrors } from './errors';
import {
  anna,
  archived,
  bound,
  closedFor,
  companyId,
  documentId,
  elsewhere,
  facts1,
  facts2,
  folderId,
  folderMade,
  inFolder,
  lena,
  linkedCard,
  lutik,
  members,
  numbered,
  ofContracts,
  ofFolder,
  ofType,
  oleg,
  otherProcess,
  people,
  petr,
  processId,
  romashka,
  sagas,
  sha,
  signed,
  staffIdOf,
  typeId,
  typeMade,
  uploaded,
} from './documents.fixtures';
import { seededTypes } from './seeds';

type Asked = Outcome<never>;
const of = { documentId };
const filed = [inFolder(), ofContracts(numbered), lutik, petr];

const doing = (
  command: object,
  facts: readonly Fact[] = [uploaded()],
  { actor = lena, streams = [], answers = {} }: { actor?: typeof lena | typeof sagas; streams?: readonly Stream[]; answers?: object } = {},
): Asked =>
  given(document, ...facts)
    .and(...people, ...(streams.length > 0 ? streams : filed))
    .when(command, { actor, answers: { file: facts2, taken: facts2, asked: true, ...answers } }) as object as Asked;
const upload = (more: Partial<commands.UploadDocument> = {}, streams: readonly Stream[] = [], file: Partial<FileFacts> = {}): Asked => {
  const facts = { ...facts1, ...file };
  const payload = { ...of, organizationId: romashka, typeCode: 'contract', fileId: facts1.fileId, ...more };
  return doing(issue(commands.UploadDocument, payload), [], { streams, answers: { file: facts, taken: facts } });
};
const status = (code: string) => issue(commands.SetDocumentStatus, { ...of, status: code });
const sign = issue(commands.SignDocument, of);
const version = issue(commands.AddDocumentVersion, { ...of, fileId: facts2.fileId });
const sending = (more: Partial<commands.SendDocument> = {}) => issue(commands.SendDocument, { ...of, ...more });

const inDisk = (command: object, facts: readonly Fact[] = [folderMade()], streams: readonly Stream[] = [], actor = anna): Asked =>
  given(folders.diskFolder, ...facts)
    .and(...people, members(contentOfFolder(folderId)), ...streams)
    .when(command, { actor, id: folderId }) as object as Asked;
const folder = (more: Partial<folders.CreateFolder> = {}) =>
  issue(folders.CreateFolder, { diskFolderId: folderId, organizationId: romashka, name: 'Договоры', ...more });
const rename = (name: string) => issue(folders.RenameFolder, { diskFolderId: folderId, name });
const remove = issue(folders.DeleteFolder, { diskFolderId: folderId });

const [contract] = seededTypes(romashka) as [types.CreateDocumentType];
const inType = (command: object, facts: readonly Fact[] = [typeMade()], streams: readonly Stream[] = [inFolder()]): Asked =>
  given(types.documentType, ...facts)
    .and(...people, stream(document, documentId), ...streams)
    .when(command, { actor: anna, id: typeId }) as object as Asked;
const type = (more: Partial<types.CreateDocumentType> = {}) => issue(types.CreateDocumentType, { ...contract, folderId, ...more });
const update = (more: Partial<types.UpdateDocumentType>) => issue(types.UpdateDocumentType, { documentTypeId: typeId, ...more });

const deep = derivedId('deep');
const at = (id: string, ...facts: readonly Fact[]) => stream(folders.diskFolder, id, ...facts);

/** §F.10 for documents: code, its words, and everything that raises it. */
const PROVOKED: ReadonlyArray<readonly [code: string, ru: string | undefined, ...outcomes: readonly Asked[]]> = [
  ['DOCUMENT_TYPE_REQUIRED', 'Сначала выберите тип документа', upload({ typeCode: undefined }), upload({ typeCode: 'nonsense' })],
  [
    'DOCUMENT_STATUS_UNKNOWN',
    'У типа документа нет такого статуса',
    doing(status('nonsense')),
    doing(issue(commands.ApplyDocumentStatus, { ...of, status: 'nonsense', processId }), [uploaded(), bound], { actor: sagas }),
  ],
  [
    'DOCUMENT_IN_PROCESS',
    'Статусом документа управляет процесс',
    doing(status('signed'), [uploaded(), bound]),
    doing(issue(commands.ArchiveDocument, of), [uploaded(), bound]),
    doing(issue(commands.BindDocumentToProcess, { ...of, processId: otherProcess }), [uploaded(), bound], { actor: sagas }),
  ],
  [
    'DOCUMENT_ARCHIVED',
    'Документ в архиве',
    ...[status('signed'), sign, version, sending()].map((each) => doing(each, [uploaded(), archived])),
  ],
  ['DOCUMENT_FINAL', 'Документ подписан — новая версия невозможна', doing(version, [uploaded(), signed()])],
  ['SIGNER_LINK_REQUIRED', 'Для подписи нужна связь с карточкой физического лица', doing(sign)],
  ['ALREADY_SIGNED', 'Вы уже подписали эту версию', doing(sign, [uploaded(), signed()], { streams: [...filed, linkedCard(lena)] })],
  [
    'DOCUMENT_CHANGED',
    undefined,
    doing(issue(commands.SignDocument, { ...of, fileSha256: sha(9) }), [uploaded()], { streams: [...filed, linkedCard(lena)] }),
  ],
  ['FOLDER_NOT_EMPTY', 'Папка не пуста', inDisk(remove, [folderMade(), ofFolder('FolderUsed', { documentId })])],
  ['FOLDER_NOT_EMPTY', 'Папка не пуста', inDisk(remove, [folderMade()], [members(contentOfFolder(folderId), typeId)])],
  [
    'FOLDER_SYSTEM',
    'Системную папку нельзя удалить',
    inDisk(remove, [folderMade({ system: true })]),
    inDisk(rename('Сделки'), [folderMade({ system: true })]),
  ],
  ['FOLDER_ACCESS_DENIED', 'Нет доступа к папке', upload({}, [inFolder(closedFor()), ofContracts(numbered), lutik, petr])],
  [
    'FOLDER_NAME_TAKEN',
    undefined,
    inDisk(folder(), [], [at(elsewhere, folderMade())]),
    inDisk(rename('ПРИКАЗЫ'), [folderMade()], [at(elsewhere, folderMade({ name: 'Приказы' }))]),
  ],
  [
    'FOLDER_DELETED',
    undefined,
    inDisk(rename('x'), [folderMade(), ofFolder('FolderDeleted', {})]),
    inType(type(), [], [inFolder(ofFolder('FolderDeleted', {}))]),
    upload({}, [inFolder(ofFolder('FolderDeleted', {})), ofContracts(numbered), lutik, petr]),
  ],
  [
    'FOLDER_TOO_DEEP',
    undefined,
    inDisk(
      folder({ parentId: deep }),
      [],
      [
        at(deep, folderMade({ above: Array.from({ length: 7 }, (_, n) => derivedId(n)) })),
        ...Array.from({ length: 7 }, (_, n) => at(derivedId(n), folderMade())),
      ],
    ),
  ],
  [
    'FOLDER_RULE_INVALID',
    undefined,
    inDisk(folder({ access: { mode: 'restricted', allowed: [{ kind: 'staff', id: derivedId('nobody') }] } }), []),
    inDisk(folder({ access: { mode: 'restricted', allowed: [{ kind: 'staff' }] } }), []),
  ],
  [
    'DOCUMENT_TYPE_ARCHIVED',
    undefined,
    inType(update({ name: 'x' }), [typeMade(), ofType('DocumentTypeArchived', {})]),
    upload({}, [inFolder(), ofContracts(numbered, ofType('DocumentTypeArchived', {})), lutik, petr]),
  ],
  [
    'DOCUMENT_TYPE_INVALID',
    undefined,
    inType(type({ numbering: { template: 'Д', reset: 'never' } }), []),
    inType(type({ numbering: { template: 'Д-{seq}', reset: 'yearly' } }), []),
    inType(type({ statuses: [] }), []),
    inType(type({ statuses: [...contract.statuses, contract.statuses[0]!] }), []),
    inType(type({ initialStatus: 'nonsense' }), []),
    inType(type({ allowedMime: ['pdf'] }), []),
    inType(update({ numbering: { template: 'Д-{seq}', reset: 'never', next: 4 } }), [
      typeMade({ numbering: { template: 'Д-{seq}', reset: 'never', next: 5 } }),
    ]),
  ],
  [
    'DOCUMENT_STATUS_IN_USE',
    undefined,
    inType(update({ statuses: contract.statuses.slice(0, 2) }), [typeMade(), ofType('DocumentStatusUsed', { status: 'signed' })]),
  ],
  ['DOCUMENT_RECIPIENT_REQUIRED', undefined, doing(sending())],
  ['EMAIL_INVALID', undefined, doing(sending({ to: 'x@-.ru' }))],
  ['FILE_TOO_LARGE', 'Файл больше допустимого размера', upload({}, [], { size: 50 * 1024 * 1024 + 1 })],
  [
    'FILE_TYPE_NOT_ALLOWED',
    'Недопустимый тип файла',
    upload({}, [], { mime: 'application/x-msdownload', name: 'x.exe' }),
    upload({}, [], { mime: 'image/png', name: 'Договор.pdf' }),
    upload({}, [], { size: 0 }),
  ],
  [
    'NOT_FOUND',
    'Запись не найдена',
    upload({}, [], { uploadedBy: anna.userId }),
    upload({ companyId: derivedId('nothing') }),
    upload({ dealId: derivedId('nothing') }),
    upload({ processId: derivedId('nothing') }),
    doing(issue(commands.AssociateDocument, { ...of, target: { type: 'company', id: derivedId('nothing') } })),
    doing(status('signed'), []),
  ],
];

describe('F.10 Errors of documents', () => {
  test.each(PROVOKED.map(([code, ru, ...outcomes]) => ({ code, ru, outcomes })))('R061 $code', ({ code, ru, outcomes }) => {
    for (const outcome of outcomes) {
      const refused = outcome.result.refused ?? 'accepted';
      expect(refused).toBe(code);
      if (ru !== undefined) expect((documentErrors.entries as Readonly<Record<string, { ru: string }>>)[code]!.ru).toBe(ru);
    }
  });

  test('every code of the catalogue is provoked', () => {
    const shared = ['EMAIL_INVALID', ...Object.keys(crmErrors.entries)];
    const own = Object.keys(documentErrors.entries).filter((code) => !shared.includes(code));
    const provoked = new Set(PROVOKED.map(([code]) => code));
    expect(own.filter((code) => !provoked.has(code))).toEqual([]);
    expect(own.length).toBeGreaterThan(18);
  });
});

describe('What is not given away', () => {
  const closed = [inFolder(closedFor({ kind: 'staff', id: staffIdOf(oleg) })), ofContracts(numbered), lutik, petr];

  test('who is not let into the folder sets no status there, whatever the rights', () => {
    const foreign = uploaded({ authorStaffId: staffIdOf(oleg) });
    doing(status('signed'), [foreign], { streams: closed }).isRefused('FOLDER_ACCESS_DENIED');
    doing(status('signed'), [foreign]).isAllowed();
    // The author is in the document, wherever it lies.
    doing(status('signed'), [uploaded()], { streams: closed }).isAllowed();
  });

  test('a confidential document is not there for those who are not in it', () => {
    const foreign = uploaded({ authorStaffId: staffIdOf(oleg), confidential: true });
    doing(status('signed'), [foreign]).isRefused('NOT_FOUND');
    doing(status('signed'), [foreign], { actor: anna }).isAllowed();
  });

  test('an act goes out by the right to send acts alone', () => {
    doing(sending({ to: 'x@mail.ru' }), [uploaded({ typeCode: 'act' })]).isRefused('FORBIDDEN');
    doing(sending({ to: 'x@mail.ru' }), [uploaded({ typeCode: 'act' })], { actor: anna }).isAllowed();
  });

  test('R094 a letter goes to the contact, else to the company, and names whose address it is', () => {
    const sent = (more: object) => doing(sending(), [uploaded(more)]).result.events[0]!.data;
    expect(sent({ companyId })).toMatchObject({ to: 'lutik@mail.ru', n: 1, by: lena.userId });
    expect(sent({ companyId, contactId: petr.id })).toMatchObject({ to: 'petr@mail.ru', contactId: petr.id });
  });

  test('what is asked for once is asked for only when the document may be filed', () => {
    const asked = (command: Partial<commands.UploadDocument>, given?: object) => {
      const { spec } = document.commands.UploadDocument!;
      const payload = issue(commands.UploadDocument, { ...of, organizationId: romashka, fileId: facts1.fileId, ...command });
      const question = { command: payload, state: document.initialState, id: documentId, actor: lena, now: '2026-03-02T09:00:00.000Z' };
      const { filing } = spec.needs!({ ...question, commandId: documentId, settings: {} as never }) as object as {
        filing: { steps: readonly ((known: object) => object)[] };
      };
      const known = {
        type: command.typeCode === undefined ? types.documentType.initialState : foldedType(),
        file: facts1,
        folder: { status: 'active', above: [] },
        doors: { folders: [], groups: {} },
        standing: {},
        company: { status: 'none' },
        contact: { status: 'none' },
      };
      return [Object.keys(filing.steps.at(-2)!(known)), given && Object.keys(filing.steps.at(-1)!({ ...known, asked: given }))];
    };
    const foldedType = () =>
      types.documentType.evolve(types.documentType.initialState, typeMade(), { id: typeId, occurredAt: '', actor: sagas });
    expect(asked({ typeCode: 'contract' }, { number: 'Д-0001/2026' })).toEqual([['taken', 'asked'], []]);
    expect(asked({ typeCode: 'contract' }, {})).toEqual([['taken', 'asked'], ['numbered']]); // given before: told by the type
    expect(asked({})[0]).toEqual([]);
    expect(asked({ typeCode: 'contract', companyId })[0]).toEqual([]);
  });
});

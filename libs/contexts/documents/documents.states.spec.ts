import type { Actor, Definition } from '@letopis/kernel';
import { given, isAsTold, issue, rows, stateTable, stream, type Fact, type Stream } from '../../kernel/testing';
import { contentOfFolder } from './disk-folder/access';
import * as folders from './disk-folder/disk-folder';
import * as types from './document-type/document-type';
import { document } from './document/document';
import {
  actors,
  anna,
  documentId,
  folderId,
  folderMade,
  inFolder,
  members,
  ofFolder,
  ofType,
  people,
  romashka,
  sagas,
  typeId,
  typeMade,
} from './documents.fixtures';
import { seededTypes } from './seeds';

interface Specified {
  readonly definition: Definition<{ readonly status: string }>;
  readonly id: string;
  readonly states: Readonly<Record<string, readonly Fact[]>>;
  readonly dash: string;
  readonly table: string;
  readonly by: string;
  readonly commands: Readonly<Record<string, readonly [command: object, actor?: Actor]>>;
  readonly streams: readonly Stream[];
}

const [contract] = seededTypes(romashka) as [types.CreateDocumentType];

const SPECIFIED: Readonly<Record<string, Specified>> = {
  'DiskFolder (F.1)': {
    definition: folders.diskFolder,
    id: folderId,
    dash: 'FOLDER_DELETED',
    states: { none: [], active: [folderMade()], deleted: [folderMade(), ofFolder('FolderDeleted', {})] },
    table: `
    | State   | CreateFolder             | RenameFolder         | SetFolderAccess        | DeleteFolder              | RecordFolderUse   |
    | none    | → active / FolderCreated | NOT_FOUND            | NOT_FOUND              | NOT_FOUND                 | no-op             |
    | active  | ALREADY_EXISTS           | same / FolderRenamed | same / FolderAccessSet | → deleted / FolderDeleted | same / FolderUsed |
    | deleted | ALREADY_EXISTS           | —                    | —                      | no-op                     | same / FolderUsed |
    `,
    by: `
    | Command         | anonymous         | anna      | lena      | oleg      | viktor    | stranger  | system    |
    | CreateFolder    | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
    | RenameFolder    | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
    | SetFolderAccess | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
    | DeleteFolder    | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
    | RecordFolderUse | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
    `,
    commands: {
      CreateFolder: [issue(folders.CreateFolder, { diskFolderId: folderId, organizationId: romashka, name: 'Договоры' })],
      RenameFolder: [issue(folders.RenameFolder, { diskFolderId: folderId, name: 'Сделки' })],
      SetFolderAccess: [
        issue(folders.SetFolderAccess, { diskFolderId: folderId, access: { mode: 'restricted', allowed: [{ kind: 'administrators' }] } }),
      ],
      DeleteFolder: [issue(folders.DeleteFolder, { diskFolderId: folderId })],
      RecordFolderUse: [issue(folders.RecordFolderUse, { diskFolderId: folderId, documentId }), sagas],
    },
    streams: [members(contentOfFolder(folderId))],
  },
  'DocumentType (F.2)': {
    definition: types.documentType,
    id: typeId,
    dash: 'DOCUMENT_TYPE_ARCHIVED',
    states: { none: [], active: [typeMade()], archived: [typeMade(), ofType('DocumentTypeArchived', {})] },
    table: `
    | State    | CreateDocumentType             | UpdateDocumentType         | AllocateDocumentNumber         | SettleDocumentNumber | RecordDocumentStatusUse   | ArchiveDocumentType            |
    | none     | → active / DocumentTypeCreated | NOT_FOUND                  | NOT_FOUND                      | no-op                | no-op                     | NOT_FOUND                      |
    | active   | ALREADY_EXISTS                 | same / DocumentTypeUpdated | same / DocumentNumberAllocated | no-op                | same / DocumentStatusUsed | → archived / DocumentTypeArchived |
    | archived | ALREADY_EXISTS                 | —                          | same / DocumentNumberAllocated | no-op                | same / DocumentStatusUsed | no-op                          |
    `,
    by: `
    | Command                 | anonymous         | anna      | lena      | oleg      | viktor    | stranger  | system    |
    | CreateDocumentType      | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
    | UpdateDocumentType      | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
    | AllocateDocumentNumber  | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
    | SettleDocumentNumber    | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
    | RecordDocumentStatusUse | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
    | ArchiveDocumentType     | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
    `,
    commands: {
      CreateDocumentType: [issue(types.CreateDocumentType, { ...contract, folderId })],
      UpdateDocumentType: [issue(types.UpdateDocumentType, { documentTypeId: typeId, name: 'Контракт' })],
      AllocateDocumentNumber: [issue(types.AllocateDocumentNumber, { documentTypeId: typeId, documentId }), sagas],
      SettleDocumentNumber: [issue(types.SettleDocumentNumber, { documentTypeId: typeId, documentId }), sagas],
      RecordDocumentStatusUse: [issue(types.RecordDocumentStatusUse, { documentTypeId: typeId, status: 'signed' }), sagas],
      ArchiveDocumentType: [issue(types.ArchiveDocumentType, { documentTypeId: typeId })],
    },
    streams: [inFolder(), stream(document, documentId)],
  },
};

describe.each(Object.entries(SPECIFIED))('%s, by its tables', (_, { definition, id, states, dash, table, by, commands, streams }) => {
  const others = [...people, ...streams];

  test.each(stateTable(table, { dash }))('R091 R093 $state: $asked $becomes', (cell) => {
    const [command, actor = anna] = commands[cell.asked]!;
    const outcome = given(definition, ...states[cell.state]!)
      .and(...others)
      .when(command, { actor, id });
    isAsTold(cell, outcome);
  });

  test.each(rows(by).map((row) => [row.Command!, row] as const))('R061 who may issue %s', (name, { Command: __, ...verdicts }) => {
    const facts = /^Create/.test(name) ? [] : states.active!;
    const judged = Object.entries(actors).map(([who, actor]) => [
      who,
      given(definition, ...facts)
        .and(...others)
        .when(commands[name]![0], { actor, id }).verdict,
    ]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });

  test('the tables name every command', () => expect(Object.keys(commands).sort()).toEqual(Object.keys(definition.commands).sort()));
});

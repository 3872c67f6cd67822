import { RequestNotification } from '@letopis/contexts/communication';
import { EnterRoster, LeaveRoster } from '@letopis/contexts/identity';
import { organization } from '@letopis/contexts/organizations';
import { call, derivedId, ERASED, schedule, send, type DeliveryOutcome } from '@letopis/kernel';
import { stream, when, whenTimer, type Fact } from '../../kernel/testing';
import { contentOfFolder, restrictedFoldersOf } from './disk-folder/access';
import { CreateFolder, diskFolder, RecordFolderUse } from './disk-folder/disk-folder';
import { CreateDocumentType, documentType, RecordDocumentStatusUse, SettleDocumentNumber } from './document-type/document-type';
import { document } from './document/document';
import {
  documentId,
  elsewhere,
  file1,
  file2,
  folderId,
  folderMade,
  itself,
  lena,
  ofContracts,
  ofDocument,
  ofFolder,
  ofType,
  petr,
  romashka,
  typeId,
  typeMade,
  uploaded,
} from './documents.fixtures';
import { documentFilesSaga, documentRostersSaga, documentsBootstrapSaga } from './sagas/bookkeeping.saga';
import { documentSendSaga } from './sagas/document-send.saga';
import { seededFolders, seededTypes } from './seeds';

const told = (...facts: readonly Fact[]) => stream(document, documentId, ...facts);
const inDisk = (...facts: readonly Fact[]) => stream(diskFolder, folderId, ...facts);
const inTypes = (...facts: readonly Fact[]) => stream(documentType, typeId, ...facts);
const enters = (rosterId: string, memberId: string) => send(EnterRoster, { rosterId, memberId }, rosterId);
const leaves = (rosterId: string, memberId: string) => send(LeaveRoster, { rosterId, memberId }, rosterId);

describe('Sagas of documents', () => {
  test('R091 R095 a new client organization gets its disk and its types', async () => {
    const [, registered] = itself.facts;
    await when(documentsBootstrapSaga, stream(organization, romashka, registered!)).thenEffects(
      ...seededFolders(romashka).map((folder) => send(CreateFolder, folder)),
      ...seededTypes(romashka).map((type) => send(CreateDocumentType, type)),
    );
    expect(seededFolders(romashka).map(({ name }) => name)).toEqual([
      'Договоры',
      'Приказы',
      'Акты',
      'Входящие',
      'Счета',
      'Прочее',
      'Телефония: записи звонков',
    ]);
    expect(seededTypes(romashka).map(({ code, statuses }) => [code, ...statuses.map(({ name, color }) => `${name} ${color}`)])).toEqual([
      ['contract', 'Новый #9E9E9E', 'На согласовании #FFB300', 'На подписании #1E88E5', 'Подписан #43A047', 'Архив #616161'],
      ['incoming', 'Новое #9E9E9E', 'В обработке #1E88E5', 'Обработано #43A047'],
      ...['order', 'act', 'invoice'].map((code) => [code, 'Новый #9E9E9E', 'Подписан #43A047', 'Архив #616161']),
    ]);
  });

  test('R105 a file belongs to the document that names it, before whoever named it has the answer', async () => {
    const attached = (fileId: string) =>
      call('files', 'attach', { fileId, organizationId: romashka, owner: { category: 'document', id: documentId } }, fileId);
    await when(documentFilesSaga, told(uploaded())).thenPromptly(attached(file1.fileId));
    const added = ofDocument('DocumentVersionAdded', { n: 2, file: file2 });
    await when(documentFilesSaga, told(uploaded(), added)).thenPromptly(attached(file2.fileId));
  });

  test('R093 a filed document settles its number and makes its folder one that was used', async () => {
    await when(documentRostersSaga, told(uploaded())).thenPromptly(
      send(SettleDocumentNumber, { documentTypeId: typeId, documentId }),
      send(RecordFolderUse, { diskFolderId: folderId, documentId }),
    );
    const set = ofDocument('DocumentStatusSet', { from: 'new', to: 'signed', cause: 'manual' });
    await when(documentRostersSaga, told(uploaded(), set)).thenPromptly(
      send(RecordDocumentStatusUse, { documentTypeId: typeId, status: 'signed' }),
    );
  });

  test('what lies in folders, and which of them are restricted, is kept as sets', async () => {
    const restricted = { mode: 'restricted', allowed: [] } as const;
    await when(documentRostersSaga, inDisk(folderMade())).thenNothing();
    await when(documentRostersSaga, inDisk(folderMade({ parentId: elsewhere, above: [elsewhere], access: restricted }))).thenPromptly(
      enters(restrictedFoldersOf(romashka), folderId),
      enters(contentOfFolder(elsewhere), folderId),
    );
    const [closed, opened] = [restricted, { mode: 'all_members', allowed: [] } as const].map((access) =>
      ofFolder('FolderAccessSet', { access }),
    );
    await when(documentRostersSaga, inDisk(folderMade(), closed!)).thenPromptly(enters(restrictedFoldersOf(romashka), folderId));
    await when(documentRostersSaga, inDisk(folderMade(), opened!)).thenPromptly(leaves(restrictedFoldersOf(romashka), folderId));
    const deleted = ofFolder('FolderDeleted', {});
    await when(documentRostersSaga, inDisk(folderMade({ parentId: elsewhere }), deleted)).thenPromptly(
      leaves(contentOfFolder(elsewhere), folderId),
    );
    await when(documentRostersSaga, inDisk(folderMade(), deleted)).thenNothing();
    await when(documentRostersSaga, inTypes(typeMade())).thenPromptly(enters(contentOfFolder(folderId), typeId));
    const moved = ofType('DocumentTypeUpdated', { changes: { folderId: { from: folderId, to: elsewhere } } });
    await when(documentRostersSaga, inTypes(typeMade(), moved)).thenPromptly(
      leaves(contentOfFolder(folderId), typeId),
      enters(contentOfFolder(elsewhere), typeId),
    );
  });
});

describe('DocumentSendSaga', () => {
  const sendingId = derivedId('sending');
  const sent = (more: object = {}) =>
    ofDocument('DocumentSent', { sendingId, to: 'petr@mail.ru', channel: 'email', n: 1, by: lena.userId, ...more });
  const around = (outcome: DeliveryOutcome) => ({ streams: [ofContracts(), itself, petr], answers: { 'delivery.send': outcome } });
  const failed = (permanent: boolean) => around({ outcome: 'failed', error: 'X', permanent });
  const dueAt = '2026-03-02T09:01:00.000Z';

  test('S19 what is delivered is done', () => when(documentSendSaga, told(uploaded(), sent()), around({ outcome: 'sent' })).thenNothing());

  test('what fails is tried again after a minute, five and fifteen; the timer says nothing of anybody', async () => {
    await when(documentSendSaga, told(uploaded(), sent()), failed(false)).thenEffects(
      schedule(`again:${sendingId}`, dueAt, { sendingId, attempt: 2 }),
    );
    const again = (attempt: number) =>
      whenTimer(documentSendSaga, `again:${sendingId}`, told(uploaded(), sent()), {
        ...failed(false),
        payload: { sendingId, attempt },
        dueAt,
      });
    await again(2).thenEffects(schedule(`again:${sendingId}`, '2026-03-02T09:06:00.000Z', { sendingId, attempt: 3 }));
    await again(3).thenEffects(schedule(`again:${sendingId}`, '2026-03-02T09:16:00.000Z', { sendingId, attempt: 4 }));
  });

  test.each([
    ['refused for good', told(uploaded(), sent()), 1],
    ['failed four times', told(uploaded(), sent()), 4],
  ])('who sent it is told when it is %s', async (_, document, attempt) => {
    const reactions =
      attempt === 1
        ? when(documentSendSaga, document, failed(true))
        : whenTimer(documentSendSaga, `again:${sendingId}`, document, { ...failed(false), payload: { sendingId, attempt }, dueAt });
    await reactions.thenCommands(
      send(RequestNotification, {
        notificationId: derivedId('documentNotSent', sendingId),
        organizationId: romashka,
        recipient: { userId: lena.userId },
        category: 'system',
        policy: 'user_notification',
        textSite: 'Документ Д-0001/2026 «Договор.pdf» не доставлен: проверьте адрес и отправьте ещё раз',
        link: { type: 'document', id: documentId },
      }),
    );
  });

  test('nothing is sent to who was erased', async () => {
    await when(documentSendSaga, told(uploaded(), sent({ to: ERASED, by: undefined })), around({ outcome: 'sent' })).thenNothing();
  });
});

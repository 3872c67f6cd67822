import { derivedId } from '@letopis/kernel';
import { given, issue, stream } from '../../kernel/testing';
import { documentType, AllocateDocumentNumber, UpdateDocumentType } from './document-type/document-type';
import { CreateFolder, diskFolder } from './disk-folder/disk-folder';
import { document } from './document/document';
import * as commands from './document/document.commands';
import {
  anna,
  bound,
  companyId,
  contactId,
  documentId,
  elsewhere,
  facts1,
  folderId,
  folderMade,
  inFolder,
  lena,
  numbered,
  ofContracts,
  ofType,
  people,
  petr,
  lutik,
  processId,
  romashka,
  sagas,
  staffIdOf,
  typeId,
  typeMade,
  uploaded,
} from './documents.fixtures';

/** Events with every field that they may have: what is stored is read for ever. */
describe('Events of documents in full', () => {
  const dealId = derivedId('deal');

  test('R094 S19 an upload for a process names process, deal and client; its client is that of the deal where none is named', () => {
    const upload = (more: Partial<commands.UploadDocument>) =>
      given(document)
        .and(...people, inFolder(), ofContracts(numbered), petr, lutik)
        .when(
          issue(commands.UploadDocument, { documentId, organizationId: romashka, typeCode: 'contract', fileId: facts1.fileId, ...more }),
          {
            actor: lena,
            answers: {
              file: facts1,
              taken: facts1,
              asked: true,
              deal: { status: 'open', organizationId: romashka, companyId, contactId },
              process: {
                status: 'running',
                organizationId: romashka,
                initiatorStaffId: staffIdOf(lena),
                subject: { type: 'company', id: companyId },
              },
            },
          },
        );
    const whole = upload({ title: 'Договор', companyId, contactId, dealId, processId, confidential: true });
    expect(whole.result.events).toMatchObject([
      { type: 'DocumentUploaded', data: { companyId, contactId, dealId, processId, confidential: true } },
    ]);
    expect(upload({ dealId }).result.events).toMatchObject([{ data: { companyId, contactId, dealId } }]);
    expect(upload({ processId }).result.events).toMatchObject([{ data: { companyId, processId } }]);
  });

  test('R094 a document of a process is brought by who began it or is responsible, and nobody else', () => {
    const joining = (process: object | undefined) =>
      given(document)
        .and(...people, inFolder(), ofContracts(numbered))
        .when(
          issue(commands.UploadDocument, { documentId, organizationId: romashka, typeCode: 'contract', fileId: facts1.fileId, processId }),
          {
            actor: lena,
            answers: { file: facts1, taken: facts1, asked: true, process },
          },
        );
    const running = { status: 'running', organizationId: romashka };
    expect(joining({ ...running, responsibleStaffId: staffIdOf(lena) }).result.refused).toBeUndefined();
    joining({ ...running, responsibleStaffId: staffIdOf(anna) }).thenRefused('FORBIDDEN');
    joining({ ...running, status: 'completed', initiatorStaffId: staffIdOf(lena) }).thenRefused('NOT_FOUND');
    joining({ ...running, organizationId: elsewhere, initiatorStaffId: staffIdOf(lena) }).thenRefused('NOT_FOUND');
  });

  test('S19 a letter names the version, the text and whose address it is', () => {
    const sent = given(document, uploaded({ contactId: petr.id }))
      .and(...people, inFolder(), ofContracts(), petr, lutik)
      .when(issue(commands.SendDocument, { documentId, text: 'Ваш экземпляр' }), { actor: lena });
    expect(sent.result.events).toMatchObject([
      { data: { to: 'petr@mail.ru', text: 'Ваш экземпляр', contactId: petr.id, by: lena.userId, n: 1 } },
    ]);
  });

  test('what the system files and sends has no author', () => {
    const filed = given(document)
      .and(...people, inFolder(), ofContracts(numbered))
      .when(issue(commands.UploadDocument, { documentId, organizationId: romashka, typeCode: 'contract', fileId: facts1.fileId }), {
        actor: sagas,
        answers: { file: facts1, taken: facts1, asked: true },
      });
    expect(filed.result.events[0]!.data).not.toHaveProperty('authorStaffId');
    const sent = given(document, uploaded())
      .and(...people, inFolder(), ofContracts(), lutik, petr)
      .when(issue(commands.SendDocument, { documentId, to: 'x@mail.ru' }), { actor: sagas });
    expect(sent.result.events[0]!.data).not.toHaveProperty('by');
  });

  test('R103 what a process gives back names the status', () => {
    const set = { type: 'DocumentStatusSet', data: { from: 'new', to: 'on_approval', cause: 'process', processId } };
    const released = given(document, uploaded(), bound, set)
      .and(...people, inFolder(), ofContracts())
      .when(issue(commands.ReleaseDocumentFromProcess, { documentId, processId, restoreStatus: true }), { actor: sagas });
    expect(released.result.events).toMatchObject([{ data: { processId, restoredStatus: 'new' } }]);
  });

  test('R093 a number that is taken over names the document that never came to be', () => {
    const early = '2026-03-02T08:00:00.000Z';
    const pending = ofType(
      'DocumentNumberAllocated',
      { documentId: elsewhere, number: 'Д-0001/2026', seq: 1, year: '2026' },
      { at: early },
    );
    const allocate = issue(AllocateDocumentNumber, { documentTypeId: typeId, documentId });
    const asked = given(documentType, typeMade(), pending).and(stream(document, elsewhere));
    asked
      .when(allocate, { actor: sagas })
      .then(ofType('DocumentNumberAllocated', { documentId, number: 'Д-0001/2026', seq: 1, year: '2026', takenFrom: elsewhere }));
    // Of a document that is there only the note was missing.
    given(documentType, typeMade(), pending)
      .and(stream(document, elsewhere, uploaded()))
      .when(allocate, { actor: sagas })
      .then(
        ofType('DocumentNumberSettled', { documentId: elsewhere }),
        ofType('DocumentNumberAllocated', { documentId, number: 'Д-0002/2026', seq: 2, year: '2026' }),
      );
    // And last year's number is no number of this year.
    const lastYear = ofType(
      'DocumentNumberAllocated',
      { documentId: elsewhere, number: 'Д-0009/2025', seq: 9, year: '2025' },
      { at: early },
    );
    given(documentType, typeMade(), lastYear)
      .and(stream(document, elsewhere))
      .when(allocate, { actor: sagas })
      .then(
        ofType('DocumentNumberSettled', { documentId: elsewhere }),
        ofType('DocumentNumberAllocated', { documentId, number: 'Д-0001/2026', seq: 1, year: '2026' }),
      );
  });

  test('R095 every setting of a type may change', () => {
    const settings = {
      name: 'Контракт',
      folderId: elsewhere,
      maxSizeMb: 10,
      initialStatus: 'on_approval',
      allowedMime: ['application/pdf'],
    };
    const update = issue(UpdateDocumentType, {
      documentTypeId: typeId,
      ...settings,
      numbering: { template: 'К-{seq}', reset: 'never', next: 7 },
      statuses: [{ code: 'on_approval', name: 'В работе', color: '#000000', order: 0, isFinal: false, isSuccess: false }],
    });
    const updated = given(documentType, typeMade())
      .and(...people, stream(diskFolder, elsewhere, folderMade({ name: 'Контракты' })))
      .when(update, { actor: anna });
    expect(updated.result.refused).toBeUndefined();
    expect(updated.after).toMatchObject({ ...settings, numbering: { template: 'К-{seq}', reset: 'never', next: 7 } });
  });

  test('R091 a folder in a folder names those above it', () => {
    const child = derivedId('child');
    given(diskFolder)
      .and(...people, inFolder())
      .when(issue(CreateFolder, { diskFolderId: child, organizationId: romashka, parentId: folderId, name: ' Архив ' }), { actor: anna })
      .then({
        type: 'FolderCreated',
        data: {
          organizationId: romashka,
          parentId: folderId,
          above: [folderId],
          name: 'Архив',
          access: { mode: 'all_members', allowed: [] },
          system: false,
        },
      });
  });
});

import { given, issue, rows, stateTable, stream, type Fact } from '../../../kernel/testing';
import {
  actors,
  anna,
  archived,
  bound,
  companyId,
  documentId,
  facts1,
  facts2,
  inFolder,
  lena,
  linkedCard,
  lutik,
  numbered,
  ofContracts,
  ofDocument,
  otherProcess,
  people,
  petr,
  processId,
  romashka,
  sagas,
  signed,
  uploaded,
} from '../documents.fixtures';
import type { Document } from './document.state';
import * as commands from './document.commands';
import { document } from './document';

const released = ofDocument('DocumentReleasedFromProcess', { processId });
const status = (to: string, cause: 'manual' | 'process' = 'manual'): Fact => ofDocument('DocumentStatusSet', { from: 'new', to, cause });

/** Whose the document is, what has been signed, whether its way is over. */
const STATES: Readonly<Record<string, readonly Fact[]>> = {
  none: [],
  free: [uploaded()],
  inProcess: [uploaded(), bound],
  released: [uploaded(), bound, released],
  signed: [uploaded(), signed(anna)],
  final: [uploaded(), status('signed')],
  archived: [uploaded(), archived],
};

/** §F.3: what each command does to each kind of document. */
const TABLE = `
| State     | UploadDocument             | AddDocumentVersion            | SetDocumentStatus        | ApplyDocumentStatus      | AssociateDocument         | DissociateDocument | BindDocumentToProcess         | ReleaseDocumentFromProcess         | SignDocument          | SendDocument        | ArchiveDocument          |
| none      | → free / DocumentUploaded  | NOT_FOUND                     | NOT_FOUND                | NOT_FOUND                | NOT_FOUND                 | NOT_FOUND          | NOT_FOUND                     | NOT_FOUND                          | NOT_FOUND             | NOT_FOUND           | NOT_FOUND                |
| free      | ALREADY_EXISTS             | same / DocumentVersionAdded   | same / DocumentStatusSet | same / DocumentStatusSet | same / DocumentAssociated | no-op              | → inProcess / DocumentBoundToProcess | no-op                       | → signed / DocumentSigned | same / DocumentSent | → archived / DocumentArchived |
| inProcess | ALREADY_EXISTS             | same / DocumentVersionAdded   | DOCUMENT_IN_PROCESS      | same / DocumentStatusSet | same / DocumentAssociated | no-op              | no-op                         | → free / DocumentReleasedFromProcess | → signed / DocumentSigned | same / DocumentSent | DOCUMENT_IN_PROCESS      |
| released  | ALREADY_EXISTS             | same / DocumentVersionAdded   | same / DocumentStatusSet | no-op                    | same / DocumentAssociated | no-op              | no-op                         | no-op                              | → signed / DocumentSigned | same / DocumentSent | → archived / DocumentArchived |
| signed    | ALREADY_EXISTS             | DOCUMENT_FINAL                | same / DocumentStatusSet | same / DocumentStatusSet | same / DocumentAssociated | no-op              | same / DocumentBoundToProcess | no-op                              | same / DocumentSigned | same / DocumentSent | → archived / DocumentArchived |
| final     | ALREADY_EXISTS             | DOCUMENT_FINAL                | same / DocumentStatusSet | same / DocumentStatusSet | same / DocumentAssociated | no-op              | → inProcess / DocumentBoundToProcess | no-op                       | → signed / DocumentSigned | same / DocumentSent | → archived / DocumentArchived |
| archived  | ALREADY_EXISTS             | —                             | —                        | —                        | —                         | —                  | —                             | no-op                              | —                     | —                   | no-op                    |
`;

const of = { documentId };
const COMMANDS: Readonly<Record<string, object>> = {
  UploadDocument: issue(commands.UploadDocument, { ...of, organizationId: romashka, typeCode: 'contract', fileId: facts1.fileId }),
  AddDocumentVersion: issue(commands.AddDocumentVersion, { ...of, fileId: facts2.fileId }),
  SetDocumentStatus: issue(commands.SetDocumentStatus, { ...of, status: 'on_signing' }),
  ApplyDocumentStatus: issue(commands.ApplyDocumentStatus, { ...of, status: 'on_approval', processId }),
  AssociateDocument: issue(commands.AssociateDocument, { ...of, target: { type: 'company', id: companyId } }),
  DissociateDocument: issue(commands.DissociateDocument, { ...of, target: { type: 'company', id: companyId } }),
  BindDocumentToProcess: issue(commands.BindDocumentToProcess, { ...of, processId }),
  ReleaseDocumentFromProcess: issue(commands.ReleaseDocumentFromProcess, { ...of, processId }),
  SignDocument: issue(commands.SignDocument, of),
  SendDocument: issue(commands.SendDocument, { ...of, to: 'client@mail.ru' }),
  ArchiveDocument: issue(commands.ArchiveDocument, of),
};
const SYSTEMS = ['ApplyDocumentStatus', 'BindDocumentToProcess', 'ReleaseDocumentFromProcess'];
const answersTo = (name: string) => {
  const file = name === 'UploadDocument' ? facts1 : facts2;
  return { file, taken: file, asked: true };
};
const surroundings = [...people, inFolder(), ofContracts(numbered), lutik, petr, linkedCard(lena)];

const kindOf = (state: Document): string => {
  if (state.organizationId === '') return 'none';
  if (state.archived) return 'archived';
  if (state.signatures.length > 0) return 'signed';
  return state.processId === undefined ? 'free' : 'inProcess';
};
/** What a kind of document is when only what the table tells apart is looked at. */
const KIND: Readonly<Record<string, string>> = { released: 'free', final: 'free' };

describe('R093 R094 R095 R096 Document, by its state table', () => {
  test.each(stateTable(TABLE, { dash: 'DOCUMENT_ARCHIVED' }))('$state: $asked $becomes', ({ state, asked, becomes, events, refused }) => {
    const facts = STATES[state]!;
    const actor = SYSTEMS.includes(asked) ? sagas : lena;
    const outcome = given(document, ...facts)
      .and(...surroundings)
      .when(COMMANDS[asked]!, { actor, answers: answersTo(asked) });
    expect(outcome.result.refused).toBe(refused);
    expect(outcome.result.events.map(({ type }) => type)).toEqual(events);
    const kind = KIND[state] ?? state;
    expect(kindOf(outcome.before)).toBe(kind);
    expect(kindOf(outcome.after)).toBe(becomes.startsWith('→') ? /^→ (\w+)/.exec(becomes)![1] : kind);
  });

  test('the table names every command', () => expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(document.commands).sort()));
});

/** §F.3 «By»: Lena is the author, Oleg only looks, Viktor is a client of the organization, Anna administers it. */
const BY = `
| Command                    | anonymous         | anna      | lena      | oleg      | viktor    | stranger  | system    |
| UploadDocument             | NOT_AUTHENTICATED | allow     | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
| AddDocumentVersion         | NOT_AUTHENTICATED | allow     | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
| SetDocumentStatus          | NOT_AUTHENTICATED | allow     | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
| ApplyDocumentStatus        | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| AssociateDocument          | NOT_AUTHENTICATED | allow     | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
| DissociateDocument         | NOT_AUTHENTICATED | allow     | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
| BindDocumentToProcess      | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| ReleaseDocumentFromProcess | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| SignDocument               | NOT_AUTHENTICATED | allow     | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
| SendDocument               | NOT_AUTHENTICATED | allow     | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
| ArchiveDocument            | NOT_AUTHENTICATED | allow     | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
`;

describe('R061 Who may do what with a document', () => {
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('%s', (name, { Command: _, ...verdicts }) => {
    const facts = name === 'UploadDocument' ? [] : [uploaded()];
    const judged = Object.entries(actors).map(([who, actor]) => [
      who,
      given(document, ...facts)
        .and(...surroundings)
        .when(COMMANDS[name]!, { actor, answers: answersTo(name) }).verdict,
    ]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });
});

describe('A document and its process', () => {
  const by = (command: object, ...facts: readonly Fact[]) =>
    given(document, ...facts)
      .and(...surroundings)
      .when(command, { actor: sagas });
  const apply = issue(commands.ApplyDocumentStatus, { ...of, status: 'on_approval', processId });
  const applied = ofDocument('DocumentStatusSet', { from: 'new', to: 'on_approval', cause: 'process', processId });

  test('R103 a cancelled process gives the status from before it back, one that has ended does not', () => {
    const restore = issue(commands.ReleaseDocumentFromProcess, { ...of, processId, restoreStatus: true });
    by(restore, uploaded(), bound, applied).then(ofDocument('DocumentReleasedFromProcess', { processId, restoredStatus: 'new' }));
    expect(by(restore, uploaded(), bound, applied).after.status).toBe('new');
    by(issue(commands.ReleaseDocumentFromProcess, { ...of, processId }), uploaded(), bound, applied).then(
      ofDocument('DocumentReleasedFromProcess', { processId }),
    );
  });

  test('D46 one process at a time: another can neither bind it nor set its status', () => {
    by(issue(commands.BindDocumentToProcess, { ...of, processId: otherProcess }), uploaded(), bound).thenRefused('DOCUMENT_IN_PROCESS');
    by(issue(commands.ApplyDocumentStatus, { ...of, status: 'on_approval', processId: otherProcess }), uploaded(), bound).thenRefused(
      'DOCUMENT_IN_PROCESS',
    );
    by(issue(commands.ReleaseDocumentFromProcess, { ...of, processId: otherProcess }), uploaded(), bound).thenNothing();
  });

  test('what comes late from a process that has let the document go changes nothing', () => {
    by(apply, uploaded(), bound, released).thenNothing();
    by(issue(commands.BindDocumentToProcess, { ...of, processId }), uploaded(), bound, released).thenNothing();
    // A process that has not bound it yet, for the order of events is nobody's.
    by(apply, uploaded()).then(applied);
  });

  test('the same status again changes nothing', () => by(apply, uploaded(), bound, applied).thenNothing());
});

describe('R094 A document and its clients', () => {
  test('another company takes the place of the first; deals are any number', () => {
    const first = { type: 'company', id: stream(document, 'x').id } as const;
    given(document, uploaded({ companyId: first.id }))
      .and(...surroundings)
      .when(COMMANDS.AssociateDocument!, { actor: lena })
      .then(
        ofDocument('DocumentDissociated', { target: first }),
        ofDocument('DocumentAssociated', { target: { type: 'company', id: companyId } }),
      );
  });
});

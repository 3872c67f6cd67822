import { crm } from '@letopis/contexts/crm';
import {
  AllocateDocumentNumber,
  CreateDocumentType,
  CreateFolder,
  documents,
  documentType,
  documentTypeIdOf,
  seededFolders,
  seededTypes,
  UploadDocument,
} from '@letopis/contexts/documents';
import { identity } from '@letopis/contexts/identity';
import { organizations } from '@letopis/contexts/organizations';
import { DomainError, newId, system, type FileFacts } from '@letopis/kernel';
import { MovableClock } from '@letopis/runtime';
import { runtimeContext } from '../../libs/runtime/runtime';
import { commandSide } from '../support/command-side';
import { startStores, type Stores } from '../support/stores';

const MANY = 1_000;
const AT_ONCE = 500;
const CONTEXTS = [runtimeContext, identity, organizations, crm, documents];

/** Every id names a PDF that nobody has taken yet. */
const anyFile = ({ fileId }: { fileId: string }): Promise<FileFacts> =>
  Promise.resolve({ fileId, name: 'x.pdf', mime: 'application/pdf', size: 1, sha256: fileId, uploadedBy: '' });
const files = { describe: anyFile, take: anyFile, attach: () => Promise.resolve() };

/** What decides on documents and nothing else: no read models, no edge. */
describe('Numbers of documents', () => {
  const clock = new MovableClock();
  const organizationId = newId();
  let stores: Stores;
  let processes: ReturnType<typeof commandSide>[];

  beforeAll(async () => {
    stores = await startStores();
    processes = [1, 2].map(() => commandSide(stores.store, CONTEXTS, { clock, ports: { files }, db: stores.db }));
    for (const folder of seededFolders(organizationId)) await execute(Object.assign(new CreateFolder(), folder));
    for (const type of seededTypes(organizationId)) await execute(Object.assign(new CreateDocumentType(), type));
  });
  afterAll(() => stores.stop());

  const execute = (command: object, commandId = newId(), by = 0) =>
    processes[by]!.dispatcher.execute(command, { commandId, actor: system('test'), correlationId: commandId });

  async function upload(typeCode: string, more: Partial<UploadDocument> = {}, commandId = newId(), by = 0): Promise<string> {
    const command = Object.assign(new UploadDocument(), { organizationId, typeCode, fileId: newId(), ...more });
    const { data } = await execute(command, commandId, by);
    return (data as { number: string }).number;
  }

  const typeId = (code: string) => documentTypeIdOf(organizationId, code);
  const stateOf = async (code: string) => (await processes[0]!.states.fresh(documentType, typeId(code))).state;

  /** Does it `MANY` times, `AT_ONCE` of them side by side. */
  async function inParallel<Done>(work: (at: number) => Promise<Done>): Promise<Done[]> {
    const done: Done[] = [];
    let next = 0;
    const one = async () => {
      for (let at = next++; at < MANY; at = next++) done[at] = await work(at);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    return done;
  }

  test('R093 a thousand uploads side by side, some sent twice, get the numbers 1 to 1,000, each once, and nothing is kept of them', async () => {
    const answers = await inParallel(async (at) => {
      const [commandId, fileId] = [newId(), newId()];
      const sent = await Promise.all((at % 10 === 0 ? [1, 2] : [1]).map(() => upload('incoming', { fileId }, commandId)));
      expect(new Set(sent).size).toBe(1);
      return sent[0]!;
    });
    const wanted = Array.from({ length: MANY }, (_, at) => `ВХ-${String(at + 1).padStart(5, '0')}`);
    expect([...answers].sort()).toEqual(wanted);
    const { pending, numbering } = await stateOf('incoming');
    expect({ pending, next: numbering.next }).toEqual({ pending: [], next: MANY + 1 });
  });

  test('R093 two processes that file into one type at once give every number once', async () => {
    const { numbering } = await stateOf('incoming');
    const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => upload('incoming', {}, newId(), at % 2)));
    const wanted = Array.from({ length: 100 }, (_, at) => `ВХ-${String(numbering.next + at).padStart(5, '0')}`);
    expect([...answers].sort()).toEqual(wanted);
  });

  test('R093 a refused upload costs no number', async () => {
    const refused = await upload('order', { companyId: newId() }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DomainError);
    expect((refused as DomainError).code).toBe('NOT_FOUND');
    expect(await upload('order')).toBe('П-0001/2026');
  });

  test('R093 a number whose document never came to be goes to the next one, and the late document gets another', async () => {
    const documentId = newId();
    await execute(Object.assign(new AllocateDocumentNumber(), { documentTypeId: typeId('act'), documentId }));
    expect(await upload('act')).toBe('А-0002/2026');
    clock.move(11 * 60_000);
    expect(await upload('act')).toBe('А-0001/2026');
    expect(await upload('act', { documentId })).toBe('А-0003/2026');
    expect((await stateOf('act')).pending).toEqual([]);
  });

  test('R093 a number that was given before its upload died is that upload’s when it is sent again', async () => {
    const documentId = newId();
    await execute(Object.assign(new AllocateDocumentNumber(), { documentTypeId: typeId('contract'), documentId }));
    expect(await upload('contract', { documentId })).toBe('Д-0001/2026');
    expect((await stateOf('contract')).pending).toEqual([]);
  });

  test('R093 the sequence of a type begins anew with the year', async () => {
    expect(await upload('invoice')).toBe('С-0001/2026');
    clock.move(366 * 24 * 60 * 60_000);
    expect(await upload('invoice')).toBe('С-0001/2027');
  });
});

import { after, ERASED, newId } from '@letopis/kernel';
import { Files } from '@letopis/ports';
import { waitingSteps } from '@letopis/runtime';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { allNamed } from '../../apps/server/files-sweep';
import { documentTypeIdOf, folderOf } from '@letopis/contexts/documents';
import { fileOf, pdf, sendFile } from '../support/documents';
import { openRomashka, picture, salesOf, staffOf, upload, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

describe('Documents of an organization', () => {
  let world: World;
  let about: Romashka;
  let lena: { caller: Caller; staffId: string };
  let oleg: { caller: Caller; staffId: string };
  let lotos: string;
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    const { romashka, anna } = about;
    lena = await staffOf(world, about, 'lena@romashka.ru', { departmentIds: [salesOf(romashka)], roleCodes: ['sales_manager'] });
    oleg = await staffOf(world, about, 'oleg@romashka.ru', { departmentIds: [salesOf(romashka)] });
    lotos = (await lena.caller.ok('CreateCompany', { organizationId: romashka, name: 'Лютик', emails: ['lutik@mail.ru'] })).aggregateId;
    await world.settle();
    expect(await anna.rows('disk_tree')).toHaveLength(7);
  }, 60_000);
  afterAll(() => world.stop());

  const bring = async (more: object = {}, content = pdf('Договор'), name = 'Договор поставки.pdf') =>
    lena.caller.send('UploadDocument', {
      organizationId: about.romashka,
      typeCode: 'contract',
      fileId: await upload(lena.caller, content, name),
      ...more,
    });

  let contract: string;

  test('S19 R091 R092 R093 R094 R098 R105 the type comes first, then the file: it is numbered, filed and shown on the tab of the company', async () => {
    const { romashka } = about;
    expect((await bring({ typeCode: undefined })).body).toMatchObject({ code: 'DOCUMENT_TYPE_REQUIRED', status: 422 });
    expect((await bring({ typeCode: 'nonsense' })).body.code).toBe('DOCUMENT_TYPE_REQUIRED');
    const real = readFileSync(join(__dirname, '../../examples/documents/contract.pdf'));
    const { status, body } = await bring({ companyId: lotos }, real);
    expect({ status, body }).toMatchObject({ status: 200, body: { data: { number: 'Д-0001/2026' } } });
    contract = body.aggregateId;
    await world.settle();
    expect(await lena.caller.rows('documents', `?filter[companyId]=${lotos}`)).toMatchObject([
      {
        id: contract,
        number: 'Д-0001/2026',
        title: 'Договор поставки.pdf',
        folderName: 'Договоры',
        folderId: folderOf(romashka, 'contracts'),
        companyName: 'Лютик',
        status: 'new',
        statusName: 'Новый',
        statusColor: '#9E9E9E',
        authorStaffId: lena.staffId,
      },
    ]);
    expect(await lena.caller.rows('documents', `?q=${encodeURIComponent('kfn')}`)).toEqual([]);
    for (const q of ['Д-0001', 'лютик', 'k.nbr', 'поставки'])
      expect([q, await lena.caller.rows('documents', `?q=${encodeURIComponent(q)}`)]).toMatchObject([q, [{ id: contract }]]);
  });

  test('R095 R096 R104 a status is set by hand, and everybody who gets the document sees it with its colour', async () => {
    expect(await lena.caller.refused('SetDocumentStatus', { documentId: contract, status: 'in_work' })).toBe('422 DOCUMENT_STATUS_UNKNOWN');
    await lena.caller.ok('SetDocumentStatus', { documentId: contract, status: 'on_approval' });
    await world.settle();
    expect((await oleg.caller.get(`/v1/registries/documents/${contract}`)).body).toMatchObject({
      statusName: 'На согласовании',
      statusColor: '#FFB300',
    });
    expect(await oleg.caller.refused('SetDocumentStatus', { documentId: contract, status: 'signed' })).toBe('403 FORBIDDEN');
    await lena.caller.ok('SetDocumentStatus', { documentId: contract, status: 'new' });
  });

  test('S10 R028 who signs has an accepted link with a person card, and signs the version that was seen', async () => {
    const { anna, romashka } = about;
    const second = pdf('Договор, исправленный');
    const version = await upload(lena.caller, second, 'Договор 2.pdf');
    expect((await lena.caller.ok('AddDocumentVersion', { documentId: contract, fileId: version })).data).toEqual({ n: 2 });
    expect(await oleg.caller.refused('AddDocumentVersion', { documentId: contract, fileId: version })).toBe('403 FORBIDDEN');
    expect(await lena.caller.refused('SignDocument', { documentId: contract })).toBe('422 SIGNER_LINK_REQUIRED');
    const { aggregateId: personId } = await anna.ok('CreatePerson', {
      organizationId: romashka,
      name: { lastName: 'Ленина', firstName: 'Елена' },
    });
    const { aggregateId: personLinkId } = await anna.ok('CreatePersonLinkRequest', {
      organizationId: romashka,
      personId,
      userEmail: 'lena@romashka.ru',
    });
    await lena.caller.ok('AcceptPersonLink', { personLinkId });
    expect(await lena.caller.refused('SignDocument', { documentId: contract, fileSha256: '0'.repeat(64) })).toBe('409 DOCUMENT_CHANGED');
    await lena.caller.ok('SignDocument', { documentId: contract });
    expect(await lena.caller.refused('SignDocument', { documentId: contract })).toBe('409 ALREADY_SIGNED');
    const third = await upload(lena.caller, pdf('Ещё'), 'Ещё.pdf');
    expect(await lena.caller.refused('AddDocumentVersion', { documentId: contract, fileId: third })).toBe('409 DOCUMENT_FINAL');
    await world.settle();
    const { body } = await lena.caller.get(`/v1/registries/documents/${contract}`);
    expect(body.signatures).toMatchObject([{ userId: lena.caller.userId, personId, fileSha256: body.versions[1].sha256 }]);
  });

  test('S19 a document goes to its client by e-mail, with the file', async () => {
    await lena.caller.ok('SendDocument', { documentId: contract, text: 'Подписанный экземпляр' });
    await world.settle();
    const letter = world.lastLetter('lutik@mail.ru');
    expect(letter.subject).toBe('Документ Д-0001/2026: Договор поставки.pdf');
    expect(letter.text).toContain('Подписанный экземпляр');
    expect(letter.attachments).toMatchObject([{ name: 'Договор 2.pdf', type: 'application/pdf' }]);
    expect(letter.attachments[0]!.content.equals(pdf('Договор, исправленный'))).toBe(true);
  });

  test('a file is opened by those who see the document, a part of it as well, under its own name', async () => {
    const { body } = await lena.caller.get(`/v1/registries/documents/${contract}`);
    const [{ fileId, size }] = body.versions;
    const whole = await fileOf(oleg.caller, fileId);
    expect(whole).toMatchObject({ status: 200, size, type: 'application/pdf', sniffing: 'nosniff' });
    expect(whole.disposition).toBe(
      `attachment; filename="_______ ________.pdf"; filename*=UTF-8''${encodeURIComponent('Договор поставки.pdf')}`,
    );
    const part = await fileOf(oleg.caller, fileId, { range: 'bytes=1-4' });
    expect(part).toMatchObject({ status: 206, range: `bytes 1-4/${size}`, text: 'PDF-' });
    expect(await fileOf(oleg.caller, fileId, { range: `bytes=${size}-` })).toMatchObject({ status: 416, range: `bytes */${size}` });
    expect(await fileOf(oleg.caller, fileId, { 'if-none-match': whole.tag! })).toMatchObject({ status: 304, size: 0 });
    expect((await fileOf(await world.person('nobody@mail.ru'), fileId)).status).toBe(404);
    expect((await fileOf(world.stranger, fileId)).status).toBe(401);
  });

  test('R061 R091 a restricted folder is closed to whom it is not open to, on the disk, in lists, to files and to uploads alike', async () => {
    const { anna, romashka } = about;
    const folder = (
      await anna.ok('CreateFolder', {
        organizationId: romashka,
        name: 'Тайны',
        access: { mode: 'restricted', allowed: [{ kind: 'staff', id: lena.staffId }] },
      })
    ).aggregateId;
    const type = await anna.ok('CreateDocumentType', {
      organizationId: romashka,
      code: 'secret',
      name: 'Тайна',
      folderId: folder,
      numbering: { template: 'Т-{seq}', reset: 'never' },
      statuses: [{ code: 'new', name: 'Новая', color: '#000000', order: 0, isFinal: false, isSuccess: false }],
    });
    expect(type.aggregateId).toBe(documentTypeIdOf(romashka, 'secret'));
    const { body } = await bring({ typeCode: 'secret' });
    await world.settle();
    const fileId = (await lena.caller.get(`/v1/registries/documents/${body.aggregateId}`)).body.versions[0].fileId as string;
    expect((await oleg.caller.get(`/v1/registries/documents/${body.aggregateId}`)).status).toBe(404);
    expect((await oleg.caller.rows('documents')).map(({ id }) => id)).toEqual([contract]);
    expect((await oleg.caller.rows('disk_tree')).map(({ name }) => name)).not.toContain('Тайны');
    expect(await fileOf(oleg.caller, fileId)).toMatchObject({ status: 403, code: 'FOLDER_ACCESS_DENIED' });
    expect((await lena.caller.rows('disk_tree')).find(({ name }) => name === 'Тайны')).toMatchObject({ documents: 1, restricted: true });
    await anna.ok('GrantStaffRight', { staffId: oleg.staffId, node: 'documents.my:create' });
    const own = await upload(oleg.caller, pdf('x'), 'x.pdf');
    const payload = { organizationId: romashka, typeCode: 'secret', fileId: own };
    expect(await oleg.caller.refused('UploadDocument', payload)).toBe('403 FOLDER_ACCESS_DENIED');
    expect(await anna.refused('DeleteFolder', { diskFolderId: folder })).toBe('409 FOLDER_NOT_EMPTY');
    expect(await anna.refused('DeleteFolder', { diskFolderId: folderOf(romashka, 'orders') })).toBe('409 FOLDER_SYSTEM');
    await anna.ok('SetFolderAccess', { diskFolderId: folder, access: { mode: 'all_members', allowed: [] } });
    await world.settle();
    expect((await fileOf(oleg.caller, fileId)).status).toBe(200);
  });

  test('R061 a confidential document is seen by its author and by those who edit all', async () => {
    const { body } = await bring({ confidential: true });
    await world.settle();
    expect((await oleg.caller.get(`/v1/registries/documents/${body.aggregateId}`)).status).toBe(404);
    expect((await about.anna.get(`/v1/registries/documents/${body.aggregateId}`)).status).toBe(200);
    const { fileId } = (await lena.caller.get(`/v1/registries/documents/${body.aggregateId}`)).body.versions[0];
    expect((await fileOf(oleg.caller, fileId)).status).toBe(404);
  });

  test('R098 rubbish is refused before it is kept: by what is in it, whatever it is called, and by its size', async () => {
    const { romashka } = about;
    const query = `?for=document&organizationId=${romashka}&typeCode=contract`;
    const send = (content: Buffer, name: string, more = query) => sendFile(lena.caller, content, name, more);
    expect(await send(pdf('x'), 'x.pdf')).toMatchObject({ status: 200 });
    const rubbish = Buffer.alloc(2 * 1024 * 1024, 7);
    expect(await send(rubbish, 'договор.pdf')).toMatchObject({ status: 422, code: 'FILE_TYPE_NOT_ALLOWED' });
    expect(await send(picture.png(10, 10), 'договор.pdf')).toMatchObject({ status: 422, code: 'FILE_TYPE_NOT_ALLOWED' });
    const large = Buffer.concat([pdf('x'), Buffer.alloc(50 * 1024 * 1024)]);
    expect(await send(large, 'большой.pdf')).toMatchObject({ status: 413, code: 'FILE_TOO_LARGE' });
    expect(await send(large, 'большой.pdf', '')).toMatchObject({ status: 413, code: 'FILE_TOO_LARGE' });
    expect(await send(pdf('x'), 'x.pdf', `${query}x`)).toMatchObject({ status: 422, code: 'DOCUMENT_TYPE_REQUIRED' });
    expect(await send(pdf('x'), 'x.pdf', `?for=document&organizationId=${newId()}&typeCode=contract`)).toMatchObject({ status: 404 });
    expect(await send(pdf('x'), 'x.pdf', '?for=nonsense')).toMatchObject({ status: 400, code: 'BAD_QUERY' });
    expect(await sendFile(world.stranger, pdf('x'), 'x.pdf')).toMatchObject({ status: 401, code: 'NOT_AUTHENTICATED' });
    // Whatever came to be there, the command judges again.
    expect((await bring({}, rubbish, 'договор.pdf')).body.code).toBe('FILE_TYPE_NOT_ALLOWED');
    expect((await bring({}, picture.png(10, 10), 'договор.pdf')).body.code).toBe('FILE_TYPE_NOT_ALLOWED');
    const taken = await upload(lena.caller, pdf('x'), 'x.pdf');
    await lena.caller.ok('UploadDocument', { organizationId: romashka, typeCode: 'contract', fileId: taken });
    expect(await lena.caller.refused('UploadDocument', { organizationId: romashka, typeCode: 'contract', fileId: taken })).toBe(
      '404 NOT_FOUND',
    );
  });

  test('an upload that stops halfway leaves nothing, and the same key then brings the whole file; another file under it is refused', async () => {
    const content = pdf('x'.repeat(400_000));
    const headers = { authorization: `Bearer ${lena.caller.token}`, 'idempotency-key': newId(), 'x-file-name': 'x.pdf' };
    const { db } = world.product.runtime;
    const bytes = () => db.collection('_file_bytes.files').countDocuments();
    const before = await bytes();
    await new Promise<void>((resolve) => {
      const sending = httpRequest(filesOf(), { method: 'POST', headers: { ...headers, 'content-length': content.length } });
      sending.on('error', () => {}).on('close', () => resolve());
      sending.write(content.subarray(0, 300_000), () => setTimeout(() => sending.destroy(), 100));
    });
    const send = async (body: Buffer) => {
      const answer = await fetch(filesOf(), { method: 'POST', headers, body: new Uint8Array(body) });
      const { code, size } = (await answer.json()) as { code?: string; size?: number };
      return { status: answer.status, code, size };
    };
    expect(await send(content)).toMatchObject({ status: 200, size: content.length });
    expect(await send(content)).toMatchObject({ status: 200, size: content.length });
    expect(await send(pdf('other'))).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
    expect([(await bytes()) - before, await db.collection('_files_loose').countDocuments()]).toEqual([1, 0]);
  });

  const filesOf = () => `${world.product.url}/v1/files`;

  test('what is said to have two gigabytes is refused before it is taken, and so are names that read otherwise than they are written', async () => {
    const headers = { authorization: `Bearer ${lena.caller.token}`, 'content-length': String(2 * 1024 ** 3) };
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const sending = httpRequest(filesOf(), { method: 'POST', headers }, ({ statusCode }) => {
        resolve(statusCode);
        sending.destroy();
      });
      sending.on('error', reject);
      sending.write(pdf('x'));
    });
    expect(answered).toBe(413);
    for (const name of ['\u202efdp.exe', '../x.pdf', 'a\u0000.pdf'])
      expect(await sendFile(lena.caller, pdf('x'), name)).toMatchObject({ status: 400, code: 'BAD_HEADER' });
  });

  test('whoever works for another organization reads no file of this one, and files none of them as the own', async () => {
    const boris = await world.person('boris@lutik.ru');
    const lutik = await world.client(about.admin, boris, '7736207543', 'Лютик');
    const { versions } = (await lena.caller.get(`/v1/registries/documents/${contract}`)).body;
    const [{ fileId }] = versions;
    for (const enters of [false, true]) {
      if (enters) await boris.ok('EnterWorkspace', { organizationId: lutik });
      expect((await fileOf(boris, fileId)).status).toBe(404);
      expect((await boris.get(`/v1/registries/documents/${contract}`)).status).toBeGreaterThanOrEqual(403);
      expect(await boris.refused('SignDocument', { documentId: contract })).toBe('404 NOT_FOUND');
      expect(await boris.refused('AddDocumentVersion', { documentId: contract, fileId })).toBe('404 NOT_FOUND');
    }
    const own = { organizationId: lutik, typeCode: 'contract' };
    expect(await boris.refused('UploadDocument', { ...own, fileId })).toBe('404 NOT_FOUND');
    const unnamed = await upload(lena.caller, pdf('unnamed'), 'x.pdf');
    expect(await boris.refused('UploadDocument', { ...own, fileId: unnamed })).toBe('404 NOT_FOUND');
    const theirs = await upload(boris, pdf('own'), 'x.pdf');
    expect(await boris.refused('UploadDocument', { ...own, fileId: theirs, companyId: lotos })).toBe('404 NOT_FOUND');
  });

  test('S10 R028 a client sees the own documents alone, opens their files, and signs them by the own link', async () => {
    const { anna, romashka } = about;
    const client = await world.person('client@lutik.ru');
    const asked = await client.ok('CreateAccessRequest', { organizationId: romashka });
    await anna.ok('AcceptAccessRequest', { accessRequestId: asked.aggregateId, memberKind: 'client' });
    await world.settle();
    await client.ok('EnterWorkspace', { organizationId: romashka });
    expect((await client.get('/v1/registries/documents')).status).toBe(403);
    const [{ id: clientAccountId }] = await client.rows('client_accounts');
    expect(await anna.refused('LinkClientAccount', { clientAccountId, companyId: newId() })).toBe('404 NOT_FOUND');
    await anna.ok('LinkClientAccount', { clientAccountId, companyId: lotos });
    const { body } = await bring({ companyId: lotos });
    await bring({ companyId: lotos, confidential: true });
    await bring();
    await world.settle();
    const [own, ...more] = await client.rows('documents');
    expect([own.id, ...more.map(({ id }) => id)].sort()).toEqual([body.aggregateId, contract].sort());
    const { versions } = (await client.get(`/v1/registries/documents/${body.aggregateId}`)).body;
    expect((await fileOf(client, versions[0].fileId)).status).toBe(200);
    expect(await client.refused('SignDocument', { documentId: body.aggregateId })).toBe('422 SIGNER_LINK_REQUIRED');
    const person = await anna.ok('CreatePerson', { organizationId: romashka, name: { lastName: 'Лютиков', firstName: 'Лев' } });
    const link = { organizationId: romashka, personId: person.aggregateId, userEmail: 'client@lutik.ru' };
    const { aggregateId: personLinkId } = await anna.ok('CreatePersonLinkRequest', link);
    await client.ok('AcceptPersonLink', { personLinkId });
    await client.ok('SignDocument', { documentId: body.aggregateId, fileSha256: versions[0].sha256 });
    // A link that has ended signs nothing more; what was signed stays so.
    await anna.ok('RevokePersonLink', { personLinkId, reason: 'Ушёл' });
    const next = (await bring({ companyId: lotos })).body.aggregateId as string;
    expect(await client.refused('SignDocument', { documentId: next })).toBe('422 SIGNER_LINK_REQUIRED');
    await world.settle();
    expect((await client.get(`/v1/registries/documents/${body.aggregateId}`)).body.signatures).toHaveLength(1);
    expect(await client.refused('SetDocumentStatus', { documentId: body.aggregateId, status: 'signed' })).toBe('403 FORBIDDEN');
  });

  test('R061 what a card tells of a person, and to whom a document went, lies sealed in the log', async () => {
    const { romashka } = about;
    const secrets = { name: 'Тайнов Тимофей', emails: ['tainov@mail.ru'], phones: ['+79990001122'] };
    const { aggregateId: contactId } = await lena.caller.ok('CreateContact', {
      organizationId: romashka,
      ...secrets,
      birthDate: '1980-05-17',
    });
    expect(
      (await lena.caller.send('CreateContact', { organizationId: romashka, name: 'x', phones: ['8 999 000-11-22'] })).body,
    ).toMatchObject({
      code: 'CLIENT_DUPLICATE',
    });
    const { body } = await bring({ contactId });
    await lena.caller.ok('SendDocument', { documentId: body.aggregateId, text: 'Лично в руки' });
    await world.settle();
    expect(world.lastLetter('tainov@mail.ru').attachments).toHaveLength(1);
    expect(await lena.caller.lookup('contact_lookup', 'nfqyjd')).toMatchObject([
      { id: contactId, name: secrets.name, emails: secrets.emails },
    ]);
    const { store } = world.product.runtime;
    let log = '';
    for await (const { event } of store.everything()) log += JSON.stringify(event?.data);
    for (const told of [secrets.name, 'tainov', '79990001122', '1980-05-17', 'Лично в руки'])
      expect([told, log.includes(told)]).toEqual([told, false]);
    await lena.caller.ok('ArchiveContact', { contactId });
    await world.settle();
    expect(await lena.caller.lookup('contact_lookup', 'тайнов')).toEqual([]);

    // Erased: neither read models nor the log, with every key that there is, tell of the person any more.
    expect(await lena.caller.refused('EraseContact', { contactId })).toBe('403 FORBIDDEN');
    await about.anna.ok('EraseContact', { contactId });
    await world.settle();
    expect((await lena.caller.get(`/v1/registries/contacts/${contactId}`)).body).toMatchObject({
      name: ERASED,
      status: 'erased',
      emails: [],
    });
    expect((await lena.caller.get(`/v1/registries/documents/${body.aggregateId}`)).body).toMatchObject({ contactName: ERASED });
    const { db } = world.product.runtime;
    let kept = '';
    for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray())
      if (!name.startsWith('_file_bytes')) kept += JSON.stringify(await db.collection(name).find().toArray());
    for await (const resolved of store.everything()) kept += JSON.stringify((await store.open(resolved))?.data);
    for (const told of [secrets.name, 'tainov', '79990001122', '1980-05-17', 'Лично в руки'])
      expect([told, kept.includes(told)]).toEqual([told, false]);
    const again = { organizationId: romashka, name: 'Другой', phones: secrets.phones, emails: secrets.emails };
    await lena.caller.ok('CreateContact', again);
  });

  test('what no record names is swept after a day, what one names stays, and nothing is swept while a saga has yet to say so', async () => {
    const { runtime } = world.product;
    const files = new Files(runtime.db);
    const nobodys = await upload(lena.caller, pdf('nobody'), 'x.pdf');
    await world.settle();
    const day = after(world.clock.now(), { hours: 25 });
    const named = (await lena.caller.get(`/v1/registries/documents/${contract}`)).body.versions as { fileId: string }[];
    const waiting = waitingSteps(runtime.db);
    await waiting.insertOne({ _id: 'x', saga: 'DocumentFilesSaga' } as never);
    expect(await allNamed(runtime)).toBe(false);
    await files.sweep(day, () => allNamed(runtime));
    expect((await fileOf(lena.caller, nobodys)).status).toBe(200);
    await waiting.deleteOne({ _id: 'x' });
    expect(await files.sweep(day, () => allNamed(runtime))).toBeGreaterThan(0);
    expect((await fileOf(lena.caller, nobodys)).status).toBe(404);
    for (const { fileId } of named) expect((await fileOf(lena.caller, fileId)).status).toBe(200);
  });

  test('a full rebuild of the read models sends nothing and comes out the same', async () => {
    await world.settle();
    const before = world.letters().length;
    expect(await world.differencesAfterRebuild()).toEqual([]);
    await world.settle();
    expect(world.letters().length).toBe(before);
  });
});

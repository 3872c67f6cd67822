import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { registerSheets } from '../../apps/cli/operations/sheets';
import { pdf } from '../support/documents';
import { salesOf, openRomashka, staffOf, upload, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';
import { swiftFolder } from '../support/folders';

interface Member {
  readonly caller: Caller;
  readonly staffId: string;
}

const EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">';

/** Two rounds: in the first one rejects, with words that would like to be a program; in the second one is away. */
describe('The printed approval sheet', () => {
  const folder = swiftFolder();
  let world: World;
  let about: Romashka;
  let author: Member, reviewer: Member, first: Member, second: Member;
  let processId: string;
  let documentId: string;
  let page: string;

  const named = (lastName: string, firstName: string) => ({ fullName: { ru: { lastName, firstName } } });
  const settled = async (who: Member, command: string, payload: object) => {
    const answer = await who.caller.ok(command, payload);
    await world.settle();
    return answer.aggregateId as string;
  };
  const move = (who: Member, toStage: string, comment?: string) => settled(who, 'MoveSmartProcess', { processId, toStage, comment });
  const decide = async (who: Member, decision: string, comment?: string) => {
    const [{ taskId }] = await who.caller.rows('approval_inbox');
    await settled(who, 'DecideApprovalTask', { taskId, decision, comment });
  };
  const sheet = ({ caller }: Member, query = '', headers = {}) =>
    caller.call('GET', `/v1/sheets/approval/${processId}${query}`, undefined, headers);
  const versions = async () => (await about.anna.get(`/v1/registries/documents/${documentId}`)).body.versions as { sha256: string }[];

  beforeAll(async () => {
    world = await World.start({ folder });
    about = await openRomashka(world);
    const { romashka } = about;
    const inSales = { departmentIds: [salesOf(romashka)], roleCodes: ['sales_manager'] };
    author = await staffOf(world, about, 'lena@romashka.ru', { ...inSales, ...named('Ленская', 'Елена') });
    reviewer = await staffOf(world, about, 'oleg@romashka.ru', { ...inSales, ...named('Проверкин', 'Олег') });
    first = await staffOf(world, about, 'vera@romashka.ru', { ...inSales, ...named('Первая', 'Вера') });
    second = await staffOf(world, about, 'ivan@romashka.ru', named('Второй', 'Иван'));
    const company = await settled(author, 'CreateCompany', { organizationId: romashka, name: `Лютик & ${EVIL}` });
    processId = await settled(author, 'StartSmartProcess', {
      organizationId: romashka,
      definitionCode: 'contract-approval',
      subject: { type: 'company', id: company },
      params: { reviewer: reviewer.staffId, approvers: [first.staffId, second.staffId], signer: reviewer.staffId },
    });
    const fileId = await upload(author.caller, pdf('Договор'), 'contract.pdf');
    documentId = await settled(author, 'UploadDocument', {
      organizationId: romashka,
      typeCode: 'contract',
      fileId,
      processId,
      title: `Поставка ${EVIL}`,
    });
    await move(author, 'review');
    await move(reviewer, 'approval');
    await decide(first, 'rejected', `Не та сумма ${EVIL}`);
    const second_ = await upload(author.caller, pdf('Договор, исправленный'), 'contract-2.pdf');
    await settled(author, 'AddDocumentVersion', { documentId, fileId: second_ });
    const today = world.clock.now().slice(0, 10);
    await settled(first, 'AddAbsence', {
      staffId: first.staffId,
      type: 'vacation',
      from: today,
      to: today,
      deputyStaffId: reviewer.staffId,
    });
    await move(author, 'review', 'Сумма исправлена');
    await move(reviewer, 'approval');
    await decide(reviewer, 'approved', 'За Веру');
    await decide(second, 'approved');
    page = (await sheet(author)).body;
  }, 90_000);
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('S21 S22 R097 tells every round, approver, deputy, decision, comment and time, and which bytes were before them', async () => {
    const [one, two] = await versions();
    const rounds = page.split('<h2>').filter((part) => part.startsWith('Согласование, круг'));
    expect(rounds).toHaveLength(2);
    expect(rounds[0]).toContain(`Версия 1, SHA-256 <code>${one!.sha256}</code>`);
    expect(rounds[0]).toMatch(
      /<td>Первая Вера<\/td><td><\/td><td class="rejected">Отклонено<\/td><td>Не та сумма .+<\/td><td>.+\(МСК\)<\/td>/,
    );
    expect(rounds[0]).toContain('<td>Второй Иван</td><td></td><td>Решения нет</td><td></td><td></td>');
    expect(rounds[0]).toContain('Итог: Отклонено');
    expect(rounds[1]).toContain(`Версия 2, SHA-256 <code>${two!.sha256}</code>`);
    expect(rounds[1]).toMatch(/<td>Первая Вера<\/td><td>Проверкин Олег<\/td><td>Согласовано<\/td><td>За Веру<\/td>/);
    expect(rounds[1]).toContain('Итог: Согласовано');
    expect(page).toContain('<h1>Лист согласования № 1</h1>');
    expect(page).toContain('Идёт, этап «Подписание»');
    expect(page).toContain('<td>Ленская Елена</td><td>Сумма исправлена</td>');
    expect(page).toMatch(/background:#1E88E5"><\/span>На подписании/);
    expect(page).toContain(`smartProcess-${processId}`);
  });

  test('R097 what people have written stays text, and nothing on the page runs or is fetched', async () => {
    expect(page).not.toMatch(/<script|<img|javascript:/);
    expect(page).toContain('Не та сумма &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('Лютик &amp; &lt;script&gt;');
    const { headers } = await sheet(author);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(page).toContain('@page{size:A4');
  });

  test('R097 the sheet is in the language and zone of who asks', async () => {
    const { body } = await sheet(author, '?timeZone=Asia/Yekaterinburg', { 'accept-language': 'en' });
    expect(body).toContain('<html lang="en">');
    expect(body).toContain('<h1>Approval sheet № 1</h1>');
    expect(body).toContain('<td>Approved</td><td>За Веру</td>');
    expect(body).toMatch(/GMT\+5/);
    expect((await sheet(author, '?locale=en')).body).toContain('Approval sheet');
    expect(await refusedFor(author, '?locale=de')).toBe('400 BAD_QUERY');
    expect(await refusedFor(author, '?timeZone=Moon/Sea')).toBe('400 BAD_QUERY');
    expect(await refusedFor(author, '?what=ever')).toBe('400 BAD_QUERY');
  });

  const refusedFor = async (who: Member, query = '') => {
    const { status, body } = await sheet(who, query);
    return `${status} ${body.code}`;
  };

  test('R097 its address stands in the rows of the process and of its rounds', async () => {
    const address = `/v1/sheets/approval/${processId}`;
    expect((await author.caller.get(`/v1/registries/smart_processes/${processId}`)).body.sheet).toBe(address);
    expect(
      (await author.caller.rows('approval_sheet', `?filter[processId]=${processId}`)).map((row: { sheet: string }) => row.sheet),
    ).toEqual([address, address]);
    expect((await author.caller.get(address)).status).toBe(200);
  });

  test('R097 strangers, members of other organizations and clients see no sheet; who sees the process but not the document sees no document', async () => {
    expect((await world.stranger.get(`/v1/sheets/approval/${processId}`)).body.code).toBe('NOT_AUTHENTICATED');
    const boris = await world.person('boris@lutik.ru');
    const lutik = await world.client(about.admin, boris, '7736207543', 'Лютик');
    const [stranger] = [{ caller: boris, staffId: '' }];
    expect(await refusedFor(stranger)).toMatch(/^40[34] /);
    await boris.ok('EnterWorkspace', { organizationId: lutik });
    expect(await refusedFor(stranger)).toBe('404 NOT_FOUND');
    expect((await author.caller.get('/v1/sheets/approval/nothing')).body.code).toBe('NOT_FOUND');
    expect((await author.caller.get('/v1/sheets/other/x')).body.code).toBe('UNKNOWN_ADDRESS');
    const outsider = await staffOf(world, about, 'petr@romashka.ru');
    const seen = (await sheet(outsider)).body;
    expect(seen).toContain('Договор Д-0001/2026');
    const secret = await settled(author, 'StartSmartProcess', {
      organizationId: about.romashka,
      definitionCode: 'contract-approval',
      subject: { type: 'company', id: (await author.caller.rows('companies'))[0].companyId },
      params: { reviewer: reviewer.staffId, approvers: [second.staffId], signer: reviewer.staffId },
    });
    const fileId = await upload(author.caller, pdf('Тайна'), 'secret.pdf');
    const payload = { organizationId: about.romashka, typeCode: 'contract', fileId, processId: secret, title: 'Тайна', confidential: true };
    await settled(author, 'UploadDocument', payload);
    const of = async ({ caller }: Member) => (await caller.get(`/v1/sheets/approval/${secret}`)).body as string;
    expect(await of(author)).toContain('Тайна');
    expect(await of(outsider)).not.toContain('Тайна');
    expect(await of(outsider)).toContain('Документов нет, или они вам не открыты.');
  });

  test('R097 the command line writes it to a file', async () => {
    process.env.LETOPIS_TOKEN = (await world.signIn('admin@letopis.local', 'Летопись-2026')).token;
    const output = join(folder, 'sheet.html');
    const program = new Command('letopis').exitOverride();
    registerSheets(program);
    try {
      await program.parseAsync(['sheet', 'approval', processId, '--locale', 'en', '--output', output, '--url', world.product.url], {
        from: 'user',
      });
    } finally {
      delete process.env.LETOPIS_TOKEN;
    }
    expect(readFileSync(output, 'utf8')).toContain('<h1>Approval sheet № 1</h1>');
  });
});

// @ts-nocheck
import { before, sharedErrors } from '@letopis/kernel';
import { given, issue, NOW, rows, stream } from '../../kernel/testing';
import {
  account,
  accepted,
  accessRequestId,
  admin,
  anna,
  archived,
  boris,
  client,
  created,
  EMAIL,
  granted,
  INN,
  invitationId,
  invited,
  itself,
  listed,
  member,
  memberOf,
  ofInvitation,
  ofMembership,
  registration_requested,
  requestId,
  romashka,
  sagas,
  suspended,
  viktor,
} from './organizations.fixtures';
import { AcceptAccessRequest, CreateAccessRequest } from './access-request/access-request.commands';
import { accessRequest } from './access-request/access-request';
import { organizationErrors } from './errors';
import { AcceptInvitation, invitation } from './invitation/invitation';
import { membership, ResumeMembership, SuspendMembership } from './membership/membership';
import * as commands from './organization/organization.commands';
import { organization } from './organization/organization';

/** §B.7; below the line, codes that the page does not name. */
const TABLE = `
| Code                         | HTTP | Message                                                                              |
| INN_INVALID                  | 422  | Проверьте ИНН: неверная длина или контрольная сумма                                  |
| INN_KIND_MISMATCH            | 422  | Для юридического лица нужен ИНН из 10 цифр, для ИП — из 12                           |
| KPP_INVALID                  | 422  | Проверьте КПП                                                                        |
| OGRN_INVALID                 | 422  | Проверьте ОГРН (ОГРНИП)                                                              |
| ORGANIZATION_ALREADY_EXISTS  | 409  | Организация с таким ИНН уже есть в реестре                                           |
| ORGANIZATION_NOT_LISTED      | 422  | Сначала добавьте организацию в реестр                                                |
| ADMINISTRATOR_NOT_REGISTERED | 422  | Будущий администратор должен сначала зарегистрироваться в сервисе                    |
| ADMINISTRATOR_NOT_ACTIVE     | 422  | Учётная запись администратора не активирована                                        |
| REGISTRATION_ALREADY_REQUESTED | 409 | Заявка уже подана                                                                   |
| ORGANIZATION_ALREADY_CLIENT  | 409  | Организация уже зарегистрирована                                                     |
| ORGANIZATION_NOT_CLIENT      | 422  | Организация ещё не зарегистрирована в сервисе                                        |
| ORGANIZATION_SUSPENDED       | 403  | Работа организации приостановлена                                                    |
| ORGANIZATION_ARCHIVED        | 409  | Организация в архиве                                                                 |
| LAST_ADMINISTRATOR           | 409  | Нельзя убрать последнего администратора организации                                  |
| MEMBER_IS_ADMINISTRATOR      | 409  | Сначала снимите роль администратора                                                  |
| ACCESS_REQUEST_EXISTS        | 409  | Заявка уже на рассмотрении                                                           |
| ALREADY_MEMBER               | 409  | Доступ уже предоставлен                                                              |
| REQUEST_ALREADY_DECIDED      | 409  | По заявке уже принято решение                                                        |
| TOO_MANY_REJECTIONS          | 429  | Повторная заявка возможна после {date}                                               |
| PERSON_LINK_REQUIRED         | 422  | Нужна принятая связь с карточкой физического лица                                    |
| NOT_A_MEMBER                 | 409  | Пользователь не имеет доступа к организации                                          |
| SELF_DECISION_FORBIDDEN      | 403  | Нельзя рассматривать собственную заявку                                              |
| NODE_NOT_RESTRICTED          | 422  | Для этого раздела отдельный доступ не требуется                                      |
| INVITATION_CLOSED            | 409  | Приглашение уже использовано или закрыто                                             |
| ---------------------------- | ---- | ------------------------------------------------------------------------------------ |
| ORGANIZATION_EMAIL_INVALID   | 422  | Проверьте адрес электронной почты                                                    |
| VALID_UNTIL_WRONG            | 422  | Срок доступа задаётся только для ограниченных разделов и должен быть в будущем       |
`;

const organizationId = romashka;
const add = (fields: Partial<commands.AddLegalEntity>) =>
  given(organization).when(issue(commands.AddLegalEntity, { organizationId, inn: INN, ...fields }), { actor: anna });
const register = (facts: typeof listed, ...others: ReturnType<typeof itself>[]) =>
  given(organization, ...facts)
    .and(...others, account(anna))
    .when(issue(commands.RequestClientRegistration, { organizationId, administratorEmail: EMAIL[boris.userId] }), { actor: anna });
const ask = (scope: string, facts: typeof listed, ...others: ReturnType<typeof itself>[]) =>
  given(accessRequest)
    .and(itself(...facts), memberOf(viktor), ...others)
    .when(issue(CreateAccessRequest, { accessRequestId, organizationId, scope }), { actor: viktor });
const accept = (fields: Partial<AcceptAccessRequest>, ...facts: typeof listed) =>
  given(accessRequest, ...facts)
    .and(itself(...client), memberOf(boris))
    .when(issue(AcceptAccessRequest, { accessRequestId, ...fields }), { actor: anna });
const noted = (number: number) =>
  ofMembership('AccessRejectionNoted', { accessRequestId: `r${number}` }, { at: before(NOW, { days: 4 - number }) });

const PROVOKED: Readonly<
  Record<string, () => { readonly result: { readonly refused?: string; readonly error?: { text(language: 'ru' | 'en'): string } } }>
> = {
  INN_INVALID: () => add({ inn: '7707083894' }),
  INN_KIND_MISMATCH: () => add({ inn: '500100732259' }),
  KPP_INVALID: () => add({ kpp: '1' }),
  OGRN_INVALID: () => add({ ogrn: '1' }),
  ORGANIZATION_ALREADY_EXISTS: () =>
    given(organization)
      .and(stream(organization, boris.userId, ...listed))
      .when(issue(commands.AddLegalEntity, { organizationId, inn: INN }), { actor: anna }),
  ORGANIZATION_NOT_LISTED: () => register([]),
  ADMINISTRATOR_NOT_REGISTERED: () => register(listed),
  ADMINISTRATOR_NOT_ACTIVE: () => register(listed, account(boris, 'registered')),
  REGISTRATION_ALREADY_REQUESTED: () => register(registration_requested),
  ORGANIZATION_ALREADY_CLIENT: () => register(client),
  ORGANIZATION_NOT_CLIENT: () => ask('organization', listed),
  ORGANIZATION_SUSPENDED: () => ask('organization', suspended),
  ORGANIZATION_ARCHIVED: () => ask('organization', archived),
  LAST_ADMINISTRATOR: () =>
    given(organization, ...client)
      .and(memberOf(admin))
      .when(issue(commands.RevokeAdministrator, { organizationId, userId: anna.userId }), { actor: admin }),
  MEMBER_IS_ADMINISTRATOR: () =>
    given(membership, granted(anna))
      .and(itself(...client))
      .when(issue(SuspendMembership, { organizationId, userId: anna.userId }), { actor: anna }),
  ACCESS_REQUEST_EXISTS: () => ask('organization', client, stream(accessRequest, boris.userId, created())),
  ALREADY_MEMBER: () => ask('organization', client, member(viktor)),
  REQUEST_ALREADY_DECIDED: () => accept({}, created(), { ...accepted, data: { ...accepted.data, decidedBy: boris.userId } }),
  TOO_MANY_REJECTIONS: () => ask('organization', client, memberOf(viktor, noted(1), noted(2), noted(3))),
  PERSON_LINK_REQUIRED: () => ask('app:finance.reports', client, member(viktor)),
  NODE_NOT_RESTRICTED: () => ask('app:crm.deals', client, member(viktor)),
  INVITATION_CLOSED: () =>
    given(invitation, invited(), ofInvitation('InvitationCancelled', { by: anna.userId }))
      .and(itself(...client), account(viktor))
      .when(issue(AcceptInvitation, { invitationId }), { actor: viktor }),
  NOT_A_MEMBER: () =>
    given(membership)
      .and(itself(...client))
      .when(issue(ResumeMembership, { organizationId, userId: viktor.userId }), { actor: anna }),
  SELF_DECISION_FORBIDDEN: () => accept({}, created({ requesterUserId: anna.userId })),
  ORGANIZATION_EMAIL_INVALID: () =>
    given(organization, ...client)
      .and(memberOf(anna))
      .when(issue(commands.UpdateOrganizationDetails, { organizationId, contactEmail: 'a@b-.ru' }), { actor: anna }),
  VALID_UNTIL_WRONG: () => accept({ validUntil: NOW }, created()),
};

describe('Refusals of organizations, requests and memberships', () => {
  test.each(rows(TABLE).map(({ Code, HTTP, Message }) => [Code!, Number(HTTP), Message!] as const))('%s is %i «%s»', (code, status, ru) => {
    expect(organizationErrors.entries[code as keyof typeof organizationErrors.entries]).toMatchObject({ status, ru });
    const { refused, error } = PROVOKED[code]!().result;
    expect(refused).toBe(code);
    for (const language of ['ru', 'en'] as const) if (error) expect(error.text(language)).not.toMatch(/[{}]|undefined/);
  });

  test('the tables name every code of this context', () => {
    const own = Object.keys(organizationErrors.entries).filter((code) => !(code in sharedErrors.entries));
    expect(
      rows(TABLE)
        .map(({ Code }) => Code)
        .sort(),
    ).toEqual(own.sort());
  });

  test('INVALID_STATE tells the status', () => {
    const { error } = given(organization, ...listed).when(issue(commands.AcceptClientRegistration, { organizationId, requestId }), {
      actor: sagas,
      answers: { nominee: { status: 'active' } },
    }).result;
    expect(error!.text('ru')).toBe('Действие недоступно в статусе «listed»');
  });
});

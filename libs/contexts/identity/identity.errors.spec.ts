import { after, sharedErrors } from '@letopis/kernel';
import { given, issue, NOW, rows, stream } from '../../kernel/testing';
import {
  active,
  admin,
  anna,
  anonymous,
  boris,
  CAPTCHA,
  deactivated,
  EMAIL,
  POLICY,
  registered,
  roster as rosterFact,
  service,
  sagas,
  session as sessionFact,
  STRONG,
  told,
  WELL,
} from './identity.fixtures';
import * as commands from './user/user.commands';
import { identityErrors } from './errors';
import { administrationsOf, PLATFORM_ADMINS, roster } from './roster/roster';
import { CreateServiceAccount, RotateServiceCredential, serviceAccount } from './service-account/service-account';
import { administeredBy, organization, romashka } from './user/organizations.fixtures';
import { OpenSession, session, SwitchWorkplace } from './session/session';
import { SetChatPreferences, SetInterfaceLanguage, SetTimeZone, UpdateProfileContacts } from './user-profile/user-profile.commands';
import { userProfile } from './user-profile/user-profile';
import { user } from './user/user';

/** §A.7; below the line, codes that the page does not name. */
const TABLE = `
| Code                     | HTTP | Message                                                               |
| PASSWORD_CHANGE_REQUIRED | 403  | Сначала смените выданный пароль                                       |
| EMAIL_TAKEN              | 409  | Пользователь с таким адресом уже зарегистрирован                      |
| EMAIL_NOT_ACTIVATED      | 409  | Адрес зарегистрирован, но не подтверждён. Запросите письмо повторно   |
| CAPTCHA_INVALID          | 422  | Текст с картинки введён неверно или устарел                           |
| CONSENT_REQUIRED         | 422  | Нужно согласие на обработку персональных данных                       |
| ACTIVATION_LINK_INVALID  | 422  | Ссылка активации недействительна                                      |
| ACTIVATION_LINK_EXPIRED  | 410  | Срок действия ссылки истёк. Запросите новую                           |
| USER_NOT_ACTIVATED       | 403  | Подтвердите адрес по ссылке из письма                                 |
| USER_ALREADY_ACTIVE      | 409  | Учётная запись уже активирована                                       |
| USER_DEACTIVATED         | 403  | Учётная запись отключена                                              |
| BAD_CREDENTIALS          | 401  | Неверный адрес или пароль                                             |
| USER_LOCKED              | 423  | Вход временно заблокирован до {time}                                  |
| WEAK_PASSWORD            | 422  | Пароль слишком простой: не менее 10 символов, буквы и цифры           |
| RESET_LINK_INVALID       | 410  | Ссылка восстановления недействительна или устарела                    |
| SESSION_CLOSED           | 401  | Сессия завершена                                                      |
| LAST_PLATFORM_ADMIN      | 409  | Нельзя убрать последнего администратора сервиса                       |
| LAST_ADMINISTRATOR       | 409  | Нельзя убрать последнего администратора организации                   |
| ------------------------ | ---- | --------------------------------------------------------------------- |
| EMAIL_INVALID            | 422  | Проверьте адрес электронной почты                                     |
| CONSENT_VERSION_OUTDATED | 422  | Текст согласия изменился. Прочтите действующую версию {version}       |
| PASSWORD_UNCHANGED       | 422  | Новый пароль совпадает с прежним                                      |
| WORKPLACE_NOT_ALLOWED    | 403  | Рабочее место недоступно для ваших ролей                              |
| LOCALE_UNKNOWN           | 422  | Неизвестный язык                                                      |
| TIMEZONE_UNKNOWN         | 422  | Неизвестный часовой пояс                                              |
| XMPP_JID_INVALID         | 422  | Проверьте адрес XMPP                                                  |
| PROFILE_PHONE_INVALID    | 422  | Проверьте номер телефона                                              |
| ACCOUNT_REVOKED          | 409  | Учётная запись сервиса отозвана                                       |
| KEY_INVALID              | 422  | Нужен открытый ключ JWK (Ed25519, EC или RSA)                         |
`;

const { userId, sessionId } = anna;
const stranger = { actor: anonymous, id: userId, answers: WELL };
const registration = (fields: Partial<commands.RegisterUser> = {}) =>
  issue(commands.RegisterUser, { userId, email: EMAIL, personalDataConsent: true, consentPolicyVersion: POLICY, ...CAPTCHA, ...fields });
const signIn = issue(commands.SignIn, { email: EMAIL, password: STRONG });
const activate = issue(commands.ActivateUser, { userId, token: 't' });
const change = (newPassword: string) => issue(commands.ChangePassword, { currentPassword: STRONG, newPassword });
const account = { serviceAccountId: boris.userId };
const permissions = { commands: [], registries: [] };
const other = (facts: typeof active) => stream(user, boris.userId, ...facts);

const PROVOKED: Readonly<
  Record<string, () => { readonly result: { readonly refused?: string; readonly error?: { text(language: 'ru' | 'en'): string } } }>
> = {
  PASSWORD_CHANGE_REQUIRED: () =>
    given(user, ...active).when(issue(commands.RequestEmailChange, { newEmail: 'a@b.ru', currentPassword: 'x' }), {
      actor: { ...anna, restriction: 'PASSWORD_CHANGE_REQUIRED' },
    }),
  EMAIL_TAKEN: () => given(user).and(other(active)).when(registration(), stranger),
  EMAIL_NOT_ACTIVATED: () => given(user).and(other(registered)).when(registration(), stranger),
  CAPTCHA_INVALID: () => given(user).when(registration(), { ...stranger, answers: { captcha: false } }),
  CONSENT_REQUIRED: () => given(user).when(registration({ personalDataConsent: false }), stranger),
  ACTIVATION_LINK_INVALID: () => given(user, ...registered).when(activate, { ...stranger, answers: { fits: false } }),
  ACTIVATION_LINK_EXPIRED: () => given(user, ...registered).when(activate, { ...stranger, now: after(NOW, { days: 4 }) }),
  USER_NOT_ACTIVATED: () => given(user, ...registered).when(signIn, stranger),
  USER_ALREADY_ACTIVE: () => given(user, ...active).when(issue(commands.ResendActivation, { email: EMAIL, ...CAPTCHA }), stranger),
  USER_DEACTIVATED: () => given(user, ...deactivated).when(signIn, stranger),
  BAD_CREDENTIALS: () => given(user, ...active).when(signIn, { ...stranger, answers: { ...WELL, right: false } }),
  USER_LOCKED: () => given(user, ...active, told('UserLocked', { until: after(NOW, { days: 1 }), lockCount: 1 })).when(signIn, stranger),
  WEAK_PASSWORD: () => given(user, ...active).when(change('weak'), { actor: anna, answers: WELL }),
  RESET_LINK_INVALID: () =>
    given(user, ...active).when(issue(commands.ResetPassword, { userId, token: 't', newPassword: STRONG }), stranger),
  SESSION_CLOSED: () =>
    given(session, sessionFact('SessionOpened', { userId, expiresAt: NOW }), sessionFact('SessionClosed', { reason: 'revoked' })).when(
      issue(OpenSession, { sessionId, userId }),
      { actor: sagas },
    ),
  LAST_PLATFORM_ADMIN: () =>
    given(user, ...active, told('PlatformRoleGranted', { role: 'PLATFORM_ADMIN' }))
      .and(stream(roster, PLATFORM_ADMINS, rosterFact('RosterEntered', { memberId: userId })))
      .when(issue(commands.RevokePlatformRole, { userId, role: 'PLATFORM_ADMIN' }), { actor: admin }),
  LAST_ADMINISTRATOR: () =>
    given(user, ...active)
      .and(
        stream(roster, PLATFORM_ADMINS),
        stream(roster, administrationsOf(userId), rosterFact('RosterEntered', { memberId: romashka })),
        stream(organization, romashka, ...administeredBy(userId)),
      )
      .when(issue(commands.DeactivateUser, { userId, reason: 'left' }), { actor: anna }),
  WORKPLACE_NOT_ALLOWED: () =>
    given(session, sessionFact('SessionOpened', { userId, expiresAt: NOW })).when(issue(SwitchWorkplace, { workplaceCode: 'sales' }), {
      actor: anna,
      id: sessionId,
    }),
  LOCALE_UNKNOWN: () => given(userProfile).when(issue(SetInterfaceLanguage, { locale: 'de' }), { actor: anna }),
  TIMEZONE_UNKNOWN: () => given(userProfile).when(issue(SetTimeZone, { timeZone: 'Nowhere' }), { actor: anna }),
  XMPP_JID_INVALID: () => given(userProfile).when(issue(SetChatPreferences, { xmppJid: 'anna' }), { actor: anna }),
  PROFILE_PHONE_INVALID: () => given(userProfile).when(issue(UpdateProfileContacts, { phones: ['12'] }), { actor: anna }),
  EMAIL_INVALID: () => given(user).when(registration({ email: 'a@b-.ru' }), stranger),
  CONSENT_VERSION_OUTDATED: () => given(user).when(registration({ consentPolicyVersion: 'old' }), stranger),
  PASSWORD_UNCHANGED: () => given(user, ...active).when(change(STRONG), { actor: anna, answers: WELL }),
  ACCOUNT_REVOKED: () =>
    given(
      serviceAccount,
      service('ServiceAccountCreated', { name: 'x', ...permissions, createdBy: 'x' }),
      service('ServiceAccountRevoked', { reason: 'x' }),
    ).when(issue(RotateServiceCredential, account), {
      actor: admin,
      answers: { secret: WELL.reset },
    }),
  KEY_INVALID: () =>
    given(serviceAccount).when(issue(CreateServiceAccount, { ...account, name: 'x', ...permissions, publicKey: { kty: 'oct', k: 'x' } }), {
      actor: admin,
    }),
};

describe('Refusals of accounts and sessions', () => {
  test.each(rows(TABLE).map(({ Code, HTTP, Message }) => [Code!, Number(HTTP), Message!] as const))('%s is %i «%s»', (code, status, ru) => {
    expect(identityErrors.entries[code as keyof typeof identityErrors.entries]).toMatchObject({ status, ru });
    const { refused, error } = PROVOKED[code]!().result;
    expect(refused).toBe(code);
    // A refusal by policy has no text of its own yet; every other has its places filled in.
    for (const language of ['ru', 'en'] as const) if (error) expect(error.text(language)).not.toMatch(/[{}]|undefined/);
  });

  test('the table names every code of this context', () => {
    const own = Object.keys(identityErrors.entries).filter((code) => !(code in sharedErrors.entries));
    expect(
      rows(TABLE)
        .map(({ Code }) => Code)
        .sort(),
    ).toEqual(own.sort());
  });
});

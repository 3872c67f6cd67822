import { errorCatalogue, sharedErrors } from '@letopis/kernel';

export const identityErrors = errorCatalogue(
  {
    PASSWORD_CHANGE_REQUIRED: { status: 403, ru: 'Сначала смените выданный пароль', en: 'Change the password that you were given first' },
    EMAIL_TAKEN: {
      status: 409,
      ru: 'Пользователь с таким адресом уже зарегистрирован',
      en: 'A user with this address is registered already',
    },
    EMAIL_INVALID: { status: 422, ru: 'Проверьте адрес электронной почты', en: 'Check the e-mail address' },
    EMAIL_NOT_ACTIVATED: {
      status: 409,
      ru: 'Адрес зарегистрирован, но не подтверждён. Запросите письмо повторно',
      en: 'The address is registered but not confirmed. Ask for the letter again',
    },
    CAPTCHA_INVALID: {
      status: 422,
      ru: 'Текст с картинки введён неверно или устарел',
      en: 'The text of the picture is wrong or has expired',
    },
    CONSENT_REQUIRED: {
      status: 422,
      ru: 'Нужно согласие на обработку персональных данных',
      en: 'Your consent to the processing of personal data is needed',
    },
    CONSENT_VERSION_OUTDATED: {
      status: 422,
      ru: 'Текст согласия изменился. Прочтите действующую версию {version}',
      en: 'The text of the consent has changed. Read the present version {version}',
    },
    ACTIVATION_LINK_INVALID: { status: 422, ru: 'Ссылка активации недействительна', en: 'The activation link is not valid' },
    ACTIVATION_LINK_EXPIRED: {
      status: 410,
      ru: 'Срок действия ссылки истёк. Запросите новую',
      en: 'The activation link has expired. Ask for a new one',
    },
    USER_NOT_ACTIVATED: { status: 403, ru: 'Подтвердите адрес по ссылке из письма', en: 'Confirm your address by the link in the letter' },
    USER_ALREADY_ACTIVE: { status: 409, ru: 'Учётная запись уже активирована', en: 'The account is active already', alreadySo: true },
    USER_DEACTIVATED: { status: 403, ru: 'Учётная запись отключена', en: 'The account is switched off' },
    BAD_CREDENTIALS: { status: 401, ru: 'Неверный адрес или пароль', en: 'Wrong address or password' },
    USER_LOCKED: { status: 423, ru: 'Вход временно заблокирован до {time}', en: 'Signing in is locked until {time}' },
    WEAK_PASSWORD: {
      status: 422,
      ru: 'Пароль слишком простой: не менее 10 символов, буквы и цифры',
      en: 'The password is too simple: at least 10 characters, letters and digits',
    },
    PASSWORD_UNCHANGED: { status: 422, ru: 'Новый пароль совпадает с прежним', en: 'The new password is the old one' },
    RESET_LINK_INVALID: {
      status: 410,
      ru: 'Ссылка восстановления недействительна или устарела',
      en: 'The link is not valid or has expired',
    },
    WORKPLACE_NOT_ALLOWED: {
      status: 403,
      ru: 'Рабочее место недоступно для ваших ролей',
      en: 'Your roles do not open this workplace',
    },
    SESSION_CLOSED: { status: 401, ru: 'Сессия завершена', en: 'The session is closed' },
    LAST_PLATFORM_ADMIN: {
      status: 409,
      ru: 'Нельзя убрать последнего администратора сервиса',
      en: 'The last administrator of the service cannot be removed',
    },
    /** Here too, for who switches the own account off; organizations refuse with the same row. */
    LAST_ADMINISTRATOR: {
      status: 409,
      ru: 'Нельзя убрать последнего администратора организации',
      en: 'The last administrator of the organization cannot be removed',
    },
    LOCALE_UNKNOWN: { status: 422, ru: 'Неизвестный язык', en: 'This language is not known' },
    TIMEZONE_UNKNOWN: { status: 422, ru: 'Неизвестный часовой пояс', en: 'This time zone is not known' },
    XMPP_JID_INVALID: { status: 422, ru: 'Проверьте адрес XMPP', en: 'Check the XMPP address' },
    PROFILE_PHONE_INVALID: { status: 422, ru: 'Проверьте номер телефона', en: 'Check the phone number' },
    ACCOUNT_REVOKED: { status: 409, ru: 'Учётная запись сервиса отозвана', en: 'The service account has been revoked' },
    KEY_INVALID: { status: 422, ru: 'Нужен открытый ключ JWK (Ed25519, EC или RSA)', en: 'A public JWK is needed (Ed25519, EC or RSA)' },
  },
  sharedErrors,
);

export const refusal = identityErrors.refusal;

// @ts-nocheck
import type { LetterTemplate } from '@letopis/kernel';

/** Letters of this context; `{{button}}` is the link with its token. */
export const letters: Readonly<Record<string, LetterTemplate>> = {
  'user.activation': {
    subject: { ru: 'Подтвердите адрес и войдите', en: 'Confirm your address and sign in' },
    button: { ru: 'Подтвердить адрес', en: 'Confirm the address' },
    body: {
      ru: 'Здравствуйте!\n\nВы зарегистрировались в сервисе. Откройте ссылку, чтобы подтвердить адрес:\n\n{{button}}\n\nПароль для первого входа: {{code password}}\nПосле входа советуем сменить его.\n\nСсылка действует до {{time expiresAt}}. Если вы не регистрировались, ничего не делайте.',
      en: 'Hello!\n\nYou have registered with the service. Open the link to confirm your address:\n\n{{button}}\n\nPassword for the first sign-in: {{code password}}\nWe advise you to change it afterwards.\n\nThe link works until {{time expiresAt}}. If it was not you, there is nothing to do.',
    },
  },
  'user.passwordReset': {
    subject: { ru: 'Новый пароль', en: 'A new password' },
    button: { ru: 'Задать пароль', en: 'Set a password' },
    body: {
      ru: 'Здравствуйте!\n\nЧтобы задать новый пароль, откройте ссылку:\n\n{{button}}\n\nСсылка действует до {{time expiresAt}}. Если вы не просили об этом, ничего не делайте: пароль останется прежним.',
      en: 'Hello!\n\nOpen the link to set a new password:\n\n{{button}}\n\nThe link works until {{time expiresAt}}. If you did not ask for it, there is nothing to do: the password stays as it is.',
    },
  },
  'user.emailChange': {
    subject: { ru: 'Подтвердите новый адрес', en: 'Confirm your new address' },
    button: { ru: 'Подтвердить адрес', en: 'Confirm the address' },
    body: {
      ru: 'Здравствуйте!\n\nЧтобы входить с этим адресом, откройте ссылку:\n\n{{button}}\n\nСсылка действует до {{time expiresAt}}.',
      en: 'Hello!\n\nOpen the link to sign in with this address:\n\n{{button}}\n\nThe link works until {{time expiresAt}}.',
    },
  },
  'user.emailChanged': {
    subject: { ru: 'Адрес изменён', en: 'The address was changed' },
    body: {
      ru: 'Здравствуйте!\n\n{{time at}} адрес вашей учётной записи был изменён. Если это были не вы, напишите администратору сервиса.',
      en: 'Hello!\n\nThe address of your account was changed on {{time at}}. If it was not you, write to the administrator of the service.',
    },
  },
  'user.passwordChanged': {
    subject: { ru: 'Пароль изменён', en: 'The password was changed' },
    body: {
      ru: 'Здравствуйте!\n\n{{time at}} ваш пароль был изменён, остальные сессии закрыты. Если это были не вы, запросите новый пароль и напишите администратору сервиса.',
      en: 'Hello!\n\nYour password was changed on {{time at}} and your other sessions were closed. If it was not you, ask for a new password and write to the administrator of the service.',
    },
  },
  'user.deactivated': {
    subject: { ru: 'Учётная запись отключена', en: 'The account was switched off' },
    body: {
      ru: 'Здравствуйте!\n\n{{time at}} ваша учётная запись была отключена, все сессии закрыты.',
      en: 'Hello!\n\nYour account was switched off on {{time at}} and all its sessions were closed.',
    },
  },
};

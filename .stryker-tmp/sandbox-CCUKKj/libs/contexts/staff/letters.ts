// @ts-nocheck
import type { LetterTemplate, Localized } from '@letopis/kernel';

const letter = (subject: Localized, ru: string, en: string): LetterTemplate => ({
  subject,
  body: { ru: `Здравствуйте!\n\n${ru}`, en: `Hello!\n\n${en}` },
});

/** Letters of this context. */
export const letters: Readonly<Record<string, LetterTemplate>> = {
  'staff.welcome': letter(
    { ru: 'Вы — сотрудник организации {{organization}}', en: 'You are on the staff of {{organization}}' },
    'Для вас открыта учётная запись сотрудника организации {{organization}}.\n\nВход: {{link}}\nЛогин: {{login}}\nПароль для первого входа: {{password}}\n\nПосле входа пароль нужно сменить.',
    'An account on the staff of {{organization}} has been opened for you.\n\nSign in: {{link}}\nLogin: {{login}}\nPassword for the first sign-in: {{password}}\n\nIt has to be changed afterwards.',
  ),
  'staff.joined': letter(
    { ru: 'Вы — сотрудник организации {{organization}}', en: 'You are on the staff of {{organization}}' },
    'Для вас открыта учётная запись сотрудника организации {{organization}}.\n\nВход: {{link}}\nЛогин: {{login}}\nПароль — тот же, с которым вы входите в сервис.',
    'An account on the staff of {{organization}} has been opened for you.\n\nSign in: {{link}}\nLogin: {{login}}\nThe password is the one that you use for the service.',
  ),
  'staff.passwordReset': letter(
    { ru: 'Новый пароль сотрудника организации {{organization}}', en: 'A new password for the staff of {{organization}}' },
    'Вам задан новый пароль.\n\nВход: {{link}}\nЛогин: {{login}}\nПароль: {{password}}\n\nПосле входа пароль нужно сменить.',
    'You have been given a new password.\n\nSign in: {{link}}\nLogin: {{login}}\nPassword: {{password}}\n\nIt has to be changed afterwards.',
  ),
  'support.overdue': letter(
    { ru: 'Клиент ждёт ответа: обращение № {{number}}', en: 'A client waits: request No. {{number}}' },
    'Срок ответа на обращение № {{number}} «{{subject}}» прошёл {{time dueAt}}. Отдел: {{department}}.',
    'The request No. {{number}} «{{subject}}» was to be answered by {{time dueAt}}. Department: {{department}}.',
  ),
  'support.noBalance': letter(
    { ru: 'Обращение № {{number}} закрыто', en: 'The request No. {{number}} is closed' },
    'Обращение № {{number}} «{{subject}}» закрыто: закончились платные обращения.',
    'The request No. {{number}} «{{subject}}» is closed: no paid requests are left.',
  ),
};

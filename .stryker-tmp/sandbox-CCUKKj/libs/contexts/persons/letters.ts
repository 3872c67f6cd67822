// @ts-nocheck
import type { LetterTemplate, Localized } from '@letopis/kernel';

const letter = (subject: Localized, ru: string, en: string): LetterTemplate => ({
  subject,
  body: { ru: `Здравствуйте!\n\n${ru}`, en: `Hello!\n\n${en}` },
});

/** Letters of this context: they go to the user's registration address and to who asked for the link. */
export const letters: Readonly<Record<string, LetterTemplate>> = {
  'personLink.requested': letter(
    { ru: 'Связь с карточкой: {{person}} — created', en: 'Link with a card: {{person}} — created' },
    'Организация {{organization}} просит связать карточку «{{person}}» с пользователем {{user}}. Статус запроса: created. Принять или отклонить его можно в приложении «Связи с физическими лицами».{{#if comment}}\n\nКомментарий: {{comment}}{{/if}}',
    '{{organization}} asks to link the card «{{person}}» with the user {{user}}. Status of the request: created. Accept or reject it among your links with persons.{{#if comment}}\n\nComment: {{comment}}{{/if}}',
  ),
  'personLink.accepted': letter(
    { ru: 'Связь с карточкой: {{person}} — accepted', en: 'Link with a card: {{person}} — accepted' },
    'Пользователь {{user}} принял связь с карточкой «{{person}}» организации {{organization}}. Статус запроса: accepted.',
    'The user {{user}} has accepted the link with the card «{{person}}» of {{organization}}. Status of the request: accepted.',
  ),
  'personLink.rejected': letter(
    { ru: 'Связь с карточкой: {{person}} — rejected', en: 'Link with a card: {{person}} — rejected' },
    'Пользователь {{user}} отклонил связь с карточкой «{{person}}» организации {{organization}}. Статус запроса: rejected.{{#if reason}}\n\nПричина: {{reason}}{{/if}}',
    'The user {{user}} has rejected the link with the card «{{person}}» of {{organization}}. Status of the request: rejected.{{#if reason}}\n\nReason: {{reason}}{{/if}}',
  ),
  'personLink.cancelled': letter(
    { ru: 'Связь с карточкой: {{person}} — cancelled', en: 'Link with a card: {{person}} — cancelled' },
    'Запрос на связь пользователя {{user}} с карточкой «{{person}}» организации {{organization}} отозван. Статус запроса: cancelled.',
    'The request to link the user {{user}} with the card «{{person}}» of {{organization}} was taken back. Status of the request: cancelled.',
  ),
  'personLink.revoked': letter(
    { ru: 'Связь с карточкой: {{person}} — revoked', en: 'Link with a card: {{person}} — revoked' },
    'Связь пользователя {{user}} с карточкой «{{person}}» организации {{organization}} прекращена. Статус: revoked.\n\nПричина: {{reason}}',
    'The link of the user {{user}} with the card «{{person}}» of {{organization}} has ended. Status: revoked.\n\nReason: {{reason}}',
  ),
  'personLink.reminder': letter(
    { ru: 'Ждёт вашего решения: {{person}}', en: 'Waits for your decision: {{person}}' },
    'Запрос организации {{organization}} на связь с карточкой «{{person}}» ещё не рассмотрен. Принять или отклонить его можно в приложении «Связи с физическими лицами».',
    'The request of {{organization}} for a link with the card «{{person}}» has not been decided yet. Accept or reject it among your links with persons.',
  ),
};

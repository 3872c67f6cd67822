import type { LetterTemplate } from '@letopis/kernel';

/** Letters of this context. */
export const letters: Readonly<Record<string, LetterTemplate>> = {
  'notification.message': {
    subject: { ru: '{{#if title}}{{title}}{{else}}Уведомление{{/if}}', en: '{{#if title}}{{title}}{{else}}Notification{{/if}}' },
    body: { ru: 'Здравствуйте!\n\n{{text}}', en: 'Hello!\n\n{{text}}' },
  },
};

import type { LetterTemplate } from '@letopis/kernel';

/** Letters of this context. */
export const letters: Readonly<Record<string, LetterTemplate>> = {
  'document.sent': {
    subject: { ru: 'Документ {{number}}: {{title}}', en: 'Document {{number}}: {{title}}' },
    body: {
      ru: 'Здравствуйте!\n\nОрганизация {{organization}} направляет вам документ: {{type}} {{number}} «{{title}}». Файл приложен к письму.\n\n{{text}}',
      en: 'Hello!\n\n{{organization}} sends you a document: {{type}} {{number}} «{{title}}». The file is attached to this letter.\n\n{{text}}',
    },
  },
};

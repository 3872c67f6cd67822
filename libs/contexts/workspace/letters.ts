import type { LetterTemplate } from '@letopis/kernel';

/** Letters of this context. */
export const letters: Readonly<Record<string, LetterTemplate>> = {
  'onboarding.completed': {
    subject: { ru: 'Организация готова к работе: {{organization}}', en: 'The organization is ready: {{organization}}' },
    body: {
      ru: 'Здравствуйте!\n\nВсе восемь шагов подключения пройдены, организация {{organization}} готова к работе. Советуем прочитать:\n\n1. Основные понятия. Участник — пользователь с доступом к организации. Карточка физического лица хранит имя, телефоны и адреса; связь соединяет карточку с пользователем и нужна для подписания и для разделов с ограниченным доступом.\n\n2. Устройство интерфейса. Разделы собраны в категории; раздел состоит из реестра и действий над записями. Организация, в которой вы работаете, выбирается в шапке. Разделы с ограниченным доступом открываются по отдельной заявке.\n\n3. Виды поиска. Строка поиска над реестром находит запись по началу любых слов, фильтры — по полям. При выборе из списка хватает двух букв. Раскладка клавиатуры и буквы «е» и «ё» не важны.',
      en: 'Hello!\n\nAll eight steps of the onboarding are done, {{organization}} is ready. We suggest to read:\n\n1. Basic notions. A member is a user with access to the organization. A person card holds the name, phones and addresses; a link joins a card with a user and is needed for signing and for restricted sections.\n\n2. How the interface is built. Sections are gathered in categories; a section is a registry and what can be done with its records. The organization that you work in is chosen in the header. Restricted sections are opened by a request of their own.\n\n3. Kinds of search. The search line of a registry finds a record by the beginnings of any words, filters by fields. Two letters are enough to pick from a list. The layout of the keyboard does not matter.',
    },
  },
};

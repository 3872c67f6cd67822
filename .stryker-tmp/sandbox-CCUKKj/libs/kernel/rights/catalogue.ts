// @ts-nocheck
import type { Localized } from '../projection';

/**
 * The section catalogue: category → section → function, the tree that rights are given on. Data that contexts add to; the
 * order is that of the screens. `restricted` nodes are closed to plain members until somebody opens them.
 */
export interface Section {
  readonly title: Localized;
  readonly restricted?: boolean;
  /** Beyond those that every section has. */
  readonly functions?: readonly string[];
}

export interface Category {
  readonly title: Localized;
  readonly restricted?: boolean;
  readonly sections: Readonly<Record<string, Section>>;
}

/** What may be done in every section. */
export const COMMON_FUNCTIONS = ['view', 'create', 'edit', 'edit_all', 'delete', 'export'] as const;

const section = <const Functions extends readonly string[] = readonly []>(
  ru: string,
  en: string,
  { functions, restricted }: { functions?: Functions; restricted?: true } = {},
) => ({ title: { ru, en }, functions: (functions ?? []) as Functions, restricted });

export const CATALOGUE = {
  organizations: {
    title: { ru: 'Организации и ИП', en: 'Organizations' },
    sections: { registry: section('Реестр организаций', 'Organizations') },
  },
  persons: {
    title: { ru: 'Физические лица', en: 'Persons' },
    sections: {
      cards: section('Физические лица', 'Persons'),
      user_links: section('Связи ФЛ с пользователями', 'Links of persons with users'),
      phones: section('Номера телефонов', 'Phone numbers'),
      emails: section('Адреса электронной почты', 'E-mail addresses'),
    },
  },
  provider: {
    title: { ru: 'Провайдер', en: 'Provider' },
    restricted: true,
    sections: {
      departments: section('Отделы', 'Departments', { functions: ['rights'] }),
      staff: section('Сотрудники', 'Staff', { functions: ['rights'] }),
      schedules: section('Графики работы', 'Work schedules'),
      roles: section('Роли', 'Roles'),
      access_requests: section('Заявки на доступ', 'Requests for access', { functions: ['decide'] }),
      providers: section('Провайдеры', 'Providers'),
    },
  },
  clients: {
    title: { ru: 'Клиенты', en: 'Clients' },
    sections: { accounts: section('Клиентские учётные записи', 'Client accounts', { functions: ['topup'] }) },
  },
  services: {
    title: { ru: 'Товары/услуги', en: 'Goods and services' },
    sections: {
      client_services: section('Услуги клиентов', 'Services of clients', {
        functions: ['order', 'activate', 'suspend', 'resume', 'terminate'],
      }),
      tariffs: section('Тарифы', 'Tariffs'),
    },
  },
  support: {
    title: { ru: 'Центр поддержки', en: 'Support centre' },
    sections: { requests: section('Обращения', 'Support requests', { functions: ['assign', 'reply', 'close'] }) },
  },
  finance: {
    title: { ru: 'Финансы', en: 'Finance' },
    restricted: true,
    sections: {
      payments: section('Платежи', 'Payments'),
      expenses: section('Расходы', 'Expenses'),
      acts: section('Акты выполненных работ', 'Acts of work done', { functions: ['send'] }),
      invoices: section('Счета', 'Invoices'),
      reports: section('Финансовые отчёты', 'Financial reports'),
    },
  },
  crm: {
    title: { ru: 'CRM', en: 'CRM' },
    sections: {
      leads: section('Лиды', 'Leads', { functions: ['convert', 'disqualify'] }),
      contacts: section('Контакты', 'Contacts'),
      companies: section('Контрагенты', 'Companies'),
      deals: section('Продажи', 'Deals', { functions: ['assign_dispatcher', 'start_process', 'dispatch', 'close'] }),
      products: section('Прейскурант', 'Price list'),
      activities: section('Активности', 'Activities'),
      settings: section('Настройки CRM', 'CRM settings', { restricted: true }),
    },
  },
  documents: {
    title: { ru: 'Документы', en: 'Documents' },
    sections: {
      my: section('Мои документы', 'My documents', { functions: ['sign', 'set_status'] }),
      disk: section('Общий диск', 'Shared disk', { functions: ['manage_access'] }),
      types: section('Типы документов', 'Document types', { restricted: true }),
    },
  },
  processes: {
    title: { ru: 'Бизнес-процессы', en: 'Business processes' },
    sections: {
      instances: section('Смарт-процессы', 'Smart processes', { functions: ['start', 'move', 'cancel'] }),
      templates: section('Шаблоны', 'Templates', { functions: ['publish'], restricted: true }),
    },
  },
  tasks: { title: { ru: 'Задачи', en: 'Tasks' }, sections: { items: section('Задачи', 'Tasks') } },
  calendar: {
    title: { ru: 'Календарь', en: 'Calendar' },
    sections: {
      events: section('Календарь', 'Calendar'),
      absences: section('График отсутствий', 'Absences'),
      time: section('Трудозатраты', 'Time costs'),
    },
  },
  chat: {
    title: { ru: 'Бизнес-чат', en: 'Business chat' },
    sections: { dialogs: section('Бизнес-чат', 'Business chat', { functions: ['answer'] }) },
  },
  telephony: {
    title: { ru: 'Телефония', en: 'Telephony' },
    sections: { calls: section('Звонки', 'Calls'), settings: section('Настройки телефонии', 'Telephony settings', { restricted: true }) },
  },
  analytics: {
    title: { ru: 'Аналитика', en: 'Analytics' },
    restricted: true,
    sections: {
      sales: section('Аналитика продаж', 'Analytics of sales'),
      calls: section('Аналитика звонков', 'Analytics of calls'),
      processes: section('Аналитика процессов', 'Analytics of processes'),
      support: section('Аналитика поддержки', 'Analytics of support'),
    },
  },
  designer: {
    title: { ru: 'Дизайнер системы', en: 'System designer' },
    restricted: true,
    sections: {
      settings: section('Системные настройки', 'System settings'),
      workplaces: section('Рабочие места', 'Workplaces'),
      branding: section('Логотипы', 'Logos'),
      import: section('Импорт', 'Import'),
      channels: section('Каналы коммуникации', 'Channels of communication'),
      catalog: section('Категории и доступ', 'Categories and access'),
    },
  },
  audit: {
    title: { ru: 'Аудит', en: 'Audit' },
    restricted: true,
    sections: { log: section('Журнал аудита', 'Audit log', { functions: ['replay'] }) },
  },
  marketing: { title: { ru: 'Маркетинг', en: 'Marketing' }, sections: { offers: section('Предложения', 'Offers') } },
  lists: { title: { ru: 'Списки', en: 'Lists' }, sections: {} },
  profile: { title: { ru: 'Профиль', en: 'Profile' }, sections: {} },
} as const satisfies Readonly<Record<string, Category>>;

export type CategoryCode = keyof typeof CATALOGUE;
type Sections<C extends CategoryCode> = keyof (typeof CATALOGUE)[C]['sections'] & string;
type Own<C extends CategoryCode, S extends Sections<C>> = (typeof CATALOGUE)[C]['sections'][S] extends {
  readonly functions: readonly (infer F extends string)[];
}
  ? F
  : never;

/** Functions of sections as policies name them: `finance.acts:send`. Sections of own lists join at run time. */
export type FunctionNode =
  | {
      [C in CategoryCode]: { [S in Sections<C>]: `${C}.${S}:${(typeof COMMON_FUNCTIONS)[number] | Own<C, S>}` }[Sections<C>];
    }[CategoryCode]
  | `lists.${string}:${(typeof COMMON_FUNCTIONS)[number]}`;

/** Sections of the catalogue: `finance.acts`. */
export type SectionNode = { [C in CategoryCode]: `${C}.${Sections<C>}` }[CategoryCode] | `lists.${string}`;

const categories: Readonly<Record<string, Category>> = CATALOGUE;
/** A section of the organization's own lists: its code is known when the list has been defined. */
const LIST = /^[a-z][a-z0-9_]{0,40}$/;
const OWN_LIST: Section = { title: { ru: 'Список', en: 'List' } };

/** The parts of a node's name. */
export interface NodeParts {
  readonly category: string;
  readonly section?: string;
  readonly function?: string;
}

export function partsOfNode(node: string): NodeParts {
  const [path = '', fn] = node.split(':');
  const [category = '', section] = path.split('.');
  return { category, section, function: fn };
}

/** A section by its node, own lists included. */
export function sectionOf(node: string): Section | undefined {
  const { category, section } = partsOfNode(node);
  if (section === undefined) return undefined;
  if (category === 'lists') return LIST.test(section) ? OWN_LIST : undefined;
  const { sections } = categories[category] ?? { sections: {} };
  return Object.hasOwn(sections, section) ? sections[section] : undefined;
}

const hasFunction = ({ functions = [] }: Section, name: string) =>
  (COMMON_FUNCTIONS as readonly string[]).includes(name) || functions.includes(name);

/** The functions of a section, common ones first. */
export const functionsOf = (section: string): readonly string[] => {
  const { functions = [] } = sectionOf(section) ?? {};
  return [...COMMON_FUNCTIONS, ...functions].map((name) => `${section}:${name}`);
};

/** All sections of a category, or of all of them, as nodes. */
export const sectionsOf = (category?: string): readonly string[] =>
  Object.entries(categories)
    .filter(([code]) => category === undefined || code === category)
    .flatMap(([code, { sections }]) => Object.keys(sections).map((section) => `${code}.${section}`));

/** Every node of the tree that is known at build time, from the top down. */
export const allNodes = (): readonly string[] =>
  Object.keys(categories)
    .filter(isGrantable)
    .flatMap((category) => [category, ...sectionsOf(category).flatMap((section) => [section, ...functionsOf(section)])]);

/** `profile` is everybody's own and cannot be given. */
const isGrantable = (category: string) => Object.hasOwn(categories, category) && category !== 'profile';

/**
 * The nodes of the tree that a name means: itself, or, for a function of a whole category (`clients:create`), that
 * function in each of its sections that has it. Empty for what is in no catalogue.
 */
export function nodesNamed(name: string): readonly string[] {
  if (!/^[a-z_]+(\.[a-z0-9_]+)?(:[a-z_]+)?$/.test(name)) return [];
  const { category, section: code, function: fn } = partsOfNode(name);
  if (!isGrantable(category)) return [];
  if (code === undefined)
    return fn === undefined
      ? [category]
      : sectionsOf(category)
          .filter((node) => hasFunction(sectionOf(node)!, fn))
          .map((node) => `${node}:${fn}`);
  const section = sectionOf(name);
  return section && (fn === undefined || hasFunction(section, fn)) ? [name] : [];
}

/** The node and those above it, nearest first: function → section → category. */
export function pathOf(node: string): readonly string[] {
  const colon = node.indexOf(':');
  const path = colon < 0 ? node : node.slice(0, colon);
  const dot = path.indexOf('.');
  return [...(colon < 0 ? [] : [node]), ...(dot < 0 ? [path] : [path, path.slice(0, dot)])];
}

/** Whether the second node lies below the first. */
export const isBelow = (above: string, node: string): boolean => node !== above && pathOf(node).includes(above);

/** Nodes that are closed to plain members until somebody opens them. */
export const RESTRICTED_BY_DEFAULT: readonly string[] = Object.entries(categories).flatMap(([code, { restricted, sections }]) =>
  restricted ? [code] : Object.entries(sections).flatMap(([name, section]) => (section.restricted ? [`${code}.${name}`] : [])),
);

/** What a node is called, in the words of the screens. */
export function titleOf(node: string): Localized {
  const { category, function: fn } = partsOfNode(node);
  if (fn !== undefined) return FUNCTION_TITLES[fn] ?? { ru: fn, en: fn };
  return (sectionOf(node) ?? categories[category])?.title ?? { ru: node, en: node };
}

const FUNCTION_TITLES: Readonly<Record<string, Localized>> = {
  view: { ru: 'Просмотр', en: 'View' },
  create: { ru: 'Создание', en: 'Create' },
  edit: { ru: 'Изменение', en: 'Edit' },
  edit_all: { ru: 'Изменение всех записей', en: 'Edit all records' },
  delete: { ru: 'Удаление', en: 'Delete' },
  export: { ru: 'Выгрузка', en: 'Export' },
  rights: { ru: 'Права доступа', en: 'Rights' },
  decide: { ru: 'Рассмотрение', en: 'Decide' },
  topup: { ru: 'Пополнение обращений', en: 'Top up requests' },
  order: { ru: 'Заказ', en: 'Order' },
  activate: { ru: 'Включение', en: 'Activate' },
  suspend: { ru: 'Остановка', en: 'Suspend' },
  resume: { ru: 'Возобновление', en: 'Resume' },
  terminate: { ru: 'Удаление услуги', en: 'Terminate' },
  assign: { ru: 'Назначение', en: 'Assign' },
  reply: { ru: 'Ответ', en: 'Reply' },
  close: { ru: 'Закрытие', en: 'Close' },
  send: { ru: 'Отправка', en: 'Send' },
  convert: { ru: 'Конвертация', en: 'Convert' },
  disqualify: { ru: 'Отказ', en: 'Disqualify' },
  assign_dispatcher: { ru: 'Назначение диспетчера', en: 'Assign a dispatcher' },
  start_process: { ru: 'Запуск процесса', en: 'Start a process' },
  dispatch: { ru: 'Диспетчеризация', en: 'Dispatch' },
  sign: { ru: 'Подписание', en: 'Sign' },
  set_status: { ru: 'Смена статуса', en: 'Set the status' },
  manage_access: { ru: 'Управление доступом', en: 'Manage access' },
  start: { ru: 'Запуск', en: 'Start' },
  move: { ru: 'Перевод на стадию', en: 'Move' },
  cancel: { ru: 'Отмена', en: 'Cancel' },
  publish: { ru: 'Публикация', en: 'Publish' },
  answer: { ru: 'Ответ в чате', en: 'Answer in the chat' },
  replay: { ru: 'Воспроизведение', en: 'Replay' },
};

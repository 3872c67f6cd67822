// @ts-nocheck
import type { LetterTemplate, Localized } from '@letopis/kernel';

const letter = (subject: Localized, ru: string, en: string): LetterTemplate => ({
  subject,
  body: { ru: `Здравствуйте!\n\n${ru}`, en: `Hello!\n\n${en}` },
});

/** Letters of this context. */
export const letters: Readonly<Record<string, LetterTemplate>> = {
  'clientRegistration.toDecide': letter(
    { ru: 'Заявка на регистрацию: {{organization}}', en: 'Client registration: {{organization}}' },
    'Организация {{organization}} просит зарегистрировать её клиентом сервиса. Примите или отклоните заявку.{{#if comment}}\n\nКомментарий: {{comment}}{{/if}}',
    '{{organization}} asks to become a client of the service. Accept or reject the request.{{#if comment}}\n\nComment: {{comment}}{{/if}}',
  ),
  'clientRegistration.requested': letter(
    { ru: 'Заявка подана: {{organization}}', en: 'The request has been filed: {{organization}}' },
    'Заявка на регистрацию организации {{organization}} в сервисе принята к рассмотрению. О решении мы напишем.',
    'The request to register {{organization}} with the service is under consideration. We will write when it is decided.',
  ),
  'clientRegistration.accepted': letter(
    { ru: 'Организация зарегистрирована: {{organization}}', en: 'The organization is registered: {{organization}}' },
    'Организация {{organization}} зарегистрирована в сервисе, рабочее пространство открыто.',
    '{{organization}} is registered with the service, its workspace is open.',
  ),
  'clientRegistration.rejected': letter(
    { ru: 'Заявка отклонена: {{organization}}', en: 'The request was rejected: {{organization}}' },
    'Заявка на регистрацию организации {{organization}} отклонена.\n\nПричина: {{reason}}\n\nЗаявку можно подать снова.',
    'The request to register {{organization}} was rejected.\n\nReason: {{reason}}\n\nYou may file it again.',
  ),
  'clientRegistration.withdrawn': letter(
    { ru: 'Заявка отозвана: {{organization}}', en: 'The request was withdrawn: {{organization}}' },
    'Заявка на регистрацию организации {{organization}} отозвана.',
    'The request to register {{organization}} was withdrawn.',
  ),
  'clientRegistration.reminder': letter(
    { ru: 'Ждёт решения: {{organization}}', en: 'Waits for a decision: {{organization}}' },
    'Заявка на регистрацию организации {{organization}} всё ещё не рассмотрена.',
    'The request to register {{organization}} has not been decided yet.',
  ),
  'accessRequest.toDecide': letter(
    { ru: 'Заявка на доступ: {{requester}}', en: 'Access request: {{requester}}' },
    '{{requester}} просит доступ к организации {{organization}}. Примите или отклоните заявку.{{#if comment}}\n\nКомментарий: {{comment}}{{/if}}',
    '{{requester}} asks for access to {{organization}}. Accept or reject the request.{{#if comment}}\n\nComment: {{comment}}{{/if}}',
  ),
  'accessRequest.reminder': letter(
    { ru: 'Ждёт решения: {{requester}}', en: 'Waits for a decision: {{requester}}' },
    'Заявка на доступ от {{requester}} к организации {{organization}} всё ещё не рассмотрена.',
    'The request of {{requester}} for access to {{organization}} has not been decided yet.',
  ),
  'accessRequest.accepted': letter(
    { ru: 'Доступ открыт: {{organization}}', en: 'You have access: {{organization}}' },
    'Ваша заявка принята, доступ к организации {{organization}} открыт.',
    'Your request was accepted, you have access to {{organization}}.',
  ),
  'accessRequest.rejected': letter(
    { ru: 'Заявка отклонена: {{organization}}', en: 'The request was rejected: {{organization}}' },
    'Ваша заявка на доступ к организации {{organization}} отклонена.{{#if reason}}\n\nПричина: {{reason}}{{/if}}',
    'Your request for access to {{organization}} was rejected.{{#if reason}}\n\nReason: {{reason}}{{/if}}',
  ),
  'invitation.toRegister': letter(
    { ru: 'Приглашение: {{organization}}', en: 'Invitation: {{organization}}' },
    '{{inviter}} приглашает вас в организацию {{organization}}. Зарегистрируйтесь с этим адресом, и доступ откроется:\n{{link}}{{#if message}}\n\n{{message}}{{/if}}\n\nПриглашение действует до {{time expiresAt}}.',
    '{{inviter}} invites you to {{organization}}. Register with this address and you will have access:\n{{link}}{{#if message}}\n\n{{message}}{{/if}}\n\nThe invitation is good until {{time expiresAt}}.',
  ),
  'invitation.toAccept': letter(
    { ru: 'Приглашение: {{organization}}', en: 'Invitation: {{organization}}' },
    '{{inviter}} приглашает вас в организацию {{organization}}. Войдите в сервис и примите приглашение в приложении «Мои приглашения».{{#if message}}\n\n{{message}}{{/if}}\n\nПриглашение действует до {{time expiresAt}}.',
    '{{inviter}} invites you to {{organization}}. Sign in and accept the invitation among your invitations.{{#if message}}\n\n{{message}}{{/if}}\n\nThe invitation is good until {{time expiresAt}}.',
  ),
  'administrator.assigned': letter(
    { ru: 'Вы администратор: {{organization}}', en: 'You are an administrator: {{organization}}' },
    'Вы назначены администратором организации {{organization}}.',
    'You have been made an administrator of {{organization}}.',
  ),
  'administrator.revoked': letter(
    { ru: 'Вы больше не администратор: {{organization}}', en: 'You are no longer an administrator: {{organization}}' },
    'Роль администратора организации {{organization}} снята.',
    'You are no longer an administrator of {{organization}}.',
  ),
  'organization.orphaned': letter(
    { ru: 'Организация без администратора: {{organization}}', en: 'No administrator left: {{organization}}' },
    'У организации {{organization}} не осталось действующего администратора. Назначьте другого.',
    '{{organization}} has no active administrator left. Please assign another one.',
  ),
};

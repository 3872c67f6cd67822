import type { MemberKind } from '@letopis/contexts/organizations';
import {
  clientAccount,
  department,
  staffMember,
  type ClientAccountEvents,
  type DepartmentEvents,
  type StaffMemberEvents,
} from '@letopis/contexts/staff';
import { derivedId, firstProviderOf, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../../kernel/testing';
import { anna, boris, lena, member, romashka, viktor, world } from './communication.fixtures';
import { conversation } from './conversation/conversation';
import type { ConversationEvents } from './conversation/conversation.events';

/** The people and messages of the chat's specifications: Anna, Boris and Viktor work in sales, which chats; Lena is a client. */
export const staffIdOf = ({ userId }: UserActor): string => derivedId('staff', userId);
export const departmentId = derivedId('department', 'sales');
export const accountId = derivedId('account', 'lena');
export const conversationId = derivedId('conversation', 'first');
export const messageIdOf = (number: number): string => derivedId('message', number);

export const said = facts<ConversationEvents>();
export const ofStaff = facts<StaffMemberEvents>();
export const available = ofStaff('ChatAvailabilitySet', { enabled: true, cause: 'set' });

export const works = (who: UserActor, name: string, ...more: readonly Fact[]): Stream =>
  stream(
    staffMember,
    staffIdOf(who),
    ofStaff('StaffMemberCreated', {
      organizationId: romashka,
      isDefaultAdmin: false,
      origin: 'form',
      login: name,
      email: `${name}@romashka.ru`,
    }),
    ofStaff('StaffUserLinked', { userId: who.userId }),
    ofStaff('StaffAddedToDepartment', { departmentId }),
    ...more,
  );
export const sales = stream(
  department,
  departmentId,
  facts<DepartmentEvents>()('DepartmentCreated', { organizationId: romashka, name: { ru: 'Продажи' }, taskLocale: 'ru' }),
  facts<DepartmentEvents>()('DepartmentRightSet', { node: 'chat', enabled: true, clearedNodes: [] }),
);
const clientKind: MemberKind = 'client';
export const chatting: readonly Stream[] = [
  ...world,
  sales,
  works(anna, 'anna'),
  works(boris, 'boris'),
  works(viktor, 'viktor', available),
  member(lena, clientKind),
  stream(
    clientAccount,
    accountId,
    facts<ClientAccountEvents>()('ClientAccountOpened', {
      organizationId: romashka,
      providerId: firstProviderOf(romashka),
      userId: lena.userId,
    }),
  ),
];

const talkersOf = (...people: readonly UserActor[]) => ({
  organizationId: romashka,
  participants: people.map(staffIdOf),
  userIds: people.map(({ userId }) => userId),
});
export const direct = said('ConversationOpened', { kind: 'direct', ...talkersOf(boris, viktor) });
export const group = said('ConversationOpened', { kind: 'group', title: 'Сделка 7', ...talkersOf(boris, viktor) });
export const withClient = said('ConversationOpened', {
  kind: 'client',
  ...talkersOf(),
  clientAccountId: accountId,
  clientUserId: lena.userId,
});
/** Boris writes to Viktor, who is not there. */
export const wrote = (number: number, more: Partial<ConversationEvents['ChatMessageSent']> = {}): Fact =>
  said('ChatMessageSent', {
    messageId: messageIdOf(number),
    from: staffIdOf(boris),
    authorUserId: boris.userId,
    text: `Сообщение ${number}`,
    deliveredTo: [],
    pendingFor: [{ id: staffIdOf(viktor), userId: viktor.userId }],
    readerUserIds: [viktor.userId],
    ...more,
  });
export const dialog = (...more: readonly Fact[]): Stream => stream(conversation, conversationId, ...more);

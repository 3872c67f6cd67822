import {
  emailKey,
  followedBy,
  Id,
  ifKnown,
  known,
  NestedList,
  normalise,
  OneOf,
  ownerOf,
  parseEmail,
  parsePhone,
  staffKey,
  stateIn,
  Text,
  type Actor,
  type Need,
  type StaffRights,
} from '@letopis/kernel';
import { refusal } from './errors';

/** What the cards of people and of companies have in common: addresses to reach them at, who is responsible, what counts as a duplicate. */
export const ADDRESS_KINDS = ['legal', 'postal', 'delivery', 'home', 'other'] as const;

export interface ClientAddress {
  readonly addressId: string;
  readonly kind: (typeof ADDRESS_KINDS)[number];
  readonly text: string;
}

export class ClientAddressText {
  @Id() addressId: string;
  @OneOf(ADDRESS_KINDS) kind: ClientAddress['kind'];
  @Text(1, 500) text: string;
}

export const Addresses = () => NestedList(() => ClientAddressText, 20, { optional: true });

/** What somebody is reached at. Values that others hold already and that are repeated knowingly are `shared`: they are no key of this card. */
export interface Reachable {
  readonly phones: readonly string[];
  readonly emails: readonly string[];
  readonly shared: readonly string[];
}

type Kind = 'contact' | 'company';
const keyIn = (kind: Kind, of: 'Email' | 'Phone') => `${kind}${of}`;
const valueOf = (organizationId: string, value: string) => `${organizationId}:${value.includes('@') ? emailKey(value) : value}`;
const ofValue = (kind: Kind, value: string) => keyIn(kind, value.includes('@') ? 'Email' : 'Phone');

/** The keys of a card: by them a duplicate is recognised, and whoever writes or calls. */
export const clientKeys = (kind: Kind, organizationId: string, { phones, emails, shared }: Reachable) =>
  [...emails, ...phones]
    .filter((value) => !shared.includes(value))
    .map((value) => ({ scope: ofValue(kind, value), value: valueOf(organizationId, value) }));

/** Numbers and addresses in their normal forms, each once. @throws DomainError PHONE_INVALID, EMAIL_INVALID */
export function reachedAt({ phones, emails }: { phones?: readonly string[]; emails?: readonly string[] }) {
  const normal = (
    values: readonly string[] | undefined,
    parse: (value: string) => string | undefined,
    code: 'PHONE_INVALID' | 'EMAIL_INVALID',
  ) =>
    values && [
      ...new Set(
        values.map((value) => {
          const parsed = parse(value);
          if (parsed === undefined) throw refusal(code);
          return parsed;
        }),
      ),
    ];
  return { phones: normal(phones, parsePhone, 'PHONE_INVALID'), emails: normal(emails, parseEmail, 'EMAIL_INVALID') };
}

/** Who holds each of these values in the organization, by value; what is none yet is held by nobody. */
export const holdersOf = (
  kind: Kind,
  organizationId: string,
  { phones = [], emails = [] }: { phones?: readonly string[]; emails?: readonly string[] },
): Need<Readonly<Record<string, string | undefined>>> => {
  const values = [...phones.map(parsePhone), ...emails.map(parseEmail)].filter((value) => value !== undefined);
  return followedBy(
    Object.fromEntries(values.map((value) => [value, ownerOf(ofValue(kind, value), valueOf(organizationId, value))])),
    (found) => found as Readonly<Record<string, string | undefined>>,
  );
};

/**
 * The values that another card holds. @throws DomainError CLIENT_DUPLICATE with the id of that card, unless duplicates are
 * allowed
 */
export function heldByOthers(
  holders: Readonly<Record<string, string | undefined>>,
  id: string,
  allowed: boolean | undefined,
): readonly string[] {
  const held = Object.entries(holders).filter(([, holder]) => holder !== undefined && holder !== id);
  const [first] = held;
  if (first && !allowed) throw refusal('CLIENT_DUPLICATE', { clientId: first[1] });
  return held.map(([value]) => value);
}

/** The work account of whoever acts, in the organization. */
export const staffIdOf = (organizationId: string, actor: Actor): Need<string | undefined> => {
  if (actor.kind !== 'user' || organizationId === '') return known(undefined);
  const { scope, value } = staffKey(organizationId, actor.userId);
  return ownerOf(scope, value);
};

export const staffMemberOf = (staffId: string | undefined): Need<StaffRights | undefined> =>
  ifKnown(stateIn<StaffRights>('staffMember', staffId)) as Need<StaffRights | undefined>;

/** Whoever is to be responsible works in this organization. @throws DomainError NOT_FOUND, STAFF_NOT_ACTIVE */
export function worksHere(staff: StaffRights | undefined, organizationId: string): void {
  if (!staff || staff.status === 'none' || staff.organizationId !== organizationId) throw refusal('NOT_FOUND');
  if (staff.status !== 'active') throw refusal('STAFF_NOT_ACTIVE');
}

/** The open deals of a client, kept as a set by those who open and close deals. */
export const openDealsOf = (kind: Kind, id: string): string => `openDealsOf:${kind}:${id}`;
export const openDeals = (kind: Kind, id: string) => stateIn<{ readonly members: readonly string[] }>('roster', openDealsOf(kind, id));

/** Tags as they are compared: one of each spelling. */
export const tagsOf = (tags: readonly string[] | undefined): readonly string[] | undefined =>
  tags && [...new Map(tags.map((tag) => [normalise(tag), tag.trim()])).values()].filter((tag) => tag !== '');

interface Card {
  readonly status: 'none' | 'active' | 'archived' | 'erased';
}

/** Refuses what is not there, or no longer in use. @throws DomainError NOT_FOUND, CLIENT_ARCHIVED */
export function inUse({ status }: Card): void {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status !== 'active') throw refusal('CLIENT_ARCHIVED');
}

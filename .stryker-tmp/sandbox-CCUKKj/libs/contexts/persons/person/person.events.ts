// @ts-nocheck
import type { PersonName } from '@letopis/kernel';

export const EMPLOYMENTS = ['employee', 'contractor', 'client', 'other'] as const;
export type Employment = (typeof EMPLOYMENTS)[number];
export const GENDERS = ['male', 'female'] as const;
export type Gender = (typeof GENDERS)[number];

/** Records of the product, and papers that lie elsewhere. */
export const RELATION_TARGETS = [
  'deal',
  'lead',
  'document',
  'company',
  'contact',
  'person',
  'organization',
  'supportRequest',
  'clientService',
  'contract',
  'invoice',
  'payment',
  'act',
  'other',
] as const;
export interface RelationTarget {
  readonly type: (typeof RELATION_TARGETS)[number];
  readonly id: string;
}

/** What a card tells of a person, besides items, relations and user. */
export interface Card {
  readonly name: PersonName;
  readonly birthDate?: string;
  readonly gender?: Gender;
  readonly inn?: string;
  readonly snils?: string;
  readonly position?: string;
  readonly employment: Employment;
  readonly note?: string;
}

/** Field → what it was and what it is. */
export type CardChanges = { readonly [K in keyof Card]?: { readonly from?: Card[K]; readonly to?: Card[K] } };

export interface PersonEvents {
  PersonCreated: Card & {
    organizationId: string;
    phoneIds: readonly string[];
    emailIds: readonly string[];
    primaryPhoneId?: string;
    primaryEmailId?: string;
  };
  PersonUpdated: { changes: CardChanges };
  PersonPhoneAttached: { phoneId: string; primary: boolean };
  PersonPhoneDetached: { phoneId: string };
  PersonEmailAttached: { emailId: string; primary: boolean };
  PersonEmailDetached: { emailId: string };
  PersonRelationAdded: { relationId: string; target: RelationTarget; role: string };
  PersonRelationRemoved: { relationId: string };
  UserBoundToPerson: { userId: string; personLinkId: string };
  UserUnboundFromPerson: { userId: string; reason: string };
  PersonArchived: Record<never, never>;
  PersonRestored: Record<never, never>;
  PersonErased: Record<never, never>;
}

import type { Changes } from '@letopis/kernel';
import type { ClientAddress } from '../client';

export const MESSENGERS = ['skype', 'telegram', 'whatsapp', 'other'] as const;
export interface Messenger {
  readonly kind: (typeof MESSENGERS)[number];
  readonly value: string;
}

export const CONTACT_ORIGINS = ['lead', 'import', 'user'] as const;
export type ContactOrigin = (typeof CONTACT_ORIGINS)[number];

/** What a card tells of a person with whom the organization deals. */
export interface ContactCard {
  readonly name: string;
  readonly phones: readonly string[];
  readonly emails: readonly string[];
  readonly messengers: readonly Messenger[];
  readonly addresses: readonly ClientAddress[];
  readonly birthDate?: string;
  readonly interests: readonly string[];
  readonly language?: string;
  readonly timeZone?: string;
  readonly source?: string;
}

export interface ContactEvents {
  ContactCreated: ContactCard & {
    organizationId: string;
    responsibleStaffId?: string;
    createdFrom: ContactOrigin;
    /** Phones and addresses that another card holds already: repeated knowingly. */
    shared: readonly string[];
  };
  ContactUpdated: { changes: Changes<ContactCard>; shared: readonly string[] };
  ContactResponsibleAssigned: { staffId: string };
  ContactArchived: Record<never, never>;
  ContactErased: Record<never, never>;
}

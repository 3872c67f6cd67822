import {
  aggregate,
  changed,
  changesOf,
  Day,
  Flag,
  Id,
  isInn,
  isKpp,
  oneOf,
  staff,
  systemOnly,
  Text,
  Texts,
  type Changes,
  type Policy,
} from '@letopis/kernel';
import {
  Addresses,
  ClientAddressText,
  clientKeys,
  heldByOthers,
  holdersOf,
  inUse,
  openDeals,
  reachedAt,
  staffIdOf,
  staffMemberOf,
  tagsOf,
  worksHere,
  type ClientAddress,
} from '../client';
import { refusal } from '../errors';

class CompanyFields {
  @Text(0, 20, { optional: true }) inn?: string;
  @Text(0, 20, { optional: true }) kpp?: string;
  @Texts(20, 40, { optional: true }) phones?: string[];
  @Texts(20, 254, { optional: true }) emails?: string[];
  @Addresses() addresses?: ClientAddressText[];
  @Text(0, 200, { optional: true }) industry?: string;
  @Texts(50, 100, { optional: true }) interests?: string[];
  @Day({ optional: true }) foundedOn?: string;
  /** The card is made although another one has the same phone or e-mail. */
  @Flag({ optional: true }) allowDuplicate?: boolean;
}

export class CreateCompany extends CompanyFields {
  @Id({ optional: true }) companyId?: string;
  @Id() organizationId: string;
  @Text(1, 255) name: string;
  /** By default whoever makes the card. */
  @Id({ optional: true }) responsibleStaffId?: string;
}

class OfCompany {
  @Id() companyId: string;
}

/** Fields that are left out stay; an empty text or list takes what was there away. */
export class UpdateCompany extends CompanyFields {
  @Id() companyId: string;
  @Text(1, 255, { optional: true }) name?: string;
}

export class AssignCompanyResponsible extends OfCompany {
  @Id() staffId: string;
}

export class ArchiveCompany extends OfCompany {}

/** What a card tells of a company with which the organization deals. */
export interface CompanyCard {
  readonly name: string;
  readonly inn?: string;
  readonly kpp?: string;
  readonly phones: readonly string[];
  readonly emails: readonly string[];
  readonly addresses: readonly ClientAddress[];
  readonly industry?: string;
  readonly interests: readonly string[];
  readonly foundedOn?: string;
}

export interface CompanyEvents {
  CompanyCreated: CompanyCard & { organizationId: string; responsibleStaffId?: string; shared: readonly string[] };
  CompanyUpdated: { changes: Changes<CompanyCard>; shared: readonly string[] };
  CompanyResponsibleAssigned: { staffId: string };
  CompanyArchived: Record<never, never>;
}

export interface Company extends CompanyCard {
  readonly status: 'none' | 'active' | 'archived';
  readonly organizationId: string;
  readonly responsibleStaffId?: string;
  readonly shared: readonly string[];
}

const noCard: CompanyCard = { name: '', phones: [], emails: [], addresses: [], interests: [] };
const noCompany: Company = { status: 'none', organizationId: '', ...noCard, shared: [] };

const { command, define, event } = aggregate<Company, CompanyEvents>();

/** Who is responsible edits the card; others need the right to edit all. */
const edit: Policy<object, Company> = staff('crm.companies:edit', {
  own: ({ state }, staffId) => staffId !== undefined && state.responsibleStaffId === staffId,
});

export const company = define({
  category: 'company',
  initialState: noCompany,
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: (state) => (state.status === 'active' ? clientKeys('company', state.organizationId, state) : []),

  commands: {
    CreateCompany: command(CreateCompany, {
      by: oneOf<CreateCompany, Company>(systemOnly, staff('crm.companies:create', { in: ({ command }) => command.organizationId })),
      needs: ({ command: { organizationId, responsibleStaffId, ...fields }, actor }) => ({
        holders: holdersOf('company', organizationId, fields),
        self: staffIdOf(organizationId, actor),
        responsible: staffMemberOf(responsibleStaffId),
      }),
      summary: '«Создать → Контрагент»: the card of a company with which the organization deals',
    }),
    UpdateCompany: command(UpdateCompany, {
      by: oneOf<UpdateCompany, Company>(systemOnly, edit),
      needs: ({ command, state }) => ({ holders: holdersOf('company', state.organizationId, command) }),
      summary: 'Any field of the card; the mini-card sends its key fields the same way',
    }),
    AssignCompanyResponsible: command(AssignCompanyResponsible, {
      by: edit,
      needs: ({ command: { staffId } }) => ({ responsible: staffMemberOf(staffId) }),
      summary: 'Who looks after the client from now on',
    }),
    ArchiveCompany: command(ArchiveCompany, {
      by: staff('crm.companies:delete'),
      needs: ({ id }) => ({ deals: openDeals('company', id) }),
      summary: 'The card goes into the archive',
    }),
  },

  decide: {
    CreateCompany: (
      { companyId: _, organizationId, responsibleStaffId, allowDuplicate, ...fields },
      state,
      { holders, self, responsible, id },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (responsibleStaffId !== undefined) worksHere(responsible, organizationId);
      const card = valid(fields);
      const shared = heldByOthers(holders, id, allowDuplicate);
      const { name } = card as { name: string };
      return [
        event('CompanyCreated', { organizationId, ...noCard, ...card, name, responsibleStaffId: responsibleStaffId ?? self, shared }),
      ];
    },

    UpdateCompany: ({ companyId: _, allowDuplicate, ...fields }, state, { holders, id }) => {
      inUse(state);
      const wanted = valid(fields);
      const { status: __, organizationId: ___, responsibleStaffId: ____, shared: before, ...card } = state;
      const changes = changesOf<CompanyCard>(card, wanted);
      if (!changes) return [];
      const kept = (values: readonly string[]) => before.filter((value) => values.includes(value));
      const still = [...kept(wanted.phones ?? state.phones), ...kept(wanted.emails ?? state.emails)];
      // What the card has already is no new duplicate.
      const added = Object.fromEntries(Object.entries(holders).filter(([value]) => !still.includes(value)));
      return [event('CompanyUpdated', { changes, shared: [...still, ...heldByOthers(added, id, allowDuplicate)] })];
    },

    AssignCompanyResponsible: ({ staffId }, state, { responsible }) => {
      inUse(state);
      worksHere(responsible, state.organizationId);
      return state.responsibleStaffId === staffId ? [] : [event('CompanyResponsibleAssigned', { staffId })];
    },

    ArchiveCompany: (_, state, { deals }) => {
      if (state.status === 'archived') return [];
      inUse(state);
      if (deals.members.length > 0) throw refusal('CLIENT_HAS_OPEN_DEALS');
      return [event('CompanyArchived', {})];
    },
  },

  evolve: {
    CompanyCreated: (_, fields) => ({ ...noCompany, ...fields, status: 'active' }),
    CompanyUpdated: (state, { changes, shared }) => ({ ...state, ...changed(changes), shared }),
    CompanyResponsibleAssigned: (state, { staffId }) => ({ ...state, responsibleStaffId: staffId }),
    CompanyArchived: (state) => ({ ...state, status: 'archived' }),
  },
});

/** The fields in their normal forms. @throws DomainError PHONE_INVALID, EMAIL_INVALID, CLIENT_FIELD_INVALID */
function valid(fields: CompanyFields & { readonly name?: string }): Partial<CompanyCard> {
  const wrong = (field: string) => refusal('CLIENT_FIELD_INVALID', { field });
  const inn = fields.inn?.trim();
  const kpp = fields.kpp?.trim();
  if (inn && !isInn(inn)) throw wrong('inn');
  if (kpp && !isKpp(kpp)) throw wrong('kpp');
  const name = fields.name?.trim();
  if (name === '') throw wrong('name');
  const { addresses, industry, foundedOn } = fields;
  return present({ name, inn, kpp, ...reachedAt(fields), addresses, industry, interests: tagsOf(fields.interests), foundedOn });
}

/** Without the fields that nobody spoke of. */
const present = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;

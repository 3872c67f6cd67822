import {
  aggregate,
  Code,
  Codes,
  Flag,
  Id,
  oneOf,
  ownerOf,
  sectionOf,
  staff,
  systemOnly,
  Text,
  workplaceKey,
  type WorkplaceKeys,
} from '@letopis/kernel';
import { refusal } from '../errors';
import type { Edition } from '../workspace/workspace.events';

export class CreateWorkplace {
  @Id({ optional: true }) workplaceId?: string;
  @Id() organizationId: string;
  @Code() code: string;
  @Text(1, 200) name: string;
  /** Section codes in the order of the side panel. */
  @Codes(200) sections: string[];
  /** Any of these roles opens it; none: it is open to all staff. */
  @Codes(100) requiredRoles: string[];
  /** None: in all of them. */
  @Codes(10, { optional: true }) editions?: string[];
  /** Of the product's own. */
  @Flag({ optional: true }) system?: boolean;
}

/** The whole lists as they are to be: adding, removing and ordering are one thing. */
export class ChangeWorkplace {
  @Id() workplaceId: string;
  @Text(1, 200, { optional: true }) name?: string;
  @Codes(200, { optional: true }) sections?: string[];
  @Codes(100, { optional: true }) requiredRoles?: string[];
  @Codes(10, { optional: true }) editions?: string[];
}

export class DeleteWorkplace {
  @Id() workplaceId: string;
}

interface WorkplaceFields {
  readonly name: string;
  readonly sections: readonly string[];
  readonly requiredRoles: readonly string[];
  readonly editions: readonly Edition[];
}
type Changes = { readonly [K in keyof WorkplaceFields]?: { readonly from: WorkplaceFields[K]; readonly to: WorkplaceFields[K] } };

export interface WorkplaceEvents {
  WorkplaceCreated: WorkplaceFields & { organizationId: string; code: string; system: boolean };
  WorkplaceChanged: { changes: Changes };
  WorkplaceDeleted: Record<never, never>;
}

export interface Workplace extends WorkplaceFields, WorkplaceKeys {
  readonly status: 'none' | 'active' | 'deleted';
  readonly organizationId: string;
  readonly editions: readonly Edition[];
  readonly system: boolean;
}

const noWorkplace: Workplace = {
  status: 'none',
  organizationId: '',
  code: '',
  name: '',
  sections: [],
  requiredRoles: [],
  editions: [],
  system: false,
};
const EDITIONS: readonly string[] = ['start', 'start_plus', 'corporate'];
const CODE = /^[a-z][a-z0-9_]{1,40}$/;

const { command, define, event } = aggregate<Workplace, WorkplaceEvents>();

/** «Рабочее место»: a set of sections on the side panel that roles open. */
export const workplace = define({
  category: 'workplace',
  initialState: noWorkplace,
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: ({ status, organizationId, code }) => (status === 'active' ? [workplaceKey(organizationId, code)] : []),

  commands: {
    CreateWorkplace: command(CreateWorkplace, {
      by: oneOf<CreateWorkplace, Workplace>(
        systemOnly,
        staff('designer.workplaces:create', { in: ({ command }) => command.organizationId }),
      ),
      needs: ({ command: { organizationId, code } }) => {
        const { scope, value } = workplaceKey(organizationId, code);
        return { holder: ownerOf(scope, value) };
      },
      summary: 'A set of sections for the side panel, opened by roles',
    }),
    ChangeWorkplace: command(ChangeWorkplace, {
      by: staff('designer.workplaces:edit'),
      summary: 'Other sections, another order, other roles, another name',
    }),
    DeleteWorkplace: command(DeleteWorkplace, { by: staff('designer.workplaces:delete'), summary: 'A workplace that was made here goes' }),
  },

  decide: {
    CreateWorkplace: ({ organizationId, code, name, sections, requiredRoles, editions = [], system = false }, state, { holder, actor }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (system && actor.kind !== 'system') throw refusal('FORBIDDEN');
      if (!CODE.test(code)) throw refusal('WORKPLACE_CODE_INVALID');
      if (holder !== undefined) throw refusal('WORKPLACE_CODE_TAKEN');
      const fields = { name, sections: known(sections), requiredRoles: once(requiredRoles), editions: ofEditions(editions) };
      return [event('WorkplaceCreated', { organizationId, code, ...fields, system })];
    },

    ChangeWorkplace: ({ name, sections, requiredRoles, editions }, state) => {
      there(state);
      const wanted: Partial<WorkplaceFields> = {
        name,
        sections: sections && known(sections),
        requiredRoles: requiredRoles && once(requiredRoles),
        editions: editions && ofEditions(editions),
      };
      const changed = (Object.keys(wanted) as (keyof WorkplaceFields)[]).filter(
        (field) => wanted[field] !== undefined && JSON.stringify(wanted[field]) !== JSON.stringify(state[field]),
      );
      if (changed.length === 0) return [];
      const changes = Object.fromEntries(changed.map((field) => [field, { from: state[field], to: wanted[field] }])) as Changes;
      return [event('WorkplaceChanged', { changes })];
    },

    DeleteWorkplace: (_, state) => {
      if (state.status === 'deleted') return [];
      there(state);
      if (state.system) throw refusal('WORKPLACE_SYSTEM');
      return [event('WorkplaceDeleted', {})];
    },
  },

  evolve: {
    WorkplaceCreated: (_, fields) => ({ status: 'active', ...fields }),
    WorkplaceChanged: (state, { changes }) => ({
      ...state,
      ...(Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to])) as Partial<WorkplaceFields>),
    }),
    WorkplaceDeleted: (state) => ({ ...state, status: 'deleted' }),
  },
});

const there = ({ status }: Workplace) => {
  if (status !== 'active') throw refusal('NOT_FOUND');
};

const once = (values: readonly string[]) => [...new Set(values)];

/** Sections of the catalogue, each once, in the given order. */
const known = (sections: readonly string[]) => {
  if (!sections.every((section) => sectionOf(section) && !section.includes(':'))) throw refusal('SECTION_UNKNOWN');
  return once(sections);
};

const ofEditions = (editions: readonly string[]) => {
  if (!editions.every((edition) => EDITIONS.includes(edition))) throw refusal('EDITION_UNKNOWN');
  return once(editions) as Edition[];
};

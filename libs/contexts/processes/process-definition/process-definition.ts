import {
  administers,
  aggregate,
  canonical,
  oneOf,
  ownerOf,
  staff,
  standingOf,
  systemOnly,
  type Actor,
  type Standing,
} from '@letopis/kernel';
import { problemsOf } from '../definition/check';
import { stepLists, allSteps, type ProcessDefinitionData } from '../definition/definition';
import { filledIn, isDeeper } from '../definition/shape';
import { refusal } from '../errors';
import {
  ArchiveProcessDefinition,
  CreateProcessDefinition,
  PublishProcessDefinition,
  SaveProcessDraft,
} from './process-definition.commands';

type Draft = Readonly<Record<string, unknown>>;

export interface ProcessDefinitionEvents {
  ProcessDefinitionCreated: { organizationId: string; code: string; data: Draft; system?: boolean };
  ProcessDraftSaved: { data: Draft };
  ProcessDefinitionPublished: { version: number; data: ProcessDefinitionData };
  ProcessDefinitionArchived: Record<never, never>;
}

export interface ProcessDefinition {
  readonly status: 'none' | 'draft' | 'published' | 'archived';
  readonly organizationId: string;
  readonly code: string;
  readonly draft: Draft;
  /** Of the version that was published last; 0 before the first. */
  readonly version: number;
  /** Every version that was ever published, by its number: running processes end on theirs. */
  readonly versions: Readonly<Record<number, ProcessDefinitionData>>;
}

const { command, define, event } = aggregate<ProcessDefinition, ProcessDefinitionEvents>();

/** The unique key by which a definition of a code is found within its organization. */
export const definitionKey = (organizationId: string, code: string) => ({ scope: 'definitionCode', value: `${organizationId}:${code}` });

const holderOf = (organizationId: string, code: string) => {
  const { scope, value } = definitionKey(organizationId, code);
  return ownerOf(scope, value);
};
const bySystemOr = <Command extends object>(node: 'create' | 'edit' | 'publish') =>
  oneOf<Command, ProcessDefinition>(
    systemOnly,
    staff(`processes.templates:${node}`, {
      in: ({ command, state }) => state.organizationId || (command as { organizationId?: string }).organizationId,
    }),
  );

/** A process as data: drafts go on, what is published never changes, and running processes keep the version they began with. */
export const processDefinition = define({
  category: 'processDefinition',
  initialState: { status: 'none', organizationId: '', code: '', draft: {}, version: 0, versions: {} },
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: ({ status, organizationId, code }) => (status === 'draft' || status === 'published' ? [definitionKey(organizationId, code)] : []),

  commands: {
    CreateProcessDefinition: command(CreateProcessDefinition, {
      by: bySystemOr('create'),
      needs: ({ command: { organizationId, code } }) => ({ holder: holderOf(organizationId, code) }),
      summary: 'A template of processes, as a draft',
    }),
    SaveProcessDraft: command(SaveProcessDraft, { by: bySystemOr('edit'), summary: 'Changes the draft; what is published stays' }),
    PublishProcessDefinition: command(PublishProcessDefinition, {
      by: bySystemOr('publish'),
      needs: ({ state, actor }) => ({
        own: standingOf(state.organizationId || undefined, actor.kind === 'user' ? actor.userId : undefined),
      }),
      answer: (events) => events.map(({ type, data }) => (type === 'ProcessDefinitionPublished' ? { version: data.version } : {}))[0] ?? {},
      summary: 'Makes the draft the version that new processes begin with',
    }),
    ArchiveProcessDefinition: command(ArchiveProcessDefinition, {
      by: bySystemOr('edit'),
      summary: 'No new processes; running ones end on their version',
    }),
  },

  decide: {
    CreateProcessDefinition: ({ organizationId, code, data, system }, state, { holder, actor }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (holder !== undefined) throw refusal('DEFINITION_CODE_TAKEN');
      mustFit(data);
      const isSystem = system && actor.kind === 'system' ? true : undefined;
      return [event('ProcessDefinitionCreated', { organizationId, code, data: { ...data, code }, system: isSystem })];
    },
    SaveProcessDraft: ({ data }, state) => {
      alive(state);
      mustFit(data);
      const draft = { ...data, code: state.code };
      return canonical(draft) === canonical(state.draft) ? [] : [event('ProcessDraftSaved', { data: draft })];
    },
    PublishProcessDefinition: (_, state, { own, actor }) => {
      alive(state);
      const problems = problemsOf(state.draft);
      if (problems.length > 0) throw refusal('DEFINITION_INVALID', { errors: problems.map(told) });
      const data = filledIn(state.draft) as ProcessDefinitionData;
      mayNameSenders(data, actor, own);
      const latest = state.versions[state.version];
      if (latest && canonical(latest) === canonical(data)) return [];
      return [event('ProcessDefinitionPublished', { version: state.version + 1, data })];
    },
    ArchiveProcessDefinition: (_, state) => {
      if (state.status === 'archived') return [];
      alive(state);
      return [event('ProcessDefinitionArchived', {})];
    },
  },

  evolve: {
    ProcessDefinitionCreated: (state, { organizationId, code, data }) => ({ ...state, status: 'draft', organizationId, code, draft: data }),
    ProcessDraftSaved: (state, { data }) => ({ ...state, draft: data }),
    ProcessDefinitionPublished: (state, { version, data }) => ({
      ...state,
      status: 'published',
      version,
      versions: { ...state.versions, [version]: data },
    }),
    ProcessDefinitionArchived: (state) => ({ ...state, status: 'archived' }),
  },
});

const told = ({ pointer, message }: { pointer: string; message: string }) => ({
  pointer: `/data${pointer}`,
  rule: 'definition',
  message: { ru: message, en: message },
});

/** The most characters of a definition as JSON, and the most levels: every version of it is kept and read with each of its processes. */
const LARGEST = 256 * 1_024;
const DEEPEST = 64;

/** @throws DEFINITION_TOO_LARGE */
function mustFit(data: Draft): void {
  if (isDeeper(data, DEEPEST) || JSON.stringify(data).length > LARGEST) throw refusal('DEFINITION_TOO_LARGE');
}

const alive = ({ status }: ProcessDefinition) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'archived') throw refusal('DEFINITION_ARCHIVED');
};

/** In the name of somebody other than whoever the process is of: only an administrator's template says so. */
function mayNameSenders(data: ProcessDefinitionData, actor: Actor, own: Standing): void {
  if (actor.kind === 'system' || administers(own, actor)) return;
  for (const { steps, pointer } of stepLists(data))
    for (const { step } of allSteps(steps, pointer))
      if (
        step.args.from !== undefined &&
        step.args.from !== 'author' &&
        step.type !== 'create_calendar_event' &&
        step.type !== 'add_absence'
      )
        throw refusal('SENDER_NOT_ALLOWED');
}

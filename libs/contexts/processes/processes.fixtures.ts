import { user, type UserEvents } from '@letopis/contexts/identity';
import { membership, organization, type MembershipEvents, type OrganizationEvents } from '@letopis/contexts/organizations';
import {
  department,
  role,
  staffMember,
  userGroup,
  type DepartmentEvents,
  type RoleEvents,
  type StaffMemberEvents,
  type UserGroupEvents,
} from '@letopis/contexts/staff';
import { derivedId, system, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../../kernel/testing';
import type { ProcessDefinitionData } from './definition/definition';
import { filledIn } from './definition/shape';
import { processDefinition, type ProcessDefinitionEvents } from './process-definition/process-definition';
import type { Approver, SmartProcessEvents } from './smart-process/smart-process.events';

/** The people, templates and processes of this context's specifications. */
const one = (name: string): UserActor => ({ kind: 'user', userId: derivedId('person', name), sessionId: derivedId('session', name) });

/** Administers Romashka. */
export const anna = one('anna');
/** Has started the process. */
export const boris = one('boris');
/** Is responsible for its stage. */
export const viktor = one('viktor');
/** Approves. */
export const olga = one('olga');
/** Has no part in it, and no right. */
export const lena = one('lena');
/** Has no part in it, and every right of processes by a role. */
export const pavel = one('pavel');
/** Nobody here. */
export const stranger = one('stranger');
export const sagas = system('sagas');

export const romashka = derivedId('organization', 'romashka');
export const processId = derivedId('process', 'first');
export const definitionId = derivedId('definition', 'approval');
export const documentId = derivedId('document', 'contract');
export const subject = { type: 'company', id: derivedId('company', 'client') } as const;
export const roundId = derivedId('round', 'first');
export const staffIdOf = ({ userId }: UserActor): string => derivedId('staff', userId);

const ofOrganization = facts<OrganizationEvents>();
const ofStaff = facts<StaffMemberEvents>();
export const ofDefinition = facts<ProcessDefinitionEvents>();
export const ofProcess = facts<SmartProcessEvents>();

const account = ({ userId }: UserActor): Stream =>
  stream(
    user,
    userId,
    facts<UserEvents>()('UserRegistered', { email: `${userId}@romashka.ru`, locale: 'ru', origin: 'self' }),
    facts<UserEvents>()('UserActivated', { via: 'link' }),
  );
const memberOf = ({ userId }: UserActor): Stream =>
  stream(
    membership,
    `${romashka}:${userId}`,
    facts<MembershipEvents>()('MembershipGranted', {
      organizationId: romashka,
      userId,
      memberKind: 'employee',
      via: 'staff',
      sourceId: 'x',
    }),
  );
export const hired = ({ userId }: UserActor): Fact =>
  ofStaff('StaffMemberCreated', {
    organizationId: romashka,
    isDefaultAdmin: false,
    origin: 'form',
    login: userId,
    email: `${userId}@romashka.ru`,
  });
const works = (who: UserActor, ...more: readonly Fact[]): Stream =>
  stream(staffMember, staffIdOf(who), hired(who), ofStaff('StaffUserLinked', { userId: who.userId }), ...more);
const runsProcesses = stream(
  role,
  derivedId('role', 'methodologist'),
  facts<RoleEvents>()('RoleCreated', {
    organizationId: romashka,
    code: 'methodologist',
    name: 'Методолог',
    kind: 'functional',
    rights: ['processes.templates', 'processes.instances'],
    system: false,
    fullAccess: false,
  }),
);

export const groupId = derivedId('group', 'committee');
export const departmentId = derivedId('department', 'lawyers');
/** A group that lena is in, and a department that she leads. */
export const circles: readonly Stream[] = [
  stream(
    userGroup,
    groupId,
    facts<UserGroupEvents>()('UserGroupCreated', { organizationId: romashka, name: 'Комиссия', ownerStaffId: staffIdOf(anna) }),
    facts<UserGroupEvents>()('GroupMemberAdded', { staffId: staffIdOf(lena) }),
  ),
  stream(
    department,
    departmentId,
    facts<DepartmentEvents>()('DepartmentCreated', {
      organizationId: romashka,
      name: { ru: 'Юристы' },
      taskLocale: 'ru',
      headStaffId: staffIdOf(lena),
    }),
  ),
];

const log = (key: string, more: object = {}) => ({ key, type: 'log', args: { text: 'x' }, ...more });
const stage = (code: string, order: number, semantic: string, exits: readonly object[], more: object = {}) => ({
  code,
  name: { ru: code },
  order,
  color: '#000000',
  semantic,
  exits,
  ...more,
});

/** A template with every kind of manual exit: plain, with a comment, of chosen people, behind conditions. */
export const draft = {
  code: 'approval',
  name: { ru: 'Согласование' },
  subjectTypes: ['company'],
  params: [
    { key: 'approvers', type: 'staff[]', required: true },
    { key: 'chief', type: 'staff', required: false },
  ],
  stages: [
    stage(
      'check',
      1,
      'initial',
      [
        { to: 'approval', on: 'manual' },
        { to: 'declined', on: 'manual', requireComment: true },
        { to: 'signing', on: 'manual', by: ['param:chief', 'previous_responsible'] },
        { to: 'sending', on: 'manual' },
        { to: 'filing', on: 'manual' },
        { to: 'done', on: 'steps_completed' },
      ],
      {
        onEnter: [log('note'), log('may-fail', { onError: 'skip' })],
        controlPoints: [
          {
            code: 'contract',
            kind: 'document_attached',
            args: { error: 'DOCUMENT_REQUIRED' },
            message: { ru: 'договор' },
            exits: ['sending'],
          },
          { code: 'signed', kind: 'all_signed', args: {}, message: { ru: 'договор подписан' }, exits: ['filing'] },
        ],
      },
    ),
    stage(
      'approval',
      2,
      'work',
      [
        { to: 'done', on: { approval: 'ask', outcome: 'approved' } },
        { to: 'check', on: { approval: 'ask', outcome: 'rejected' } },
        { to: 'check', on: 'manual' },
      ],
      { onEnter: [{ key: 'ask', type: 'request_approval', args: { approvers: 'param:approvers', title: 'Согласуйте' } }] },
    ),
    stage('signing', 3, 'work', [{ to: 'done', on: 'manual' }]),
    stage('sending', 4, 'work', [{ to: 'done', on: 'manual' }]),
    stage('filing', 5, 'work', [{ to: 'done', on: 'manual' }]),
    stage('done', 6, 'success', []),
    stage('declined', 7, 'failure', []),
  ],
};
export const created = ofDefinition('ProcessDefinitionCreated', { organizationId: romashka, code: 'approval', data: draft });
export const published = (more: object = {}, version = 1): Fact =>
  ofDefinition('ProcessDefinitionPublished', { version, data: filledIn({ ...draft, ...more }) as ProcessDefinitionData });
export const archived = ofDefinition('ProcessDefinitionArchived', {});
export const template = (...more: readonly Fact[]): Stream => stream(processDefinition, definitionId, created, ...more);

export const params = { approvers: [staffIdOf(olga)], chief: staffIdOf(olga) };
export const began = (more: Partial<SmartProcessEvents['SmartProcessStarted']> = {}): readonly Fact[] => [
  ofProcess('SmartProcessStarted', {
    organizationId: romashka,
    number: 7,
    definitionId,
    definitionCode: 'approval',
    definitionVersion: 1,
    definitionName: 'Согласование',
    subject,
    params,
    initiatorStaffId: staffIdOf(boris),
    onePerSubject: false,
    ...more,
  }),
  ofProcess('StageEntered', { stageCode: 'check', stageName: 'check', visit: 1, semantic: 'initial' }),
  ofProcess('ResponsibleChanged', { to: staffIdOf(viktor) }),
];
export const inApproval: readonly Fact[] = [
  ...began(),
  ofProcess('StageLeft', { stageCode: 'check', visit: 1, to: 'approval', cause: { kind: 'manual', exit: 0 } }),
  ofProcess('StageEntered', { stageCode: 'approval', stageName: 'approval', visit: 2, semantic: 'work' }),
  ofProcess('StepStarted', { visit: 2, key: 'ask', attempt: 1 }),
];
/** An approver in a slot; the key tells two slots of one person apart. */
export const approver = (who: UserActor, slot = 'first'): Approver => ({
  approverKey: `${slot}-${who.userId.slice(0, 8)}`,
  staffId: staffIdOf(who),
  slot,
  taskId: derivedId('task', slot, who.userId),
});
export const asked = (rule: string, approvers: readonly Approver[], mode: 'parallel' | 'sequential' = 'parallel'): readonly Fact[] => [
  ...inApproval,
  ofProcess('ApprovalRoundOpened', { roundId, key: 'ask', visit: 2, mode, rule, approvers }),
];
export const stepStarted = (key = 'note', attempt = 1) => ofProcess('StepStarted', { visit: 1, key, attempt });
export const faulted = (attempts = 4): readonly Fact[] => [
  ...Array.from({ length: attempts }, (_, at) => at + 1).flatMap((attempt) => [
    stepStarted('note', attempt),
    ofProcess('StepFailed', { visit: 1, key: 'note', errorCode: 'NOT_FOUND', attempt }),
  ]),
  ofProcess('ProcessFaulted', { visit: 1, key: 'note', errorCode: 'NOT_FOUND' }),
];
export const paused = ofProcess('ProcessPaused', { reason: 'Отпуск' });
export const completed = ofProcess('ProcessCompleted', { outcome: 'success', finalStage: 'done' });
export const cancelled = ofProcess('ProcessCancelled', { reason: 'Не нужен' });

/** Everything that policies and decisions of this context look at; the template is published. */
export const people: readonly Stream[] = [
  stream(
    organization,
    romashka,
    ofOrganization('OrganizationAdded', { kind: 'legal_entity', inn: '7707083893', displayName: 'Ромашка', addedBy: anna.userId }),
    ofOrganization('OrganizationRegisteredAsClient', { requestId: derivedId('r'), registeredAt: '2026-03-02T09:00:00.000Z' }),
    ofOrganization('AdministratorAssigned', { userId: anna.userId, assignedBy: anna.userId }),
  ),
  ...[anna, boris, viktor, olga, lena, pavel].flatMap((who) => [account(who), memberOf(who)]),
  works(anna),
  works(boris),
  works(viktor),
  works(olga),
  works(lena),
  works(pavel, ofStaff('RoleAssigned', { roleCode: 'methodologist' })),
  account(stranger),
  runsProcesses,
];
export const world: readonly Stream[] = [...people, template(published())];

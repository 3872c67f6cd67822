import type { Actor } from '@letopis/kernel';
import { staffMember } from '@letopis/contexts/staff';
import { given, isAsTold, issue, stateTable, stream, type Fact } from '../../kernel/testing';
import * as definitions from './process-definition/process-definition.commands';
import { processDefinition } from './process-definition/process-definition';
import {
  anna,
  approver,
  archived,
  began,
  boris,
  cancelled,
  circles,
  completed,
  created,
  definitionId,
  departmentId,
  documentId,
  draft,
  faulted,
  groupId,
  hired,
  lena,
  ofProcess,
  olga,
  params,
  paused,
  pavel,
  people as everybody,
  processId,
  published,
  romashka,
  roundId,
  sagas,
  staffIdOf,
  stepStarted,
  stranger,
  subject,
  template,
  viktor,
  world,
} from './processes.fixtures';
import * as commands from './smart-process/smart-process.commands';
import { smartProcess } from './smart-process/smart-process';

describe('ProcessDefinition (F.4), by its state table', () => {
  const processDefinitionId = definitionId;
  const changed = { ...draft, name: { ru: 'Иначе' } };
  const create = issue(definitions.CreateProcessDefinition, {
    processDefinitionId,
    organizationId: romashka,
    code: 'approval',
    data: draft,
  });
  const save = issue(definitions.SaveProcessDraft, { processDefinitionId, data: changed });
  const publish = issue(definitions.PublishProcessDefinition, { processDefinitionId });
  const archive = issue(definitions.ArchiveProcessDefinition, { processDefinitionId });
  const asking: Readonly<Record<string, object>> = { Create: create, Save: save, Publish: publish, Archive: archive };
  const states: Readonly<Record<string, readonly Fact[]>> = {
    none: [],
    draft: [created],
    published: [created, published({ name: { ru: 'Прежде' } })],
    archived: [created, published(), archived],
  };

  test.each(
    stateTable(
      `
      | State     | Create                             | Save                   | Publish                                  | Archive                                |
      | none      | → draft / ProcessDefinitionCreated | NOT_FOUND              | NOT_FOUND                                | NOT_FOUND                              |
      | draft     | ALREADY_EXISTS                     | same / ProcessDraftSaved | → published / ProcessDefinitionPublished | → archived / ProcessDefinitionArchived |
      | published | ALREADY_EXISTS                     | same / ProcessDraftSaved | same / ProcessDefinitionPublished        | → archived / ProcessDefinitionArchived |
      | archived  | ALREADY_EXISTS                     | —                      | —                                        | no-op                                  |`,
      { dash: 'DEFINITION_ARCHIVED' },
    ),
  )('R151 $state: $asked $becomes', (cell) => {
    const outcome = given(processDefinition, ...states[cell.state]!)
      .and(...everybody)
      .when(asking[cell.asked]!, { actor: sagas, id: definitionId });
    isAsTold(cell, outcome);
  });

  test('the table names every command', () =>
    expect(
      Object.values(asking)
        .map(({ constructor: { name } }) => name)
        .sort(),
    ).toEqual(Object.keys(processDefinition.commands).sort()));

  test('R151 each publish is a version more, and what was published stays as it was', () => {
    const { after, result } = given(processDefinition, created, published({ name: { ru: 'Прежде' } }))
      .and(...everybody)
      .when(publish, { actor: sagas });
    expect(result.events[0]!.data).toMatchObject({ version: 2 });
    expect(after.versions[1]!.name.ru).toBe('Прежде');
    expect(after.versions[2]!.name.ru).toBe('Согласование');
  });

  test.each([
    ['an administrator', anna, 'allow'],
    ['whose role has it', pavel, 'allow'],
    ['whose role has it not', lena, 'FORBIDDEN'],
    ['nobody here', stranger, 'NOT_FOUND'],
    ['the product', sagas, 'allow'],
  ] as const)('R151 templates are of those who may: %s', (_, actor, verdict) => {
    for (const command of [save, publish, archive])
      given(processDefinition, created)
        .and(...everybody)
        .when(command, { actor })
        .isRefused(verdict);
  });
});

interface Around {
  readonly subject?: object;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly initiatorStaffId?: string;
}
const strangerStaffId = staffIdOf(stranger);
const at = { processId, visit: 1 };
const waits = ofProcess('StepWaiting', { visit: 1, key: 'note', on: {} });
const alone = [approver(olga)];
const round = ofProcess('ApprovalRoundOpened', { roundId, key: 'ask', visit: 1, mode: 'parallel', rule: 'all', approvers: alone });

/** What each column stands for, what must have happened before, and who asks. */
const COLUMNS: Readonly<Record<string, { command: object; actor?: Actor; before?: readonly Fact[] }>> = {
  Start: {
    command: issue(commands.StartSmartProcess, { processId, organizationId: romashka, definitionCode: 'approval', subject, params }),
    actor: anna,
  },
  Attach: { command: issue(commands.AttachProcessDocument, { processId, documentId }), actor: boris },
  Detach: {
    command: issue(commands.DetachProcessDocument, { processId, documentId, reason: 'x' }),
    before: [ofProcess('ProcessDocumentAttached', { documentId })],
  },
  Move: { command: issue(commands.MoveSmartProcess, { processId, toStage: 'approval' }), actor: boris },
  Finish: { command: issue(commands.MoveSmartProcess, { processId, toStage: 'declined', comment: 'Нет' }), actor: boris },
  Advance: { command: issue(commands.AdvanceStage, { ...at, exitIndex: 5 }) },
  Started: { command: issue(commands.RecordStepStarted, { ...at, key: 'may-fail', attempt: 1 }) },
  Waiting: { command: issue(commands.RecordStepWaiting, { ...at, key: 'may-fail', on: {} }), before: [stepStarted('may-fail')] },
  Completed: { command: issue(commands.RecordStepCompleted, { ...at, key: 'may-fail', outputs: {} }), before: [stepStarted('may-fail')] },
  Failed: {
    command: issue(commands.RecordStepFailed, { ...at, key: 'may-fail', attempt: 1, errorCode: 'X' }),
    before: [stepStarted('may-fail')],
  },
  Open: {
    command: issue(commands.OpenApprovalRound, { ...at, roundId, stepKey: 'ask', approvers: [...alone], mode: 'parallel', rule: 'all' }),
  },
  Decide: {
    command: issue(commands.RecordApprovalDecision, {
      processId,
      roundId,
      approverKey: alone[0]!.approverKey,
      byStaffId: staffIdOf(olga),
      decision: 'approved',
    }),
    before: [ofProcess('StepStarted', { visit: 1, key: 'ask', attempt: 1 }), round],
  },
  Replace: {
    command: issue(commands.ReplaceApprover, { processId, roundId, approverKey: alone[0]!.approverKey, to: staffIdOf(lena), reason: 'x' }),
    before: [round],
  },
  Reassign: { command: issue(commands.ReassignResponsible, { processId, staffId: staffIdOf(olga) }), actor: viktor },
  Text: { command: issue(commands.SetProcessStatusText, { processId, text: 'Проверка' }) },
  Remind: { command: issue(commands.RecordStageReminder, { ...at, key: 'delay', no: 1 }) },
  Receive: {
    command: issue(commands.ReceiveProcessEvent, {
      processId,
      eventId: roundId,
      eventType: 'DocumentSigned',
      stream: `document-${documentId}`,
      position: 1,
      atVisit: 1,
      data: {},
      triggers: [],
    }),
  },
  Pause: { command: issue(commands.PauseSmartProcess, { processId, reason: 'Отпуск' }), actor: boris },
  Resume: { command: issue(commands.ResumeSmartProcess, { processId }), actor: boris },
  Retry: { command: issue(commands.RetryFailedStep, { processId }), actor: boris },
  Skip: { command: issue(commands.SkipFailedStep, { processId }), actor: boris },
  Plan: { command: issue(commands.PlanProcessMigration, { processId }), actor: pavel },
  Migrate: { command: issue(commands.MigrateSmartProcess, { processId, version: 2 }), actor: anna },
  Cancel: { command: issue(commands.CancelSmartProcess, { processId, reason: 'Не нужен' }), actor: boris },
};
const STATES: Readonly<Record<string, readonly Fact[]>> = {
  running: [],
  paused: [paused],
  faulted: faulted(),
  completed: [completed],
  cancelled: [cancelled],
};

describe('SmartProcess (F.6), by its state table', () => {
  test.each([
    ...stateTable(
      `
      | State     | Start          | Move                         | Finish                                                  | Advance                                                 | Reassign                  | Pause                   | Resume                    | Cancel                        |
      | running   | ALREADY_EXISTS | same / StageLeft, StageEntered | → completed / StageLeft, StageEntered, ProcessCompleted | → completed / StageLeft, StageEntered, ProcessCompleted | same / ResponsibleChanged | → paused / ProcessPaused | no-op                     | → cancelled / ProcessCancelled |
      | paused    | ALREADY_EXISTS | —                            | —                                                       | —                                                       | same / ResponsibleChanged | no-op                   | → running / ProcessResumed | → cancelled / ProcessCancelled |
      | faulted   | ALREADY_EXISTS | —                            | —                                                       | —                                                       | same / ResponsibleChanged | —                       | —                         | → cancelled / ProcessCancelled |
      | completed | ALREADY_EXISTS | —                            | —                                                       | no-op                                                   | —                         | —                       | —                         | —                             |
      | cancelled | ALREADY_EXISTS | —                            | —                                                       | no-op                                                   | —                         | —                       | —                         | no-op                         |`,
      { dash: 'PROCESS_STATE' },
    ),
    ...stateTable(
      `
      | State     | Retry                   | Skip                    | Attach                         | Detach                         | Text                        | Receive                     |
      | running   | STEP_NOT_FAILED         | STEP_NOT_FAILED         | same / ProcessDocumentAttached | same / ProcessDocumentDetached | same / ProcessStatusTextSet | same / ProcessEventReceived |
      | paused    | —                       | —                       | same / ProcessDocumentAttached | same / ProcessDocumentDetached | same / ProcessStatusTextSet | same / ProcessEventReceived |
      | faulted   | → running / StepRetried | → running / StepSkipped | same / ProcessDocumentAttached | same / ProcessDocumentDetached | same / ProcessStatusTextSet | same / ProcessEventReceived |
      | completed | —                       | —                       | —                              | same / ProcessDocumentDetached | no-op                       | no-op                       |
      | cancelled | —                       | —                       | —                              | same / ProcessDocumentDetached | no-op                       | no-op                       |`,
      { dash: 'PROCESS_STATE' },
    ),
    ...stateTable(
      `
      | State     | Started            | Waiting            | Completed            | Failed            | Remind                   | Open                       | Decide                                                               | Replace                 |
      | running   | same / StepStarted | same / StepWaiting | same / StepCompleted | same / StepFailed | same / StageReminderSent | same / ApprovalRoundOpened | same / ApprovalDecisionRecorded, ApprovalRoundCompleted, StepCompleted | same / ApproverReplaced |
      | paused    | no-op              | same / StepWaiting | same / StepCompleted | same / StepFailed | no-op                    | same / ApprovalRoundOpened | same / ApprovalDecisionRecorded, ApprovalRoundCompleted, StepCompleted | same / ApproverReplaced |
      | faulted   | no-op              | same / StepWaiting | same / StepCompleted | same / StepFailed | no-op                    | same / ApprovalRoundOpened | same / ApprovalDecisionRecorded, ApprovalRoundCompleted, StepCompleted | same / ApproverReplaced |
      | completed | no-op              | no-op              | no-op                | no-op             | no-op                    | no-op                      | no-op                                                                | —                       |
      | cancelled | no-op              | no-op              | no-op                | no-op             | no-op                    | no-op                      | no-op                                                                | —                       |`,
      { dash: 'PROCESS_STATE' },
    ),
    ...stateTable(
      `
      | State     | Plan                           | Migrate                |
      | running   | same / ProcessMigrationPlanned | same / ProcessMigrated |
      | paused    | same / ProcessMigrationPlanned | same / ProcessMigrated |
      | faulted   | same / ProcessMigrationPlanned | same / ProcessMigrated |
      | completed | —                              | —                      |
      | cancelled | —                              | —                      |`,
      { dash: 'PROCESS_STATE' },
    ),
  ])('R097 $state: $asked $becomes', (cell) => {
    const { command, actor = sagas, before = [] } = COLUMNS[cell.asked]!;
    const outcome = given(smartProcess, ...began(), ...before, ...STATES[cell.state]!)
      .and(...everybody, template(published(), published({ name: { ru: 'Иначе' } }, 2)))
      .when(command, { actor, answers: { number: 8 } });
    isAsTold(cell, outcome);
  });

  test('R097 a process that was never started takes nothing but its start', () => {
    for (const { command } of Object.values(COLUMNS).filter(({ command: { constructor } }) => constructor !== commands.StartSmartProcess)) {
      const { result } = given(smartProcess)
        .and(...world)
        .when(command, { actor: sagas });
      expect(result.events).toEqual([]);
    }
    given(smartProcess)
      .and(...world)
      .when(COLUMNS.Start!.command, { actor: pavel, answers: { number: 8 } })
      .isAllowed();
  });

  test('the tables name every command', () =>
    expect([...new Set(Object.values(COLUMNS).map(({ command }) => command.constructor.name))].sort()).toEqual(
      Object.keys(smartProcess.commands).sort(),
    ));

  test('R097 a step that fails for the fourth time stops the process, unless it is one to be passed over', () => {
    const failing = (key: string) =>
      given(
        smartProcess,
        ...began(),
        ...faulted(3)
          .slice(0, -1)
          .map((fact) => ({ ...fact, data: { ...(fact.data as object), key } })),
        stepStarted(key, 4),
      )
        .and(...world)
        .when(issue(commands.RecordStepFailed, { ...at, key, attempt: 4, errorCode: 'X' }), { actor: sagas })
        .result.events.map(({ type }) => type);
    expect(failing('note')).toEqual(['StepFailed', 'ProcessFaulted']);
    expect(failing('may-fail')).toEqual(['StepFailed', 'StepSkipped']);
  });

  test('R097 what is told of another visit changes nothing', () => {
    for (const command of [
      issue(commands.AdvanceStage, { ...at, visit: 2, exitIndex: 5 }),
      issue(commands.RecordStepStarted, { ...at, visit: 2, key: 'note', attempt: 1 }),
      issue(commands.RecordStepCompleted, { ...at, visit: 2, key: 'note', outputs: {} }),
    ])
      given(smartProcess, ...began(), stepStarted(), waits)
        .and(...world)
        .when(command, { actor: sagas })
        .thenNothing();
  });
});

describe('SmartProcess (F.6), by whom', () => {
  const outcomeFor = (column: string, actor: Actor, ...facts: readonly Fact[]) => {
    const { command, before = [] } = COLUMNS[column]!;
    const { result } = given(smartProcess, ...began(), ...before, ...facts)
      .and(...world)
      .when(command, { actor });
    return result.refused ?? 'allow';
  };
  const people = { anna, boris, viktor, pavel, lena, stranger, sagas };
  test.each([
    // The administrator, the initiator, the responsible, by right, without one, nobody here, the product.
    ['Move', [], ['allow', 'allow', 'allow', 'allow', 'NOT_RESPONSIBLE', 'NOT_FOUND', 'FORBIDDEN']],
    ['Reassign', [], ['allow', 'allow', 'allow', 'allow', 'NOT_RESPONSIBLE', 'NOT_FOUND', 'allow']],
    ['Attach', [], ['allow', 'allow', 'allow', 'allow', 'FORBIDDEN', 'NOT_FOUND', 'allow']],
    ['Pause', [], ['allow', 'allow', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN']],
    ['Resume', [paused], ['allow', 'allow', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN']],
    ['Retry', faulted(), ['allow', 'allow', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN']],
    ['Skip', faulted(), ['allow', 'allow', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN']],
    ['Cancel', [], ['allow', 'allow', 'FORBIDDEN', 'allow', 'FORBIDDEN', 'NOT_FOUND', 'allow']],
    ['Cancel', [paused], ['allow', 'allow', 'FORBIDDEN', 'allow', 'FORBIDDEN', 'NOT_FOUND', 'allow']],
    ['Replace', [], ['allow', 'allow', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'allow']],
    ['Decide', [], ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'allow']],
    ['Started', [], ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'allow']],
    ['Advance', [], ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'allow']],
  ] as const)('R097 %s', (column, facts, told) =>
    expect(Object.values(people).map((actor) => outcomeFor(column, actor, ...facts))).toEqual(told),
  );

  test('R099 an exit of chosen people is theirs, and not the responsible’s', () => {
    const leave = (actor: Actor, ...facts: readonly Fact[]) =>
      given(smartProcess, ...began(), ...facts)
        .and(...world)
        .when(issue(commands.MoveSmartProcess, { processId, toStage: 'signing' }), { actor }).result.refused;
    expect(leave(olga)).toBeUndefined();
    expect(leave(anna)).toBeUndefined();
    expect(leave(viktor)).toBe('NOT_RESPONSIBLE');
    expect(leave(viktor, ofProcess('ResponsibleChanged', { from: staffIdOf(viktor), to: staffIdOf(lena) }))).toBeUndefined();
  });

  test.each([
    ['field:responsibleStaffId', { subject: { responsibleStaffId: staffIdOf(lena) } }],
    ['field:team', { subject: { team: [{ staffId: staffIdOf(lena) }, staffIdOf(olga)] } }],
    ['performer', { subject: { performer: { staffId: staffIdOf(lena) } } }],
    [`group:${groupId}`, {}],
    [`department_head:${departmentId}`, {}],
    [`staff:${staffIdOf(lena)}`, {}],
    ['param:chief', { params: { ...params, chief: staffIdOf(lena) } }],
    ['param:approvers', { params: { ...params, approvers: [staffIdOf(olga), staffIdOf(lena)] } }],
    ['author', { initiatorStaffId: staffIdOf(lena) }],
  ] as const)('R099 an exit by %s is open to exactly them, and to administrators', (expr, { subject: fields, ...more }: Around) => {
    const stages = draft.stages.map((each) =>
      each.code === 'signing' ? { ...each, exits: [{ to: 'done', by: [expr], on: 'manual' }] } : each,
    );
    const inSigning = [
      ...began(more),
      ofProcess('StageLeft', { stageCode: 'check', visit: 1, to: 'signing', cause: { kind: 'manual', exit: 2 } }),
      ofProcess('StageEntered', { stageCode: 'signing', stageName: 'signing', visit: 2, semantic: 'work' }),
    ];
    const leave = (actor: Actor) =>
      given(smartProcess, ...inSigning)
        .and(...everybody, ...circles, template(published({ stages })))
        .when(issue(commands.MoveSmartProcess, { processId, toStage: 'done' }), { actor, answers: { subject: fields } }).result.refused;
    expect([lena, anna].map(leave)).toEqual([undefined, undefined]);
    // Neither the responsible, nor by the right to move processes: the exit says whose it is.
    expect([viktor, pavel].map(leave)).toEqual(['NOT_RESPONSIBLE', 'NOT_RESPONSIBLE']);
    expect(leave(stranger)).toBe('NOT_FOUND');
  });

  test('R097 nobody from elsewhere, and nobody who has left, is let into a process by a parameter', () => {
    const elsewhere = stream(staffMember, strangerStaffId, {
      ...hired(stranger),
      data: { ...(hired(stranger).data as object), organizationId: processId },
    });
    const start = (approvers: readonly string[]) =>
      given(smartProcess)
        .and(...world, elsewhere)
        .when(issue(commands.StartSmartProcess, { ...COLUMNS.Start!.command, params: { approvers } } as never), {
          actor: pavel,
          answers: { number: 8 },
        });
    start([staffIdOf(olga)]).isAllowed();
    start([staffIdOf(olga), strangerStaffId]).thenRefused('PARAM_INVALID');
    start([processId]).thenRefused('PARAM_INVALID');
  });

  test('R097 a template that goes on changes nothing for what runs by its version', () => {
    const later = [published(), published({ stages: draft.stages.map((each) => ({ ...each, exits: [] })) }, 2), archived];
    given(smartProcess, ...began())
      .and(...everybody, template(...later))
      .when(issue(commands.MoveSmartProcess, { processId, toStage: 'approval' }), { actor: boris })
      .isAllowed();
  });
});

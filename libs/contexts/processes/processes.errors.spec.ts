import { derivedId } from '@letopis/kernel';
import { given, issue, stream, type Fact, type Outcome, type Stream } from '../../kernel/testing';
import { processErrors } from './errors';
import * as definitions from './process-definition/process-definition.commands';
import { processDefinition } from './process-definition/process-definition';
import {
  approver,
  archived,
  asked,
  began,
  boris,
  cancelled,
  completed,
  created,
  definitionId,
  documentId,
  draft,
  faulted,
  inApproval,
  lena,
  ofProcess,
  olga,
  params,
  paused,
  pavel,
  people,
  processId,
  published,
  romashka,
  roundId,
  sagas,
  staffIdOf,
  subject,
  template,
  world,
} from './processes.fixtures';
import * as commands from './smart-process/smart-process.commands';
import { smartProcess } from './smart-process/smart-process';

type Asked = Outcome<never>;
const start = (more: Partial<commands.StartSmartProcess> = {}, streams: readonly Stream[] = world): Asked =>
  given(smartProcess)
    .and(...streams)
    .when(
      issue(commands.StartSmartProcess, { processId, organizationId: romashka, definitionCode: 'approval', subject, params, ...more }),
      {
        actor: pavel,
        answers: { number: 7 },
      },
    ) as object as Asked;
const doing = (
  command: object,
  facts: readonly Fact[] = began(),
  actor: typeof boris | typeof sagas = boris,
  ...more: readonly Stream[]
): Asked =>
  given(smartProcess, ...facts)
    .and(...world, ...more)
    .when(command, { actor }) as object as Asked;
const defining = (command: object, facts: readonly Fact[] = [created], actor = pavel): Asked =>
  given(processDefinition, ...facts)
    .and(...people)
    .when(command, { actor }) as object as Asked;
const move = (toStage: string, comment?: string) => issue(commands.MoveSmartProcess, { processId, toStage, comment });
const [one, two] = [approver(olga), approver(lena)];
const decide = (by = one, decision: 'approved' | 'rejected' = 'approved', more: Partial<commands.RecordApprovalDecision> = {}) =>
  issue(commands.RecordApprovalDecision, { processId, roundId, approverKey: by.approverKey, byStaffId: by.staffId, decision, ...more });
const decided = (by = one, decision: 'approved' | 'rejected' = 'approved') =>
  ofProcess('ApprovalDecisionRecorded', { roundId, approverKey: by.approverKey, byStaffId: by.staffId, decision });
const onePerSubject = template(published({ onePerSubject: true }));
/** Another process that runs on the same record. */
const another = stream(smartProcess, derivedId('process', 'second'), ...began({ onePerSubject: true }));
const processDefinitionId = definitionId;
const save = issue(definitions.SaveProcessDraft, { processDefinitionId, data: {} });
const asks = (from: string) => ({
  ...draft,
  stages: draft.stages.map((each) =>
    each.code === 'signing'
      ? { ...each, onEnter: [{ key: 'tell', type: 'notify_user', args: { from, to: ['author'], textSite: 'x' } }] }
      : each,
  ),
});
const draftOf = (data: object) => ({ ...created, data: { organizationId: romashka, code: 'approval', data } });

const PROVOKED: ReadonlyArray<readonly [code: string, status: number, ru: string, provoke: () => Asked]> = [
  [
    'DEFINITION_INVALID',
    422,
    'Шаблон содержит ошибки',
    () => defining(issue(definitions.PublishProcessDefinition, { processDefinitionId }), [draftOf({ ...draft, stages: [] })]),
  ],
  [
    'DEFINITION_TOO_LARGE',
    413,
    'Шаблон слишком велик: больше 256 КБ или слишком глубоко вложен',
    () => defining(issue(definitions.SaveProcessDraft, { processDefinitionId, data: { text: 'x'.repeat(300_000) } })),
  ],
  ['DEFINITION_NOT_PUBLISHED', 422, 'Шаблон не опубликован', () => start({}, [...people, template()])],
  [
    'DEFINITION_CODE_TAKEN',
    409,
    'Шаблон с таким кодом уже есть',
    () =>
      given(processDefinition)
        .and(...world)
        .when(
          issue(definitions.CreateProcessDefinition, {
            processDefinitionId: derivedId('definition', 'other'),
            organizationId: romashka,
            code: 'approval',
            data: draft,
          }),
          { actor: pavel },
        ) as object as Asked,
  ],
  ['DEFINITION_ARCHIVED', 409, 'Шаблон в архиве', () => defining(save, [created, archived])],
  [
    'SENDER_NOT_ALLOWED',
    403,
    'Изменить отправителя может только администратор',
    () => defining(issue(definitions.PublishProcessDefinition, { processDefinitionId }), [draftOf(asks('responsible'))]),
  ],
  ['PROCESS_ALREADY_RUNNING', 409, 'По этой записи процесс уже идёт', () => start({}, [...people, onePerSubject, another])],
  ['PROCESS_STATE', 409, 'Действие недоступно: процесс приостановлен', () => doing(move('approval'), [...began(), paused])],
  [
    'SUBJECT_NOT_FITTING',
    422,
    'Процесс по этому шаблону не запускается для такой записи',
    () => start({ subject: { type: 'contact', id: subject.id } }),
  ],
  ['EXIT_NOT_ALLOWED', 409, 'Переход на этот этап невозможен', () => doing(move('done'))],
  ['STEPS_UNFINISHED', 409, 'Этап ждёт завершения задачи или согласования', () => doing(move('check'), asked('all', [one]))],
  ['COMMENT_REQUIRED', 422, 'Укажите комментарий', () => doing(move('declined'))],
  ['CONTROL_POINT_FAILED', 422, 'Не выполнено условие этапа: договор подписан', () => doing(move('filing'))],
  ['DOCUMENT_REQUIRED', 422, 'Приложите договор', () => doing(move('sending'))],
  [
    'DOCUMENT_IN_PROCESS',
    409,
    'Статусом документа управляет процесс',
    () =>
      given(smartProcess, ...began())
        .and(...world)
        .when(issue(commands.AttachProcessDocument, { processId, documentId }), {
          actor: boris,
          answers: { document: { organizationId: romashka, processId: derivedId('process', 'second') } },
        }) as object as Asked,
  ],
  ['NOT_RESPONSIBLE', 403, 'Действие выполняет ответственный за этап', () => doing(move('approval'), began(), lena)],
  ['PARAM_REQUIRED', 422, 'Не заполнен параметр процесса «approvers»', () => start({ params: {} })],
  ['PARAM_INVALID', 422, 'Неверный параметр процесса «approvers»', () => start({ params: { approvers: 'olga' } })],
  [
    'ROUND_CLOSED',
    409,
    'Согласование уже завершено',
    () =>
      doing(
        decide(two),
        [...asked('any', [one, two]), decided(), ofProcess('ApprovalRoundCompleted', { roundId, outcome: 'approved', decisions: [] })],
        sagas,
      ),
  ],
  ['NOT_AN_APPROVER', 403, 'Вы не входите в число согласующих', () => doing(decide(two), asked('all', [one]), sagas)],
  ['STEP_NOT_FAILED', 409, 'У процесса нет шага с ошибкой', () => doing(issue(commands.RetryFailedStep, { processId }))],
  [
    'MIGRATION_IMPOSSIBLE',
    409,
    'Процесс нельзя перевести на эту версию шаблона',
    () =>
      given(smartProcess, ...inApproval)
        .and(...people, template(published(), published({ stages: draft.stages.filter(({ code }) => code !== 'approval') }, 2)))
        .when(issue(commands.MigrateSmartProcess, { processId, version: 2 }), { actor: pavel }) as object as Asked,
  ],
];

describe('F.10 Refusals of processes', () => {
  test.each(PROVOKED)('R097 %s: %i «%s»', (code, status, ru, provoke) => {
    const { result } = provoke();
    expect(result.refused).toBe(code);
    expect(result.error?.entry.status).toBe(status);
    expect(result.error?.text('ru')).toBe(ru);
  });

  // What the engine finds of approvers is told as an error of a step, not of a command.
  test('every code of the context is provoked', () => {
    const provoked = new Set(PROVOKED.map(([code]) => code));
    const shared = ['VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN', 'ALREADY_EXISTS', 'NOT_AUTHENTICATED'];
    const own = Object.keys(processErrors.entries).filter((code) =>
      /^(DEF|PROC|SUBJ|EXIT|STEP|COMMENT|CONTROL|DOCUMENT|NOT_[RA]|PARAM|ROUND|SENDER|APPROVERS)/.test(code),
    );
    expect(own.filter((code) => !provoked.has(code) && !shared.includes(code))).toEqual(['APPROVERS_COUNT']);
  });

  test('R097 only the step that has failed is tried again or passed over', () => {
    const facts = [...began(), ...faulted()];
    for (const type of [commands.RetryFailedStep, commands.SkipFailedStep]) {
      doing(issue<commands.RetryFailedStep>(type, { processId, key: 'may-fail' }), facts).thenRefused('STEP_NOT_FAILED');
      expect(doing(issue<commands.RetryFailedStep>(type, { processId, key: 'note' }), facts).result.refused).toBeUndefined();
    }
  });

  test('R097 every state has its word in the refusal', () => {
    const told = (facts: readonly Fact[], command: object = move('approval')) =>
      doing(command, [...began(), ...facts]).result.error?.text('ru');
    expect(told([completed])).toBe('Действие недоступно: процесс завершён');
    expect(told([cancelled])).toBe('Действие недоступно: процесс отменён');
    expect(told(faulted())).toBe('Действие недоступно: процесс остановлен ошибкой');
    expect(told([completed], issue(commands.SkipFailedStep, { processId }))).toBe('Действие недоступно: процесс завершён');
  });
});

describe('F.6.8 A round of approval', () => {
  const three = approver(pavel);
  type Told = ReadonlyArray<readonly [who: typeof one, decision: 'approved' | 'rejected']>;
  const said = (rule: string, approvers: ReadonlyArray<typeof one>, told: Told, mode: 'parallel' | 'sequential' = 'parallel') => {
    let facts: readonly Fact[] = asked(rule, approvers, mode);
    const outcomes = told.map(([who, decision]) => {
      const { result } = doing(decide(who, decision), facts, sagas);
      facts = [...facts, ...result.events];
      const round = result.events.find(({ type }) => type === 'ApprovalRoundCompleted')?.data as { outcome?: string } | undefined;
      return result.refused ?? round?.outcome ?? 'open';
    });
    return outcomes;
  };
  const [yes, no] = ['approved', 'rejected'] as const;
  test.each([
    ['all', [yes, yes, yes], ['open', 'open', 'approved']],
    ['all', [yes, no, yes], ['open', 'rejected', 'ROUND_CLOSED']],
    ['any', [yes, no], ['approved', 'ROUND_CLOSED']],
    ['any', [no, no, yes], ['open', 'open', 'approved']],
    ['any', [no, no, no], ['open', 'open', 'rejected']],
    ['majority', [yes, yes, no], ['open', 'approved', 'ROUND_CLOSED']],
    ['majority', [yes, no, no], ['open', 'open', 'rejected']],
    ['count:2', [no, yes, yes], ['open', 'open', 'approved']],
    ['count:2', [no, no, yes], ['open', 'rejected', 'ROUND_CLOSED']],
    ['count:1', [yes], ['approved']],
    ['count:9', [yes, yes, yes], ['open', 'open', 'approved']],
  ] as const)('R097 S19 by the rule %s: %j come to %j', (rule, told, outcomes) => {
    const who = [one, two, three];
    for (const mode of ['parallel', 'sequential'] as const)
      expect(
        said(
          rule,
          who,
          told.map((decision, nth) => [who[nth]!, decision] as const),
          mode,
        ),
      ).toEqual(outcomes);
  });

  test('R097 more than half of four is three', () => {
    const who = [one, two, three, approver(boris)];
    expect(
      said('majority', who, [
        [one, yes],
        [two, yes],
        [three, yes],
      ]),
    ).toEqual(['open', 'open', 'approved']);
    expect(
      said('majority', who, [
        [one, no],
        [two, no],
      ]),
    ).toEqual(['open', 'rejected']);
  });

  test('R097 one person in two slots decides twice, each time for one', () => {
    const again = approver(olga, 'second');
    expect(
      said(
        'all',
        [one, again],
        [
          [one, yes],
          [again, yes],
        ],
      ),
    ).toEqual(['open', 'approved']);
  });

  test('R097 the same decision told again changes nothing, another one comes too late', () => {
    const facts = [...asked('all', [one, two]), decided()];
    doing(decide(), facts, sagas).thenNothing();
    doing(decide(one, 'rejected'), facts, sagas).thenRefused('ROUND_CLOSED');
    const over = [...facts, decided(two), ofProcess('ApprovalRoundCompleted', { roundId, outcome: 'approved', decisions: [] })];
    doing(decide(), over, sagas).thenNothing();
  });

  test('R097 a round ends with its stage: nobody decides in it afterwards', () => {
    const left = ofProcess('StageLeft', { stageCode: 'approval', visit: 2, to: 'check', cause: { kind: 'manual', exit: 2 } });
    doing(decide(), [...asked('all', [one]), left], sagas).thenRefused('ROUND_CLOSED');
    doing(decide(), inApproval, sagas).thenRefused('NOT_AN_APPROVER');
  });

  test('R097 a replaced approver decides no longer, whoever took over does, in the name of the first', () => {
    const replaced = ofProcess('ApproverReplaced', {
      roundId,
      approverKey: one.approverKey,
      from: staffIdOf(olga),
      to: staffIdOf(lena),
      reason: 'Отпуск',
      onBehalfOf: staffIdOf(olga),
    });
    const facts = [...asked('all', [one]), replaced];
    doing(decide(), facts, sagas).thenRefused('NOT_AN_APPROVER');
    const { result } = doing(decide(one, 'approved', { byStaffId: staffIdOf(lena) }), facts, sagas);
    expect(result.events[0]!.data).toMatchObject({ byStaffId: staffIdOf(lena), onBehalfOf: staffIdOf(olga) });
    const replace = issue(commands.ReplaceApprover, {
      processId,
      roundId,
      approverKey: one.approverKey,
      to: staffIdOf(pavel),
      reason: 'x',
    });
    doing(replace, [...asked('all', [one, two]), decided()]).thenRefused('ROUND_CLOSED');
    doing(replace, inApproval).thenRefused('NOT_AN_APPROVER');
  });

  test('R097 what was decided goes to the step with all decisions and comments', () => {
    const { result } = doing(decide(one, 'rejected', { comment: 'Дорого' }), asked('all', [one, two]), sagas);
    expect(result.events.map(({ type }) => type)).toEqual(['ApprovalDecisionRecorded', 'ApprovalRoundCompleted', 'StepCompleted']);
    expect(result.events[2]!.data).toMatchObject({ visit: 2, key: 'ask', outputs: { outcome: 'rejected', comments: 'Дорого' } });
  });
});

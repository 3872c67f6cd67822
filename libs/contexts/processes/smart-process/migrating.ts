import { stageOf } from '../definition/definition';
import { migrationOf, withFate, type MigrationPlan } from '../engine/migration';
import { refusal } from '../errors';
import type { ProcessDefinition } from '../process-definition/process-definition';
import { dataOf, event, under, type Decide } from './facts';
import type { Named } from './needs';
import type { Acting } from './participants';
import type { MigrateSmartProcess, PlanProcessMigration } from './smart-process.commands';
import type { SmartProcess } from './smart-process.state';
import { mustFit } from './starting';

interface Versions {
  readonly definition: ProcessDefinition;
  readonly named: Named;
  /** Another instance on the same subject. */
  readonly running: string | undefined;
}

/** A dry run: it says what would happen, and that is all that happens. */
export const migrationPlanned: Decide<PlanProcessMigration, Versions & Acting> = (c, state, context) => {
  const plan = planOf(c, state, context);
  return plan ? [event('ProcessMigrationPlanned', { plan, by: context.own.staffId })] : [];
};

/** The instance goes on by another version; what has happened stays as it was. */
export const migrated: Decide<MigrateSmartProcess, Versions & Acting> = (c, state, context) => {
  const plan = planOf(c, state, context);
  if (!plan) return [];
  if (!plan.possible) throw refusal('MIGRATION_IMPOSSIBLE', { errors: plan.obstacles.map(told) });
  const { definition, named, own } = context;
  const data = definition.versions[plan.to]!;
  mustFit(data, plan.params, state.organizationId, named);
  if (data.onePerSubject && !state.onePerSubject && context.running !== undefined) throw refusal('PROCESS_ALREADY_RUNNING');
  return [
    event('ProcessMigrated', {
      from: plan.from,
      to: plan.to,
      by: own.staffId,
      stageCode: plan.stage.to,
      stageName: stageOf(data, plan.stage.to)!.name.ru,
      visit: state.stageVisit,
      skipped: withFate(plan, 'passed_over'),
      dropped: withFate(plan, 'dropped'),
      timersTakenBack: plan.timers.filter(({ becomes }) => becomes === 'taken_back').map(({ key }) => key),
      runs: plan.runs,
      params: plan.params,
      onePerSubject: data.onePerSubject,
      plan,
    }),
  ];
};

/** Undefined where the instance goes by that version already. @throws NOT_FOUND, PROCESS_STATE */
function planOf(
  { version, toStage, params }: PlanProcessMigration,
  state: SmartProcess,
  { definition }: Versions,
): MigrationPlan | undefined {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  under(state, 'running', 'paused', 'faulted');
  const to = version ?? definition.version;
  const after = definition.versions[to];
  if (!after) throw refusal('NOT_FOUND');
  if (to === state.definitionVersion) return undefined;
  return migrationOf({ state, before: dataOf(definition, state), after, to, toStage, params });
}

/** Why a process cannot go over to another version, said of what is named. */
export const OBSTACLES = {
  STAGE_GONE: ['нет этапа «{}»: укажите другой', 'there is no stage «{}»: name another one'],
  STAGE_FINAL: ['этап «{}» завершающий', 'the stage «{}» is a final one'],
  STEP_GONE: ['нет шага «{}», который сейчас выполняется', 'there is no step «{}», which is under way'],
  STEP_CHANGED: ['шаг «{}», который ждёт, стал шагом другого вида', 'the step «{}», which waits, is of another type'],
  STEP_UNREACHABLE: ['к шагу «{}», который сейчас выполняется, нет пути', 'no way leads to the step «{}», which is under way'],
  TIMER_GONE: [
    'нет напоминания или реакции «{}», чьи шаги сейчас выполняются',
    'there is no timer or trigger «{}», whose steps are under way',
  ],
  SUBJECT_NOT_FITTING: ['новая версия не для записей вида «{}»', 'the new version is not for records of the kind «{}»'],
  PARAM_REQUIRED: ['не заполнен параметр «{}»', 'the parameter «{}» is missing'],
} as const;

const told = ({ code, of }: MigrationPlan['obstacles'][number]) => {
  const [ru, en] = OBSTACLES[code].map((text) => text.replace('{}', of)) as [string, string];
  return { pointer: '/version', rule: code, message: { ru, en } };
};

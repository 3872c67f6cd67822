import type { Scope } from '../definition/expr';
import { evaluate, holds } from '../definition/expr';
import type { ControlPoint, ProcessDefinitionData, StageDef } from '../definition/definition';
import { recipientOf, staffIdsIn } from '../definition/recipients';
import { keyOf, type SmartProcess } from '../smart-process/smart-process.state';

/** A staff member as texts and conditions see one. */
export interface Person {
  readonly id: string;
  readonly name?: string;
  readonly userId?: string;
  readonly email?: string;
  readonly phone?: string;
}

/** The records around an instance, as they are now. */
export interface Surroundings {
  readonly subject?: Readonly<Record<string, unknown>>;
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  readonly people?: Readonly<Record<string, Person>>;
}

/** Of an attached document, what control points and texts ask. */
interface DocumentLike {
  readonly typeCode?: string;
  readonly signatures?: readonly { readonly userId: string }[];
}

/** What placeholders of a definition find for an instance. */
export function scopeOf(state: SmartProcess, { subject, documents, people = {} }: Surroundings): Scope {
  const person = (id: string | undefined) => (id === undefined ? undefined : (people[id] ?? { id }));
  // Of a step that ran several times, the latest run.
  const outputs: Record<string, unknown> = {};
  for (const { key, outputs: own } of Object.values(state.steps)) outputs[keyOf(key)] = own;
  return {
    subject: { ...subject, id: state.subject.id, type: state.subject.type },
    process: {
      id: '',
      number: state.number,
      name: state.title ?? state.definitionName,
      initiator: person(state.initiatorStaffId),
      responsible: person(state.responsibleStaffId),
      stage: state.stageCode,
      startedAt: state.startedAt,
      visit: state.stageVisit,
      statusText: state.statusText ?? '',
      documentCount: documents.length,
      cause: state.cause ?? {},
    },
    params: state.params,
    document: documents[0] ?? {},
    event: state.enteredBy?.data ?? {},
    steps: outputs,
  };
}

/** The scope of a step: steps that an event has set off see that event. */
export function within(scope: Scope, key: string, { runs }: SmartProcess): Scope {
  const run = key.slice(key.indexOf(':') + 1);
  const event = run === key ? undefined : runs.find((each) => each.run === run)?.event;
  return event ? { ...scope, event } : scope;
}

/** The first control point on the way to a stage that does not hold. */
export function unmet(stage: StageDef, to: string, scope: Scope, documents: Surroundings['documents']): ControlPoint | undefined {
  return stage.controlPoints.find(
    (point) => (point.exits ?? [to]).includes(to) && !isMet(point, scope, documents as readonly DocumentLike[]),
  );
}

function isMet({ kind, args }: ControlPoint, scope: Scope, documents: readonly DocumentLike[]): boolean {
  const typeCode = args.typeCode === undefined ? undefined : evaluate(args.typeCode, scope);
  const fitting = documents.filter((document) => typeCode === undefined || document.typeCode === typeCode);
  switch (kind) {
    case 'document_attached':
      return fitting.length > 0;
    case 'all_signed':
      return fitting.length > 0 && fitting.every(({ signatures = [] }) => signatures.length > 0);
    case 'field_filled':
      return holds({ not: { empty: `{{subject.${String(args.field as string)}}}` } }, scope);
    case 'expression':
      return holds(args.if ?? args.expression ?? false, scope);
  }
}

/** A recipient as it is meant now: a parameter may be a role, and a placeholder names staff members. */
export function meant(
  expr: string,
  { data, state, scope }: { data: ProcessDefinitionData; state: SmartProcess; scope: Scope },
): readonly string[] {
  if (expr.includes('{{')) {
    const value = evaluate(expr, scope);
    // `email:{{…}}` says itself what it finds.
    return expr.startsWith('{{') ? staffIdsIn(value).map((id) => `staff:${id}`) : [String(value)];
  }
  const { kind, of } = recipientOf(expr);
  const isRole = kind === 'param' && data.params.some(({ key, type }) => key === of && type === 'role');
  return isRole ? [`role:${String(state.params[of])}`] : [expr];
}

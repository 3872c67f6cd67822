import type { Scope } from '../definition/expr';
import { evaluate, holds } from '../definition/expr';
import type { ControlPoint, StageDef } from '../definition/definition';
import { latest, type SmartProcess } from '../smart-process/smart-process.state';

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
  const keys = [...new Set(Object.values(state.steps).map(({ key }) => key.split(':')[0]!))];
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
    steps: Object.fromEntries(keys.map((key) => [key, latest(state, key)!.outputs])),
  };
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

import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';

/** One step of a script, with the place that it was read from. */
export type Step = { readonly at: Place } & (
  | { readonly kind: 'activate' | 'signIn'; readonly who: string }
  /** `by` names the invitation that the person registers by. */
  | { readonly kind: 'register'; readonly who: string; readonly by?: string }
  | {
      readonly kind: 'command';
      readonly as: string;
      readonly command: string;
      readonly with: Readonly<Record<string, unknown>>;
      /** Name under which later steps find the record: `$name`. */
      readonly save?: string;
      readonly why?: string;
      /** Code of the refusal that the step is to show. */
      readonly expect?: string;
    }
  | { readonly kind: 'find'; readonly as: string; readonly find: string; readonly in: string; readonly save?: string }
  /** The person works in the organization from now on, in whatever session. */
  | { readonly kind: 'enter'; readonly who: string; readonly organization: string }
  /** Sends a file, named from where the script lies, for a document of a type. */
  | {
      readonly kind: 'upload';
      readonly as: string;
      readonly file: string;
      readonly organization: string;
      readonly type: string;
      readonly save: string;
    }
  /** Takes a field of the first row that a question finds. */
  | {
      readonly kind: 'pick';
      readonly as: string;
      readonly registry: string;
      readonly query: string;
      readonly field: string;
      readonly save: string;
    }
  /** `text`: not subjects alone, but what is in them. */
  | { readonly kind: 'letters'; readonly to: string; readonly about: string; readonly title: string; readonly text: boolean }
  | {
      readonly kind: 'table';
      readonly as: string;
      readonly registry: string;
      readonly query?: string;
      readonly title: string;
      readonly columns: readonly string[];
    }
  | { readonly kind: 'history'; readonly as: string; readonly category: string; readonly id: string; readonly title: string }
  /** All that followed from a command that was saved under the name `of`. */
  | { readonly kind: 'story'; readonly as: string; readonly of: string; readonly title: string }
  /** A page to be printed, into a file of the data folder, and as text. */
  | {
      readonly kind: 'sheet';
      readonly as: string;
      readonly code: string;
      readonly id: string;
      readonly file: string;
      readonly title: string;
    }
);

export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A line that is no step, and why. */
export interface BadLine {
  readonly at: Place;
  readonly message: string;
}

export interface Script {
  /** Name → e-mail address. */
  readonly people: ReadonlyMap<string, string>;
  readonly steps: readonly Step[];
  readonly bad: readonly BadLine[];
}

type Fields = Readonly<Record<string, unknown>>;
type StepShape = Step extends infer One ? (One extends Step ? Omit<One, 'at'> : never) : never;

const text = (fields: Fields, name: string): string => {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new Error(`«${name}» must be a text`);
  return value;
};
const optional = (fields: Fields, name: string) => (fields[name] === undefined ? undefined : text(fields, name));

/** A step is known by its first word; these are the others that it may have. */
const SHAPES: Readonly<Record<string, { readonly words: readonly string[]; readonly step: (fields: Fields) => StepShape }>> = {
  register: {
    words: ['by'],
    step: (fields) => ({ kind: 'register', who: text(fields, 'register'), by: optional(fields, 'by') }),
  },
  activate: { words: [], step: (fields) => ({ kind: 'activate', who: text(fields, 'activate') }) },
  'sign-in': { words: [], step: (fields) => ({ kind: 'signIn', who: text(fields, 'sign-in') }) },
  command: {
    words: ['as', 'with', 'save', 'why', 'expect'],
    step: (fields) => {
      const payload = fields.with ?? {};
      if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
        throw new Error('«with» must be fields of the command');
      return {
        kind: 'command',
        as: text(fields, 'as'),
        command: text(fields, 'command'),
        with: payload as Fields,
        save: optional(fields, 'save'),
        why: optional(fields, 'why'),
        expect: optional(fields, 'expect'),
      };
    },
  },
  find: {
    words: ['as', 'in', 'save'],
    step: (fields) => ({
      kind: 'find',
      as: text(fields, 'as'),
      find: text(fields, 'find'),
      in: optional(fields, 'in') ?? 'organization_lookup',
      save: optional(fields, 'save'),
    }),
  },
  enter: {
    words: ['organization'],
    step: (fields) => ({ kind: 'enter', who: text(fields, 'enter'), organization: text(fields, 'organization') }),
  },
  upload: {
    words: ['as', 'organization', 'type', 'save'],
    step: (fields) => ({
      kind: 'upload',
      file: text(fields, 'upload'),
      as: text(fields, 'as'),
      organization: text(fields, 'organization'),
      type: text(fields, 'type'),
      save: text(fields, 'save'),
    }),
  },
  pick: {
    words: ['as', 'query', 'field', 'save'],
    step: (fields) => ({
      kind: 'pick',
      registry: text(fields, 'pick'),
      as: text(fields, 'as'),
      query: text(fields, 'query'),
      field: text(fields, 'field'),
      save: text(fields, 'save'),
    }),
  },
  letters: {
    words: ['to', 'about', 'text'],
    step: (fields) => ({
      kind: 'letters',
      title: text(fields, 'letters'),
      to: text(fields, 'to'),
      about: text(fields, 'about'),
      text: fields.text === true,
    }),
  },
  table: {
    words: ['as', 'registry', 'query', 'columns'],
    step: (fields) => {
      const { columns } = fields;
      if (!Array.isArray(columns) || !columns.every((column) => typeof column === 'string'))
        throw new Error('«columns» must be a list of names');
      return {
        kind: 'table',
        title: text(fields, 'table'),
        as: text(fields, 'as'),
        registry: text(fields, 'registry'),
        query: optional(fields, 'query'),
        columns,
      };
    },
  },
  history: {
    words: ['as', 'category', 'id'],
    step: (fields) => ({
      kind: 'history',
      title: text(fields, 'history'),
      as: text(fields, 'as'),
      category: text(fields, 'category'),
      id: text(fields, 'id'),
    }),
  },
  story: {
    words: ['as', 'of'],
    step: (fields) => ({ kind: 'story', title: text(fields, 'story'), as: text(fields, 'as'), of: text(fields, 'of') }),
  },
  sheet: {
    words: ['as', 'code', 'id', 'file'],
    step: (fields) => ({
      kind: 'sheet',
      title: text(fields, 'sheet'),
      as: text(fields, 'as'),
      code: text(fields, 'code'),
      id: text(fields, 'id'),
      file: text(fields, 'file'),
    }),
  },
};

/** Reads scripts (YAML; JSON is YAML too). What is wrong is told by its line; everything else is kept. */
export function readScripts(files: readonly string[]): Script {
  const people = new Map<string, string>();
  const steps: Step[] = [];
  const bad: BadLine[] = [];
  for (const file of files) readScript(file, people, steps, bad);
  return { people, steps, bad };
}

function readScript(file: string, people: Map<string, string>, steps: Step[], bad: BadLine[]): void {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const place = (node: unknown): Place => ({ file, line: lines.linePos((node as Node | null)?.range?.[0] ?? 0).line });
  for (const error of document.errors)
    bad.push({ at: { file, line: error.linePos?.[0].line ?? 1 }, message: error.message.split('\n')[0]! });

  if (!isMap(document.contents)) {
    bad.push({ at: { file, line: 1 }, message: 'a script has «people» and «steps»' });
    return;
  }
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (name === 'people' && isMap(value)) readPeople(value, people, bad, place);
    else if (name === 'steps' && isSeq(value)) {
      for (const item of value.items) readStep(item, steps, bad, place);
    } else bad.push({ at: place(key), message: `«${name}» is neither «people» nor «steps»` });
  }
}

function readPeople(map: YAMLMap, people: Map<string, string>, bad: BadLine[], place: (node: unknown) => Place): void {
  for (const { key, value } of map.items) {
    const [name, address] = [isScalar(key) ? String(key.value) : '', isScalar(value) ? value.value : undefined];
    if (typeof address === 'string') people.set(name, address);
    else bad.push({ at: place(key), message: `«${name}» has no e-mail address` });
  }
}

function readStep(item: unknown, steps: Step[], bad: BadLine[], place: (node: unknown) => Place): void {
  const at = place(item);
  if (!isMap(item)) {
    bad.push({ at, message: 'a step is a list of «word: value»' });
    return;
  }
  const fields = item.toJSON() as Fields;
  const kind = Object.keys(SHAPES).find((word) => word in fields);
  if (!kind) {
    bad.push({ at, message: `none of ${Object.keys(SHAPES).join(', ')} is in this step` });
    return;
  }
  const { words, step } = SHAPES[kind]!;
  const unknown = Object.keys(fields).filter((word) => word !== kind && !words.includes(word));
  try {
    if (unknown.length > 0) throw new Error(`«${unknown[0]}» means nothing in a step «${kind}»`);
    steps.push({ at, ...step(fields) } as Step);
  } catch (error) {
    bad.push({ at, message: (error as Error).message });
  }
}

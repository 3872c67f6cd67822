import { person } from '@letopis/contexts/persons';
import {
  aggregate,
  changed,
  changesOf,
  dateIn,
  Day,
  derivedId,
  Id,
  ifKnown,
  MayBeAbsent,
  Nested,
  oneOf,
  staff,
  stateOf,
  Text,
  type Changes,
  type Policy,
} from '@letopis/kernel';
import { IsInt, Max, Min } from 'class-validator';
import { refusal } from '../errors';
import { TaskSubject } from '../task/task.commands';

const MOST_MINUTES = 1_440;
/** Somewhere on earth it is today already: who is there may write it down. */
const EARLIEST_ZONE = 'Pacific/Kiritimati';

class OfSheet {
  @Id() personId: string;
  @Day() date: string;
}

export class LogTime extends OfSheet {
  @Id({ optional: true }) entryId?: string;
  @IsInt() @Min(1) @Max(MOST_MINUTES) minutes: number;
  /** What it was spent on: a record or a task. */
  @Nested(() => TaskSubject) subject: TaskSubject;
  @Text(1, 1_000, { optional: true }) comment?: string;
}

export class CorrectTime extends OfSheet {
  @Id() entryId: string;
  @MayBeAbsent() @IsInt() @Min(1) @Max(MOST_MINUTES) minutes?: number;
  @Nested(() => TaskSubject, { optional: true }) subject?: TaskSubject;
  @Text(0, 1_000, { optional: true }) comment?: string;
}

export class RemoveTime extends OfSheet {
  @Id() entryId: string;
}

export interface Spent {
  readonly date: string;
  readonly minutes: number;
  readonly subject: { readonly type: string; readonly id: string };
  readonly comment?: string;
}

export interface TimeSheetEvents {
  TimeLogged: Spent & { entryId: string; organizationId: string; personId: string };
  TimeCorrected: { entryId: string; personId: string; date: string; changes: Changes<Spent> };
  TimeRemoved: { entryId: string; personId: string; date: string; minutes: number };
}

/** The time costs of one person in one month: a day has no more than 24 hours, so they are decided on together. */
export interface TimeSheet {
  readonly organizationId: string;
  readonly entries: Readonly<Record<string, Spent>>;
  readonly removed: readonly string[];
}

const { command, define, event } = aggregate<TimeSheet, TimeSheetEvents>();

const idOf = ({ command: { personId, date } }: { command: OfSheet }) => `${personId}:${date.slice(0, 7)}`;
const card = (personId: string) => ({ card: ifKnown(stateOf(person, personId)) });

/** The user whom the card is linked with. */
const linked: Policy<OfSheet, TimeSheet> = {
  name: 'self: linked user',
  needs: ({ command: { personId } }) => card(personId),
  judge: ({ actor }, answers) => {
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    const { bound } = (answers.card as { bound?: { userId: string } } | undefined) ?? {};
    return actor.kind === 'user' && bound?.userId === actor.userId ? 'allow' : 'FORBIDDEN';
  },
};
const by = oneOf<OfSheet, TimeSheet>(
  linked,
  staff('calendar.time:edit_all', {
    in: ({ command: { personId } }) => ({
      kind: 'steps',
      steps: [() => card(personId)],
      finish: ({ card: found }) => (found as { organizationId?: string } | undefined)?.organizationId || undefined,
    }),
  }),
);

export const timeSheet = define({
  category: 'timeSheet',
  initialState: { organizationId: '', entries: {}, removed: [] },
  organizationId: ({ organizationId }) => organizationId || undefined,

  commands: {
    LogTime: command(LogTime, { id: idOf, by, needs: ({ command: { personId } }) => card(personId), summary: 'Time spent on something' }),
    CorrectTime: command(CorrectTime, { id: idOf, by, summary: 'It was more, less, or something else' }),
    RemoveTime: command(RemoveTime, { id: idOf, by, summary: 'It was not spent' }),
  },

  decide: {
    LogTime: ({ personId, date, entryId, minutes, subject, comment }, state, { card: found, commandId, now }) => {
      if (found?.status !== 'active') throw refusal('NOT_FOUND');
      if (date > dateIn(EARLIEST_ZONE, now)) throw refusal('PERIOD_INVALID');
      const id = entryId ?? derivedId(commandId, 'time');
      if (state.entries[id] ?? state.removed.includes(id)) throw refusal('ALREADY_EXISTS');
      fits(state, date, minutes);
      return [event('TimeLogged', { entryId: id, organizationId: found.organizationId, personId, date, minutes, subject, comment })];
    },
    CorrectTime: ({ personId, date, entryId, comment, ...fields }, state) => {
      const before = there(state, entryId, date);
      const wanted: Partial<Spent> = { ...fields, ...(comment === undefined ? {} : { comment: comment || undefined }) };
      const changes = changesOf(before, wanted, ['comment']);
      if (!changes) return [];
      if (changes.minutes?.to !== undefined) fits(state, date, changes.minutes.to - before.minutes);
      return [event('TimeCorrected', { entryId, personId, date, changes })];
    },
    RemoveTime: ({ personId, date, entryId }, state) => {
      if (state.removed.includes(entryId)) return [];
      const { minutes } = there(state, entryId, date);
      return [event('TimeRemoved', { entryId, personId, date, minutes })];
    },
  },

  evolve: {
    TimeLogged: (state, { entryId, organizationId, personId: _, ...spent }) => ({
      ...state,
      organizationId,
      entries: { ...state.entries, [entryId]: spent },
    }),
    TimeCorrected: (state, { entryId, changes }) => ({
      ...state,
      entries: {
        ...state.entries,
        [entryId]: {
          ...state.entries[entryId]!,
          ...changed(changes),
        },
      },
    }),
    TimeRemoved: (state, { entryId }) => {
      const { [entryId]: _, ...entries } = state.entries;
      return { ...state, entries, removed: [...state.removed, entryId] };
    },
  },
});

const there = ({ entries }: TimeSheet, entryId: string, date: string): Spent => {
  const found = entries[entryId];
  if (found?.date !== date) throw refusal('NOT_FOUND');
  return found;
};
const fits = ({ entries }: TimeSheet, date: string, more: number) => {
  const spent = Object.values(entries).reduce((sum, entry) => (entry.date === date ? sum + entry.minutes : sum), 0);
  if (spent + more > MOST_MINUTES) throw refusal('TIME_LIMIT');
};

// @ts-nocheck
import { aggregate, call, Code, errorCatalogue, platform, port, saga, stateIn, Text, type Need } from '@letopis/kernel';

/** Refusals around what must not be erased. */
export const holdErrors = errorCatalogue({
  LEGAL_HOLD: {
    status: 409,
    ru: 'На эти данные наложен запрет удаления',
    en: 'These data are under a legal hold and cannot be erased',
  },
  HELD_ALREADY: { status: 409, ru: 'Запрет удаления уже действует', en: 'The legal hold is in force already' },
  NOTHING_TO_HOLD: {
    status: 404,
    ru: 'Под этим именем нет личных данных или они уже удалены',
    en: 'No personal data are kept under this name, or they are erased already',
  },
});

/** Personal data are kept from being erased, for a reason that the audit shows. */
export class PlaceLegalHold {
  /** Whose data: `user:<id>`. */
  @Code() subject: string;
  @Text(3, 1_000) reason: string;
}

/** They may be erased again; erasures that were refused meanwhile are carried out. */
export class ReleaseLegalHold {
  @Code() subject: string;
  @Text(3, 1_000) reason: string;
}

export interface LegalHoldEvents {
  LegalHoldPlaced: { readonly subject: string; readonly reason: string };
  LegalHoldReleased: { readonly subject: string; readonly reason: string };
}

export interface LegalHold {
  readonly status: 'none' | 'held' | 'released';
  readonly reason?: string;
  readonly since?: string;
}

/** What is known of somebody's key. */
export type KeyState = 'none' | 'kept' | 'destroyed';
interface KeysPort {
  state(input: { subject: string }, asked: { commandId: string; now: string }): Promise<KeyState>;
}

const LEGAL_HOLD = 'legalHold';
const { command, define, event } = aggregate<LegalHold, LegalHoldEvents>();
const id = ({ command: { subject } }: { readonly command: PlaceLegalHold | ReleaseLegalHold }) => subject;

/** One per person: while it is held, whatever would destroy that person's key is refused. */
export const legalHold = define({
  category: LEGAL_HOLD,
  initialState: { status: 'none' },
  commands: {
    PlaceLegalHold: command(PlaceLegalHold, {
      by: platform,
      id,
      needs: ({ command: { subject } }) => ({ key: port<KeysPort>('keys')('state', { subject }) }),
      summary: 'Keeps the personal data of somebody from being erased',
    }),
    ReleaseLegalHold: command(ReleaseLegalHold, { by: platform, id, summary: 'Ends a legal hold' }),
  },
  decide: {
    PlaceLegalHold: ({ subject, reason }, { status }, { key }) => {
      if (status === 'held') throw holdErrors.refusal('HELD_ALREADY');
      if (key !== 'kept') throw holdErrors.refusal('NOTHING_TO_HOLD');
      return [event('LegalHoldPlaced', { subject, reason })];
    },
    ReleaseLegalHold: ({ subject, reason }, { status }) => (status === 'held' ? [event('LegalHoldReleased', { subject, reason })] : []),
  },
  evolve: {
    LegalHoldPlaced: (_, { reason }, { occurredAt }) => ({ status: 'held', reason, since: occurredAt }),
    LegalHoldReleased: () => ({ status: 'released' }),
  },
});

/** The hold on somebody's data, for whoever decides on erasing. */
export const holdOn = (subject: string): Need<LegalHold> => stateIn<LegalHold>(LEGAL_HOLD, subject);

/** Erasures that sagas were refused wait, parked; once a hold ends they are tried again. */
export const legalHoldSaga = saga<LegalHoldEvents>()({
  name: 'LegalHoldSaga',
  on: { LegalHoldReleased: () => [call('waitingList', 'resume', { error: 'LEGAL_HOLD' })] },
});

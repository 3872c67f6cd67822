import type { Actor, UserActor } from './actor';
import type { Needs } from './needs';
import type { Policy } from './policy';
import type { Definition } from './aggregate';
import type { ErrorEntry } from './errors';
import type { Feed } from './feed';
import type { Localized, Projection } from './projection';
import type { Report } from './report';
import type { Saga } from './saga';
import type { Settings } from './settings';
import type { Sheet } from './sheet';

/**
 * A letter's texts by language, in handlebars: paragraphs are set apart by an empty line, `{{button}}` alone in one is the
 * letter's link (`link` of its data, with the secret `token` as fragment), `{{code x}}` something to be copied and
 * `{{time x}}` a moment. Text and HTML are made of the same; what is filled in is escaped there.
 */
export interface LetterTemplate {
  readonly subject: Localized;
  readonly body: Localized;
  /** What the button says. */
  readonly button?: Localized;
}

/** How people and services are recognised, said by the one context that knows them. */
export interface Authentication {
  /** The actor of an open session, or the code why it is none any more. */
  readonly person: {
    readonly session: Definition;
    readonly user: Definition;
    readonly actor: (asked: {
      sessionId: string;
      session: never;
      user: never;
      now: string;
      settings: Settings;
      /** When the session was last used, where that is asked: as a token is renewed. */
      activity?: { readonly lastSeenAt?: string };
    }) => Actor | string;
  };
  /** Whether a person may work from where the call comes. */
  readonly address?: {
    readonly needs: (actor: UserActor) => Needs;
    /** The code of the refusal, if it is one. */
    readonly refused: (actor: UserActor, answers: Readonly<Record<string, unknown>>) => string | undefined;
    /** What is done about a call with that code, by the system: a session that was opened elsewhere is closed. */
    readonly consequence: (code: string, actor: UserActor) => object | undefined;
  };
  readonly service: {
    readonly account: Definition;
    readonly actor: (asked: { serviceId: string; account: never; now: string }) => Actor | string;
    /** The hashed secrets and public keys that are in force, and where in the vault the newest secret waits to be fetched once. */
    readonly credentials: (account: never) => {
      readonly secretHashes: readonly string[];
      readonly publicKeys: readonly object[];
      readonly secretRef?: string;
    };
  };
}

/** Somebody is about to send a file for something: how large it may be, and what may be in it. */
export interface Upload {
  readonly needs: (about: Readonly<Record<string, string>>, actor: Actor) => Needs;
  /** The code of the refusal, or what is taken. */
  readonly judge: (
    answers: Readonly<Record<string, unknown>>,
    about: Readonly<Record<string, string>>,
    actor: Actor,
    now: string,
  ) =>
    | { readonly refused: string }
    | { readonly most: number; readonly takes: (file: { readonly name: string; readonly mime: string }) => boolean };
}

/** Files of a context's records. */
export interface FileRules {
  /** Category of records → who may open the files that belong to them. Files of other records are for the members of the organization. */
  readonly readers?: Readonly<Record<string, Policy<never, never>>>;
  /** What a file is sent for (`?for=document`) → what is judged before its bytes are taken. */
  readonly uploads?: Readonly<Record<string, Upload>>;
}

/** A bounded context as data: what the runtime composes into a process. */
export interface Context {
  readonly name: string;
  readonly aggregates: readonly Definition[];
  readonly sagas: readonly Saga[];
  readonly projections: readonly Projection[];
  readonly feeds: readonly Feed[];
  readonly reports: readonly Report[];
  readonly sheets: readonly Sheet[];
  readonly errors: Readonly<Record<string, ErrorEntry>>;
  readonly letters: Readonly<Record<string, LetterTemplate>>;
  readonly files: FileRules;
  readonly authentication?: Authentication;
}

/** Takes a context as data; the runtime checks that no two share a category, command, event type or code. */
export function defineContext(definition: {
  readonly name: string;
  readonly aggregates: readonly Definition[];
  readonly sagas?: readonly Saga[];
  readonly projections?: readonly Projection[];
  readonly feeds?: readonly Feed[];
  readonly reports?: readonly Report[];
  readonly sheets?: readonly Sheet[];
  readonly errors?: Readonly<Record<string, ErrorEntry>>;
  readonly letters?: Readonly<Record<string, LetterTemplate>>;
  readonly files?: FileRules;
  readonly authentication?: Authentication;
}): Context {
  return { sagas: [], projections: [], feeds: [], reports: [], sheets: [], errors: {}, letters: {}, files: {}, ...definition };
}

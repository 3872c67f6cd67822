// @ts-nocheck
import { hasPlatformRole, type Actor } from './actor';
import type { Needs } from './needs';

/** What a policy is asked: who wants to do what to which state. */
export interface Question<Command = unknown, State = unknown> {
  readonly actor: Actor;
  readonly command: Command;
  readonly state: State;
  /** Id of the aggregate that the command goes to. */
  readonly id: string;
  /** UTC; the moment of the judgement. */
  readonly now?: string;
}

/** Allowed, or the code of the refusal. */
export type Verdict = 'allow' | 'NOT_AUTHENTICATED' | 'FORBIDDEN' | 'NOT_FOUND' | (string & {});

/** A pure rule who may issue a command (column «By» of the specification). */
export interface Policy<Command = unknown, State = unknown> {
  /** How documentation names it. */
  readonly name: string;
  /** Foreign states that it judges by. */
  readonly needs?: (question: Question<Command, State>) => Needs;
  readonly judge: (question: Question<Command, State>, answers: Readonly<Record<string, unknown>>) => Verdict;
  /** Of a policy that is made of several, the one that allows. */
  readonly alternatives?: readonly Policy<Command, State>[];
}

/** The name of the rule that allows what a policy was asked; of several that do, the first. */
export function allowedBy<Command, State>(
  { name, alternatives = [] }: Policy<Command, State>,
  question: Question<Command, State>,
  answers: Readonly<Record<string, unknown>>,
): string {
  const one = alternatives.find(({ judge }) => judge(question, answers) === 'allow');
  return one ? allowedBy(one, question, answers) : name;
}

const signedInElse = (actor: Actor, code: Verdict): Verdict => (actor.kind === 'anonymous' ? 'NOT_AUTHENTICATED' : code);

/** Whoever calls, signed in or not. */
export const anyone: Policy = { name: 'anon', judge: () => 'allow' };

/** Any signed-in active person. */
export const user: Policy = { name: 'user', judge: ({ actor }) => (actor.kind === 'user' ? 'allow' : signedInElse(actor, 'FORBIDDEN')) };

/** Sagas, timers and start-up: never a caller from outside. */
export const systemOnly: Policy = {
  name: 'system',
  judge: ({ actor }) => (actor.kind === 'system' ? 'allow' : signedInElse(actor, 'FORBIDDEN')),
};

/** The administrator of the service. */
export const platform: Policy = {
  name: 'platform',
  judge: ({ actor }) => (hasPlatformRole(actor, 'PLATFORM_ADMIN') ? 'allow' : signedInElse(actor, 'FORBIDDEN')),
};

/** The person that a record belongs to, and nobody else learns that it is there. */
export const personOf = <Command, State>(
  name: string,
  ownerId: (question: Question<Command, State>) => string | undefined,
): Policy<Command, State> => ({
  name,
  judge: (question) => {
    const { actor } = question;
    return actor.kind === 'user' && actor.userId === ownerId(question) ? 'allow' : signedInElse(actor, 'NOT_FOUND');
  },
});

/** Allowed by any of the given policies; else the first refusal that tells more than FORBIDDEN. */
export function oneOf<Command, State>(...policies: readonly Policy<Command, State>[]): Policy<Command, State> {
  return {
    name: policies.map(({ name }) => name).join(', '),
    alternatives: policies,
    needs: (question) => Object.assign({}, ...policies.map(({ needs }) => needs?.(question))) as Needs,
    judge: (question, answers) => {
      const verdicts = policies.map(({ judge }) => judge(question, answers));
      return verdicts.includes('allow') ? 'allow' : (verdicts.find((verdict) => verdict !== 'FORBIDDEN') ?? 'FORBIDDEN');
    },
  };
}

/** The policy, save that those whom `barred` names are refused with `code` first. */
export const exceptFor = <Command, State>(
  barred: (question: Question<Command, State>) => boolean,
  code: Verdict,
  policy: Policy<Command, State>,
): Policy<Command, State> => ({
  name: `${policy.name}; else ${code}`,
  alternatives: [policy],
  needs: policy.needs,
  judge: (question, answers) => (barred(question) ? code : policy.judge(question, answers)),
});

import { emailKey, ERASED, type Localized } from '@letopis/kernel';
import type { MemberKind } from '@letopis/contexts/organizations';

/** What the log tells of an organization that its onboarding is judged by. Every fact carries its moment. */
export interface OnboardingFacts {
  readonly addedBy: string;
  readonly addedAt: string;
  readonly requestedBy?: string;
  readonly nominee?: string;
  readonly nominatedAt?: string;
  readonly clientAt?: string;
  readonly administrators: readonly string[];
  readonly confirmed: readonly { readonly step: number; readonly at: string }[];
  readonly invitations: readonly Invited[];
  readonly members: readonly Member[];
  readonly cards: readonly CardFact[];
  readonly addresses: readonly { readonly emailId: string; readonly key: string; readonly at: string }[];
  readonly links: readonly LinkFact[];
  readonly completedAt?: string;
}

export interface Invited {
  readonly invitationId: string;
  readonly email: string;
  readonly memberKind: MemberKind;
  readonly userId?: string;
  /** Since when it is known whom the address belongs to. */
  readonly foundAt?: string;
  /** Open or accepted: others count no more. */
  readonly counts: boolean;
}

export interface Member {
  readonly userId: string;
  readonly memberKind: MemberKind;
  readonly status: 'active' | 'suspended' | 'revoked';
  readonly at: string;
}

export interface CardFact {
  readonly personId: string;
  readonly emails: readonly { readonly emailId: string; readonly at: string }[];
  readonly active: boolean;
  readonly at: string;
}

export interface LinkFact {
  readonly personLinkId: string;
  readonly userId: string;
  readonly accepted: boolean;
  readonly at: string;
}

/** Of a user, what is joined in. */
export interface Account {
  readonly email?: string | null;
  readonly active: boolean;
  readonly activeAt?: string | null;
}

/** Who is missing what. */
export interface Missing {
  readonly who?: string;
  readonly what: 'activation' | 'nomination' | 'registration' | 'client' | 'participant' | 'access' | 'card' | 'link';
}

export interface OnboardingStep {
  readonly n: number;
  readonly title: Localized;
  readonly done: boolean;
  readonly doneAt?: string;
  readonly missing: readonly Missing[];
}

const TITLES: readonly Localized[] = [
  { ru: 'Регистрация ответственного лица', en: 'The responsible person registers' },
  { ru: 'Регистрация будущего администратора', en: 'The future administrator registers' },
  { ru: 'Организация в реестре', en: 'The organization is in the registry' },
  { ru: 'Регистрация клиента и назначение администратора', en: 'It becomes a client and has an administrator' },
  { ru: 'Регистрация всех участников', en: 'All participants register' },
  { ru: 'Доступ сотрудников в рабочее пространство', en: 'Employees have access to the workspace' },
  { ru: 'Карточки физических лиц всех участников', en: 'All participants have person cards' },
  { ru: 'Связь карточек с пользователями', en: 'Cards and users are linked' },
];

/** What is still missing for a step, or the moments at which what it needed came true. */
type Judged = { readonly missing: readonly Missing[] } | { readonly since: readonly (string | null | undefined)[] };

/** The eight steps, judged by the facts alone: the moment of a step is that of the last fact that it needed. */
export function stepsOf(facts: OnboardingFacts, accountOf: (userId: string) => Account): OnboardingStep[] {
  const judges = [responsible, future, listed, client, registered, admitted, carded, linked];
  return judges.map((judge, at) => {
    const n = at + 1;
    const title = TITLES[at]!;
    const confirmed = facts.confirmed.find(({ step }) => step === n);
    const judged = judge(facts, accountOf);
    if ('since' in judged) return { n, title, done: true, doneAt: latest(judged.since), missing: [] };
    // What was ready stays ready, whoever comes later.
    if (facts.completedAt) return { n, title, done: true, doneAt: confirmed?.at ?? facts.completedAt, missing: [] };
    return confirmed ? { n, title, done: true, doneAt: confirmed.at, missing: [] } : { n, title, done: false, missing: judged.missing };
  });
}

const latest = (moments: readonly (string | null | undefined)[]) =>
  moments
    .filter((moment) => typeof moment === 'string')
    .sort()
    .at(-1);

const active = (userId: string, accountOf: (userId: string) => Account, more: readonly (string | undefined)[] = []): Judged => {
  const account = accountOf(userId);
  return account.active ? { since: [account.activeAt, ...more] } : { missing: [{ who: account.email ?? undefined, what: 'activation' }] };
};

type Judge = (facts: OnboardingFacts, accountOf: (userId: string) => Account) => Judged;

const responsible: Judge = ({ addedBy, requestedBy, clientAt }, accountOf) => {
  const userId = requestedBy ?? addedBy;
  return clientAt ? { since: [accountOf(userId).activeAt] } : active(userId, accountOf);
};

const future: Judge = ({ nominee, nominatedAt, clientAt }, accountOf) => {
  if (nominee === undefined) return { missing: [{ what: 'nomination' }] };
  return clientAt ? { since: [accountOf(nominee).activeAt, nominatedAt] } : active(nominee, accountOf, [nominatedAt]);
};

const listed: Judge = ({ addedAt }) => ({ since: [addedAt] });

const client: Judge = ({ clientAt, administrators }) =>
  clientAt && administrators.length > 0 ? { since: [clientAt] } : { missing: [{ what: 'client' }] };

const judged = (missing: readonly Missing[], since: readonly (string | null | undefined)[]): Judged =>
  missing.length > 0 ? { missing } : { since };

/** Everybody invited has an account, and there is somebody besides the administrators. */
const registered: Judge = ({ clientAt, invitations, members, administrators }, accountOf) => {
  if (!clientAt) return { missing: [{ what: 'client' }] };
  const invited = invitations.filter(({ counts }) => counts);
  const others = members.filter(({ userId, status }) => status !== 'revoked' && !administrators.includes(userId));
  const missing = invited.flatMap(({ email, userId }): Missing[] =>
    userId !== undefined && accountOf(userId).active ? [] : [{ who: email, what: 'registration' }],
  );
  const accounts = invited.flatMap(({ userId, foundAt }) => (userId === undefined ? [] : [foundAt, accountOf(userId).activeAt]));
  const first = others.map(({ at }) => at).sort()[0];
  const someone = invited.some(({ userId }) => userId === undefined || !administrators.includes(userId)) || others.length > 0;
  // Who came in without an invitation counts since then, where nobody was invited.
  return judged(someone ? missing : [...missing, { what: 'participant' }], [clientAt, ...(invited.length > 0 ? accounts : [first])]);
};

/** Every employee among those invited and those inside has access. */
const admitted: Judge = ({ clientAt, invitations, members }, accountOf) => {
  if (!clientAt) return { missing: [{ what: 'client' }] };
  const inside = (userId: string | undefined) => members.find((member) => member.userId === userId && member.status === 'active');
  const waiting = invitations.filter(({ counts, memberKind, userId }) => counts && memberKind === 'employee' && !inside(userId));
  const paused = members.filter(({ memberKind, status }) => memberKind === 'employee' && status === 'suspended');
  const missing: Missing[] = [
    ...waiting.map(({ email }) => ({ who: email, what: 'access' as const })),
    ...paused.map(({ userId }) => ({ who: accountOf(userId).email ?? undefined, what: 'access' as const })),
  ];
  const employees = members.filter(({ memberKind, status }) => memberKind === 'employee' && status === 'active');
  return judged(missing, [clientAt, ...employees.map(({ at }) => at)]);
};

const present = ({ members }: OnboardingFacts) => members.filter(({ status }) => status === 'active');
const linkOf = ({ links }: OnboardingFacts, userId: string) => links.find((link) => link.accepted && link.userId === userId);

/** The moment since which an active card has the address. */
const addressSince = ({ cards, addresses }: OnboardingFacts, email: string | null | undefined): string | undefined => {
  if (!email || email === ERASED) return undefined;
  const key = emailKey(email);
  const own = addresses.filter((address) => address.key === key);
  const moments = cards
    .filter((card) => card.active)
    .flatMap(({ emails, at }) =>
      emails.flatMap((attached) => {
        const address = own.find(({ emailId }) => emailId === attached.emailId);
        return address ? [latest([attached.at, address.at, at])!] : [];
      }),
    );
  return moments.sort()[0];
};

/** Every active member has a card, by the address or by a link. */
const carded: Judge = (facts, accountOf) => {
  if (!facts.clientAt) return { missing: [{ what: 'client' }] };
  const found = present(facts).map(({ userId, at }) => {
    const { email } = accountOf(userId);
    return { email, at, card: addressSince(facts, email) ?? linkOf(facts, userId)?.at };
  });
  const missing = found.flatMap(({ email, card }): Missing[] => (card ? [] : [{ who: email ?? undefined, what: 'card' }]));
  return judged(missing, [facts.clientAt, ...found.flatMap(({ at, card }) => [at, card])]);
};

/** Every active member has an accepted link. */
const linked: Judge = (facts, accountOf) => {
  if (!facts.clientAt) return { missing: [{ what: 'client' }] };
  const found = present(facts).map(({ userId, at }) => ({ userId, at, link: linkOf(facts, userId) }));
  const missing = found.flatMap(({ userId, link }): Missing[] =>
    link ? [] : [{ who: accountOf(userId).email ?? undefined, what: 'link' }],
  );
  return judged(missing, [facts.clientAt, ...found.flatMap(({ at, link }) => [at, link?.at])]);
};

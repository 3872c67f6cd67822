import {
  actorId,
  after,
  aggregate,
  anyone,
  attempts,
  before,
  captcha,
  credentials,
  derivedId,
  emailKey,
  ifKnown,
  followedBy,
  known,
  loginKey,
  onlyIf,
  oneOf,
  ownerOf,
  parseEmail,
  personOf,
  platform,
  refusedWith,
  secondsUntil,
  secrets,
  stateIn,
  stateOf,
  subjectOf,
  systemOnly,
  type Actor,
  type Need,
} from '@letopis/kernel';
import { refusal } from '../errors';
import { administrationsOf, PLATFORM_ADMINS, roster, type Roster } from '../roster/roster';
import { asksCaptcha, failingSince, isLocked, oneMore } from './lock-out';
import { isWeak } from './password-policy';
import * as commands from './user.commands';
import type { UserEvents } from './user.events';
import { evolveUser, noUser, userKeys, type User } from './user.state';

const { command, define, event } = aggregate<User, UserEvents>();

const ACTIVATION = { hours: 72 };
const RESET = { hours: 1 };
const EMAIL_CHANGE = { hours: 24 };
const LETTERS_A_DAY = 5;
const BETWEEN_LETTERS = { seconds: 60 };
const ERASURE_DELAY = { days: 30 };

const self = personOf<object, User>('self', ({ id }) => id);
const themselves = (_: object, userId: string) => subjectOf(userId);
const own = ({ actor }: { actor: Actor }) => actorId(actor);
const byEmail = ({ command: { email } }: { command: { email: string } }) => ownerOf('userEmail', emailKey(email));
/** The user whose address it is, or who is bound to the staff member with that login in that organization. */
const byAddressOrLogin = ({ command: { email, login, organizationId } }: { command: commands.SignIn }): Need<string | undefined> => {
  if (email !== undefined) return byEmail({ command: { email } });
  if (login === undefined || organizationId === undefined) return known(undefined);
  const { scope, value } = loginKey(organizationId, login);
  return followedBy(
    { staff: ifKnown(stateIn<{ readonly userId?: string }>('staffMember', ownerOf(scope, value))) },
    ({ staff }) => (staff as { readonly userId?: string } | undefined)?.userId,
  );
};
const solved = ({ captchaId, captchaAnswer }: { captchaId?: string; captchaAnswer?: string }) =>
  captcha('verify', { captchaId, answer: captchaAnswer });
const holderOf = (email: string) => stateIn<User>('user', ownerOf('userEmail', emailKey(email)));

export const user = define({
  category: 'user',
  initialState: noUser,
  keys: userKeys,
  personal: {
    UserRegistered: { of: themselves, fields: ['email', 'ip'] },
    PersonalDataConsentGiven: { of: themselves, fields: ['ip'] },
    SignedIn: { of: themselves, fields: ['ip', 'userAgent'] },
    SignInFailed: { of: themselves, fields: ['ip'] },
    EmailChangeRequested: { of: themselves, fields: ['newEmail'] },
    UserEmailChanged: { of: themselves, fields: ['oldEmail', 'newEmail'] },
  },
  erases: { UserErased: themselves },

  commands: {
    RegisterUser: command(commands.RegisterUser, {
      by: anyone,
      summary: 'Registration of a person by e-mail',
      needs: ({ command, id }) => ({
        captcha: solved(command),
        holder: holderOf(command.email),
        password: onlyIf('captcha', credentials('generate', { userId: id })),
        activation: onlyIf('captcha', secrets('issue', { name: 'activation', ...ACTIVATION })),
      }),
    }),
    RegisterStaffUser: command(commands.RegisterStaffUser, {
      by: systemOnly,
      needs: ({ command, id }) => ({
        holder: holderOf(command.email),
        password: command.passwordSecretRef
          ? credentials('setFromVault', { userId: id, secretRef: command.passwordSecretRef })
          : credentials('generate', { userId: id }),
      }),
    }),
    SetUserPassword: command(commands.SetUserPassword, {
      by: systemOnly,
      needs: ({ command, id }) => ({ password: credentials('setFromVault', { userId: id, secretRef: command.secretRef }) }),
    }),
    ResendActivation: command(commands.ResendActivation, {
      by: anyone,
      id: byEmail,
      summary: 'A new activation letter; the older link is void then',
      needs: ({ command, id, state }) => ({
        captcha: solved(command),
        password: state.status === 'registered' ? onlyIf('captcha', credentials('generate', { userId: id })) : known(undefined),
        activation: onlyIf('captcha', secrets('issue', { name: 'activation', ...ACTIVATION })),
      }),
    }),
    ActivateUser: command(commands.ActivateUser, {
      by: anyone,
      summary: 'Opening of the link of the activation letter',
      needs: ({ command, state }) => ({ fits: secrets('matches', { token: command.token, tokenHash: state.activation?.tokenHash }) }),
    }),
    SignIn: command(commands.SignIn, {
      by: anyone,
      id: byAddressOrLogin,
      opensSession: true,
      summary: 'Sign-in with address and password',
      // An address that nobody has is answered with the same work, the same captcha and the same lock as an account.
      needs: ({ command, id, state, now }) => {
        const nobody = state.status === 'none';
        const { email, login = '', organizationId = '' } = command;
        const address = email === undefined ? loginKey(organizationId, login).value : emailKey(email);
        return {
          tried: followedBy(
            { earlier: nobody ? attempts('failures', { address }) : known([]) },
            ({ earlier }) => ({ captcha: asksCaptcha(failing(state, earlier), now) ? solved(command) : known(true) }),
            // A lock and a missing captcha refuse whatever the password is: no work is done for them.
            ({ earlier, captcha }) => ({
              right:
                captcha && !isLocked(failing(state, earlier), now)
                  ? credentials('verify', { userId: id, credentialVersion: state.credentialVersion, password: command.password })
                  : known(undefined),
            }),
            ({ right }) => ({ noted: nobody && right === false ? attempts('failed', { address }) : known(undefined) }),
            ({ earlier, captcha, right }) => ({ before: failing(state, earlier), captcha, right }),
          ),
        };
      },
      answer: (events, userId) => ({ userId, sessionId: events.flatMap((e) => (e.type === 'SignedIn' ? [e.data.sessionId] : []))[0] }),
    }),
    GiveConsent: command(commands.GiveConsent, {
      by: self,
      id: own,
      whileRestricted: true,
      summary: 'Consent to the processing of personal data',
    }),
    WithdrawConsent: command(commands.WithdrawConsent, {
      by: self,
      id: own,
      whileRestricted: true,
      summary: 'Withdrawal of the consent; the account goes off',
    }),
    ChangePassword: command(commands.ChangePassword, {
      by: self,
      id: own,
      whileRestricted: true,
      summary: 'A new password instead of the present one',
      needs: ({ command: { currentPassword, newPassword }, id, state }) => ({
        right: credentials('verify', { userId: id, credentialVersion: state.credentialVersion, password: currentPassword }),
        password: isWeak(newPassword, state.email)
          ? known(undefined)
          : onlyIf('right', credentials('set', { userId: id, password: newPassword })),
      }),
    }),
    RequestPasswordReset: command(commands.RequestPasswordReset, {
      by: anyone,
      id: byEmail,
      concealed: true,
      summary: 'A letter with a link to set a new password, if the address is known',
      needs: ({ command, id }) => ({
        captcha: solved(command),
        reset: onlyIf('captcha', secrets('issue', { name: 'reset', ...RESET })),
        // One verification against nothing, whether the address is known or not: beside it an append is not seen.
        work: onlyIf('captcha', credentials('verify', { userId: id, password: command.email })),
      }),
    }),
    ResetPassword: command(commands.ResetPassword, {
      by: anyone,
      summary: 'A new password by the link of the letter',
      needs: ({ command: { token, newPassword }, id, state }) => ({
        fits: secrets('matches', { token, tokenHash: state.reset?.tokenHash }),
        password: isWeak(newPassword, state.email)
          ? known(undefined)
          : onlyIf('fits', credentials('set', { userId: id, password: newPassword })),
      }),
    }),
    RequestEmailChange: command(commands.RequestEmailChange, {
      by: self,
      id: own,
      summary: 'Another e-mail address; takes effect when its link is opened',
      needs: ({ command: { newEmail, currentPassword }, id, state }) => ({
        right: credentials('verify', { userId: id, credentialVersion: state.credentialVersion, password: currentPassword }),
        holder: holderOf(newEmail),
        change: onlyIf('right', secrets('issue', { name: 'emailChange', ...EMAIL_CHANGE })),
      }),
    }),
    ConfirmEmailChange: command(commands.ConfirmEmailChange, {
      by: anyone,
      summary: 'Opening of the link that confirms the new address',
      needs: ({ command, state }) => ({
        fits: secrets('matches', { token: command.token, tokenHash: state.emailChange?.tokenHash }),
        holder: state.emailChange ? holderOf(state.emailChange.newEmail) : known<User>(noUser),
        holderId: state.emailChange ? ownerOf('userEmail', emailKey(state.emailChange.newEmail)) : known(undefined),
      }),
    }),
    UnlockUser: command(commands.UnlockUser, { by: platform, summary: 'Lifts a lock of signing in' }),
    DeactivateUser: command(commands.DeactivateUser, {
      by: oneOf<commands.DeactivateUser, User>(systemOnly, platform, self),
      summary: 'Switches an account off',
      needs: ({ actor, id }) => ({
        admins: stateOf(roster, PLATFORM_ADMINS),
        // Asked of the person's own organizations only when that person asks: the service may switch off anybody.
        leftAlone: actorId(actor) === id ? organizationsLeftAlone(id) : known(false),
      }),
    }),
    ReactivateUser: command(commands.ReactivateUser, { by: platform, summary: 'Switches an account on again' }),
    EraseUser: command(commands.EraseUser, {
      by: oneOf(systemOnly, platform),
      summary: 'Erases the personal data of a switched-off account',
    }),
    GrantPlatformRole: command(commands.GrantPlatformRole, {
      by: oneOf(systemOnly, platform),
      summary: 'A role in the service as a whole',
    }),
    RevokePlatformRole: command(commands.RevokePlatformRole, {
      by: platform,
      summary: 'Takes a role in the service away',
      needs: () => ({ admins: stateOf(roster, PLATFORM_ADMINS) }),
    }),
    IssueBootstrapLink: command(commands.IssueBootstrapLink, {
      by: systemOnly,
      needs: () => ({ reset: secrets('issue', { name: 'reset', ...RESET }) }),
      answer: (events) => ({ secretRef: events.flatMap((e) => (e.type === 'PasswordResetRequested' ? [e.data.secretRef] : []))[0] }),
    }),
  },

  decide: {
    RegisterUser: (
      { email, personalDataConsent, consentPolicyVersion, locale = 'ru', invitationId },
      state,
      { captcha, holder, password, activation, actor, now, settings },
    ) => {
      if (!personalDataConsent) throw refusal('CONSENT_REQUIRED');
      currentConsent(consentPolicyVersion, settings.consentPolicyVersion);
      if (!captcha || !password || !activation) throw refusal('CAPTCHA_INVALID');
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      const address = validEmail(email);
      free(holder);
      return [
        event('UserRegistered', { email: address, locale, origin: invitationId ? 'invitation' : 'self', ip: actor.ip, invitationId }),
        event('PersonalDataConsentGiven', { policyVersion: consentPolicyVersion, ip: actor.ip }),
        event('PasswordSet', { ...password, reason: 'initial', mustChange: false }),
        activationIssued(activation, password.secretRef, now, 1),
      ];
    },

    RegisterStaffUser: ({ email, origin, locale = 'ru', passwordSecretRef }, state, { holder, password }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      const address = validEmail(email);
      free(holder);
      return [
        event('UserRegistered', { email: address, locale, origin }),
        event('PasswordSet', { secretRef: passwordSecretRef, ...password, reason: 'initial', mustChange: true }),
        event('UserActivated', { via: origin }),
      ];
    },

    SetUserPassword: ({ secretRef, mustChange }, state, { password }) => {
      if (state.origin !== 'staff' && state.origin !== 'import') throw refusal('INVALID_STATE', { status: state.origin });
      if (state.status !== 'active') throw invalid(state);
      return [event('PasswordSet', { ...password, reason: 'admin', secretRef, mustChange })];
    },

    ResendActivation: (_, state, { captcha, password, activation, now }) => {
      if (!captcha) throw refusal('CAPTCHA_INVALID');
      if (state.status === 'none' || state.status === 'erased') throw refusal('NOT_FOUND');
      if (state.status === 'active') throw refusal('USER_ALREADY_ACTIVE');
      if (state.status === 'deactivated') throw refusal('USER_DEACTIVATED');
      const issuedAt = state.activation?.issuedAt ?? [];
      withinLetterLimits(issuedAt, now);
      return [
        event('PasswordSet', { ...password!, reason: 'initial', mustChange: false }),
        activationIssued(activation!, password!.secretRef, now, (state.activation?.issuedCount ?? 0) + 1),
      ];
    },

    ActivateUser: (_, state, { fits, now }) => {
      switch (state.status) {
        case 'none':
        case 'erased':
          throw refusal('NOT_FOUND');
        case 'deactivated':
          throw refusal('USER_DEACTIVATED');
        case 'active':
          if (!fits) throw refusal('ACTIVATION_LINK_INVALID');
          return [];
        case 'registered':
          if (!fits) throw refusal('ACTIVATION_LINK_INVALID');
          if (now >= state.activation!.expiresAt) throw refusal('ACTIVATION_LINK_EXPIRED');
          return [event('UserActivated', { via: 'link' })];
      }
    },

    SignIn: (_, state, { tried: { before, captcha, right }, actor, now, commandId }) => {
      if (isLocked(before, now)) throw refusal('USER_LOCKED', { time: before.lockedUntil });
      if (!captcha) throw refusal('CAPTCHA_INVALID');
      if (state.status === 'none' || state.status === 'erased') throw refusal('BAD_CREDENTIALS');
      if (!right) return mistaken(state, actor, now);
      if (state.status === 'registered') throw refusal('USER_NOT_ACTIVATED');
      if (state.status === 'deactivated') throw refusal('USER_DEACTIVATED');
      return [event('SignedIn', { sessionId: derivedId(commandId, 'session'), ip: actor.ip, userAgent: actor.userAgent })];
    },

    GiveConsent: ({ policyVersion }, state, { actor, settings }) => {
      currentConsent(policyVersion, settings.consentPolicyVersion);
      if (state.status !== 'active') throw invalid(state);
      return state.consent?.policyVersion === policyVersion ? [] : [event('PersonalDataConsentGiven', { policyVersion, ip: actor.ip })];
    },

    WithdrawConsent: (_, state) => {
      if (state.status === 'deactivated') return [];
      if (state.status !== 'active') throw invalid(state);
      return [
        event('PersonalDataConsentWithdrawn', { policyVersion: state.consent?.policyVersion ?? '' }),
        event('UserDeactivated', { reason: 'consent_withdrawn' }),
      ];
    },

    ChangePassword: ({ currentPassword, newPassword }, state, { right, password, actor, now }) => {
      if (state.status !== 'active') throw invalid(state);
      notLocked(state, now);
      if (!right) return mistaken(state, actor, now);
      if (!password) throw refusal('WEAK_PASSWORD');
      if (currentPassword === newPassword) throw refusal('PASSWORD_UNCHANGED');
      return [event('PasswordSet', { ...password, reason: 'changed', mustChange: false })];
    },

    RequestPasswordReset: (_, state, { captcha, reset, now }) => {
      if (!captcha || !reset) throw refusal('CAPTCHA_INVALID');
      // Too soon is answered like everything else here: a refusal would tell that there is an account.
      return state.status === 'active' && !nextLetterAt(state.resetsAt, now)
        ? [event('PasswordResetRequested', { ...reset, expiresAt: after(now, RESET) })]
        : [];
    },

    ResetPassword: (_, state, { fits, password, actor, now }) => {
      if (state.status !== 'active' || !fits || !state.reset || now >= state.reset.expiresAt) throw refusal('RESET_LINK_INVALID');
      if (!password) throw refusal('WEAK_PASSWORD');
      return [
        event('PasswordSet', { ...password, reason: 'reset', mustChange: false }),
        ...(state.lockedUntil ? [event('UserUnlocked', { by: actorId(actor) })] : []),
      ];
    },

    RequestEmailChange: ({ newEmail }, state, { right, holder, change, actor, now }) => {
      if (state.status !== 'active') throw invalid(state);
      notLocked(state, now);
      if (!right || !change) return mistaken(state, actor, now);
      const address = validEmail(newEmail);
      if (address === state.email) return [];
      if (emailKey(address) !== emailKey(state.email)) free(holder);
      withinLetterLimits(state.changesAt, now);
      return [event('EmailChangeRequested', { newEmail: address, ...change, expiresAt: after(now, EMAIL_CHANGE) })];
    },

    ConfirmEmailChange: (_, state, { fits, holder, holderId, id, now }) => {
      if (state.status !== 'active' || !fits || !state.emailChange || now >= state.emailChange.expiresAt)
        throw refusal('RESET_LINK_INVALID');
      if (holderId !== id) free(holder);
      return [event('UserEmailChanged', { oldEmail: state.email, newEmail: state.emailChange.newEmail })];
    },

    UnlockUser: (_, state, { actor }) => {
      present(state);
      return state.lockedUntil ? [event('UserUnlocked', { by: actorId(actor) })] : [];
    },

    DeactivateUser: ({ reason }, state, { admins, leftAlone, id, actor }) => {
      present(state);
      if (state.status === 'deactivated') return [];
      if (actor.kind !== 'system' && isLastAdmin(admins.members, id)) throw refusal('LAST_PLATFORM_ADMIN');
      if (leftAlone) throw refusal('LAST_ADMINISTRATOR');
      return [event('UserDeactivated', { reason })];
    },

    ReactivateUser: (_, state) => {
      present(state);
      if (state.status === 'active') return [];
      if (state.status !== 'deactivated') throw invalid(state);
      return [event('UserReactivated', {})];
    },

    EraseUser: (_, state, { actor, now }) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      if (state.status === 'erased') return [];
      const since = [state.deactivatedAt, state.consentWithdrawnAt].filter((at) => at !== undefined).sort()[0] ?? now;
      const mature = !state.wasActive || actor.kind !== 'system' || since <= before(now, ERASURE_DELAY);
      if (state.status !== 'deactivated' || !mature) throw invalid(state);
      return [event('UserErased', {})];
    },

    GrantPlatformRole: ({ role }, state) => {
      if (state.status !== 'active') throw state.status === 'none' ? refusal('NOT_FOUND') : invalid(state);
      return state.platformRoles.includes(role) ? [] : [event('PlatformRoleGranted', { role })];
    },

    RevokePlatformRole: ({ role }, state, { admins, id }) => {
      present(state);
      if (!state.platformRoles.includes(role)) return [];
      if (role === 'PLATFORM_ADMIN' && isLastAdmin(admins.members, id)) throw refusal('LAST_PLATFORM_ADMIN');
      return [event('PlatformRoleRevoked', { role })];
    },

    IssueBootstrapLink: (_, state, { reset, now }) =>
      state.status === 'active' && !state.lastSignInAt ? [event('PasswordResetRequested', { ...reset, expiresAt: after(now, RESET) })] : [],
  },

  evolve: evolveUser,
});

const invalid = ({ status }: User) => refusal('INVALID_STATE', { status });

/** Refuses where there is no account any more. */
const present = (state: User) => {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  if (state.status === 'erased') throw invalid(state);
};

const validEmail = (typed: string) => {
  const address = parseEmail(typed);
  if (!address) throw refusal('EMAIL_INVALID');
  return address;
};

const currentConsent = (given: string, current: string) => {
  if (given !== current) throw refusal('CONSENT_VERSION_OUTDATED', { version: current });
};

/** Refuses an address that another account holds. */
const free = (holder: User) => {
  if (holder.status === 'none' || holder.status === 'erased') return;
  throw refusal(holder.status === 'registered' ? 'EMAIL_NOT_ACTIVATED' : 'EMAIL_TAKEN');
};

const isLastAdmin = (admins: readonly string[], id: string) => admins.length === 1 && admins[0] === id;

/** How an account has failed, or an address that nobody has. */
const failing = (state: User, earlier: unknown) => (state.status === 'none' ? failingSince(earlier as readonly string[]) : state);

/** What of an organization says whether it may lose an administrator. */
interface Administered {
  readonly status: string;
  readonly administrators: readonly string[];
}

/** Whether a client would have no administrator whose account is on, were this one switched off. */
const organizationsLeftAlone = (id: string) => {
  const losing = (found: object) =>
    Object.values(found as Readonly<Record<string, Administered>>).filter(
      ({ status, administrators }) => (status === 'client' || status === 'suspended') && administrators.includes(id),
    );
  const others = ({ administrators }: Administered) => administrators.filter((each) => each !== id);
  return followedBy(
    { administers: stateOf(roster, administrationsOf(id)) },
    ({ administers }) => eachOf('organization', (administers as Roster).members),
    ({ administers: _, ...organizations }) => eachOf('user', losing(organizations).flatMap(others)),
    ({ administers, ...found }) => {
      const { members } = administers as Roster;
      const organizations = Object.fromEntries(members.map((each) => [each, found[each]]));
      const isOn = (each: string) => (found[each] as User).status === 'active';
      return losing(organizations).some((each) => !others(each).some(isOn));
    },
  );
};

const eachOf = (category: string, ids: readonly string[]) => Object.fromEntries(ids.map((each) => [each, stateIn(category, each)]));

const activationIssued = (
  { tokenHash, secretRef }: { tokenHash: string; secretRef: string },
  passwordRef: string,
  now: string,
  attempt: number,
) => event('ActivationIssued', { tokenHash, secretRef, passwordRef, expiresAt: after(now, ACTIVATION), attempt });

/** A wrong password is a fact, wherever it was tried: after some of them the account is locked. */
const mistaken = (state: User, actor: Actor, now: string) => {
  const { count, lock } = oneMore(state, now);
  const failed = event('SignInFailed', { ip: actor.ip, reason: 'password', count });
  return refusedWith(refusal('BAD_CREDENTIALS'), lock ? [failed, event('UserLocked', lock)] : [failed]);
};

/** Whoever has only a session must not try passwords by it without end. */
const notLocked = (state: User, now: string) => {
  if (isLocked(state, now)) throw refusal('USER_LOCKED', { time: state.lockedUntil! });
};

/** At most one letter a minute and five a day. */
const withinLetterLimits = (issuedAt: readonly string[], now: string) => {
  const earliest = nextLetterAt(issuedAt, now);
  if (earliest) throw refusal('RATE_LIMITED', { seconds: secondsUntil(now, earliest) });
};

/** When the next letter may go, if not now. */
const nextLetterAt = (issuedAt: readonly string[], now: string): string | undefined => {
  const today = issuedAt.filter((at) => at > before(now, { days: 1 }));
  const next = [
    ...(today.length > 0 ? [after(today.at(-1)!, BETWEEN_LETTERS)] : []),
    ...(today.length >= LETTERS_A_DAY ? [after(today.at(-LETTERS_A_DAY)!, { days: 1 })] : []),
  ].sort();
  const earliest = next.at(-1);
  return earliest !== undefined && now < earliest ? earliest : undefined;
};

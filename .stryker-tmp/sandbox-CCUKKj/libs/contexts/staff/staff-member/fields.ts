// @ts-nocheck
import { isAllowedFrom, parseEmail, parseIpRule, parsePersonName, parsePhone, type PersonName } from '@letopis/kernel';
import { refusal } from '../errors';
import type { ContactFields, FullName, IpPolicy } from './staff-member.events';

const LOGIN = /^[\p{L}\p{N}._%+@-]{2,254}$/u;
export const MOST_IP_RULES = 100;

export const validLogin = (typed: string): string => {
  const login = typed.normalize('NFC').trim();
  if (!LOGIN.test(login)) throw refusal('LOGIN_INVALID');
  return login;
};

const validName = (typed: PersonName): PersonName => {
  const name = parsePersonName(typed);
  if ('wrong' in name) throw refusal('NAME_INVALID', { field: name.wrong });
  return name;
};

/** Names, address and phone in their normal forms. */
export function contactOf({ fullName, email, phone }: { fullName?: FullName; email: string; phone?: string }): ContactFields {
  const address = parseEmail(email);
  if (!address) throw refusal('EMAIL_INVALID');
  const number = phone === undefined ? undefined : parsePhone(phone);
  if (phone !== undefined && !number) throw refusal('PHONE_INVALID');
  const names: FullName = {
    ...(fullName?.ru ? { ru: validName(fullName.ru) } : {}),
    ...(fullName?.en ? { en: validName(fullName.en) } : {}),
  };
  return { ...(Object.keys(names).length > 0 ? { fullName: names } : {}), email: address, ...(number ? { phone: number } : {}) };
}

/**
 * The policy in its normal form. A list that holds out the address from which it is set is taken only when that is confirmed:
 * who sets it is usually the one who sits there.
 */
export function validIpPolicy(
  { mode, rules = [] }: { mode: 'any' | 'list'; rules?: readonly string[] },
  from: string | undefined,
  confirmed = false,
): IpPolicy {
  if (mode === 'any') return { mode, rules: [] };
  const parsed = rules.map(parseIpRule);
  if (parsed.length === 0 || parsed.length > MOST_IP_RULES || parsed.includes(undefined)) throw refusal('IP_RULE_INVALID');
  const list = [...new Set(parsed as string[])];
  if (!confirmed && from !== undefined && !isAllowedFrom(list, from)) throw refusal('IP_POLICY_LOCKS_YOU_OUT');
  return { mode, rules: list };
}

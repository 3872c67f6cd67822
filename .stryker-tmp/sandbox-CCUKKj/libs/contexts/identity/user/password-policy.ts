/** Passwords that fulfil the other rules and are still tried first by everybody who guesses. */
// @ts-nocheck

const COMMON = new Set(
  (
    'password12 password123 password1234 qwerty1234 qwerty12345 qwerty123456 qwertyuiop1 1qaz2wsx3edc 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4t5 q1w2e3r4t5y6 ' +
    'zaq12wsxcde abcd123456 abc1234567 abc123456789 a123456789 a1234567890 admin12345 administrator1 iloveyou123 welcome123 welcome1234 letmein123 ' +
    'football123 superman123 monkey12345 dragon12345 master12345 sunshine123 princess123 zxcvbnm123 asdfghjkl1 1234567890a 123456789a 12345678ab ' +
    'пароль1234 пароль12345 йцукен12345 йцукен1234 привет12345 привет1234 любовь12345 qazwsx12345 passw0rd12 passw0rd123 p4ssw0rd123 changeme123 secret12345'
  ).split(' '),
);

/** Whether a password breaks the policy: 10–128 characters, a letter and a digit, not the e-mail, not a common one. */
export function isWeak(password: string, email: string): boolean {
  const lower = password.toLowerCase();
  const length = [...password].length;
  return (
    length < 10 ||
    length > 128 ||
    !/\p{L}/u.test(password) ||
    !/\p{Nd}/u.test(password) ||
    lower === email.toLowerCase() ||
    lower === email.split('@')[0]!.toLowerCase() ||
    COMMON.has(lower)
  );
}

/** Whether a password that was typed for somebody else is weak; one that is to be made up is not. */
export const isWeakPassword = (password: string | undefined, email: string, login: string): boolean =>
  password !== undefined && (isWeak(password, email) || password.toLowerCase() === login.toLowerCase());

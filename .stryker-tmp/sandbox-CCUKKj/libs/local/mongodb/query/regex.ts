// @ts-nocheck
import { BSON } from 'mongodb';
import { MongoError } from '../errors';
import type { Value } from '../bson/value';

export const isRegex = (value: Value): value is RegExp | BSON.BSONRegExp => value instanceof RegExp || value instanceof BSON.BSONRegExp;

/**
 * The JavaScript expression of a server's (PCRE) one: options i, m, s, u as they are, x by removing blanks and comments,
 * leading `(?i)`-style groups as flags. Throws 51091 for what cannot be compiled, as the server does.
 */
export function toRegExp(pattern: string, options: string): RegExp {
  const flags = new Set<string>();
  for (const option of options) {
    if ('imsu'.includes(option)) flags.add(option);
    else if (option !== 'x' && option !== 'l') throw new MongoError(51108, `invalid flag in regex options: ${option}`);
  }
  let source = options.includes('x') ? withoutBlanks(pattern) : pattern;
  for (let inline = INLINE.exec(source); inline; inline = INLINE.exec(source)) {
    for (const flag of inline[1]) if (flag !== 'x') flags.add(flag);
    source = source.slice(inline[0].length);
  }
  source = source.replace(/^\\A/, '^').replace(/\\[zZ]$/, '$');
  try {
    return new RegExp(source, [...flags].join(''));
  } catch (cause) {
    throw new MongoError(51091, `Regular expression is invalid: ${String((cause as Error).message)}`);
  }
}

const INLINE = /^\(\?([imsx]+)\)/;

export function regexOf(value: RegExp | BSON.BSONRegExp, options?: string): RegExp {
  return value instanceof RegExp
    ? toRegExp(value.source, options ?? value.flags.replace(/[gyd]/g, ''))
    : toRegExp(value.pattern, options ?? value.options);
}

const withoutBlanks = (pattern: string): string =>
  pattern.replace(/\\.|\[(?:\\.|[^\]])*\]|\s+|#[^\n]*/g, (part) => (/^(\s|#)/.test(part) ? '' : part));

/**
 * The literal text that every match must begin with, for reading an index by range; undefined when there is none.
 * Only `^` without the flags i and m gives one; the expression still tests what the range finds.
 */
export function literalPrefix(regex: RegExp): string | undefined {
  if (/[imu]/.test(regex.flags) || !regex.source.startsWith('^')) return undefined;
  const { source } = regex;
  if (hasTopLevelAlternative(source)) return undefined;
  let prefix = '';
  let at = 1;
  while (at < source.length) {
    const char = source[at];
    let literal: string;
    let length = 1;
    if (char === '\\') {
      const escaped = source[at + 1];
      if (escaped === undefined || /[a-zA-Z0-9]/.test(escaped)) break;
      literal = escaped;
      length = 2;
    } else if ('.[](){}*+?|^$'.includes(char)) break;
    else literal = char;
    const following = source[at + length];
    if (following === '*' || following === '?' || following === '{') break;
    prefix += literal;
    at += length;
    if (following === '+') break;
  }
  return prefix === '' ? undefined : prefix;
}

function hasTopLevelAlternative(source: string): boolean {
  let depth = 0;
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    if (char === '\\') i++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}

import type { BareMode } from './bare.ts';
import { decodedText } from './base64.ts';
import { isBreakCode, isCloserCode, isSpaceCode } from './chars.ts';
import { isHarmless, looksSecret } from './harmless.ts';
import { isSession, type NameMeaning } from './names.ts';
import type { Quote } from './quotes.ts';
import { looksRandomOrHex } from './random.ts';

/** A key that was found, and what is known of the place where it stands. */
export interface Key {
  readonly name: string;
  readonly meaning: NameMeaning;
  /** First position of the name, and the first one after it. */
  readonly start: number;
  readonly end: number;
  /** The string that it stands in, its own quotation marks not counted. */
  readonly around: Quote | undefined;
  readonly quoted: boolean;
}

/** What was found under this name; callers count by it. */
export function kindOf(name: string): string {
  if (/pass|pwd|psw|pw$|kennwort|contrase|senha|密码|密碼|口令|пароль|パスワード|비밀번호/i.test(name))
    return 'password';
  if (/token|令牌|jwt/i.test(name)) return 'token';
  if (/cookie|sess/i.test(name)) return 'cookie';
  if (/authorization/i.test(name)) return 'header';
  if (/key|密钥/i.test(name)) return 'key';
  return 'secret';
}

/** Whether a value under a name of that meaning goes. `quoted`: it stood in quotation marks. */
export function mustGo(key: Pick<Key, 'name' | 'meaning'>, value: string, quoted: boolean): boolean {
  if (isHarmless(value)) return false;
  switch (key.meaning) {
    case 'secret':
    case 'header':
    case 'cookie':
      if (/^secret_?id$/i.test(key.name)) return isUid(value) || looksSecret(value);
      return !isCount(key.name, value) && !isObjectName(key.name, value);
    case 'likely':
    case 'random':
      if (/otp$/i.test(key.name)) return /^\d{4,8}$/.test(value) || looksSecret(value);
      if (key.meaning === 'random') return goesIfRandom(key.name, value);
      return (
        looksSecret(value) ||
        (quoted && /\s/.test(value) && /pass|secret/i.test(key.name)) ||
        value.length > 4096
      );
    case 'none':
      return false;
  }
}

function goesIfRandom(name: string, value: string): boolean {
  if (isSession(name)) return isSessionValue(value);
  if (/^pin$/i.test(name)) return /^\d{4,8}$/.test(value);
  // What Docker and npm store: user and password in base64.
  if (/auth$/i.test(name) && value.length >= 8 && decodedText(value).includes(':')) return true;
  return looksRandomOrHex(value) && (/sig|hmac/i.test(name) || !/^[0-9a-f]+$/i.test(value));
}

/** Letters and digits without a form: an address in memory, a uid or a counter is evidence. */
export function isSessionValue(value: string): boolean {
  return (
    /^[\w%.+/=:-]{16,512}$/.test(value) &&
    /\d/.test(value) &&
    looksSecret(value) &&
    !/^0x[0-9a-f]+$/i.test(value)
  );
}

/** `tokens: 1523`: a number under the plural counts, and so does one with its unit. */
export function isCount(name: string, value: string): boolean {
  return (
    (/(?:tokens|secrets|passwords|credentials|creds|keys|cookies)$/i.test(name) &&
      /^(?:0|[1-9][\d.,_]{0,11})\s?[a-zA-Z%]{0,8}$/.test(value)) ||
    // No token is so short; a number that fences or counts is.
    (/(?:token|secret)$/i.test(name) && /^\d{1,3}$/.test(value)) ||
    (/(?:fenc(?:e|ing)|lock|lease|epoch)[_-]?token$/i.test(name) && /^\d{1,19}$/.test(value))
  );
}

const isUid = (value: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);

/** `secret: postgres-credentials`: the name of an object of Kubernetes, where nothing says whose secret it is. */
function isObjectName(name: string, value: string): boolean {
  if (
    !/^(?:secrets?|tokens|(?:password|auth|tls|ca|cert|token|credentials?)[-_]?secret|tls[-_.]?secret|(?:image_?pull|mountable)_?secrets?)$/i.test(
      name,
    )
  )
    return false;
  if (!/tokens/i.test(name) && /^[a-z]+(?:[-.][a-z]+){1,8}$/.test(value)) return true;
  if (/secrets$/i.test(name) && /^[a-z]+$/.test(value)) return true;
  return /^[a-z0-9]+(?:-[a-z0-9]+){0,6}-(?:token|secret|credentials|creds|tls)(?:-[a-z0-9]{5})?$/.test(value);
}

/** How a value without quotation marks ends after this key; `spaced`: a blank stands after the sign between. */
export function bareModeOf(text: string, key: Key, sign: string, spaced: boolean): BareMode {
  let before = key.start - 1 - (key.quoted ? 1 : 0);
  const sticks = text.charAt(before);
  if (sticks === '?' || (sticks === '&' && sign === '=')) return 'query';
  if (
    sign === '=' &&
    !spaced &&
    key.around !== undefined &&
    !key.quoted &&
    sticks === String.fromCharCode(key.around.code)
  )
    return 'line';
  if (key.around === undefined && !key.quoted && startsLine(text, key.start)) {
    if (/^[:：]$/.test(sign) && spaced) return 'line';
    if (sign === '=' && spaced) return 'line';
    if (sign === '：') return 'line';
    if (sign === '=' && isDumped(text, key)) return 'line';
  }
  // Fields of a bracket that is open on this line.
  let depth = 0;
  for (let steps = 0; before >= 0 && steps < 200; before -= 1, steps += 1) {
    const code = text.charCodeAt(before);
    if (code === 10 || code === 13) break;
    if (isCloserCode(code)) depth += 1;
    else if (code === 40 || code === 91 || code === 123) {
      if (depth === 0) return 'fields';
      depth -= 1;
    }
  }
  return 'word';
}

/** Nothing but blanks, marks of a list, a prompt or `export` stands before it on its line. */
export function startsLine(text: string, at: number): boolean {
  let from = at;
  while (from > 0 && at - from < 64 && !isBreakCode(text.charCodeAt(from - 1))) from -= 1;
  return (
    /^(?:\ufeff?[\s>|]*(?:- |\? )*)(?:(?:export|set|setenv|declare -x|ENV|ARG) )?["'$]?$/.test(
      text.slice(from, at),
    ) &&
    (from === 0 || isBreakCode(text.charCodeAt(from - 1)))
  );
}

/** `PASSWORD=two words` in a dump of an environment: the line before or after is one of it, too. */
function isDumped(text: string, key: Key): boolean {
  let end = key.end;
  while (end < text.length && end - key.end < 512 && !isBreakCode(text.charCodeAt(end))) end += 1;
  const variable = /^[A-Z][A-Z0-9_]*$/.test(key.name) ? /^[A-Z_][A-Z0-9_]{1,60}=/ : /^[A-Za-z][\w.-]{1,80}=/;
  if (variable.test(text.slice(end, end + 90).replace(/^[\r\n\0]+/, '')) && end < text.length) return true;
  let start = key.start - 1;
  while (start > 0 && key.start - start < 512 && isBreakCode(text.charCodeAt(start))) start -= 1;
  while (start > 0 && key.start - start < 512 && !isBreakCode(text.charCodeAt(start - 1))) start -= 1;
  if (start >= 0 && start < key.start && variable.test(text.slice(start, key.start))) return true;
  // Words of letters only are no command.
  return /^=[A-Za-z]+(?: [a-z]+){2,6}$/.test(text.slice(key.end, end));
}

/** Columns before the first thing on the line of `at`; list marks count as columns. */
export function columnOf(text: string, at: number): number {
  let from = at;
  while (from > 0 && at - from < 1024 && !isBreakCode(text.charCodeAt(from - 1))) from -= 1;
  let column = 0;
  while (from + column < at && isSpaceCode(text.charCodeAt(from + column))) column += 1;
  return column;
}

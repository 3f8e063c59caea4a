/** Commands and dialogues whose password has a place and no name. */
import { lineStart, matchAt } from './chars.ts';
import { isHarmless, looksMixed, looksSecret } from './harmless.ts';
import { isSessionValue } from './key.ts';
import type { ScanState } from './scan-state.ts';

const word = /[^\s"'`]{3,512}/y;

function hideWordAt(state: ScanState, from: number): number | undefined {
  const found = matchAt(word, state.text, from)?.[0].replace(/[,;)]+$/, '');
  if (found === undefined || isHarmless(found)) return undefined;
  state.add(from, from + found.length, 'password');
  return from + found.length;
}

/** `stats auth admin:x` of HAProxy; `at` is behind `stats auth `. */
export function hideStatsAuth(state: ScanState, at: number): number {
  const user = /^[\w.@-]{1,64}:/.exec(state.text.slice(at, at + 66))?.[0];
  return user === undefined ? at : (hideWordAt(state, at + user.length) ?? at);
}

/** `a001 LOGIN user x` of IMAP; `at` is behind `login `. */
export function hideImapLogin(state: ScanState, at: number): number {
  const { text } = state;
  if (
    text.slice(at - 6, at) !== 'LOGIN ' ||
    !/(?:^|[\s>"])[A-Za-z]{0,4}\d{1,6} $/.test(text.slice(Math.max(0, at - 20), at - 6))
  )
    return at;
  const user = /^(?:"[^"\n]{1,80}"|[^\s"]{1,80}) "?/.exec(text.slice(at, at + 84))?.[0];
  return user === undefined ? at : (hideWordAt(state, at + user.length) ?? at);
}

/** `PASS x` of FTP and POP3, behind a prompt or behind `USER x`; `at` is behind `pass `. */
export function hidePassCommand(state: ScanState, at: number): number {
  const { text } = state;
  if (text.slice(at - 5, at) !== 'PASS ') return at;
  const start = lineStart(text, at - 5, 160);
  const asked =
    /(?:^|[\s"])(?:-*>|C:|>>>)[ \t]{1,4}$/.test(text.slice(start, at - 5)) ||
    /\bUSER \S{1,80}\s/.test(text.slice(Math.max(0, at - 240), at - 5));
  return asked ? (hideWordAt(state, at) ?? at) : at;
}

/** `net use Z: \\nas\x /user:ops x`, the same with the password first, and `net user ops x`; `at` is behind `net use`. */
export function hideNetUse(state: ScanState, at: number): number {
  const user = /^r\s+[^\s/]\S{0,80}\s+(?!\/)(?=\S)/i.exec(state.text.slice(at, at + 120));
  if (user !== null) {
    const word =
      /^\S{1,200}/.exec(state.text.slice(at + user[0].length, at + user[0].length + 200))?.[0] ?? '';
    return looksSecret(word) || looksMixed(word) ? (hideWordAt(state, at + user[0].length) ?? at) : at;
  }
  const found = /^\s+(?:[A-Za-z]:\s+)?\\{2,8}\S{1,120}\s+(?:\/user:\S{1,80}\s+)?(?![/*-])(?=\S)/i.exec(
    state.text.slice(at, at + 320),
  );
  return found === null ? at : (hideWordAt(state, at + found[0].length) ?? at);
}

/** `ConvertTo-SecureString "x"`; `at` is behind it. */
export function hideSecureString(state: ScanState, at: number): number {
  const found = /^\s+(?:-String\s+)?(["'])([^"'\n]{1,240})\1/i.exec(state.text.slice(at, at + 280));
  const value = found?.[2];
  if (found === null || value === undefined || isHarmless(value)) return at;
  const start = at + found[0].length - value.length - 1;
  state.add(start, start + value.length, 'password');
  return start + value.length;
}

const sessionId = /["']?\s{0,4}[:=]?\s{0,4}["']?([\w%.+/=-]{16,512})/y;

/** `session id: 3f1c…`; `at` is behind the words. */
export function hideSessionId(state: ScanState, at: number): number {
  const found = matchAt(sessionId, state.text, at);
  const value = found?.[1];
  if (found === null || value === undefined || isHarmless(value) || !isSessionValue(value)) return at;
  const end = at + found[0].length;
  state.add(end - value.length, end, 'cookie');
  return end;
}

/** `snmp-server community x RO`; `at` is behind `community `. */
export function hideCommunity(state: ScanState, at: number): number {
  const found = /^(\S{3,64}) (?:RO|RW)\b/.exec(state.text.slice(at, at + 72))?.[1];
  if (found === undefined || isHarmless(found)) return at;
  state.add(at, at + found.length, 'password');
  return at + found.length;
}

const relay = /:\d{2,5}[ \t]{1,20}[\w.@+-]{1,80}:(\S{3,200})[ \t]{0,8}(?=[\r\n]|$)/y;

/** `[smtp.local]:587 user:x` of Postfix; `at` is behind the bracket. */
export function hideRelay(state: ScanState, at: number): number {
  const { text } = state;
  const found = matchAt(relay, text, at - 1);
  const value = found?.[1];
  if (found === null || value === undefined || isHarmless(value)) return at;
  if (!/(?:^|\s)\[[\w.-]{1,120}\]$/.test(text.slice(Math.max(0, at - 132), at - 1))) return at;
  const start = at - 1 + found[0].lastIndexOf(value);
  state.add(start, start + value.length, 'password');
  return start + value.length;
}

const below =
  /[^\n\r:]{0,120}:[ \t]{0,8}\r?\n(?:[ \t]{0,8}\r?\n)?[ \t]{0,20}(\S{8,128})[ \t]{0,8}(?=\r?\n|$)/y;

/** A password on a line of its own below the sentence that names it: what servers print when they are set up. */
export function hideBelowSentence(state: ScanState, at: number): number | undefined {
  const found = matchAt(below, state.text, at);
  const value = found?.[1];
  if (found === null || value === undefined || isHarmless(value) || !looksSecret(value)) return undefined;
  if (/[/:]/.test(value) || /^[\w.-]+[=(]\w/.test(value)) return undefined;
  const start = at + found[0].lastIndexOf(value);
  state.add(start, start + value.length, 'password');
  return start + value.length;
}

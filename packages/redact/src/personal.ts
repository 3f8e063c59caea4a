import { isAlnumCode, matchAt } from './chars.ts';
import type { ScanState } from './scan-state.ts';

const domain =
  /@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?){1,8}/y;

/** E-mail addresses. Users in addresses of servers (`git@github.com:x`) look the same and go, too. */
export function hideEmails(state: ScanState): void {
  const { text } = state;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    state.tick();
    let start = at;
    while (start > 0 && at - start < 64 && isLocal(text.charCodeAt(start - 1))) start -= 1;
    while (start < at && !isAlnumCode(text.charCodeAt(start))) start += 1;
    const found = start === at ? null : matchAt(domain, text, at);
    if (found !== null && /\.[A-Za-z]{2,24}$/.test(found[0])) state.add(start, at + found[0].length, 'email');
  }
}

const isLocal = (code: number): boolean =>
  isAlnumCode(code) || code === 46 || code === 95 || code === 37 || code === 43 || code === 45;

const four = /(?<![\w.-])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w-]|\.\d)/g;
const six = /(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/g;

/** IPv4 and IPv6 addresses; the unspecified one and loopback stay, they tell of no machine. */
export function hideAddresses(state: ScanState): void {
  const { text } = state;
  for (const found of text.matchAll(four)) {
    if (/^(?:127\.|0\.0\.0\.0$|255\.255\.255\.255$)/.test(found[0])) continue;
    state.add(found.index, found.index + found[0].length, 'address');
  }
  for (const found of text.matchAll(six)) {
    const word = found[0];
    const groups = word.split(':').length;
    // A time (10:11:12) has three groups of digits and no `::`.
    if (!word.includes('::') && groups < 8) continue;
    if (/^(?:::1?|::ffff:127\.)/.test(word) && word.length <= 3) continue;
    state.add(found.index, found.index + word.length, 'address');
  }
}

import { endsAddressCode, isAlnumCode, isSpaceCode } from './chars.ts';
import { isHarmless, looksSecret } from './harmless.ts';
import { looksRandomOrHex } from './random.ts';
import type { ScanState } from './scan-state.ts';

/** Longest user and password of an address that is read. */
const longest = 2048;

/**
 * `scheme://user:password@host`: hides the password, or the token that stands alone; `at` is behind `://`. The
 * password may hold `@`, `/`, `?`, `#` that were not escaped. Returns where to go on.
 */
export function hideUserinfo(state: ScanState, at: number): number {
  const { text } = state;
  const schemeStart = startOfScheme(text, at - 3);
  if (schemeStart === at - 3) return at;
  let end = at;
  // An apostrophe is a sign of a password, unless it opened the string around.
  const quoted =
    text.charAt(schemeStart - 1) === "'" || text.slice(schemeStart - 60, schemeStart).includes("'");
  while (end < text.length && end - at < longest) {
    const code = text.charCodeAt(end);
    if (endsAddressCode(code) && (quoted || code !== 39)) break;
    // Several addresses in one word: each for itself.
    if (code === 58 && text.charCodeAt(end + 1) === 47 && text.charCodeAt(end + 2) === 47) {
      const cut = startOfScheme(text, end);
      end = cut > at ? cut : end;
      break;
    }
    end += 1;
  }
  const run = text.slice(at, end);
  const colon = run.search(/[:@/?#]/);
  if (colon < 0) return at;
  const scheme = text.slice(schemeStart, at - 3).toLowerCase();
  if (run[colon] === '@') return hideToken(state, at, colon, scheme);
  if (run[colon] !== ':') return at;
  if (/^:\d{1,5}(?:[/?#,;)\]}]|$)/.test(run.slice(colon))) return at;
  let sign = lastSign(run, colon);
  if (sign < 0) {
    sign = beyondBlank(text, end, at);
    if (sign < 0) return at;
  }
  const password = text.slice(at + colon + 1, at + sign);
  const user = run.slice(0, colon);
  if (password === '') return hideToken(state, at, colon, 'user', sign);
  if (user.includes('%3A') && looksSecret(user)) state.add(at, at + colon, 'url');
  if (
    isHarmless(password) ||
    /^(?:\{[\w.]+\}|\$\{[\w.]+\}|\$[A-Z_][A-Z0-9_]*|\$\(\w+\)|%[sv])$/.test(password)
  )
    return at + sign;
  state.add(at + colon + 1, at + sign, 'url');
  return at + sign;
}

function startOfScheme(text: string, end: number): number {
  let start = end;
  while (
    start > 0 &&
    end - start < 40 &&
    (isAlnumCode(text.charCodeAt(start - 1)) || '+.-'.includes(text.charAt(start - 1)))
  )
    start -= 1;
  return start;
}

/** The `@` before the host: the last one in front of the query, or the first when the password holds `?` or `#`. */
function lastSign(run: string, colon: number): number {
  const query = run.slice(colon).search(/[?#]/);
  const before = query < 0 ? run : run.slice(0, colon + query);
  const last = before.lastIndexOf('@');
  if (last > colon) return last;
  const first = run.indexOf('@', colon);
  // `host:port?email=x@y`
  return query >= 0 && first >= 0 && /=[^&]*$/.test(run.slice(colon + query, first)) ? -1 : first;
}

/** A password with a blank in it: the next word holds the `@`, and a host behind it. */
function beyondBlank(text: string, end: number, at: number): number {
  if (!isSpaceCode(text.charCodeAt(end)) || text.charAt(end) === '\n') return -1;
  const found = /^[ ][^\s"'`<>]{0,200}@(?=[\w.-]{2,200}(?::\d{2,5})?(?:[/?\s]|$))/.exec(
    text.slice(end, end + 440),
  );
  if (found === null || /^ https?:/.test(found[0])) return -1;
  return end + found[0].length - 1 - at;
}

/** `https://token@host`: a token if it is as long as one, or if a password belongs there. */
function hideToken(state: ScanState, at: number, end: number, scheme: string, sign = end): number {
  const { text } = state;
  const token = text.slice(at, at + end);
  const isToken =
    (token.length >= 20 && /\d|[a-z][A-Z]/.test(token)) ||
    token.length >= 32 ||
    (/^(?:nats|tls|redis|rediss)$/.test(scheme) &&
      !/^(?:default|admin|app|user|nats|redis|sys)$/.test(token) &&
      looksSecret(token)) ||
    (scheme === 'user' && (looksSecret(token) || looksRandomOrHex(token)));
  if (!isToken || isHarmless(token) || /[/?#]/.test(token)) return at;
  state.add(at, at + end, 'url');
  return at + sign;
}

/**
 * `user:password@tcp(host)`, `user:password@host:port`, `thin:user/password@host`; `at` is behind the `@`. The
 * part before it is read back to the blank or mark before it.
 */
export function hideBeforeSign(state: ScanState, at: number): number {
  const { text } = state;
  const end = at - 1;
  let start = end;
  const next = text.charCodeAt(at);
  if (!isAlnumCode(next) && next !== 40 && next !== 47 && next !== 91) return at;
  while (
    start > 0 &&
    end - start < 200 &&
    !endsAddressCode(text.charCodeAt(start - 1)) &&
    !'([{,;@'.includes(text.charAt(start - 1))
  )
    start -= 1;
  const run = text.slice(start, end);
  if (
    run === '' ||
    (next !== 47 &&
      next !== 40 &&
      !/^(?:tcp|tcp4|tcp6|unix|cloudsql)\(/.test(text.slice(at, at + 12)) &&
      !run.includes(':') &&
      !run.includes('/'))
  )
    return at;
  const after = text.slice(at, at + 80);
  if (/^(?:tcp|tcp4|tcp6|unix|cloudsql)?\(/.test(after)) {
    // The password may hold brackets and signs: back to the blank.
    while (start > 0 && end - start < 200 && !endsAddressCode(text.charCodeAt(start - 1))) start -= 1;
    const whole = text.slice(start, end);
    if (whole.includes('://')) return at;
    if (!whole.includes(':') && text.charCodeAt(start - 1) === 32)
      return hideSpacedBefore(state, start, end, at);
    const from =
      whole.indexOf('=') >= 0 && whole.indexOf('=') < whole.indexOf(':') ? whole.indexOf('=') + 1 : 0;
    const colon = whole.indexOf(':', from);
    const password = whole.slice(colon + 1);
    if (colon >= 0 && password !== '' && !isHarmless(password)) state.add(start + colon + 1, end, 'url');
    return at;
  }
  if (run.includes('://') || (text.charAt(start - 1) === '[' && isHarmless(`[${run}`))) return at;
  const oracle = /(?:^|thin:|oci:)[\w$#]{1,40}\/(.{1,100})$/.exec(run);
  const isOracle =
    /thin:|oci:/.test(run) ||
    /\b(?:sqlplus|rman|expdp|impdp|sqlldr)\b[^\n]{0,60}$/.test(text.slice(Math.max(0, start - 70), start));
  if (oracle?.[1] !== undefined && isOracle) {
    if (!isHarmless(oracle[1])) state.add(end - oracle[1].length, end, 'url');
    return at;
  }
  const plain = /^[\w.+-]{1,60}:([^\s/:]{5,80})$/.exec(run.slice(run.lastIndexOf('=') + 1));
  const password = plain?.[1];
  if (password === undefined || isHarmless(password) || !looksSecret(password)) return at;
  if (
    !/^(?:[\w-]+(?:\.[\w-]+){0,6}(?::\d{2,5}|\/|$|[\s"',;)])|\/\w)/.test(after) ||
    /^(?:sha\d+|md5|v?\d)/.test(after)
  )
    return at;
  if (/^v?\d+(?:\.\d+)+/.test(password)) return at;
  state.add(end - password.length, end, 'url');
  return at;
}

/** `root:two words@tcp(db)`: the user stands before the blank. */
function hideSpacedBefore(state: ScanState, start: number, end: number, at: number): number {
  const before = /(?:^|[\s"'`=])[\w.-]{1,60}:(\S{1,80}[ ])$/.exec(
    state.text.slice(Math.max(0, start - 160), start),
  );
  const part = before?.[1];
  if (part !== undefined) state.add(start - part.length, end, 'url');
  return at;
}

const hooks =
  /^(?:hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/|(?:\w+\.)?discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/\d+\/|[\w.-]+\.webhook\.office\.com\/webhookb2\/|[\w.-]+\.logic\.azure\.com(?::443)?\/workflows\/|api\.telegram\.org\/bot|hooks\.zapier\.com\/hooks\/catch\/|chat\.googleapis\.com\/v1\/spaces\/[\w-]+\/messages\?key=|open\.(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/v2\/hook\/|oapi\.dingtalk\.com\/robot\/send\?access_token=|qyapi\.weixin\.qq\.com\/cgi-bin\/webhook\/send\?key=)/i;

/** Addresses that are a secret themselves: knowing the path is enough to post. `at` is behind `://`. */
export function hideHook(state: ScanState, at: number): number {
  const { text } = state;
  const head = hooks.exec(text.slice(at, at + 120))?.[0];
  if (head === undefined) return at;
  const start = at + head.length;
  let end = start;
  while (end < text.length && end - start < 512 && /[\w/@.~:=&?%+-]/.test(text.charAt(end))) end += 1;
  if (isHarmless(text.slice(start, end))) return at;
  state.add(start, end, 'url');
  return end;
}

import { bareEnd } from './bare.ts';
import { isSpaceCode, lineEnd, matchAt, skipBlanks } from './chars.ts';
import { isHarmless } from './harmless.ts';
import { meaningOf } from './names.ts';
import type { ScanState } from './scan-state.ts';
import { quoteAt, readString } from './strings.ts';

const identified =
  /[ \t]{1,8}(?:WITH[ \t]{1,8}["'`]?[\w-]{1,60}["'`]?[ \t]{1,8})?(?:BY|AS|USING)[ \t]{1,8}(?:PASSWORD[ \t]{1,8}|VALUES[ \t]{1,8})?/iy;

const replacing = /[ \t]{1,8}REPLACE[ \t]{1,8}/iy;

/** `IDENTIFIED BY 'x'`, `IDENTIFIED WITH plugin BY "x"`, `IDENTIFIED BY x`; `at` is behind `identified`. */
export function hideIdentified(state: ScanState, at: number): number {
  const head = matchAt(identified, state.text, at);
  if (head === null) return at;
  const end = hideLiteralAt(state, at + head[0].length);
  const replaced = matchAt(replacing, state.text, end);
  return replaced === null ? end : hideLiteralAt(state, end + replaced[0].length);
}

function hideLiteralAt(state: ScanState, from: number): number {
  const { text } = state;
  const around = state.quotes.openAt(from);
  const at = from + (/^[NEb](?=')/.test(text.slice(from, from + 2)) ? 1 : 0);
  const quote = quoteAt(text, at);
  if (quote !== undefined && !(around?.code === quote.code && quote.slashes <= around.slashes)) {
    const read = readString(state, at, around);
    if (read === undefined || isHarmless(text.slice(read.start, read.end))) return from;
    state.add(read.start, read.end, 'password');
    return read.next;
  }
  const end = bareEnd(state, at, 'word', around);
  const value = text.slice(at, end);
  if (value === '' || isHarmless(value) || /^(?:RANDOM|EXTERNALLY|GLOBALLY)$/i.test(value)) return from;
  state.add(at, end, 'password');
  return end;
}

const authGap = /\\{0,3}["']?[ \t]{1,8}/y;
const authArguments =
  /\\{0,3}(["']?)([^\s"'\\]{1,512})\\{0,3}\1(?:[ \t]{1,8}\\{0,3}(["']?)([^\s"'\\]{1,512})\\{0,3}\3)?/y;
const saidOfAuth =
  /^(?:failed|called|command|error|required|login|plain|cram-md5|gssapi|mechanism\w*|level\w*|method\w*|service\w*|token\w*|server\w*)[:,.]?$/i;
const saidBehind =
  /^(?:failed|called|command|is|was|not|required|error:?|without|has|returned|with|from|by)$/i;
const wireWords =
  /(?:\r\n|\\r\\n)\$\d{1,6}(?:\r\n|\\r\\n)([^\r\n\\]{1,512})(?:(?:\r\n|\\r\\n)\$\d{1,6}(?:\r\n|\\r\\n)([^\r\n\\]{1,512}))?/y;

/** `AUTH x`, `AUTH user x`, `"AUTH" "user" "x"`, and the wire protocol; `start` and `end` are those of the word. */
export function hideAuth(state: ScanState, start: number, end: number): number | undefined {
  const { text } = state;
  const wire = hideAuthOnWire(state, start, end);
  if (wire !== undefined) return wire;
  const before = text.charCodeAt(start - 1);
  if (!Number.isNaN(before) && !isSpaceCode(before) && !`"'>\`(`.includes(text.charAt(start - 1)))
    return undefined;
  const gap = matchAt(authGap, text, end);
  if (gap === null || text.charAt(end + gap[0].length) === '<') return undefined;
  const from = end + gap[0].length;
  const found = matchAt(authArguments, text, from);
  if (found === null) return undefined;
  const [all, , first = '', , second] = found;
  const rest = text.slice(from, lineEnd(text, from, 400));
  // A sentence: "AUTH failed", "AUTH is required".
  const isUser = first.toLowerCase() === 'default';
  if (!isUser && (isHarmless(rest) || isHarmless(first))) return undefined;
  if (second === undefined ? first.length < 4 : saidBehind.test(second)) return undefined;
  if (/^[a-z]+:?$/.test(first) && isHarmless(second ?? 'error')) return undefined;
  if (saidOfAuth.test(first) && !/["']/.test(rest)) return undefined;
  const value = second ?? first;
  const at = from + (second === undefined ? all.indexOf(first) : all.lastIndexOf(second));
  state.add(at, at + value.length, 'password');
  return at + value.length;
}

/** `$4 AUTH $7 x` with the lines of the protocol, raw or escaped. */
function hideAuthOnWire(state: ScanState, start: number, end: number): number | undefined {
  const { text } = state;
  if (!/\$4(?:\r\n|\\r\\n)$/.test(text.slice(Math.max(0, start - 8), start))) return undefined;
  const found = matchAt(wireWords, text, end);
  const last = found?.[2] ?? found?.[1];
  if (found === null || last === undefined) return undefined;
  const stop = end + found[0].length;
  state.add(stop - last.length, stop, 'password');
  return stop;
}

/** `ACL SETUSER bob on >x`, `user bob on >x #hash`; `at` is behind ` on `. */
export function hideAclUser(state: ScanState, at: number): number {
  const { text } = state;
  const line = text.slice(Math.max(0, at - 160), at);
  if (
    !/(?:SETUSER["']?\s+\S+|(?:^|[\n"'])user\s+\S+|\suser\s+\S+\s+(?:on|off))\s+(?:\S+\s+){0,6}["']?[><#]$/i.test(
      line,
    )
  )
    return at;
  let end = at;
  while (end < text.length && !isSpaceCode(text.charCodeAt(end)) && !`"'`.includes(text.charAt(end)))
    end += 1;
  if (end - at < 3 || isHarmless(text.slice(at, end))) return at;
  state.add(at, end, 'password');
  return end;
}

const insertHead =
  /[ \t\n\r]{1,8}(?:INTO[ \t\n\r]{1,8})?["'`[]?[\w.]{1,120}["'`\]]?[ \t\n\r]{0,8}\(([^()]{1,2000})\)[ \t\n\r]{0,8}(?:OUTPUT[^()]{0,80})?VALUES[ \t\n\r]{0,8}/iy;

/** `INSERT INTO t (name, password) VALUES ('bob', 'x')`: the value at the column's place; `at` is behind `insert`. */
export function hideInserted(state: ScanState, at: number): number {
  const { text } = state;
  const head = matchAt(insertHead, text, at);
  const columns = head?.[1];
  if (head === null || columns === undefined) return at;
  const secret = columns.split(',').map((column) => {
    const meaning = meaningOf(column.trim().replace(/^\\*["'`[]|\\*["'`\]]$/g, ''));
    return meaning === 'secret' || meaning === 'likely' || meaning === 'cookie';
  });
  let pos = at + head[0].length;
  if (!secret.includes(true)) return pos;
  const around = state.quotes.openAt(pos);
  while (text.charAt(pos) === '(') {
    let column = 0;
    pos += 1;
    for (let depth = 1; depth > 0 && pos < text.length; ) {
      const letter = text.charAt(pos);
      const quote = quoteAt(text, pos);
      if (quote !== undefined && !(around?.code === quote.code && quote.slashes <= around.slashes)) {
        const read = readString(state, pos, around);
        if (read === undefined) return pos;
        if (secret[column] === true && !isHarmless(text.slice(read.start, read.end)))
          state.add(read.start, read.end, 'password');
        pos = Math.max(read.next, pos + 1);
        continue;
      }
      if (quote !== undefined) return pos;
      if (letter === '(') depth += 1;
      if (letter === ')') depth -= 1;
      if (letter === ',' && depth === 1) column += 1;
      pos += 1;
    }
    const comma = skipBlanks(text, pos);
    if (text.charAt(comma) !== ',') return pos;
    pos = skipBlanks(text, comma + 1);
  }
  return pos;
}

/** Calls whose password has a place and no name: which argument it is. */
const calls: readonly (readonly [RegExp, ...number[]])[] = [
  [
    /(?:^|[^\w])(?:createuser|create_user|adduser|NetworkCredential|UsernamePasswordCredentials|PasswordAuthentication|UsernamePasswordAuthenticationToken|HTTPBasicAuth|BasicAuth|SetBasicAuth|basic_auth|basicAuth|changeuserpassword|authenticate)$/i,
    1,
  ],
  [/(?:PDO->__construct|mysqli->__construct|mysqli_connect)$/, 2],
  [/\.(?:auth|login)$/i, 1],
  [/(?:^|[^\w])auth\s{0,4}=\s{0,4}$/i, 1],
  [/(?:^|[^\w])(?:crypt|digest|md5_password)$/i, 0],
  // What is encrypted, and the key.
  [/(?:^|[^\w])(?:pgp_sym_encrypt|pgp_sym_decrypt)(?:_bytea)?$/i, 0, 1],
];

/** A call with passwords at known places; `at` is behind the opening bracket. */
export function hideCalled(state: ScanState, at: number): number {
  const { text } = state;
  const head = text.slice(Math.max(0, at - 60), at - 1);
  const call = calls.find(([pattern]) => pattern.test(head));
  if (call === undefined) return at;
  const [, ...places] = call;
  const around = state.quotes.openAt(at);
  let pos = at;
  for (let index = 0; index < 4; index += 1) {
    pos = skipBlanks(text, pos);
    const prefix = /^[bNEur@](?=["'])/.test(text.slice(pos, pos + 2)) ? 1 : 0;
    const read = readString(state, pos + prefix, around);
    const value = read === undefined ? '' : text.slice(read.start, read.end);
    if (read !== undefined && places.includes(index)) {
      if (isHarmless(value)) return at;
      state.add(read.start, read.end, 'password');
      if (index === places.at(-1)) return read.next;
    }
    if (read === undefined) {
      while (pos < text.length && pos - at < 300 && !',)\n'.includes(text.charAt(pos))) pos += 1;
    } else pos = skipBlanks(text, read.next);
    if (text.charAt(pos) !== ',') return at;
    pos += 1;
  }
  return at;
}

const detail = /([^()\n]{1,300})\)=\(([^\n]{1,2000})/y;

/** `Key (name, password)=(bob, x) already exists.`; `at` is behind the first bracket. */
export function hideDetail(state: ScanState, at: number): number {
  const { text } = state;
  const [all, names = '', rest = ''] = matchAt(detail, text, at) ?? [];
  if (all === undefined) return at;
  const columns = names.split(',').map((name) => meaningOf(name.replace(/["\\\s]/g, '')));
  if (!columns.some((meaning) => meaning === 'secret' || meaning === 'likely')) return at;
  const close = /\)(?= (?:already exists|is not present|is still referenced|conflicts with))/.exec(
    rest,
  )?.index;
  const from = at + all.length - rest.length;
  const end = from + (close ?? rest.length);
  const values = text.slice(from, end).split(', ');
  // A comma within a value: its column cannot be told.
  if (values.length !== columns.length) {
    state.add(from, end, 'password');
    return end;
  }
  let pos = from;
  for (const [index, value] of values.entries()) {
    const secret = columns[index] === 'secret' || columns[index] === 'likely';
    if (secret && !isHarmless(value)) state.add(pos, pos + value.length, 'password');
    pos += value.length + 2;
  }
  return end;
}

const passLine = /([^:\s/]{1,255}):(\d{1,5}|\*):([^:\s]{1,100}):([^:\s]{1,100}):(\S{1,512})/y;

/** A line of .pgpass: `host:port:database:user:password`; `start` is that of the host. */
export function hidePassLine(state: ScanState, start: number): number | undefined {
  const found = matchAt(passLine, state.text, start);
  const password = found?.[5];
  if (
    found === null ||
    password === undefined ||
    start + found[0].length !== lineEnd(state.text, start, 1200)
  )
    return undefined;
  if (isHarmless(password)) return undefined;
  const end = start + found[0].length;
  state.add(end - password.length, end, 'password');
  return end;
}

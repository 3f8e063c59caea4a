import { bareEnd } from './bare.ts';
import { isSpaceCode, lineEnd, lineStart, skipBlanks } from './chars.ts';
import { isHarmless, looksSecret } from './harmless.ts';
import type { ScanState } from './scan-state.ts';
import { quoteAt, readString } from './strings.ts';

/** Commands whose `-p` takes a password. */
const passwordP =
  /\b(?:mysql\w*|mariadb\w*|mongo\w*|mongosh|mosquitto_\w+|ipmitool|sshpass|docker|podman|nerdctl|buildah|cypher-shell|neo4j-admin|az|helm|skopeo|oc|oras|crane|influx|clickhouse\w*|rabbitmqadmin|htpasswd|kinit|xfreerdp|rdesktop|snowsql|sqlcmd|tsql|isql|keytool|smbclient|nats|vault|arangosh|cqlsh|7z|unrar|rar)\b/;
/** Commands whose `-p` is a port, a path or a switch. */
const otherP =
  /\b(?:mkdir|ssh|scp|sftp|cp|tar|ps|nc|ncat|netcat|install|rsync|lsof|top|perl|sed|tsc|npx|git|kubectl|journalctl|crictl|psql|pg_dump|pg_isready|pg_basebackup|createdb|redis-cli|redis-server|kill|patch|nmap|iptables|ss|systemctl|pstree|make|cargo|read|touch|mount|docker run|podman run|docker compose|ping|gcc|nginx|python3?|node)\b/;
/** `docker compose … -p` names a project, until a command of its own follows. */
const projectP = /\bdocker[ -]compose(?: --?[\w-]{1,20}(?:[= ][^\s-]\S{0,60})?){0,4}\s*$/;
const passwordA = /\b(?:redis-cli|redis-benchmark|valkey-cli|keydb-cli)\b/;
const passwordCapital = /\b(?:un)?zip\b/;
const passwordOfSnmp = /\bsnmp\w+/;
const passwordW = /\b(?:ldap\w+|wget)\b/;
const userColon =
  /\b(?:curl|wget|http|https|httpie|ab|siege|hey|wrk|nats|mosquitto_\w+|smbclient|svn|mvn|etcdctl|lftp|ncftp\w*)\b/;

/** A short flag (`-p x`, `-px`, `-u user:x`, `-a x`, `-w x`) ends at `at`. Returns where to go on. */
export function hideShortFlag(state: ScanState, at: number): number {
  const { text } = state;
  const flag = text.charAt(at - 1);
  const start = at - 2;
  if (!isBoundary(text, start)) return at;
  const before = commandOf(state, start);
  if (flag === 'u' || flag === 'U' || (flag === 'a' && /\b(?:https?|xh)\b/.test(before)))
    return hideUserAndPassword(state, at, before);
  if (flag === 'b')
    return /\bcurl\b/.test(before) ? hideWord(state, skipBlanks(text, at), 'word', 3, 'cookie') : at;
  const takes =
    flag === 'p' || flag === 'P'
      ? (passwordP.test(before) || (flag === 'P' && passwordCapital.test(before))) &&
        !namesProject(text, start)
      : flag === 'a'
        ? passwordA.test(before)
        : flag === 'A' || flag === 'X'
          ? passwordOfSnmp.test(before)
          : flag === 'w' && passwordW.test(before);
  const next = text.charCodeAt(at);
  const listed = /^["']\s{0,4},\s{0,4}(?=["'])/.exec(text.slice(at, at + 12))?.[0].length;
  if (isSpaceCode(next) || listed !== undefined) {
    const from = listed === undefined ? skipBlanks(text, at) : at + listed;
    // Behind a blank it is the database, to mysql; to people it is the password.
    if (
      takes &&
      flag === 'p' &&
      /\b(?:mysql|mariadb)\w*\b/.test(before) &&
      /^[a-z_]+(?:\s|$)/.test(text.slice(from, from + 64))
    )
      return at;
    if (takes && !(flag === 'p' && isPort(text, from, before))) return hideWord(state, from, 'word', 1);
    if (flag !== 'p' || otherP.test(before) || namesProject(text, start)) return at;
    const end = wordEnd(state, from);
    const value = text.slice(from, end);
    return looksSecret(value) && !value.includes('/') && !isHarmless(value)
      ? hideWord(state, from, 'word', 6)
      : at;
  }
  if (!takes || flag === 'a' || flag === 'w' || Number.isNaN(next)) return at;
  if (/^(?:assword|ort|ass|rotocol|lugin|rint|refix|ull|ush|rofile|roject)/.test(text.slice(at, at + 10)))
    return at;
  if (/\b(?:docker|podman|az|helm|oc|nats|vault|git)\b/.test(before) && !/sshpass/.test(before)) return at;
  return hideWord(state, at, 'word', 3);
}

/** The few words before the flag, not the command that was read for an earlier one. */
function namesProject(text: string, start: number): boolean {
  return projectP.test(text.slice(Math.max(0, start - 300), start));
}

function isBoundary(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  return start === 0 || isSpaceCode(before) || before === 34 || before === 39;
}

/** `-p 22`, `-p 8080:80`, `-p /path` */
function isPort(text: string, from: number, before: string): boolean {
  return (
    /^(?:\d{1,5}(?::|\s|$)|\/|\.\/|-)/.test(text.slice(from, from + 24)) &&
    !/sshpass|mysql|login/.test(before)
  );
}

/** Flags in a row belong to one command, which is read once. */
function commandOf(state: ScanState, at: number): string {
  const { text, command } = state;
  if (
    command !== undefined &&
    at >= command.seen &&
    at - command.at < 256 &&
    !/[|;\n\r]|&&/.test(text.slice(command.seen, at))
  ) {
    command.seen = at;
    return command.text;
  }
  const before = commandBefore(text, at);
  state.command = { at, text: before, seen: at };
  return before;
}

/** The command on this line, and on the lines before it that end in a backslash. */
function commandBefore(text: string, at: number): string {
  let start = lineStart(text, at, 600);
  for (
    let count = 0;
    count < 6 && start > 1 && /\\\r?\n$/.test(text.slice(Math.max(0, start - 3), start));
    count += 1
  )
    start = lineStart(text, start - (text.charAt(start - 2) === '\r' ? 2 : 1), 600);
  return (
    text
      .slice(start, at)
      .split(/[|;]|&&/)
      .at(-1) ?? ''
  );
}

function wordEnd(state: ScanState, from: number): number {
  return bareEnd(state, from, 'word', state.quotes.openAt(from));
}

function hideWord(state: ScanState, from: number, _mode: 'word', least: number, kind = 'password'): number {
  const { text } = state;
  const around = state.quotes.openAt(from);
  const quote = quoteAt(text, from);
  const opens = quote !== undefined && !(around?.code === quote.code && quote.slashes <= around.slashes);
  const read = opens ? readString(state, from, around) : undefined;
  const start = read?.start ?? from;
  const end = read?.end ?? bareEnd(state, from, 'word', around);
  const value = text.slice(start, end);
  if (value.length < least || value.startsWith('-') || isHarmless(value)) return from;
  if (kind === 'cookie' && !value.includes('=')) return from;
  state.add(start, end, kind);
  return Math.max(end, read?.next ?? end);
}

/** `curl -u user:password`; a user alone is no secret. */
export function hideUserAndPassword(state: ScanState, at: number, before = commandOf(state, at)): number {
  const { text } = state;
  const listed = /^["']\s{0,4},\s{0,4}(?=["'])/.exec(text.slice(at, at + 12))?.[0].length;
  const from = listed === undefined ? skipBlanks(text, text.charAt(at) === '=' ? at + 1 : at) : at + listed;
  const around = state.quotes.openAt(from);
  const quote = quoteAt(text, from);
  const opens = quote !== undefined && !(around?.code === quote.code && quote.slashes <= around.slashes);
  const read = opens ? readString(state, from, around) : undefined;
  let start = read?.start ?? from;
  let end = read?.end ?? bareEnd(state, from, 'word', around);
  // `kevin:'two words'`
  if (read !== undefined && read.next > read.close) end = bareEnd(state, from, 'word', around);
  if (read !== undefined && text.charAt(read.next) === ':')
    end = bareEnd(state, read.next + 1, 'word', around);
  const word = text.slice(start, end);
  if (!userColon.test(before) && !/^[\w.@+-]{1,60}:\S{6,}$/.test(word)) return at;
  if (!userColon.test(before) && !looksSecret(word.slice(word.indexOf(':') + 1))) return at;
  const colon = word.indexOf(/\bsmbclient\b/.test(before) ? '%' : ':');
  if (colon < 0) return at;
  const password = word.slice(colon + 1).replace(/^["']|["']$/g, '');
  const user = word.slice(0, colon);
  if (password === '') {
    if (looksSecret(user)) state.add(start, start + colon, 'password');
    return Math.max(at, end);
  }
  if (isHarmless(password) || /^\d{1,5}$/.test(password) || password.startsWith('//')) return at;
  start += colon + 1;
  if (/["']/.test(text.charAt(start))) start += 1;
  const last =
    /["']/.test(text.charAt(end - 1)) && word.slice(colon + 1, colon + 2) === text.charAt(end - 1)
      ? end - 1
      : end;
  state.add(start, last, 'password');
  return end;
}

/** `--from-literal=key=value`: every value is one of a Secret. `at` is behind `literal`. */
export function hideLiteral(state: ScanState, at: number): number {
  const { text } = state;
  const found = /^[= ]["']?[\w.-]{1,120}=/.exec(text.slice(at, at + 130));
  if (found === null) return at;
  const from = at + found[0].length;
  const end = bareEnd(state, from, 'word', state.quotes.openAt(from));
  if (isHarmless(text.slice(from, end))) return at;
  state.add(from, end, 'secret');
  return end;
}

/** `openssl -passin pass:x`, `cmdkey /pass:x`; `at` is behind `pass:`. */
export function hidePassArgument(state: ScanState, at: number): number {
  const { text } = state;
  if (!/(?:-pass(?:in|out)?\s{1,4}["']?|\s\/)pass:$/.test(text.slice(Math.max(0, at - 24), at))) return at;
  const end = bareEnd(state, at, 'word', state.quotes.openAt(at));
  if (end > at && !isHarmless(text.slice(at, end))) state.add(at, end, 'password');
  return end;
}

/** `curl -su user:x`: flags in one word; `at` is behind `curl`. */
export function hideCurl(state: ScanState, at: number): number {
  const { text } = state;
  if (!state.spend(400)) return at;
  const end = lineEnd(text, at, 400);
  const found = /\s-[a-zA-Z#]{1,10}u(?=\s)/.exec(text.slice(at, end));
  if (found !== null) hideUserAndPassword(state, at + found.index + found[0].length, 'curl');
  return at;
}

const positional: readonly (readonly [RegExp, number])[] = [
  // `sentinel auth-pass mymaster x`, `addauth digest user:x`
  [/^auth-pass\s+\S+\s+/, 0],
  [/^addauth\s+digest\s+[^\s:]+:/, 0],
  [/^(?:rabbitmqctl(?:\s+-\S+(?:\s+\S+)?)?\s+)?(?:add_user|change_password|authenticate_user)\s+\S+\s+/, 0],
  [/^htpasswd\s+(?:-\w*b\w*\s+)(?:-\w+\s+)*\S+\s+\S+\s+/, 0],
  [/^htpasswd\s+-\w*n\w*b\w*\s+\S+\s+/, 0],
];

/** Commands whose password is an argument without a flag; `at` is at their first letter. */
export function hidePositional(state: ScanState, at: number): number | undefined {
  const { text } = state;
  const line = text.slice(at, lineEnd(text, at, 300));
  for (const [pattern] of positional) {
    const head = pattern.exec(line)?.[0];
    if (head === undefined) continue;
    const from = at + head.length;
    const end = hideWord(state, from, 'word', 1);
    if (end > from) return end;
  }
  return undefined;
}

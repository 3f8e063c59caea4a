import { present } from '../kernel/present.ts';
import { withoutColours } from '../kernel/text.ts';
import { fromCsv } from './csv.ts';
import {
  hanLevels,
  isFailedStatus,
  type LogLevel,
  levelNamed,
  levelNumbered,
  levelOfPriority,
} from './level.ts';
import { stampAt, stampOf, yearlessStampAt } from './stamp.ts';

/** One line, as its program meant it. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time?: number;
  readonly zoneless?: boolean;
  /** As the line itself gives it. */
  readonly level?: LogLevel;
  /** What it says, without time, level and what a container engine put in front. */
  readonly text: string;
  /** Lines of a stack trace that stand in the line itself, as JSON has them. */
  readonly trace?: readonly string[];
  /** It begins an entry: it has a time or a level of its own, or is JSON. */
  readonly headed: boolean;
  /** A row of a table: a quotation mark that it leaves open goes on in the next line. */
  readonly csv?: true;
  /** What it says stands on the next line. */
  readonly below?: true;
  /** A line that PostgreSQL adds to the error before it (`DETAIL:`, `STATEMENT:`). */
  readonly adds?: true;
}

/** `service-1  | ` of Docker Compose. */
const composePrefix = /^[\w.-]+ +\| ?/;
/** A level behind the time: `ERROR`, `[ERROR]`, `[error]`, `- ERROR -`, tab `error` tab. */
const levelBehind =
  /(?:^|[\s[|:(-])(?:(TRACE|DEBUG\d?|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|DPANIC|PANIC|LOG|INF|WRN|FTL|DBG|TRC)(?=[\s\]:|)-]|$)|\[(trace|debug|info|notice|warn|warning|error|crit|alert|emerg|fatal|panic)\]|\t(debug|info|warn|error|dpanic|panic|fatal)(?=\t)|\[([TDIWEFC])\](?=\s))/;
const hanBehind = new RegExp(`(?:^|[\\s[【|:(-])(${hanLevels})(?=[\\s\\]】:：|)-]|$)`);
const han = /[\u4e00-\u9fff]/;
/** zap names the place in the code between tabs. */
const zapCaller = /^[\w./-]+\.go:\d+\t/;
/** How far behind the time a level may stand. */
const LEVEL_WITHIN = 72;
const postgresAdds = /^(?:\[\d+\] )?(?:.{0,60}? )?(?:DETAIL|HINT|STATEMENT|CONTEXT|QUERY|LOCATION): {2}/;
const redis = /^\d+:[XCSM] (\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3}) ([.\-*#]) /;
const redisLevels: Readonly<Record<string, LogLevel>> = {
  '.': 'debug',
  '-': 'info',
  '*': 'info',
  '#': 'warning',
};
const klog = /^([IWEF])(\d{4} \d\d:\d\d:\d\d\.\d{1,9}) +\d+ [^\]\s]+\] /;
const klogLevels: Readonly<Record<string, LogLevel>> = { I: 'info', W: 'warning', E: 'error', F: 'fatal' };
const access = /^\S+ \S+ \S+ \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:[^\]]+)\] ("[^"]*") (\d{3})\b/;
const pythonHead = /^(DEBUG|INFO|WARNING|ERROR|CRITICAL):(?:[\w.]+:| +)/;
/** `FATA[0012] text` and `ERRO[2026-11-12T08:00:00Z] text` of logrus on a terminal. */
const logrus = /^(TRAC|DEBU|INFO|WARN|ERRO|FATA|PANI)\[(\d{4,}|\d{4}-\d\d-[^\]]{6,30})\] ?/;
/** `fail: Category[13]` of .NET, whose words stand on the next line. */
const dotnet = /^(trce|dbug|info|warn|fail|crit): (?=[A-Za-z_][\w.`+]*\[\d+\]\s*$)/;
const dotnetLevels: Readonly<Record<string, LogLevel>> = {
  ...{ trce: 'debug', dbug: 'debug', info: 'info' },
  ...{ warn: 'warning', fail: 'error', crit: 'fatal' },
};
const marks: ReadonlySet<number> = new Set([...'<[TDIWEFPtdiwfc'].map((letter) => letter.charCodeAt(0)));
/** `<3>` of the kernel and of systemd, `<131>1 ` of syslog. */
const priority = /^<(\d{1,3})>(?:1 )?/;
/** `[E] text`, `[错误] text`, `错误:  text`, `【警告】text`. */
const letterHead = /^\[([DIWEFC])\] +/;
const hanHead = new RegExp(`^(?:[[【](${hanLevels})[\\]】][:：]?|(${hanLevels})[:：])[ \\t]*`);
const logfmt = /(?:^| )(?:level|lvl)="?([A-Za-z]+(?:[+-]\d+)?)"?(?= |$)/;
const logfmtValue = (name: string): RegExp =>
  new RegExp(`(?:^| )(?:${name})=(?:"((?:[^"\\\\]|\\\\.)*)"|(\\S+))`);
const logfmtTime = logfmtValue('time|ts|t');
const logfmtMessage = logfmtValue('msg|message');
const logfmtError = logfmtValue('error|err');
/** NATS writes as information that it has given a client up. */
export const slowConsumer = 'Slow Consumer Detected';
/** NATS and gunicorn put a process or an open bracket in front of the time. */
const beforeStamp = /^\[(?:\d+\] )?(?=\d)/;

/**
 * Reads one line. `now`: milliseconds, for times that leave the year out. What a container engine wraps around a line
 * (Docker's JSON, CRI, a Compose prefix, a time of its own) is taken off; an inner time with a zone goes before it.
 */
export function readLine(given: string, now: number): LogLine {
  return read(withoutColours(given.endsWith('\r') ? given.replace(/\r$/, '') : given), now, 0);
}

function read(raw: string, now: number, depth: number): LogLine {
  if (raw.startsWith('{')) {
    const json = fromJson(raw, now, depth);
    if (json !== undefined) return json;
  }
  if (depth === 0) {
    const prefix = composePrefix.exec(raw)?.[0];
    if (prefix !== undefined) return read(raw.slice(prefix.length), now, 1);
  }
  return (
    fromStore(raw, now) ??
    fromCsv(raw) ??
    fromStamped(raw, now, depth) ??
    fromMark(raw, now, depth) ??
    fromWords(raw) ?? { text: raw, headed: false }
  );
}

/** Formats that begin with a mark of their own. */
function fromStore(raw: string, now: number): LogLine | undefined {
  const [redisHead, redisTime = '', mark = ''] = redis.exec(raw) ?? [];
  if (redisHead !== undefined)
    return headed(stampAt(redisTime), redisLevels[mark], raw.slice(redisHead.length));
  const [klogHead, letter = '', klogTime = ''] = klog.exec(raw) ?? [];
  if (klogHead !== undefined)
    return headed(yearlessStampAt(klogTime, now), klogLevels[letter], raw.slice(klogHead.length));
  const [request, requestTime = '', what = '', status = ''] = access.exec(raw) ?? [];
  if (request !== undefined)
    return headed(stampAt(requestTime), status >= '500' ? 'error' : 'info', `${what} ${status}`);
  return undefined;
}

function fromStamped(raw: string, now: number, depth: number): LogLine | undefined {
  const before = beforeStamp.exec(raw)?.[0].length ?? 0;
  const stamp = stampAt(before === 0 ? raw : raw.slice(before));
  if (stamp === undefined) return undefined;
  const rest = raw.slice(before + stamp.length).replace(/^\] ?/, '');
  const inner = rest.replace(/^ (?:std(?:out|err) [FP] )?/, '');
  if (depth < 3 && before === 0) {
    // A time that the engine put in front of a whole line of the program.
    const line = read(inner, now, depth + 1);
    if (line.headed && (line.time !== undefined || line.level !== undefined)) {
      const outer = line.time === undefined || (line.zoneless === true && !stamp.zoneless);
      return outer ? { ...line, time: stamp.time, zoneless: stamp.zoneless } : line;
    }
  }
  if (postgresAdds.test(inner)) return { ...headed(stamp, undefined, inner), adds: true };
  const front = rest.slice(0, LEVEL_WITHIN);
  const found = levelBehind.exec(front) ?? (han.test(front) ? hanBehind.exec(front) : null);
  if (found === null) return headed(stamp, undefined, inner);
  const level = levelNamed(found.slice(1).find((name) => name !== undefined) ?? '');
  const text = rest
    .slice(found.index + found[0].length)
    .replace(/^[\]】:：|)\s-]+/, '')
    .replace(zapCaller, '');
  // PostgreSQL's FATAL ends one session, its PANIC the server; two blanks behind the colon are its own form.
  const ofSession = found[1] === 'FATAL' && rest.startsWith(':  ', found.index + found[0].length);
  const ofClient = found[1] === 'INF' && text.includes(slowConsumer);
  return headed(stamp, ofSession ? 'error' : ofClient ? 'warning' : level, text === '' ? inner : text);
}

/** A level that stands at the very beginning of a line. */
function fromMark(raw: string, now: number, depth: number): LogLine | undefined {
  // Most lines begin with none of these: `<`, `[`, `【`, a capital, a small letter of .NET's names, a Chinese one.
  const code = raw.charCodeAt(0);
  if (!marks.has(code) && code < 0x3000) return undefined;
  const [head, given] = code === 60 ? (priority.exec(raw) ?? []) : [];
  if (head !== undefined && depth < 3) {
    const level = levelOfPriority(Number(given));
    if (level === undefined) return undefined;
    const line = read(raw.slice(head.length), now, depth + 1);
    return { ...line, headed: true, level: line.level ?? level };
  }
  const [run, name = '', when = ''] = logrus.exec(raw) ?? [];
  if (run !== undefined) return headed(stampOf(when), levelNamed(name), raw.slice(run.length));
  const [category, word = ''] = dotnet.exec(raw) ?? [];
  if (category !== undefined)
    return { ...headed(undefined, dotnetLevels[word], raw.slice(category.length).trim()), below: true };
  const [bracket, letter = ''] = letterHead.exec(raw) ?? [];
  if (bracket !== undefined) return headed(undefined, levelNamed(letter), raw.slice(bracket.length));
  const [han, inside, before] = hanHead.exec(raw) ?? [];
  return han === undefined
    ? undefined
    : headed(undefined, levelNamed(inside ?? before ?? ''), raw.slice(han.length));
}

/** Lines with a level and no time in front. */
function fromWords(raw: string): LogLine | undefined {
  const [, level] = logfmt.exec(raw) ?? [];
  if (level !== undefined) {
    const value = (form: RegExp) => {
      const [, quoted, bare] = form.exec(raw) ?? [];
      return quoted?.replaceAll('\\"', '"').replaceAll('\\n', '\n') ?? bare;
    };
    const said = [value(logfmtMessage), value(logfmtError)].filter((one) => one !== undefined);
    const [text = raw, ...more] = said.join(': ').split('\n');
    const line = headed(stampOf(value(logfmtTime)), levelNamed(level), text === '' ? raw : text);
    return more.length === 0 ? line : { ...line, trace: more };
  }
  const [head, name = ''] = pythonHead.exec(raw) ?? [];
  return head === undefined
    ? undefined
    : headed(undefined, levelNamed(name), raw.slice(head.length).trimStart());
}

function headed(
  stamp: { readonly time: number; readonly zoneless: boolean } | undefined,
  level: LogLevel | undefined,
  text: string,
): LogLine {
  // Written out: it is made for each line that is read whole.
  if (stamp === undefined)
    return level === undefined ? { text, headed: true } : { level, text, headed: true };
  const { time, zoneless } = stamp;
  return level === undefined
    ? { time, zoneless, text, headed: true }
    : { time, zoneless, level, text, headed: true };
}

const timeNames = ['time', 'ts', 'timestamp', '@timestamp', 't'];
const levelNames = ['level', 'severity', 'levelname', 'lvl', 'log.level', 'error_severity'];
const statusNames = [
  'status',
  'status_code',
  'statusCode',
  'http.status_code',
  'http_status',
  'response_status',
];
const messageNames = ['msg', 'message', 'event'];
const errorNames = ['error', 'err', 'exception'];
const traceNames = ['stacktrace', 'stack', 'exc_info', 'traceback', 'stack_trace'];

function fromJson(raw: string, now: number, depth: number): LogLine | undefined {
  let entry: Readonly<Record<string, unknown>>;
  try {
    entry = JSON.parse(raw) as typeof entry;
  } catch {
    return undefined;
  }
  const first = (names: readonly string[]) =>
    names.map((name) => entry[name]).find((value) => value !== undefined);
  const { log, stream } = entry;
  const stamp = stampOf(first(timeNames));
  if (typeof log === 'string' && typeof stream === 'string' && depth < 3) {
    // Docker's own file: a line in a wrapper.
    const line = read(log.replace(/\n$/, ''), now, depth + 1);
    return line.time === undefined || line.zoneless === true
      ? { ...line, ...present({ time: stamp?.time, zoneless: stamp?.zoneless }) }
      : line;
  }
  const given = first(levelNames);
  const named =
    typeof given === 'string'
      ? // PostgreSQL's FATAL ends one session.
        levelNamed(entry.error_severity === 'FATAL' ? 'ERROR' : given)
      : typeof given === 'number'
        ? levelNumbered(given)
        : undefined;
  // A request log gives every request the same level.
  const failed = (named === undefined || named === 'info') && isFailedStatus(first(statusNames));
  const level = failed ? 'error' : named;
  const error = first(errorNames);
  const inError =
    typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
  const said = [first(messageNames), typeof error === 'string' ? error : inError.message].filter(
    (one) => typeof one === 'string' && one !== '',
  );
  const stack = first(traceNames) ?? inError.stack;
  const [text = '', ...lines] = said.join(': ').split('\n');
  const trace = [...lines, ...(typeof stack === 'string' ? stack.split('\n') : [])].filter(
    (one) => one.trim() !== '',
  );
  const line = headed(stamp, level, text === '' ? raw : text);
  return trace.length === 0 ? line : { ...line, trace };
}

/** Before anything is nested, a name between quotes is one of the entry's own. */
const quickLevel = /^\{[^{[]*?"(?:level|severity|levelname|lvl)": ?(?:"([A-Za-z]+)|(\d+))/;
const quickStatus = /status(?:_code|Code)?": ?"?5\d\d(?!\d)/;
const quickTime = /"(?:time|ts|timestamp|@timestamp|t)": ?(?:"([^"]{10,40})"|(\d{9,13}(?:\.\d+)?))/;

/**
 * Level and time of a line of JSON without parsing it: inside of a text, the quotes around a name are escaped, so it is
 * no name of a field. Undefined when the level is not found so.
 */
export function skimmed(
  raw: string,
): { readonly level: LogLevel; readonly time?: number; readonly zoneless?: boolean } | undefined {
  if (!raw.startsWith('{') || !/\}\s?$/.test(raw.slice(-2))) return undefined;
  const [, name, number] = quickLevel.exec(raw) ?? [];
  const level =
    name !== undefined ? levelNamed(name) : number !== undefined ? levelNumbered(Number(number)) : undefined;
  if (level === undefined || (level === 'info' && quickStatus.test(raw))) return undefined;
  const [, text, seconds] = quickTime.exec(raw) ?? [];
  const stamp = stampOf(text ?? (seconds === undefined ? undefined : Number(seconds)));
  return { level, ...present({ time: stamp?.time, zoneless: stamp?.zoneless }) };
}

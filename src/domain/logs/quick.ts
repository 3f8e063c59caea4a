import { type LogLevel, levelNamed, levelNumbered } from './level.ts';
import { slowConsumer } from './line.ts';
import { type Stamp, stampAt, yearlessStampAt } from './stamp.ts';

/**
 * Level and time of a line by its head alone, where that is enough. Most lines of a log are below the level that is
 * asked for; they are passed over without being taken out of the text, parsed or kept. What is found here is what
 * `readLine` finds; a line of which that is not certain is left to it.
 */
export class QuickHead {
  /** Milliseconds since 1970, of the line that was read last; undefined when it gives no time. */
  time: number | undefined;
  zoneless = false;

  readonly #now: number;
  /** Days as logs write them, with the moment at which they begin: there are few in one log. */
  readonly #days = new Map<string, number>();
  /** Where the next of these words stands in the text; they make a line one to read whole. */
  readonly #words = ['level=', 'lvl='].map((word) => ({ word, next: -1 }));
  readonly #colon = { word: ':  ', next: -1 };
  readonly #status = { word: 'status', next: -1 };
  readonly #slow = { word: slowConsumer, next: -1 };
  #text = '';
  #found: LogLevel = 'info';

  constructor(now: number) {
    this.#now = now;
  }

  /** The level of the line from `start` to `end`; undefined: read it whole. */
  read(text: string, start: number, end: number): LogLevel | undefined {
    if (text !== this.#text) {
      this.#text = text;
      for (const one of this.#words) one.next = -1;
      this.#colon.next = -1;
      this.#slow.next = -1;
      this.#status.next = -1;
    }
    let at = start;
    const code = text.charCodeAt(at);
    if (isDigit(code)) return this.#numbered(text, at, end);
    if (code === brace) return this.#json(text, at, end);
    if (code === bracket) return this.#nats(text, at, end);
    return (
      this.#fields(text, at) ??
      this.#klog(text, at) ??
      // `service-1  | ` of Docker Compose, and the line of the program behind it.
      ((at = after(compose, text, at)) > 0 && at < end ? this.#bare(text, at, end) : undefined)
    );
  }

  #bare(text: string, at: number, end: number): LogLevel | undefined {
    const code = text.charCodeAt(at);
    if (code === brace) return this.#json(text, at, end);
    return isDigit(code) ? this.#numbered(text, at, end) : undefined;
  }

  /** Begins with a digit: a time, or the process of Redis. */
  #numbered(text: string, at: number, end: number): LogLevel | undefined {
    const to = this.#stamp(text, at);
    if (to < 0) return this.#redis(text, at);
    const { time, zoneless } = this;
    const cri = after(criMark, text, to);
    if (cri < 0) return this.#behind(text, to, end);
    // A container engine put its own time in front; that of the program counts, where it has a zone.
    const level = this.#bare(text, cri, end);
    if (level !== undefined && (this.time === undefined || (this.zoneless && !zoneless)))
      [this.time, this.zoneless] = [time, zoneless];
    return level;
  }

  /** A level behind the time, in the forms in which it cannot be anything else. */
  #behind(text: string, at: number, end: number): LogLevel | undefined {
    const to = this.#level(text, at);
    // Fields later in the line would say another level, and `DETAIL:  ` would make it a part of the line before.
    if (to < 0 || this.#adds(text, to, end)) return undefined;
    for (const one of this.#words) if (nextOf(one, text, to) < end) return undefined;
    return this.#found;
  }

  /** Whether what PostgreSQL adds to a line may stand behind that place. */
  #adds(text: string, from: number, end: number): boolean {
    return nextOf(this.#colon, text, from - 1) < Math.min(end, from + 100);
  }

  /** The end of a level in one of the forms of zap, Python, PostgreSQL, nginx, Java and Neo4j, and the level in `#found`. */
  #level(text: string, at: number): number {
    const [mark, next] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
    this.#found = 'info';
    if (mark === tab) {
      if (text.startsWith('INFO\t', at + 1)) return at + 6;
      this.#found = 'debug';
      return text.startsWith('DEBUG\t', at + 1) ? at + 7 : -1;
    }
    if (mark !== space) return -1;
    if (next === minus) {
      const to = after(pythonLevel, text, at);
      if (to > 0 && text.charCodeAt(to - 4) === letterG) this.#found = 'debug';
      return to;
    }
    if (next === bracket) {
      if (text.startsWith('info] ', at + 2)) return at + 8;
      if (text.startsWith('notice] ', at + 2)) return at + 10;
      const to = after(postgresLevel, text, at);
      if (to > 0) {
        if (isDigit(text.charCodeAt(to - 4))) this.#found = 'debug';
        return to;
      }
      this.#found = 'debug';
      return text.startsWith('debug] ', at + 2) ? at + 9 : -1;
    }
    if (next !== letterI && next !== letterD) return -1;
    if (next === letterD) this.#found = 'debug';
    return after(bareLevel, text, at);
  }

  #json(text: string, at: number, end: number): LogLevel | undefined {
    // One that is cut off is none, and may hold the line of somebody else.
    if (text.charCodeAt(end - 1) !== closing && text.charCodeAt(end - 2) !== closing) return undefined;
    const wrapped = after(dockerOpen, text, at);
    if (wrapped > 0) return this.#docker(text, wrapped, end);
    jsonLevel.lastIndex = at;
    const found = jsonLevel.exec(text);
    if (found === null || jsonLevel.lastIndex > end) return undefined;
    const [, name, number] = found;
    const level = name === undefined ? levelNumbered(Number(number)) : levelNamed(name);
    if (level === undefined || (level === 'info' && this.#hasFailed(text, at, end))) return undefined;
    this.time = undefined;
    this.zoneless = false;
    jsonTime.lastIndex = at;
    const stamp = jsonTime.exec(text);
    if (stamp === null || jsonTime.lastIndex > end) return level;
    const [, seconds] = stamp;
    if (seconds !== undefined) {
      const value = Number(seconds);
      if (value > 1e8) this.time = value > 1e11 ? value : value * 1000;
    } else if (this.#stamp(text, jsonTime.lastIndex) < 0) return undefined;
    return level;
  }

  /** A status of HTTP that makes the entry an error, whatever its level. */
  #hasFailed(text: string, at: number, end: number): boolean {
    for (let next = nextOf(this.#status, text, at); next < end; next = nextOf(this.#status, text, next + 1)) {
      failedStatus.lastIndex = next;
      if (failedStatus.test(text)) return true;
    }
    return false;
  }

  /** A line of the program in Docker's own file; its escapes are known where nothing else can be meant. */
  #docker(text: string, at: number, end: number): LogLevel | undefined {
    const stream = text.indexOf('","stream":"', at);
    if (stream < 0 || stream >= end) return undefined;
    const to = this.#stamp(text, at);
    if (to < 0 || this.zoneless) return undefined;
    dockerZap.lastIndex = to;
    const found = dockerZap.exec(text);
    const isOther = this.#words.some((one) => nextOf(one, text, to) < end);
    return found === null || isOther ? undefined : levelNamed(found[1] ?? '');
  }

  #fields(text: string, at: number): LogLevel | undefined {
    const quoted = after(timeField, text, at);
    if (quoted < 0) return undefined;
    const to = this.#stamp(text, quoted);
    if (to < 0) return undefined;
    levelField.lastIndex = to;
    const found = levelField.exec(text);
    return found === null ? undefined : levelNamed(found[1] ?? '');
  }

  #klog(text: string, at: number): LogLevel | undefined {
    klog.lastIndex = at;
    const found = klog.exec(text);
    if (found === null) return undefined;
    const day = this.#day(text.slice(at + 1, at + 5), (midnight) =>
      yearlessStampAt(`${midnight} 00:00:00.0`, this.#now),
    );
    if (day === undefined || !this.#clock(day, text, at + 6)) return undefined;
    return klogLevels[found[1] ?? ''];
  }

  #redis(text: string, at: number): LogLevel | undefined {
    redis.lastIndex = at;
    const found = redis.exec(text);
    if (found === null) return undefined;
    const from = text.indexOf(' ', at) + 1;
    const day = this.#day(text.slice(from, from + 11), (midnight) => stampAt(`${midnight} 00:00:00.000`));
    if (day === undefined || !this.#clock(day, text, from + 12)) return undefined;
    return found[1] === '.' ? 'debug' : 'info';
  }

  #nats(text: string, at: number, end: number): LogLevel | undefined {
    const open = after(natsOpen, text, at);
    if (open < 0) return undefined;
    const to = this.#stamp(text, open);
    if (to < 0) return undefined;
    const from = text.startsWith('] ', to) ? to + 1 : to;
    const level = text.startsWith(' [INF] ', from)
      ? 'info'
      : text.startsWith(' [DBG] ', from)
        ? 'debug'
        : undefined;
    if (level === undefined || this.#adds(text, from + 7, end)) return undefined;
    return nextOf(this.#slow, text, from) < end ? undefined : level;
  }

  #day(day: string, at: (day: string) => Stamp | undefined): number | undefined {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const stamp = at(day);
    if (stamp === undefined) return undefined;
    if (this.#days.size >= MOST_DAYS) this.#days.clear();
    this.#days.set(flat(day), stamp.time);
    return stamp.time;
  }

  /** `09:00:00.123` of a day into `time`, without a zone. */
  #clock(day: number, text: string, at: number): boolean {
    const [hour, minute, second] = [two(text, at), two(text, at + 3), two(text, at + 6)];
    if (Number.isNaN(hour + minute + second) || text.charCodeAt(at + 5) !== colonCode) return false;
    const mark = text.charCodeAt(at + 8);
    let ms = 0;
    if (mark === dot || mark === comma)
      for (let place = 0, unit = 100; place < 3; place += 1, unit /= 10) {
        const code = text.charCodeAt(at + 9 + place);
        if (!isDigit(code)) break;
        ms += (code - zero) * unit;
      }
    this.time = day + (hour * 3600 + minute * 60 + second) * 1000 + ms;
    this.zoneless = true;
    return true;
  }

  /** The end of a usual stamp at that place, and its moment in `time`; -1 without a stamp. */
  #stamp(text: string, at: number): number {
    if (text.charCodeAt(at + 13) !== colonCode || !isDigit(text.charCodeAt(at))) return -1;
    const between = text.charCodeAt(at + 10);
    if (between !== space && between !== letterT) return -1;
    const day = this.#day(text.slice(at, at + 10), (midnight) => stampAt(`${midnight} 00:00:00`));
    if (day === undefined || !this.#clock(day, text, at + 11)) return -1;
    let to = at + 19;
    const mark = text.charCodeAt(to);
    if ((mark === dot || mark === comma) && isDigit(text.charCodeAt(to + 1))) {
      // `#clock` has read the first three.
      let digits = 0;
      for (to += 1; digits < 9 && isDigit(text.charCodeAt(to)); digits += 1) to += 1;
    }
    const blank = text.charCodeAt(to) === space ? 1 : 0;
    const sign = text.charCodeAt(to + blank);
    if (sign === letterZ && !isWord(text.charCodeAt(to + blank + 1))) {
      this.zoneless = false;
      return to + blank + 1;
    }
    if (sign === letterU || sign === letterG || sign === plus || sign === minus) {
      zone.lastIndex = to;
      const found = zone.exec(text);
      if (found !== null) {
        this.zoneless = false;
        this.time = (this.time ?? 0) - offsetOf(found[1] ?? '');
        return zone.lastIndex;
      }
    }
    return to;
  }
}

const [zero, nine, brace, bracket, space, dot, comma, plus, minus, colonCode] = [
  48, 57, 123, 91, 32, 46, 44, 43, 45, 58,
];
const closing = 125;
const [letterZ, letterU, letterG] = [90, 85, 71];
const [letterT, letterI, letterD, tab] = [84, 73, 68, 9];
const MOST_DAYS = 1_000;
const isDigit = (code: number): boolean => code >= zero && code <= nine;
/** Two digits at that place; NaN without digits there. */
function two(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
  return isDigit(tens) && isDigit(ones) ? (tens - zero) * 10 + ones - zero : Number.NaN;
}

/** What may not follow a zone: a letter, a digit, `_` or `:`. */
const isWord = (code: number): boolean =>
  isDigit(code) ||
  code === colonCode ||
  code === 95 ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122);

/** A copy that keeps nothing else of the text in memory from which it was cut. */
export const flat = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

/** Where a word stands next from that place on; infinite where it does not. A text is looked through once for it. */
function nextOf(one: { readonly word: string; next: number }, text: string, from: number): number {
  if (one.next < from) {
    const next = text.indexOf(one.word, from);
    one.next = next < 0 ? Number.POSITIVE_INFINITY : next;
  }
  return one.next;
}

function after(mark: RegExp, text: string, at: number): number {
  mark.lastIndex = at;
  return mark.test(text) ? mark.lastIndex : -1;
}

function offsetOf(name: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(name) ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

const compose = /[\w.-]+ +\| ?/y;
const criMark = / std(?:out|err) F /y;
const zone = / ?(Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:])/y;
const pythonLevel = / - [a-z_][a-z\d_.]* - (?:DEBUG|INFO) - /y;
const postgresLevel = / \[\d+\] (?:LOG|INFO|NOTICE|DEBUG\d): {2}/y;
const bareLevel = / (?:DEBUG|INFO) +[a-z[]/y;
/** Before anything is nested, a name between quotes is one of the entry's own. */
const jsonLevel = /\{[^\n{[]{0,400}?"(?:level|severity|levelname|lvl)": ?(?:"([A-Za-z]+)"|(\d+)[,}])/y;
const jsonTime =
  /\{[^\n{[]{0,400}?"(?:time|ts|timestamp|@timestamp|t)": ?(?:(\d{9,13}(?:\.\d+)?)|"(?=\d{4}[-/][^"\n]{6,35}"))/y;
const dockerOpen = /\{"log":"(?=\d)/y;
const dockerZap = /\\t(DEBUG|INFO)\\t(?![^\n]{0,100}: {2})/y;
const timeField = /(?:time|ts)="?(?=\d)/y;
const levelField = /"? (?:level|lvl)="?([A-Za-z]+)"?(?= )/y;
const klog = /([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d+ [^\]\s]+\] /y;
const failedStatus = /status(?:_code|Code)?": ?"?5\d\d(?!\d)/y;
const klogLevels: Readonly<Record<string, LogLevel>> = { I: 'info', W: 'warning', E: 'error', F: 'fatal' };
const redis = /\d+:[XCSM] \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} ([.\-*]) /y;
const natsOpen = /\[(?:\d+\] )?(?=\d)/y;

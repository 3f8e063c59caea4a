/** Levels of lines, whatever a program calls them; the first is the least. */
export const logLevels = ['debug', 'info', 'warning', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warning: 2, error: 3, fatal: 4 };
export const rankOf = (level: LogLevel): number => ranks[level];

/**
 * What loggers call their levels: zap, logrus, slog and klog (Go), logging (Python), PostgreSQL (`errcodes`, table
 * 20.2 of its manual), Redis (`#`, `*`, `-`, `.`), NATS, Neo4j, nginx, log4j.
 */
const names: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  trc: 'debug',
  debug: 'debug',
  dbg: 'debug',
  verbose: 'debug',
  finest: 'debug',
  info: 'info',
  inf: 'info',
  information: 'info',
  notice: 'info',
  log: 'info',
  warn: 'warning',
  wrn: 'warning',
  warning: 'warning',
  error: 'error',
  err: 'error',
  severe: 'error',
  fatal: 'fatal',
  ftl: 'fatal',
  crit: 'fatal',
  critical: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  panic: 'fatal',
  dpanic: 'fatal',
  // logrus on a terminal, and the console of .NET.
  trac: 'debug',
  debu: 'debug',
  dbug: 'debug',
  erro: 'error',
  fail: 'error',
  fata: 'fatal',
  pani: 'fatal',
  // One letter between brackets.
  d: 'debug',
  i: 'info',
  w: 'warning',
  e: 'error',
  f: 'fatal',
  c: 'fatal',
  // PostgreSQL, Java and others, where they speak Chinese.
  跟踪: 'debug',
  调试: 'debug',
  調試: 'debug',
  信息: 'info',
  日志: 'info',
  日誌: 'info',
  通知: 'info',
  注意: 'info',
  資訊: 'info',
  警告: 'warning',
  告警: 'warning',
  警示: 'warning',
  错误: 'error',
  錯誤: 'error',
  异常: 'error',
  異常: 'error',
  严重: 'error',
  嚴重: 'error',
  致命: 'fatal',
  致命错误: 'fatal',
  致命錯誤: 'fatal',
  紧急: 'fatal',
  緊急: 'fatal',
  恐慌: 'fatal',
};

/** The Chinese ones, for the forms of lines; the longer before those that they begin with. */
export const hanLevels = Object.keys(names)
  .filter((name) => /\p{Script=Han}/u.test(name))
  .toSorted((a, b) => b.length - a.length)
  .join('|');

/** Names as they are usually written: nothing has to be made of them first. */
const usual = new Map(
  Object.entries(names).flatMap(([name, level]) => [
    [name, level] as const,
    [name.toUpperCase(), level] as const,
  ]),
);

/** A level by its name in any case, also slog's `ERROR+2`; undefined for another word. */
export function levelNamed(name: string): LogLevel | undefined {
  const known = usual.get(name);
  if (known !== undefined) return known;
  const plain = name.toLowerCase().replace(/[+-]\d+$/, '');
  if (/^debug\d$/.test(plain)) return 'debug';
  return Object.hasOwn(names, plain) ? names[plain] : undefined;
}

/** A status of HTTP that says that the server failed. */
export const isFailedStatus = (status: unknown): boolean =>
  (typeof status === 'number' || (typeof status === 'string' && /^\d{3}$/.test(status))) &&
  Number(status) >= 500 &&
  Number(status) < 600;

/** Severities of syslog: `<3>` of the kernel and of systemd, and `<131>` with a facility. */
export function levelOfPriority(priority: number): LogLevel | undefined {
  if (priority > 191) return undefined;
  const severity = priority % 8;
  if (severity <= 2) return 'fatal';
  if (severity === 3) return 'error';
  if (severity === 4) return 'warning';
  return severity === 7 ? 'debug' : 'info';
}

/** Levels as numbers, as pino and bunyan write them: 10 is trace, 60 fatal. */
export function levelNumbered(value: number): LogLevel | undefined {
  if (value < 10 || value > 60) return undefined;
  if (value < 30) return 'debug';
  if (value < 40) return 'info';
  if (value < 50) return 'warning';
  return value < 60 ? 'error' : 'fatal';
}

const worst = /\bpanic:|\bfatal\b|致命/i;
const bad =
  /\b(?:errors?|exception|failed|failure|fails|refused|denied|cannot|can't|could not|unable to|timed? ?out|unreachable|out of memory|traceback|unauthori[sz]ed)\b|[a-z](?:Error|Exception)\b|错误|錯誤|异常|異常|失败|失敗|拒绝|拒絕|超时|無法|无法|不可用|不可达/i;
const mild = /\bwarn(?:ing)?\b|\bdeprecated\b|警告|告警|弃用/i;

const faults =
  '(?:errors?|failed|failures?|fails|exceptions?|refused|rejected|denied|dropped|timeouts?|timed[ _]?out|unreachable|unauthori[sz]ed|panics?|fatals?|warnings?)';
/** What a word of a fault counts or is set to: `refused connections`, `error_rate`, `failed_total`. */
const counted =
  '(?:[ _-](?:connections?|requests?|calls?|attempts?|jobs?|tasks?|tests?|messages?|events?|checks?|logins?|queries|writes|reads|packets?|items?|rows?|count(?:er)?|total|number|rate|ratio|percent|records?))*';
/**
 * Words of a fault in a sentence that says of none: a count of zero, a setting, the name of what would be told of one.
 * `errors=0`, `"failed":0`, `refused connections: 0`, `0 failed`, `timeout=30s`, `error.log`, `log level: error`.
 */
const denied = new RegExp(
  [
    `\\b(?:no|zero|without|0)(?: [a-z]+)? ${faults}\\b`,
    `${faults}${counted}["']?\\s?(?:[:=(]|\\bis\\b|\\s)\\s{0,8}["'[]?(?:0+(?:\\.0+)?(?:%| ?ms|s)?|nil|<nil>|null|none|false|no|""|\\]|\\[\\])(?![\\w.%])`,
    `timeouts?(?:[ _-]?(?:ms|sec|seconds|millis))?["']?(?: (?:is|of|set to))?\\s{0,4}[:=]?\\s{0,4}["']?\\d+(?:\\.\\d+)?\\s?(?:ns|us|µs|ms|s|m|h|sec(?:ond)?s?|min(?:ute)?s?|hours?)?\\b(?!\\s?(?:exceeded|elapsed|expired|reached|passed))`,
    `(?:errors?|fail(?:ed|ures?)|exceptions?)[\\w-]{0,40}\\.(?:log|txt|html?|css|svg|csv|out)\\b`,
    `\\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \\S{1,2000}`,
    `\\b(?:log[ _.-]?)?level[ _]?(?:is|set to|to)?["']?\\s{0,4}[:=]?\\s{0,4}["']?(?:error|fatal|warn(?:ing)?)\\b`,
    `(?:^|\\s)--[\\w-]{0,40}?(?:errors?|fail(?:ed|ures?)?|timeout)[\\w-]{0,40}`,
    `\\b(?:errors?|failures?|exceptions?|timeouts?)[ _-](?:handlers?|reporting|reporter|tracking|pages?|budget|polic(?:y|ies)|thresholds?|listener|middleware|boundary|detector|detection)\\b(?! (?:failed|error))`,
    `(?:无|無|没有|沒有|未发生|0 ?个|0 ?次)(?:任何)?(?:错误|錯誤|异常|異常|失败|失敗|超时)`,
    `(?:错误|錯誤|异常|異常|失败|失敗|拒绝|超时)(?:数|數|次数|数量|连接|连接数|请求|请求数|率|计数|总数)?["']?\\s{0,4}[:：=＝]\\s{0,4}["']?0(?:\\.0+)?%?(?![\\d.])`,
    `超时(?:时间|设置|时长)?\\s{0,4}[:：=＝为]\\s{0,4}\\d+(?:\\.\\d+)?\\s?(?:毫秒|秒|分钟|小时|ms|s|m|h)?`,
  ].join('|'),
  'gi',
);

/** The level of a line that gives no level, by the words in it. */
export function levelByWords(text: string): LogLevel {
  // Most lines have none of these words.
  if (!worst.test(text) && !bad.test(text)) return mild.test(text) ? mildUnlessNone(text) : 'info';
  const said = text.replace(denied, ' ');
  if (worst.test(said)) return 'fatal';
  if (bad.test(said)) return 'error';
  return mild.test(said) ? 'warning' : 'info';
}

const mildUnlessNone = (text: string): LogLevel =>
  mild.test(text.replace(denied, ' ')) ? 'warning' : 'info';

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
};

/** Names as they are usually written: nothing has to be made of them first. */
const usual = new Map(
  Object.entries(names).flatMap(([name, level]) => [
    [name, level] as const,
    [name.toUpperCase(), level] as const,
  ]),
);

/** A level by its name in any case, also slog's `ERROR+2`; undefined when it is none. */
export function levelNamed(name: string): LogLevel | undefined {
  const known = usual.get(name);
  if (known !== undefined) return known;
  const plain = name.toLowerCase().replace(/[+-]\d+$/, '');
  if (/^debug\d$/.test(plain)) return 'debug';
  return Object.hasOwn(names, plain) ? names[plain] : undefined;
}

/** Levels as numbers, as pino and bunyan write them: 10 is trace, 60 fatal. */
export function levelNumbered(value: number): LogLevel | undefined {
  if (value < 10 || value > 60) return undefined;
  if (value < 30) return 'debug';
  if (value < 40) return 'info';
  if (value < 50) return 'warning';
  return value < 60 ? 'error' : 'fatal';
}

const worst = /\bpanic:|\bfatal\b/i;
const bad =
  /\b(?:errors?|exception|failed|failure|fails|refused|denied|cannot|can't|could not|unable to|timed? ?out|unreachable|out of memory|traceback|unauthori[sz]ed)\b|[a-z](?:Error|Exception)\b/i;
const mild = /\bwarn(?:ing)?\b|\bdeprecated\b/i;
const denied =
  /\b(?:no|0|without) (?:errors?|failures?|exceptions?)\b|\b(?:error|err)[=:] ?(?:nil|<nil>|null|none|"")/gi;

/** The level of a line that gives none, by the words in it. */
export function levelByWords(text: string): LogLevel {
  const said = text.replace(denied, '');
  if (worst.test(said)) return 'fatal';
  if (bad.test(said)) return 'error';
  return mild.test(said) ? 'warning' : 'info';
}

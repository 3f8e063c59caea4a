/**
 * Logs with a known truth, seeded: which entries there are, of which kind, at what time, in how many lines. Forms are
 * those of the programs' own documents and sources, not those of the reader under test.
 */
export const logForms = [
  'zap',
  'zap-console',
  'logrus',
  'slog',
  'slog-json',
  'python',
  'python-json',
  'postgres',
  'redis',
  'nats',
  'neo4j',
  'nginx',
  'klog',
  'java',
  'docker',
  'cri',
  'compose',
] as const;
export type LogForm = (typeof logForms)[number];
export type Severity = 'info' | 'warning' | 'error';

export interface Kind {
  readonly id: string;
  readonly severity: Severity;
  /** Words, with what changes between entries made by `random`. */
  readonly say: (random: Random) => string;
  readonly trace?: 'go' | 'python' | 'java';
}

export interface Entry {
  readonly kind: string;
  readonly severity: Severity;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly lines: readonly string[];
}

export interface Random {
  /** A whole number below. */
  below(most: number): number;
  hex(digits: number): string;
}

/** A small generator with a seed (mulberry32): the same seed gives the same corpus. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (most: number): number => Math.floor(next() * most);
  return {
    below,
    hex: (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join(''),
  };
}

const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
const pod = (random: Random): string => `agent-manager-${random.hex(9)}-${random.hex(5)}`;
const word = (random: Random): string =>
  ['alpha', 'bravo', 'carol', 'delta', 'echo', 'fox', 'golf', 'hotel'][random.below(8)] ?? 'alpha';

/** Kinds that any program could say; which of them are alike is part of the test. */
export const kinds: readonly Kind[] = [
  { id: 'started', severity: 'info', say: (r) => `worker ${r.below(64)} started in ${r.below(900)}ms` },
  {
    id: 'handled',
    severity: 'info',
    say: (r) => `handled request ${uuid(r)} in ${r.below(2000)}ms status=200`,
  },
  {
    id: 'late',
    severity: 'warning',
    say: (r) => `event ${uuid(r)} is late by ${r.below(900)} seconds, queue holds ${r.below(5000)}`,
  },
  { id: 'retry', severity: 'warning', say: (r) => `retry ${r.below(9)} of 9 for cluster ${word(r)}` },
  {
    id: 'no-heartbeat',
    severity: 'warning',
    say: (r) => `no heartbeat from agent ${r.hex(12)} on node ${pod(r)}`,
  },
  {
    id: 'dial-redis',
    severity: 'error',
    say: (r) => `dial tcp 10.0.${r.below(255)}.${r.below(255)}:6379: connect: connection refused`,
  },
  {
    id: 'dial-nats',
    severity: 'error',
    say: (r) => `dial tcp 10.0.${r.below(255)}.${r.below(255)}:4222: connect: connection refused`,
  },
  { id: 'too-many', severity: 'error', say: () => 'sorry, too many clients already' },
  {
    id: 'step',
    severity: 'error',
    say: (r) => `step ${word(r)} of execution ${uuid(r)} failed with exit code ${1 + r.below(120)}`,
  },
  {
    id: 'store-events',
    severity: 'error',
    say: (r) => `cannot store a batch of ${r.below(500)} events after ${1 + r.below(5)} attempts`,
  },
  {
    id: 'unmarshal',
    severity: 'error',
    say: (r) => `cannot unmarshal message of ${r.below(9000)} bytes from subject agent.register`,
  },
  { id: 'checksum', severity: 'error', say: (r) => `checksum of bundle ${r.hex(40)} does not match` },
  {
    id: 'permission',
    severity: 'error',
    say: (r) => `permission to write /var/lib/${word(r)}/${r.hex(16)} is missing`,
  },
  { id: 'panic', severity: 'error', say: (r) => `worker ${r.below(64)} ended`, trace: 'go' },
  { id: 'key-error', severity: 'error', say: (r) => `analysis ${uuid(r)} failed`, trace: 'python' },
  {
    id: 'io-exception',
    severity: 'error',
    say: (r) => `page ${r.below(90000)} of store could not be flushed`,
    trace: 'java',
  },
];

const two = (value: number): string => String(value).padStart(2, '0');
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function parts(time: number) {
  const at = new Date(time);
  const iso = at.toISOString();
  return {
    iso,
    day: iso.slice(0, 10),
    slashes: iso.slice(0, 10).replaceAll('-', '/'),
    clock: iso.slice(11, 19),
    ms: iso.slice(20, 23),
    month: monthNames[at.getUTCMonth()] ?? 'Jan',
    klog: `${two(at.getUTCMonth() + 1)}${two(at.getUTCDate())}`,
    date: two(at.getUTCDate()),
    year: iso.slice(0, 4),
  };
}

const traces: Readonly<Record<'go' | 'python' | 'java', (random: Random) => readonly string[]>> = {
  go: (r) => [
    'goroutine 12 [running]:',
    'main.(*worker).run(0xc000102000)',
    `\t/app/internal/worker.go:${10 + r.below(200)} +0x1d`,
    'created by main.start in goroutine 1',
    '\t/app/internal/start.go:44 +0x99',
  ],
  python: (r) => [
    'Traceback (most recent call last):',
    `  File "/app/analyzer.py", line ${r.below(300)}, in analyze`,
    '    value = table[key]',
    "KeyError: 'confidence'",
  ],
  java: (r) => [
    'java.lang.IllegalStateException: flush was refused',
    `\tat org.neo4j.io.Page.flush(Page.java:${r.below(900)})`,
    'Caused by: java.io.IOException: device is gone',
    '\tat org.neo4j.io.Disk.write(Disk.java:77)',
    '\t... 12 more',
  ],
};

const names: Readonly<Record<Severity, readonly [upper: string, lower: string, three: string]>> = {
  info: ['INFO', 'info', 'INF'],
  warning: ['WARNING', 'warn', 'WRN'],
  error: ['ERROR', 'error', 'ERR'],
};

/** Writes an entry as a program of that form does. */
function written(form: LogForm, kind: Kind, time: number, random: Random): readonly string[] {
  const { iso, day, slashes, clock, ms, month, klog, date, year } = parts(time);
  const said = kind.say(random);
  const [upper, lower, three] = names[kind.severity];
  const trace = kind.trace === undefined ? [] : traces[kind.trace](random);
  const caller = `app/file.go:${random.below(300)}`;
  const quote = JSON.stringify;
  switch (form) {
    case 'zap':
      return [
        JSON.stringify({
          level: lower,
          ts: time / 1000,
          caller,
          msg: said,
          ...(trace.length === 0 ? {} : { stacktrace: trace.join('\n') }),
        }),
      ];
    case 'zap-console':
      return [`${iso}\t${lower === 'warn' ? 'WARN' : upper}\t${caller}\t${said}`, ...trace];
    case 'logrus':
      return [
        `time=${quote(`${day}T${clock}Z`)} level=${lower === 'warn' ? 'warning' : lower} msg=${quote(said)} worker=${random.below(9)}`,
      ];
    case 'slog':
      return [`time=${iso} level=${lower.toUpperCase()} msg=${quote(said)} worker=${random.below(9)}`];
    case 'slog-json':
      return [JSON.stringify({ time: iso, level: lower.toUpperCase(), msg: said, worker: random.below(9) })];
    case 'python':
      return [`${day} ${clock},${ms} - app.analyzer - ${upper} - ${said}`, ...trace];
    case 'python-json':
      return [
        JSON.stringify({
          timestamp: iso,
          levelname: upper,
          name: 'app',
          message: said,
          ...(trace.length === 0 ? {} : { exc_info: trace.join('\n') }),
        }),
      ];
    case 'postgres': {
      const head = `${day} ${clock}.${ms} UTC [${random.below(900)}]`;
      const level = kind.severity === 'info' ? 'LOG' : upper;
      return kind.severity === 'error'
        ? [`${head} ${level}:  ${said}`, `${head} STATEMENT:  SELECT *`, '\tFROM events', ...trace]
        : [`${head} ${level}:  ${said}`];
    }
    case 'redis':
      return [`1:M ${date} ${month} ${year} ${clock}.${ms} ${kind.severity === 'info' ? '*' : '#'} ${said}`];
    case 'nats':
      return [`[1] ${slashes} ${clock}.${ms}000 [${three}] ${said}`];
    case 'neo4j':
      return [`${day} ${clock}.${ms}+0000 ${lower === 'warn' ? 'WARN ' : upper.padEnd(5)} ${said}`, ...trace];
    case 'nginx':
      return [`${slashes} ${clock} [${lower}] 29#29: *${random.below(9000)} ${said}`];
    case 'klog':
      return [
        `${upper[0]}${klog} ${clock}.${ms}000       1 controller.go:${random.below(900)}] ${said}`,
        ...trace,
      ];
    case 'java':
      return [
        `${day} ${clock}.${ms} ${lower === 'warn' ? 'WARN' : upper} [main] o.e.App - ${said}`,
        ...trace,
      ];
    case 'docker':
      return written('zap-console', kind, time, random).map((line) =>
        JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: iso }),
      );
    case 'cri':
      return written('zap', kind, time, random).map(
        (line) => `${iso.replace('Z', '456789Z')} stderr F ${line}`,
      );
    case 'compose':
      return written('python', kind, time, random).map((line) => `reasoning-service-1  | ${line}`);
  }
}

export interface CorpusWish {
  readonly seed: number;
  readonly entries: number;
  /** Each entry takes one of them. */
  readonly forms: readonly LogForm[];
  /** Time of the first and of the last entry, in milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Kinds that are said only from that moment on, in place of others. */
  readonly spike?: { readonly kind: string; readonly from: number; readonly share: number };
}

/** Entries in the order of their times. */
export function* corpus({ seed, entries, forms, from, to, spike }: CorpusWish): Generator<Entry> {
  const random = seeded(seed);
  const usual = kinds.filter(({ id }) => id !== spike?.kind);
  const planted = kinds.find(({ id }) => id === spike?.kind);
  for (let at = 0; at < entries; at += 1) {
    const time = Math.floor(from + ((to - from) * at) / Math.max(1, entries - 1));
    const isPlanted = spike !== undefined && time >= spike.from && random.below(1000) < spike.share * 1000;
    const kind = (isPlanted ? planted : undefined) ?? usual[random.below(usual.length)] ?? kinds[0];
    const form = forms[random.below(forms.length)] ?? 'zap';
    if (kind === undefined) continue;
    yield { kind: kind.id, severity: kind.severity, time, lines: written(form, kind, time, random) };
  }
}

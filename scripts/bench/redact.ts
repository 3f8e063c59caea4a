/** Taking secrets out of log lines, beside `grep -cE` on the same bytes: one run, one machine, alternating. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedactor, type Redactor } from '@aetherius/redact';
import { maintainedRules } from '@aetherius/redact/secretlint';

export interface RedactFigure {
  readonly name: string;
  readonly megabytes: number;
  readonly p50Ms: number;
  /** Megabytes in a second of one core's time, whatever else runs on the machine. */
  readonly megabytesPerCoreSecond: number;
  /** Time of `grep -cE` over the same bytes in the same round. */
  readonly grepMs: number;
  /** Its quotient with that of grep. */
  readonly ratio: number;
}

/** What people grep logs for when they look for secrets. */
const asGrep =
  '(password|passwd|secret|token|api[_-]?key|authorization|://[^/ ]+:[^/ ]+@|AKIA[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{20,})';

const lines = [
  (n: number) =>
    `{"level":"info","time":"2026-11-26T10:${pad(n % 60)}:07.${n % 1000}Z","pid":7,"host":"agent-manager-7d9f8b6c5-x2x4z","runId":"${uid(n)}","msg":"task finished","durationMs":${n % 977},"attempt":1}`,
  (n: number) =>
    `time="2026-11-26T10:${pad(n % 60)}:09Z" level=info msg="workflow step done" workflow=wf-${n} step=collect duration=${n % 97}ms agent=collect-agent-${n % 31}`,
  (n: number) =>
    `I1126 10:${pad(n % 60)}:11.123456       1 controller.go:${n % 900}] "Reconciled" namespace="aetherius" name="orchestrator-${n % 7}" generation=${n}`,
  (n: number) =>
    `10.42.0.${n % 250} - - [26/Nov/2026:10:${pad(n % 60)}:12 +0000] "GET /api/v1/tasks/${uid(n)}?limit=50&offset=${n} HTTP/1.1" 200 ${n % 9000} "-" "Go-http-client/2.0"`,
  (n: number) =>
    `2026-11-26 10:${pad(n % 60)}:13.416 UTC [${n % 32768}] app@app LOG:  duration: ${n % 400}.123 ms  statement: SELECT id, state, updated_at FROM tasks WHERE workflow_id = $1 ORDER BY id LIMIT 50`,
  (n: number) =>
    `${n}:M 26 Nov 2026 10:${pad(n % 60)}:14.001 * Background saving terminated with success, DB in memory usage ${n % 512} MB`,
  (n: number) =>
    `\tat io.netty.channel.AbstractChannelHandlerContext.invokeChannelRead(AbstractChannelHandlerContext.java:${n % 900})`,
  (n: number) =>
    `[1] 2026/11/26 10:${pad(n % 60)}:15.${n % 1000} [INF] Connection to nats://nats-${n % 3}.nats:6222 established, cid ${n}, rtt ${n % 9}ms`,
];

const pad = (n: number): string => String(n).padStart(2, '0');
const uid = (n: number): string =>
  `${((n * 2654435761) % 4294967296).toString(16).padStart(8, '0')}-7d3e-7a44-9b1e-${(n * 40503).toString(16).padStart(12, '0')}`;

/** Log lines of the platform; one in `every` carries a secret, 0 for none. */
export function logText(megabytes: number, every: number): string {
  const parts: string[] = [];
  for (let size = 0, n = 0; size < megabytes * 1e6; n += 1) {
    const line =
      every > 0 && n % every === 0
        ? `time="2026-11-26T10:00:00Z" level=error msg="cannot connect" dsn="postgres://app:hunter2-${n}@db:5432/app" password=hunter2-${n} retry=${n % 9}`
        : ((lines[n % lines.length] ?? lines[0])?.(n) ?? '');
    parts.push(line);
    size += line.length + 1;
  }
  return parts.join('\n');
}

export async function benchRedact(
  options: { readonly megabytes?: number; readonly rounds?: number } = {},
): Promise<Record<string, RedactFigure>> {
  const { megabytes = 16, rounds = 5 } = options;
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-redact-'));
  const known = Array.from({ length: 300 }, (_, index) => `kn0wn-Secret-${uid(index)}`);
  const plain = createRedactor();
  const knowing = createRedactor({ known });
  const cases: readonly (readonly [string, Redactor, string, boolean])[] = [
    ['log lines', plain, logText(megabytes, 0), false],
    ['log lines, one in 20 with secrets', plain, logText(megabytes, 20), false],
    ['log lines, 300 known secrets', knowing, logText(megabytes, 0), false],
    [
      'log lines, with the maintained rule set, too',
      createRedactor({ ruleSets: [maintainedRules()] }),
      logText(megabytes, 0),
      false,
    ],
    ['log lines, in pieces of 64 KiB', plain, logText(megabytes, 0), true],
  ];
  try {
    const rows: [string, RedactFigure][] = [];
    for (const [name, redactor, text, inPieces] of cases) {
      const file = join(dir, 'log');
      writeFileSync(file, text);
      const [ours, cores, grep]: [number[], number[], number[]] = [[], [], []];
      // The first rounds warm the code up.
      for (let round = -2; round < rounds; round += 1) {
        const begun = process.cpuUsage();
        const mine = timed(() => (inPieces ? streamed(redactor, text) : redactor.text(text)));
        const used = process.cpuUsage(begun);
        const theirs = timed(() => execFileSync('sh', ['-c', `grep -cE '${asGrep}' '${file}' || true`]));
        if (round < 0) continue;
        ours.push(mine);
        cores.push((used.user + used.system) / 1000);
        grep.push(theirs);
      }
      const size = Buffer.byteLength(text) / 1e6;
      rows.push([
        name,
        {
          name,
          megabytes: Math.round(size),
          p50Ms: median(ours),
          megabytesPerCoreSecond: (size / median(cores)) * 1000,
          grepMs: median(grep),
          ratio: median(ours) / median(grep),
        },
      ]);
    }
    return Object.fromEntries(rows);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function streamed(redactor: Redactor, text: string): number {
  const stream = redactor.stream();
  let size = 0;
  for (let at = 0; at < text.length; at += 65_536) size += stream.push(text.slice(at, at + 65_536)).length;
  return size + stream.end().length;
}

function timed(work: () => unknown): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await benchRedact(), null, 2));

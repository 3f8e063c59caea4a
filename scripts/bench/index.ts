/**
 * `npm run bench`: every part in one run on one machine, ours beside the bare thing; writes docs/benchmarks.md.
 * `npm run bench -- commands`: these parts alone; their sections of the page are replaced.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { table } from '../docs/markdown.ts';
import { type Section, withSections } from './page.ts';
import { benchStart } from './start.ts';

/** A row of figures: a name, and numbers by name. */
type Figure = Readonly<Record<string, string | number>>;
/** Interfaces of parts have no index signature, so what a row holds is looked at when it is shown. */
type Figures = object;

interface Part {
  /** By which it is asked for alone. */
  readonly id: string;
  readonly title: string;
  /** What is compared with what, in one sentence. */
  readonly about: string;
  run(): Promise<Figures>;
}

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Parts that live in files of their own, each with one exported function. */
function partOf(file: string, name: string, title: string, about: string): readonly Part[] {
  const path = join(folder, file);
  if (!existsSync(path)) return [];
  return [
    {
      id: file.replace(/\.ts$/, ''),
      title,
      about,
      async run() {
        const module = (await import(pathToFileURL(path).href)) as Record<string, () => Promise<Figures>>;
        const run = module[name];
        if (run === undefined) throw new Error(`${file} exports no ${name}`);
        return run();
      },
    },
  ];
}

const parts: readonly Part[] = [
  ...partOf(
    'ack.ts',
    'benchAck',
    'Acknowledge',
    'From the delivery of a command to its acknowledgement, with the inbox row written before it, beside bare Bolt; and from the command to the complete table.',
  ),
  ...partOf(
    'commands.ts',
    'benchCommands',
    "Commands under Slack's limits",
    [
      'From typing `/aetherius health` to its whole table, with bot and worker as processes of the build, real PostgreSQL and Redis, and an emulator that refuses with 429 what Slack would: a post a second and channel with a burst of four, 300 posts and 50 edits a minute.',
      'Commands come at fixed times, whatever the answers do. The checked platform answers at once; each table has a finding under it. The goal is 1,500 ms at 95 %, nothing refused and nothing lost.',
    ].join('\n'),
  ),
  ...partOf(
    'jobs.ts',
    'benchJobs',
    'Jobs',
    'The courier and the worker beside bare BullMQ on the same servers.',
  ),
  ...partOf(
    'approvals.ts',
    'benchApprovals',
    'Approvals',
    'Audited approvals beside the bare hash chain on the same PostgreSQL.',
  ),
  ...partOf(
    'bundle.ts',
    'benchBundle',
    'Collecting a bundle',
    'From the first look to the closed archive, every text through the redactor, in a process of its own; the cluster is simulated and answers at once, so it is our own work alone. The goal is 30 megabytes in a second on two cores. What is resident does not follow the number of logs: three are read at a time, and one of them is cleaned while another is packed and counted.',
  ),
  ...partOf(
    'bundle-peer.ts',
    'benchBundlePeer',
    'A bundle beside Troubleshoot',
    [
      '`aetherius collect -o` of the build, start included, of 500 Pods of which 50 have 10 MB of logs each (`BUNDLE_PEER_LOGS` says how many), beside `support-bundle` of Troubleshoot (the Go module github.com/replicatedhq/troubleshoot, v0.133.0) where it is on the PATH or `SUPPORT_BUNDLE` names it: one run, one API server, asked in turn, three rounds of which the middle one counts. With its redactors `support-bundle` takes minutes and is asked once.',
      'The API server is real and its kubelet simulated (`test/support/kubelet-logs.ts`), and both run on the cores that the tools run on. Each takes secrets out by its own rules, reads the logs of the same Pods whole and all objects of the namespace; `support-bundle` is told so by its spec, since it would keep 5 MB of a log otherwise. Ours also runs every probe, judges every diagnosis and analyses what it read.',
      'The goal is 30 megabytes in a second on two idle cores, and to be the faster one; `core seconds` are those of the tool alone, whatever else runs on the machine.',
    ].join('\n'),
  ),
  ...partOf(
    'audit.ts',
    'benchAudit',
    'Checking the record',
    'The whole audit log of a PostgreSQL on the same machine, recomputed from its rows by `aetherius audit verify` of the build and by the auditor’s program; `megabytes` is the most that was ever resident. It does not grow with the rows.',
  ),
  ...partOf(
    'retention.ts',
    'benchRetention',
    'Retention',
    [
      'What a health check stores (the run, 18 outcomes in six transactions, each with an edit of its message) in a database with a million runs of 180 days, half of them too old; alone, and while a scheduler of its own process removes those.',
      'The goal is a 95th percentile of at most 1.5 times, and no lock of 100 ms: the longest statement is that of pg_stat_statements, the longest transaction that has written is sampled from pg_stat_activity, and PostgreSQL logs whoever waits for a lock for 100 ms.',
    ].join('\n'),
  ),
  ...partOf(
    'long-work.ts',
    'benchLongWork',
    'Old rows of a large table',
    [
      'A load that writes 100 times a second to `events` (an event comes and is marked; from when it was due), alone, beside an index, and beside the fixes of D2.b, which take a quarter of the rows each with their own pace, over real sessions. These go on and rest in turns of two seconds, so that whatever else the machine does falls on both. `LONG_WORK_ROWS` says how many rows there are, ten million without it; `LONG_WORK_TURNS` ends the paced ones after so many turns.',
      'The goal is a 99th percentile of at most twice that in the rests. `longest batch` is that of pg_stat_statements and the longest that a batch held its locks; PostgreSQL logs whoever waits for a lock for 100 ms. An index has no pace: its goal is that no statement waits for a lock of it for a second.',
    ].join('\n'),
  ),
  ...partOf(
    'diagnose.ts',
    'benchDiagnose',
    'Diagnosis of many Pods',
    [
      'A worker of the build, asked through Slack, from its claim of the run to the judged answer; beside six plain LISTs (Pods, events, Services, ConfigMaps, Deployments, StatefulSets; unpaged, parsed, over connections of their own) in a process that has run them before, `kubectl`, and popeye (the Go module github.com/derailed/popeye, v0.22.1) where it is on the PATH.',
      'One Pod in twenty is broken, in seven ways; a Pod has two events. One API server without a kubelet, asked in turn; it counts the requests itself. A whole diagnosis, with all that it hands over to, sends 12 requests at most, further pages not counted. The first one also looks for what is there, nine requests that are kept for two minutes. `p50` is that of the rounds after the first, `ratio` its quotient with the six LISTs, `megabytes` the most that was ever resident.',
      'The goal is 1.5 at most. At 5,000 Pods a diagnosis is faster than the plain LISTs because it reads a page while the API server writes it, leaves out who owns which field of a Pod before it parses, and asks for few events. On a machine whose cores are busy with something else the ratio at 500 Pods is higher: a run then also waits for its PostgreSQL and for Slack. k8sgpt is not in the table: the Go checksum database does not know one of its modules, so it could not be built and checked.',
    ].join('\n'),
  ),
  ...partOf(
    'requests.ts',
    'benchRequests',
    'Requests of a diagnosis',
    [
      'Each diagnosis asked in Slack of the lab on Kubernetes: how many requests the API server counts by its audit log, on a healthy platform and with the first fault of the lab that is its own. `own count` is what the product says of the same run.',
      'The bound is a dozen, further pages of a list not counted. What is there is looked for by a worker when it starts, and kept for two minutes: the first row has that in it.',
    ].join('\n'),
  ),
  ...partOf(
    'redact.ts',
    'benchRedact',
    'Redaction',
    'Taking secrets out of 16 MB of log lines, beside `grep -cE` with ten words on the same bytes in the same round. The goal is 60 megabytes in a second of one core.',
  ),
  ...partOf(
    'redact-lines.ts',
    'benchRedactLines',
    'Redaction of one hostile line',
    'A line of one repeated piece, from 1 to 16 MB, in milliseconds of processor time; twice the line should take about twice the time. The machine does other things, too, so a step may be longer by chance.',
  ),
  ...partOf(
    'logs.ts',
    'benchLogs',
    'Logs',
    [
      'A log of 1 GiB with entries of all 17 forms (`test/support/logs/corpus.ts`), analysed by `aetherius logs --file` of the build, start included, beside `grep -cE` with four words on the same bytes in the same round. What would take minutes reads 16 MiB of it, once.',
      'The goal is 150 megabytes in a second on two cores where one entry in twenty is a warning or worse, and less than 300 resident, whatever the size. `ratio` is the time over that of `grep`; `spread` the slowest round over the fastest. Per core second counts the time of the processor alone, whatever else runs on the machine. drain3 is that of `DRAIN3_PYTHON`; logdrain is the program that `cargo build --release` makes in `scripts/bench/logdrain`, or that `LOGDRAIN` names.',
    ].join('\n'),
  ),
  ...partOf(
    'part-logs.ts',
    'benchPartLogs',
    'Logs of a part',
    [
      '`/aetherius logs agent-manager` for the last 30 minutes of five Pods with 10 MB each, by a worker of the build: from the question to the words of the answer, secrets taken out. The API server is real and its kubelet simulated (`test/support/kubelet-logs.ts`): it gives what it is asked for at once.',
      'The goal is 3,000 ms. `held` is the longest that the worker did nothing else, `resident` the most that it ever had, its two threads included.',
    ].join('\n'),
  ),
  {
    id: 'start',
    title: 'Start and memory',
    about: 'Cold processes of the build: until the command has ended, or the role says that it is ready.',
    run: () => benchStart(),
  },
];

function rowsOf(figures: Figures): readonly Figure[] {
  return Object.values(figures).filter(
    (row: unknown): row is Figure => typeof row === 'object' && row !== null,
  );
}

function figuresTable(figures: Figures): string {
  const rows = rowsOf(figures);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return table(
    columns.map(heading),
    rows.map((row) => columns.map((column) => shown(row[column]))),
  );
}

/** `jobsPerSecond` → `jobs per second`, `p50Ms` → `p50 ms` */
function heading(name: string): string {
  return name.replace(
    /([a-z0-9])([A-Z])/g,
    (_all, before: string, letter: string) => `${before} ${letter.toLowerCase()}`,
  );
}

function shown(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? '';
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => !parts.some((part) => part.id === id));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${parts.map(({ id }) => id).join(', ')}`);
  process.exit(64);
}
const alone = wanted.length > 0;
const page = join(folder, '../../docs/benchmarks.md');
const memory = Math.round(totalmem() / 2 ** 30);
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${memory} GiB, Node ${process.versions.node}`;
const day = new Date().toISOString().slice(0, 10);

const sections: Section[] = [];
for (const part of parts.filter(({ id }) => !alone || wanted.includes(id))) {
  console.log(`${part.title} …`);
  const figures = figuresTable(await part.run());
  console.log(figures);
  const made = alone
    ? [`Made alone by \`npm run build && npm run bench -- ${part.id}\` on ${day} on ${machine}.`]
    : [];
  sections.push({ title: part.title, text: [part.about, ...made, figures].join('\n\n') });
}
const before = alone
  ? readFileSync(page, 'utf8')
  : [
      '# Benchmarks',
      `Made by \`npm run build && npm run bench\` on ${day}, all in one run on ${machine}.\nAbsolute figures move with the machine and with what else runs on it; what counts are the ratios within one table.`,
    ].join('\n\n');
writeFileSync(page, withSections(before, sections));

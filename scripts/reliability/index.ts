/** `npm run reliability`: executions that come to harm, many times; writes docs/reliability.md. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { artifactsFolder } from '../../lab/report.ts';
import { createStore } from '../../src/platform/store/store.ts';
import { openLane } from '../../test/crash/lane.ts';
import { runMany } from '../../test/crash/many.ts';
import { leaseOf, shownEffects } from '../../test/crash/scenario.ts';
import { buildWorker } from '../../test/crash/worker.ts';
import { silentLogger } from '../../test/support/logger.ts';
import { auditKey } from '../../test/support/postgres.ts';
import { type Arena, runRace } from '../../test/support/races.ts';
import { allRuns, type Done, type RacedDone, reliabilityPage, withKinds } from './page.ts';
import { roundsOf, tasksOf } from './plan.ts';

const list = (words: string) => words.split(',');
const options = new Command('reliability')
  .description('lets executions come to harm at every point, and counts the effects')
  .option('--runs <number>', 'runs of each point, for every kind of fault', Number)
  .option('--points <list>', 'only these, such as R-K3,R-K4', list, [])
  .option('--faults <list>', 'only these kinds of fault', list, [])
  .option('--rounds <number>', 'rounds of each race; 0: none', Number, 1000)
  .option('--lanes <number>', 'how many runs, or races, at a time', Number, 4)
  .option('--minutes <number>', 'begins no further run after that', Number)
  .option('--resume', 'goes on with the runs of before', false)
  .parse()
  .opts<{
    readonly runs?: number;
    readonly points: readonly string[];
    readonly faults: readonly string[];
    readonly rounds: number;
    readonly lanes: number;
    readonly minutes?: number;
    readonly resume: boolean;
  }>();

const today = () => new Date().toISOString().slice(0, 10);
const print = (line: string) => process.stdout.write(`${line}\n`);
const journal = join(artifactsFolder, 'reliability.jsonl');
const command = ['npm run reliability', ...process.argv.slice(2)]
  .join(' ')
  .replace('reliability -', 'reliability -- -');
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;

mkdirSync(artifactsFolder, { recursive: true });
const raceJournal = join(artifactsFolder, 'reliability-races.jsonl');
if (!options.resume) for (const file of [journal, raceJournal]) writeFileSync(file, '');
function linesOf<T>(file: string): T[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
const done = linesOf<Done>(journal);
const raced = linesOf<RacedDone>(raceJournal);
const points = options.points.map((point) => (point.startsWith('R-') ? point : `R-${point}`));
const wanted = tasksOf({ ...options, points }, done);
print(`${done.length} runs are done, ${wanted.length} are left`);

const ends = options.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + options.minutes * 60_000;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    interrupted = true;
  });

const dir = mkdtempSync(join(tmpdir(), 'aetherius-reliability-'));
const program = await buildWorker();
const lanes = await Promise.all(
  Array.from({ length: options.lanes }, (_none, n) => openLane(join(dir, `lane-${n}`))),
);
try {
  await runMany(
    lanes,
    wanted.map((task) => ({ ...task, program, leaseMs: leaseOf(task.fault) })),
    {
      goOn: () => !interrupted && Date.now() < ends,
      onTrial(trial) {
        const run: Done = { ...trial, date: today() };
        done.push(run);
        appendFileSync(journal, `${JSON.stringify(run)}\n`);
        const { fault, point, action, round, state, effects, wrong } = run;
        print(
          `${fault} ${point} ${action} ${round}: ${state}, ${shownEffects(effects)} ${wrong.length === 0 ? 'right' : wrong.join('; ')}`,
        );
      },
    },
  );
  const rest = [...roundsOf(options.rounds, raced)];
  await Promise.all(
    lanes.map(async ({ direct, sql }) => {
      const again = createStore({ database: { url: direct.url }, auditKey, logger: silentLogger });
      const arena: Arena = { left: direct.store, right: again, sql };
      for (
        let next = rest.shift();
        next !== undefined && !interrupted && Date.now() < ends;
        next = rest.shift()
      ) {
        const chunk: RacedDone = { ...(await runRace(arena, next.race, next.rounds)), date: today() };
        raced.push(chunk);
        appendFileSync(raceJournal, `${JSON.stringify(chunk)}\n`);
        print(`${chunk.race}: ${next.rounds} rounds, ${chunk.wrong.length} wrong`);
      }
      await again.close();
    }),
  );
} finally {
  await Promise.all(lanes.map((lane) => lane.stop()));
  program.remove();
  rmSync(dir, { recursive: true, force: true });
  writeFileSync(join(artifactsFolder, 'reliability.md'), `${allRuns(done)}\n`);
  const page = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
  const told = reliabilityPage({ runs: done, races: raced, machine, command });
  writeFileSync(page, withKinds(told, readFileSync(page, 'utf8')));
}
const wrong = [...done, ...raced].filter((one) => one.wrong.length > 0 || one.audit !== 'intact').length;
print(`${done.length} runs and ${raced.length} parts of races, ${wrong} wrong`);
process.exit(wrong === 0 ? 0 : 1);

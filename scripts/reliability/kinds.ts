/** `npm run reliability:kinds`: one remediation of each other kind of target, its worker killed at every point. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { artifactsFolder } from '../../lab/report.ts';
import { kindActions } from '../../test/crash/kinds.ts';
import { openLane } from '../../test/crash/lane.ts';
import { runMany } from '../../test/crash/many.ts';
import { leaseOf, shownEffects } from '../../test/crash/scenario.ts';
import { buildWorker } from '../../test/crash/worker.ts';
import { type Done, kindsSection, withKinds } from './page.ts';
import { kindRuns, kindTasks } from './plan.ts';

const list = (words: string) => words.split(',');
const options = new Command('reliability:kinds')
  .description(
    'kills the worker of one remediation of each kind of target at every point, and counts the effects',
  )
  .option('--runs <number>', 'runs of each point', Number, kindRuns)
  .option('--points <list>', 'only these, such as R-K3,R-K4', list, [])
  .option('--kinds <list>', `only these: ${kindActions.join(', ')}`, list, [...kindActions])
  .option('--resume', 'goes on with the runs of before', false)
  .parse()
  .opts<{
    readonly runs: number;
    readonly points: readonly string[];
    readonly kinds: readonly string[];
    readonly resume: boolean;
  }>();

mkdirSync(artifactsFolder, { recursive: true });
const journal = join(artifactsFolder, 'reliability-kinds.jsonl');
if (!options.resume) writeFileSync(journal, '');
const done = (existsSync(journal) ? readFileSync(journal, 'utf8') : '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Done);
const date = new Date().toISOString().slice(0, 10);
const command = ['npm run reliability:kinds', ...process.argv.slice(2)]
  .join(' ')
  .replace(':kinds -', ':kinds -- -');
const dir = mkdtempSync(join(tmpdir(), 'aetherius-kinds-'));
const program = await buildWorker();
try {
  for (const { kind, tasks } of kindTasks({ ...options, faults: [] }, done)) {
    if (!options.kinds.includes(kind) || tasks.length === 0) continue;
    const lane = await openLane(join(dir, kind), kind);
    try {
      await runMany(
        [lane],
        tasks.map((task) => ({ ...task, program, leaseMs: leaseOf(task.fault) })),
        {
          onTrial(trial) {
            const run: Done = { ...trial, date };
            done.push(run);
            appendFileSync(journal, `${JSON.stringify(run)}\n`);
            const said = run.wrong.length === 0 ? 'right' : run.wrong.join('; ');
            console.log(
              `${run.action} ${run.point} ${run.round}: ${run.state}, ${shownEffects(run.effects)} ${said}`,
            );
          },
        },
      );
    } finally {
      await lane.stop();
    }
  }
} finally {
  program.remove();
  rmSync(dir, { recursive: true, force: true });
}
const page = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
const before = readFileSync(page, 'utf8');
writeFileSync(page, withKinds(before, before, kindsSection(done, command)));
const wrong = done.filter((one) => one.wrong.length > 0 || one.audit !== 'intact').length;
console.log(`${done.length} runs, ${wrong} wrong`);
process.exit(wrong === 0 ? 0 : 1);

/** `npm run score`: faults of public sources, planted again on the lab; what was found, what was wrong, what did harm. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { artifactsFolder } from '../../lab/report.ts';
import { downLab, labStatus, upLab } from '../../lab/runtimes/index.ts';
import { timedProgress } from '../../lab/runtimes/shared.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { putBack } from '../campaign/put-back.ts';
import { Shell } from '../campaign/shell.ts';
import { CaseFaults, casesFolder, readCases } from './cases.ts';
import { sumOf } from './judge.ts';
import { Kept } from './kept.ts';
import { caseTable, scoreTable, withRegion } from './table.ts';
import { askTool } from './tool.ts';
import { runsOn, tryCase } from './trial.ts';

interface Options {
  readonly runtime: 'kubernetes' | 'compose';
  readonly cases: string;
  readonly case: readonly string[];
  readonly tool?: string;
  readonly list: boolean;
  readonly write: boolean;
  readonly keep: boolean;
  readonly try: boolean;
}

const print = (line: string) => process.stdout.write(`${line}\n`);
const collect = (word: string, all: readonly string[]): readonly string[] => [...all, word];

const options = new Command('score')
  .description(
    'plants the faults of lab/cases on the lab, asks for each, and says what the answers are worth',
  )
  .addOption(
    new Option('-r, --runtime <runtime>', 'which platform')
      .choices(['kubernetes', 'compose'])
      .default('kubernetes'),
  )
  .option('--cases <folder>', 'where the cases are', casesFolder)
  .option('-c, --case <prefix>', 'only cases whose file begins so (repeatable)', collect, [])
  .option(
    '--tool <command>',
    'ask this in our place: it gets KUBECONFIG, NAMESPACE and ASKED, and prints JSON [{part, cause}]',
  )
  .option('--list', 'which cases there are; tries nothing', false)
  .option('--write', 'write what all cases came to into README.md and docs/score.md', false)
  .option('--no-try', 'try nothing: say again what was tried before')
  .option('--keep', 'leave the platform up', false)
  .parse()
  .opts<Options>();

/** Cases in which something is wrong are said and end it, before a platform comes up. */
function casesHere() {
  try {
    return readCases(options.cases).filter((one) => runsOn(one, options.runtime));
  } catch (error) {
    if (!(error instanceof CaseFaults)) throw error;
    for (const fault of error.faults) process.stderr.write(`${fault}\n`);
    process.exit(64);
  }
}

function usage(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(64);
}

const all = casesHere();
const cases = all.filter(
  ({ id }) => options.case.length === 0 || options.case.some((prefix) => id.startsWith(prefix)),
);
const { tool } = options;
if (tool !== undefined && options.runtime !== 'kubernetes')
  usage('--tool gets a kubeconfig: it needs --runtime kubernetes');
if (options.write && tool !== undefined) usage('--write writes our own answers: no --tool');
if (cases.length === 0) usage(`no case fits; see ${options.cases}`);
if (options.list) {
  for (const { id, source, title } of cases) print(`${id} (${source.name}): ${title}`);
  process.exit(0);
}

const name = `score-${options.runtime}${tool === undefined ? '' : `-${tool.replaceAll(/\W+/g, '-')}`}.json`;
const kept = new Kept(join(artifactsFolder, name));
if (options.try) await tryAll();

const { tried, missing, date } = kept.of(all);
const run = { date, runtime: options.runtime, ...present({ tool }) };
const sum = sumOf(tried);
print(`\n${scoreTable(run, sum)}\n\n${caseTable(tried)}`);
if (missing.length > 0) print(`\nnot tried: ${missing.join(', ')}`);
if (options.write && missing.length > 0) usage('--write needs all cases to be tried');
if (options.write)
  for (const [page, region] of [
    ['README.md', scoreTable(run, sum)],
    ['docs/score.md', caseTable(tried)],
  ] as const) {
    const path = fileURLToPath(new URL(`../../${page}`, import.meta.url));
    writeFileSync(path, withRegion(readFileSync(path, 'utf8'), region));
  }
process.exit(tried.some(({ problem }) => problem !== undefined) ? 2 : 0);

/** Plants one case after another, on a platform that is brought up and taken down where it was not up. */
async function tryAll(): Promise<void> {
  const progress = timedProgress(print);
  const wasUp = (await labStatus(options.runtime)) !== 'down';
  const lab = await upLab(options.runtime, progress);
  const shell = new Shell(await lab.environmentConfig());
  const { kubeconfig = '', namespace } = lab;
  const other =
    tool === undefined ? undefined : (asked: string) => askTool(tool, { kubeconfig, namespace, asked });
  // What is planted is always taken away again: the first interrupt waits for it.
  let stopping = false;
  process.once('SIGINT', () => {
    stopping = true;
  });
  for (const one of cases) {
    const trial = await tryCase({ lab, shell, ...present({ other }) }, one);
    kept.add(trial.tried, new Date().toISOString().slice(0, 10));
    progress(caseTable([trial.tried]).split('\n').at(-1) ?? '');
    if (trial.besides.length > 0) print(`   also said: ${trial.besides.join('; ')}`);
    if (trial.left !== undefined) {
      print(`   ${trial.left}; putting the platform back`);
      await putBack(lab, print, 180);
    }
    if (stopping) break;
  }
  shell.close();
  if (!wasUp && !options.keep) await downLab(options.runtime);
}

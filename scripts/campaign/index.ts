/** `npm run campaign`: every fault of the lab, diagnosed from Slack's front door. */

import { Command, Option } from 'commander';
import { faults } from '../../lab/faults/index.ts';
import { downLab, labStatus, upLab } from '../../lab/runtimes/index.ts';
import { timedProgress } from '../../lab/runtimes/shared.ts';
import { type Fault, type Lab, labParts, type Runtime } from '../../lab/types.ts';
import { type Answer, startCampaignProduct } from './product.ts';
import { rowOf, tableHead, writeTable } from './table.ts';
import { Controls, type Trial, tryFault } from './trial.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

interface Options {
  readonly runtime: Runtime;
  readonly fault: readonly string[];
  readonly variant?: string;
  readonly once: boolean;
  readonly keep: boolean;
  readonly table?: string;
  readonly evidence: 'wrong' | 'all' | 'none';
}

const collect = (word: string, all: readonly string[]): readonly string[] => [...all, word];

const options = new Command('campaign')
  .description('plants each fault of the lab, asks for it in Slack, and compares the answer')
  .addOption(
    new Option('-r, --runtime <runtime>', 'which platform')
      .choices(['kubernetes', 'compose'])
      .default('kubernetes'),
  )
  .option('-f, --fault <prefix>', 'only faults whose id begins so (repeatable)', collect, [])
  .option('--variant <name>', 'only this variant')
  .option('--once', 'one variant of each', false)
  .option('--keep', 'leave the platform up', false)
  .option('--table <file>', 'also write the table into this document')
  .addOption(
    new Option('--evidence <which>', 'evidence behind which answers')
      .choices(['wrong', 'all', 'none'])
      .default('wrong'),
  )
  .parse()
  .opts<Options>();

const chosen = faults.filter(
  (fault) =>
    fault.runtimes.includes(options.runtime) &&
    (options.fault.length === 0 || options.fault.some((prefix) => fault.id.startsWith(prefix))),
);

const variantsOf = (fault: Fault): readonly string[] => {
  if (options.variant !== undefined) return fault.variants.filter((name) => name === options.variant);
  return options.once ? fault.variants.slice(0, 1) : fault.variants;
};

function explain(when: string, answer: Answer): void {
  print(`   ${when}: ${answer.title}`);
  print(`   ${answer.causes.map(({ id, verdict }) => `${id} ${verdict}`).join(', ')}`);
  for (const { key, status, codes, detail, durationMs } of answer.evidence)
    print(`     ${key}: ${status} ${codes.join(' ')} ${detail.slice(0, 300)} (${durationMs} ms)`);
}

/** What one fault broke must not be blamed on the next. */
async function recover(lab: Lab): Promise<void> {
  try {
    await lab.healthy(10);
  } catch {
    print('   putting the platform back');
    const programs = labParts.slice(0, 4);
    await Promise.allSettled(labParts.slice(4).map((part) => lab.reset(part)));
    await Promise.allSettled(programs.map((part) => lab.reset(part)));
    await lab.healthy(120).catch((error: unknown) => print(`   ${String(error)}`));
  }
}

const progress = timedProgress(print);
const wasUp = (await labStatus(options.runtime)) !== 'down';
const lab = await upLab(options.runtime, progress);
const product = await startCampaignProduct(await lab.environmentConfig());
progress('the product is up');
const controls = new Controls();
const trials: Trial[] = [];
try {
  print(tableHead);
  for (const fault of chosen) {
    for (const variant of variantsOf(fault)) {
      const answers: [string, Answer][] = [];
      const onAnswer = (when: string, answer: Answer) => void answers.push([when, answer]);
      const trial = await tryFault({ lab, product, controls, onAnswer }, fault, variant);
      trials.push(trial);
      print(rowOf(trial));
      const wrong = trial.problems.length > 0;
      if (options.evidence === 'all' || (wrong && options.evidence === 'wrong'))
        for (const [when, answer] of answers) explain(when, answer);
      if (wrong) {
        controls.forget();
        await recover(lab);
      }
    }
  }
} finally {
  await product.stop();
}
const right = trials.filter(({ problems }) => problems.length === 0).length;
progress(`${trials.length} trials, ${right} right`);
if (options.table !== undefined)
  writeTable(options.table, options.runtime, trials, {
    date: new Date().toISOString().slice(0, 10),
    command: `npm run campaign -- ${process.argv.slice(2).join(' ')}`.replace(/ --table \S+/, '').trim(),
  });
if (!wasUp && !options.keep) await downLab(options.runtime);
process.exit(trials.length > 0 && right === trials.length ? 0 : 1);

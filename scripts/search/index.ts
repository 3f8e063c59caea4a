/** `npm run search`: draws faults and platforms at random, asks everything, and looks for what is certain and wrong. */

import { randomInt } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { artifactsFolder } from '../../lab/report.ts';
import { drawOf, inWords } from './draw.ts';
import { keepFailed, keptFailed } from './kept-seeds.ts';
import { type Looked, type Searched, tryDraw } from './search.ts';
import { Keeper } from './world.ts';

const options = new Command('search')
  .description(
    'draws faults and platforms at random, asks everything, and has a referee judge what is said for certain',
  )
  .option('--minutes <number>', 'for how long; default: without end')
  .option('--draws <number>', 'at most so many')
  .option('--lanes <number>', 'platforms beside each other', '2')
  .option('--seed <number>', 'of the first draw, the next has the next number; default: drawn, and printed')
  .option('--kept', 'the draws that once failed, each once', false)
  .option('--resume', 'go on after the last draw of the search before', false)
  .option('--explain', 'also print each answer of a draw that fails', false)
  .parse()
  .opts<{
    readonly minutes?: string;
    readonly draws?: string;
    readonly lanes: string;
    readonly seed?: string;
    readonly kept: boolean;
    readonly resume: boolean;
    readonly explain: boolean;
  }>();

const print = (line: string) => process.stdout.write(`${line}\n`);
const log = join(artifactsFolder, process.env.SEARCH_LOG ?? 'search.jsonl');

/** What ended before; a line that was cut by a kill is none. */
function doneBefore(): readonly Searched[] {
  if (!options.resume || !existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Searched];
      } catch {
        return [];
      }
    });
}

function* seeds(done: readonly Searched[]): Generator<number> {
  if (options.kept) {
    const before = new Set(done.map(({ seed }) => seed));
    yield* keptFailed().filter((seed) => !before.has(seed));
    return;
  }
  const before = new Set(done.map(({ seed }) => seed));
  const first = options.seed === undefined ? randomInt(1, 2 ** 31) : Number(options.seed);
  for (let seed = before.size === 0 ? first : Math.min(...before); ; seed += 1)
    if (!before.has(seed)) yield seed;
}

const done = doneBefore();
mkdirSync(artifactsFolder, { recursive: true });
if (!options.resume) rmSync(log, { force: true });
const end =
  options.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(options.minutes) * 60_000;
const most = Number(options.draws ?? Number.POSITIVE_INFINITY);
let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
});
let [draws, wrong] = [0, 0];

/** One platform after the other, until there is no time or no seed left. */
async function lane(left: Iterator<number>): Promise<void> {
  let keeper = new Keeper();
  try {
    while (!stopped && draws < most && Date.now() < end) {
      const next = left.next();
      if (next.done === true) return;
      draws += 1;
      const { problem } = await one(keeper, next.value);
      if (problem === undefined) continue;
      // What could not be made or did not end may have left its servers in any state.
      await Promise.race([keeper.stop(), new Promise((resolve) => setTimeout(resolve, 10_000))]);
      keeper = new Keeper();
    }
  } finally {
    await keeper.stop();
  }
}

async function one(keeper: Keeper, seed: number): Promise<Searched> {
  const draw = drawOf(seed);
  const looked: Looked[] = [];
  const searched = await tryDraw(keeper, draw, (look) => void looked.push(look));
  appendFileSync(log, `${JSON.stringify(searched)}\n`);
  print(`${inWords(draw)}; ${searched.seconds.toFixed(1)} s`);
  if (searched.problem !== undefined) print(`   not judged: ${searched.problem.slice(0, 600)}`);
  for (const statement of searched.wrong) print(`   certain and wrong: ${statement}`);
  if (searched.wrong.length === 0) return searched;
  wrong += 1;
  keepFailed(seed);
  if (!options.explain) return searched;
  const file = join(artifactsFolder, `search-${seed}.json`);
  writeFileSync(file, JSON.stringify(looked, undefined, 1));
  print(`   answers and what was true: ${file}`);
  return searched;
}

const began = Date.now();
const left = seeds(done);
await Promise.all(Array.from({ length: Number(options.lanes) }, () => lane(left)));
const seconds = Math.round((Date.now() - began) / 1000);
print(`${draws} draws, ${wrong} certain and wrong, ${seconds} s`);
process.exit(wrong === 0 ? 0 : 1);

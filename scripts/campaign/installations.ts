/**
 * Platforms that the bot has never seen: of each it is told addresses and credentials, and what nobody could find.
 * Healthy, it has to say so of all that it can be asked; then faults are planted, and asked for.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '../../lab/faults/index.ts';
import { overridesOf } from '../../lab/platform/generated/environment.ts';
import { installationOf, partsOf, random } from '../../lab/platform/generated/installation.ts';
import { generatedEnvironment, upGenerated } from '../../lab/runtimes/generated.ts';
import {
  generatedKubernetesEnvironment,
  upGeneratedKubernetes,
} from '../../lab/runtimes/generated-kubernetes.ts';
import { downLab } from '../../lab/runtimes/index.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import { exitCodes } from '../../src/cli/context.ts';
import type { DiagnoseOutput, HealthOutput } from '../../src/cli/output-schemas.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { asked, certain, notPlanted } from './certain.ts';
import { type DeprivedShells, deprivedShells } from './deprived-shell.ts';
import { expectationOf } from './expectation.ts';
import { type InstallationTrial, messageOf, nothing, plantedIn } from './planted.ts';
import { answerOf, openIn, Shell } from './shell.ts';
import { confirmed } from './trial.ts';
import { createReferee, notWorking, secondLook, tableContradictions } from './truth.ts';

export interface InstallationOptions {
  readonly runtime: 'compose' | 'kubernetes';
  readonly seeds: readonly number[];
  /** How many faults to plant in each, drawn by its seed; with `cover` at most so many, 0 for no bound. */
  readonly faults: number;
  /** Plant each fault that has not been planted in so many installations yet. */
  readonly cover?: number;
  /** Ask of each planted fault with one kind of evidence taken away, and no questions of the healthy platform. */
  readonly less: boolean;
  /** Beginnings of ids; none: all. */
  readonly only: readonly string[];
  readonly print: (line: string) => void;
  /** What ended before and is not done again. */
  readonly isDone: (trial: string) => boolean;
}

const seedsFile = join(import.meta.dirname, '../../lab/platform/generated/seeds.json');

export const keptSeeds = (): readonly number[] =>
  (JSON.parse(readFileSync(seedsFile, 'utf8')) as { seeds: readonly number[] }).seeds;

/** A seed that failed once is tried in every campaign from then on. */
export function keepSeed(seed: number): void {
  if (keptSeeds().includes(seed)) return;
  writeFileSync(seedsFile, `${JSON.stringify({ seeds: [...keptSeeds(), seed] }, undefined, 2)}\n`);
}

/** Access, addresses and credentials; and what nobody can find: where an API has its paths, and on Compose that a container listens on nothing. */
async function told(
  seed: number,
  runtime: 'compose' | 'kubernetes',
): Promise<Readonly<Record<string, unknown>>> {
  const block =
    runtime === 'compose'
      ? generatedEnvironment(seed, false)
      : await generatedKubernetesEnvironment(seed, false);
  const { paths } = overridesOf(installationOf(seed), runtime);
  return {
    ...block,
    ...(paths === undefined ? {} : { platform: { paths } }),
    ...(runtime === 'compose' && isMute(seed) ? { withoutHttp: ['orchestrator-service'] } : {}),
  };
}

/** Each answer waits some seconds for what is said on the bus, so questions wait beside each other. */
const askedAtOnce = 4;

/** All that can be asked of a healthy platform. */
async function healthy(
  shell: Shell,
  lab: Lab,
  seed: number,
): Promise<Pick<InstallationTrial, 'asked' | 'falseCauses' | 'problems' | 'truth' | 'contradicted'>> {
  const parts = partsOf(installationOf(seed));
  const problems: string[] = [];
  const falseCauses = new Set<string>();
  const health = await shell.ask<HealthOutput>('health');
  const sick = health.body.parts
    .filter(({ part, state }) => parts.includes(part as never) && state !== 'up')
    .map(({ part, state, fact }) => {
      const said = `${part} is ${state} (${fact.text})`;
      return state === 'unknown' || state === 'not-configured' ? said : certain(said);
    });
  if (health.exit !== 0 || sick.length > 0) problems.push(`health ends with ${health.exit}`, ...sick);
  const symptoms = [...diagnoses.map(({ id }) => id), ...parts.map((part) => `H2 ${part}`)];
  const unknown = (symptom: string) => isMute(seed) && ofOrchestrator.includes(symptom);
  const ask = async (symptom: string) => {
    const answer = await shell.ask<DiagnoseOutput>('diagnose', ...symptom.split(' '));
    const said = confirmed(answerOf(answer));
    for (const id of said) falseCauses.add(id);
    const isRight = answer.exit === (unknown(symptom) ? exitCodes.couldNotLook : exitCodes.ok);
    const ended = isRight ? [] : [`${symptom} ends with ${answer.exit}: ${openIn(answer.body)}`];
    const problem = [...notPlanted(said).map((one) => asked(symptom, one)), ...ended];
    return { problem, late: said.length === 0 && !isRight && answer.exit === exitCodes.couldNotLook };
  };
  const left = [...symptoms];
  const late: string[] = [];
  const askInTurn = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const said = await ask(next);
      if (said.late) late.push(next);
      else problems.push(...said.problem);
    }
  };
  await Promise.all(Array.from({ length: askedAtOnce }, askInTurn));
  // Beside others it may have had too little time to look; what it said with certainty is never asked again.
  for (const symptom of late) problems.push(...(await ask(symptom)).problem);
  const referee = createReferee(lab);
  const first = await referee();
  const truth = notWorking(first).length === 0 ? first : await referee(secondLook);
  const contradicted = [
    ...notWorking(truth).map((part) => `the referee: ${part} does not work`),
    ...tableContradictions(truth, health.body.parts),
  ];
  return {
    asked: ['health', ...symptoms],
    falseCauses: [...falseCauses],
    problems: [...problems, ...contradicted],
    ...{ truth, contradicted },
  };
}

/** Whether its orchestrator-service listens on no port. */
const isMute = (seed: number) => installationOf(seed).parts['orchestrator-service']?.port === 0;
/** What only an orchestrator-service that can be asked tells. */
const ofOrchestrator = ['S4', 'S5'];
/** Faults that the lab plants or sees by its port: it would wait two minutes for each, and then give up. */
const byItsPort = ['part.orchestrator-service.slow', 'part.orchestrator-service.unreachable', 'S4.a', 'N1.c'];

/** One installation after the other; each is brought up and taken down here. */
export async function* tryInstallations(options: InstallationOptions): AsyncGenerator<InstallationTrial> {
  const { runtime, seeds, print, isDone, cover, less } = options;
  const planted = new Map<string, number>();
  const count = (id: string) => planted.set(id, (planted.get(id) ?? 0) + 1);
  for (const seed of seeds) {
    const name = (state: string) => `${seed} ${state}`;
    const drawn = drawnFaults(options, seed);
    // What ended before counts, whichever way it is gone on with.
    const before = new Set(drawn.filter(({ id }) => isDone(name(id))).map(({ id }) => id));
    for (const id of before) count(id);
    const wanted = drawn.filter(
      ({ id }) => !before.has(id) && (cover === undefined || (planted.get(id) ?? 0) < cover),
    );
    const room = Math.max(0, options.faults - before.size);
    const more = cover !== undefined && options.faults === 0 ? wanted.length : room;
    const healthyBefore = less || isDone(name('healthy'));
    if (healthyBefore && (more === 0 || wanted.length === 0)) continue;
    await downLab(runtime);
    const quiet = () => undefined;
    let shell: Shell | undefined;
    let shells: DeprivedShells | undefined;
    try {
      const lab = await (runtime === 'compose' ? upGenerated : upGeneratedKubernetes)(seed, quiet);
      const block = await told(seed, runtime);
      shell = new Shell(block);
      if (less) shells = await deprivedShells(lab, block);
      if (!healthyBefore) {
        const began = performance.now();
        const said = await healthy(shell, lab, seed);
        const seconds = (performance.now() - began) / 1000;
        yield { ...nothing, seed, runtime, state: 'healthy', seconds, ...said };
      }
      let left = more;
      for (const fault of wanted) {
        if (left === 0) break;
        const { asked, without } = shells?.of(fault, seed) ?? { asked: shell };
        if (asked === undefined) continue;
        const trial = await plantedIn(asked, lab, fault, { seed, runtime, ...present({ without }) });
        if ('impossible' in trial) {
          print(`   seed ${seed}: ${fault.id} cannot be planted here: ${trial.impossible.slice(0, 200)}`);
          continue;
        }
        left -= 1;
        count(fault.id);
        yield trial;
      }
    } catch (error) {
      yield {
        ...nothing,
        seed,
        runtime,
        state: 'up',
        problems: [messageOf(error)],
      };
    } finally {
      shell?.close();
      // Its accounts go with the cluster.
      await shells?.close().catch(() => undefined);
      await downLab(runtime);
    }
  }
}

/** All that may be planted there, in an order that the seed decides. */
export function drawnFaults(
  { only, runtime }: Pick<InstallationOptions, 'only' | 'runtime'>,
  seed: number,
): readonly Fault[] {
  const next = random(seed);
  return (
    faults
      .filter(({ runtimes }) => runtimes.includes(runtime))
      // Only time shows these, and how much of it the lab reads at the guide's own path.
      .filter((fault) => expectationOf(fault).shownBySilence !== true)
      .filter(({ id }) => only.length === 0 || only.some((prefix) => id.startsWith(prefix)))
      .map((fault) => ({ fault, at: next() }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ fault }) => fault)
      .filter(({ id }) => !(isMute(seed) && byItsPort.includes(id)))
  );
}

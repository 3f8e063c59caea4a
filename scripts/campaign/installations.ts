/**
 * Platforms that the bot has never seen: of each it is told addresses and credentials, and what nobody could find.
 * Healthy, it has to say so of all that it can be asked; then faults are planted, and asked for.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
import { until } from '../../lab/selftest.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import type { DiagnoseOutput, HealthOutput } from '../../src/cli/output-schemas.ts';
import { runShell } from '../../src/cli/wiring-run.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { type Expectation, expectationOf, isTrue, settled } from './expectation.ts';
import { confirmed, type Judged, judge } from './trial.ts';
import { compared, createReferee, notWorking, secondLook, type Truth } from './truth.ts';

export interface InstallationTrial {
  readonly seed: number;
  readonly runtime: 'compose' | 'kubernetes';
  /** `healthy`, or the fault that was planted. */
  readonly state: string;
  readonly asked: readonly string[];
  readonly topCause: string;
  /** What the answer says of the planted cause; `–` where nothing is planted. */
  readonly verdict: string;
  /** Confirmed, and not planted. */
  readonly falseCauses: readonly string[];
  /** What the referee says of the parts, right after the answers; undefined: it was not asked. */
  readonly truth?: Truth;
  /** Where it contradicts the answer, or what was planted. */
  readonly contradicted: readonly string[];
  readonly seconds: number;
  readonly problems: readonly string[];
}

export interface InstallationOptions {
  readonly runtime: 'compose' | 'kubernetes';
  readonly seeds: readonly number[];
  /** How many faults to plant in each, drawn by its seed; with `cover` at most so many, 0 for no bound. */
  readonly faults: number;
  /** Plant each fault that has not been planted in so many installations yet. */
  readonly cover?: number;
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

interface Asked<Body> {
  readonly exit: number;
  readonly body: Body;
  readonly seconds: number;
}

/** The command line, in this process, against the platform that is up. */
class Shell {
  readonly #dir = mkdtempSync(join(tmpdir(), 'aetherius-installation-'));
  readonly #config = join(this.#dir, 'config.json');
  readonly #variables: Record<string, string> = {};

  constructor(
    environment: Readonly<Record<string, unknown>>,
    seed: number,
    runtime: 'compose' | 'kubernetes',
  ) {
    const block = structuredClone(environment) as Record<string, Record<string, unknown>>;
    for (const [store, key] of [
      ['postgres', 'url'],
      ['redis', 'url'],
      ['nats', 'url'],
      ['neo4j', 'password'],
    ] as const) {
      const settings = block[store];
      if (settings === undefined) continue;
      const name = `LAB_${store.toUpperCase()}`;
      this.#variables[name] = String(settings[key]);
      settings[key] = { env: name };
    }
    // What nobody can find: where an API has its paths, and on Compose that a container listens on nothing.
    const { paths } = overridesOf(installationOf(seed), runtime);
    if (paths !== undefined) Object.assign(block, { platform: { paths } });
    if (runtime === 'compose' && isMute(seed))
      Object.assign(block, { withoutHttp: ['orchestrator-service'] });
    writeFileSync(this.#config, JSON.stringify({ environments: { there: block } }));
  }

  async ask<Body>(...words: readonly string[]): Promise<Asked<Body>> {
    const began = performance.now();
    let text = '';
    const more = (said: string) => {
      text += said;
    };
    const exit = await runShell(['--config', this.#config, '--output', 'json', ...words, '--env', 'there'], {
      out: more,
      err: more,
      signal: new AbortController().signal,
      version: '0',
      locale: 'en',
      env: this.#variables,
    });
    try {
      return { exit, body: JSON.parse(text) as Body, seconds: (performance.now() - began) / 1000 };
    } catch {
      throw new Error(`\`${words.join(' ')}\` ended with ${exit} and said: ${text.slice(0, 400)}`);
    }
  }

  close(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

const answerOf = ({ body }: Asked<DiagnoseOutput>): Judged => {
  const causes = body.diagnoses.flatMap((one) => one.causes.map(({ id, verdict }) => ({ id, verdict })));
  return { title: causes.map(({ id }) => id).join(' '), causes };
};

/** What stays open in an answer that names nothing, for whoever looks for the reason. */
const openIn = ({ diagnoses: all }: DiagnoseOutput): string =>
  all
    .flatMap(({ causes }) => causes)
    .filter(({ verdict }) => verdict !== 'ruled-out')
    .map(
      ({ id, verdict, missing, for: evidence }) =>
        `${id} ${verdict} (${[...evidence.map(({ code }) => code), ...missing.map(({ probe, text }) => `${probe}: ${text}`)].join('; ').slice(0, 300)})`,
    )
    .join('; ');

/** What rules a cause out. */
const againstIn = ({ diagnoses: all }: DiagnoseOutput, cause: string): string[] =>
  all
    .flatMap(({ causes }) => causes)
    .filter(({ id, verdict }) => id === cause && verdict === 'ruled-out')
    .map(({ against }) => `${cause} is ruled out by ${against.join(', ')}`);

/** All that can be asked of a healthy platform. */
async function healthy(
  shell: Shell,
  lab: Lab,
  seed: number,
): Promise<Pick<InstallationTrial, 'asked' | 'problems' | 'truth' | 'contradicted'>> {
  const parts = partsOf(installationOf(seed));
  const problems: string[] = [];
  const health = await shell.ask<HealthOutput>('health');
  const sick = health.body.parts
    .filter(({ part, state }) => parts.includes(part as never) && state !== 'up')
    .map(({ part, state, fact }) => `${part} is ${state} (${fact.text})`);
  if (health.exit !== 0 || sick.length > 0)
    problems.push(`health ends with ${health.exit}: ${sick.join('; ')}`);
  const symptoms = [...diagnoses.map(({ id }) => id), ...parts.map((part) => `H2 ${part}`)];
  for (const symptom of symptoms) {
    const answer = await shell.ask<DiagnoseOutput>('diagnose', ...symptom.split(' '));
    const unknown = isMute(seed) && ofOrchestrator.includes(symptom);
    if (answer.exit !== (unknown ? 2 : 0))
      problems.push(`${symptom} ends with ${answer.exit}: ${openIn(answer.body)}`);
  }
  const referee = createReferee(lab);
  const first = await referee();
  const truth = notWorking(first).length === 0 ? first : await referee(secondLook);
  const contradicted = notWorking(truth).map((part) => `the referee: ${part} does not work`);
  return { asked: ['health', ...symptoms], problems: [...problems, ...contradicted], truth, contradicted };
}

/** Whether its orchestrator-service listens on no port. */
const isMute = (seed: number) => installationOf(seed).parts['orchestrator-service']?.port === 0;
/** What only an orchestrator-service that can be asked tells. */
const ofOrchestrator = ['S4', 'S5'];

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Nothing is said with certainty, and the planted cause is among what may be. */
const isOpen = (answer: Judged, { cause }: Expectation): boolean =>
  confirmed(answer).length === 0 &&
  answer.causes.some(({ id, verdict }) => id === cause && verdict === 'possible');

async function plantedIn(
  shell: Shell,
  lab: Lab,
  fault: Fault,
  { seed, runtime, print }: Pick<InstallationOptions, 'runtime' | 'print'> & { readonly seed: number },
): Promise<InstallationTrial | undefined> {
  const [variant] = fault.variants;
  const expected = expectationOf(fault, variant);
  const began = performance.now();
  const problems: string[] = [];
  let answer: Judged | undefined;
  let said: Pick<InstallationTrial, 'truth' | 'contradicted'> = { contradicted: [] };
  try {
    await fault.plant(lab, variant);
    await until(fault, lab, variant, true, fault.within);
  } catch (error) {
    // What this installation has not cannot be broken in it.
    print(`   seed ${seed}: ${fault.id} cannot be planted here: ${messageOf(error).slice(0, 200)}`);
    await fault.clear(lab, variant).catch(() => undefined);
    await lab.healthy(120);
    return undefined;
  }
  try {
    await settled(lab, expected);
    const asked = await shell.ask<DiagnoseOutput>('diagnose', ...expected.symptom.split(' '));
    answer = answerOf(asked);
    const found = judge(answer, expected);
    const wrong = isOpen(answer, expected) ? [] : found;
    problems.push(...wrong);
    if (wrong.length > 0) problems.push(openIn(asked.body), ...againstIn(asked.body, expected.cause));
    said = await compared(createReferee(lab), fault, {
      asked: expected.symptom,
      confirmed: confirmed(answer),
    });
    problems.push(...said.contradicted);
  } catch (error) {
    problems.push(messageOf(error));
  }
  try {
    await fault.clear(lab, variant);
    await lab.healthy(120);
  } catch (error) {
    problems.push(`afterwards: ${messageOf(error)}`);
  }
  return {
    ...{ seed, runtime, state: `${fault.id} ${variant}`, asked: [expected.symptom] },
    topCause: answer === undefined ? '–' : (confirmed(answer)[0] ?? '–'),
    verdict: answer?.causes.find(({ id }) => id === expected.cause)?.verdict ?? 'not asked for',
    falseCauses: answer === undefined ? [] : confirmed(answer).filter((id) => !isTrue(expected, id)),
    ...said,
    seconds: (performance.now() - began) / 1000,
    problems,
  };
}

const nothing = {
  ...{ asked: [], topCause: '–', verdict: '–', falseCauses: [], contradicted: [], seconds: 0 },
} as const;

/** One installation after the other; each is brought up and taken down here. */
export async function* tryInstallations(options: InstallationOptions): AsyncGenerator<InstallationTrial> {
  const { runtime, seeds, print, isDone, cover } = options;
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
    const healthyBefore = isDone(name('healthy'));
    if (healthyBefore && (more === 0 || wanted.length === 0)) continue;
    await downLab(runtime);
    const quiet = () => undefined;
    let shell: Shell | undefined;
    try {
      const lab = await (runtime === 'compose' ? upGenerated : upGeneratedKubernetes)(seed, quiet);
      shell = new Shell(
        runtime === 'compose'
          ? generatedEnvironment(seed, false)
          : await generatedKubernetesEnvironment(seed, false),
        seed,
        runtime,
      );
      if (!healthyBefore) {
        const began = performance.now();
        const said = await healthy(shell, lab, seed);
        const seconds = (performance.now() - began) / 1000;
        yield { ...nothing, seed, runtime, state: 'healthy', seconds, ...said };
      }
      let left = more;
      for (const fault of wanted) {
        if (left === 0) break;
        const trial = await plantedIn(shell, lab, fault, { seed, runtime, print });
        if (trial === undefined) continue;
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
      await downLab(runtime);
    }
  }
}

/** All that may be planted there, in an order that the seed decides. */
function drawnFaults({ only, runtime }: InstallationOptions, seed: number): readonly Fault[] {
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
  );
}

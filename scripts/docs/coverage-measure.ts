import type { Runtime } from '../../lab/types.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import type { Condition, Diagnosis, DiagnosisCause } from '../../src/domain/diagnosis/diagnosis.ts';
import { healthCalls } from '../../src/domain/health/health-calls.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { serviceIds } from '../../src/domain/platform/part.ts';
import type { ProbeCall } from '../../src/domain/probe/probe.ts';
import { ConfigFile } from '../../src/domain/settings/config.ts';
import { probes } from '../../src/probes/index.ts';
import { en } from '../../src/text/en.ts';
import { type Choice, ciChoices, isWanted } from '../campaign/choice.ts';
import { asRead } from './as-in-guide.ts';
import { type CatalogueEntry, catalogue, notYet } from './catalogue.ts';
import {
  faultsOf,
  filesIn,
  namesCause,
  namesFinding,
  namesProbe,
  type PlantedFault,
  readCampaign,
  readTests,
  realServer,
  type SourceFile,
} from './coverage-scan.ts';
import { callsOf, variantsOf } from './diagnoses.ts';

const words: Readonly<Record<string, string>> = en;

/** What stands for a cause: by which tests, on which real component, and what is missing. */
export interface CauseCoverage {
  readonly id: string;
  readonly cause: DiagnosisCause;
  readonly tests: readonly SourceFile[];
  readonly faults: readonly PlantedFault[];
  /** Variants of its faults that were planted on a whole platform and diagnosed right, by runtime. */
  readonly diagnosed: readonly { readonly runtime: string; readonly right: number; readonly of: number }[];
  /** Findings enough to make it true, seen by the product on a real server. */
  readonly seen: readonly { readonly server: string; readonly test: SourceFile }[];
}

/** Of every id of the catalogue what belongs to it; `modules` is empty where there is nothing. */
export interface EntryCoverage {
  readonly entry: CatalogueEntry;
  readonly diagnosis?: Diagnosis;
  readonly title: string;
  readonly modules: readonly string[];
  readonly probes: readonly { readonly id: string; readonly tests: readonly SourceFile[] }[];
  readonly tests: readonly SourceFile[];
  readonly causes: readonly CauseCoverage[];
}

export function measureCoverage(campaign = readCampaign()): readonly EntryCoverage[] {
  const tests = readTests();
  const sources = filesIn('src', /\.ts$/).map(({ path }) => path);
  return catalogue.map((entry) => {
    if (entry.command !== undefined) return commandCoverage(entry, entry.command, sources, tests);
    const diagnosis = diagnoses.find(({ id }) => id === entry.id);
    if (diagnosis === undefined)
      return { entry, title: entry.id, modules: [], probes: [], tests: [], causes: [] };
    const module = `diagnoses/${diagnosis.slug}.diagnosis.ts`;
    return {
      entry,
      diagnosis,
      title: asRead(words[`diagnosis.${entry.id}`] ?? entry.id),
      modules: [`src/${module}`],
      probes: probesOf(callsOf(diagnosis), tests),
      tests: tests.filter(({ text }) => text.includes(module)),
      causes: diagnosis.causes.map((cause) => causeCoverage(diagnosis, cause, tests, campaign)),
    };
  });
}

/** What is no diagnosis is found by the word that its files begin with. */
function commandCoverage(
  entry: CatalogueEntry,
  { title, word }: NonNullable<CatalogueEntry['command']>,
  sources: readonly string[],
  tests: readonly SourceFile[],
): EntryCoverage {
  const named = new RegExp(`/(?:wiring-)?${word}[.-][a-z.-]*ts$`);
  const modules = sources.filter((path) => named.test(path));
  const imports = new RegExp(`/src/[^']*/(?:wiring-)?${word}[.-][a-z.-]*ts'`);
  return {
    entry,
    title,
    modules,
    probes: entry.id === 'H1' ? probesOf(everyHealthCall(), tests) : [],
    tests:
      modules.length === 0 ? [] : tests.filter(({ path, text }) => named.test(path) || imports.test(text)),
    causes: [],
  };
}

function probesOf(calls: readonly ProbeCall[], tests: readonly SourceFile[]): EntryCoverage['probes'] {
  const ids = [...new Set(calls.map(({ probe }) => probe))];
  return ids.map((id) => ({ id, tests: tests.filter((test) => namesProbe(test, id)) }));
}

/** What a health check asks of an environment in which everything is configured. */
function everyHealthCall(): readonly ProbeCall[] {
  const { environments } = ConfigFile.parse({ environments: { all: { runtime: { kind: 'none' } } } });
  const thresholds = environments.all?.thresholds;
  if (thresholds === undefined) throw new Error('the schema dropped the environment');
  const configured = { redis: true, nats: true, natsMonitor: true, neo4j: true, thresholds };
  const databases = ['agentManager', 'orchestrator'] as const;
  return (['kubernetes', 'compose'] as const).flatMap((runtime) =>
    healthCalls({ runtime, services: serviceIds, withoutHttp: [], databases, ...configured }),
  );
}

/** Codes that speak for a cause; those under `not` speak against it. */
function codesFor(condition: Condition): readonly string[] {
  if (condition.op === 'hint') return [];
  if (condition.op === 'unless-answered' || condition.op === 'unless-found') return codesFor(condition.of);
  if (condition.op === 'found' || condition.op === 'found-apart') return [condition.code];
  return condition.op === 'not' ? [] : condition.of.flatMap(codesFor);
}

/** Whether these findings and no others make a condition true. */
function holds(condition: Condition, made: ReadonlySet<string>): boolean {
  switch (condition.op) {
    case 'found':
      return made.has(condition.code);
    case 'found-apart':
      return made.has(condition.code) && !condition.from.some((other) => made.has(other));
    case 'hint':
      return false;
    case 'unless-found':
      return holds(condition.of, made) && !condition.codes.some((other) => made.has(other));
    case 'unless-answered':
      return holds(condition.of, made);
    case 'not':
      return !holds(condition.of, made);
    case 'all':
      return condition.of.every((one) => holds(one, made));
    case 'any':
      return condition.of.some((one) => holds(one, made));
  }
}

/** A finding of a cause that a test names together with a probe that makes it. */
interface NamedFinding {
  readonly test: SourceFile;
  readonly code: string;
  /** The real server in that test, if the probe asks one. */
  readonly server?: string;
}

function namedFindings(
  diagnosis: Diagnosis,
  codes: readonly string[],
  tests: readonly SourceFile[],
): readonly NamedFinding[] {
  const asked = new Set(callsOf(diagnosis).map(({ probe }) => probe));
  const emitters = probes.filter(({ id }) => asked.has(id));
  // The rarest word is asked for first: a probe's name stands in many files, a finding's in few.
  return tests.flatMap((test) =>
    emitters.flatMap(({ id, emits }) => {
      const named = emits.filter((name) => codes.includes(name) && namesFinding(test, name));
      if (named.length === 0 || !namesProbe(test, id)) return [];
      const server = realServer(test, id.split('.')[0] ?? '');
      return named.map((name) => ({ test, code: name, ...present({ server }) }));
    }),
  );
}

function causeCoverage(
  diagnosis: Diagnosis,
  cause: DiagnosisCause,
  tests: readonly SourceFile[],
  campaign: string,
): CauseCoverage {
  const conditions = variantsOf(diagnosis)
    .flatMap(({ causes }) => causes.filter(({ id }) => id === cause.id))
    .map(({ when }) => when);
  const named = namedFindings(diagnosis, conditions.flatMap(codesFor), tests);
  const planted = faultsOf(cause.id, campaign);
  return {
    id: cause.id,
    cause,
    tests: tests.filter((test) => namesCause(test, cause.id) || named.some((one) => one.test === test)),
    faults: planted,
    diagnosed: diagnosedOn(planted),
    seen: seenOn(conditions, named),
  };
}

/** Servers on which the findings were seen that make the cause true, with the tests that saw them. */
function seenOn(conditions: readonly Condition[], named: readonly NamedFinding[]): CauseCoverage['seen'] {
  const names = [...new Set(named.flatMap(({ server }) => server ?? []))];
  return names.flatMap((server) => {
    const there = named.filter((one) => one.server === server);
    const made = new Set(there.map(({ code }) => code));
    if (!conditions.some((condition) => holds(condition, made))) return [];
    return [...new Set(there.map(({ test }) => test))].map((test) => ({ server, test }));
  });
}

function diagnosedOn(planted: readonly PlantedFault[]): CauseCoverage['diagnosed'] {
  const names = [...new Set(planted.flatMap(({ trials }) => trials.map(({ runtime }) => runtime)))];
  return names
    .map((runtime) => ({
      runtime,
      right: planted
        .flatMap(({ trials }) => trials)
        .reduce((n, t) => n + (t.runtime === runtime ? t.right : 0), 0),
      of: planted.reduce(
        (n, { fault }) => n + (fault.runtimes.includes(runtime) ? fault.variants.length : 0),
        0,
      ),
    }))
    .filter(({ right }) => right > 0);
}

/** Diagnosed on a whole platform, or at least its findings seen on a real server. */
export function isProved({ diagnosed, seen }: CauseCoverage): boolean {
  return diagnosed.length > 0 || seen.length > 0;
}

/** Platforms on which CI plants a fault of this cause and asks the product for it. */
export function plantedByCi({ faults }: CauseCoverage): readonly Runtime[] {
  return Object.values(ciChoices)
    .filter((choice: Choice) => faults.some(({ fault }) => isWanted(choice, fault)))
    .map(({ runtime }) => runtime);
}

/**
 * What nothing proves: causes that CI neither plants nor sees the findings of on a real server, and commands that no
 * test names. What the version does not answer yet needs no proof.
 */
export function withoutProof(measured: readonly EntryCoverage[]): readonly string[] {
  return measured.flatMap((one) => {
    if (notYet.includes(one.entry.id)) return [];
    if (one.diagnosis === undefined) return one.tests.length === 0 ? [one.entry.id] : [];
    return one.causes
      .filter((cause) => plantedByCi(cause).length === 0 && cause.seen.length === 0)
      .map(({ id }) => id);
  });
}

/** Ids of the catalogue that no module answers, and causes that their diagnosis lacks or nobody asked for. */
export function uncovered(
  measured: readonly EntryCoverage[],
  later: readonly string[] = notYet,
): readonly string[] {
  const known = new Set(catalogue.map(({ id }) => id));
  const strange = diagnoses
    .filter(({ id }) => !known.has(id))
    .map(({ id }) => `${id} is not in the catalogue`);
  const lacking = measured.flatMap(({ entry, modules, causes }) => {
    const isLater = later.includes(entry.id);
    if (modules.length === 0) return isLater ? [] : [`${entry.id} has no module`];
    if (isLater) return [`${entry.id} has modules, but stands among those that are not there yet`];
    const has = causes.map(({ id }) => id);
    return [
      ...entry.causes.filter((id) => !has.includes(id)).map((id) => `${id} has no module`),
      ...has.filter((id) => !entry.causes.includes(id)).map((id) => `${id} is not in the catalogue`),
    ];
  });
  return [...lacking, ...strange];
}

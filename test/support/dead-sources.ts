/** Ten sources of a bundle and more that are really dead, on a platform of the lab, and a bundle of it by the command line. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { faultById } from '../../lab/faults/index.ts';
import type { ComposeLab } from '../../lab/runtimes/compose.ts';
import type { KubernetesLab } from '../../lab/runtimes/kubernetes.ts';
import { until } from '../../lab/selftest.ts';
import type { Lab } from '../../lab/types.ts';
import { restrictedKubeconfig } from '../../scripts/campaign/deprived.ts';
import { withReferences } from '../../scripts/campaign/product.ts';
import { BundleOutput, CollectOutput } from '../../src/cli/output-schemas.ts';
import { type BundleEntry, isRecording } from '../../src/domain/bundle/manifest.ts';
import { aetherius } from './cli.ts';

export interface DeadSource {
  /** As the manifest names it. */
  readonly path: string;
  /** Code of its error there, or the codes that it may have. */
  readonly code: string | readonly string[];
  /** How the names of files begin that the bundle of the healthy platform has and this one lacks. Default: `path` alone. */
  readonly files?: readonly string[];
}

const nats = ['connz', 'jsz', 'server', 'subsz', 'varz'];

/** `ofNats`: what whoever connects to a NATS that does not run meets there. */
const stores = (ofNats: DeadSource['code']): readonly DeadSource[] => [
  ...nats.map((name) => ({ path: `statistics/nats-${name}.json`, code: ofNats })),
  { path: 'statistics/neo4j.json', code: 'connect-timeout' },
  { path: 'statistics/postgres-orchestrator.json', code: 'rejected' },
  { path: 'statistics/redis.json', code: 'no-answer' },
];

/** A platform with dead sources: how to ask it, and what cannot answer. */
export interface Dead {
  readonly environment: Readonly<Record<string, unknown>>;
  readonly sources: readonly DeadSource[];
}

export async function killComposeSources(lab: ComposeLab): Promise<Dead> {
  // Its container runs, and its engine keeps no log of it.
  lab.override('orchestrator-service', { logging: { driver: 'none' } });
  await lab.recreate('orchestrator-service');
  return {
    environment: await killed(lab),
    sources: [
      { path: 'logs/orchestrator-service/aetherius-orchestrator-service.log', code: 'unknown-error' },
      {
        ...{ path: 'logs/reasoning-service', code: 'log-no-instance' },
        files: [
          'logs/reasoning-service/',
          // It stands in the container, and the entry of its log says that there is none.
          'configuration/reasoning-service.json',
        ],
      },
      ...stores('refused'),
    ],
  };
}

/** Kinds that the account of the bot may not list. */
const forbidden = [
  ...['horizontalpodautoscalers', 'podmonitors', 'poddisruptionbudgets', 'prometheuses', 'prometheusrules'],
  ...['resourcequotas', 'servicemonitors'],
];

/** `folder`: for the kubeconfig of an account that may not read everything. */
export async function killKubernetesSources(lab: KubernetesLab, folder: string): Promise<Dead> {
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, await restrictedKubeconfig(lab, 'reads-little', 'none'), { mode: 0o600 });
  const environment = await killed(lab);
  return {
    environment: { ...environment, runtime: { ...(environment.runtime as object), kubeconfig } },
    sources: [
      ...forbidden.map((kind) => ({ path: `kubernetes/${lab.namespace}/${kind}.json`, code: 'forbidden' })),
      {
        ...{ path: 'logs/reasoning-service', code: 'log-no-instance' },
        files: ['logs/reasoning-service/', 'configuration/reasoning-service.json'],
      },
      // Its Service leads to no Pod.
      { path: 'logs/nats', code: 'log-no-instance', files: ['logs/nats/'] },
      // The node refuses or drops what goes to a Service without a Pod, by how far its rules are.
      ...stores(['connect-timeout', 'refused']),
    ],
  };
}

/** Stops, removes, cuts off and freezes; each is seen by the fault's own check. Returns the environment to ask then. */
async function killed(lab: Lab): Promise<Readonly<Record<string, unknown>>> {
  for (const [id, variant] of [
    ['part.reasoning-service.stopped', 'removed'],
    ['part.redis.paused', 'signal'],
    ['part.neo4j.unreachable', 'dropped'],
    ['part.nats.stopped', 'stopped'],
    // No source of its own: whoever looks at its HTTP hangs.
    ['part.agent-manager.paused', 'signal'],
  ] as const) {
    const fault = faultById(id);
    await fault.plant(lab, variant);
    await until(fault, lab, variant, true, fault.within);
  }
  const environment = (await lab.environmentConfig()) as Readonly<Record<string, Record<string, unknown>>>;
  const databases = {
    ...(environment.postgres?.databases as object),
    orchestrator: 'no_such_database',
  };
  return { ...environment, postgres: { ...environment.postgres, databases } };
}

/** What frozen processes and a filter would keep from being taken down. */
export async function reviveSources(lab: Lab): Promise<void> {
  for (const [id, variant] of [
    ['part.agent-manager.paused', 'signal'],
    ['part.redis.paused', 'signal'],
    ['part.neo4j.unreachable', 'dropped'],
  ] as const)
    await faultById(id).clear(lab, variant);
}

export interface Bundled {
  readonly exit: number;
  readonly seconds: number;
  readonly entries: readonly BundleEntry[];
  /** Texts of the files that are there, the recording aside: how many it has is a matter of its size. */
  readonly files: ReadonlyMap<string, string>;
  readonly verified: { readonly exit: number; readonly intact: boolean; readonly findings: number };
}

/** `aetherius collect -o`, `bundle verify` and `bundle open`. `folder`: an empty one. */
export async function bundled(
  environment: Readonly<Record<string, unknown>>,
  folder: string,
): Promise<Bundled> {
  const { environment: block, variables } = withReferences('lab', environment);
  const config = join(folder, 'config.yaml');
  const bundle = join(folder, 'bundle.tar.gz');
  writeFileSync(config, stringify({ environments: { lab: block } }));
  const began = performance.now();
  const made = await aetherius(
    ['--config', config, '--output', 'json', 'collect', '--since', '30m', '-o', bundle],
    variables,
  );
  const seconds = (performance.now() - began) / 1000;
  if (made.exit > 1) throw new Error(`collect ended with ${made.exit}: ${made.err}`);
  const { manifest } = CollectOutput.parse(JSON.parse(made.out));
  const verify = await aetherius(['--output', 'json', 'bundle', 'verify', bundle]);
  const verified = BundleOutput.parse(JSON.parse(verify.out));
  const to = join(folder, 'bundle');
  await aetherius(['bundle', 'open', bundle, '--to', to]);
  const there = readdirSync(to, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .filter((file) => !isRecording(relative(to, file)));
  return {
    ...{ exit: made.exit, seconds, entries: manifest.entries },
    files: new Map(there.map((file) => [relative(to, file), readFileSync(file, 'utf8')])),
    verified: { exit: verify.exit, intact: verified.intact, findings: verified.findings.length },
  };
}

/** What a file holds, whatever the moment: a log at least the lines of the healthy one, JSON the same names. */
export function holdsLess(healthy: string, now: string): boolean {
  const [before, after] = [outlineOf(healthy), outlineOf(now)];
  return typeof before === 'string' || typeof after === 'string' ? before !== after : after < before;
}

/** Lines of a log; names of what stands in JSON. */
function outlineOf(text: string): string | number {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value)
      ? `list ${value.length > 0}`
      : Object.keys(value as object)
          .toSorted()
          .join();
  } catch {
    return text.split('\n').length;
  }
}

/** What is wrong with the failed entries of a bundle: each source failed, as it may, and nothing else did. */
export function wrongly(sources: readonly DeadSource[], failed: readonly BundleEntry[]): readonly string[] {
  const expected = new Map(sources.map(({ path, code }) => [path, [code].flat()]));
  const wrong = failed
    .filter(({ path, error }) => expected.get(path)?.includes(error?.code ?? '') !== true)
    .map(({ path, error }) => `${path}: ${error?.code}`);
  const alive = sources.filter(({ path }) => !failed.some((one) => one.path === path));
  return [...wrong, ...alive.map(({ path }) => `${path} did not fail`)];
}

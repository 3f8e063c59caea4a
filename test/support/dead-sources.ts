/** Ten sources of a bundle that are really dead, on a platform of Compose, and a bundle of it by the command line. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { faultById } from '../../lab/faults/index.ts';
import type { ComposeLab } from '../../lab/runtimes/compose.ts';
import { until } from '../../lab/selftest.ts';
import { withReferences } from '../../scripts/campaign/product.ts';
import { BundleOutput, CollectOutput } from '../../src/cli/output-schemas.ts';
import { type BundleEntry, isRecording } from '../../src/domain/bundle/manifest.ts';
import { aetherius } from './cli.ts';

export interface DeadSource {
  /** As the manifest names it. */
  readonly path: string;
  /** Code of its error there. */
  readonly code: string;
  /** Files of a bundle of the healthy platform that lack with it. Default: `path` alone. */
  readonly files?: readonly string[];
}

const nats = ['connz', 'jsz', 'server', 'subsz', 'varz'];

export const deadSources: readonly DeadSource[] = [
  { path: 'logs/orchestrator-service/aetherius-orchestrator-service.log', code: 'protocol' },
  {
    ...{ path: 'logs/reasoning-service', code: 'log-no-instance' },
    files: [
      'logs/reasoning-service/aetherius-reasoning-service.log',
      // It stands in the container, and the entry of its log says that there is none.
      'configuration/reasoning-service.json',
    ],
  },
  ...nats.map((name) => ({ path: `statistics/nats-${name}.json`, code: 'refused' })),
  { path: 'statistics/neo4j.json', code: 'connect-timeout' },
  { path: 'statistics/postgres-orchestrator.json', code: 'protocol' },
  { path: 'statistics/redis.json', code: 'no-answer' },
];

/** Stops, removes, cuts off and freezes; each is seen by the fault's own check. Returns the environment to ask then. */
export async function killSources(lab: ComposeLab): Promise<Readonly<Record<string, unknown>>> {
  // Its container runs, and its engine keeps no log of it.
  lab.override('orchestrator-service', { logging: { driver: 'none' } });
  await lab.recreate('orchestrator-service');
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
    ...(environment['postgres']?.['databases'] as object),
    orchestrator: 'no_such_database',
  };
  return { ...environment, postgres: { ...environment['postgres'], databases } };
}

/** What frozen processes and a filter would keep from being taken down. */
export async function reviveSources(lab: ComposeLab): Promise<void> {
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

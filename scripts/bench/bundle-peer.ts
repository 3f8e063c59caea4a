/** A bundle of a real API server with 50 large logs, beside `support-bundle` of Troubleshoot where it is there. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { given } from '../../lab/components/cache.ts';
import { startKubeApi } from '../../lab/components/kube-api.ts';
import { inParallel, kubeSeed } from '../../test/support/kube.ts';
import { grantRights } from '../../test/support/kube-rights.ts';
import { seedScale } from '../../test/support/kube-scale.ts';
import { startKubelet } from '../../test/support/kubelet-logs.ts';
import { POD_BYTES, podLog, podOn } from './pods-with-logs.ts';
import { type TimedCommand, timedCommand } from './timed-command.ts';

export interface BundlePeerFigure {
  readonly name: string;
  readonly pods: number;
  readonly megabytesOfLogs: number;
  /** Logs in the archive, unpacked. */
  readonly megabytesKept: number;
  readonly seconds: number;
  readonly megabytesPerSecond: number;
  /** Of the processor; what the API server and the kubelet take is not in it. */
  readonly coreSeconds: number;
  readonly megabytesPacked: number;
  /** The most that was ever resident. */
  readonly megabytesResident: number;
  /** Requests for logs that came to the kubelet. */
  readonly logRequests: number;
}

/** Different logs among these. */
const TEXTS = 5;
const namespace = 'bundle';
/** No more than 20 instances of a part are read. */
const parts = ['agent-manager', 'orchestrator-service', 'reasoning-service'] as const;
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Sample extends TimedCommand {
  readonly packed: number;
  readonly kept: number;
  readonly requests: number;
}

export interface BundlePeerOptions {
  readonly pods?: number;
  /** Pods with a large log, among these. */
  readonly logs?: number;
  readonly rounds?: number;
}

export async function benchBundlePeer(options: BundlePeerOptions = {}): Promise<readonly BundlePeerFigure[]> {
  const { pods = 500, logs = Number(process.env.BUNDLE_PEER_LOGS ?? 50), rounds = 3 } = options;
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-bundle-peer-'));
  chmodSync(dir, 0o755);
  const api = await startKubeApi({ dir });
  const seed = kubeSeed(api.kubeconfig);
  const texts = Array.from({ length: TEXTS }, (_, at) => podLog(at + 1, 133));
  const textOf = (pod: string) => texts[Number(/^logs-(\d+)-/.exec(pod)?.[1]) % TEXTS];
  const kubelet = await startKubelet(seed, join(dir, 'pki'), textOf);
  try {
    await seedScale(seed, namespace, pods - logs);
    await inParallel(
      Array.from({ length: logs }, (_, at) => at),
      8,
      (at) => {
        const app = parts[at % parts.length] ?? parts[0];
        const labels = { read: 'whole' };
        return podOn(seed, namespace, { name: `logs-${at}-${app}`, app, node: kubelet.node, labels });
      },
    );
    const tools = [await ours(dir, api, seed), ...(await troubleshoot(dir, api))];
    const samples = tools.map((): Sample[] => []);
    // In turn, so that whatever else the machine does falls on both.
    for (let round = 0; round < rounds; round += 1)
      for (const [at, { run, archive, once }] of tools.entries()) {
        if (round > 0 && once === true) continue;
        const before = kubelet.requests();
        const timed = await run();
        const requests = kubelet.requests() - before;
        samples[at]?.push({ ...timed, requests, packed: statSync(archive).size, kept: keptIn(archive) });
        rmSync(archive);
      }
    return tools.map(({ name }, at) => figure(name, { pods, logs }, samples[at] ?? []));
  } finally {
    await kubelet.stop();
    seed.close();
    await api.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Tool {
  readonly name: string;
  readonly archive: string;
  /** It takes minutes. */
  readonly once?: true;
  run(): Promise<TimedCommand>;
}

type Api = Awaited<ReturnType<typeof startKubeApi>>;

/** With the rights that the chart gives, and no more. */
async function ours(dir: string, api: Api, seed: ReturnType<typeof kubeSeed>): Promise<Tool> {
  await grantRights(seed, 'aetherius', namespace);
  const kubeconfig = await api.userKubeconfig('aetherius');
  const config = join(dir, 'aetherius.yaml');
  const runtime = { kind: 'kubernetes', kubeconfig, namespace };
  writeFileSync(config, stringify({ environments: { prod: { runtime } } }));
  const archive = join(dir, 'ours.tar.gz');
  const args = ['--config', config, 'collect', '--since', '1h', '-o', archive];
  return {
    name: 'aetherius collect',
    archive,
    run: () => timedCommand(process.execPath, [cli, ...args], { home: dir }),
  };
}

/** Told to read the same logs whole; an administrator, for it asks for more than these. With its redactors and without. */
async function troubleshoot(dir: string, api: Api): Promise<readonly Tool[]> {
  const program = given('SUPPORT_BUNDLE', 'support-bundle');
  if (program === undefined) return [];
  const kubeconfig = await api.userKubeconfig('troubleshoot', ['system:masters']);
  const spec = join(dir, 'support-bundle.yaml');
  const limits = { maxLines: 200_000, maxBytes: 12 * 2 ** 20 };
  writeFileSync(
    spec,
    stringify({
      apiVersion: 'troubleshoot.sh/v1beta2',
      kind: 'SupportBundle',
      metadata: { name: 'bench' },
      spec: {
        collectors: [
          { clusterInfo: {} },
          { clusterResources: { namespaces: [namespace] } },
          { logs: { name: 'logs', namespace, selector: ['read=whole'], limits } },
        ],
      },
    }),
  );
  const archive = join(dir, 'theirs.tar.gz');
  const args = [
    ...[spec, '--kubeconfig', kubeconfig, '-n', namespace, '-o', archive.replace(/\.tar\.gz$/, '')],
    ...['--interactive=false', '--auto-update=false'],
  ];
  const run = (...more: readonly string[]) => timedCommand(program, [...args, ...more], { home: dir });
  return [
    { name: 'support-bundle', archive, once: true, run: () => run() },
    { name: 'support-bundle, secrets left in', archive, run: () => run('--redact=false') },
  ];
}

/** Bytes of the logs in an archive. */
function keptIn(archive: string): number {
  const listed = execFileSync('tar', ['-tvzf', archive], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return listed
    .split('\n')
    .filter((line) => line.startsWith('-') && line.endsWith('.log'))
    .reduce((sum, line) => sum + Number(line.split(/\s+/)[2]), 0);
}

function figure(
  name: string,
  { pods, logs }: { readonly pods: number; readonly logs: number },
  samples: readonly Sample[],
): BundlePeerFigure {
  const middle = (pick: (one: Sample) => number) =>
    samples.map(pick).toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
  const seconds = middle(({ ms }) => ms) / 1000;
  const megabytesOfLogs = (logs * POD_BYTES) / 1e6;
  return {
    ...{ name, pods, megabytesOfLogs },
    megabytesKept: Math.round(middle(({ kept }) => kept) / 1e6),
    ...{ seconds, megabytesPerSecond: megabytesOfLogs / seconds },
    coreSeconds: middle(({ coreSeconds }) => coreSeconds),
    megabytesPacked: middle(({ packed }) => packed) / 1e6,
    megabytesResident: Math.round(Math.max(...samples.map(({ megabytes }) => megabytes))),
    logRequests: middle(({ requests }) => requests),
  };
}

if (process.argv[1] === import.meta.filename) console.table(await benchBundlePeer());

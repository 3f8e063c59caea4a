/** `/aetherius logs` for the last 30 minutes of a part with five Pods and 50 MB, by a worker's own way. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startKubeApi } from '../../lab/components/kube-api.ts';
import { kubeSeed } from '../../test/support/kube.ts';
import { grantRights } from '../../test/support/kube-rights.ts';
import { startKubelet } from '../../test/support/kubelet-logs.ts';
import { POD_BYTES, podLog, podOn } from './pods-with-logs.ts';

export interface PartLogsFigure {
  readonly name: string;
  readonly pods: number;
  readonly megabytes: number;
  readonly megabytesRead: number;
  readonly p50Ms: number;
  readonly maxMs: number;
  readonly coreMs: number;
  /** The longest that the worker did nothing else. */
  readonly heldMs: number;
  /** The most that was ever resident. */
  readonly residentMegabytes: number;
}

interface Answer {
  readonly ms: number;
  readonly coreMs: number;
  readonly heldMs: number;
  readonly bytes: number;
  readonly cut: number;
  readonly failed: number;
  readonly resident: number;
}

const child = fileURLToPath(new URL('part-logs.child.ts', import.meta.url));
const PODS = 5;
const ROUNDS = 5;

export async function benchPartLogs(): Promise<readonly PartLogsFigure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-part-logs-'));
  chmodSync(dir, 0o755);
  const api = await startKubeApi({ dir });
  const seed = kubeSeed(api.kubeconfig);
  const logs = new Map<string, Buffer>();
  const kubelet = await startKubelet(seed, join(dir, 'pki'), (pod) => logs.get(pod));
  try {
    const kubeconfig = await api.userKubeconfig('aetherius');
    const figures: PartLogsFigure[] = [];
    for (const [name, loudOneIn] of [
      ['one entry in twenty a warning or worse', 133],
      ['seven entries in eight a warning or worse', 1],
    ] as const) {
      const namespace = `logs-${loudOneIn}`;
      await seed.post('/api/v1/namespaces', { metadata: { name: namespace } });
      await grantRights(seed, 'aetherius', namespace);
      for (let at = 0; at < PODS; at += 1) {
        const pod = `agent-manager-${loudOneIn}-${at}`;
        logs.set(pod, podLog(at + 1, loudOneIn));
        await podOn(seed, namespace, { name: pod, app: 'agent-manager', node: kubelet.node });
      }
      figures.push(await measured(name, kubeconfig, namespace));
    }
    return figures;
  } finally {
    await kubelet.stop();
    seed.close();
    await api.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A worker asks several times, as one that runs for long does. */
async function measured(name: string, kubeconfig: string, namespace: string): Promise<PartLogsFigure> {
  const worker = spawn(process.execPath, ['--import', 'tsx', child, kubeconfig, namespace], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: worker.stdout })[Symbol.asyncIterator]();
    const answers: Answer[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      worker.stdin.write('read\n');
      const { value } = (await lines.next()) as { readonly value?: string };
      if (value === undefined) throw new Error('the worker ended');
      const answer = JSON.parse(value) as Answer;
      if (answer.failed > 0) throw new Error(`${answer.failed} logs could not be read`);
      answers.push(answer);
    }
    const inOrder = (pick: (one: Answer) => number) => answers.map(pick).toSorted((a, b) => a - b);
    const most = (pick: (one: Answer) => number) => Math.round(inOrder(pick).at(-1) ?? Number.NaN);
    const middle = (pick: (one: Answer) => number) =>
      Math.round(inOrder(pick)[Math.floor(ROUNDS / 2)] ?? Number.NaN);
    return {
      ...{ name, pods: PODS, megabytes: Math.round((PODS * POD_BYTES) / 1e6) },
      megabytesRead: Math.round(middle(({ bytes }) => bytes) / 1e6),
      ...{ p50Ms: middle(({ ms }) => ms), maxMs: most(({ ms }) => ms) },
      ...{ coreMs: middle(({ coreMs }) => coreMs), heldMs: most(({ heldMs }) => heldMs) },
      residentMegabytes: most(({ resident }) => resident),
    };
  } finally {
    worker.kill('SIGKILL');
  }
}

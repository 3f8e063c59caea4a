/** Pods whose logs a simulated kubelet gives. */
import type { KubeSeed } from '../../test/support/kube.ts';
import { corpus } from '../../test/support/logs/corpus.ts';

export const POD_BYTES = 10e6;
const MINUTES = 30;

/** A log of zap that fills the last half hour; of what is no info, one entry in so many stays. */
export function podLog(seed: number, loudOneIn: number): Buffer {
  const to = Date.now();
  const from = to - MINUTES * 60_000;
  const block: string[] = [];
  let [size, loud] = [0, 0];
  for (const entry of corpus({
    seed,
    entries: loudOneIn === 1 ? 70_000 : 700_000,
    forms: ['zap'],
    from,
    to,
  })) {
    if (entry.severity !== 'info') loud += 1;
    if (entry.severity !== 'info' && loud % loudOneIn !== 0) continue;
    block.push(...entry.lines);
    size += entry.lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (size >= POD_BYTES) break;
  }
  return Buffer.from(`${block.join('\n')}\n`);
}

/** A Pod that runs there since its start. */
export async function podOn(
  seed: KubeSeed,
  namespace: string,
  about: {
    readonly name: string;
    readonly app: string;
    readonly node: string;
    readonly labels?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { name, app, node: nodeName, labels } = about;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const made = (await seed.post(path, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app, ...labels } },
    spec: { nodeName, containers: [{ name: 'main', image: 'x:1' }] },
  })) as object;
  await seed.put(`${path}/${name}/status`, {
    ...made,
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'main', image: 'x:1', imageID: '', ready: true, started: true, restartCount: 0, state: {} },
      ],
    },
  });
}

/** Collecting a bundle: time and memory by the size of the logs; the cluster is simulated and answers at once. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface BundleFigure {
  readonly name: string;
  readonly pods: number;
  readonly logs: number;
  readonly megabytesOfLogs: number;
  readonly seconds: number;
  readonly megabytesPerSecond: number;
  readonly cpuSeconds: number;
  /** Megabytes in a second of one core's time, whatever else runs on the machine. */
  readonly megabytesPerCoreSecond: number;
  readonly megabytesPacked: number;
  /** The most that was ever resident. */
  readonly megabytesResident: number;
}

const child = fileURLToPath(new URL('bundle.child.ts', import.meta.url));
/** Of each log. */
const each = 10;

export function benchBundle(): Promise<Readonly<Record<string, BundleFigure>>> {
  const figures: Record<string, BundleFigure> = {};
  for (const [pods, logs] of [
    [50, 5],
    [500, 5],
    [500, 50],
  ] as const) {
    const args = ['--import', 'tsx', child, String(pods), String(logs), String(each)];
    const said = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as {
      readonly seconds: number;
      readonly cpuSeconds: number;
      readonly packed: number;
      readonly peak: number;
    };
    const megabytesOfLogs = logs * each;
    const name = `${pods} Pods, ${logs} logs`;
    figures[name] = {
      ...{ name, pods, logs, megabytesOfLogs, seconds: said.seconds },
      ...{ megabytesPerSecond: megabytesOfLogs / said.seconds, cpuSeconds: said.cpuSeconds },
      ...{ megabytesPerCoreSecond: megabytesOfLogs / said.cpuSeconds, megabytesPacked: said.packed },
      megabytesResident: said.peak,
    };
  }
  return Promise.resolve(figures);
}

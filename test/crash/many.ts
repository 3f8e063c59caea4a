/** Many runs over some lanes, each lane one after the other. */
import type { Lane } from './lane.ts';
import { type Fault, type RunOptions, runScenario, type Scenario, type Trial } from './scenario.ts';

export interface Task extends RunOptions {
  readonly scenario: Scenario;
  readonly fault: Fault;
}

export interface Watcher {
  /** Hears of each run as it ends. */
  readonly onTrial?: (trial: Trial) => void;
  /** Whether another run is begun. */
  readonly goOn?: () => boolean;
}

/** Every task on whichever lane is free. */
export async function runMany(
  lanes: readonly Lane[],
  tasks: readonly Task[],
  { onTrial, goOn = () => true }: Watcher = {},
): Promise<readonly Trial[]> {
  const line = [...tasks];
  const trials: Trial[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let task = line.shift(); task !== undefined && goOn(); task = line.shift()) {
        const trial = await runScenario(lane, task.scenario, task.fault, task);
        trials.push(trial);
        onTrial?.(trial);
      }
    }),
  );
  return trials;
}

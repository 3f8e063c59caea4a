import { describe, expect, it } from 'vitest';
import { kindRuns, kindTasks, tasksOf, wholeRuns } from '../../../../scripts/reliability/plan.ts';
import { faults, scenarios } from '../../../../test/crash/scenario.ts';

const all = { points: [], faults: [] };
const run = (point: string, fault: string, round: number) =>
  ({ point, fault, round, action: 'policy' }) as Parameters<typeof tasksOf>[1][number];

describe('what npm run reliability has to do', () => {
  it('is 100 kills of each point, 20 of the other faults, and 3 where a worker is blocked', () => {
    const tasks = tasksOf(all, []);
    for (const [fault, runs] of Object.entries(wholeRuns))
      expect(tasks.filter((task) => task.fault === fault)).toHaveLength(runs * scenarios.length);
    expect(Object.keys(wholeRuns).toSorted()).toEqual(Object.keys(faults).toSorted());
    expect(wholeRuns).toEqual({ SIGKILL: 100, pooler: 20, SIGSTOP: 20, redis: 20, postgres: 20, blocked: 3 });
  });

  it('has every fault and point in its first part, so that a broken-off run has seen each', () => {
    const first = tasksOf(all, []).slice(0, scenarios.length * Object.keys(faults).length);
    expect(
      new Set(first.map(({ fault, scenario }) => `${fault} ${scenario.point} ${scenario.action}`)).size,
    ).toBe(first.length);
  });

  it('kills five times at every point of one remediation of each other kind of target', () => {
    const points = new Set(scenarios.map(({ point }) => point));
    for (const { tasks } of kindTasks(all, [])) {
      expect(new Set(tasks.map(({ scenario }) => scenario.point))).toEqual(points);
      expect(tasks).toHaveLength(points.size * kindRuns);
    }
  });

  it('leaves out what an earlier run has done, and nothing else', () => {
    const choice = { runs: 2, points: ['R-K5'], faults: ['SIGKILL', 'SIGSTOP'] };
    const left = tasksOf(choice, [run('R-K5', 'SIGKILL', 0), run('R-K4', 'SIGSTOP', 1)]);
    expect(left.map(({ fault, scenario, round }) => `${fault} ${scenario.point} ${round}`)).toEqual([
      'SIGSTOP R-K5 0',
      'SIGKILL R-K5 1',
      'SIGSTOP R-K5 1',
    ]);
  });
});

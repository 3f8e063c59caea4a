import { describe, expect, it } from 'vitest';
import { faults } from '../../lab/faults/index.ts';
import { connectLab, downLab, labStatus, missingFor, upLab } from '../../lab/runtimes/index.ts';
import { scaleAgents, scalePods } from '../../lab/scale/index.ts';
import { tryFault } from '../../lab/selftest.ts';
import { differences, snapshot } from '../../lab/snapshot.ts';
import { type Runtime, runtimes } from '../../lab/types.ts';

/**
 * Kubernetes and Docker labs of another instance number live beside those that a person has up.
 * `AETHERIUS_LAB_INSTANCE` chooses it for the whole run; CI leaves it at 0.
 */
const progress = () => undefined;

/** A stopped process, a paused one, a network that is cut, an object that is wrong: the campaign plants all the rest. */
const quick = ['part.nats.paused', 'part.postgres.unreachable', 'part.neo4j.refusing', 'D1.b', 'K1.e'];

describe.each(runtimes)('the platform on %s', (runtime: Runtime) => {
  const absent = missingFor(runtime);

  it.skipIf(absent.length > 0)(
    'comes up healthy, again without harm, shows and loses faults, and leaves nothing behind',
    { timeout: 1_800_000 },
    async () => {
      expect(await labStatus(runtime)).toBe('down');
      const before = await snapshot();

      await upLab(runtime, progress);
      const started = performance.now();
      await upLab(runtime, progress);
      const again = (performance.now() - started) / 1000;
      const lab = connectLab(runtime);
      const chosen = faults.filter((one) => one.runtimes.includes(runtime) && quick.includes(one.id));
      const problems: string[] = [];
      for (const fault of chosen) {
        const row = await tryFault(lab, fault, fault.variants[0]);
        if (row.problem !== undefined) problems.push(`${row.id} ${row.variant}: ${row.problem}`);
      }
      // The set-up itself waits until every Pod looks as it should and every agent is registered.
      if (runtime === 'kubernetes') {
        await scalePods(lab, 200, progress);
        await scaleAgents(lab, 50, progress);
        await scalePods(lab, 0, progress);
      }
      await downLab(runtime);

      expect(problems).toEqual([]);
      expect(chosen.length).toBeGreaterThan(2);
      expect(again).toBeLessThan(60);
      expect(differences(before, await snapshot())).toEqual([]);

      // Straight after: nothing of the first one is in the way.
      await upLab(runtime, progress);
      await downLab(runtime);
      expect(await labStatus(runtime)).toBe('down');
      expect(differences(before, await snapshot())).toEqual([]);
    },
  );

  if (runtime === 'processes')
    it('that fails half-way can be taken down, and leaves nothing', { timeout: 120_000 }, async () => {
      const before = await snapshot();
      process.env['REDIS_SERVER'] = '/bin/false';
      try {
        await expect(upLab(runtime, progress)).rejects.toThrow();
      } finally {
        delete process.env['REDIS_SERVER'];
      }
      await downLab(runtime);

      expect(differences(before, await snapshot())).toEqual([]);
    });

  it('says in one line each what is missing, if anything is', () => {
    expect(absent.every((line) => line.length < 200 && !line.includes('\n'))).toBe(true);
  });
});

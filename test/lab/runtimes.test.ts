import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultById, faults } from '../../lab/faults/index.ts';
import {
  connectCompose,
  connectLab,
  downLab,
  labStatus,
  missingFor,
  upLab,
} from '../../lab/runtimes/index.ts';
import { isKubernetes } from '../../lab/runtimes/kubernetes.ts';
import { scaleAgents, scalePods } from '../../lab/scale/index.ts';
import { tryFault } from '../../lab/selftest.ts';
import { differences, snapshot } from '../../lab/snapshot.ts';
import { type Runtime, runtimes } from '../../lab/types.ts';
import type { BundleEntry } from '../../src/domain/bundle/manifest.ts';
import type { With } from '../../src/domain/probe/targets/targets.ts';
import { ConfigFile } from '../../src/domain/settings/config.ts';
import { createTargetsFactory } from '../../src/platform/targets/factory.ts';
import { allowConnection } from '../../src/remediations/kubernetes/network/allow-connection.remediation.ts';
import {
  bundled,
  holdsLess,
  killComposeSources,
  killKubernetesSources,
  reviveSources,
  wrongly,
} from '../support/dead-sources.ts';
import { scratch } from '../support/targets.ts';

/**
 * Kubernetes and Docker labs of another instance number live beside those that a person has up.
 * `AETHERIUS_LAB_INSTANCE` chooses it for the whole run; CI leaves it at 0.
 */
const progress = () => undefined;

/** A stopped process, a paused one, a network that is cut, an object that is wrong: the campaign plants all the rest. */
const quick = ['part.nats.paused', 'part.postgres.unreachable', 'part.neo4j.refusing', 'D1.b', 'K1.e'];

/** Of the platform's environment what runs it, without its stores. */
function targetsOf({ runtime }: Readonly<Record<string, unknown>>) {
  const { there } = ConfigFile.parse({ environments: { there: { runtime } } }).environments;
  if (there === undefined) throw new Error('no environment');
  return createTargetsFactory({ there });
}

/** Where CI draws its tests, one of the three: the campaign brings the two big ones up and down beside it. */
const drawnNumber = Number.parseInt(process.env['AETHERIUS_TEST_SEED'] ?? '', 16);
const chosenRuntimes = Number.isNaN(drawnNumber)
  ? runtimes
  : runtimes.filter((_one, at) => at === drawnNumber % runtimes.length);

describe.each(chosenRuntimes)('the platform on %s', (runtime: Runtime) => {
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
    },
  );

  describe.skipIf(absent.length > 0)('straight after, with nothing of the first one in the way', () => {
    const place = scratch('dead-sources');
    let before: Awaited<ReturnType<typeof snapshot>>;
    beforeAll(async () => {
      before = await snapshot();
      await upLab(runtime, progress);
    });
    afterAll(async () => {
      await downLab(runtime);
      place.remove();
    });

    if (runtime === 'kubernetes')
      it('has a connection that a policy blocks let through by one more policy, and closed again', {
        timeout: 180_000,
      }, async () => {
        const lab = connectLab(runtime);
        const fault = faultById('N1.c');
        const variant = 'egress-to-data-only';
        const targets = targetsOf(await lab.environmentConfig());
        const context = async () => ({
          deps: (await targets.forRun('there')) as With<'kubernetes' | 'runtime'>,
          ...{ signal: new AbortController().signal, now: () => new Date() },
          operation: { id: 'lab', age: () => Promise.resolve(0) },
        });
        const wanted = { from: 'agent-manager', to: 'orchestrator-service', seconds: 300 } as const;
        const blocked = () => fault.check(lab, variant);
        await fault.plant(lab, variant);
        await expect.poll(blocked, { timeout: 20_000 }).toBe(true);

        const plan = await allowConnection.plan(
          { ...wanted, port: lab.names.port(wanted.to) },
          await context(),
        );
        for (const step of plan.steps) await allowConnection.applyStep(step, plan, await context());

        // What a program in the container gets is told by the lab, and by the fix itself.
        await expect.poll(blocked, { timeout: 20_000 }).toBe(false);
        expect(await allowConnection.settled?.(plan, await context())).toBe(true);
        const [undo] = plan.undo ?? [];
        if (undo === undefined) throw new Error('no undo');
        await allowConnection.applyStep(undo, plan, await context());
        const seen = async () => allowConnection.observeStep(undo, plan, await context());
        await expect.poll(seen, { timeout: 20_000 }).toBe('done');
        await expect.poll(blocked, { timeout: 20_000 }).toBe(true);
        await fault.clear(lab, variant);
      });

    // It comes last: what it kills stays dead.
    if (runtime !== 'processes')
      it('has a bundle with ten dead sources that is whole but for them', { timeout: 180_000 }, async () => {
        const lab = connectLab(runtime);
        const folder = (name: string) => mkdtempSync(join(place.dir, name));
        const healthy = await bundled(await lab.environmentConfig(), folder('healthy'));
        const { environment, sources } = isKubernetes(lab)
          ? await killKubernetesSources(lab, place.dir)
          : await killComposeSources(connectCompose());
        const dead = await bundled(environment, folder('dead'));
        await reviveSources(lab);

        expect(healthy).toMatchObject({ exit: 0, verified: { exit: 0, intact: true, findings: 0 } });
        expect(dead).toMatchObject({ exit: 1, verified: { exit: 0, intact: true, findings: 0 } });
        // Exactly these failed, each with its error.
        const failed = dead.entries.filter(({ error }) => error !== undefined);
        const paths = sources.map(({ path }) => path);
        expect(wrongly(sources, failed)).toEqual([]);
        expect(sources.length).toBeGreaterThanOrEqual(10);
        expect(healthy.entries.filter(({ error }) => error !== undefined)).toEqual([]);
        // No source costs more than its own time, and none that of another.
        const seconds = ({ startedAt, endedAt }: BundleEntry) =>
          (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
        for (const entry of failed) expect(seconds(entry), entry.path).toBeLessThan(12);
        expect(dead.seconds).toBeLessThan(healthy.seconds + 25);
        // All the rest is there, and holds what it held.
        const lacking = sources.flatMap(({ path, files }) => files ?? [path]);
        const kept = [...healthy.files.keys()].filter(
          (path) => !lacking.some((start) => path.startsWith(start)),
        );
        expect([...dead.files.keys()].toSorted()).toEqual(kept.toSorted());
        expect(
          kept.filter((path) => holdsLess(healthy.files.get(path) ?? '', dead.files.get(path) ?? '')),
        ).toEqual([]);
        for (const path of paths) expect(dead.files.get('index.html')).toContain(path);
      });

    it('leaves nothing behind again', async () => {
      await downLab(runtime);

      expect(await labStatus(runtime)).toBe('down');
      expect(differences(before, await snapshot())).toEqual([]);
    });
  });

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

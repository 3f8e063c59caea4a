import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApi, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import { changesOf } from '../../../src/domain/diagnosis/changes.ts';
import type { Targets } from '../../../src/domain/probe/targets/targets.ts';
import { openChecks } from '../../../src/main/checks.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { buildChild } from '../../support/built-child.ts';
import { type KubeSeed, kubeSeed } from '../../support/kube.ts';
import { type KubeAudit, kubeAudit } from '../../support/kube-audit.ts';
import { grantRights } from '../../support/kube-rights.ts';
import { type Planted, plantedBesides, plantedInPods, seedScale } from '../../support/kube-scale.ts';
import { silentLogger } from '../../support/logger.ts';
import { environment, scratch } from '../../support/targets.ts';
import { until } from '../../support/until.ts';

const execute = promisify(execFile);
const lacking = missing();
const folder = scratch('diagnose-scale');
const user = 'aetherius';
const sizes = [60, 500, 5_000] as const;
const namespaceOf = (pods: number) => `scale-${pods}`;
let api: KubeApi;
let audit: KubeAudit;
let seed: KubeSeed;
let kubeconfig: string;

/** Runs one diagnosis with the rights of the chart, and tells what it found and what the API server saw of it. */
async function diagnosed(text: string, pods: number) {
  const factory = createTargetsFactory({
    test: environment({
      runtime: {
        kind: 'kubernetes',
        namespace: namespaceOf(pods),
        agentNamespace: 'kube-system',
        kubeconfig,
      },
    }),
  });
  const used: Targets[] = [];
  const targets = {
    async forRun(name: string) {
      const fresh = await factory.forRun(name);
      used.push(fresh);
      return fresh;
    },
    close: () => factory.close(),
  };
  const runner = createProbeRunner({ probes, clock: systemClock, logger: silentLogger });
  const { diagnosis } = openChecks({
    config: { environments: {} },
    targets,
    runner,
    logger: silentLogger,
    clock: systemClock,
  });
  audit.forget();
  try {
    const answer = await diagnosis.run({
      environment: 'test',
      text,
      signal: new AbortController().signal,
    });
    if (answer.kind !== 'judged') throw new Error(`${text} was not understood`);
    const counted = used.reduce((sum, one) => sum + (one.kubernetes?.requests() ?? 0), 0);
    // An answer may be here a moment before it is written down there.
    await until(() => audit.requests(user).length >= counted);
    return { ...answer, counted, seen: audit.requests(user) };
  } finally {
    await factory.close();
  }
}

type Diagnosed = Awaited<ReturnType<typeof diagnosed>>;

/** What confirmed causes are about, one line each; a thing that is named twice is there twice. */
function named({ judgements }: Diagnosed): readonly string[] {
  return judgements
    .flatMap(({ causes }) => causes)
    .filter(({ verdict }) => verdict === 'confirmed')
    .flatMap(({ cause, for: findings }) =>
      findings.map(({ code, subject }) => line({ cause: cause.id, code, subject })),
    )
    .toSorted();
}
const line = ({ cause, code, subject }: Planted) => `${cause} ${code} ${subject}`;
const pagesOf = ({ seen }: Diagnosed) => seen.filter(({ path }) => path.includes('continue=')).length;

describe.skipIf(lacking !== undefined)(
  `A diagnosis of many Pods${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      audit = kubeAudit(folder.dir);
      api = await startKubeApi({ dir: folder.dir, args: audit.args });
      seed = kubeSeed(api.kubeconfig);
      kubeconfig = await api.userKubeconfig(user);
      for (const pods of sizes) {
        await seedScale(seed, namespaceOf(pods), pods, { chatter: pods < 5_000 });
        await grantRights(seed, user, namespaceOf(pods));
      }
    }, 240_000);
    afterAll(async () => {
      seed.close();
      await api.stop();
      folder.remove();
    });

    it.each(
      sizes.flatMap((pods) => [
        { symptom: 'K1', pods, planted: plantedInPods },
        { symptom: 'N1', pods, planted: plantedBesides },
      ]),
    )(
      '$symptom among $pods names each planted cause once, on the right object, and nothing healthy, in 12 requests and pages',
      async ({ symptom, pods, planted }) => {
        const run = await diagnosed(symptom, pods);

        expect(named(run)).toEqual(planted.map(line).toSorted());
        const ill = new Set([...plantedInPods, ...plantedBesides].map(({ subject }) => subject));
        // What changed shortly before is told of healthy things as well; here all was made moments ago.
        const changed = new Set(changesOf(run.outcomes));
        const about = run.outcomes
          .flatMap(({ findings }) => findings)
          .filter((finding) => !changed.has(finding))
          .map(({ subject }) => subject);
        expect(about.filter((subject) => !ill.has(subject))).toEqual([]);
        expect(run.seen.filter(({ status }) => status === 403)).toEqual([]);
        expect(run.seen.length).toBe(run.counted);
        expect(run.seen.length - pagesOf(run)).toBeLessThanOrEqual(12);
      },
    );

    it('asks the same number of times however many objects there are, but for pages of Pods', async () => {
      const asked = async (symptom: string, pods: number) => {
        const run = await diagnosed(symptom, pods);
        return { first: run.seen.length - pagesOf(run), pages: pagesOf(run) };
      };
      for (const symptom of ['K1', 'N1']) {
        const few = await asked(symptom, 60);
        const some = await asked(symptom, 500);
        const many = await asked(symptom, 5_000);

        // The thousand events of 500 Pods are not sent, for nobody would read them.
        expect([few.pages, some.pages]).toEqual([0, 0]);
        // 5,000 Pods are ten pages of 500.
        expect(many.pages).toBe(9);
        expect([some.first, many.first]).toEqual([few.first, few.first]);
      }
    });

    it('shows the near name of a Secret that is missing and the near key of a ConfigMap', async () => {
      const { outcomes } = await diagnosed('K1', 500);
      const missingOnes = outcomes
        .flatMap(({ findings }) => findings)
        .filter(({ code }) => code === 'POD_CONFIG_MISSING')
        .map(({ facts }) => `${facts.missing} ~ ${facts.similar}`);

      expect(missingOnes.toSorted()).toEqual([
        'ConfigMap app-settings, key log_level ~ log-level',
        'Secret app-credential ~ app-credentials',
      ]);
    });

    it('gets on with a heap of 64 MiB, and holds for 5,000 Pods less than 80 MiB more than for 60, and less than 220 in all', {
      timeout: 240_000,
    }, async () => {
      const program = await buildChild('test/support/kube-diagnose.child.ts');
      const diagnoseInChild = async (pods: number) => {
        const child = await execute(process.execPath, [
          // Without a bound it is left to the moment how far the heap grows before it is tidied.
          ...['--max-old-space-size=64', ...program.args, kubeconfig, namespaceOf(pods)],
          ...['K1', 'N1', 'K1', 'N1'],
        ]);
        return JSON.parse(child.stdout) as {
          peakMiB: number;
          confirmed: readonly string[];
          notLooked: readonly string[];
        };
      };
      try {
        const few = await diagnoseInChild(60);
        const many = await diagnoseInChild(5_000);

        for (const { confirmed, notLooked } of [few, many])
          expect(
            confirmed.filter((id) => id === 'K1.d'),
            notLooked.join('\n'),
          ).toHaveLength(2);
        // In ten runs it was 48 to 62 MiB more, and 166 in all. What Node takes is in both.
        expect(many.peakMiB - few.peakMiB).toBeLessThan(80);
        expect(many.peakMiB).toBeLessThan(220);
      } finally {
        program.remove();
      }
    });
  },
);

import { once } from 'node:events';
import { expect, it } from 'vitest';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
import { symptomModel } from '../../../../src/diagnoses/symptom-model.ts';
import { ownProbes, pathSteps, unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import { connectionSuspects, symptomWords } from '../../../../src/diagnoses/vocabulary.ts';
import type { DiagnosisView } from '../../../../src/domain/diagnosis/render-diagnosis.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import type { Targets } from '../../../../src/domain/probe/targets/targets.ts';
import {
  createDiagnoseRun,
  type DiagnoseRunOptions,
} from '../../../../src/services/diagnosis/diagnose-run.service.ts';
import { createSymptomMatcher } from '../../../../src/services/diagnosis/symptom-match.service.ts';
import { emitters } from '../../../support/diagnosis.ts';

/** A cluster that counts, and of which nothing is read. */
function clusterThatCounts() {
  let most = Number.POSITIVE_INFINITY;
  let sent = 0;
  return {
    ...{ namespace: 'aetherius', agentNamespace: 'aetherius-agents', pages: () => 0, requests: () => sent },
    limit: (requests: number) => {
      most = requests;
    },
    left: () => most - sent,
    use: () => {
      sent = most;
    },
  };
}
type Cluster = ReturnType<typeof clusterThatCounts>;

const clusterOf = ({ kubernetes }: Targets) => kubernetes as unknown as Cluster;

function outcome(key: string, probe: string, codes: readonly string[]): ProbeOutcome {
  const findings = codes.map((code) => ({
    ...{ code, part: 'redis', subject: 'redis', severity: 'error', facts: {} },
  }));
  return {
    ...{ key, probe, status: findings.length > 0 ? 'unhealthy' : 'healthy', findings, facts: {} },
    ...{ startedAt: new Date(0), durationMs: 1 },
  } as unknown as ProbeOutcome;
}

it('plans the fixes of a cause with requests of their own, whatever the evidence has cost', async () => {
  const left: number[] = [];
  const codes: Readonly<Record<string, readonly string[]>> = {
    'redis.memory': ['REDIS_MEMORY_AT_LIMIT'],
    'redis.eviction-policy': ['REDIS_POLICY_NOEVICTION'],
  };
  const kubernetes = () => ({ environment: 'prod', platform: asInGuide, kubernetes: clusterThatCounts() });
  const probes: DiagnoseRunOptions['probes'] = {
    run: async (calls, { targets, onOutcome }) => {
      // What is read of the history takes all that is left.
      clusterOf(targets).use();
      const outcomes = calls.map(({ probe }) => outcome(probe, probe, codes[probe] ?? []));
      for (const one of outcomes) onOutcome?.(one);
      return outcomes;
    },
  };
  const proposals: Pick<DiagnoseRunOptions['proposals'], 'fixes' | 'plan'> = {
    fixes: (findings) =>
      findings.slice(0, 1).map((finding) => ({ call: { remediation: 'a.fix', with: {} }, finding })),
    plan: async ({ call, targets }) => {
      left.push(clusterOf(targets).left());
      return { call, planned: false, save: () => Promise.reject(new Error('nothing is stored here')) };
    },
  };
  const options = {
    ...{ diagnoses, unreachable, ownProbes, pathSteps, emitters, instructionLines: () => [] },
    matcher: createSymptomMatcher(symptomWords, connectionSuspects, symptomModel),
    clock: { now: () => new Date(0), sleep: (_ms: number, signal: AbortSignal) => once(signal, 'abort') },
    targets: { forRun: async () => kubernetes() as unknown as Targets, close: async () => undefined },
    ...{ probes, proposals },
  } as unknown as DiagnoseRunOptions;
  let ended = false;
  const lease = {
    run: { id: 'a-run', environment: 'prod', params: { symptom: 'D3' } },
    signal: new AbortController().signal,
    save: async () => undefined,
    finishWith: async () => {
      ended = true;
    },
  };

  await createDiagnoseRun(options).handle(lease as never);

  expect(ended).toBe(true);
  expect(left).toEqual([Number.POSITIVE_INFINITY]);
});

it.each([
  ['M1', ['prod']],
  ['D3', []],
])('compares environments where %s is asked for: %j', async (symptom, expected) => {
  const compared: string[] = [];
  const views: DiagnosisView[] = [];
  const stages = [
    {
      part: 'redis',
      images: [
        { environment: 'prod', image: 'redis:6' },
        { environment: 'staging', image: 'redis:7' },
      ],
    },
  ] as const;
  const options = {
    ...{ diagnoses, unreachable, ownProbes, pathSteps, emitters, instructionLines: () => [] },
    matcher: createSymptomMatcher(symptomWords, connectionSuspects, symptomModel),
    clock: { now: () => new Date(0), sleep: (_ms: number, signal: AbortSignal) => once(signal, 'abort') },
    targets: {
      forRun: async () => ({ environment: 'prod', platform: asInGuide }) as unknown as Targets,
      close: async () => undefined,
    },
    probes: {
      run: async (calls: readonly { readonly probe: string }[]) =>
        calls.map(({ probe }) => outcome(probe, probe, [])),
    },
    proposals: { fixes: () => [], plan: () => Promise.reject(new Error('no plan')) },
    known: () => [],
    ids: { token: () => 't', uuid: () => 'u' },
    messages: { others: async () => undefined },
    renderer: {
      diagnosis: (view: DiagnosisView) => {
        if (view.complete) views.push(view);
        return { text: '' };
      },
      evidenceFile: () => '',
    },
    stages: {
      diagnosis: 'M1',
      of: async (_tx: unknown, { environment }: { readonly environment: string }) => {
        compared.push(environment);
        return stages;
      },
    },
  } as unknown as DiagnoseRunOptions;
  const tx = {
    now: async () => new Date(0),
    runs: { saveOutcomes: async () => undefined, unmended: async () => [] },
    messages: { find: async () => [{ id: 'root' }], update: async () => undefined },
    buttons: { create: async () => undefined },
    mutes: { active: async () => [] },
  };
  const lease = {
    run: { id: 'a-run', environment: 'prod', params: { symptom } },
    signal: new AbortController().signal,
    save: async () => undefined,
    finishWith: async (write: (tx: unknown) => Promise<unknown>) => write(tx),
  };

  await createDiagnoseRun(options).handle(lease as never);

  expect(compared).toEqual(expected);
  expect(views.map((view) => view.stages)).toEqual([expected.length === 0 ? [] : stages]);
});

it.each([
  ['redis.set-eviction-policy', ['set-eviction-policy']],
  ['redis.set-memory-limit', ['raise-maxmemory']],
  [undefined, ['raise-maxmemory']],
])('says by hand what the button of %s does, and nothing that another would', async (planned, told) => {
  const views: DiagnosisView[] = [];
  const codes: Readonly<Record<string, readonly string[]>> = {
    'redis.memory': ['REDIS_MEMORY_AT_LIMIT'],
    'redis.eviction-policy': ['REDIS_POLICY_NOEVICTION'],
  };
  const options = {
    ...{ diagnoses, unreachable, ownProbes, pathSteps, emitters, instructionLines: () => [] },
    matcher: createSymptomMatcher(symptomWords, connectionSuspects, symptomModel),
    clock: { now: () => new Date(0), sleep: (_ms: number, signal: AbortSignal) => once(signal, 'abort') },
    targets: {
      forRun: async () => ({ environment: 'prod', platform: asInGuide }) as unknown as Targets,
      close: async () => undefined,
    },
    probes: {
      run: async (
        calls: readonly { readonly probe: string }[],
        { onOutcome }: { onOutcome?: (one: ProbeOutcome) => void },
      ) => {
        const outcomes = calls.map(({ probe }) => outcome(probe, probe, codes[probe] ?? []));
        for (const one of outcomes) onOutcome?.(one);
        return outcomes;
      },
    },
    proposals: {
      fixes: (findings: readonly Finding[]) =>
        ['redis.set-eviction-policy', 'redis.set-memory-limit'].map((remediation) => ({
          call: { remediation, with: {} },
          finding: findings[0],
        })),
      plan: async ({ call }: { readonly call: { readonly remediation: string } }) => ({
        ...{ call, planned: call.remediation === planned, part: 'redis' },
      }),
      save: async () => ({ offers: [], refused: [], others: [] }),
    },
    known: () => [],
    ids: { token: () => 't', uuid: () => 'u' },
    messages: { others: async () => undefined },
    renderer: {
      diagnosis: (view: DiagnosisView) => {
        if (view.complete) views.push(view);
        return { text: '' };
      },
      evidenceFile: () => '',
    },
  } as unknown as DiagnoseRunOptions;
  const tx = {
    now: async () => new Date(0),
    runs: { saveOutcomes: async () => undefined, unmended: async () => [] },
    messages: { find: async () => [{ id: 'root' }], update: async () => undefined },
    buttons: { create: async () => undefined },
    mutes: { active: async () => [] },
  };
  const lease = {
    run: { id: 'a-run', environment: 'prod', params: { symptom: 'D3' } },
    signal: new AbortController().signal,
    save: async (write: (tx: unknown) => Promise<void>) => write(tx),
    finishWith: async (write: (tx: unknown) => Promise<unknown>) => write(tx),
  };

  await createDiagnoseRun(options).handle(lease as never);

  const said = views.at(-1)?.instructions.filter(({ cause }) => cause === 'D3.a');
  expect(said?.map(({ key }) => key)).toEqual(told);
});

import { describe, expect, it } from 'vitest';
import { configNotApplied } from '../../../src/diagnoses/config-not-applied.diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import { healthCalls, shapeOf } from '../../../src/domain/health/health-calls.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { probes } from '../../../src/probes/index.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { unseenLine } from '../../../src/text/unseen.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { kubernetes, meta } from '../../support/cluster-objects.ts';
import { emitters, everyCall, partOf } from '../../support/diagnosis.ts';
import { silentLogger } from '../../support/logger.ts';
import { environment } from '../../support/targets.ts';

const started = Date.parse('2026-03-01T10:00:00Z');
const at = (seconds: number) => new Date(started + seconds * 1000).toISOString();

/** A cluster whose ConfigMap changed so many seconds after the start of the container that mounts it. */
const cluster = (seconds: number) =>
  kubernetes({
    pods: [
      {
        metadata: { ...meta('agent-manager', 'aetherius').metadata, creationTimestamp: at(-2) },
        spec: {
          containers: [{ name: 'main', volumeMounts: [{ name: 'config' }] }],
          volumes: [{ name: 'config', configMap: { name: 'settings' } }],
        },
        status: {
          phase: 'Running',
          containerStatuses: [{ name: 'main', state: { running: { startedAt: at(0) } } }],
        },
      },
    ],
    configmaps: [{ metadata: { ...meta('settings', 'aetherius').metadata, creationTimestamp: at(seconds) } }],
  });

const runner = createProbeRunner({ probes, clock: systemClock, logger: silentLogger });

async function outcomes(calls: readonly ProbeCall[], seconds: number): Promise<readonly ProbeOutcome[]> {
  const asked = calls.filter(({ probe }) => probe === 'kubernetes.config-age');
  const targets = { environment: 'test', platform: asInGuide, kubernetes: cluster(seconds) };
  return runner.run(asked, { targets, signal: new AbortController().signal });
}

/** All other evidence is about Compose, or found nothing. */
const others = everyCall(configNotApplied)
  .filter(({ probe }) => probe !== 'kubernetes.config-age')
  .map((call): ProbeOutcome => {
    const head = {
      key: callKey(call),
      probe: call.probe,
      part: partOf(call),
      startedAt: at(0),
      durationMs: 1,
    };
    return call.probe.startsWith('compose.')
      ? { ...head, status: 'skipped', reason: 'not-applicable', findings: [], facts: {} }
      : { ...head, status: 'healthy', findings: [], facts: {} };
  });

describe('C1.a on Kubernetes', () => {
  it.each([
    [-60, 'ruled-out'],
    [0, 'possible'],
    [3, 'possible'],
    [60, 'confirmed'],
  ])('of a ConfigMap that changed %i s after the start', async (seconds, verdict) => {
    const seen = await outcomes(configNotApplied.evidence, seconds);
    const { causes } = judge(configNotApplied, [...seen, ...others], emitters);
    const cause = causes.find((one) => one.cause.id === 'C1.a');

    expect(cause?.verdict).toBe(verdict);
    expect(cause?.missing.map(({ cause: why }) => why?.code)).toEqual(
      verdict === 'possible' ? ['changed-while-starting'] : [],
    );
  });

  it.each(['en', 'zh-CN'] as const)('says why it is not known, in %s', async (language) => {
    const [outcome] = await outcomes(configNotApplied.evidence, 3);
    const line = outcome && unseenLine(outcome, wordsIn(language));

    expect(line).toContain('agent-manager (settings)');
  });

  it('is nothing to a health check before it is certain', async () => {
    const calls = healthCalls({ ...shapeOf(environment()), runtime: 'kubernetes' });
    const statusAt = async (seconds: number) => (await outcomes(calls, seconds)).map(({ status }) => status);

    expect(await statusAt(3)).toEqual(['healthy']);
    expect(await statusAt(60)).toEqual(['unhealthy']);
  });
});

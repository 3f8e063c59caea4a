import { peakMiB } from '../../lab/components/peak-memory.ts';
import { healthCalls, shapeOf } from '../../src/domain/health/health-calls.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../src/platform/targets/factory.ts';
import { probes } from '../../src/probes/index.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { silentLogger } from './logger.ts';
import { environment } from './targets.ts';

/** Runs a whole health check of a namespace in a process of its own and prints what it cost. */
const [kubeconfig = '', namespace = ''] = process.argv.slice(2);
const config = environment({
  runtime: { kind: 'kubernetes', namespace, agentNamespace: 'kube-system', kubeconfig },
});
const factory = createTargetsFactory({ test: config });
const targets = await factory.forRun('test');
const runner = createProbeRunner({ probes, clock: systemClock, logger: silentLogger });
const started = performance.now();
const outcomes = await runner.run(healthCalls(shapeOf(config)), {
  targets,
  signal: new AbortController().signal,
});
console.log(
  JSON.stringify({
    milliseconds: Math.round(performance.now() - started),
    requests: targets.kubernetes?.requests(),
    inconclusive: outcomes.filter((outcome) => outcome.status === 'inconclusive').length,
    peakMiB: Math.round(peakMiB()),
  }),
);
await factory.close();

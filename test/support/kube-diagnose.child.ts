import { peakMiB } from '../../lab/components/peak-memory.ts';
import { openChecks } from '../../src/main/checks.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../src/platform/targets/factory.ts';
import { probes } from '../../src/probes/index.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { silentLogger } from './logger.ts';
import { environment } from './targets.ts';

/** Diagnoses some symptoms of a namespace one after another in a process of its own, and prints the most it held. */
const [kubeconfig = '', namespace = '', ...symptoms] = process.argv.slice(2);
const environments = {
  test: environment({
    runtime: { kind: 'kubernetes', namespace, agentNamespace: 'kube-system', kubeconfig },
  }),
};
const factory = createTargetsFactory(environments);
const runner = createProbeRunner({ probes, clock: systemClock, logger: silentLogger });
const { diagnosis } = openChecks({
  config: { environments },
  targets: factory,
  runner,
  logger: silentLogger,
  clock: systemClock,
});
const confirmed: string[] = [];
const notLooked: string[] = [];
for (const text of symptoms) {
  const answer = await diagnosis.run({
    environment: 'test',
    text,
    signal: new AbortController().signal,
  });
  if (answer.kind !== 'judged') continue;
  notLooked.push(
    ...answer.outcomes
      .filter(({ status }) => status === 'inconclusive')
      .map(({ key, cause, durationMs }) => `${key} after ${durationMs} ms: ${JSON.stringify(cause)}`),
  );
  for (const { causes } of answer.judgements)
    for (const { cause, verdict } of causes) if (verdict === 'confirmed') confirmed.push(cause.id);
}
await factory.close();
console.log(
  JSON.stringify({
    confirmed,
    notLooked,
    peakMiB: Math.round(peakMiB()),
  }),
);

import { z } from 'zod';
import { redactText } from '../../domain/kernel/redact.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { cannotEverPass } from '../../domain/probe/wrong-check.ts';
import { verdict } from '../support.ts';
import { ownerOf, Pod, parseAll } from './schemas.ts';

const params = z.strictObject({
  minutes: z.number().positive().default(10).meta({ description: 'How far to look back, in minutes.' }),
});
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;

const Event = z.object({
  message: z.string().default(''),
  count: z.number().nullish(),
  involvedObject: z.object({ uid: z.string().default('') }).prefault({}),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

export const kubernetesHealthChecks = defineProbe({
  id: 'kubernetes.health-checks',
  doc: `Can the liveness, readiness and startup probes of the Pods pass at all?
Reads the events "Unhealthy" of the Pods that exist.
A probe cannot pass when it asks for a path or program that is not there.
A probe that fails for another reason is the part's own trouble and no finding here.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['HEALTH_CHECK_CANNOT_PASS'],
  async run({ minutes }: z.output<typeof params>, { deps, signal, now }: ProbeContext<Deps>) {
    const { kubernetes, platform } = deps;
    const [rawPods, rawEvents] = await Promise.all([
      kubernetes.list('pods', kubernetes.namespace, { signal }),
      kubernetes.list('events', kubernetes.namespace, { signal, fieldSelector: 'reason=Unhealthy' }),
    ]);
    const pods = new Map(parseAll(Pod, rawPods).map((pod) => [pod.metadata.uid, pod]));
    const from = now().getTime() - minutes * 60_000;
    const findings = new Map<string, Finding>();
    for (const object of rawEvents) {
      const { message, count, involvedObject, lastTimestamp, eventTime } = Event.parse(object);
      const pod = pods.get(involvedObject.uid);
      const recent = Date.parse(lastTimestamp ?? eventTime ?? '') >= from;
      if (pod === undefined || !recent || pod.metadata.deletionTimestamp !== undefined) continue;
      if (!cannotEverPass(message)) continue;
      const owner = ownerOf(pod);
      const kind = /liveness|readiness|startup/i.exec(message)?.[0].toLowerCase() ?? 'health';
      const subject = `${owner.kind.toLowerCase()}/${owner.name} ${kind}`;
      if (findings.has(subject)) continue;
      findings.set(subject, {
        code: 'HEALTH_CHECK_CANNOT_PASS',
        severity: 'warning',
        part: partOfWorkload(owner.name, platform) ?? 'runtime',
        subject,
        facts: {
          container: pod.metadata.name,
          said: shortened(redactText(message), 160),
          failures: count ?? 1,
        },
      });
    }
    return verdict([...findings.values()], { pods: pods.size, events: rawEvents.length });
  },
});

import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { partOfWorkload } from '../../domain/part-names.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { verdict } from '../support.ts';
import { isReady, ownerOf, Pod, parseAll } from './schemas.ts';

type Deps = Pick<With<'kubernetes'>, 'kubernetes'>;
const params = z.strictObject({
  minutes: z.number().positive().default(10).meta({ description: 'How far to look back, in minutes.' }),
});

const Event = z.object({
  reason: z.string().default(''),
  message: z.string().default(''),
  count: z.number().nullish(),
  involvedObject: z
    .object({ kind: z.string().default(''), uid: z.string().default(''), name: z.string().default('') })
    .prefault({}),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  firstTimestamp: z.string().nullish(),
});

/** The kubelet restarts a container itself: nothing else writes this. */
const killedByProbe = /failed (?:liveness|startup) probe/i;
/** An answer that says "no", or a port where nobody listens: what waits longer does not mend. */
const refusedByAnswer = /statuscode: [45]\d\d/i;
const refusedConnection = /connection refused/i;
/** A program that has run this long has opened its ports, if it ever does. */
const OPEN_AFTER_MS = 10_000;

export const kubernetesFailingProbes = defineProbe({
  id: 'kubernetes.failing-probes',
  doc: `Does a Pod fail its own health probe although its program runs?
Reads the events "Unhealthy" and "Killing" of Pods that exist: a container that the kubelet ends for a failed liveness probe, or one that runs, is not ready and answers its readiness probe with an error. A program that exits by itself is not this.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['POD_PROBE_FAILS'],
  async run({ minutes }: z.output<typeof params>, { deps, signal, now }: ProbeContext<Deps>) {
    const { kubernetes } = deps;
    const [rawPods, rawEvents] = await Promise.all([
      kubernetes.list('pods', kubernetes.namespace, { signal }),
      kubernetes.list('events', kubernetes.namespace, { signal }),
    ]);
    const from = now().getTime() - minutes * 60_000;
    const events = rawEvents
      .map((raw) => Event.parse(raw))
      .filter((event) => Date.parse(event.lastTimestamp ?? event.eventTime ?? '') >= from);
    const findings = parseAll(Pod, rawPods).flatMap((pod): Finding[] => {
      if (pod.metadata.deletionTimestamp !== undefined) return [];
      const own = events.filter((event) => event.involvedObject.uid === pod.metadata.uid);
      const killing = own.find((event) => event.reason === 'Killing' && killedByProbe.test(event.message));
      const unhealthy = own.filter((event) => event.reason === 'Unhealthy');
      const running = pod.status.containerStatuses.find((status) => status.state.running !== undefined);
      const runningMs = now().getTime() - Date.parse(running?.state.running?.startedAt ?? '');
      const stuck =
        !isReady(pod) && runningMs >= OPEN_AFTER_MS
          ? unhealthy.find(
              (event) => refusedByAnswer.test(event.message) || refusedConnection.test(event.message),
            )
          : undefined;
      const event = killing ?? stuck;
      if (event === undefined) return [];
      const said = unhealthy.at(-1)?.message ?? event.message;
      const restarts = pod.status.containerStatuses.reduce((sum, status) => sum + status.restartCount, 0);
      return [
        {
          code: 'POD_PROBE_FAILS',
          severity: 'critical',
          part: partOfWorkload(ownerOf(pod).name) ?? 'runtime',
          subject: `pod/${pod.metadata.name}`,
          facts: {
            pod: pod.metadata.name,
            namespace: kubernetes.namespace,
            probe:
              /liveness|readiness|startup/i.exec(`${event.message} ${said}`)?.[0].toLowerCase() ?? 'unknown',
            message: said.slice(0, 200),
            restarts,
          },
          ...(event.firstTimestamp == null ? {} : { since: event.firstTimestamp }),
        },
      ];
    });
    return verdict(findings, { events: events.length });
  },
});

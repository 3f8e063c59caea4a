import { z } from 'zod';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';

/** An event by which a component of the cluster says that something failed. */
export const Warning = z.object({
  reason: z.string().default(''),
  message: z.string().default(''),
  count: z.number().nullish(),
  involvedObject: z
    .object({
      kind: z.string().default(''),
      uid: z.string().default(''),
      name: z.string().default(''),
      fieldPath: z.string().default(''),
    })
    .prefault({}),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  firstTimestamp: z.string().nullish(),
});
export type Warning = z.output<typeof Warning>;

/** What components write when they fail, by the reason that they give. */
type Reason = 'Unhealthy' | 'FailedCreate' | 'FailedMount';

/**
 * Warnings of the namespace with this reason. A namespace has thousands of other events, most of them of healthy Pods;
 * the API server reads every event for each question, and so whoever asks for another reason is given the same LIST.
 */
export async function warningsOf(
  kubernetes: KubernetesTarget,
  reason: Reason,
  signal: AbortSignal,
): Promise<readonly Warning[]> {
  const options = { signal, fieldSelector: 'type=Warning' };
  const events = await kubernetes.list('events', kubernetes.namespace, options);
  return events.filter((event) => event.reason === reason).map((event) => Warning.parse(event));
}

export const timeOf = ({ lastTimestamp, eventTime }: Warning): number =>
  Date.parse(lastTimestamp ?? eventTime ?? '');

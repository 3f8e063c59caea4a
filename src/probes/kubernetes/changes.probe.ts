import { z } from 'zod';
import { changeLists } from '../../domain/diagnosis/changes.ts';
import { nodeEventsNamespace } from '../../domain/fix/rights.ts';
import { present } from '../../domain/kernel/present.ts';
import { partNamed, partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { KubeKind, KubeObject } from '../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  minutes: z
    .number()
    .positive()
    .max(1440)
    .default(60)
    .meta({ description: 'How far to look back, in minutes.' }),
  lists: z.number().int().min(0).max(changeLists).default(changeLists).meta({
    description:
      'How many new lists it may request in this run. Order: ReplicaSets, ConfigMaps, NetworkPolicies, events of nodes, StatefulSets, DaemonSets of the agents.',
  }),
});
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;

/** More than this is a deployment day, and its end is what matters. */
const mostChanges = 20;
/** Events of a node that change what can run on it. */
const nodeReasons = new Set([
  ...['NodeNotReady', 'NodeReady', 'Rebooted', 'NodeNotSchedulable', 'NodeSchedulable', 'RemovingNode'],
  ...['NodeHasDiskPressure', 'NodeHasInsufficientMemory', 'NodeHasInsufficientPID', 'EvictionThresholdMet'],
  ...['SystemOOM', 'OOMKilling', 'TerminatedAllPods', 'InvalidDiskCapacity', 'ContainerGCFailed'],
]);
/** Rotated by the cluster itself. */
const notOurs = 'kube-root-ca.crt';

export const kubernetesChanges = defineProbe({
  id: 'kubernetes.changes',
  doc: `What was changed in the namespace recently?

Reads rollouts with the image before and after (revisions of ReplicaSets) and events of nodes.
Reads edits of ConfigMaps and NetworkPolicies, with who made them (field ownership).
A change is no fault: its finding is information. It confirms no cause and is shown beside the answer.
What the worker may not read is left out and counted.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 15_000,
  emits: ['CHANGED_IMAGE', 'CHANGED_ROLLOUT', 'CHANGED_CONFIG', 'CHANGED_POLICY', 'CHANGED_NODE'],
  async run(
    { minutes, lists }: z.output<typeof params>,
    { deps: { kubernetes, platform }, signal, now }: ProbeContext<Deps>,
  ) {
    const from = now().getTime() - minutes * 60_000;
    const { namespace, agentNamespace } = kubernetes;
    // The most telling first.
    const every: readonly Source[] = [
      { kind: 'replicasets', namespace, changesIn: (sets) => rollouts(sets, platform) },
      { kind: 'configmaps', namespace, changesIn: (maps) => configEdits(maps, platform) },
      { kind: 'networkpolicies', namespace, changesIn: policyEdits },
      {
        kind: 'events',
        namespace: nodeEventsNamespace,
        fieldSelector: 'involvedObject.kind=Node',
        changesIn: nodeEvents,
      },
      {
        kind: 'statefulsets',
        namespace,
        changesIn: (objects) => templateEdits('statefulset', objects, platform),
      },
      {
        kind: 'daemonsets',
        namespace: agentNamespace,
        changesIn: (objects) => templateEdits('daemonset', objects, platform),
      },
    ];
    let left = lists;
    const chosen = every.filter((source) => {
      if (kubernetes.hasListed(source.kind, source.namespace, source)) return true;
      left -= 1;
      return left >= 0;
    });
    if (chosen.length === 0) return { status: 'skipped', reason: 'no-data' };
    const answers = await Promise.allSettled(
      chosen.map(async ({ kind, namespace: where, fieldSelector, changesIn }) => {
        const options = { signal, ...present({ fieldSelector }) };
        return changesIn(await kubernetes.list(kind, where, options));
      }),
    );
    const failed = answers.filter((answer) => answer.status === 'rejected');
    if (failed.length === answers.length) throw failed[0]?.reason;
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const recent = found
      .filter(({ since }) => since !== undefined && Date.parse(since) >= from)
      .toSorted((a, b) => (b.since ?? '').localeCompare(a.since ?? ''));
    return verdict(recent.slice(0, mostChanges), {
      minutes,
      changes: recent.length,
      unreadable: failed.length,
    });
  },
});

interface Source {
  readonly kind: KubeKind;
  readonly namespace: string;
  readonly fieldSelector?: string;
  readonly changesIn: (objects: readonly KubeObject[]) => readonly Finding[];
}

interface Managed {
  readonly manager?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly touches?: readonly string[];
}

const managedOf = (object: KubeObject): readonly Managed[] =>
  (object.metadata as { readonly managedFields?: readonly Managed[] }).managedFields ?? [];

/** Who last wrote one of these fields, and when; status is no change of anybody's. */
function lastWrite(object: KubeObject, fields: readonly string[]): { by: string; at: string } | undefined {
  const [last] = managedOf(object)
    .filter(({ time, subresource, touches }) => {
      if (time === undefined || subresource !== undefined) return false;
      return touches?.some((name) => fields.includes(name)) === true;
    })
    .toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  return last?.time === undefined ? undefined : { by: last.manager ?? 'unknown', at: isoOf(last.time) };
}

const isoOf = (time: string) => new Date(time).toISOString();

function info(
  code: FindingCode,
  subject: string,
  since: string,
  part: Finding['part'],
  facts: Finding['facts'],
): Finding {
  return { code, severity: 'info', part, subject, since, facts };
}

const ReplicaSet = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({ containers: z.array(z.object({ image: z.string().default('') })) }),
    }),
  }),
});
const revisionKey = 'deployment.kubernetes.io/revision';

/** The newest revision of each Deployment against the one before. */
function rollouts(sets: readonly KubeObject[], platform: Platform): readonly Finding[] {
  const byOwner = new Map<string, KubeObject[]>();
  for (const set of sets) {
    const owner = set.metadata.ownerReferences?.find(({ kind }) => kind === 'Deployment');
    if (owner !== undefined) byOwner.set(owner.name, [...(byOwner.get(owner.name) ?? []), set]);
  }
  return [...byOwner].flatMap(([name, all]) => {
    const revision = (set: KubeObject) => Number(set.metadata.annotations?.[revisionKey] ?? 0);
    const [newest, before] = all.toSorted((a, b) => revision(b) - revision(a));
    if (newest === undefined) return [];
    // A ReplicaSet that was rolled back to is older than its rollout.
    const again = newest.metadata.annotations?.[`${revisionKey}-history`] !== undefined;
    const created = newest.metadata.creationTimestamp;
    const at = again ? lastWrite(newest, ['metadata'])?.at : created && isoOf(created);
    if (at === undefined) return [];
    const images = [newest, before].map((set) => (set === undefined ? '' : imagesOf(set)));
    const [image = '', imageBefore = ''] = images;
    const facts = { kind: 'Deployment', name, revision: revision(newest), image };
    const subject = `deployment/${name}`;
    const part = partOfWorkload(name, platform) ?? 'runtime';
    return [
      imageBefore !== '' && imageBefore !== image
        ? info('CHANGED_IMAGE', subject, at, part, { ...facts, imageBefore })
        : info('CHANGED_ROLLOUT', subject, at, part, facts),
    ];
  });
}

function imagesOf(set: KubeObject): string {
  const parsed = ReplicaSet.safeParse(set);
  return parsed.success ? parsed.data.spec.template.spec.containers.map(({ image }) => image).join(', ') : '';
}

/** Of these no revision with its images is listed: the moment their template was written is known. */
function templateEdits(kind: string, objects: readonly KubeObject[], platform: Platform): readonly Finding[] {
  return objects.flatMap((object) => {
    const { name } = object.metadata;
    const write = lastWrite(object, ['spec.template']);
    if (write === undefined) return [];
    const facts = { kind, name, by: write.by };
    return [
      info(
        'CHANGED_ROLLOUT',
        `${kind}/${name}`,
        write.at,
        partOfWorkload(name, platform) ?? 'runtime',
        facts,
      ),
    ];
  });
}

function configEdits(maps: readonly KubeObject[], platform: Platform): readonly Finding[] {
  return maps.flatMap((map) => {
    const { name } = map.metadata;
    const write = name === notOurs ? undefined : lastWrite(map, ['data', 'binaryData']);
    if (write === undefined) return [];
    const part = partNamed(name, platform) ?? 'runtime';
    return [info('CHANGED_CONFIG', `configmap/${name}`, write.at, part, { name, by: write.by })];
  });
}

function policyEdits(policies: readonly KubeObject[]): readonly Finding[] {
  return policies.flatMap((policy) => {
    const { name } = policy.metadata;
    const write = lastWrite(policy, ['spec']);
    if (write === undefined) return [];
    return [info('CHANGED_POLICY', `networkpolicy/${name}`, write.at, 'runtime', { name, by: write.by })];
  });
}

const NodeEvent = z.object({
  reason: z.string().default(''),
  involvedObject: z.object({ kind: z.string().default(''), name: z.string().default('') }),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

function nodeEvents(events: readonly KubeObject[]): readonly Finding[] {
  return events.flatMap((event) => {
    const parsed = NodeEvent.safeParse(event);
    if (!parsed.success) return [];
    const { reason, involvedObject, lastTimestamp, eventTime } = parsed.data;
    const time = lastTimestamp ?? eventTime ?? event.metadata.creationTimestamp;
    if (!nodeReasons.has(reason) || involvedObject.kind !== 'Node' || time === undefined) return [];
    const { name } = involvedObject;
    return [info('CHANGED_NODE', `node/${name}`, isoOf(time), 'runtime', { name, reason })];
  });
}

import type { Redactor } from '@aetherius/redact';
import { z } from 'zod';
import type { BundleEvent } from '../../domain/bundle/content.ts';
import { oneLine, shortened } from '../../domain/kernel/text.ts';
import { within } from '../../domain/kernel/within.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { runningParts } from './sources.ts';

/** Of the timeline; the events of Kubernetes are all in the bundle. */
const MOST_EVENTS = 500;
const MOST_CHARACTERS = 300;
const READ_MS = 10_000;

const Event = z.object({
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  metadata: z.object({ creationTimestamp: z.string().optional() }),
  type: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().nullish(),
  involvedObject: z.object({ kind: z.string().optional(), name: z.string().optional() }).optional(),
});

/** What happened since then, the latest first; without what cannot be read. */
export async function eventsOf(
  targets: Targets,
  about: { readonly since: number; readonly redactor: Redactor; readonly signal: AbortSignal },
): Promise<readonly BundleEvent[]> {
  const { since, redactor, signal } = about;
  const read = <T>(work: (until: AbortSignal) => Promise<readonly T[]>): Promise<readonly T[]> =>
    within(READ_MS, work, { signal }).catch(() => {
      signal.throwIfAborted();
      return [];
    });
  const found = await Promise.all([
    read((until) => lives(targets, until)),
    read((until) => objectEvents(targets, until)),
  ]);
  return found
    .flat()
    .filter(({ at }) => Date.parse(at) >= since)
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, MOST_EVENTS)
    .map(({ at, kind, subject, text }) => ({
      ...{ at, kind, subject: redactor.text(subject) },
      text: shortened(oneLine(redactor.text(text)), MOST_CHARACTERS),
    }));
}

async function lives({ runtime }: Targets, signal: AbortSignal): Promise<readonly BundleEvent[]> {
  if (runtime === undefined) return [];
  const all = await Promise.all(runningParts.map((part) => runtime.instances(part, { signal })));
  return all.flat().flatMap(({ name: subject, startedAt, last, terminated }) => [
    ...(startedAt === undefined ? [] : [{ at: startedAt, kind: 'started' as const, subject, text: '' }]),
    ...[last, terminated].flatMap((end) =>
      end?.finishedAt === undefined
        ? []
        : [
            {
              ...{ at: end.finishedAt, kind: 'ended' as const, subject },
              text: [end.reason, end.exitCode, end.message].filter((word) => word !== undefined).join(' '),
            },
          ],
    ),
  ]);
}

async function objectEvents({ kubernetes }: Targets, signal: AbortSignal): Promise<readonly BundleEvent[]> {
  if (kubernetes === undefined) return [];
  const { namespace, agentNamespace } = kubernetes;
  const places = [...new Set([namespace, agentNamespace])];
  const all = await Promise.all(places.map((place) => kubernetes.list('events', place, { signal })));
  return all.flat().flatMap((object): BundleEvent[] => {
    const read = Event.safeParse(object);
    if (!read.success) return [];
    const { lastTimestamp, eventTime, metadata, type, reason, message, involvedObject } = read.data;
    const at = lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
    if (at === undefined || Number.isNaN(Date.parse(at))) return [];
    const subject = [involvedObject?.kind, involvedObject?.name].filter(Boolean).join('/');
    const text = [type, reason, message].filter(Boolean).join(' ');
    return [{ at: new Date(at).toISOString(), kind: 'event', subject, text }];
  });
}

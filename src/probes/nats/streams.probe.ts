import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Severity } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { covers } from '../support/nats-subjects.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  subject: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: 'Subject that a stream must store; default: that of the events.' }),
});
type Deps = Pick<With<'nats'>, 'nats' | 'platform'>;
interface Listing {
  readonly streams?:
    | readonly {
        readonly config: { readonly name: string; readonly subjects?: readonly string[] };
        readonly state?: { readonly messages?: number };
      }[]
    | null;
  readonly error?: { readonly code: number; readonly description?: string };
}

export const natsStreams = defineProbe({
  id: 'nats.streams',
  doc: `Does a JetStream stream keep the events?
Asks JetStream for a stream whose subjects include the events' subject.
Without one, a consumer that is away misses what is sent meanwhile.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 6_000,
  emits: ['NATS_NO_STREAM', 'NATS_JETSTREAM_DISABLED'],
  async run({ subject: wanted }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { nats, platform } = deps;
    const subject = wanted ?? platform.subjects.events;
    const server = await nats.connect({ signal });
    const missing = (
      code: FindingCode,
      facts: Record<string, string | number>,
      severity: Severity = 'warning',
    ) => verdict([{ code, severity, part: 'nats', subject, facts }], facts);
    if (!server.jetstream) return missing('NATS_JETSTREAM_DISABLED', { subject }, 'info');
    const listing = await nats.jetstream<Listing>('STREAM.LIST', {}, { signal });
    if (listing.error !== undefined) {
      throw new AppError('DEPENDENCY_UNAVAILABLE', 'JetStream answers with an error', {
        facts: { code: listing.error.code },
      });
    }
    const streams = listing.streams ?? [];
    const keeper = streams.find((stream) =>
      (stream.config.subjects ?? []).some((own) => covers(own, subject)),
    );
    const facts = { subject, streams: streams.map((stream) => stream.config.name).join(', ') || '–' };
    return keeper === undefined
      ? missing('NATS_NO_STREAM', facts)
      : verdict([], { ...facts, keeper: keeper.config.name });
  },
});

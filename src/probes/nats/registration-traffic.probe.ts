import { z } from 'zod';
import { guide } from '../../domain/platform/table.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { covers, withoutPlaceholders } from '../support/nats-subjects.ts';

export const natsRegistrationTraffic = defineProbe({
  id: 'nats.registration-traffic',
  doc: `Are registrations or heartbeats being published right now?

Subscribes to what the agents use (\`${guide.subjects.agents}\`) for some seconds, longer while there is silence.
Counts messages by subject and keeps no payloads.
Registered agents register once and then only send heartbeats, so silence on both subjects is the bad sign.
Two heartbeats may be further apart than the time it listens.`,
  params: z.strictObject({
    seconds: z.number().positive().max(30).default(6).describe('How long to listen, in seconds.'),
    silentSeconds: z
      .number()
      .nonnegative()
      .max(30)
      .default(12)
      .describe('How much longer to listen after silence, in seconds.'),
  }),
  part: 'collect-agent',
  needs: ['nats'],
  timeoutMs: 40_000,
  emits: ['NOBODY_PUBLISHES'],
  async run({ seconds, silentSeconds }, { deps, signal }: { deps: With<'nats'>; signal: AbortSignal }) {
    const { subjects } = deps.platform;
    const listen = (forSeconds: number) => deps.nats.listen(subjects.agents, forSeconds * 1000, { signal });
    let seen = await listen(seconds);
    const silent = Object.keys(seen).length === 0 && silentSeconds > 0;
    if (silent) seen = await listen(silentSeconds);
    const count = (wanted: string) =>
      Object.entries(seen).reduce(
        (total, [subject, n]) => (covers(withoutPlaceholders(wanted), subject) ? total + n : total),
        0,
      );
    const facts = {
      seconds: silent ? seconds + silentSeconds : seconds,
      registrations: count(subjects.registration),
      heartbeats: count(subjects.heartbeat),
      subjects: Object.keys(seen).length,
    };
    if (facts.registrations > 0 || facts.heartbeats > 0 || facts.subjects > 0)
      return { status: 'healthy', facts };
    return {
      status: 'unhealthy',
      findings: [
        {
          code: 'NOBODY_PUBLISHES',
          severity: 'warning',
          part: 'collect-agent',
          subject: subjects.agents.replace(/>$/, '*'),
          facts,
        },
      ],
    };
  },
});

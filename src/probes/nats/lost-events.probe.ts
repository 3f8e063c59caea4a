import { z } from 'zod';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { cannotKnow, clientsOnBus, isHeard, isTaken, listenersBesides, subjectsHeard } from './bus.ts';

const params = z.strictObject({
  seconds: z.number().positive().max(30).default(4).meta({ description: 'How long to listen, in seconds.' }),
  subject: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: 'Subject to listen on; default: that of the events.' }),
});
type Deps = Pick<With<'nats'>, 'nats' | 'platform'>;

/** So many show it; the rest need not be counted. */
const mostMessages = 5_000;

export const natsLostEvents = defineProbe({
  id: 'nats.lost-events',
  doc: `Are events published that no client takes?
Listens on the events' subject for some seconds and asks the monitor who subscribes to what was heard.
A message without a listener is lost, unless a stream keeps it.
Without the monitor the listeners are unknown; so they are where it is of another server than ours.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 40_000,
  emits: ['EVENTS_UNHEARD'],
  async run({ seconds, subject: wanted }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { nats, platform } = deps;
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const others = await listenersBesides(nats, signal);
    const subject = wanted ?? platform.subjects.events;
    const heard = subjectsHeard(await nats.listen(subject, seconds * 1000, { signal, most: mostMessages }));
    const clients = await clientsOnBus(nats, signal);
    const lost = heard.filter(([name]) => !isHeard(name, clients) && !isTaken(name, others ?? []));
    // Behind a leaf node or gateway anybody may take it.
    if (others === undefined && lost.length > 0) throw cannotKnow('listeners-elsewhere');
    const sum = (of: typeof heard) => of.reduce((total, [, count]) => total + count, 0);
    const facts = { subject, seconds, messages: sum(heard), unheard: sum(lost) };
    const [first] = lost;
    if (first === undefined) return verdict([], facts);
    return verdict(
      [
        {
          code: 'EVENTS_UNHEARD',
          severity: 'warning',
          part: 'nats',
          subject,
          facts: { ...facts, example: first[0] },
        },
      ],
      facts,
    );
  },
});

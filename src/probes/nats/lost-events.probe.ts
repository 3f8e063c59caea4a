import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { factOf, mayDecide, type Sourced } from '../../domain/platform/source.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { clientsOnBus } from '../support/nats-clients.ts';
import { covers } from '../support/nats-subjects.ts';
import { verdict } from '../support.ts';
import { cannotKnow, isHeard, isTaken, isTap, listenersBesides, subjectsHeard } from './bus.ts';
import { heardByKnownSubjects, isRefused, namedRefusal } from './known-subjects.ts';

const params = z.strictObject({
  seconds: z.number().positive().max(30).default(4).meta({ description: 'How long to listen, in seconds.' }),
  subject: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: 'Subject to listen on; default: that of the events.' }),
});
type Deps = Pick<With<'nats'>, 'nats' | 'platform'>;

const configured = (value: string): Sourced => ({ value, source: 'configured' });

/** So many show it; the rest need not be counted. */
const mostMessages = 5_000;

/** Whether somebody who listens to a pattern hears anything of a subject, or all of it. */
const listensTo = (own: string, subject: string): boolean =>
  !isTap(own) && (covers(own, subject) || covers(subject, own));

export const natsLostEvents = defineProbe({
  id: 'nats.lost-events',
  doc: `Are events published that no client takes?
Listens on the events' subject for some seconds and asks the monitor who subscribes to what was heard.
A message without a listener is lost, unless a stream keeps it.
Where no client listens and no stream keeps anything, the answer is open until a message comes.
Where only the guide names the events' subject and it is silent, the answer is open if another message goes to no client.
A user of NATS that may not hear every subject hears those that are known, and the monitor tells whether that was all.
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
    const events = wanted === undefined ? factOf(platform, 'subjects', 'events') : configured(wanted);
    const subject = events.value;
    const ms = seconds * 1000;
    const limits = { signal, most: mostMessages };
    const listen = async (to: string) => subjectsHeard(await nats.listen(to, ms, limits));
    const heard = await listen(subject).catch((error: unknown) => {
      throw namedRefusal(error, subject);
    });
    const everything = () =>
      listen('>').catch(async (error: unknown) => {
        if (!isRefused(error)) throw error;
        const known = await heardByKnownSubjects(nats, [subject], ms, limits);
        if (known !== undefined) return Object.entries(known);
        throw new AppError('NOT_FOUND', 'the subject of the events is hidden', {
          facts: { reason: 'events-subject-hidden', subject },
        });
      });
    const onBus = mayDecide(events) || heard.length > 0 ? [] : await everything();
    const clients = await clientsOnBus(nats, signal);
    const isLost = ([name]: readonly [string, number]) =>
      !isHeard(name, clients) && !isTaken(name, others ?? []);
    const lost = heard.filter(isLost);
    // Nothing is sent where the guide would: what nobody takes may be events under another name, or anything else.
    const stray = onBus.find(isLost);
    if (stray !== undefined)
      throw new AppError('NOT_FOUND', 'which subject the events have was not seen', {
        facts: { reason: 'events-subject-unseen', subject, example: stray[0] },
      });
    // Behind a leaf node or gateway anybody may take it.
    if (others === undefined && lost.length > 0) throw cannotKnow('listeners-elsewhere');
    const sum = (of: typeof heard) => of.reduce((total, [, count]) => total + count, 0);
    const facts = { subject, seconds, messages: sum(heard), unheard: sum(lost) };
    const [first] = lost;
    // The next one would be lost, and none came in these seconds. (What only the guide names may be no subject of theirs.)
    const patterns = [...clients.flatMap(({ subjects }) => subjects), ...(others ?? [subject])];
    if (heard.length === 0 && mayDecide(events) && !patterns.some((own) => listensTo(own, subject)))
      throw new AppError('NOT_FOUND', 'no event was sent', {
        facts: { reason: 'events-quiet', subject, seconds },
      });
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

import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { leftOpen } from '../../domain/probe/open.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { NatsTarget } from '../../domain/probe/targets/nats.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { type BusClient, clientsOnBus } from '../support/nats-clients.ts';
import { covers, withoutPlaceholders } from '../support/nats-subjects.ts';
import { verdict } from '../support.ts';
import {
  isApart,
  isHeard,
  isNoAgent,
  isTaken,
  listenersBesides,
  nearMatches,
  publishers,
  speaksOfAgents,
  subjectsHeard,
} from './bus.ts';
import { isRefused } from './known-subjects.ts';

const params = z.strictObject({
  seconds: z.number().positive().max(30).default(6).describe('How long to listen, in seconds.'),
  silentSeconds: z
    .number()
    .nonnegative()
    .max(30)
    .default(12)
    .describe('How much longer to listen after silence, in seconds.'),
});
type Deps = Pick<With<'nats'>, 'nats' | 'platform' | 'runtime'>;

/** A message of an agent that goes past agent-manager is one of thousands: this many show enough. */
const mostMessages = 20_000;

export const natsRegistrationTraffic = defineProbe({
  id: 'nats.registration-traffic',
  doc: `Do the collect agents publish anything right now, and does somebody listen to it?

Subscribes to every subject for some seconds, longer while the agents are silent.
Counts messages by subject and keeps no payloads.
The monitor tells which clients publish and which subjects each of them listens to.
Silence is a finding only when no client that may be an agent publishes anything.
So is a subject without a listener beside a similar pattern that gets nothing.
Two heartbeats may be further apart than the time it listens.
Where the monitor is of another server than the one that the bot is connected to, it could not check.
So it is with silence where several servers run that have no route to each other.`,
  params,
  part: 'collect-agent',
  needs: ['nats'],
  timeoutMs: 50_000,
  emits: ['NOBODY_PUBLISHES', 'AGENT_SUBJECTS_DIFFER'],
  async run({ seconds, silentSeconds }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { nats, platform, runtime } = deps;
    const { subjects } = platform;
    // Undefined: no monitor, or listeners behind a leaf node or gateway.
    const others = nats.hasMonitor ? await listenersBesides(nats, signal) : undefined;
    const clients = () => (nats.hasMonitor ? clientsOnBus(nats, signal) : Promise.resolve(undefined));
    const before = await clients();
    let heard = await listen(nats, subjects.agents, seconds * 1000, signal);
    // Commands go to agents, and come from elsewhere.
    const isAgents = (subject: string) =>
      !/command/i.test(subject) &&
      ([subjects.agents, subjects.registration, subjects.heartbeat].some((own) =>
        covers(withoutPlaceholders(own), subject),
      ) ||
        speaksOfAgents(subject));
    const silent = !heard.subjects.some(([subject]) => isAgents(subject)) && silentSeconds > 0;
    if (silent) heard = await listen(nats, subjects.agents, silentSeconds * 1000, signal);
    const after = await clients();

    const count = (wanted: string) =>
      heard.subjects.reduce(
        (total, [subject, n]) => (covers(withoutPlaceholders(wanted), subject) ? total + n : total),
        0,
      );
    const names = heard.subjects.map(([subject]) => subject);
    const senders = before === undefined || after === undefined ? undefined : publishers(before, after);
    const agents = senders?.filter((client) => !isNoAgent(client, platform));
    const counted = {
      seconds: silent ? seconds + silentSeconds : seconds,
      registrations: count(subjects.registration),
      heartbeats: count(subjects.heartbeat),
      subjects: names.filter(isAgents).length,
    };
    const elsewhere = names.filter((name) => isTaken(name, others ?? []));
    const isOpen = after === undefined || others === undefined || elsewhere.some(speaksOfAgents);
    // That the two fit together shows only where agents were heard, and each of them is listened to.
    const ofAgents = names.filter(speaksOfAgents);
    const fits = !isOpen && ofAgents.length > 0 && ofAgents.every((name) => isHeard(name, after));
    const facts = fits
      ? counted
      : {
          ...counted,
          ...leftOpen(
            ofAgents.length === 0 ? 'agents-unheard' : 'agents-heard-in-part',
            'AGENT_SUBJECTS_DIFFER',
          ),
        };
    const apart = isOpen ? undefined : pastEachOther(names, after, agents ?? [], counted);
    if (apart !== undefined) return verdict([apart], counted);
    const taken =
      (agents?.length ?? 0) > 0 && (elsewhere.length > 0 || names.some((name) => isHeard(name, after ?? [])));
    if (facts.subjects > 0 || taken) return { status: 'healthy', facts };
    // Something moves, and whose it is cannot be told; or we may not hear all that moves.
    const unclear = agents === undefined ? names.length > 0 : agents.length > 0;
    if (unclear || !heard.all)
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'whether an agent publishes cannot be told', {
          facts: {
            reason: heard.all ? 'publishers-unknown' : 'subjects-forbidden',
            clients: (agents ?? []).map(({ name }) => name).join(', ') || '–',
            ...facts,
          },
        }),
        facts,
      };
    if (await isApart(nats, runtime, signal))
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'another server may hear it', {
          facts: { reason: 'servers-apart' },
        }),
        facts,
      };
    return verdict(
      [
        {
          code: 'NOBODY_PUBLISHES',
          severity: 'warning',
          part: 'collect-agent',
          subject: heard.subject,
          facts,
        },
      ],
      facts,
    );
  },
});

interface Heard {
  readonly subjects: readonly (readonly [string, number])[];
  /** What was subscribed to, and whether that is everything. */
  readonly subject: string;
  readonly all: boolean;
}

/** Everything where that is allowed, else what the agents' subjects are expected to be. */
async function listen(nats: NatsTarget, expected: string, ms: number, signal: AbortSignal): Promise<Heard> {
  const hear = async (subject: string) =>
    subjectsHeard(await nats.listen(subject, ms, { signal, most: mostMessages }));
  try {
    return { subjects: await hear('>'), subject: '>', all: true };
  } catch (error) {
    if (!isRefused(error)) throw error;
    return { subjects: await hear(expected), subject: expected, all: false };
  }
}

/** What agents publish and nobody hears, where nothing of what they publish is heard. */
function pastEachOther(
  names: readonly string[],
  clients: readonly BusClient[],
  agents: readonly BusClient[],
  facts: Finding['facts'],
): Finding | undefined {
  const matches = nearMatches(names, clients).filter(
    ({ published, listened }) => speaksOfAgents(published) || speaksOfAgents(listened),
  );
  const [first] = matches;
  if (first === undefined || agents.length === 0) return undefined;
  const ofAgents = names.filter((name) => speaksOfAgents(name));
  if (ofAgents.some((name) => isHeard(name, clients))) return undefined;
  const { published, listened, listener } = first;
  const count = (of: (match: (typeof matches)[number]) => string) => new Set(matches.map(of)).size;
  return {
    code: 'AGENT_SUBJECTS_DIFFER',
    severity: 'critical',
    part: 'collect-agent',
    subject: published,
    facts: {
      ...facts,
      published,
      listened,
      publisher: agents.map(({ name }) => name).join(', '),
      listener: listener.name,
      others: count((match) => match.published) - 1,
    },
  };
}

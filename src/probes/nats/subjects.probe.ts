import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { leftOpen } from '../../domain/probe/open.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { type BusClient, clientsOnBus, silentSubjects } from '../support/nats-clients.ts';
import { covers } from '../support/nats-subjects.ts';
import { verdict } from '../support.ts';
import { cannotKnow, isTap, listenersBesides, publishers, subjectsHeard } from './bus.ts';
import { busDrift, sendersOf, type Unheard } from './drift.ts';
import { namedRefusal } from './known-subjects.ts';

const params = z.strictObject({
  seconds: z.number().positive().max(30).default(12).meta({ description: 'How long to listen, in seconds.' }),
  silentSeconds: z
    .number()
    .nonnegative()
    .max(30)
    // With the rest it stays below the half minute in which a person wants an answer.
    .default(10)
    .meta({ description: 'How much longer to listen after silence, in seconds.' }),
  silentHours: z
    .number()
    .nonnegative()
    .default(24)
    .meta({ description: 'Silence on a subject that is listened to, from which it is told, in hours.' }),
});
type Deps = Pick<With<'nats'>, 'nats' | 'platform'>;

/** What goes past its listeners does so again and again: this many show enough. */
const mostMessages = 20_000;
/** Findings of one kind; the rest is counted. */
const mostFindings = 8;

export const natsSubjects = defineProbe({
  id: 'nats.subjects',
  doc: `Do the clients of NATS publish where others listen?
Listens on every subject for some seconds, longer while nothing is published, and keeps no payloads.
The monitor tells who listens to what, and streams and other servers of the cluster count as listeners.
A subject without a listener is a finding, with the subscription that it was probably meant for.
Subjects of the server and of replies are left out, and a client that listens to everything is not what is looked for.
A subject on which nothing has come since its listener connected, a day ago or longer, is told as well.
Whether its publisher is missing or has nothing to say cannot be known; what agents listen to is left out.
Without the monitor, or where anybody may listen behind a leaf node or gateway, it could not check.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 60_000,
  emits: ['SUBJECTS_PASS_BY', 'SUBJECT_UNHEARD', 'SUBJECT_SILENT'],
  async run(
    { seconds, silentSeconds, silentHours }: z.output<typeof params>,
    { deps, signal }: ProbeContext<Deps>,
  ) {
    const { nats, platform } = deps;
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const others = await listenersBesides(nats, signal);
    if (others === undefined) throw cannotKnow('listeners-elsewhere');
    const before = await clientsOnBus(nats, signal);
    const hear = async (duration: number) =>
      subjectsHeard(
        await nats.listen('>', duration * 1000, { signal, most: mostMessages }).catch((error: unknown) => {
          throw namedRefusal(error, '>');
        }),
      );
    let heard = await hear(seconds);
    const silent = heard.length === 0 && silentSeconds > 0;
    if (silent) heard = await hear(silentSeconds);
    const after = await clientsOnBus(nats, signal);
    const facts = {
      seconds: silent ? seconds + silentSeconds : seconds,
      subjects: heard.length,
      clients: after.length,
      messages: heard.reduce((total, [, count]) => total + count, 0),
    };
    if (heard.length === 0)
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'nothing was published', {
          facts: { reason: 'nothing-published', ...facts },
        }),
        facts,
      };
    const drift = busDrift(heard, [before, after], others);
    const senders = publishers(before, after);
    const quiet = (await silentSubjects(nats, signal)).filter(
      ({ subject, listener }) =>
        !isTap(subject) &&
        (partNamed(listener.name, platform) ?? 'collect-agent') !== 'collect-agent' &&
        !drift.passedBy.some(({ listened }) => listened === subject) &&
        !heard.some(([one]) => covers(subject, one)),
    );
    const isOld = ({ seconds: since }: { readonly seconds: number }) => since >= silentHours * 3_600;
    const silentFor = quiet.filter(isOld);
    const open: readonly ('SUBJECTS_PASS_BY' | 'SUBJECT_SILENT')[] = [
      // Who listens nowhere now may be down, and what it listens to is then not seen.
      ...(drift.unheard.length > 0 ? (['SUBJECTS_PASS_BY'] as const) : []),
      // One that has listened for less than that has had no time to be silent.
      ...(quiet.length > silentFor.length ? (['SUBJECT_SILENT'] as const) : []),
    ];
    const [firstOpen, ...moreOpen] = open;
    return verdict(
      [
        ...drift.passedBy.slice(0, mostFindings).map((one): Finding => {
          const { listened, listener } = one;
          return {
            code: 'SUBJECTS_PASS_BY',
            severity: 'warning',
            part: 'nats',
            subject: listened,
            facts: { ...lostFacts(one, senders, facts.seconds), listened, listener },
          };
        }),
        ...drift.unheard.slice(0, mostFindings).map(
          (one): Finding => ({
            code: 'SUBJECT_UNHEARD',
            severity: 'info',
            part: 'nats',
            subject: one.published,
            facts: lostFacts(one, senders, facts.seconds),
          }),
        ),
        ...silentFor.slice(0, mostFindings).map(
          ({ subject, listener, seconds: since }): Finding => ({
            ...{ code: 'SUBJECT_SILENT', severity: 'info', part: 'nats', subject },
            facts: { subject, listener: listener.name, hours: Math.floor(since / 3_600) },
          }),
        ),
      ],
      firstOpen === undefined ? facts : { ...facts, ...leftOpen('subjects-open', firstOpen, ...moreOpen) },
    );
  },
});

const lostFacts = (
  { published, subjects, messages }: Unheard,
  senders: readonly BusClient[],
  seconds: number,
) => ({
  published,
  publisher: sendersOf(published, senders).join(', ') || '–',
  others: subjects.length - 1,
  messages,
  seconds,
});

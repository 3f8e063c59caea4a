import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { type PartId, serviceIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Handshake } from '../../domain/probe/targets/network.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const reachable = [...serviceIds, 'postgres', 'redis', 'nats', 'neo4j'] as const;

/** Time for the first packet and two repetitions of it (after 1 s and 3 s: tcp(7), RFC 6298). */
const patienceMs = 6_500;

/** Together with the first look within the probe's own time. */
const directPatienceMs = 3_500;

const params = z.strictObject({
  part: z.enum(reachable).meta({ description: 'The part to reach.' }),
  slowMs: z.number().positive().default(500).meta({
    description: 'Milliseconds above which a handshake is slow; even around the world it takes less.',
  }),
});
type Deps = With<'network'>;

export const networkPath = defineProbe({
  id: 'network.path',
  doc: `Does the network carry a connection from the bot to a part, and how fast?

Opens a bare TCP connection to the part's address.
Any answer, even a refusal, shows that packets arrive; only silence means a broken path.
A handshake is one round trip that the part's own work does not delay, so a slow one means a slow path.
It counts only when a second one is slow as well, because a single lost packet costs a second.
A Service refuses or drops connections to a part without a ready Pod, and repeats of the first packet make that look slow.
Then a running Pod is asked at its own address, and only that handshake counts.
Where the Service refuses and the Pod is silent, it could not check: from outside of the cluster no Pod answers.
Where the Service is silent as well, the finding has the address of the Pod.
Other probes check what the part then answers.`,
  params,
  part: ({ part }: z.output<typeof params>) => part,
  needs: ['network'],
  ofHttp: true,
  timeoutMs: 15_000,
  emits: ['NETWORK_SILENT', 'NETWORK_SLOW'],
  async run({ part, slowMs }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { network } = deps;
    if (!network.knows(part)) return { status: 'skipped', reason: 'not-configured' };
    const look = () => network.handshake(part, { timeoutMs: patienceMs, signal });
    const first = await look();
    if (first.answer === 'open') {
      const best = first.ms < slowMs ? first : fastest(first, await look());
      return best.ms < slowMs
        ? verdict([], factsOf(best))
        : verdict([slow(part, best, slowMs)], factsOf(best));
    }
    const own = await atItsPod(part, slowMs, { deps, signal });
    if (own?.answer === 'open' && own.ms >= slowMs) return verdict([slow(part, own, slowMs)], factsOf(own));
    if (first.answer === 'silent') {
      const pod = own?.answer === 'silent' ? `${own.host}:${own.port}` : undefined;
      return verdict([finding('NETWORK_SILENT', 'critical', part, first, present({ pod }))]);
    }
    // Nobody has asked the part: a Service without a ready Pod refuses by itself.
    if (own?.answer === 'silent')
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'a Service answered, and its Pod does not', {
          facts: { reason: 'pod-silent', host: own.host, port: own.port },
        }),
      };
    // How long a refusal takes says nothing: a Service refuses seldom, and drops what comes in between.
    return verdict([], { answer: first.answer });
  },
});

const fastest = (one: Handshake, other: Handshake): Handshake =>
  other.answer === 'open' && other.ms < one.ms ? other : one;
const factsOf = ({ answer, ms }: Handshake) => ({ answer, handshakeMs: ms });

function finding(
  code: FindingCode,
  severity: Finding['severity'],
  part: PartId,
  { host, port }: Handshake,
  facts: Finding['facts'] = {},
): Finding {
  return { code, severity, part, subject: `${host}:${port}`, facts: { host, port, ...facts } };
}

const slow = (part: PartId, handshake: Handshake, thresholdMs: number): Finding =>
  finding('NETWORK_SLOW', 'warning', part, handshake, { handshakeMs: handshake.ms, thresholdMs });

/** The quicker of two handshakes with a running Pod of this part, past the Service; undefined without such a Pod. */
async function atItsPod(
  part: PartId,
  slowMs: number,
  { deps: { network, runtime }, signal }: { readonly deps: Deps; readonly signal: AbortSignal },
): Promise<Handshake | undefined> {
  if (runtime?.kind !== 'kubernetes') return undefined;
  const instances = await runtime.instances(part, { signal }).catch(() => []);
  signal.throwIfAborted();
  const address = instances.find(
    ({ phase, address: own }) => phase === 'running' && own !== undefined,
  )?.address;
  const [port] = address?.ports ?? [];
  if (address === undefined || port === undefined) return undefined;
  const at = { host: address.host, port };
  const look = () => network.handshake(part, { timeoutMs: directPatienceMs, signal, at });
  const first = await look();
  return first.answer === 'open' && first.ms >= slowMs ? fastest(first, await look()) : first;
}

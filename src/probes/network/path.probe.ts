import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { serviceIds } from '../../domain/part.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { verdict } from '../support.ts';

const reachable = [...serviceIds, 'postgres', 'redis', 'nats', 'neo4j'] as const;

/** Time for the first packet and two repetitions of it (after 1 s and 3 s: tcp(7), RFC 6298). */
const patienceMs = 6_500;

const params = z.strictObject({
  part: z.enum(reachable).meta({ description: 'The part to reach.' }),
  slowMs: z
    .number()
    .positive()
    .default(500)
    .meta({ description: 'A handshake that takes longer is slow: around the world and back takes less.' }),
});
type Deps = Pick<With<'network'>, 'network'>;

export const networkPath = defineProbe({
  id: 'network.path',
  doc: `Does the network carry a connection from the bot to a part, and how fast?

Opens a bare TCP connection to the part's address. Any answer, a refusal too, shows that packets arrive; only silence is a broken way. A handshake is one round trip that the part's own work does not delay, so a slow one is a slow way; it counts when a second one is slow as well, for a single lost packet costs a second.
What the part then says is another probe's question.`,
  params,
  part: ({ part }: z.output<typeof params>) => part,
  needs: ['network'],
  timeoutMs: 15_000,
  emits: ['NETWORK_SILENT', 'NETWORK_SLOW'],
  async run({ part, slowMs }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { network } = deps;
    if (!network.knows(part)) return { status: 'skipped', reason: 'not-configured' };
    const look = () => network.handshake(part, { timeoutMs: patienceMs, signal });
    const first = await look();
    const { host, port, answer } = first;
    const finding = (code: string, severity: Finding['severity'], facts: Finding['facts'] = {}): Finding => ({
      code,
      severity,
      part,
      subject: `${host}:${port}`,
      facts: { host, port, ...facts },
    });
    if (answer === 'silent') return verdict([finding('NETWORK_SILENT', 'critical')]);
    const ms = first.ms < slowMs ? first.ms : Math.min(first.ms, (await look()).ms);
    const facts = { answer, handshakeMs: ms };
    return verdict(
      ms < slowMs ? [] : [finding('NETWORK_SLOW', 'warning', { handshakeMs: ms, thresholdMs: slowMs })],
      facts,
    );
  },
});

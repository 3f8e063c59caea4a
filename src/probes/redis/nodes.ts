import type { CallOptions } from '../../domain/kernel/call.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { ProbeResult } from '../../domain/probe/probe.ts';
import type { RedisNode, RedisTarget } from '../../domain/probe/targets/redis.ts';
import { verdict } from '../support.ts';

/**
 * Looks at each server by itself: counters, limits and keys of two of them say nothing together. In a cluster a finding
 * names its server, and that nothing was found is only said when every one was looked at.
 */
export async function onEveryNode(
  redis: RedisTarget,
  options: CallOptions,
  look: (node: RedisNode) => Promise<ProbeResult>,
): Promise<ProbeResult> {
  const nodes = await redis.nodes(options);
  const [only, ...more] = nodes;
  if (only === undefined || more.length === 0) return look(only ?? redis);
  const seen = await Promise.all(
    nodes.map(async (node) => ({
      name: node.name,
      result: await look(node).catch(
        (error: unknown): ProbeResult => ({
          status: 'inconclusive',
          cause: error instanceof Error ? error : new Error(String(error)),
        }),
      ),
    })),
  );
  const findings = seen.flatMap(({ name, result }): readonly Finding[] =>
    result.status === 'unhealthy'
      ? result.findings.map((one) => ({
          ...one,
          subject: `${one.subject} ${name}`,
          facts: { ...one.facts, redisNode: name },
        }))
      : [],
  );
  const facts = { ...fullest(seen.map(({ result }) => result)), nodes: nodes.length };
  if (findings.length > 0) return verdict(findings, facts);
  const results = seen.map(({ result }) => result);
  const unseen = results.find(({ status }) => status === 'inconclusive');
  const [skipped] = results.every(({ status }) => status === 'skipped') ? results : [];
  return unseen ?? skipped ?? verdict([], facts);
}

/** Of the fullest server: what a reader wants to know of them all. */
function fullest(results: readonly ProbeResult[]): Facts {
  const percent = ({ facts }: ProbeResult) => Number(facts?.percent ?? -1);
  return results.toSorted((a, b) => percent(b) - percent(a))[0]?.facts ?? {};
}

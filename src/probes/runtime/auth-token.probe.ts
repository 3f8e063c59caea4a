import { z } from 'zod';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';

const sides = ['agent-manager', 'collect-agent'] as const;

export const runtimeAuthToken = defineProbe({
  id: 'runtime.auth-token',
  doc: `Do agent-manager and the collect agents have the same registration token?

Compares short SHA-256 digests of \`agent-auth-token\` on both sides; the token itself is never read into the result.`,
  params: z.strictObject({}),
  part: 'collect-agent',
  needs: ['runtime'],
  timeoutMs: 5_000,
  emits: ['AUTH_TOKENS_DIFFER', 'AUTH_TOKEN_MISSING'],
  async run(_params, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    // A part that is not there has no token to compare.
    const there = await Promise.all(
      sides.map(async (part) => (await deps.runtime.instances(part, { signal })).length > 0),
    );
    if (there.includes(false)) return { status: 'skipped', reason: 'no-data' };
    const [manager, agent] = await Promise.all([
      deps.runtime.tokenDigest('agent-manager', { signal }),
      deps.runtime.tokenDigest('collect-agent', { signal }),
    ]);
    const facts = { managerDigest: manager ?? null, agentDigest: agent ?? null };
    if (manager === agent) return { status: 'healthy', facts };
    const missing =
      manager === undefined ? 'agent-manager' : agent === undefined ? 'collect-agent' : undefined;
    return {
      status: 'unhealthy',
      findings: [
        {
          code: missing === undefined ? 'AUTH_TOKENS_DIFFER' : 'AUTH_TOKEN_MISSING',
          severity: 'critical',
          part: 'collect-agent',
          subject: 'agent-auth-token',
          facts: { ...facts, missing: missing ?? null },
        },
      ],
    };
  },
});

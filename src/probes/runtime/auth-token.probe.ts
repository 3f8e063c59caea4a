import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';

const sides = ['agent-manager', 'collect-agent'] as const;

export const runtimeAuthToken = defineProbe({
  id: 'runtime.auth-token',
  doc: `Do agent-manager and the collect agents have the same registration token?

Compares short digests of the token on both sides, keyed by a value that each process draws anew.
The token itself never enters the result.
It takes the token from a variable of the container (a value, or a key of any Secret), otherwise from the mounted Secret.
Where both sides lack a token, or the worker may not read a Secret, the answer is inconclusive.`,
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
      deps.runtime.token('agent-manager', { signal }),
      deps.runtime.token('collect-agent', { signal }),
    ]);
    const facts = {
      managerDigest: manager.digest ?? null,
      agentDigest: agent.digest ?? null,
      managerSource: manager.source,
      agentSource: agent.source,
    };
    if (manager.digest === undefined && agent.digest === undefined)
      throw new AppError('NOT_FOUND', 'both sides lack a token', {
        facts: { reason: 'token-on-neither-side', ...facts },
      });
    if (manager.digest === agent.digest) return { status: 'healthy', facts };
    const missing =
      manager.digest === undefined
        ? 'agent-manager'
        : agent.digest === undefined
          ? 'collect-agent'
          : undefined;
    return {
      status: 'unhealthy',
      findings: [
        {
          code: missing === undefined ? 'AUTH_TOKENS_DIFFER' : 'AUTH_TOKEN_MISSING',
          severity: 'critical',
          part: 'collect-agent',
          subject: deps.platform.secrets.token,
          facts: {
            ...facts,
            missing: missing ?? null,
            source: (missing === 'agent-manager' ? manager : agent).source,
          },
        },
      ],
    };
  },
});

import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { partIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';

/** Share of the limit from which the next peak ends the process. */
const NEAR_SHARE = 0.9;
/** An out-of-memory kill this old that did not repeat is history. */
const OOM_MEMORY_MS = 60 * 60_000;
const MIB = 1024 * 1024;

/** Killed for memory, as the runtime says; under a smaller limit than now it says nothing of the present one. */
function oomKill({ terminated, last, memoryLimitBytes: now = Infinity }: Instance) {
  const ended = [terminated, last].find((termination) => termination?.reason === 'OOMKilled');
  if (ended === undefined || now > (ended.memoryLimitBytes ?? Infinity)) return undefined;
  return { at: ended.finishedAt ?? null };
}

export const runtimeMemoryLimit = defineProbe({
  id: 'runtime.memory-limit',
  doc: `Does a part fit into its memory limit?

Checks for out-of-memory kills of its containers, compares memory in use with the limit, and reports a missing limit.
A kill counts for an hour, and no longer than until a fix of the bot has raised the limit.`,
  params: z.strictObject({ part: z.enum(partIds).describe('The part to check.') }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['OOM_KILLED', 'MEMORY_NEAR_LIMIT', 'NO_MEMORY_LIMIT'],
  async run({ part }, { deps, signal, now }: { deps: With<'runtime'>; signal: AbortSignal; now(): Date }) {
    const instances = await deps.runtime.instances(part, { signal });
    if (instances.length === 0) return { status: 'skipped', reason: 'no-data' };
    const findings: Finding[] = [];
    for (const instance of instances) {
      const limit = instance.memoryLimitBytes;
      const facts = {
        limitMiB: limit === undefined ? null : Math.round(limit / MIB),
        requestMiB:
          instance.memoryRequestBytes === undefined ? null : Math.round(instance.memoryRequestBytes / MIB),
        restarts: instance.restarts,
      };
      const finding = (
        code: FindingCode,
        severity: Finding['severity'],
        more: Finding['facts'],
        since?: string | null,
      ): Finding => ({
        code,
        severity,
        part,
        subject: instance.name,
        facts: { ...facts, ...more },
        ...present({ since: since ?? undefined }),
      });
      const killed = oomKill(instance);
      if (
        killed !== undefined &&
        (killed.at === null || now().getTime() - Date.parse(killed.at) < OOM_MEMORY_MS)
      ) {
        findings.push(finding('OOM_KILLED', 'critical', { exitCode: 137 }, killed.at));
        continue;
      }
      if (limit === undefined) {
        findings.push(finding('NO_MEMORY_LIMIT', 'info', {}));
        continue;
      }
      if (instance.phase !== 'running') continue;
      const usage = await deps.runtime.usage(instance, { signal }).catch((error: unknown) => {
        // No metrics API, or no metrics of this Pod yet: the kills still count, the share is unknown.
        if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      });
      if (usage !== undefined && usage.memoryBytes >= limit * NEAR_SHARE) {
        findings.push(
          finding('MEMORY_NEAR_LIMIT', 'warning', { usedMiB: Math.round(usage.memoryBytes / MIB) }),
        );
      }
    }
    const [first, ...more] = findings;
    return first === undefined
      ? { status: 'healthy', facts: { instances: instances.length } }
      : { status: 'unhealthy', findings: [first, ...more] };
  },
});

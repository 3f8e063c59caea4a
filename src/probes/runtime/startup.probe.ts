import { z } from 'zod';
import type { Excerpt, Finding } from '../../domain/finding.ts';
import { partIds } from '../../domain/part.ts';
import { defineProbe } from '../../domain/probe.ts';
import type { Instance, RuntimeTarget } from '../../domain/runtime.ts';
import type { With } from '../../domain/targets.ts';
import { excerpt, logLines } from '../support/log-lines.ts';

/** A service that has run for this long did start; what ends it later is another matter. */
const STARTED_AFTER_MS = 60_000;

/** What a service says when it cannot start, by the thing that is missing. Order: the most specific first. */
const patterns: readonly { readonly code: string; readonly pattern: RegExp }[] = [
  {
    code: 'STARTUP_PORT_IN_USE',
    pattern:
      /address already in use|EADDRINUSE|port is already allocated|bind:.*in use|only one usage of each socket address/i,
  },
  {
    code: 'STARTUP_DATABASE_CREDENTIALS',
    pattern:
      /password authentication failed|SQLSTATE 28P01|28P01|no password supplied|role ".*" does not exist|pg_hba\.conf/i,
  },
  {
    code: 'STARTUP_DATABASE_UNREACHABLE',
    pattern:
      /(?:database|postgres|pgx|:5432|sql)\S*.*(?:connection refused|no such host|i\/o timeout|deadline exceeded|no route to host|does not exist|timed? ?out|cannot connect|failed to connect)/i,
  },
  {
    code: 'STARTUP_NATS_CREDENTIALS',
    pattern:
      /nats.*(?:authorization violation|authentication (?:expired|revoked|error|failed)|permissions violation)/i,
  },
  {
    code: 'STARTUP_NATS_UNREACHABLE',
    pattern:
      /nats.*(?:no servers available|connection refused|no such host|i\/o timeout|timed? ?out|cannot connect|failed to connect)/i,
  },
];

const fatal = /fatal|panic|error|exit|cannot|failed|refused|denied/i;

/** Not running, or again and again only for moments. */
function failsToStart(instance: Instance, now: Date): boolean {
  if (instance.phase === 'terminated' || (instance.phase === 'waiting' && instance.last !== undefined))
    return true;
  if (instance.phase === 'pending' && instance.message !== undefined) return true;
  const ended = instance.terminated ?? instance.last;
  if (
    instance.phase !== 'running' ||
    instance.restarts === 0 ||
    ended === undefined ||
    instance.startedAt === undefined
  )
    return false;
  return !instance.ready && now.getTime() - Date.parse(instance.startedAt) < STARTED_AFTER_MS;
}

/**
 * The text that explains the exit: the current container's log, and the one before it. In a crash loop one of
 * the two may be empty or unreadable, so a failure to read one is no failure to read.
 */
async function exitText(runtime: RuntimeTarget, instance: Instance, signal: AbortSignal): Promise<string> {
  const [current, previous] = await Promise.allSettled([
    runtime.logs(instance, { signal, tail: 80 }),
    runtime.logs(instance, { signal, tail: 80, previous: true }),
  ]);
  if (current.status === 'rejected' && previous.status === 'rejected') throw current.reason;
  const text = (result: PromiseSettledResult<string>) =>
    result.status === 'fulfilled' && !result.value.startsWith('unable to retrieve container logs')
      ? result.value
      : '';
  return `${text(previous)}\n${text(current)}\n${instance.message ?? ''}`;
}

export const runtimeStartup = defineProbe({
  id: 'runtime.startup',
  doc: `Does a part start, or does it exit right after start?

Looks at the state, exit code and restarts of its Pods or containers and, when it fails to start, at the log of this
and the previous container for the reason it gives: database, NATS or port.`,
  params: z.strictObject({ part: z.enum(partIds).default('agent-manager').describe('The part to look at.') }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['SERVICE_EXITS_AT_START', ...patterns.map(({ code }) => code)],
  async run({ part }, { deps, signal, now }: { deps: With<'runtime'>; signal: AbortSignal; now(): Date }) {
    const instances = await deps.runtime.instances(part, { signal });
    if (instances.length === 0) return { status: 'skipped', reason: 'no-data' };
    const failing = instances.filter((instance) => failsToStart(instance, now()));
    const instance = failing.at(-1);
    if (instance === undefined) return { status: 'healthy', facts: { instances: instances.length } };

    const text = await exitText(deps.runtime, instance, signal);
    const lines = logLines(text);
    const ended = instance.terminated ?? instance.last;
    const common = {
      container: instance.name,
      exitCode: ended?.exitCode ?? -1,
      reason: ended?.reason ?? instance.reason ?? 'unknown',
      restarts: instance.restarts,
    };
    const evidence = (pattern: RegExp): readonly Excerpt[] => {
      const found = excerpt(`log ${instance.name}`, lines, pattern, 3);
      return found === undefined ? [] : [found];
    };
    const finding = (code: string, pattern: RegExp): Finding => ({
      code,
      severity: 'critical',
      part,
      subject: instance.name,
      facts: common,
      excerpts: evidence(pattern),
      ...(ended?.finishedAt === undefined ? {} : { since: ended.finishedAt }),
    });
    const reasons = patterns
      .filter(({ pattern }) => lines.some((line) => pattern.test(line.raw)))
      .slice(0, 1);
    return {
      status: 'unhealthy',
      findings: [
        finding('SERVICE_EXITS_AT_START', fatal),
        ...reasons.map(({ code, pattern }) => finding(code, pattern)),
      ],
    };
  },
});

import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { excerpt, logEmpty, logLines } from '../support/log-lines.ts';

const started = /\bStarted\.\s*$|Remote interface available|Bolt enabled on/i;
const starting = /Starting\.\.\.|======== Neo4j|Changed password|Updating the initial password/i;

/** A process this young may not have said anything yet; an empty log of an older one was rotated away. */
const SILENT_SECONDS = 300;

/** When to ask again: after as long again as it has taken so far, and after a minute at most. */
const againSeconds = (seconds: number | undefined) => Math.min(Math.max(seconds ?? 30, 15), 60);

export const runtimeNeo4jStartup = defineProbe({
  id: 'runtime.neo4j-startup',
  doc: `Has Neo4j finished starting?

Its log says \`Started.\` when it takes connections, some ten seconds after its process starts.
A process that has not logged this yet is starting, not broken.`,
  params: z.strictObject({}),
  part: 'neo4j',
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['NEO4J_STARTING'],
  async run(_params, { deps, signal, now }: { deps: With<'runtime'>; signal: AbortSignal; now(): Date }) {
    const instance = (await deps.runtime.instances('neo4j', { signal })).at(-1);
    if (instance === undefined || instance.phase !== 'running')
      return { status: 'skipped', reason: 'no-data' };
    const seconds =
      instance.startedAt === undefined
        ? undefined
        : Math.round((now().getTime() - Date.parse(instance.startedAt)) / 1000);
    if (instance.ready && instance.readinessChecked)
      return { status: 'healthy', facts: { runningSeconds: seconds ?? null } };
    const text = await deps.runtime.logs(instance, {
      signal,
      tail: 400,
      ...present({ sinceSeconds: seconds === undefined ? undefined : seconds + 5 }),
    });
    const lines = logLines(text);
    const facts = { runningSeconds: seconds ?? null, lines: lines.length };
    if (lines.some((line) => started.test(line.raw))) return { status: 'healthy', facts };
    if (lines.length === 0 && (seconds ?? Number.POSITIVE_INFINITY) > SILENT_SECONDS) {
      throw logEmpty(instance);
    }
    const evidence = excerpt(`log ${instance.name}`, lines, starting, 3);
    return {
      status: 'unhealthy',
      facts,
      findings: [
        {
          code: 'NEO4J_STARTING',
          severity: 'warning',
          part: 'neo4j',
          subject: instance.name,
          facts: { ...facts, againSeconds: againSeconds(seconds) },
          ...present({
            excerpts: evidence === undefined ? undefined : [evidence],
            since: instance.startedAt,
          }),
        },
      ],
    };
  },
});

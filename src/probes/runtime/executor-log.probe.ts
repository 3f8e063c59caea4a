import { z } from 'zod';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { excerpt, logLines } from '../support/log-lines.ts';

const aboutExecutor = /executor|workflow/i;
const complaint = /error|failed|cannot|panic|full|broken/i;

export const runtimeExecutorLog = defineProbe({
  id: 'runtime.executor-log',
  doc: `What does orchestrator-service's log say of its executor?

Reads the last lines filtered by "executor" and keeps the errors among them as evidence.`,
  params: z.strictObject({
    minutes: z.number().positive().max(120).default(15).describe('How far to look back, in minutes.'),
  }),
  part: 'orchestrator-service',
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['EXECUTOR_ERRORS_LOGGED', 'EXECUTOR_QUEUE_FULL_LOGGED'],
  async run({ minutes }, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const instance = (await deps.runtime.instances('orchestrator-service', { signal })).at(-1);
    if (instance === undefined) return { status: 'skipped', reason: 'no-data' };
    const text = await deps.runtime.logs(instance, { signal, tail: 2_000, sinceSeconds: minutes * 60 });
    const lines = logLines(text).filter((line) => aboutExecutor.test(line.raw));
    const errors = lines.filter((line) =>
      line.level === undefined ? complaint.test(line.raw) : /error|fatal|panic|critical/.test(line.level),
    );
    if (errors.length === 0) return { status: 'healthy', facts: { lines: lines.length } };
    const full = errors.filter((line) => /queue.*full|full.*queue/i.test(line.raw));
    const code = full.length > 0 ? 'EXECUTOR_QUEUE_FULL_LOGGED' : 'EXECUTOR_ERRORS_LOGGED';
    const evidence = excerpt(`log ${instance.name}`, full.length > 0 ? full : errors, /./, 3);
    const since = errors[0]?.time;
    return {
      status: 'unhealthy',
      findings: [
        {
          code,
          severity: 'warning',
          part: 'orchestrator-service',
          subject: instance.name,
          facts: { errors: errors.length, queueFull: full.length, minutes },
          ...(evidence === undefined ? {} : { excerpts: [evidence] }),
          ...(since === undefined ? {} : { since }),
        },
      ],
    };
  },
});

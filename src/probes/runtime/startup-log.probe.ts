import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { partIds } from '../../domain/platform/part.ts';
import { asInGuide, type Platform } from '../../domain/platform/platform.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import { excerpt, type LogLine, logEmpty, logLines } from '../support/log-lines.ts';
import { exitText, failingInstance, type StartupDeps } from '../support/startup.ts';

/** What a service says when it cannot start, by the thing that is missing. Order: the most specific first. */
interface Reason {
  readonly code: FindingCode;
  readonly pattern: RegExp;
}

const reasonsOf = ({ parts }: Platform): readonly Reason[] => [
  {
    code: 'STARTUP_PORT_IN_USE',
    pattern:
      /address already in use|EADDRINUSE|port is already allocated|bind:.*in use|only one usage of each socket address/i,
  },
  {
    code: 'STARTUP_DATABASE_CREDENTIALS',
    pattern:
      /password authentication failed|SQLSTATE 28P01|28P01|no password supplied|role \\?"[^"]*" does not exist|pg_hba\.conf/i,
  },
  {
    code: 'STARTUP_DATABASE_UNREACHABLE',
    pattern: new RegExp(
      `(?:database|postgres|pgx|:${parts.postgres.port}|sql)\\S*.*(?:connection refused|no such host|i\\/o timeout|deadline exceeded|no route to host|timed? ?out|cannot connect|failed to connect)|database \\\\?"[^"]*" does not exist|SQLSTATE 3D000`,
      'i',
    ),
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

/** The start of a last word, after time, level and component: of a program, or of its language's runtime. */
const lastWord =
  /^(?:[\d\-/:.,+TZ[\]]+ +)*(?:\[?(?:error|err|critical)\]? +)?(?:[\w-]+: +)?\[?(?:panic:|fatal\b)/i;

/** Whether a line says why the program ends. Of a plain one only the start counts: stack traces name `panic` too. */
function isFatal({ raw, level, message }: LogLine): boolean {
  if (raw.startsWith('{')) return level === 'fatal' || level === 'panic' || lastWord.test(message);
  return lastWord.test(raw) || /\b(?:level|lvl|severity)="?(?:fatal|panic)\b/i.test(raw);
}

/** It was asked to end, or had nothing more to do: with exit code 0 a program says that nothing failed. */
const endedWell = ({ terminated, last }: Instance): boolean => (terminated ?? last)?.exitCode === 0;

const reasonIn = (line: LogLine, reasons: readonly Reason[]) =>
  reasons.find(({ pattern }) => pattern.test(line.raw));

const lastWordIn = (lines: readonly LogLine[], reasons: readonly Reason[]) =>
  lines.findLast((line) => reasonIn(line, reasons) !== undefined || isFatal(line));

export const runtimeStartupLog = defineProbe({
  id: 'runtime.startup-log',
  doc: `Which reason does the log of a part give for not starting: database, NATS or port?

Reads the log of the current and the previous container of an instance that fails to start.
The last error decides.
Earlier errors may be no reason when the program ended with another error ("fatal", "panic") or with exit code 0.
The answer is then inconclusive.
An empty log is no evidence in either direction.`,
  params: z.strictObject({ part: z.enum(partIds).default('agent-manager').describe('The part to check.') }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 14_000,
  emits: reasonsOf(asInGuide).map(({ code }) => code),
  async run({ part }, context: ProbeContext<StartupDeps>) {
    const { deps, signal } = context;
    const reasons = reasonsOf(deps.platform);
    const reasonOf = (line: LogLine) => reasonIn(line, reasons);
    const instances = await deps.runtime.instances(part, { signal });
    if (instances.length === 0) return { status: 'skipped', reason: 'no-data' };
    const instance = await failingInstance(instances, context);
    if (instance === undefined) return { status: 'healthy' };
    const log = await exitText(deps.runtime, instance, signal, (text) => {
      const last = lastWordIn(logLines(text), reasons);
      return last !== undefined && reasonOf(last) !== undefined;
    });
    const lines = logLines(`${log}\n${instance.message ?? ''}`);
    // The last word counts: an earlier container may have ended for another reason.
    const said = lastWordIn(lines, reasons);
    // One that ends for something else has got over what it complained of before, and so has one that ends well.
    const reasonable = said !== undefined && (!endedWell(instance) || isFatal(said));
    const line = reasonable && reasonOf(said) !== undefined ? said : undefined;
    const reason = line && reasonOf(line);
    // What the cluster says of the exit ("back-off 10s …") is no word of the program.
    if (reason === undefined && logLines(log).length === 0) throw logEmpty(instance);
    // An earlier error may be overcome, or be the reason of a last word that only says "giving up": this is undecided.
    if (reason === undefined && lines.some((candidate) => reasonOf(candidate) !== undefined))
      throw new AppError('NOT_FOUND', 'the log ends with a word that names no known reason', {
        facts: { reason: 'last-word-unknown', line: shortened(said?.message ?? '', 160) },
      });
    if (reason === undefined) return { status: 'healthy', facts: { lines: lines.length } };
    const evidence = excerpt(`log ${instance.name}`, lines, reason.pattern, 3);
    return {
      status: 'unhealthy',
      findings: [
        {
          code: reason.code,
          severity: 'critical',
          part,
          subject: instance.name,
          facts: { message: shortened(line?.message ?? '', 240), restarts: instance.restarts },
          ...present({ excerpts: evidence === undefined ? undefined : [evidence], since: line?.time }),
        },
      ],
    };
  },
});

import { parse } from 'yaml';
import { z } from 'zod';
import { keyComplainedOf } from '../../domain/fix/destination-advice.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { knownLines } from '../../domain/logs/known-lines.ts';
import { configuredIds, type PartId, partIds } from '../../domain/platform/part.ts';
import { asInGuide, type Platform } from '../../domain/platform/platform.ts';
import { fileKeys } from '../../domain/probe/config-layers.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { givenPast } from '../../domain/probe/gives-key.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import { keyHints } from '../support/key-hints.ts';
import { excerpt, type LogLine, lastWords, logEmpty, logLines } from '../support/log-lines.ts';
import { exitText, failingInstance, orderedEnds, type StartupDeps } from '../support/startup.ts';

type Deps = StartupDeps & { readonly kubernetes?: KubernetesTarget };

/** What a service says when it cannot start, by the thing that is missing. Order: the most specific first. */
interface Reason {
  readonly code: FindingCode;
  readonly pattern: RegExp;
}

const reasonsOf = (platform: Platform): readonly Reason[] =>
  knownLines(platform).flatMap(({ atStart: code, pattern }) =>
    code === undefined ? [] : [{ code, pattern }],
  );

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

/** What it said last, where it ended by itself or says that it gives up. */
function unknownWords(instance: Instance, lines: readonly LogLine[], said: LogLine | undefined) {
  const { exitCode, reason } = instance.terminated ?? instance.last ?? {};
  if (reason === 'OOMKilled') return undefined;
  if (exitCode === undefined ? said === undefined : orderedEnds.has(exitCode)) return undefined;
  return lastWords(`log ${instance.name}`, lines, isFatal);
}

/** The name of a database that PostgreSQL does not have. */
function databaseIn(line: LogLine | undefined): string | undefined {
  return /database \\?"([^"\\]+)\\?" does not exist/i.exec(line?.raw ?? '')?.[1];
}

/**
 * The host that a name server did not resolve, as programs say it: Go's resolver, Node's and Python's `getaddrinfo`, and
 * libpq.
 */
function unresolvedIn(line: LogLine | undefined): string | undefined {
  const raw = line?.raw ?? '';
  return (
    /\blookup ([\w.-]+)(?: on [^\s:]+(?::\d+)?)?: (?:no such host|server misbehaving)/i.exec(raw)?.[1] ??
    /getaddrinfo E(?:NOTFOUND|AI_AGAIN) ([\w.-]+)/i.exec(raw)?.[1] ??
    /could not translate host name \\?"([^"\\]+)\\?" to address/i.exec(raw)?.[1]
  );
}

/** That name, where a Service of this namespace has it: then it is right, and the name server denies it all the same. */
async function deniedName(
  host: string | undefined,
  { kubernetes }: Deps,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [name = '', namespace, kind = 'svc'] = (host ?? '').toLowerCase().replace(/\.$/, '').split('.');
  if (kubernetes === undefined || name === '' || kind !== 'svc') return undefined;
  if (namespace !== undefined && namespace !== kubernetes.namespace) return undefined;
  try {
    const services = await kubernetes.list('services', kubernetes.namespace, { signal });
    return services.some(({ metadata }) => metadata.name === name) ? name : undefined;
  } catch {
    signal.throwIfAborted();
    // What the program said stands without it.
    return undefined;
  }
}

/** The variable or flag by which the program has what it complains of, where that is not its file. */
function givenOtherwise(code: FindingCode, part: PartId, instance: Instance, platform: Platform) {
  const key = keyComplainedOf(code);
  const own = configuredIds.find((id) => id === part);
  if (key === undefined || own === undefined) return {};
  const setting = platform.keys[key];
  const variable = givenPast(instance, own, setting, platform);
  return variable === undefined ? {} : { variable, setting };
}

/** What the keys of the file may have been meant for; undefined: the file cannot be read, or has no such key. */
async function hintsIn(
  { runtime, platform }: StartupDeps,
  part: PartId,
  instance: Instance,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  if (part !== 'agent-manager') return undefined;
  try {
    const file = await runtime.file(instance, platform.parts[part].configFile, { signal });
    const hints = keyHints(file === undefined ? [] : fileKeys(parse(file.text)));
    return hints.length === 0 ? undefined : hints.map(({ key, near }) => `${key} → ${near}`);
  } catch {
    // It is a help beside the line, which stands without it.
    return undefined;
  }
}

const lastWordIn = (lines: readonly LogLine[], reasons: readonly Reason[]) =>
  lines.findLast((line) => reasonIn(line, reasons) !== undefined || isFatal(line));

export const runtimeStartupLog = defineProbe({
  id: 'runtime.startup-log',
  doc: `Which reason does the log of a part give for not starting: database, Redis, NATS, port, configuration, stored data?

Reads the log of the current and the previous container of an instance that fails to start.
The last error decides.
Earlier errors may be no reason when the program ended with another error ("fatal", "panic") or with exit code 0.
The answer is then inconclusive.
A name that a name server denied although a Service has it is told with its reason: the address is right then.
A last word that names no known reason is reported word for word.
An empty log is no evidence in either direction.`,
  params: z.strictObject({ part: z.enum(partIds).default('agent-manager').describe('The part to check.') }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 14_000,
  emits: [...new Set(reasonsOf(asInGuide).map(({ code }) => code)), 'STARTUP_REASON_UNKNOWN'],
  async run({ part }, context: ProbeContext<Deps>) {
    const { deps, signal } = context;
    // A store complains of its clients' passwords, which is no reason for its own end.
    const reasons = configuredIds.some((id) => id === part) ? reasonsOf(deps.platform) : [];
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
    if (reason === undefined) {
      const words = unknownWords(instance, lines, said);
      if (words === undefined) return { status: 'healthy', facts: { lines: lines.length } };
      const { exitCode = null } = instance.terminated ?? instance.last ?? {};
      return {
        status: 'unhealthy',
        findings: [
          {
            code: 'STARTUP_REASON_UNKNOWN',
            severity: 'critical',
            part,
            subject: instance.name,
            facts: { exitCode, restarts: instance.restarts },
            excerpts: [words],
          },
        ],
      };
    }
    const evidence = excerpt(`log ${instance.name}`, lines, reason.pattern, 3);
    const hints =
      reason.code === 'STARTUP_CONFIG_REFUSED' ? await hintsIn(deps, part, instance, signal) : undefined;
    const excerpts = [
      ...(evidence === undefined ? [] : [evidence]),
      // Another name for a key that the guide and the public program know: documented, and no more than that.
      ...(hints === undefined
        ? []
        : [{ source: `keys ${deps.platform.parts['agent-manager'].configFile}`, lines: hints }]),
    ];
    return {
      status: 'unhealthy',
      findings: [
        {
          code: reason.code,
          severity: 'critical',
          part,
          subject: instance.name,
          facts: {
            message: shortened(line?.message ?? '', 240),
            restarts: instance.restarts,
            ...present({
              database: databaseIn(line),
              deniedName: await deniedName(unresolvedIn(line), deps, signal),
              ...givenOtherwise(reason.code, part, instance, deps.platform),
            }),
          },
          ...(excerpts.length === 0 ? {} : { excerpts }),
          ...present({ since: line?.time }),
        },
      ],
    };
  },
});

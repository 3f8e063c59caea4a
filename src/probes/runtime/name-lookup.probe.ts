import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { type ServiceId, serviceIds } from '../../domain/platform/part.ts';
import { hostOf } from '../../domain/platform/platform.ts';
import { guide } from '../../domain/platform/table.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { ExecAnswer, Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { nameIsKnown, namesAddress, nameWhereServed } from '../support/names.ts';

/** What each service has to find by name to do its work: the first of the stores that it needs. */
const needed = (part: ServiceId) => guide.parts[part].dependsOn[0];
const notFound =
  /can'?t (?:find|resolve)|NXDOMAIN|SERVFAIL|no answer|time(?:d )?out|temporary failure|no such host|unknown host|not known|no servers could be reached|server misbehaving|bad address|connection refused/i;
/** The search list, as busybox names it when it finds nothing in it. */
const searched = /\.svc\.([a-z0-9-]+(?:\.[a-z0-9-]+)+):? /i;

/**
 * A name that the resolver knows wherever it works, for one that need not be there: the data may live elsewhere. On Compose
 * that of another service is known as long as it runs, and the container's own name always.
 */
async function anotherName(
  { runtime, platform }: With<'runtime'>,
  instance: Instance,
  { text, signal }: { readonly text: string; readonly signal: AbortSignal },
): Promise<string> {
  if (runtime.kind === 'kubernetes') return nameWhereServed(searched.exec(text)?.[1]);
  const other = instance.part === 'orchestrator-service' ? 'agent-manager' : 'orchestrator-service';
  const there = (await runtime.instances(other, { signal })).some(({ phase }) => phase === 'running');
  return there ? hostOf(platform, other, runtime.kind) : instance.name;
}

const noTool = /not found|executable file|no such file|OCI runtime/i;

/** busybox gives a dead server ten seconds, for all domains of the search list together; others go on for longer. */
const LOOKUP_MS = 12_000;
const HANGS_SECONDS = 4;
/** Of `timeout`: GNU's own code, and that of the signal by which busybox ends the command. */
const timedOut = new Set([124, 143]);

const hung = (seconds: number): ExecAnswer => ({
  code: 1,
  stdout: '',
  stderr: `no answer: nslookup timed out after ${seconds} s`,
});

export const runtimeNameLookup = defineProbe({
  id: 'runtime.name-lookup',
  doc: `Can a service look up the names it needs, from inside its own container?

Runs \`nslookup\` there for the name of the dependency.
An unknown name is a finding only when a second name, which exists wherever names are served, is unknown as well.
A container without that tool makes the answer inconclusive, unless \`debugImage\` is set.
Then a debug container in the same Pod asks, and the facts say \`via\`.`,
  params: z.strictObject({ part: z.enum(serviceIds).describe('The service that connects.') }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 24_000,
  emits: ['NAME_LOOKUP_FAILS'],
  async run({ part }, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const instance = (await deps.runtime.instances(part, { signal }))
      .filter((one) => one.phase === 'running')
      .at(-1);
    if (instance === undefined) return { status: 'skipped', reason: 'no-data' };
    const name = hostOf(deps.platform, needed(part), deps.runtime.kind);
    const run = (command: readonly string[], timeoutMs = LOOKUP_MS) =>
      deps.runtime.exec(instance, command, { signal, timeoutMs, network: true });
    const ask = async (host: string) => {
      const answer = await run(['nslookup', host]).catch(async (error: unknown) => {
        if (!(error instanceof TargetError && error.stage === 'no-answer')) throw error;
        const { limit, seconds } = error.facts;
        if (limit === 'in-container') return hung(Number(seconds));
        // It hangs, or the way to the container does: a command that ends by itself tells which.
        const bounded = await run(['timeout', `${HANGS_SECONDS}`, 'nslookup', host], 6_000);
        if (!timedOut.has(bounded.code)) throw error;
        return { ...hung(HANGS_SECONDS), ...present({ via: bounded.via }) };
      });
      const text = `${answer.stdout}\n${answer.stderr}`;
      return { ...answer, text, known: answer.code === 0 || namesAddress.test(text) };
    };
    const isKnown = (host: string) => nameIsKnown(deps.runtime, instance, host, signal);
    // On Kubernetes both questions go in one request; whether the other name is known matters only if this one is not.
    const usual = deps.runtime.kind === 'kubernetes' ? nameWhereServed() : undefined;
    const usualIsKnown = usual === undefined ? undefined : isKnown(usual);
    usualIsKnown?.catch(() => undefined);
    const { code, text, via, known } = await ask(name);
    const facts = { name, container: instance.name, ...present({ via }) };
    if (known) return { status: 'healthy', facts };
    if (code === 126 || code === 127 || (noTool.test(text) && !notFound.test(text))) {
      throw new AppError('NOT_FOUND', 'the container has no tool for name lookups', { facts });
    }
    const error = text
      .split('\n')
      .find((line) => notFound.test(line))
      ?.trim();
    // No word of a resolver: the container ended under the command, or the command did.
    if (error === undefined) throw new TargetError('closed', 'the lookup ended without an answer', { facts });
    // A server that knows no such name may also pass the question on to one that never answers.
    const other = await anotherName(deps, instance, { text, signal });
    if (await (other === usual ? usualIsKnown : isKnown(other)))
      return { status: 'healthy', facts: { ...facts, unknown: name, name: other } };
    return {
      status: 'unhealthy',
      findings: [
        {
          code: 'NAME_LOOKUP_FAILS',
          severity: 'critical',
          part,
          subject: name,
          facts: { ...facts, error: shortened(error, 160) },
        },
      ],
    };
  },
});

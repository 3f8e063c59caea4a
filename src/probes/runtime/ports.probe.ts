import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { type ConfiguredId, configuredIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { DeclaredPort, Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { openAfterSeconds } from '../support/open-after.ts';
import { socketsOf, type Unasked } from '../support/sockets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({ openAfterSeconds });
type Deps = Pick<With<'runtime'>, 'runtime'>;

/** Where the runtime ended it before, each time: it had as long in each life. */
const shareOfEachLife = 0.5;
/** Ends by a signal from outside, or in order: no crash. */
const endedFromOutside: ReadonlySet<number> = new Set([0, 137, 143]);

export const runtimePorts = defineProbe({
  id: 'runtime.ports',
  doc: `Does a process listen on each port that the manifest of a service declares?
Declared is what the manifest publishes, names as a container port, or asks in a health check.
What listens is read from the sockets of the container (/proc/net/tcp).
A closed port of a container that has just started is no finding, for it may still open.
A port counts as open where any replica listens on it, or where the kubelet's own readiness probe passes.`,
  params,
  part: 'runtime',
  needs: ['runtime'],
  timeoutMs: 30_000,
  emits: ['PORT_NOT_LISTENED'],
  async run({ openAfterSeconds }: z.output<typeof params>, { deps, signal, now }: ProbeContext<Deps>) {
    const { runtime } = deps;
    const openAfterMs = openAfterSeconds * 1000;
    const looks = await Promise.all(
      configuredIds.map(async (part) => {
        const instances = await runtime.instances(part, { signal });
        return look(deps, part, instances, { now: now().getTime(), openAfterMs, signal });
      }),
    );
    const findings = looks.flatMap((one) => one.findings);
    const unread = looks.flatMap((one) => one.unread);
    const facts = { ports: looks.reduce((total, { ports }) => total + ports, 0) };
    if (findings.length === 0 && unread.length > 0)
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'sockets cannot be read', {
          facts: {
            reason: 'sockets-unread',
            instances: unread.join(', '),
            ...Object.assign({}, ...looks.map(({ unasked }) => unasked)),
          },
        }),
        facts,
      };
    return verdict(findings, facts);
  },
});

interface Look {
  readonly findings: readonly Finding[];
  /** Instances whose declared ports could not be checked. */
  readonly unread: readonly string[];
  /** What would have allowed it. */
  readonly unasked?: Unasked;
  readonly ports: number;
}

async function look(
  { runtime }: Deps,
  part: ConfiguredId,
  all: readonly Instance[],
  { now, openAfterMs, signal }: { now: number; openAfterMs: number; signal: AbortSignal },
): Promise<Look> {
  const running = all.filter(({ phase }) => phase === 'running');
  const declared = new Map<number, Set<string>>();
  for (const { port, by } of running.flatMap((one) => [...(one.declares ?? []), ...variablesOf(one)]))
    declared.set(port, new Set([...(declared.get(port) ?? []), by]));
  const doubted = [...declared].filter(
    ([port, by]) =>
      // A variable alone declares nothing: it may be another one's port.
      [...by].some((field) => !isVariable(field)) && !running.some((one) => isAnswered(one, port)),
  );
  const nothing = { findings: [], unread: [], ports: declared.size };
  if (doubted.length === 0) return nothing;
  // One is enough for all: they have one manifest and one image. The oldest has had the most time.
  const instance = running.toSorted(byStart)[0];
  if (instance === undefined) return nothing;
  const sockets = await socketsOf(runtime, instance, signal);
  if (!('listening' in sockets)) return { ...nothing, unread: [instance.name], unasked: sockets };
  const closed = doubted.filter(([port]) => !sockets.listening.has(port));
  // What is closed may still open where the program has just started.
  if (closed.length > 0 && !hadTime(instance, now, openAfterMs))
    return { ...nothing, unread: [instance.name] };
  const open = [...sockets.listening].toSorted((a, b) => a - b).join(', ') || '–';
  const findings = closed.map(
    ([port, by]): Finding => ({
      code: 'PORT_NOT_LISTENED',
      severity: 'warning',
      part,
      subject: `${part}:${port}`,
      facts: { port, declaredBy: [...by].join(', '), open, container: instance.name },
    }),
  );
  return { ...nothing, findings };
}

const byStart = (a: Instance, b: Instance) => (a.startedAt ?? '').localeCompare(b.startedAt ?? '');

/** The kubelet has asked it there and was answered. */
const isAnswered = ({ ready, declares = [] }: Instance, port: number): boolean =>
  ready && declares.some((one) => one.port === port && one.by === 'readinessProbe');

const isVariable = (field: string) => /^[A-Z0-9_]+$/.test(field);

/** Variables that give a program a port to listen on: `SERVER_PORT`, and not `DB_PORT`. */
function variablesOf({ env, declares = [] }: Instance): readonly DeclaredPort[] {
  const ports = new Set(declares.map(({ port }) => port));
  return Object.entries(env).flatMap(([name, value]) =>
    /(?:^|_)PORT$/.test(name) && ports.has(Number(value)) ? [{ port: Number(value), by: name }] : [],
  );
}

function hadTime({ startedAt = '', restarts, last }: Instance, now: number, openAfterMs: number): boolean {
  const age = now - Date.parse(startedAt);
  const ended = restarts >= 2 && last?.reason !== 'OOMKilled' && endedFromOutside.has(last?.exitCode ?? 0);
  return age >= (ended ? shareOfEachLife : 1) * openAfterMs;
}

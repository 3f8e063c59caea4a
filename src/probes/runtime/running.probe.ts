import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { partIds, serviceIds } from '../../domain/platform/part.ts';
import { mayDecide, partFactOf } from '../../domain/platform/source.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { imageFacts, notRecognised } from '../support.ts';

type Deps = Pick<With<'runtime'>, 'runtime' | 'platform' | 'services'>;

export const runtimeRunning = defineProbe({
  id: 'runtime.running',
  doc: `Is at least one Pod or container of a part running?

Reports the state of a part that has no running container, and whether it has any container.
A part with a configured name is missing when it has no Pod or container.
So is a part that was seen before.
Any other may run elsewhere, under another name or as a cloud service.
A health check that can never pass says nothing of the part.
So does a refused one of a service without HTTP.
A service without HTTP whose process is stopped by a signal is not ready.
Running is not the same as healthy: other probes ask the part itself.`,
  params: z.strictObject({ part: z.enum(partIds).describe('The part to check.') }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 5_000,
  emits: ['PART_NOT_RUNNING', 'PART_ABSENT', 'PART_MISSING', 'PART_PAUSED', 'PART_NOT_READY'],
  async run({ part }, { deps, signal, now }: ProbeContext<Deps>) {
    const instances = await deps.runtime.instances(part, { signal });
    const running = instances.filter((instance) => instance.phase === 'running');
    const last = instances.at(-1);
    const facts = {
      instances: instances.length,
      running: running.length,
      ...imageFacts(instances.map(({ image }) => image)),
    };
    const serviceId = serviceIds.find((id) => id === part);
    const withoutHttp = serviceId !== undefined && deps.services?.find(serviceId) === undefined;
    const serves = ({ ready, readinessPending, checkFails }: Instance) =>
      ready ||
      readinessPending === true ||
      // Such a check says nothing of the part; what asks the part itself does.
      checkFails === 'for-ever' ||
      (checkFails === 'refused' && withoutHttp);
    // Nobody else can ask such a service: its process can be seen, and where it cannot, nothing speaks against it.
    const stopped = withoutHttp && (await areStopped(deps.runtime, running, signal));
    if (running.some(serves) && !stopped) return { status: 'healthy', facts };
    if (last === undefined) {
      const field = deps.runtime.kind === 'compose' ? 'composeService' : 'workload';
      const unknown = notRecognised(
        { part, field, platform: deps.platform },
        (await deps.runtime.strangers?.(part, { signal })) ?? [],
      );
      if (unknown !== undefined) return unknown;
      const name = part === 'runtime' ? undefined : partFactOf(deps.platform, part, field);
      const finding =
        name !== undefined && mayDecide(name)
          ? ({
              code: 'PART_MISSING',
              subject: name.value,
              facts: { name: name.value, source: name.source },
            } as const)
          : ({ code: 'PART_ABSENT', subject: part, facts: {} } as const);
      return { status: 'unhealthy', facts, findings: [{ ...finding, severity: 'critical', part }] };
    }
    const ended = last.terminated ?? last.last;
    const notServing = last.phase === 'paused' ? 'PART_PAUSED' : 'PART_NOT_RUNNING';
    const code = running.length > 0 ? 'PART_NOT_READY' : notServing;
    return {
      status: 'unhealthy',
      facts,
      findings: [
        {
          code,
          severity: running.length > 0 ? 'warning' : 'critical',
          part,
          subject: last.name,
          facts: {
            instances: instances.length,
            state: last.phase,
            reason: last.reason ?? ended?.reason ?? 'none',
            exitCode: ended?.exitCode ?? null,
            restarts: last.restarts,
            ...present({
              process: stopped ? 'stopped' : undefined,
              imageBefore: last.imageBefore,
              runningSeconds:
                code === 'PART_NOT_READY' ? secondsSince(running.at(-1)?.startedAt, now()) : undefined,
            }),
          },
          ...present({ since: ended?.finishedAt }),
        },
      ],
    };
  },
});

/** Whether the first process of each is stopped by a signal (`T` in `proc(5)`). */
async function areStopped(
  runtime: Deps['runtime'],
  instances: readonly Instance[],
  signal: AbortSignal,
): Promise<boolean> {
  const states = await Promise.all(
    instances.map((instance) =>
      runtime.exec(instance, ['cat', '/proc/1/stat'], { signal }).catch(() => undefined),
    ),
  );
  return (
    states.length > 0 && states.every((answer) => answer?.code === 0 && /^\d+ \(.*\) T /s.test(answer.stdout))
  );
}

const secondsSince = (time: string | undefined, now: Date) =>
  time === undefined ? undefined : Math.round((now.getTime() - Date.parse(time)) / 1000);

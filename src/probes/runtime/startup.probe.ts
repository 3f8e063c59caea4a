import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { partIds } from '../../domain/platform/part.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import { failingInstance, type StartupDeps, standsStill } from '../support/startup.ts';

export const runtimeStartup = defineProbe({
  id: 'runtime.startup',
  doc: `Does a part start, or does it exit right after start?

Checks the state, exit code and restarts of its Pods or containers.
Another probe finds out why it exits.`,
  params: z.strictObject({ part: z.enum(partIds).default('agent-manager').describe('The part to check.') }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 12_000,
  emits: ['SERVICE_EXITS_AT_START'],
  async run({ part }, context: ProbeContext<StartupDeps>) {
    const { deps, signal } = context;
    const instances = await deps.runtime.instances(part, { signal });
    if (instances.length === 0) return { status: 'skipped', reason: 'no-data' };
    const instance = await failingInstance(instances, context);
    if (instance === undefined) return { status: 'healthy', facts: { instances: instances.length } };
    const ended = instance.terminated ?? instance.last;
    return {
      status: 'unhealthy',
      findings: [
        {
          code: 'SERVICE_EXITS_AT_START',
          severity: 'critical',
          part,
          subject: instance.name,
          facts: {
            exitCode: ended?.exitCode ?? null,
            reason: ended?.reason ?? instance.reason ?? 'unknown',
            restarts: instance.restarts,
            ...present({
              imageBefore: instance.imageBefore,
              notStartedAgain: deps.runtime.kind === 'compose' && standsStill(instance) ? true : undefined,
            }),
          },
          ...present({ since: ended?.finishedAt }),
        },
      ],
    };
  },
});

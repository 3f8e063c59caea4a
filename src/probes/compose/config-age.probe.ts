import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { configuredIds } from '../../domain/platform/part.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { ComposeContainer } from '../../domain/probe/targets/compose.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { isSetByVariables } from '../support/config.ts';

/** Its program may read the file so long after the start of a container, and a container may write it itself then. */
const STARTING_MS = 2_000;

export const composeConfigAge = defineProbe({
  id: 'compose.config-age',
  doc: `Is a container older than its configuration file?

Services read their file once, at start.
A file that was written after the container started has no effect yet.
In the first two seconds the program may not have read it yet: for a file of the host it could not check then.`,
  params: z.strictObject({ part: z.enum(configuredIds).describe('The part to check.') }),
  part: ({ part }) => part,
  needs: ['compose'],
  timeoutMs: 6_000,
  emits: ['CONTAINER_OLDER_THAN_CONFIG'],
  async run(
    { part },
    { deps, signal }: { deps: With<'compose'> & Pick<Targets, 'runtime'>; signal: AbortSignal },
  ) {
    const { composeService, configFile: file } = deps.platform.parts[part];
    const container = (await deps.compose.containers({ signal })).find(
      (candidate) => candidate.service === composeService,
    );
    if (container === undefined || container.state !== 'running')
      return { status: 'skipped', reason: 'no-data' };
    const answer = await deps.compose.exec(container.id, ['stat', '-c', '%Y', file], { signal });
    const seconds = Number(answer.stdout.trim());
    const { runtime } = deps;
    if (
      answer.code !== 0 &&
      runtime !== undefined &&
      (await isSetByVariables({ ...deps, runtime }, part, signal))
    )
      return { status: 'skipped', reason: 'not-applicable' };
    if (answer.code !== 0 || !Number.isFinite(seconds) || seconds <= 0) {
      throw new TargetError('protocol', 'the age of the file cannot be read in this container', {
        facts: { container: container.name },
      });
    }
    const started = Date.parse(container.startedAt);
    const behind = seconds * 1000 - started;
    const facts = { container: container.name, behindSeconds: Math.max(0, Math.round(behind / 1000)) };
    // Whole seconds leave open which of two moments was first.
    if (behind > -1_000 && behind <= STARTING_MS && isMounted(file, container)) {
      const told = await deps.compose.exec(container.id, ['stat', '-c', '%y', file], { signal });
      const [, fraction = '000'] = /\d:\d\d\.(\d{3})/.exec(told.stdout) ?? [];
      if (seconds * 1000 + Number(fraction) > started) {
        return {
          status: 'inconclusive',
          cause: new AppError('NOT_FOUND', 'the file was written while the container started', {
            facts: { reason: 'written-while-starting', container: container.name, file },
          }),
          facts,
        };
      }
    }
    if (behind <= STARTING_MS) return { status: 'healthy', facts };
    return {
      status: 'unhealthy',
      findings: [
        {
          code: 'CONTAINER_OLDER_THAN_CONFIG',
          severity: 'warning',
          part,
          subject: container.name,
          facts: { ...facts, file },
          since: new Date(seconds * 1000).toISOString(),
        },
      ],
    };
  },
});

/** A person who changes it on the host need not know of the container's start. */
const isMounted = (file: string, { mounts = [] }: ComposeContainer): boolean =>
  mounts.some((mount) => file === mount || file.startsWith(`${mount}/`));

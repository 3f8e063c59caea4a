import { z } from 'zod';
import { redactLines } from '../../domain/kernel/redact.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import { type Sockets, socketsCommand, socketsIn } from '../../domain/probe/sockets.ts';
import { type ComposeContainer, checkedPorts } from '../../domain/probe/targets/compose.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { cannotEverPass, wasRefused } from '../../domain/probe/wrong-check.ts';
import { openAfterSeconds } from '../support/open-after.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({ openAfterSeconds });
type Deps = Pick<With<'compose'>, 'compose' | 'platform'>;

export const composeHealthChecks = defineProbe({
  id: 'compose.health-checks',
  doc: `Can the health checks of the containers pass at all?
A check cannot pass when it asks for a path, program or module that is not there.
It cannot pass either when it asks a port on which no process of its container listens.
A check that fails for another reason is the part's own trouble and no finding here.`,
  params,
  part: 'runtime',
  needs: ['compose'],
  timeoutMs: 20_000,
  emits: ['HEALTH_CHECK_CANNOT_PASS'],
  async run({ openAfterSeconds }: z.output<typeof params>, { deps, signal, now }: ProbeContext<Deps>) {
    const { compose, platform } = deps;
    const containers = await compose.containers({ signal });
    const checked = containers.filter(({ health }) => health !== undefined);
    const failing = checked
      .filter(({ state, health }) => state === 'running' && health === 'unhealthy')
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const findings = await Promise.all(
      failing.map(async (container): Promise<Finding[]> => {
        const said = container.checkOutput ?? '';
        const old = now().getTime() - Date.parse(container.startedAt) >= openAfterSeconds * 1000;
        const closed =
          wasRefused(said) &&
          old &&
          allClosed(checkedPorts(container), await sockets(deps, container, signal));
        if (!cannotEverPass(said) && !closed) return [];
        const lines = said.split('\n').filter((line) => line.trim() !== '');
        return [
          {
            code: 'HEALTH_CHECK_CANNOT_PASS',
            severity: 'warning',
            part: partOfWorkload(container.service || container.name, platform) ?? 'runtime',
            subject: container.service || container.name,
            facts: {
              container: container.name,
              said: shortened(redactLines(lines.slice(-1))[0] ?? '', 160),
              failures: container.checkFailures ?? 1,
            },
            excerpts: [
              {
                source: `healthcheck ${container.name}`,
                lines: redactLines([(container.check ?? []).join(' '), ...lines.slice(-5)]),
              },
            ],
          },
        ];
      }),
    );
    return verdict(findings.flat(), { checked: checked.length, failing: failing.length });
  },
});

const allClosed = (asked: readonly number[], seen: Sockets | undefined): boolean =>
  seen !== undefined && asked.length > 0 && asked.every((port) => !seen.listening.has(port));

async function sockets(
  { compose }: Deps,
  { id }: ComposeContainer,
  signal: AbortSignal,
): Promise<Sockets | undefined> {
  const answer = await compose.exec(id, socketsCommand, { signal }).catch(() => undefined);
  return socketsIn(answer?.stdout ?? '');
}

import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { redactLines } from '../../domain/kernel/redact.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { configuredIds } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { excerpt, logLines, recentLog } from '../support/log-lines.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  minutes: z
    .number()
    .positive()
    .max(120)
    .default(10)
    .meta({ description: 'How far to look back, in minutes.' }),
});
type Deps = Pick<With<'runtime' | 'nats'>, 'runtime' | 'nats' | 'platform'>;

/**
 * The Go client's own words for a connection that was never made (`ErrInvalidConnection`, nats.go). One that was lost has
 * other words, so that no outage of NATS makes this line.
 */
const neverMade = /nats: invalid connection/i;

export const runtimePublishLog = defineProbe({
  id: 'runtime.publish-log',
  doc: `Does a program say that it publishes by a NATS connection that it never made?
Reads the last lines of each program, and asks the monitor of NATS for its clients.
The line is a finding only where the same program is connected to NATS now: then NATS is not the reason.
The line comes with a message alone: a program that had nothing to publish says nothing.`,
  params,
  part: 'nats',
  needs: ['runtime', 'nats'],
  timeoutMs: 20_000,
  emits: ['PUBLISHER_WITHOUT_CONNECTION'],
  async run({ minutes }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { runtime, nats, platform } = deps;
    const all = await Promise.all(configuredIds.map((part) => runtime.instances(part, { signal })));
    const running = all.flat().filter(({ phase }) => phase === 'running');
    const read = await Promise.all(running.map((one) => said(one)));
    const failing = read.filter(({ count }) => count > 0);
    const facts = { instances: running.length, failing: failing.length };
    if (failing.length === 0) return verdict([], facts);
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const { connections = [] } = await nats.monitor<Connz>('/connz?limit=1024', { signal });
    const connected = failing.flatMap((one) => {
      const client = connections.find(
        ({ name = '', ip }) =>
          partNamed(name, platform) === one.instance.part ||
          (ip !== undefined && ip === one.instance.address?.host),
      );
      return client === undefined ? [] : [{ ...one, client: client.name || client.ip || '–' }];
    });
    if (connected.length === 0)
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'whether the program is connected to NATS was not seen', {
          facts: { reason: 'publisher-unseen', instance: failing[0]?.instance.name ?? '–' },
        }),
        facts,
      };
    return verdict(
      connected.map(
        ({ instance, client, count, message, lines }): Finding => ({
          code: 'PUBLISHER_WITHOUT_CONNECTION',
          severity: 'warning',
          part: instance.part,
          subject: instance.name,
          facts: { container: instance.name, client, count, minutes, message },
          ...present({ excerpts: lines === undefined ? undefined : [lines] }),
        }),
      ),
      facts,
    );

    async function said(instance: Instance) {
      const text = await recentLog(runtime, instance, { signal, tail: 2_000, minutes });
      const lines = logLines(text);
      const own = lines.filter(({ raw }) => neverMade.test(raw));
      const message = shortened(redactLines([own.at(-1)?.message ?? ''])[0] ?? '', 200);
      return {
        instance,
        count: own.length,
        message,
        lines: excerpt(`log ${instance.name}`, lines, neverMade, 3),
      };
    }
  },
});

/** `/connz` (NATS, "Monitoring"). */
interface Connz {
  readonly connections?: readonly { readonly name?: string; readonly ip?: string }[];
}

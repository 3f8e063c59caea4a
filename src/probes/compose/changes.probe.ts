import { z } from 'zod';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  minutes: z
    .number()
    .positive()
    .max(1440)
    .default(60)
    .meta({ description: 'How far to look back, in minutes.' }),
});
type Deps = Pick<With<'compose'>, 'compose' | 'platform'>;

export const composeChanges = defineProbe({
  id: 'compose.changes',
  doc: `Which containers of the project were recreated recently, and from which image?

Compose recreates a container when its image, environment or mounts change.
A change is no fault: its finding is information. It confirms no cause and is shown beside the answer.`,
  params,
  part: 'runtime',
  needs: ['compose'],
  timeoutMs: 12_000,
  emits: ['CHANGED_CONTAINER'],
  async run(
    { minutes }: z.output<typeof params>,
    { deps: { compose, platform }, signal, now }: ProbeContext<Deps>,
  ) {
    const from = now().getTime() - minutes * 60_000;
    const recent = (await compose.containers({ signal }))
      .filter(({ createdAt }) => Date.parse(createdAt) >= from)
      .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
    return verdict(
      recent.map(({ name, service, image, createdAt }) => ({
        code: 'CHANGED_CONTAINER',
        severity: 'info',
        part: partOfWorkload(service, platform) ?? 'runtime',
        subject: name,
        since: new Date(createdAt).toISOString(),
        facts: { name, image },
      })),
      { minutes, changes: recent.length },
    );
  },
});

import { describe, expect, it } from 'vitest';
import type { ComposeTarget } from '../../../../src/domain/look/targets/compose.ts';
import { composeChanges } from '../../../../src/probes/compose/changes.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';

const now = '2026-03-01T10:05:00Z';

describe('compose.changes', () => {
  it('names containers that were made anew in the time asked for', async () => {
    const container = (service: string, createdAt: string) => ({
      name: `aetherius-${service}`,
      service,
      image: 'i:2',
      createdAt,
    });
    const compose = {
      containers: () =>
        Promise.resolve([
          container('redis', '2026-03-01T08:00:00Z'),
          container('agent-manager', '2026-03-01T10:00:00Z'),
        ]),
    } as unknown as ComposeTarget;

    expect(await composeChanges.run({ minutes: 60 }, probeContext({ compose }, now))).toMatchObject({
      findings: [{ code: 'CHANGED_CONTAINER', subject: 'aetherius-agent-manager', part: 'agent-manager' }],
    });
  });
});

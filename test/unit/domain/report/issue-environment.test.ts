import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import { deploymentsOf, versionsOf } from '../../../../src/domain/report/issue-environment.ts';
import { environment, literal } from '../../../support/targets.ts';

const outcome = (
  part: PartId,
  facts: ProbeOutcome['facts'],
  more: Partial<ProbeOutcome> = {},
): ProbeOutcome => ({
  ...{ key: 'p', probe: 'p', part, status: 'healthy', findings: [], facts },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', durationMs: 1 },
  ...more,
});

describe('how an environment is deployed', () => {
  it('is told by its names, without an address or a credential', () => {
    const redis = { kind: 'single', url: literal('redis://:pw@secret-host') } as const;
    const told = deploymentsOf({
      none: environment({ redis }),
      kube: environment({
        runtime: { kind: 'kubernetes', namespace: 'n', agentNamespace: 'a', context: 'c' },
      }),
      compose: environment({ runtime: { kind: 'compose', project: 'p', socket: '/s' } }),
    });

    expect(told).toEqual({
      none: { kind: 'none', parts: ['redis'] },
      kube: { kind: 'kubernetes', namespace: 'n', agentNamespace: 'a', parts: ['collect-agent', 'runtime'] },
      compose: { kind: 'compose', project: 'p', parts: ['collect-agent', 'runtime'] },
    });
  });
});

describe('the version of a part', () => {
  it('is what it reports, and the images that show it, each once', () => {
    const finding = (facts: ProbeOutcome['facts']) => ({
      ...{
        code: 'POD_FAILED' as const,
        severity: 'critical' as const,
        part: 'redis' as const,
        subject: 's',
        facts,
      },
    });

    expect(
      versionsOf({
        outcomes: [
          outcome('redis', { version: '' }),
          outcome('redis', { version: '8.0', images: 'a:1, b:2' }),
          outcome(
            'runtime',
            {},
            { findings: [finding({ version: '7.0', image: 'b:2' }), finding({ image: 'c:3' })] },
          ),
          outcome('nats', { version: 2 }),
        ],
      }),
    ).toEqual([
      { part: 'redis', version: '8.0', images: ['a:1', 'b:2', 'c:3'] },
      { part: 'nats', images: [] },
    ]);
  });

  it('is asked for of what is configured or was looked at, and never of the runtime', () => {
    const parts = (outcomes: readonly ProbeOutcome[], configured?: readonly PartId[]) =>
      versionsOf({ outcomes, ...(configured === undefined ? {} : { configured }) }).map(({ part }) => part);

    expect(
      parts([outcome('redis', {}), outcome('nats', {}, { status: 'skipped' })], ['neo4j', 'runtime']),
    ).toEqual(['redis', 'neo4j']);
    expect(parts([outcome('runtime', {})])).toEqual([]);
  });

  it('is that of an earlier check where this one did not see it, with its time', () => {
    const earlier = {
      outcomes: [outcome('redis', { version: '7.2' }), outcome('nats', { image: 'nats:2' })],
      time: '2026-01-01T08:00:00.000Z',
    };
    const of = (...outcomes: readonly ProbeOutcome[]) => versionsOf({ outcomes, earlier });

    expect(of(outcome('redis', {}), outcome('nats', {}), outcome('neo4j', {}))).toEqual([
      { part: 'redis', version: '7.2', images: [], seenAt: earlier.time },
      { part: 'nats', images: ['nats:2'], seenAt: earlier.time },
      { part: 'neo4j', images: [] },
    ]);
    expect(of(outcome('redis', { version: '8.0' }))).toEqual([{ part: 'redis', version: '8.0', images: [] }]);
    expect(of(outcome('redis', { image: 'r:8' }))).toEqual([{ part: 'redis', images: ['r:8'] }]);
  });
});

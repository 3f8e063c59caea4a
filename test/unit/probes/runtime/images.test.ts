import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeImages } from '../../../../src/probes/runtime/images.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const pulled = (letter: string): FakePart => ({ imageId: `registry.example/am@${digest(letter)}` });
const own = (letter: string): FakePart => ({ imageId: digest(letter) });

/** They have run since 10:00; the look is at 12:00. */
const look = (
  instances: readonly FakePart[],
  { part = 'agent-manager', kind = 'kubernetes' }: { part?: PartId; kind?: 'kubernetes' | 'compose' } = {},
) =>
  runtimeImages.run(
    { settledMinutes: 10 },
    {
      ...probeContext({ runtime: { ...fakeRuntime({ [part]: instances }), kind } }),
      now: () => new Date('2026-03-01T12:00:00Z'),
    },
  );

describe('runtime.images', () => {
  it('finds one tag that was pulled as two images, and says which instance has which', async () => {
    const outcome = await look([pulled('a'), pulled('b'), pulled('a')]);

    expect(outcome).toMatchObject({
      status: 'unhealthy',
      findings: [
        {
          ...{ code: 'IMAGES_DIFFER', part: 'agent-manager', severity: 'warning' },
          facts: {
            ...{ one: 'agent-manager-0', with: 2, other: 'agent-manager-1', without: 1 },
            first: `registry.example/agent-manager:1 (sha256:${'a'.repeat(12)})`,
            second: `registry.example/agent-manager:1 (sha256:${'b'.repeat(12)})`,
          },
        },
      ],
    });
  });

  it('finds two versions, whatever is known of their digests', async () => {
    expect(await look([{}, { image: 'registry.example/am:2' }])).toMatchObject({
      findings: [{ facts: { second: 'registry.example/am:2' } }],
    });
  });

  it('says first what most of them have', async () => {
    expect(await look([pulled('b'), pulled('a'), pulled('a')])).toMatchObject({
      findings: [{ facts: { one: 'agent-manager-1', with: 2, other: 'agent-manager-0', without: 1 } }],
    });
  });

  it('cannot compare one whose image is not told', async () => {
    expect(await look([pulled('a'), {}])).toMatchObject({
      ...{ status: 'inconclusive', cause: { facts: { reason: 'image-ids-of-nodes' } } },
    });
    expect(await look([{}, {}])).toMatchObject({ status: 'healthy' });
  });

  it.each([
    ['all have the same', [pulled('a'), pulled('a')]],
    ['there is one instance', [pulled('a')]],
    ['the other one does not run', [pulled('a'), { ...pulled('b'), phase: 'waiting', ready: false }]],
    ['the other one is not ready', [pulled('a'), { ...pulled('b'), ready: false }]],
    ['nothing runs', []],
  ] as const)('is content where %s', async (_why, instances) => {
    expect(await look(instances)).toMatchObject({ status: 'healthy' });
  });

  it.each([
    ['10 minutes old', '2026-03-01T11:50:00Z', 'unhealthy'],
    ['a moment younger', '2026-03-01T11:50:01Z', 'healthy'],
    ['of unknown age', undefined, 'healthy'],
  ] as const)('takes one that is %s for settled, or for a roll-out', async (_age, startedAt, status) => {
    const outcome = await look([pulled('a'), { ...pulled('b'), startedAt } as FakePart]);

    expect(outcome).toMatchObject({ status, facts: { rollingOut: status === 'healthy' ? 1 : 0 } });
  });

  it('compares ids of one engine, and not those of nodes that may have other architectures', async () => {
    const two = [own('a'), own('b')];

    expect(await look(two, { kind: 'compose' })).toMatchObject({ findings: [{ code: 'IMAGES_DIFFER' }] });
    expect(await look(two)).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'image-ids-of-nodes', parts: 'agent-manager' } },
    });
    expect(await look([own('a'), {}])).toMatchObject({ status: 'inconclusive' });
    expect(await look([own('a'), own('a')])).toMatchObject({ status: 'healthy' });
  });
});

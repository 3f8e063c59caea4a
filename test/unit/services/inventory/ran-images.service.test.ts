import { describe, expect, it } from 'vitest';
import type { Thing } from '../../../../src/domain/platform/inventory.ts';
import { earlierImage } from '../../../../src/domain/platform/ran-image.ts';
import { createRanImages } from '../../../../src/services/inventory/ran-images.service.ts';
import { createMemoryLogger } from '../../../support/logger.ts';

const image = (name: string, ran?: string, part: Thing['part'] = 'agent-manager'): Thing => ({
  ...{ kind: 'image', name },
  ...(part === undefined ? {} : { part }),
  ...(ran === undefined ? {} : { ran }),
});

function ranOf(...looks: readonly (readonly Thing[])[]) {
  const kept = looks.map((things, index) => ({
    areas: { runtime: { things, unseen: [] } },
    seenAt: { runtime: `2026-11-30T0${index}:00:00Z` },
  }));
  const logger = createMemoryLogger();
  const inventories = { last: () => Promise.resolve(kept) };
  const store = { tx: <T>(work: (tx: unknown) => Promise<T>) => work({ inventories }) };
  return createRanImages({ store: store as never, logger })('prod', 'agent-manager');
}

describe('images that were seen to run', () => {
  it('are those of the part, each once, newest first', async () => {
    const looks = [
      [image('m:2'), image('r:1', 'sha256:r', 'redis')],
      [image('m:1', 'sha256:one')],
      [image('m:1', 'sha256:one')],
      [image('m:0', 'sha256:zero')],
    ];

    expect(await ranOf(...looks)).toEqual([
      { image: 'm:1', id: 'sha256:one', at: '2026-11-30T01:00:00Z' },
      { image: 'm:0', id: 'sha256:zero', at: '2026-11-30T03:00:00Z' },
    ]);
  });

  it('have the name under which they were seen, though a container was made from the id since', async () => {
    const looks = [[image('sha256:one', 'sha256:one')], [image('m:1', 'sha256:one')]];

    expect(await ranOf(...looks)).toEqual([{ image: 'm:1', id: 'sha256:one', at: '2026-11-30T00:00:00Z' }]);
  });

  it('are none where the record cannot be read', async () => {
    const store = { tx: () => Promise.reject(new Error('away')) };

    expect(
      await createRanImages({ store: store as never, logger: createMemoryLogger() })('prod', 'redis'),
    ).toEqual([]);
  });

  it('give an earlier one only where the present one was not among them', () => {
    const ran = [{ image: 'm:1', id: 'one', at: '' }];

    expect(earlierImage('two', ran)).toEqual(ran[0]);
    expect([earlierImage('one', ran), earlierImage('two', []), earlierImage(undefined, ran)]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });
});

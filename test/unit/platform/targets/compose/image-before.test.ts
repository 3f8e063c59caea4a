import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../../src/domain/platform/platform.ts';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import { withRanImages } from '../../../../../src/platform/targets/compose/image-before.ts';
import { compose, container } from '../../../../support/fake-compose.ts';

const ran = () => Promise.resolve([{ image: 'lab/m:1', id: 'one', at: '' }]);
const failing = { state: 'restarting', image: 'lab/m:2', imageId: 'two' } as const;

async function before(service: string, more: Partial<ComposeContainer>) {
  const target = withRanImages(compose([container(service, more)]), 'prod', asInGuide, ran);
  return (await target.containers())[0]?.imageBefore;
}

describe('the image before that of a container', () => {
  it('is the one that was seen to run', async () => {
    expect(await before('agent-manager', failing)).toBe('lab/m:1');
  });

  it.each<readonly [string, string, Partial<ComposeContainer>]>([
    ['runs', 'agent-manager', { ...failing, state: 'running' }],
    ['has that image itself', 'agent-manager', { ...failing, imageId: 'one' }],
    ['has an image of another repository', 'agent-manager', { ...failing, image: 'lab/other:2' }],
    ['is no part of the platform', 'shop', failing],
  ])('is none of one that %s', async (_what, service, more) => {
    expect(await before(service, more)).toBeUndefined();
  });
});

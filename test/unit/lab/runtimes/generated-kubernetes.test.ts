import { describe, expect, it } from 'vitest';
import seeds from '../../../../lab/platform/generated/seeds.json' with { type: 'json' };
import { connectGeneratedKubernetes } from '../../../../lab/runtimes/generated-kubernetes.ts';

describe('a handle on a generated installation', () => {
  it('is there for each kept seed, whatever parts it has not', () => {
    const namespaces = seeds.seeds.map((seed) => connectGeneratedKubernetes(seed).names.namespace);

    expect(namespaces).toHaveLength(30);
    expect(namespaces).not.toContain('');
  });
});

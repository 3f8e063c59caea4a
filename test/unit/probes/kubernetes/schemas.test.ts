import { describe, expect, it } from 'vitest';
import { Pod } from '../../../../src/probes/kubernetes/schemas.ts';

describe('the schema of a Pod', () => {
  const container = { name: 'main', image: 'i:1', volumeMounts: [{ name: 'v', mountPath: '/v' }] };

  it('parses what Pods of one template share once, and what they do not share each', () => {
    const volumes = [{ name: 'v', configMap: { name: 'c' } }];
    const [a, b, other] = [
      Pod.parse({ spec: { containers: [container], volumes } }),
      Pod.parse({ spec: { containers: [container], volumes } }),
      Pod.parse({ spec: { containers: [{ ...container, image: 'i:2' }] } }),
    ];

    expect(a.spec.containers[0]).toBe(b.spec.containers[0]);
    expect(a.spec.volumes).toBe(b.spec.volumes);
    expect(a.spec.volumes).toEqual([{ name: 'v', configMap: { name: 'c' } }]);
    expect(other.spec.containers[0]?.image).toBe('i:2');
    expect(other.spec.volumes).toEqual([]);
  });

  it('names the place of what does not fit', () => {
    const { error } = Pod.safeParse({
      spec: { containers: [{ ...container, ports: [{ containerPort: 'x' }] }] },
    });

    expect(error?.issues).toMatchObject([
      { path: ['spec', 'containers', 0, 'ports', 0, 'containerPort'], code: 'custom' },
    ]);
    expect(Pod.safeParse({ spec: { containers: ['x'] } }).success).toBe(false);
    expect(Pod.safeParse({ spec: {} }).success).toBe(false);
  });
});

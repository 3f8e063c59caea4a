import { expect, it } from 'vitest';
import { asInGuide } from '../../../../../src/domain/platform/platform.ts';
import { instanceOf, KubePod } from '../../../../../src/platform/targets/runtime/runtime-pod.ts';

it.each([
  [undefined, undefined],
  [false, undefined],
  [true, true],
])('says that an address is that of the node: hostNetwork %s', (hostNetwork, shared) => {
  const pod = KubePod.parse({
    metadata: { name: 'agent-manager-0', namespace: 'aetherius', uid: 'u' },
    spec: {
      ...(hostNetwork === undefined ? {} : { hostNetwork }),
      containers: [{ name: 'main', image: 'm:1' }],
    },
    status: { phase: 'Running', podIP: '10.0.0.6' },
  });
  const { address } = instanceOf(pod, 'agent-manager', asInGuide);

  expect([address?.host, address?.shared]).toEqual(['10.0.0.6', shared]);
});

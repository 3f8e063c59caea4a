import { describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../../src/domain/kernel/errors.ts';
import { kubernetesSecretAge } from '../../../../src/probes/kubernetes/secret-age.probe.ts';
import { kubernetes, meta } from '../../../support/cluster-objects.ts';
import { probeContext } from '../../../support/probe-context.ts';

const started = '2026-03-01T10:00:00Z';
const pod = (spec: object, more: object = {}) => ({
  ...meta('agent-manager', 'aetherius'),
  spec,
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'main', state: { running: { startedAt: started } } }],
  },
  ...more,
});
const fromEnv = {
  containers: [{ name: 'main', env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'p' } } }] }],
};
const secretOf = (time: string, field = 'f:data') => ({
  metadata: {
    ...{ name: 'db', namespace: 'aetherius', uid: 's', creationTimestamp: '2026-02-01T00:00:00Z' },
    managedFields: [
      { time, fieldsV1: { [field]: {} } },
      { time: '2026-02-01T00:00:00Z', fieldsV1: { 'f:data': {} } },
    ],
  },
  data: { p: 'aHVudGVyMg==' },
});

async function look(
  pods: readonly object[],
  given: object | Error | ((name: string) => object | Error),
  part = 'agent-manager' as const,
) {
  const asked: string[] = [];
  const target = {
    ...kubernetes({ pods } as never),
    get: (kind: string, _namespace: string, name: string) => {
      asked.push(`${kind}/${name}`);
      const secret = typeof given === 'function' ? given(name) : given;
      return secret instanceof Error ? Promise.reject(secret) : Promise.resolve(secret);
    },
  };
  const outcome = await kubernetesSecretAge.run(
    { part, graceSeconds: 5 },
    probeContext({ kubernetes: target as never }),
  );
  return { outcome, asked };
}

describe('kubernetes.secret-age', () => {
  it.each([
    ['a variable', fromEnv],
    ['all of its variables', { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'db' } }] }] }],
    [
      'a file',
      {
        containers: [{ name: 'main', volumeMounts: [{ name: 'v' }] }],
        volumes: [{ name: 'v', secret: { secretName: 'db' } }],
      },
    ],
  ])(
    'finds a Pod that took a Secret as %s before it changed, and keeps no value of it',
    async (_what, spec) => {
      const { outcome } = await look([pod(spec)], secretOf('2026-03-01T10:02:00Z'));

      expect(outcome).toMatchObject({
        status: 'unhealthy',
        findings: [{ code: 'POD_OLDER_THAN_SECRET', part: 'agent-manager', facts: { secret: 'db' } }],
      });
      expect(JSON.stringify(outcome)).not.toContain('aHVudGVyMg');
    },
  );

  it.each([
    ['it was changed before the start', [pod(fromEnv)], secretOf('2026-03-01T09:00:00Z')],
    ['only its labels were changed since', [pod(fromEnv)], secretOf('2026-03-01T10:02:00Z', 'f:metadata')],
    ['it changed within the first seconds', [pod(fromEnv)], secretOf('2026-03-01T10:00:04Z')],
    ['there is no such Secret', [pod(fromEnv)], new AppError('NOT_FOUND', 'none')],
    ['the Pod takes none', [pod({ containers: [{ name: 'main' }] })], secretOf('2026-03-01T10:02:00Z')],
    [
      'the Pod is being deleted',
      [
        pod(fromEnv, {
          metadata: { ...meta('agent-manager', 'aetherius').metadata, deletionTimestamp: started },
        }),
      ],
      secretOf('2026-03-01T10:02:00Z'),
    ],
    [
      'the Pod is another part’s',
      [{ ...pod(fromEnv), ...meta('redis', 'aetherius') }],
      secretOf('2026-03-01T10:02:00Z'),
    ],
  ])('finds nothing where %s', async (_what, pods, secret) => {
    expect((await look(pods, secret)).outcome).toMatchObject({ status: 'healthy' });
  });

  it('is switched off where the account may read no Secret, and asks for each once', async () => {
    const { outcome, asked } = await look([pod(fromEnv), pod(fromEnv)], new TargetError('forbidden', 'no'));

    expect(outcome).toEqual({ status: 'skipped', reason: 'disabled' });
    expect(asked).toEqual(['secrets/db']);
  });

  const taking = (...names: readonly string[]) =>
    pod({ containers: [{ name: 'main', envFrom: names.map((name) => ({ secretRef: { name } })) }] });

  it('leaves it open where it may read only some of them', async () => {
    const both = taking('db', 'hidden');
    const read = (name: string) =>
      name === 'hidden' ? new TargetError('forbidden', 'no') : secretOf('2026-03-01T09:00:00Z');
    const { outcome, asked } = await look([both], read);

    expect(outcome).toMatchObject({
      status: 'healthy',
      facts: { unread: 'hidden', open: 'POD_OLDER_THAN_SECRET', openWhy: 'secrets-unread' },
    });
    expect(asked).toEqual(['secrets/db', 'secrets/hidden']);
  });

  it('asks about eight, and leaves it open where there are more', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const before = () => secretOf('2026-03-01T09:00:00Z');
    const [eight, nine] = [
      await look([taking(...names)], before),
      await look([taking(...names, 'i')], before),
    ];

    expect(eight.outcome).toEqual({ status: 'healthy', facts: { secrets: 8 } });
    expect(nine.outcome).toMatchObject({ facts: { unread: 'i', openWhy: 'secrets-unread' } });
    expect(nine.asked).toHaveLength(8);
  });

  it('says that it could not check where the API server does not answer', async () => {
    await expect(look([pod(fromEnv)], new TargetError('no-answer', 'silent'))).rejects.toThrow('silent');
  });
});

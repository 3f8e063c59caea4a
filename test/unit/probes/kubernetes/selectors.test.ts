import { describe, expect, it } from 'vitest';
import { kubernetesSelectors } from '../../../../src/probes/kubernetes/selectors.probe.ts';
import { kubernetes, meta, pod } from '../../../support/cluster-objects.ts';
import { probeContext } from '../../../support/probe-context.ts';

const service = (
  name: string,
  selector: object | undefined,
  targetPort: number | string = 8081,
  more = {},
) => ({
  ...meta(name, 'aetherius'),
  spec: { type: 'ClusterIP', selector, ports: [{ port: 80, targetPort }], ...more },
});
/** A Pod of a Deployment with these labels and one port that is called `http`. */
const owned = (name: string, labels: Readonly<Record<string, string>>) => {
  const { metadata } = meta(`${name}-1`, 'aetherius', labels);
  const ownerReferences = [{ kind: 'ReplicaSet', name: `${name}-7f9`, uid: `rs-${name}`, controller: true }];
  return { ...pod(name), metadata: { ...metadata, ownerReferences } };
};
const look = (services: readonly object[], pods: readonly object[]) =>
  kubernetesSelectors.run({}, probeContext({ kubernetes: kubernetes({ services, pods }) }));

describe('kubernetes.selectors', () => {
  it('names the selector and the labels of the Pod that it was meant for', async () => {
    const selector = { app: 'orchestrator', tier: 'backend' };
    const meant = owned('orchestrator-service', { app: 'orchestrator-service', tier: 'backend' });

    expect(
      await look([service('orchestrator-service', selector)], [owned('redis', { app: 'redis' }), meant]),
    ).toMatchObject({
      findings: [
        {
          ...{
            code: 'SERVICE_SELECTS_NOTHING',
            part: 'orchestrator-service',
            subject: 'service/orchestrator-service',
          },
          facts: {
            selector: 'app=orchestrator, tier=backend',
            pod: 'orchestrator-service-1',
            labels: 'app=orchestrator-service, tier=backend',
          },
        },
      ],
    });
  });

  it('knows a label that stands under another key, whatever the Pod is called', async () => {
    const meant = owned('web', { 'app.kubernetes.io/name': 'shop' });

    expect(await look([service('shop-front', { app: 'shop' })], [meant])).toMatchObject({
      findings: [{ part: 'runtime', facts: { labels: 'app.kubernetes.io/name=shop' } }],
    });
  });

  describe('where no name tells which Pod it is meant for', () => {
    const unnamed = service('front', { app: 'shop' }, 'http');
    const web = owned('web', { app: 'web' });

    it('names one that takes its port and has no Service, and that this is not known', async () => {
      const headless = service('web-peers', { app: 'web' }, 'http', { clusterIP: 'None' });

      for (const services of [[unnamed], [unnamed, headless]])
        expect(await look(services, [web])).toMatchObject({
          findings: [
            {
              code: 'SERVICE_POD_UNCLEAR',
              part: 'runtime',
              facts: { service: 'front', selector: 'app=shop', pod: 'web-1' },
            },
          ],
        });
    });

    it('says nothing where each Pod has its Service, or takes another port', async () => {
      const own = service('own', { app: 'web' }, 'http');
      const other = service('front', { app: 'shop' }, 4222);

      for (const services of [[unnamed, own], [other]])
        expect(await look(services, [web])).toMatchObject({ status: 'healthy' });
    });
  });

  it('names a port that no container of the Pods has', async () => {
    const pods = [owned('neo4j', { app: 'neo4j' })];

    expect(await look([service('neo4j', { app: 'neo4j' }, 'bolt')], pods)).toMatchObject({
      findings: [{ code: 'SERVICE_PORT_UNKNOWN', facts: { service: 'neo4j', port: 'bolt', named: 'http' } }],
    });
    expect(await look([service('neo4j', { app: 'neo4j' }, 'http')], pods)).toMatchObject({
      status: 'healthy',
    });
  });

  describe('of a part without a Pod', () => {
    const bare = service('redis', { app: 'redis' });
    const web = owned('web', { app: 'web' });

    it('cannot tell whether the Service fits, and says which', async () => {
      await expect(look([bare], [web])).rejects.toMatchObject({
        facts: { reason: 'service-without-pod', service: 'redis', selector: 'app=redis' },
      });
    });

    it('names another one that does not fit all the same', async () => {
      const meant = owned('neo4j', { app: 'graph' });

      expect(await look([bare, service('neo4j', { app: 'neo4j' })], [web, meant])).toMatchObject({
        findings: [{ code: 'SERVICE_SELECTS_NOTHING', facts: { service: 'neo4j' } }],
      });
    });
  });

  it.each([
    ['selects its Pods', service('neo4j', { app: 'neo4j' })],
    ['has nothing to be compared with', service('shop', { app: 'shop' }, 9090)],
    ['shares one label with Pods of others', service('shop', { app: 'shop', tier: 'backend' }, 9090)],
    ['selects nothing on purpose', service('neo4j', undefined)],
    ['is a name for another host', service('neo4j', { app: 'x' }, 80, { type: 'ExternalName' })],
  ])('says nothing of a Service that %s', async (_what, one) => {
    expect(await look([one], [owned('neo4j', { app: 'neo4j', tier: 'backend' })])).toMatchObject({
      status: 'healthy',
    });
  });
});

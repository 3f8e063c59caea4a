/** Two fixes in one answer, of a part and of one that it stands on: which is done first (ADR 0040). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, missingCluster, startCluster } from '../support/kube-cluster.ts';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForHealth } from '../support/slack-steps.ts';
import { scratch } from '../support/targets.ts';

const lacking = missingCluster();
const namespace = 'aetherius';
const channel = places.incidents;

describe.skipIf(lacking !== undefined)(
  `two fixes of one answer${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const stage = useStage();
    const folder = scratch('first-fixes');
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster(folder.dir, namespace);
      await cluster.seed.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
        metadata: { name: 'agent-manager' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'agent-manager' } },
          template: {
            metadata: { labels: { app: 'agent-manager' } },
            spec: { containers: [{ name: 'main', image: 'agent-manager:1' }] },
          },
        },
      });
      await stage.fillTarget();
    });
    afterAll(async () => {
      await cluster?.stop();
      folder.remove();
    });

    it('the card of the one says to do the other first, until that is done', async () => {
      const product = await stage.start({
        environmentsYaml: `  prod:
    runtime: { kind: kubernetes, namespace: ${namespace}, agentNamespace: kube-system, kubeconfig: ${cluster.api.kubeconfig} }
    redis: { url: { env: TARGET_REDIS_URL } }
`,
      });
      const { control } = product.slack;
      const card = (shows: (blocks: string) => boolean) =>
        control.waitForMessage(
          { channel, where: ({ blocks }) => shows(JSON.stringify(blocks)) },
          { timeoutMs: 40_000 },
        );
      await askForHealth(control);
      const ofRedis = await card(
        (blocks) => blocks.includes('remediation.request') && blocks.includes('evict old keys'),
      );
      const [first] = await product.database.sql<{ handle: string }>(
        "SELECT handle FROM remediations WHERE action_id = 'redis.set-eviction-policy'",
      );
      const said = `Do \`${first?.handle}\` first: agent-manager stands on Redis.`;
      const next = await card((blocks) => blocks.includes(said));
      expect(JSON.stringify(next.blocks)).toContain('Start');
      expect(JSON.stringify(ofRedis.blocks)).not.toContain(' first: ');

      const press = (user: string, actionId: string) =>
        control.click({ user, channel, ts: ofRedis.ts, actionId, confirm: true });
      await press(people.requester, 'remediation.request');
      await card((blocks) => blocks.includes('remediation.approve'));
      await press(people.approver, 'remediation.approve');

      await control.waitForMessage(
        { channel, where: ({ ts, blocks }) => ts === next.ts && !JSON.stringify(blocks).includes(said) },
        { timeoutMs: 60_000 },
      );
    }, 150_000);
  },
);

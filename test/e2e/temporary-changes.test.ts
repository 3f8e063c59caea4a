/** R-X17 in Slack: a change that Argo CD will put back is over its time, over a real API server and each process by itself. */

import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, missingCluster, startCluster } from '../support/kube-cluster.ts';
import { people, places, useStage } from '../support/slack-product.ts';
import { scratch } from '../support/targets.ts';
import { endAgo, lookNow } from '../support/temporary-changes.ts';

const lacking = missingCluster();
const namespace = 'aetherius';
const part = 'agent-manager';
const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${part}`;
const argo = 'argocd-controller';

const manifest = (memory: string) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
  metadata: {
    name: part,
    annotations: { 'argocd.argoproj.io/tracking-id': `shop:apps/Deployment:${namespace}/${part}` },
  },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: part } },
    template: {
      metadata: { labels: { app: part } },
      spec: {
        containers: [
          {
            ...{ name: 'main', image: 'agent-manager:1' },
            resources: { limits: { memory }, requests: { memory: '64Mi' } },
          },
        ],
      },
    },
  },
});

describe.skipIf(lacking !== undefined)(
  `a temporary change in Slack${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const stage = useStage();
    const folder = scratch('temporary-slack');
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster(folder.dir, namespace);
      await cluster.seed.apply(path, argo, manifest('256Mi'));
    });
    afterAll(async () => {
      await cluster?.stop();
      folder.remove();
    });
    const limit = async () => {
      const { spec } = (await cluster.seed.get(path)) as ReturnType<typeof manifest>;
      return spec.template.spec.containers[0]?.resources.limits.memory;
    };

    it('R-X17: says once that it is over its time though the worker was away then, lists it in the digest, and its button undoes it', async () => {
      const product = await stage.start({
        roles: ['bot', 'scheduler'],
        environmentsYaml: `  prod:
    runtime: { kind: kubernetes, namespace: ${namespace}, agentNamespace: kube-system, kubeconfig: ${cluster.api.kubeconfig} }
`,
        slackYaml: `  channels: { ${places.ops}: { environment: prod, language: zh-CN } }`,
      });
      const { control } = product.slack;
      let worker = await product.add('worker', {}, ['prod']);
      const seen = (text: string, { channel, ts: of }: Pick<SlackMessage, 'channel'> & { ts?: string }) =>
        control.waitForMessage(
          {
            channel,
            where: ({ ts, blocks }) =>
              (of === undefined || ts === of) && JSON.stringify(blocks).includes(text),
          },
          { timeoutMs: 60_000 },
        );
      const press = ({ channel, ts }: SlackMessage, user: string, actionId: string) =>
        control.click({ user, channel, ts, actionId, confirm: true });
      const newest = async () => {
        const [row] = await product.database.sql<{ id: string; handle: string; state: string }>(
          'SELECT id, handle, state FROM remediations ORDER BY proposed_at DESC LIMIT 1',
        );
        if (row === undefined) throw new Error('there is no fix');
        return row;
      };
      /** The card of the fix, which has worked. */
      const raised = async (channel: string, before: string, after: string): Promise<SlackMessage> => {
        await control.command({
          ...{ user: people.requester, channel },
          text: `/aetherius fix kubernetes.set-resources part=${part} memoryMiB=1024 prod`,
        });
        const offer = await seen('remediation.request', { channel });
        expect(JSON.stringify(offer.blocks)).toContain(before);
        await press(offer, people.requester, 'remediation.request');
        await press(await seen('remediation.approve', offer), people.approver, 'remediation.approve');
        const done = await seen('remediation.undo', offer);
        expect(JSON.stringify(done.blocks)).toContain(after);
        expect(await limit()).toBe('1Gi');
        return done;
      };
      const reminders = (channel: string, text: string) =>
        control.messages({ channel, where: ({ blocks }) => JSON.stringify(blocks).includes(text) });

      const card = await raised(
        places.incidents,
        'Temporary: 4 h after it has worked',
        'Temporary: until <!date^',
      );
      const fix = await newest();
      // Its end comes while no worker is there; the next one finds it in PostgreSQL.
      await worker.stop(5_000);
      await endAgo(product.database, fix.id);
      worker = await product.add('worker', {}, ['prod']);
      const reminder = await seen('Nothing that I can read says', { channel: places.incidents });

      const text = JSON.stringify(reminder.blocks);
      expect(text).toContain(`<@${people.requester}>, <@${people.approver}>`);
      expect(text).toContain('kustomization.yaml');
      expect(text).toContain('memory: 1Gi');
      expect(reminder.threadTs).toBe(card.threadTs ?? card.ts);
      await seen('its time was over at', card);
      // A second worker, and a second look, say nothing more.
      const second = await product.add('worker', {}, ['prod']);
      await lookNow(product.database, fix.id);
      await expect
        .poll(
          async () =>
            (
              await product.database.sql<{ later: boolean }>(
                "SELECT due_at > clock_timestamp() + interval '30 minutes' AS later FROM temporary_changes",
              )
            )[0]?.later,
          { timeout: 30_000 },
        )
        .toBe(true);
      expect(reminders(places.incidents, 'Nothing that I can read says')).toHaveLength(1);
      await second.stop(5_000);

      await control.command({
        user: people.requester,
        channel: places.incidents,
        text: '/aetherius digest now prod',
      });
      const digest = await seen('over their time and still there', { channel: places.incidents });
      expect(JSON.stringify(digest.blocks)).toContain(fix.handle);

      await press(reminder, people.requester, 'remediation.undo');
      const undo = await seen('remediation.approve', { channel: places.incidents });
      await press(undo, people.approver, 'remediation.approve');
      await expect.poll(limit, { timeout: 60_000 }).toBe('256Mi');
      await seen('It was temporary, and was undone', card);
      const [after] = reminders(places.incidents, 'Nothing that I can read says');
      expect(JSON.stringify(after?.blocks)).not.toContain('remediation.undo');

      // The same in the other language, where its maker takes it over.
      await raised(places.ops, '临时更改：生效 4 小时', '临时更改：到 <!date^');
      const other = await newest();
      await endAgo(product.database, other.id);
      await seen('我能读到的内容都没有表明', { channel: places.ops });
      await cluster.seed.apply(path, argo, manifest('1Gi'));
      await lookNow(product.database, other.id);
      await seen('现已长期有效：生成该对象的一方自己设置了相同的值', { channel: places.ops });
      expect(await limit()).toBe('1Gi');
      await worker.stop(5_000);
    }, 240_000);
  },
);

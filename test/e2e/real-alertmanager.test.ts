/** From a full Redis to the answer in Slack without a question: real exporter, Prometheus and Alertmanager, our rules, and the lines of `init --alerts`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import {
  missing as missingExporters,
  type RunningExporter,
  startExporter,
} from '../../lab/components/exporters.ts';
import { freePort } from '../../lab/components/process.ts';
import {
  missingServers,
  type RunningServer,
  startAlertmanager,
  startPrometheus,
} from '../../lab/components/prometheus.ts';
import { alertReceiverText } from '../../src/cli/alert-receiver.command.ts';
import { wordsIn } from '../../src/text/words.ts';
import { shippedRules } from '../support/promtool.ts';
import { type Product, places, useStage } from '../support/slack-product.ts';
import { scratch } from '../support/targets.ts';
import { until } from '../support/until.ts';

interface Written {
  readonly route: object;
  readonly receivers: readonly {
    readonly name: string;
    readonly webhook_configs: readonly { readonly http_config: object }[];
  }[];
}

const secret = 'a secret of alerts that is long enough';
const rule = 'AetheriusRedisRefusesWrites';

/** What `aetherius init --alerts` prints; this machine's port and file, and seconds in place of Alertmanager's five minutes. */
function configOf(port: number, secretFile: string): string {
  const printed = alertReceiverText(
    { alerts: true, file: 'aetherius.yaml', name: 'prod', ownNamespace: 'aetherius-bot' },
    wordsIn('en'),
  );
  const { route, receivers } = parse(printed.replace(':9095/', `:${port}/`)) as Written;
  return stringify({
    route: { ...route, group_wait: '1s', group_interval: '2s' },
    receivers: receivers.map((receiver) => ({
      ...receiver,
      webhook_configs: receiver.webhook_configs.map((hook) => ({
        ...hook,
        http_config: { authorization: { credentials_file: secretFile } },
      })),
    })),
  });
}

/** The rule as it is shipped; it need not hold for five minutes. */
function rulesOf(): string {
  const found = shippedRules().find(({ alert }) => alert === rule);
  if (found === undefined) throw new Error(`no rule ${rule}`);
  return stringify({ groups: [{ name: 'shipped', rules: [{ ...found, for: '0s' }] }] });
}

const lacking = missingServers() ?? missingExporters();
describe.skipIf(lacking !== undefined)(
  `a real Alertmanager${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const stage = useStage();
    const place = scratch('real-alertmanager');
    let exporter: RunningExporter;
    const running: RunningServer[] = [];
    const stopAll = async () => {
      for (const server of running.splice(0)) await server.stop();
    };
    beforeAll(async () => {
      exporter = await startExporter('redis', { dir: place.dir, url: stage.target().url });
    }, 600_000);
    afterAll(async () => {
      await exporter?.stop();
      place.remove();
    });
    beforeEach(() => stage.emptyTarget());
    afterEach(async () => {
      await stopAll();
      await stage.emptyTarget();
    });

    async function watched(port: number): Promise<RunningServer> {
      const dir = join(place.dir, `${port}`);
      const secretFile = join(place.dir, 'secret');
      writeFileSync(secretFile, secret);
      const alertmanager = await startAlertmanager(dir, configOf(port, secretFile));
      running.push(alertmanager);
      running.push(await startPrometheus({ dir, targets: [exporter.at], rules: rulesOf(), alertmanager }));
      return alertmanager;
    }

    const product = (port: number, more: object = {}): Promise<Product> =>
      stage.start({
        environmentsYaml: `  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    alerts: { secret: { env: ALERTS_SECRET }, channel: ${places.incidents} }
`,
        env: { ALERTS_SECRET: secret, ALERTS_PORT: `${port}` },
        ...more,
      });

    const shown = ({ text, blocks }: SlackMessage): string => `${text} ${JSON.stringify(blocks)}`;
    const first = (contains: string) => ({
      channel: places.incidents,
      where: (message: SlackMessage) =>
        (message.threadTs ?? message.ts) === message.ts && shown(message).includes(contains),
    });
    const patience = { timeoutMs: 60_000 };

    it('tells of a Redis that is full, and the answer has its cause; when it is well again the message is green', async () => {
      const port = await freePort();
      const { slack, database } = await product(port);
      await watched(port);
      await stage.fillTarget();

      const answer = await slack.control.waitForMessage(first('D3.a'), patience);
      expect(answer.text).toContain(`*${rule}* fires since`);
      expect(shown(answer)).toContain(':rotating_light:');
      expect(shown(answer)).toContain('noeviction');

      await stage.emptyTarget();
      const green = await slack.control.waitForMessage(first(':large_green_circle:'), patience);
      expect(green.ts).toBe(answer.ts);
      expect(await database.sql('SELECT status FROM alerts ORDER BY id')).toEqual([
        { status: 'firing' },
        { status: 'resolved' },
      ]);
    });

    it('tells it again until somebody takes it: an alert that fired while nobody received is answered once', async () => {
      const port = await freePort();
      const { slack, database, add, processes } = await product(port, {
        roles: ['bot', 'worker', 'scheduler', 'alerts'],
      });
      const receiver = processes.find(({ alertsPort }) => alertsPort !== undefined);
      await receiver?.stop(5_000);
      const alertmanager = await watched(port);
      await stage.fillTarget();
      // By its own count, several have come to nothing.
      await until(async () => {
        const text = await (await fetch(`${alertmanager.url}/metrics`)).text();
        const failed =
          /^alertmanager_notification_requests_failed_total\{integration="webhook"\} (\S+)$/m.exec(text);
        return Number(failed?.[1] ?? 0) >= 2;
      }, 60_000);
      expect(await database.sql('SELECT FROM alerts')).toEqual([]);

      await add('alerts');
      const answer = await slack.control.waitForMessage(first('D3.a'), patience);
      expect(answer.text).toContain(`*${rule}* fires since`);
      expect(await database.sql('SELECT FROM alerts')).toHaveLength(1);
      expect(await database.sql('SELECT FROM runs')).toHaveLength(1);
    });
  },
);

/** The alerting rules, by Prometheus's own tool: that it takes them, and with which series each of them fires. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { run } from '../../../lab/components/process.ts';
import { missing, prometheusTool } from '../../../lab/components/prometheus.ts';
import { alertRules } from '../../../scripts/docs/alert-rules.ts';
import { read } from '../../repo/files.ts';
import { alertSeries } from '../../support/alert-series.ts';
import { root } from '../../support/guide-lines.ts';
import { scratch } from '../../support/targets.ts';

const lacking = missing('promtool');
const file = 'deploy/prometheus/rules.yaml';

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const { groups } = parse(read(file)) as { groups: readonly { rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

/** A text of the rule with these labels in it, as Prometheus fills it in. */
const filled = (text: string, labels: Readonly<Record<string, string>>) =>
  text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_all, name: string) => labels[name] ?? '');

describe.skipIf(lacking !== undefined)(
  `the alerting rules${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = scratch('alert-rules');
    let promtool: string;
    beforeAll(async () => {
      promtool = await prometheusTool('promtool');
    }, 600_000);
    afterAll(() => place.remove());

    it('are taken by Prometheus', async () => {
      const checked = await run(promtool, ['check', 'rules', join(root, file)], { seconds: 60 });

      expect(checked.stdout + checked.stderr).toContain(`SUCCESS: ${alertRules.length} rules found`);
      expect(checked.code).toBe(0);
    });

    it('fire with what each is for, lead to its diagnosis in words for people, and are silent without it', async () => {
      // Each rule in a file of its own: every test evaluates all rules of its files at every minute.
      const files = rules.flatMap((rule) => {
        const { alert, labels, annotations } = rule;
        const series = alertSeries[alert];
        if (series === undefined) return [];
        const fired = {
          exp_labels: { ...labels, ...series.labels, aetherius_symptom: series.symptom },
          exp_annotations: Object.fromEntries(
            Object.entries(annotations).map(([name, text]) => [name, filled(text, series.labels)]),
          ),
        };
        const looked = (kind: 'fires' | 'silent', expected: readonly object[]) => ({
          name: `${alert} ${kind}`,
          interval: '1m',
          input_series: Object.entries(series[kind]).map(([name, values]) => ({ series: name, values })),
          alert_rule_test: [{ eval_time: `${series.minute}m`, alertname: alert, exp_alerts: expected }],
        });
        const only = join(place.dir, `${alert}.rules.yaml`);
        writeFileSync(only, stringify({ groups: [{ name: alert, rules: [rule] }] }));
        const tests = [looked('fires', [fired]), looked('silent', [])];
        const written = join(place.dir, `${alert}.yaml`);
        writeFileSync(written, stringify({ rule_files: [only], evaluation_interval: '1m', tests }));
        return [written];
      });

      const tested = await run(promtool, ['test', 'rules', ...files], { seconds: 120 });

      expect(rules.map(({ alert }) => alert)).toEqual(Object.keys(alertSeries));
      expect(`${tested.stdout}${tested.stderr}`).not.toContain('FAILED');
      expect(tested.stdout.match(/SUCCESS/g)).toHaveLength(rules.length);
      expect(tested.code).toBe(0);
    });
  },
);

/** The alerting rules, by Prometheus's own tool: that it takes them, and with which series each of them fires. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../lab/components/process.ts';
import { missing, prometheusTool } from '../../../lab/components/prometheus.ts';
import { alertRules } from '../../../scripts/docs/alert-rules.ts';
import { alertSeries } from '../../support/alert-series.ts';
import { root } from '../../support/guide-lines.ts';
import { rulesFile, ruleTest, shippedRules } from '../../support/promtool.ts';
import { scratch } from '../../support/targets.ts';

const lacking = missing('promtool');
const rules = shippedRules();

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
      const checked = await run(promtool, ['check', 'rules', join(root, rulesFile)], { seconds: 60 });

      expect(checked.stdout + checked.stderr).toContain(`SUCCESS: ${alertRules.length} rules found`);
      expect(checked.code).toBe(0);
    });

    it('fire with what each is for, lead to its diagnosis in words for people, and are silent without it', async () => {
      const files = rules.flatMap((rule) => {
        const series = alertSeries[rule.alert];
        if (series === undefined) return [];
        const { minute, symptom, labels } = series;
        return ruleTest(place.dir, rule, [
          { name: 'fires', series: series.fires, minute, fires: { symptom, labels } },
          { name: 'silent', series: series.silent, minute },
        ]);
      });

      const tested = await run(promtool, ['test', 'rules', ...files], { seconds: 120 });

      expect(rules.map(({ alert }) => alert)).toEqual(Object.keys(alertSeries));
      expect(`${tested.stdout}${tested.stderr}`).not.toContain('FAILED');
      expect(tested.stdout.match(/SUCCESS/g)).toHaveLength(rules.length);
      expect(tested.code).toBe(0);
    });
  },
);

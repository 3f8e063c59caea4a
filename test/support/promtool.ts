/** One alerting rule as `promtool test rules` tests it: with these series it fires as said, or is silent. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { symptomLabel } from '../../src/domain/alert/incident.ts';
import { read } from '../repo/files.ts';

/** Of the rules that are shipped. */
export const rulesFile = 'deploy/prometheus/rules.yaml';

export interface ShippedRule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function shippedRules(): readonly ShippedRule[] {
  const { groups } = parse(read(rulesFile)) as { groups: readonly { rules: readonly ShippedRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

export interface RuleLook {
  readonly name: string;
  /** Series and their values from minute 0 on, in the notation of `promtool test rules`. */
  readonly series: Readonly<Record<string, string>>;
  readonly minute: number;
  /** What the alert says, besides what stands in the rule; undefined when there must be none. */
  readonly fires?: { readonly symptom: string; readonly labels: Readonly<Record<string, string>> };
}

/** A text of the rule with these labels in it, as Prometheus fills it in. */
const filled = (text: string, labels: Readonly<Record<string, string>>) =>
  text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_all, name: string) => labels[name] ?? '');

/**
 * The path of a file for `promtool test rules`, which looks at this rule alone: a test evaluates all rules of its files
 * at every minute.
 */
export function ruleTest(dir: string, rule: ShippedRule, looks: readonly RuleLook[]): string {
  const { alert, labels, annotations } = rule;
  const only = join(dir, `${alert}.rules.yaml`);
  writeFileSync(only, stringify({ groups: [{ name: alert, rules: [rule] }] }));
  const tests = looks.map(({ name, series, minute, fires }) => ({
    name: `${alert} ${name}`,
    interval: '1m',
    input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
    alert_rule_test: [
      {
        eval_time: `${minute}m`,
        alertname: alert,
        exp_alerts:
          fires === undefined
            ? []
            : [
                {
                  exp_labels: { ...labels, ...fires.labels, [symptomLabel]: fires.symptom },
                  exp_annotations: Object.fromEntries(
                    Object.entries(annotations).map(([key, text]) => [key, filled(text, fires.labels)]),
                  ),
                },
              ],
      },
    ],
  }));
  const written = join(dir, `${alert}.yaml`);
  writeFileSync(written, stringify({ rule_files: [only], evaluation_interval: '1m', tests }));
  return written;
}

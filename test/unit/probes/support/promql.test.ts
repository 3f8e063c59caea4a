import { describe, expect, it } from 'vitest';
import { metricsOf } from '../../../../src/probes/support/promql.ts';

describe('the metrics of an expression', () => {
  it.each([
    ['go_goroutines > 10000', ['go_goroutines']],
    ['histogram_quantile(0.95, rate(a_seconds_bucket{le="1",x=~"b_c"}[5m])) > 1', ['a_seconds_bucket']],
    ['sum by (job_name) (rate(x_total[5m] offset 1h)) / on(pod_id) group_left(team_a) y', ['x_total', 'y']],
    ['avg_over_time(q:r_size[5m:1m]) and absent(up{job="a"}) or 1e3 < bool z', ['q:r_size', 'up', 'z']],
    ['rate(a_total[5m]) > rate(a_total[1h]) # not b_total', ['a_total']],
    ['label_replace(k, "dst_x", "$1", "src_y", "(.*)")', ['k']],
    ['vector(1)', []],
  ])('%s', (expression, names) => {
    expect(metricsOf(expression)).toEqual(names);
  });

  it.each(['rate(a_total[$__interval]) > 1', '{__name__=~"a_.*"}', 'a{{ b }}'])(
    'cannot be told: %s',
    (expression) => {
      expect(metricsOf(expression)).toBeUndefined();
    },
  );
});

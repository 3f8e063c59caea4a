import { describe, expect, it } from 'vitest';
import { metricsOf } from '../../../../lab/referee/parts.ts';

describe('the metrics of an alert rule', () => {
  it.each([
    [
      'histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m])) > 1',
      ['http_request_duration_seconds_bucket'],
    ],
    ['rate(workflow_executions_total{status="failed"}[10m]) > 0.2', ['workflow_executions_total']],
    ['go_goroutines > 10000', ['go_goroutines']],
    ['up{job="x"} == 0', []],
  ])('%s', (expression, metrics) => {
    expect(metricsOf(expression)).toEqual(metrics);
  });
});

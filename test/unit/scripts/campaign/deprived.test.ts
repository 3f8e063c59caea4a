import { describe, expect, it } from 'vitest';
import { faultById, faults } from '../../../../lab/faults/index.ts';
import { isHidden } from '../../../../scripts/campaign/deprived.ts';
import { takenAway } from '../../../../scripts/campaign/deprived-trial.ts';

const kinds = ['without-metrics', 'without-logs', 'without-exec', 'empty-logs'];

describe('what is taken away on a platform with other names', () => {
  it('is another kind with the next seed, and each kind for some fault', () => {
    const fault = faultById('S1.a');

    expect(new Set([1, 2, 3, 4].map((seed) => takenAway(kinds, fault, seed)))).toEqual(new Set(kinds));
    expect(new Set(faults.map((one) => takenAway(kinds, one, 7)))).toEqual(new Set(kinds));
  });

  it('is never what the fault does not show in, and nothing where nothing is left', () => {
    const fault = faultById('part.redis.stopped');

    expect([1, 2, 3, 4].map((seed) => takenAway(kinds, fault, seed))).not.toContain('without-metrics');
    expect(takenAway(['without-metrics'], fault, 1)).toBeUndefined();
  });

  it('is the path of metrics that this platform has', () => {
    const told = { platform: { paths: { metrics: '/internal/prometheus' } } };

    expect(
      ['/internal/prometheus', '/debug/pprof/profile?seconds=5', '/metrics'].map((url) =>
        isHidden(told, url),
      ),
    ).toEqual([true, true, true]);
    expect(['/internal', '/metricsx', '/health'].map((url) => isHidden(told, url))).toEqual([
      false,
      false,
      false,
    ]);
    expect(isHidden({}, '/internal/prometheus')).toBe(false);
  });
});

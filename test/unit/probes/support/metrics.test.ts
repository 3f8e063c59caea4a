import { describe, expect, it } from 'vitest';
import { meanBetween, parseScrape, rate } from '../../../../src/probes/support/metrics.ts';

const page = (received: number, stored: number, sum: number, count: number) => `
# HELP event_processing_total Events by outcome.
# TYPE event_processing_total counter
event_processing_total{outcome="received"} ${received}
event_processing_total{outcome="stored"} ${stored}
# TYPE event_queue_size gauge
event_queue_size 41
# TYPE event_processing_seconds histogram
event_processing_seconds_bucket{le="1"} 1
event_processing_seconds_bucket{le="+Inf"} ${count}
event_processing_seconds_sum ${sum}
event_processing_seconds_count ${count}
`;

describe('a metrics page', () => {
  it('gives values by name and labels', () => {
    const scrape = parseScrape(page(10, 4, 2, 2), 0);

    expect(scrape.value('event_processing_total', { outcome: 'received' })).toBe(10);
    expect(scrape.value('event_processing_total')).toBe(14);
    expect(scrape.value('event_queue_size')).toBe(41);
    expect(scrape.value('nothing_of_that_name')).toBeUndefined();
  });

  it('keeps the labels of a histogram apart', () => {
    const stages = (enrich: number, write: number) => `
# TYPE stage_seconds histogram
stage_seconds_bucket{stage="enrich",le="+Inf"} 4
stage_seconds_sum{stage="enrich"} ${enrich}
stage_seconds_count{stage="enrich"} ${enrich * 2}
stage_seconds_bucket{stage="write",le="+Inf"} 5
stage_seconds_sum{stage="write"} ${write}
stage_seconds_count{stage="write"} ${write * 4}
`;
    const [before, after] = [parseScrape(stages(1, 1), 0), parseScrape(stages(5, 2), 1000)];

    expect(meanBetween(before, after, 'stage_seconds', { stage: 'enrich' })).toBe(0.5);
    expect(meanBetween(before, after, 'stage_seconds', { stage: 'write' })).toBe(0.25);
  });

  it('becomes rates between two samples', () => {
    const [before, after] = [parseScrape(page(10, 4, 2, 2), 0), parseScrape(page(30, 9, 12, 7), 4000)];

    expect(rate(before, after, 'event_processing_total', { outcome: 'received' })).toBe(5);
    expect(meanBetween(before, after, 'event_processing_seconds')).toBe(2);
  });

  it('says nothing of a counter that was reset, and of a mean without observations', () => {
    const [before, after] = [parseScrape(page(10, 4, 2, 2), 0), parseScrape(page(3, 1, 2, 2), 4000)];

    expect(rate(before, after, 'event_processing_total', { outcome: 'received' })).toBeUndefined();
    expect(meanBetween(before, after, 'event_processing_seconds')).toBeUndefined();
  });
});

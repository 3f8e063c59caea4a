import { describe, expect, it } from 'vitest';
import {
  commandMetricsAbsent,
  lacking,
  meanBetween,
  metricsAbsent,
  ofOneProcess,
  parseScrape,
  rate,
  refuseFallen,
  round,
  scrape,
  scrapeAgain,
} from '../../../../src/probes/support/metrics.ts';
import { fakeServices, httpAnswer } from '../../../support/probe-context.ts';

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

describe('scrapes of a service', () => {
  const context = { signal: new AbortController().signal, now: () => new Date(5_000) };
  const read = (answer: ReturnType<typeof httpAnswer>) =>
    scrape(fakeServices({ '/metrics': [answer] }), 'agent-manager', context);

  it('tells a page from none, and from an error', async () => {
    expect(await read(httpAnswer('up 1\n'))).toMatchObject({ at: 5_000 });
    expect(await read(httpAnswer('', 404))).toBeUndefined();
    for (const status of [403, 405, 500])
      await expect(read(httpAnswer('', status))).rejects.toMatchObject({
        stage: 'protocol',
        facts: { status },
      });
    expect(
      await scrape({ ...fakeServices({}), find: () => undefined }, 'agent-manager', context),
    ).toBeUndefined();
  });

  it('reads 8 MiB at most', async () => {
    const asked: unknown[] = [];
    const request = (url: string, options?: { readonly maxBytes?: number }) => {
      asked.push([url, options?.maxBytes]);
      return Promise.resolve(httpAnswer(''));
    };

    await scrape({ ...fakeServices({}), request }, 'agent-manager', context);

    expect(asked).toEqual([['http://agent-manager/metrics', 8 * 1024 * 1024]]);
  });

  const page = (start: number | undefined, more = '') =>
    parseScrape(`${start === undefined ? '' : `process_start_time_seconds ${start}\n`}${more}`, 0);

  it('are of one process by its start', () => {
    expect(ofOneProcess(page(1), page(1))).toBe(true);
    expect(ofOneProcess(page(1), page(2))).toBe(false);
    expect(ofOneProcess(page(1), page(undefined))).toBe(false);
    expect(ofOneProcess(undefined, page(undefined))).toBe(true);
  });

  it('are taken five times to meet the first process again', async () => {
    const starts = (...all: readonly number[]) =>
      fakeServices({ '/metrics': all.map((start) => httpAnswer(`process_start_time_seconds ${start}\n`)) });

    expect(await scrapeAgain(page(1), starts(2, 2, 2, 2, 1), 'agent-manager', context)).toBeDefined();
    await expect(
      scrapeAgain(page(1), starts(2, 2, 2, 2, 2, 1), 'agent-manager', context),
    ).rejects.toMatchObject({
      facts: { reason: 'another-replica', service: 'agent-manager' },
    });
    expect(await scrapeAgain(page(1), fakeServices({}), 'agent-manager', context)).toBeUndefined();
  });

  it('are of different processes when a counter fell', () => {
    const refuse = (from: string, to: string) =>
      refuseFallen(page(1, from), page(1, to), 'agent-manager', [['total', { outcome: 'a' }]]);

    expect(() => refuse('total{outcome="a"} 5\n', 'total{outcome="a"} 4\n')).toThrow();
    for (const [from, to] of [
      ['total{outcome="a"} 5\n', 'total{outcome="a"} 5\n'],
      ['total{outcome="a"} 5\n', 'total{outcome="b"} 4\n'],
      ['', 'total{outcome="a"} 4\n'],
    ] as const)
      expect(() => refuse(from, to)).not.toThrow();
  });

  it('lack what is not on the page', () => {
    expect(lacking(page(1, 'a 1\nb{x="1"} 2\n'), [['a'], ['b', { x: '2' }], ['c']])).toEqual(['b', 'c']);
    expect(metricsAbsent('agent-manager', ['b', 'c']).facts).toEqual({
      ...{ reason: 'metrics-absent', service: 'agent-manager', metrics: 'b, c' },
    });
    expect(commandMetricsAbsent(['b']).facts).toEqual({ reason: 'command-metrics-absent', metrics: 'b' });
  });

  it('give a rate only of what stood or rose, in some time', () => {
    const at = (value: number, ms: number) => parseScrape(`c ${value}\n`, ms);

    expect(rate(at(5, 0), at(5, 1_000), 'c')).toBe(0);
    expect(rate(at(5, 0), at(9, 2_000), 'c')).toBe(2);
    expect(rate(at(5, 0), at(4, 1_000), 'c')).toBeUndefined();
    expect(rate(at(5, 0), at(9, 0), 'c')).toBeUndefined();
    expect(rate(at(5, 0), at(9, 1_000), 'd')).toBeUndefined();
  });

  it('are rounded to two digits', () => {
    expect([round(1.234), round(1.235), round(-1.5)]).toEqual([1.23, 1.24, -1.5]);
  });
});

import { fakeServices, httpAnswer } from './probe-context.ts';

/** Services whose metrics are these samples in turn; the last one stays. */
export const pages = (...samples: readonly Readonly<Record<string, number>>[]) =>
  fakeServices({
    '/metrics': samples.map((sample) =>
      httpAnswer(
        Object.entries(sample)
          .map(([name, value]) => `${name} ${value}\n`)
          .join(''),
      ),
    ),
  });

/** An answer with a body of JSON. */
export const json = (value: unknown, status = 200) => httpAnswer(JSON.stringify(value), status);

/** The metrics of a replica by the time of its start. */
export const replica = (start: number, values: Readonly<Record<string, number>>) => ({
  process_start_time_seconds: start,
  ...values,
});

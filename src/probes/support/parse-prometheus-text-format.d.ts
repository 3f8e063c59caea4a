declare module 'parse-prometheus-text-format' {
  /** Families with their samples; counters and gauges carry `value`, histograms and summaries `sum` and `count`. */
  export default function parse(text: string): unknown[];
}

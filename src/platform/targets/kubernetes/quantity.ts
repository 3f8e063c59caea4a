import { z } from 'zod';

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A Kubernetes quantity (`250m`, `1.5Gi`, `1e3`) as a number of its base unit, bytes or cores; NaN when it is no
 * quantity. The grammar is that of `resource.Quantity` in k8s.io/apimachinery: a sign, digits with or without a point
 * on either side, then a decimal exponent, a decimal suffix (n to E) or a binary one (Ki to Ei). `1E` is one exa and
 * `1E3` a thousand; `K` alone and blanks belong to no quantity.
 */
export function parseQuantity(text: string | number): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/.exec(String(text));
  if (match === null) return Number.NaN;
  const [, mantissa, exponent, suffix = ''] = match;
  return Number(`${mantissa}${exponent ?? ''}`) * (suffixes[suffix] ?? Number.NaN);
}

const PodMetricsList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      containers: z.array(
        z.object({ name: z.string(), usage: z.object({ cpu: z.string(), memory: z.string() }) }),
      ),
    }),
  ),
});

/** metrics.k8s.io PodMetricsList as one row a container: millicores and bytes. */
export function parsePodMetrics(list: unknown) {
  return PodMetricsList.parse(list).items.flatMap((item) =>
    item.containers.map((container) => ({
      pod: item.metadata.name,
      container: container.name,
      cpuMillicores: Math.round(parseQuantity(container.usage.cpu) * 1000),
      memoryBytes: Math.round(parseQuantity(container.usage.memory)),
    })),
  );
}

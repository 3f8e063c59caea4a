/** Amounts as the API server writes them, so that what was asked for and what is read are the same text. */
import type { Seen } from './workload.ts';

export const memoryText = (mebibytes: number): string =>
  mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;

export const cpuText = (cores: number): string =>
  Number.isInteger(cores) ? `${cores}` : `${Math.round(cores * 1000)}m`;

const units: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** Bytes, or cores, of a quantity of Kubernetes; NaN for one that is none. */
export function amount(quantity: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(m|[kMGT]|[KMGT]i)?$/.exec(quantity) ?? [];
  return digits === undefined ? Number.NaN : Number(digits) * (units[unit] ?? Number.NaN);
}

export interface Resources {
  /** Quantities, null where there is none. */
  readonly memory: string | null;
  readonly memoryRequest: string | null;
  readonly cpu: string | null;
  readonly cpuRequest: string | null;
}

/** Limits and requests of one container of a workload; undefined where it has none of that name. */
export function resourcesOf({ containers }: Pick<Seen, 'containers'>, name: string): Resources | undefined {
  const container = containers.find((one) => one.name === name);
  if (container === undefined) return undefined;
  const { limits, requests } = container.resources;
  const text = (value: string | number | undefined) => (value === undefined ? null : String(value));
  return {
    memory: text(limits.memory),
    memoryRequest: text(requests.memory),
    cpu: text(limits.cpu),
    cpuRequest: text(requests.cpu),
  };
}

/** The same as a merge patch: null takes away. */
export function resourcesPatch(to: Resources) {
  return {
    limits: { memory: to.memory, cpu: to.cpu },
    requests: { memory: to.memoryRequest, cpu: to.cpuRequest },
  };
}

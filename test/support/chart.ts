import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { kubeProgram } from '../../lab/components/kube-api.ts';

const folder = fileURLToPath(new URL('../../deploy/helm/aetherius-bot', import.meta.url));

/** What is missing to render the chart, in one line; undefined when nothing is. */
export function missingChart(): string | undefined {
  return kubeProgram('chart') === undefined ? 'chart: run lab/kubernetes/build.sh (needs Go)' : undefined;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** The chart wants a configuration with the environment that its worker serves. */
const least = { environments: { prod: {} } };

/** The manifests of our chart with these values over its own, as `helm template bots -n ops` gives them. */
export function renderChart(values: object = {}, release = 'bots', namespace = 'ops'): readonly Manifest[] {
  const text = execFileSync(kubeProgram('chart') ?? 'chart', [folder, release, namespace], {
    input: JSON.stringify({ config: least, ...values }),
    encoding: 'utf8',
  });
  return (
    parseAllDocuments(text)
      .map((document) => document.toJS() as Partial<Manifest> | null)
      // The notes for people are no manifest.
      .filter((manifest): manifest is Manifest => manifest?.kind !== undefined)
  );
}

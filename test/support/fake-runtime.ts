/** A runtime made of data: what probes of the runtime see in unit tests. */

import type { PartId } from '../../src/domain/platform/part.ts';
import type {
  FileEntry,
  Instance,
  ReferredVariable,
  RuntimeTarget,
} from '../../src/domain/probe/targets/runtime.ts';

export interface FakePart extends Partial<Instance> {
  /** What has changed when it is looked at again. */
  readonly later?: Partial<Instance>;
  readonly log?: string;
  readonly previousLog?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly usage?: { readonly cpuMillicores: number; readonly memoryBytes: number };
  /** Share of the periods in which it is held back at its CPU limit. */
  readonly throttled?: number;
  /** Variables from ConfigMaps and Secrets. */
  readonly referred?: Readonly<Record<string, ReferredVariable>>;
  /** Digest of the registration token that this part has. */
  readonly token?: string;
  /** Answers to commands, by the command's words; one that is not there is refused. */
  readonly commands?: Readonly<
    Record<string, { readonly code: number; readonly stdout?: string; readonly stderr?: string }>
  >;
}

/** Instances by part; what a method is not told about, it refuses. */
export function fakeRuntime(parts: Readonly<Partial<Record<PartId, readonly FakePart[]>>>): RuntimeTarget {
  const of = (part: PartId): readonly FakePart[] => parts[part] ?? [];
  const toInstance = (fake: FakePart, part: PartId, index: number): Instance => ({
    part,
    id: `${part}-${index}`,
    name: `${part}-${index}`,
    container: part,
    image: `registry.example/${part}:1`,
    phase: 'running',
    ready: true,
    readinessChecked: true,
    restarts: 0,
    startedAt: '2026-03-01T10:00:00Z',
    command: [],
    env: {},
    ...(fake.referred === undefined ? {} : { refers: true }),
    ...fake,
  });
  const find = (instance: Instance): FakePart =>
    of(instance.part)[Number(instance.id.slice(instance.part.length + 1))] ?? {};
  return {
    kind: 'kubernetes',
    instances: async (part) => of(part).map((fake, index) => toInstance(fake, part, index)),
    async again(instance) {
      const fake = find(instance).later;
      return fake === undefined ? instance : { ...instance, ...fake };
    },
    logs: async (instance, options) =>
      (options?.previous === true ? find(instance).previousLog : find(instance).log) ?? '',
    async file(instance, path) {
      const text = find(instance).files?.[path];
      return text === undefined ? undefined : { text, from: 'container' };
    },
    async list(instance, path) {
      return Object.entries(find(instance).files ?? {})
        .filter(([name]) => name.startsWith(`${path}/`))
        .map(([name, text]): FileEntry => ({ name: name.slice(path.length + 1), size: text.length }));
    },
    async texts(instance, folder) {
      return Object.entries(find(instance).files ?? {})
        .filter(([name]) => name.startsWith(`${folder}/`))
        .map(([name, text]) => ({ name: name.slice(folder.length + 1), text, from: 'container' as const }));
    },
    async exec(instance, command) {
      const answer = find(instance).commands?.[command.join(' ')];
      if (answer === undefined) throw new Error(`no such command here: ${command.join(' ')}`);
      return { stdout: '', stderr: '', ...answer };
    },
    async usage(instance) {
      const { usage } = find(instance);
      if (usage === undefined) throw new Error('nothing is measured here');
      return usage;
    },
    throttled: async (instance) => find(instance).throttled,
    referred: async (instance) => new Map(Object.entries(find(instance).referred ?? {})),
    referredNames: async (instance) => Object.keys(find(instance).referred ?? {}),
    async token(part) {
      const digest = of(part)[0]?.token;
      return { source: 'Secret agent-auth-token/token', ...(digest === undefined ? {} : { digest }) };
    },
    resolve: async () => undefined,
  };
}

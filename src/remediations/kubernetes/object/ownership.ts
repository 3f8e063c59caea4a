import type { Plan } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { own } from '../../../domain/kernel/own.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';

type Notes = NonNullable<Plan['notes']>;

/** A field of an object; an item of a list by its name: `['spec', 'template', 'spec', 'containers', 'name=main', 'image']`. */
export type FieldPath = readonly string[];

/** Who makes an object from elsewhere, and by which names it writes its fields. */
interface Maker {
  /** Catalogue key `note.puts-back.<by>`, and what people call it. */
  readonly by: keyof typeof titles;
  readonly facts: Facts;
  readonly managers: RegExp;
}

const titles = {
  argocd: 'Argo CD',
  flux: 'Flux',
  'flux-helm': 'Flux',
  helm: 'Helm',
  /** Helm 4, which applies on the server's side. */
  'helm-applies': 'Helm',
  owner: '',
  tool: '',
} as const;

/**
 * Who will put these fields back, and who set them last. A maker that does not write one of the fields (as with replicas
 * that stand in no file) is none that would. A field that another hand has set since is not among those that its maker is
 * known to write; whether it stands in a file can then not be seen, and that is said. Sources: Argo CD "Resource
 * Tracking", Flux "Kustomization" and "HelmRelease", Helm "Labels and Annotations", Kubernetes "Server-Side Apply"
 * (managedFields); what Helm does of it was seen (`test/integration/approvals/helm.test.ts`).
 */
export function ownershipNotes(object: KubeObject, fields: readonly FieldPath[]): Notes {
  const last = lastWrite(object, fields);
  const makers = makersOf(object).flatMap((maker) => {
    const { by, facts } = maker;
    const will = puts(maker, object, fields);
    if (will === 'back') return [{ key: `puts-back.${by}`, facts }];
    if (will === 'nothing' || last === undefined) return [];
    const tool = titles[by] === '' ? String(facts.name) : titles[by];
    return [{ key: 'may-put-back', facts: { tool, name: facts.name ?? '', field: last.field ?? '' } }];
  });
  if (last === undefined) return makers;
  return [...makers, { key: last.at === undefined ? 'set-by' : 'changed-by', facts: last }];
}

/** Whether one of these notes says that the change will not last, or may not. */
export function isPutBack(notes: Notes): 'yes' | 'maybe' | 'no' {
  if (notes.some(({ key }) => key.startsWith('puts-back.'))) return 'yes';
  return notes.some(({ key }) => key === 'may-put-back') ? 'maybe' : 'no';
}

/** The chart that an object is made of, by the label that Helm advises (`shop-0.1.0`), or its release. */
export function chartOf({ metadata: { labels, annotations } }: KubeObject): string | undefined {
  return own(labels, 'helm.sh/chart') ?? own(annotations, 'meta.helm.sh/release-name');
}

const helm = /^helm$/i;
/** What people write there who made it by hand. */
const byHand = /^(?:kubectl|manual|none)$/i;

function makersOf({ metadata }: KubeObject): readonly Maker[] {
  const { labels, annotations, ownerReferences = [], name, namespace = '' } = metadata;
  const makers: Maker[] = [];
  const application = argoApplication(metadata);
  if (application !== undefined)
    makers.push({ by: 'argocd', facts: { name: application }, managers: /^argocd/ });
  const kustomization = own(labels, 'kustomize.toolkit.fluxcd.io/name');
  if (kustomization !== undefined)
    makers.push({ by: 'flux', facts: { name: kustomization }, managers: /^kustomize-controller$/ });
  const helmRelease = own(labels, 'helm.toolkit.fluxcd.io/name');
  const release = own(annotations, 'meta.helm.sh/release-name');
  if (helmRelease !== undefined)
    makers.push({ by: 'flux-helm', facts: { name: helmRelease }, managers: /^helm-controller$/ });
  else if (release !== undefined)
    makers.push({
      by: managedOf(metadata).some(({ manager, applies }) => applies && helm.test(manager))
        ? 'helm-applies'
        : 'helm',
      facts: { name: release },
      managers: helm,
    });
  // Whatever made it decides what it is, by whichever name it writes.
  for (const { kind, name: owner, controller } of ownerReferences)
    if (controller === true) makers.push({ by: 'owner', facts: { kind, name: owner }, managers: /./ });
  const tool = own(labels, 'app.kubernetes.io/managed-by');
  if (makers.length === 0 && tool !== undefined && !byHand.test(tool))
    makers.push({
      by: 'tool',
      facts: { name: tool, object: `${namespace}/${name}` },
      managers: new RegExp(tool.replaceAll(/[^\w-]/g, '.'), 'i'),
    });
  return makers;
}

/**
 * `<application>:<group>/<kind>:<namespace>/<name>`; a copy of an object carries that of another, which Argo CD does not
 * count. By labels the application is told by a label of its own or, where it writes the object, by the usual one.
 */
function argoApplication(metadata: KubeObject['metadata']): string | undefined {
  const { annotations, labels, name, namespace = '' } = metadata;
  const tracking = own(annotations, 'argocd.argoproj.io/tracking-id');
  if (tracking !== undefined) {
    const [application, , place] = tracking.split(':');
    return place === `${namespace}/${name}` && application !== '' ? application : undefined;
  }
  const label = own(labels, 'argocd.argoproj.io/instance');
  if (label !== undefined) return label;
  const usual = own(labels, 'app.kubernetes.io/instance');
  return managedOf(metadata).some(({ manager }) => manager.startsWith('argocd')) ? usual : undefined;
}

interface Managed {
  readonly manager: string;
  /** On the server's side: it is refused where another one has set the field since, unless it is forced. */
  readonly applies: boolean;
  readonly time: string;
  readonly fields: unknown;
}

/** A status is written by controllers that decide nothing; the scale of an object is a part of its own. */
function managedOf(metadata: KubeObject['metadata']): readonly Managed[] {
  const { managedFields = [] } = metadata as { readonly managedFields?: readonly Record<string, unknown>[] };
  return managedFields
    .filter(({ subresource }) => subresource === undefined || subresource === 'scale')
    .map(({ manager, operation, time, fieldsV1 }) => ({
      manager: typeof manager === 'string' ? manager : '',
      applies: operation === 'Apply',
      time: typeof time === 'string' ? time : '',
      fields: fieldsV1,
    }));
}

/** Whether it puts these fields back; `unseen` where another hand has set one since, so that it shows its own no more. */
function puts(
  { by, managers }: Maker,
  object: KubeObject,
  fields: readonly FieldPath[],
): 'back' | 'nothing' | 'unseen' {
  if (by === 'owner') return 'back';
  const all = managedOf(object.metadata);
  const written = all.filter(({ manager }) => managers.test(manager));
  const set = (entries: readonly Managed[]) =>
    entries.some((entry) => fields.some((field) => holds(entry.fields, field)));
  if (set(written)) return 'back';
  // What is applied from a file on the client's side stands there, whoever wrote the field since.
  const applied = by.startsWith('helm') ? undefined : lastApplied(object);
  if (applied !== undefined && fields.some((field) => valueAt(applied, field) !== undefined)) return 'back';
  // Nobody is known to have written anything by its name: it cannot be told, and is said.
  if (written.length === 0 && applied === undefined) return 'back';
  return applied === undefined && set(all) ? 'unseen' : 'nothing';
}

/** By which name nobody makes an object: ours, and that of people at a command line. */
const noMaker = /^(?:aetherius-bot$|kubectl)/;

/**
 * Whether one of those who make the object is seen to write this very field, as it is now. Helm that merges puts back each
 * field of its chart with all that it writes (seen in `test/integration/approvals/helm.test.ts`): what still stands after
 * it has written is what its chart says, or leaves alone.
 */
export function writtenByMaker(object: KubeObject, field: FieldPath): boolean {
  const all = managedOf(object.metadata);
  const [last = ''] = all
    .flatMap(({ fields, time }) => (holds(fields, field) ? [time] : []))
    .toSorted()
    .toReversed();
  return makersOf(object).some(({ by, managers }) =>
    all.some(
      ({ manager, fields, time }) =>
        managers.test(manager) &&
        !noMaker.test(manager) &&
        (holds(fields, field) || (by === 'helm' && last !== '' && time > last)),
    ),
  );
}

/** What `kubectl apply` and Argo CD have sent last; undefined where it is not kept or cannot be read. */
export function lastApplied({ metadata }: KubeObject): unknown {
  const text = own(metadata.annotations, 'kubectl.kubernetes.io/last-applied-configuration');
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const itemName = (part: string) => (part.startsWith('name=') ? part.slice('name='.length) : undefined);
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `f:spec`, and `k:{"name":"main"}` of an item of a list, as Kubernetes writes who owns what. */
function holds(fields: unknown, path: FieldPath): boolean {
  let at = fields;
  for (const part of path) {
    const item = itemName(part);
    if (!isMap(at)) return false;
    at = own(at, item === undefined ? `f:${part}` : `k:${JSON.stringify({ name: item })}`);
  }
  return at !== undefined;
}

/** The value of that field; undefined where there is none. */
export function valueAt(object: unknown, path: FieldPath): unknown {
  let at = object;
  for (const part of path) {
    const item = itemName(part);
    if (item !== undefined)
      at = Array.isArray(at) ? at.find((one) => isMap(one) && one.name === item) : undefined;
    else at = isMap(at) ? own(at, part) : undefined;
  }
  return at;
}

/**
 * By whom and when one of the fields was set last, for people: `kubectl`, ISO time. What was set as the scale of an object,
 * by `kubectl scale` or an autoscaler, has no time there.
 */
export function lastWrite({ metadata }: KubeObject, fields: readonly FieldPath[]): Facts | undefined {
  const [last] = managedOf(metadata)
    .flatMap(({ manager, time, fields: written }) =>
      fields
        .filter((field) => holds(written, field))
        .map((field) => ({ field: (field.at(-1) ?? '').replace(/^name=/, ''), by: manager, at: time })),
    )
    .toSorted((a, b) => (a.at < b.at ? 1 : -1));
  if (last === undefined || last.at !== '') return last;
  const { at: _, ...untimed } = last;
  return untimed;
}

import { present } from '../kernel/present.ts';

/** Labels that every node has of its own program and machine: images are built for these. */
const ofPlatform = /^(?:beta\.)?kubernetes\.io\/(?:os|arch)$/;

/**
 * How many nodes the scheduler has looked at, and how many of them do not have the labels that a Pod asks for; undefined
 * for another sentence. Source: kube-scheduler, `FitError` ("0/3 nodes are available: 3 node(s) didn't match Pod's node
 * affinity/selector.") and the plugin NodeAffinity.
 */
export function nodesOutside(
  message: string,
): { readonly nodes: number; readonly unlike: number } | undefined {
  const nodes = /^0\/(\d+) nodes are available:/.exec(message)?.[1];
  const unlike = /\b(\d+) node\(s\) didn't match Pod's node affinity\/selector/.exec(message)?.[1];
  return nodes === undefined || unlike === undefined
    ? undefined
    : { nodes: Number(nodes), unlike: Number(unlike) };
}

/** No node at all has the labels, and nothing else is said of any. */
export function noNodeHasThem(message: string): boolean {
  const told = nodesOutside(message);
  return told !== undefined && told.nodes > 0 && told.nodes === told.unlike;
}

/** The one label that a Pod chooses its node by, beside those of the platform; undefined without one, or with several. */
export function chosenBy(
  nodeSelector: Readonly<Record<string, string>>,
): readonly [label: string, value: string] | undefined {
  const chosen = Object.entries(nodeSelector).filter(([label]) => !ofPlatform.test(label));
  return chosen.length === 1 ? chosen[0] : undefined;
}

/** Why nodes do not take a Pod. */
export const blockKinds = [
  'room',
  'selector',
  'taint',
  'port',
  'claim',
  'affinity',
  'spread',
  'cordoned',
  'ill',
] as const;
export type BlockKind = (typeof blockKinds)[number];

export interface Block {
  readonly kind: BlockKind;
  /** Nodes of which it is said; absent where it is said of the Pod, whatever the node. */
  readonly nodes?: number;
  /** What is meant, in the scheduler's words: `cpu`, `dedicated: gpu`, the name of a claim. */
  readonly what?: string;
}

/**
 * The scheduler's own sentences, by the plugin that writes them. There is no code for them: the condition `PodScheduled` has
 * one reason for all. Source: kubernetes/pkg/scheduler/framework/plugins, the constants `ErrReason…` of each plugin.
 */
const sentences: readonly (readonly [BlockKind, RegExp])[] = [
  ['room', /Insufficient (?<what>[\w./-]*\w)/],
  ['room', /(?<what>Too many pods)/],
  ['selector', /node\(s\) didn't match Pod's node affinity\/selector/],
  ['selector', /node\(s\) didn't match the requested node name/],
  ['taint', /node\(s\) had untolerated taint(?:\(s\))?(?: \{(?<what>[^}]*)\})?/],
  ['taint', /node\(s\) had taint \{(?<what>[^}]*)\}, that the pod didn't tolerate/],
  ['port', /node\(s\) didn't have free ports for the requested pod ports/],
  ['claim', /persistentvolumeclaim "(?<what>[^"]+)"/],
  ['claim', /unbound immediate PersistentVolumeClaims/],
  ['claim', /node\(s\) didn't find available persistent volumes to bind/],
  ['claim', /node\(s\) (?:had volume node affinity conflict|didn't match PersistentVolume's node affinity)/],
  ['claim', /node\(s\) had no available volume zone/],
  ['claim', /node\(s\) exceed max volume count/],
  ['claim', /node\(s\) did not have enough free storage/],
  ['claim', /PersistentVolumeClaim with the same name and ReadWriteOncePod/],
  ['affinity', /node\(s\) didn't match pod (?:anti-)?affinity rules/],
  ['affinity', /node\(s\) didn't satisfy existing pods anti-affinity rules/],
  ['spread', /node\(s\) didn't match pod topology spread constraints/],
  ['cordoned', /node\(s\) were unschedulable/],
];

/** Taints that the cluster itself puts on a node: what they tell of is to be mended, and nothing is to tolerate them. */
const ofCluster: readonly (readonly [BlockKind, RegExp])[] = [
  ['cordoned', /^node\.kubernetes\.io\/unschedulable\b/],
  ['ill', /^node\.kubernetes\.io\//],
];
/** Kept free for the cluster's own programs, on purpose: that explains a Pod only where nothing else does. */
const ofControlPlane = /^node-role\.kubernetes\.io\/(?:control-plane|master)\b/;

/**
 * What keeps a Pod from every node, by the message of its condition `PodScheduled`: first what is said of most nodes.
 * Nothing for a message of another form: then the reason is unknown.
 */
export function blockedBy(message: string): readonly Block[] {
  // What follows is about Pods that might make way, and repeats the rest.
  const [told = ''] = message.split(/\.? preemption:/);
  const blocks = sentences.flatMap(([kind, sentence]): readonly Block[] => {
    const all = [...told.matchAll(new RegExp(`(?:(?<nodes>\\d+) )?${sentence.source}`, 'g'))];
    return all.map(({ groups = {} }) => {
      const { nodes, what } = groups;
      const named = what?.trim().replace(/:$/, '');
      const cluster = kind === 'taint' ? ofCluster.find(([, taint]) => taint.test(named ?? '')) : undefined;
      return {
        kind: cluster?.[0] ?? kind,
        ...present({ nodes: nodes === undefined ? undefined : Number(nodes), what: named }),
      };
    });
  });
  const others = blocks.filter(({ kind, what = '' }) => kind !== 'taint' || !ofControlPlane.test(what));
  const telling = others.length > 0 ? others : blocks;
  return telling.toSorted((a, b) => (b.nodes ?? Infinity) - (a.nodes ?? Infinity));
}

/**
 * The same as facts of a finding: under the name of each kind what is meant, or how many nodes it is said of. `unknown`:
 * the message has no known form.
 */
export function blockFacts(message: string): Readonly<Record<string, string>> {
  const facts: Record<string, string> = {};
  for (const kind of blockKinds) {
    const own = blockedBy(message).filter((block) => block.kind === kind);
    if (own.length === 0) continue;
    const named = [...new Set(own.flatMap(({ what }) => what ?? []))];
    facts[kind] = named.length > 0 ? named.join(', ') : '–';
  }
  return Object.keys(facts).length === 0 ? { unknown: '–' } : facts;
}

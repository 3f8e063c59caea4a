/** Why the kubelet ended a Pod: its node has too little of something, or it used more than it may. */
export const evictionKinds = ['pressure', 'overuse'] as const;
export type EvictionKind = (typeof evictionKinds)[number];

/**
 * The kubelet's own sentences; the reason is `Evicted` for all of them.
 * Source: kubernetes/pkg/kubelet/eviction/helpers.go and eviction_manager.go, the constants `…Message…`.
 */
const sentences: readonly (readonly [EvictionKind, RegExp])[] = [
  ['pressure', /The node was low on resource: (?<what>[\w./-]*\w)/],
  ['pressure', /The node had condition: \[(?<what>[^\]]+)\]/],
  ['overuse', /Usage of EmptyDir volume "(?<what>[^"]+)" exceeds the limit/],
  ['overuse', /Pod (?<what>ephemeral local storage) usage exceeds the total limit/],
  ['overuse', /Container (?<what>\S+) exceeded its local ephemeral storage limit/],
];

/** Under the name of the kind what is meant; `unknown`: the message is of another kind. */
export function evictionFacts(message: string): Readonly<Record<string, string>> {
  for (const [kind, sentence] of sentences) {
    const found = sentence.exec(message);
    if (found !== null) return { [kind]: found.groups?.what ?? '–' };
  }
  return { unknown: '–' };
}

/** A Pod that was evicted, by its own reason (`Evicted`) or by the one of its condition `DisruptionTarget`. */
export function isEvicted(status: {
  readonly reason?: string | undefined;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string | undefined;
  }[];
}): boolean {
  return (
    status.reason === 'Evicted' ||
    status.conditions.some(
      ({ type, status: is, reason }) =>
        type === 'DisruptionTarget' && is === 'True' && reason === 'TerminationByKubelet',
    )
  );
}

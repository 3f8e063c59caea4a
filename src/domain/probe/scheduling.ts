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

/** The one label that a Pod chooses its node by, beside those of the platform; undefined for none, or several. */
export function chosenBy(
  nodeSelector: Readonly<Record<string, string>>,
): readonly [label: string, value: string] | undefined {
  const chosen = Object.entries(nodeSelector).filter(([label]) => !ofPlatform.test(label));
  return chosen.length === 1 ? chosen[0] : undefined;
}

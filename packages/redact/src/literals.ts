/**
 * All literals that may start or name a secret, found in one pass (Aho and Corasick, 1975, as a table of a
 * deterministic automaton). Every character costs two look-ups, whatever the text: there is nothing to backtrack.
 * Letters match in either case.
 */
export interface LiteralAutomaton {
  /** Class of each UTF-16 unit; 0 is what stands in no literal. */
  readonly classes: Uint8Array;
  /** `next[(state << shift) | class]` */
  readonly next: Uint16Array;
  readonly shift: number;
  /** 1 where a literal ends. */
  readonly accepts: Uint8Array;
  /** Indices of the literals that end in a state, longest first. */
  readonly ends: readonly (readonly number[])[];
}

interface Node {
  readonly children: Map<number, number>;
  readonly own: number[];
  fail: number;
}

export function buildAutomaton(literals: readonly string[]): LiteralAutomaton {
  const classes = classify(literals);
  const nodes: Node[] = [{ children: new Map(), own: [], fail: 0 }];
  for (const [index, literal] of literals.entries()) insert(nodes, classes, literal, index);
  const shift = Math.ceil(Math.log2(classes.reduce((most, value) => Math.max(most, value), 0) + 1));
  const next = new Uint16Array(nodes.length << shift);
  const ends: (readonly number[])[] = nodes.map((node) => node.own);
  const queue: number[] = [];
  for (const [letter, child] of nodes[0]?.children ?? []) {
    next[letter] = child;
    queue.push(child);
  }
  for (let head = 0; head < queue.length; head += 1) {
    const state = queue[head] ?? 0;
    const node = nodes[state];
    if (node === undefined) continue;
    ends[state] = [...node.own, ...(ends[node.fail] ?? [])];
    for (let letter = 0; letter < 1 << shift; letter += 1) {
      const child = node.children.get(letter);
      const viaFail = next[(node.fail << shift) | letter] ?? 0;
      next[(state << shift) | letter] = child ?? viaFail;
      if (child === undefined) continue;
      const target = nodes[child];
      if (target !== undefined) target.fail = viaFail;
      queue.push(child);
    }
  }
  return { classes, next, shift, ends, accepts: Uint8Array.from(ends, (list) => (list.length > 0 ? 1 : 0)) };
}

function classify(literals: readonly string[]): Uint8Array {
  const classes = new Uint8Array(65_536);
  const letters = [...new Set(literals.join('').toLowerCase().split(''))];
  if (letters.length > 254) throw new RangeError('too many different characters in the literals');
  for (const [index, letter] of letters.entries()) {
    classes[letter.charCodeAt(0)] = index + 1;
    const capital = letter.toUpperCase();
    if (capital.length === 1) classes[capital.charCodeAt(0)] = index + 1;
  }
  return classes;
}

function insert(nodes: Node[], classes: Uint8Array, literal: string, index: number): void {
  let state = 0;
  const folded = literal.toLowerCase();
  for (let at = 0; at < folded.length; at += 1) {
    const letter = classes[folded.charCodeAt(at)] ?? 0;
    const known = nodes[state]?.children.get(letter);
    if (known !== undefined) {
      state = known;
      continue;
    }
    nodes.push({ children: new Map(), own: [], fail: 0 });
    nodes[state]?.children.set(letter, nodes.length - 1);
    state = nodes.length - 1;
  }
  nodes[state]?.own.push(index);
}

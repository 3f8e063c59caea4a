/** The part of Babel's path to a node that is needed here. */
export interface SourcePath {
  readonly node: object;
  readonly parent?: SourceNode;
}
interface SourceNode {
  readonly type: string;
  readonly properties?: readonly { readonly key?: { readonly name?: string } }[];
  readonly key?: { readonly name?: string };
  readonly value?: object;
  readonly callee?: { readonly name?: string; readonly property?: { readonly name?: string } };
  readonly arguments?: readonly object[];
}

/** Helpers of the settings whose last argument is a description. */
const describing: ReadonlySet<string | undefined> = new Set([
  'secret',
  'secretUrl',
  'secretValue',
  'threshold',
]);

/**
 * Words that only people read, and nothing depends on: descriptions for the reference, which `npm run docs:check`
 * compares, and the messages of errors, which go into a log beside their code and facts.
 */
export function isWords({ node, parent }: SourcePath): boolean {
  if (parent === undefined) return false;
  const { type, key, value, callee } = parent;
  if (type === 'ObjectProperty')
    return value === node && (key?.name === 'doc' || key?.name === 'description');
  if (type === 'CallExpression') {
    const { arguments: given = [] } = parent;
    if (describing.has(callee?.name)) return given.at(-1) === node && isText(node as SourceNode);
    if (given[0] !== node) return false;
    return (
      callee?.property?.name === 'describe' ||
      (callee?.property?.name === 'meta' && isDescription(node as SourceNode))
    );
  }
  return (
    type === 'NewExpression' &&
    (callee?.name === 'AppError' || callee?.name === 'TargetError') &&
    parent.arguments?.[1] === node
  );
}

const isText = ({ type }: SourceNode): boolean => type === 'StringLiteral';

/** An object that holds a description and nothing else. */
const isDescription = ({ properties }: SourceNode): boolean =>
  properties?.length === 1 && properties[0]?.key?.name === 'description';

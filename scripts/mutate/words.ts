/** The part of Babel's path to a node that is needed here. */
export interface SourcePath {
  readonly node: object;
  readonly parent?: SourceNode;
}
interface SourceNode {
  readonly type: string;
  readonly key?: { readonly name?: string };
  readonly value?: object;
  readonly callee?: { readonly name?: string; readonly property?: { readonly name?: string } };
  readonly arguments?: readonly object[];
}

/**
 * Words that only people read, and nothing depends on: descriptions for the reference, which `npm run docs:check`
 * compares, and the messages of errors, which go into a log beside their code and facts.
 */
export function isWords({ node, parent }: SourcePath): boolean {
  if (parent === undefined) return false;
  const { type, key, value, callee } = parent;
  if (type === 'ObjectProperty')
    return value === node && (key?.name === 'doc' || key?.name === 'description');
  if (type === 'CallExpression')
    return callee?.property?.name === 'describe' && parent.arguments?.[0] === node;
  return (
    type === 'NewExpression' &&
    (callee?.name === 'AppError' || callee?.name === 'TargetError') &&
    parent.arguments?.[1] === node
  );
}

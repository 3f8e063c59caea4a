import { z } from 'zod';
import { ConfigFile } from '../../domain/settings/config.ts';
import { ProcessEnv } from '../../domain/settings/process-env.ts';

interface Node {
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly allOf?: readonly Node[];
}

let known: readonly string[] | undefined;

/** Paths of every field that the schemas mark secret, in pino's notation (`environments.*.redis.password`). */
export function secretPaths(): readonly string[] {
  known ??= [...readPaths()];
  return known;
}

function readPaths(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [root, schema] of [
    ['config', ConfigFile],
    ['env', ProcessEnv],
  ] as const) {
    const tree = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Node;
    for (const path of below(tree, '')) {
      found.add(path);
      found.add(`${root}.${path}`);
    }
  }
  return found;
}

function below(node: Node, path: string): readonly string[] {
  if (node.secret === true) return [path];
  const under = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const variants = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
  const rest = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => below(child, under(name))),
    ...(rest === undefined ? [] : below(rest, under('*'))),
    ...(node.items === undefined ? [] : below(node.items, `${path}[*]`)),
    ...variants.flatMap((variant) => below(variant, path)),
  ];
}

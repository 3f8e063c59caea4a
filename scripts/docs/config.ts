import { z } from 'zod';
import { ConfigFile } from '../../src/domain/settings/config.ts';
import { ProcessEnv } from '../../src/domain/settings/process-env.ts';
import { code, page, table } from './markdown.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly secret?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Setting {
  readonly path: string;
  readonly type: string;
  readonly needed: boolean;
  readonly fallback: string;
  readonly description: string;
}

function schemaOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema;
}

/** Every setting below a node, in the order of the schema. */
function settings(node: Schema, path: string, needed: boolean): readonly Setting[] {
  const own: readonly Setting[] =
    path === '' || (node.description === undefined && hasChildren(node))
      ? []
      : [
          {
            path,
            type: typeOf(node),
            needed,
            fallback: fallbackOf(node),
            description: node.description ?? '',
          },
        ];
  if (node.secret === true) return own;
  const variants = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter(hasChildren);
  const under = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const rest = node.additionalProperties;
  return [
    ...own,
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
      settings(child, under(name), node.required?.includes(name) ?? false),
    ),
    ...(typeof rest === 'object' ? settings(rest, under('*'), false) : []),
    ...(node.items !== undefined && hasChildren(node.items) ? settings(node.items, `${path}[]`, false) : []),
    ...variants.flatMap((variant) => {
      const kind = variant.properties?.kind?.const;
      const shown = kind === undefined ? path : `${path} (${String(kind)})`;
      return settings({ ...variant, properties: withoutKind(variant) }, shown, false);
    }),
  ];
}

function withoutKind(variant: Schema): Readonly<Record<string, Schema>> {
  return Object.fromEntries(Object.entries(variant.properties ?? {}).filter(([name]) => name !== 'kind'));
}

function hasChildren(node: Schema): boolean {
  return (
    node.properties !== undefined ||
    typeof node.additionalProperties === 'object' ||
    [...(node.anyOf ?? []), ...(node.oneOf ?? [])].some(hasChildren)
  );
}

function typeOf(node: Schema): string {
  if (node.secret === true)
    return node.anyOf?.some((variant) => variant.type === 'string') === true
      ? 'URL or reference'
      : 'reference';
  if (node.enum !== undefined) return node.enum.map((value) => code(String(value))).join(', ');
  if (node.const !== undefined) return code(String(node.const));
  if (node.items !== undefined) return `list of ${typeOf(node.items)}`;
  if (node.properties !== undefined || typeof node.additionalProperties === 'object') return 'section';
  if (node.oneOf !== undefined) return 'section, by `kind`';
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeOf))].join(' or ');
  return node.type ?? 'any';
}

function fallbackOf(node: Schema): string {
  if (node.default === undefined || typeof node.default === 'object') return '';
  return code(String(node.default));
}

export function configReference(): string {
  const rows = settings(schemaOf(ConfigFile), '', true).map(
    ({ path, type, needed, fallback, description }) => [
      code(path),
      type,
      needed ? 'yes' : '',
      fallback,
      description,
    ],
  );
  const variables = Object.entries(schemaOf(ProcessEnv).properties ?? {}).map(([name, node]) => [
    code(name),
    node.secret === true ? 'secret' : typeOf(node),
    fallbackOf(node),
    node.description ?? '',
  ]);
  return page(
    '# Configuration',
    'One YAML file, named by `AETHERIUS_CONFIG`, and settings of the process by environment variable.\nEvery fault is reported at once with its path, line and column; an unknown key is a fault.',
    '## The file',
    'A *reference* is `{env: NAME}`, `{file: path}` or `{secret: {namespace, name, key}}` (Kubernetes).\nSecrets never stand in the file; a URL that carries a password is refused.\n`*` stands for a name of your choice.',
    table(['Setting', 'Type', 'Needed', 'Default', 'Meaning'], rows),
    '## The process environment',
    table(['Variable', 'Type', 'Default', 'Meaning'], variables),
  );
}

export function envExample(): string {
  const lines = Object.entries(schemaOf(ProcessEnv).properties ?? {}).flatMap(([name, node]) => [
    `# ${node.description ?? ''}`,
    `${node.default === undefined ? '# ' : ''}${name}=${node.default === undefined ? '' : String(node.default)}`,
    '',
  ]);
  return `# Generated by \`npm run docs\` from the schema of the process environment.\n\n${lines.join('\n').trimEnd()}\n`;
}

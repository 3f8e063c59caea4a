import { existsSync } from 'node:fs';
import { Document } from 'yaml';
import { present } from '../domain/kernel/present.ts';
import { visible } from '../domain/kernel/text.ts';
import type { InventoryArea, InventoryLook, SeenArea, ThingKind } from '../domain/platform/inventory.ts';
import { uncheckedText } from '../text/unchecked.ts';
import { type CliContext, type DiscoveredEnvironment, type ExitCode, exitCodes } from './context.ts';
import { UsageFault } from './faults.ts';
import type { InitOutput } from './output-schemas.ts';
import { table } from './table.ts';

export interface InitOptions {
  readonly file: string;
  readonly name: string;
  readonly force?: boolean;
  readonly namespace: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly project?: string;
  readonly socket: string;
}

/** Writes a first configuration from what can be seen. Credentials are named as variables, never read or written. */
export async function initCommand(context: CliContext, options: InitOptions): Promise<ExitCode> {
  const { words } = context;
  if (existsSync(options.file) && options.force !== true)
    throw new UsageFault('cli.fault.file-exists', { path: options.file });
  const { namespace, kubeconfig, context: kubeContext, project, socket } = options;
  const found = await context.discover({
    namespace,
    socket,
    ...present({ kubeconfig, context: kubeContext, project }),
  });
  if (found === undefined) throw await nothingFound(context, options);
  context.save(options.file, configurationText(options.name, found, words));
  if (context.output !== 'json') context.out(foundTable(found, words, context.columns));
  const networks = found.networks ?? [];
  const notes = [
    ...portLines(found, words),
    ...(found.unchecked === undefined
      ? []
      : [visible(words.plain('unchecked.line', { what: uncheckedText(found.unchecked, words) }))]),
    words.plain('cli.init.written', { path: options.file, parts: found.parts.join(', ') }),
    ...seenLines(await context.look(options.file, options.name), found.yaml, words),
    words.plain('cli.init.next', { path: options.file }),
    ...(networks.length === 0 ? [] : [words.plain('cli.init.network', { names: networks.join(', ') })]),
  ];
  const output: InitOutput = {
    ...{ path: options.file, environment: options.name, parts: [...found.parts], notes },
    variables: found.variables.map(({ name, meaning }) => ({ name, meaning })),
  };
  if (context.output === 'json') context.out(JSON.stringify(output, null, 2));
  else for (const line of notes) context.out(line);
  return exitCodes.ok;
}

/** Names the places that have parts of the platform, where that may be looked at. */
export async function nothingFound(context: CliContext, options: InitOptions): Promise<UsageFault> {
  const { words } = context;
  const { namespace, kubeconfig, context: kubeContext, project, socket } = options;
  const where = project ?? namespace;
  const others = await context.elsewhere({
    ...{ namespace, socket },
    ...present({ kubeconfig, context: kubeContext, project }),
  });
  if (others === undefined || others.length === 0) {
    const key = others === undefined && project === undefined ? '-unseen' : '';
    return new UsageFault(`cli.fault.nothing-found${key}`, { where }, exitCodes.findings);
  }
  const candidates = others
    .map(({ place, parts }) =>
      words.plain('cli.init.elsewhere', {
        ...{ place, parts: parts.map((part) => words.lookupPlain(`part.${part}`) ?? part).join(', ') },
      }),
    )
    .join(', ');
  const kind = project === undefined ? 'namespace' : 'project';
  return new UsageFault(`cli.fault.nothing-found-${kind}`, { where, candidates }, exitCodes.findings);
}

/** What is there, part by part: its name, its address or that it has none, its configuration file. */
function foundTable(
  { found }: DiscoveredEnvironment,
  words: CliContext['words'],
  columns: number | undefined,
): string {
  return table(
    found.map(({ part, names, address, configFile, withoutHttp }) => [
      words.lookupPlain(`part.${part}`) ?? part,
      names.length === 1
        ? (names[0] ?? '')
        : words.plain('cli.init.several', { names: names.join(', '), part }),
      withoutHttp === undefined ? (address ?? '–') : words.plain(`cli.init.without-http.${withoutHttp}`),
      configFile ?? '–',
    ]),
    columns,
  );
}

/** What the sockets of the services say of their ports, and where they could not be seen: an unseen port does not count as open. */
function portLines({ found }: DiscoveredEnvironment, words: CliContext['words']): readonly string[] {
  return found.flatMap(({ part: id, address = '', closed = [], unseen }) => {
    const part = words.lookupPlain(`part.${id}`) ?? id;
    if (unseen !== undefined)
      return [
        words.plain('cli.init.unseen-port', {
          ...{ part, address, reason: words.plain(`cli.init.unseen-port.${unseen}`) },
        }),
      ];
    return closed.length === 0 ? [] : [words.plain('cli.init.closed', { part, ports: closed.join(', ') })];
  });
}

/** What stands in the databases and on NATS, and what could not be looked at from here: that is not nothing. */
function seenLines({ areas }: InventoryLook, yaml: unknown, words: CliContext['words']): readonly string[] {
  const has = (store: string) => typeof yaml === 'object' && yaml !== null && store in yaml;
  const { databases, messages } = areas;
  const named = (area: SeenArea, kind: ThingKind) => area.things.filter((thing) => thing.kind === kind);
  const unseen = (area: InventoryArea) =>
    words.plain('cli.init.unseen', { what: words.plain(`inventory.area.${area}`) });
  const subjects = messages === undefined ? [] : named(messages, 'subject').map(({ name }) => name);
  const clients = messages === undefined ? [] : named(messages, 'client').map(({ name }) => name);
  return [
    ...(databases?.things ?? []).map(({ part, name }) =>
      words.plain('cli.init.database', { part: words.lookupPlain(`part.${part ?? ''}`) ?? '', name }),
    ),
    ...(clients.length === 0 ? [] : [words.plain('cli.init.clients', { names: listed(clients, words) })]),
    ...(subjects.length === 0 ? [] : [words.plain('cli.init.subjects', { names: listed(subjects, words) })]),
    ...(databases === undefined && has('postgres') ? [unseen('databases')] : []),
    ...(messages === undefined && has('nats') ? [unseen('messages')] : []),
  ].map(visible);
}

const mostNames = 20;

function listed(names: readonly string[], words: CliContext['words']): string {
  const all = [...new Set(names)].toSorted();
  const more = all.length - mostNames;
  const rest = more > 0 ? [words.plain('inventory.more', { count: more })] : [];
  return [...all.slice(0, mostNames), ...rest].join(', ');
}

/** A first configuration; its comments say what stands elsewhere. `more`: further sections. */
export function configurationText(
  name: string,
  found: DiscoveredEnvironment,
  words: Pick<CliContext['words'], 'plain'>,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const document = new Document({
    environments: { [name]: found.yaml },
    slack: { defaultEnvironment: name },
    ...more,
  });
  document.commentBefore = [
    words.plain('cli.init.comment.settings'),
    ...found.variables.map((variable) => `${variable.name}: ${variable.meaning}`),
    ...('approvals' in more ? [] : [words.plain('cli.init.comment.approvals')]),
    words.plain('cli.init.comment.watch'),
  ]
    .map((line) => ` ${line}`)
    .join('\n');
  return document.toString({ lineWidth: 100 });
}

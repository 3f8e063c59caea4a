import { existsSync } from 'node:fs';
import { Document } from 'yaml';
import { present } from '../domain/kernel/present.ts';
import { visible } from '../domain/kernel/text.ts';
import type { InventoryArea, InventoryLook, SeenArea, ThingKind } from '../domain/platform/inventory.ts';
import { type CliContext, type DiscoveredEnvironment, type ExitCode, exitCodes } from './context.ts';
import { UsageFault } from './faults.ts';
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
  if (found === undefined)
    throw new UsageFault('cli.fault.nothing-found', { where: project ?? namespace }, exitCodes.findings);
  context.save(options.file, configurationText(options.name, found));
  context.out(foundTable(found, words));
  for (const line of portLines(found, words)) context.out(line);
  context.out(words.plain('cli.init.written', { path: options.file, parts: found.parts.join(', ') }));
  for (const line of seenLines(await context.look(options.file, options.name), found.yaml, words))
    context.out(line);
  context.out(words.plain('cli.init.next', { path: options.file }));
  const networks = found.networks ?? [];
  if (networks.length > 0) context.out(words.plain('cli.init.network', { names: networks.join(', ') }));
  return exitCodes.ok;
}

/** What is there, part by part: its name, its address or that it has none, its configuration file. */
function foundTable({ found }: DiscoveredEnvironment, words: CliContext['words']): string {
  return table(
    found.map(({ part, names, address, configFile, withoutHttp }) => [
      words.lookupPlain(`part.${part}`) ?? part,
      names.length === 1
        ? (names[0] ?? '')
        : words.plain('cli.init.several', { names: names.join(', '), part }),
      withoutHttp === undefined ? (address ?? '–') : words.plain(`cli.init.without-http.${withoutHttp}`),
      configFile ?? '–',
    ]),
  );
}

/** What the sockets of the services say of their ports, and where nobody could see them: that is no open port. */
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

export function configurationText(name: string, found: DiscoveredEnvironment): string {
  const document = new Document({
    environments: { [name]: found.yaml },
    slack: { defaultEnvironment: name },
  });
  const variables = found.variables.map((variable) => ` ${variable.name}: ${variable.meaning}`);
  document.commentBefore = [
    ' Every setting: docs/reference/config.md. Secrets never stand here; set these variables for the worker:',
    ...variables,
    ' Nobody may approve a fix until an `approvals` section says who: docs/guides/operate.md.',
  ].join('\n');
  return document.toString({ lineWidth: 100 });
}

import { parse, stringify } from 'yaml';
import { present } from '../domain/kernel/present.ts';
import { protocolPorts } from '../domain/platform/table.ts';
import type { TextKey, Words } from '../text/words.ts';
import { type CliContext, type DiscoveredEnvironment, type ExitCode, exitCodes } from './context.ts';
import { UsageFault } from './faults.ts';
import { configurationText, type InitOptions, nothingFound } from './init.command.ts';
import {
  databaseUrl,
  type InstallationFolder,
  imageParts,
  type Kind,
  kinds,
  type Login,
  logins,
  loginsSql,
  passwordIn,
  publicKeys,
  type SecretName,
  secretNames,
  secretsScript,
  signingKeys,
  VariableFile,
  variablesNamed,
  withoutManifests,
} from './install-files.ts';
import type { InitOutput } from './output-schemas.ts';
import { verbatim } from './screen.ts';
import { table } from './table.ts';

export const platforms = ['kubernetes', 'compose'] as const;
export type PlatformKind = (typeof platforms)[number];

export interface InstallOptions extends InitOptions {
  readonly for: PlatformKind;
  readonly folder: string;
  /** Whether `namespace` or `project` was given, and is not the default. */
  readonly placed: boolean;
  readonly ownNamespace: string;
  readonly approvers?: string;
  readonly image?: string;
  /** Of the bot's own; without them they are made beside the bot. */
  readonly database?: string;
  readonly redis?: string;
  /** Gives the worker the socket of the container engine. */
  readonly engine?: boolean;
}

const tokens = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'] as const;
type TokenName = (typeof tokens)[number];
const beginning: Readonly<Record<TokenName, string>> = { SLACK_BOT_TOKEN: 'xoxb-', SLACK_APP_TOKEN: 'xapp-' };
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const address = /^[\w.-]+(:\d+)?$/;
const member = /^[UW][A-Z0-9]{2,}$/;
const variable = /^[A-Za-z_]\w*$/;
const configurationFile = 'aetherius.yaml';
const commandLinePort = '9091';

interface FileDone {
  readonly path: string;
  readonly state: 'written' | 'kept' | 'added';
  /** Variables that were added to it. */
  readonly added?: readonly string[];
}

/** Writes all that an installation needs into a folder. What is there already is a person's, and stays. */
export async function installCommand(context: CliContext, options: InstallOptions): Promise<ExitCode> {
  const { words } = context;
  check(options);
  const folder = context.installation(options.folder);
  const before = folder.read(configurationFile);
  const found = await findPlatform(context, options, before !== undefined);
  const made = options.for === 'kubernetes' ? kubernetesFiles : composeFiles;
  const work = new Work(context, options, folder, before, found?.environment);
  await made(work);
  const { done, missing, lines, notes } = work;
  const output: InitOutput = {
    ...{ path: `${options.folder}/${configurationFile}`, environment: options.name },
    ...{ parts: [...(found?.environment.parts ?? [])], notes },
    variables: (found?.environment.variables ?? []).map(({ name, meaning }) => ({ name, meaning })),
    files: done.map(({ path, state, added }) => ({
      path,
      state,
      ...(added === undefined ? {} : { added: [...added] }),
    })),
    ...{ missing: missing.map((one) => ({ ...one })), next: [...lines] },
  };
  if (context.output === 'json') context.out(JSON.stringify(output, null, 2));
  else context.out(installText(output, words, context.columns));
  return exitCodes.ok;
}

/** What goes into scripts and addresses is of a form that means nothing else there. */
function check({ ownNamespace, namespace, database, redis, approvers, name }: InstallOptions): void {
  const wrong = (option: string, value: string) =>
    new UsageFault('cli.fault.install-value', { option, value });
  for (const [option, value] of Object.entries({ '--own-namespace': ownNamespace, '--namespace': namespace }))
    if (!label.test(value)) throw wrong(option, value);
  for (const [option, value] of Object.entries({ '--database': database, '--redis': redis }))
    if (value !== undefined && !address.test(value)) throw wrong(option, value);
  if (!/^[\w.-]+$/.test(name)) throw wrong('--name', name);
  if (approvers !== undefined) membersIn(approvers);
}

function membersIn(text: string): readonly string[] {
  const ids = text
    .split(/[\s,]+/)
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const [wrong] = ids.filter((id) => !member.test(id));
  if (wrong !== undefined) throw new UsageFault('cli.fault.install-member', { value: wrong });
  return ids;
}

interface FoundPlatform {
  readonly environment: DiscoveredEnvironment;
}

/** Where the platform is, which is the first question. Once there is a configuration, it may also be away. */
async function findPlatform(
  context: CliContext,
  options: InstallOptions,
  configured: boolean,
): Promise<FoundPlatform | undefined> {
  const kubernetes = options.for === 'kubernetes';
  const usual = kubernetes ? options.namespace : (options.project ?? 'aetherius');
  const asked =
    options.placed || configured
      ? ''
      : await answer(
          context,
          context.words.plain(kubernetes ? 'cli.install.ask.namespace' : 'cli.install.ask.project', {
            usual,
          }),
        );
  const place = asked === '' ? usual : asked;
  if (kubernetes && !label.test(place))
    throw new UsageFault('cli.fault.install-value', { option: '--namespace', value: place });
  const { kubeconfig, context: kubeContext, socket } = options;
  const where = kubernetes
    ? { namespace: place, socket, ...present({ kubeconfig, context: kubeContext }) }
    : { namespace: options.namespace, project: place, socket };
  const environment = await context.discover(where).catch((error: unknown) => {
    if (configured) return undefined;
    throw error;
  });
  if (environment !== undefined) return { environment };
  if (configured) return undefined;
  throw await nothingFound(context, { ...options, ...where });
}

/** What the person at the terminal types; empty without a person at the terminal. */
async function answer(context: CliContext, question: string, hidden = false): Promise<string> {
  return ((await context.ask?.(question, hidden)) ?? '').trim();
}

/** One run of `init --for`: what was asked, what was written, what to do next. */
class Work {
  readonly done: FileDone[] = [];
  readonly missing: { file: string; variable: string }[] = [];
  readonly notes: string[] = [];
  readonly lines: string[] = [];
  readonly context: CliContext;
  readonly options: InstallOptions;
  readonly folder: InstallationFolder;
  readonly before: string | undefined;
  readonly found: DiscoveredEnvironment | undefined;

  constructor(
    context: CliContext,
    options: InstallOptions,
    folder: InstallationFolder,
    before: string | undefined,
    found: DiscoveredEnvironment | undefined,
  ) {
    this.context = context;
    this.options = options;
    this.folder = folder;
    this.before = before;
    this.found = found;
  }

  get words(): Words {
    return this.context.words;
  }

  /** A file as the person at the shell names it. */
  path(name: string): string {
    return `${this.options.folder}/${name}`;
  }

  has(name: string): boolean {
    return this.folder.read(name) !== undefined;
  }

  /** Writes a file unless one exists; an existing file stays. */
  write(name: string, text: () => string, kind: 'text' | 'program' = 'text'): void {
    const there = this.has(name);
    if (!there) this.folder.write(name, text(), kind);
    this.done.push({ path: this.path(name), state: there ? 'kept' : 'written' });
  }

  variables(name: string, head: TextKey): VariableFile {
    return new VariableFile(name, this.folder.read(name), this.words.lookupPlain(head) ?? '');
  }

  /** Writes a file of variables with what it lacked; all in it are secrets. */
  save(file: VariableFile): void {
    const there = this.has(file.name);
    const text = file.text();
    if (text !== undefined) this.folder.write(file.name, text, 'secret');
    const state = !there ? 'written' : text === undefined ? 'kept' : 'added';
    this.done.push({
      ...{ path: this.path(file.name), state },
      ...(state === 'added' && file.added.length > 0 ? { added: file.added } : {}),
    });
  }

  /** From this shell's environment, from the person, or left as a place to fill in. */
  async tokens(file: VariableFile): Promise<void> {
    const env = await this.context.env();
    for (const name of tokens) {
      if (file.value(name) !== undefined) continue;
      const known = env[name]?.reveal();
      const question = this.words.plain('cli.install.ask.token', {
        ...{ variable: name, where: this.words.plain(`cli.install.token.${name}`) },
      });
      const token = known ?? (await answer(this.context, question, true));
      if (token !== '' && !token.startsWith(beginning[name]))
        throw new UsageFault('cli.fault.install-token', { variable: name, beginning: beginning[name] });
      this.need(file, name, token === '' ? undefined : token, this.words.plain(`cli.install.token.${name}`));
    }
  }

  /** A variable that only a person knows. */
  need(file: VariableFile, name: string, value: string | undefined, note: string): void {
    file.set(name, value, note);
    if (file.value(name) === undefined) this.missing.push({ file: this.path(file.name), variable: name });
  }

  /** Asked before there is a configuration. */
  async approvers(): Promise<readonly string[]> {
    const { approvers } = this.options;
    if (this.before !== undefined) return [];
    if (approvers !== undefined) return membersIn(approvers);
    return membersIn(await answer(this.context, this.words.plain('cli.install.ask.approvers')));
  }

  /** The configuration, with the public halves of the keys. */
  configuration(keys: Readonly<Partial<Record<Kind, string>>>, people: readonly string[]): void {
    if (this.before === undefined && this.found !== undefined) {
      const fixes = people.length > 0;
      const approvals = {
        approvers: { oncall: { users: [...people] } },
        tiers: {
          ...{ 1: { by: ['oncall'] }, 2: { by: ['oncall'] } },
          // Two others than the one who asks.
          ...(people.length > 2 ? { 3: { by: ['oncall'] } } : {}),
        },
      };
      const body = configurationText(
        this.options.name,
        { ...this.found, yaml: inPlace(this.found.yaml) },
        this.words,
        fixes ? { approvals } : {},
      );
      // A public key is no secret, and looks like one to what cleans the rest.
      const text = `${this.context.redact(body)}${stringify({ signing: publicKeys(keys) })}`;
      this.folder.write(configurationFile, text, 'text');
      if (!fixes)
        this.notes.push(this.words.plain('cli.install.no-approvers', { path: this.path(configurationFile) }));
      this.done.push({ path: this.path(configurationFile), state: 'written' });
    } else this.done.push({ path: this.path(configurationFile), state: 'kept' });
  }

  /** Names of the variables of the platform's credentials, each with what it is. */
  targets(): readonly { readonly name: string; readonly meaning: string }[] {
    if (this.before === undefined) return this.found?.variables ?? [];
    const named = variablesNamed(parse(this.before)).filter((name) => variable.test(name));
    return named.map((name) => ({
      name,
      meaning: this.found?.variables.find((one) => one.name === name)?.meaning ?? name,
    }));
  }

  password(login: Login, file: VariableFile, url: string | undefined): string {
    const known = file.value(logins[login]) ?? passwordIn(url) ?? this.folder.key();
    file.set(logins[login], known);
    return known;
  }
}

/** Where the person is, the kubeconfig counts; where the worker is, its own account. */
function inPlace(yaml: unknown): unknown {
  if (typeof yaml !== 'object' || yaml === null || !('runtime' in yaml)) return yaml;
  const { kubeconfig: _file, context: _context, ...runtime } = yaml.runtime as Record<string, unknown>;
  return { ...yaml, runtime };
}

async function kubernetesFiles(work: Work): Promise<void> {
  const { options, folder, words } = work;
  const { ownNamespace, database, redis } = options;
  const env = (name: SecretName) => work.variables(`secrets/${name}.env`, `cli.install.head.${name}`);
  const files = Object.fromEntries(secretNames.map((name) => [name, env(name)])) as Record<
    SecretName,
    VariableFile
  >;
  const { common, bot, worker, scheduler, migration, targets, logins: access, stores } = files;
  await work.tokens(bot);
  const people = await work.approvers();
  const image = imageParts(await imageOf(work));
  const keys = signingKeys((kind) => files[kind].value('SIGNING_KEY'), work.before === undefined);
  const at =
    database === undefined
      ? `aetherius-bot-postgres:${protocolPorts.postgres}`
      : withPort(database, protocolPorts.postgres);
  const passwords = {
    owner: work.password('owner', access, migration.value('DATABASE_MIGRATION_URL')),
    bot: work.password('bot', access, bot.value('DATABASE_URL')),
    worker: work.password('worker', access, worker.value('DATABASE_URL')),
    scheduler: work.password('scheduler', access, scheduler.value('DATABASE_URL')),
  };
  migration.set('DATABASE_MIGRATION_URL', databaseUrl('owner', passwords.owner, at));
  for (const kind of kinds) {
    files[kind].set('DATABASE_URL', databaseUrl(kind, passwords[kind], at));
    if (keys[kind] !== undefined) files[kind].set('SIGNING_KEY', keys[kind]);
  }
  bot.set('TOKEN_KEY', folder.key());
  common.set('AUDIT_KEY', folder.key());
  if (redis === undefined) {
    const conf = stores.value('redis.conf');
    const known = conf?.split(' ').at(-1) ?? passwordIn(common.value('REDIS_URL')) ?? folder.key();
    stores.set('redis.conf', `requirepass ${known}`);
    common.set('REDIS_URL', `redis://:${known}@aetherius-bot-redis:${protocolPorts.redis}`);
  } else common.set('REDIS_URL', `redis://${withPort(redis, protocolPorts.redis)}`);
  if (database === undefined) stores.set('POSTGRES_PASSWORD', folder.key());
  for (const { name, meaning } of work.targets()) work.need(targets, name, undefined, meaning);
  const ownStores = database === undefined || redis === undefined;
  const names = secretNames.filter((name) => name !== 'stores' || ownStores);
  // Before the configuration, which has the public halves of the keys.
  for (const name of names) work.save(files[name]);
  work.configuration(keys, people);

  work.write('values.yaml', () => valuesText(work, image, people.length > 0));
  const postgresGone = (text: string) =>
    database === undefined ? text : withoutManifests(text, 'aetherius-bot-postgres');
  const redisGone = (text: string) =>
    redis === undefined ? text : withoutManifests(text, 'aetherius-bot-redis');
  if (ownStores)
    work.write('stores.yaml', () => redisGone(postgresGone(folder.shipped('deploy/stores.yaml'))));
  work.write('logins.sql', () =>
    loginsSql(
      folder.shipped('deploy/compose/database.sql'),
      folder.shipped('deploy/compose/roles.sql'),
      database === undefined ? folder.shipped('deploy/compose/superuser.sql') : undefined,
    ),
  );
  work.write('manifest.yml', () => folder.shipped('manifest.yml'));
  work.write(
    'secrets.sh',
    () =>
      secretsScript({
        ...{ namespace: ownNamespace, names },
        head: words.plain('cli.install.head.script'),
        missing: words.plain('cli.install.missing-here'),
      }),
    'program',
  );
  const own = `kubectl -n ${ownNamespace}`;
  const [host, port] = at.split(':');
  work.lines.push(
    `sh ${work.path('secrets.sh')}`,
    ...(ownStores ? [`${own} apply -f ${work.path('stores.yaml')}`] : []),
    ...(database === undefined
      ? [
          `${own} rollout status statefulset/aetherius-bot-postgres --timeout=5m`,
          `${own} exec -i statefulset/aetherius-bot-postgres -- psql -U postgres -v ON_ERROR_STOP=1 -f - < ${work.path('logins.sql')}`,
        ]
      : [
          `(set -a; . ${work.path('secrets/logins.env')}; psql -h ${host} -p ${port} -U postgres -d postgres -v ON_ERROR_STOP=1 -f ${work.path('logins.sql')})`,
        ]),
    `helm upgrade --install aetherius-bot deploy/helm/aetherius-bot -n ${ownNamespace} -f ${work.path('values.yaml')} --set-file configFile=${work.path(configurationFile)}`,
    `${own} rollout status deployment/aetherius-bot-bot --timeout=5m`,
    `${own} rollout status deployment/aetherius-bot-worker --timeout=5m`,
    `${own} exec deployment/aetherius-bot-worker -- aetherius doctor --env ${options.name}`,
  );
}

/** Asked before there are values. */
async function imageOf(work: Work): Promise<string> {
  const { options, folder, context, words } = work;
  const usual = `aetherius-bot:${folder.version}`;
  if (options.image !== undefined) return options.image;
  const asked = work.has('values.yaml')
    ? ''
    : await answer(context, words.plain('cli.install.ask.image', { usual }));
  return asked === '' ? usual : asked;
}

const withPort = (at: string, port: number): string => (at.includes(':') ? at : `${at}:${port}`);

/** Values of the chart for this platform; what is not said here is as `values.yaml` of the chart has it. */
function valuesText(work: Work, image: ReturnType<typeof imageParts>, fixes: boolean): string {
  const { options, found, words } = work;
  const runtime = (found?.yaml as { runtime?: { namespace?: string; agentNamespace?: string } } | undefined)
    ?.runtime;
  const values = {
    image,
    environment: options.name,
    platformNamespace: runtime?.namespace ?? options.namespace,
    ...present({ agentNamespace: runtime?.agentNamespace }),
    commandLine: { enabled: true },
    features: { restart: fixes },
  };
  const head = words.plain('cli.install.head.values').split('\n');
  return work.context.redact(`${head.map((line) => `# ${line}\n`).join('')}${stringify(values)}`);
}

async function composeFiles(work: Work): Promise<void> {
  const { options, folder, words, found } = work;
  const env = work.variables('.env', 'cli.install.head.env');
  await work.tokens(env);
  const people = await work.approvers();
  const engine = options.engine ?? (!work.has('.env') && (await engineWanted(work)));
  const keys = signingKeys(
    (kind) => env.value(`${kind.toUpperCase()}_SIGNING_KEY`),
    work.before === undefined,
  );
  env.set('COMPOSE_FILE', `compose.yaml:platform.yaml${engine ? ':engine.yaml' : ''}`);
  env.set('AETHERIUS_FOLDER', '.');
  if (folder.source !== undefined) env.set('AETHERIUS_SOURCE', folder.source);
  env.set('AETHERIUS_IMAGE', options.image ?? `aetherius-bot:${folder.version}`);
  const networks = found?.networks ?? [];
  const [network] = networks;
  if (network !== undefined) env.set('AETHERIUS_NETWORK', network);
  else if (env.value('AETHERIUS_NETWORK') === undefined)
    work.notes.push(words.plain('cli.install.no-network'));
  const group = engine ? folder.groupOf(options.socket) : undefined;
  if (group !== undefined) env.set('DOCKER_GID', `${group}`);
  for (const login of Object.keys(logins) as Login[]) work.password(login, env, undefined);
  for (const name of ['AUDIT_KEY', 'TOKEN_KEY']) env.set(name, folder.key());
  env.set('CLI_PORT', commandLinePort);
  for (const kind of kinds)
    if (keys[kind] !== undefined) env.set(`${kind.toUpperCase()}_SIGNING_KEY`, keys[kind]);
  const targets = work.targets();
  for (const { name, meaning } of targets) work.need(env, name, undefined, meaning);
  // Before the configuration, which has the public halves of the keys.
  work.save(env);
  work.configuration(keys, people);
  for (const name of ['compose.yaml', 'engine.yaml', 'database.sql', 'roles.sql', 'superuser.sql'])
    work.write(name, () => folder.shipped(`deploy/compose/${name}`));
  work.write('platform.yaml', () =>
    platformText(
      words,
      targets.map(({ name }) => name),
      networks.slice(1),
    ),
  );
  work.write('manifest.yml', () => folder.shipped('manifest.yml'));
  work.lines.push(
    `cd ${options.folder}`,
    'docker compose up -d',
    'docker compose ps',
    `docker compose exec worker aetherius doctor --env ${options.name}`,
  );
}

async function engineWanted(work: Work): Promise<boolean> {
  return /^(y|yes|是)$/i.test(await answer(work.context, work.words.plain('cli.install.ask.engine')));
}

/** What this platform asks of the worker: its further networks, and the variables that the configuration names. */
function platformText(words: Words, variables: readonly string[], networks: readonly string[]): string {
  const names = networks.map((_name, index) => `platform-${index + 2}`);
  const why = words.plain('cli.install.in-env');
  const worker = {
    ...(variables.length === 0
      ? {}
      : { environment: Object.fromEntries(variables.map((name) => [name, `\${${name}:?${why}}`])) }),
    ...(names.length === 0 ? {} : { networks: names }),
  };
  const head = words.plain('cli.install.head.platform').split('\n');
  return `${head.map((line) => `# ${line}\n`).join('')}${stringify({
    services: Object.keys(worker).length === 0 ? {} : { worker },
    ...(names.length === 0
      ? {}
      : {
          networks: Object.fromEntries(
            names.map((name, index) => [name, { name: networks[index] ?? '', external: true }]),
          ),
        }),
  })}`;
}

function installText(
  { files = [], missing = [], next = [], notes }: InitOutput,
  words: Words,
  columns?: number,
): string {
  const rows = files.map(({ path, state, added = [] }) => [
    path,
    added.length === 0
      ? words.plain(`cli.install.state.${state}`)
      : words.plain('cli.install.state.variables', { names: added.join(', ') }),
  ]);
  return [
    table(rows, columns),
    '',
    ...notes,
    ...missing.map(({ file, variable: name }) =>
      words.plain('cli.install.missing', { file, variable: name }),
    ),
    ...(missing.length === 0 ? [] : [words.plain('cli.install.missing-then')]),
    words.plain('cli.install.next'),
    ...next.map((line) => verbatim(`  ${line}`)),
  ].join('\n');
}

/** Prometheus, Alertmanager and their tools (Debian's, unpacked into the cache), or those that PATH has. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { given, missingDebTools, unpackDebs } from './cache.ts';
import { freePort, startProcess, tail, waitFor } from './process.ts';

const packages = ['prometheus', 'prometheus-alertmanager'];
const tools = ['promtool', 'amtool'] as const;
export type PrometheusTool = (typeof tools)[number];

/** What is missing to run this tool here, in one line; undefined when nothing is. */
export function missing(tool: PrometheusTool): string | undefined {
  const variable = tool.toUpperCase();
  if (given(variable, tool) !== undefined) return undefined;
  const lacking = missingDebTools();
  return lacking && `${tool}: ${lacking}, or ${variable}=/path/to/${tool}`;
}

/** The path of the tool. */
export async function prometheusTool(tool: PrometheusTool): Promise<string> {
  return given(tool.toUpperCase(), tool) ?? join(await unpackDebs('prometheus', packages), 'usr/bin', tool);
}

const serverNames = { prometheus: 'prometheus', alertmanager: 'prometheus-alertmanager' } as const;
type ServerName = keyof typeof serverNames;

/** What is missing to run Prometheus and Alertmanager themselves, in one line; undefined when nothing is. */
export function missingServers(): string | undefined {
  const names = Object.keys(serverNames) as readonly ServerName[];
  const lacking = missingDebTools();
  return names.every((name) => given(name.toUpperCase(), serverNames[name]) !== undefined)
    ? undefined
    : lacking && `Prometheus and Alertmanager: ${lacking}`;
}

export interface RunningServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Debian's Alertmanager reads its templates from `/usr/share`; a mount of its own puts the unpacked ones there. */
const withShareOf = (tree: string): readonly [string, ...string[]] => [
  'unshare',
  ...['--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])],
  ...['sh', '-c', 'mount --bind "$0" /usr/share && exec "$@"', join(tree, 'usr/share')],
];

/** Starts one on 127.0.0.1 with this configuration (YAML), its data in `dir`; resolves when it says that it is ready. */
async function startServer(name: ServerName, dir: string, config: string): Promise<RunningServer> {
  const found = given(name.toUpperCase(), serverNames[name]);
  const tree = found === undefined ? await unpackDebs('prometheus', packages) : undefined;
  const program = found ?? join(tree ?? '', 'usr/bin', serverNames[name]);
  const [command, ...before] =
    name === 'alertmanager' && tree !== undefined ? [...withShareOf(tree), program] : [program];
  const own = join(dir, name);
  mkdirSync(own, { recursive: true });
  const file = join(own, `${name}.yml`);
  writeFileSync(file, config);
  const port = await freePort();
  const at = `127.0.0.1:${port}`;
  const data = join(own, 'data');
  const server = await startProcess({
    name,
    command,
    args: [
      ...before,
      ...[`--config.file=${file}`, `--web.listen-address=${at}`],
      // Alertmanager looks for others of its kind unless it is told of no address for them.
      ...(name === 'prometheus'
        ? [`--storage.tsdb.path=${data}`]
        : [`--storage.path=${data}`, '--cluster.listen-address=']),
    ],
    cwd: own,
    log: join(own, `${name}.log`),
  });
  const url = `http://${at}`;
  await waitFor(async () => (await fetch(`${url}/-/ready`)).ok, {
    seconds: 60,
    what: `${name} to be ready`,
    failed: () => (server.running() ? undefined : tail(server.log)),
  });
  return { url, stop: () => server.stop() };
}

export interface PrometheusOptions {
  readonly dir: string;
  /** Addresses (`host:port`) whose `/metrics` are read every second. */
  readonly targets: readonly string[];
  /** YAML of the alerting rules. */
  readonly rules: string;
  /** Where its alerts go. */
  readonly alertmanager: RunningServer;
}

/** Prometheus, which evaluates these rules every second. */
export function startPrometheus({
  dir,
  targets,
  rules,
  alertmanager,
}: PrometheusOptions): Promise<RunningServer> {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'rules.yaml');
  writeFileSync(file, rules);
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [file],
    scrape_configs: [{ job_name: 'lab', static_configs: [{ targets }] }],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }] },
  };
  return startServer('prometheus', dir, stringify(config));
}

/** Alertmanager with this configuration. */
export const startAlertmanager = (dir: string, config: string): Promise<RunningServer> =>
  startServer('alertmanager', dir, config);

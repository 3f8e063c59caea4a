/** Exporters of Prometheus beside a server (Debian's, unpacked into the cache), or those that PATH has. */

import { join } from 'node:path';
import { given, missingDebTools, unpackDebs } from './cache.ts';
import { freePort, startProcess, tail, waitFor } from './process.ts';

const names = ['postgres', 'redis'] as const;
export type ExporterName = (typeof names)[number];
const packageOf = (name: ExporterName) => `prometheus-${name}-exporter`;

/** What is missing to run exporters here, in one line; undefined when nothing is. */
export function missing(): string | undefined {
  return names.every((name) => given(`${name.toUpperCase()}_EXPORTER`, packageOf(name)) !== undefined)
    ? undefined
    : missingDebTools();
}

export interface RunningExporter {
  /** `host:port`. */
  readonly at: string;
  /** What Prometheus would read now, in its text format. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts one on 127.0.0.1 that asks the server at `url`; resolves when it answers. */
export async function startExporter(
  name: ExporterName,
  options: { readonly dir: string; readonly url: string },
): Promise<RunningExporter> {
  const { dir, url } = options;
  const tree = () => unpackDebs('exporters', names.map(packageOf));
  const command =
    given(`${name.toUpperCase()}_EXPORTER`, packageOf(name)) ??
    join(await tree(), 'usr/bin', packageOf(name));
  const port = await freePort();
  const at = `127.0.0.1:${port}`;
  const server = await startProcess({
    name: packageOf(name),
    command,
    args:
      name === 'postgres'
        ? [`--web.listen-address=${at}`]
        : [`-web.listen-address=${at}`, `-redis.addr=${url}`],
    // A URL with a password belongs in no list of arguments.
    ...(name === 'postgres' ? { env: { DATA_SOURCE_NAME: `${url}?sslmode=disable` } } : {}),
    log: join(dir, `${name}-exporter.log`),
  });
  const metrics = async () => (await fetch(`http://${at}/metrics`)).text();
  await waitFor(metrics, {
    seconds: 30,
    what: `${packageOf(name)} to answer`,
    failed: () => (server.running() ? undefined : tail(server.log)),
  });
  return { at, metrics, stop: () => server.stop() };
}

import { bundleFolder } from '../domain/bundle/manifest.ts';
import { readWish } from '../domain/logs/query.ts';
import { bundlePage, entryFault } from '../text/bundle-page.ts';
import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import { chooseEnvironment, inEnvironment } from './environment.ts';
import { UsageFault } from './faults.ts';
import type { CollectOutput } from './output-schemas.ts';

export interface CollectOptions {
  readonly out: string;
  readonly since: string;
  readonly env?: string;
}

/**
 * Gathers a bundle from this process, with the caller's own credentials. Exit codes: 0 a bundle was written, 1 one was
 * written that lacks something, 2 no bundle was written, 64 usage.
 */
export async function collectCommand(given: CliContext, options: CollectOptions): Promise<ExitCode> {
  const startedAt = given.now();
  const wish = readWish({ since: options.since }, startedAt.getTime());
  if (!wish.ok) throw new UsageFault(`cli.fault.${wish.fault}`, { value: wish.value });
  const config = await given.config();
  const environment = chooseEnvironment(config, options.env);
  const context = inEnvironment(given, config, environment);
  const { words } = context;
  const { collect } = await context.checks();
  const id = context.requestId();
  const redactor = await context.redactorOf(id);
  const writer = await context.bundles.write(options.out, bundleFolder(environment, startedAt));
  const { manifest, archive } = await collect.collect({
    ...{ id, environment, redactor, writer, signal: context.signal },
    since: wish.query.since ?? startedAt.getTime(),
    page: (content) => bundlePage(content, words),
    onProgress: ({ done, of, gaps }) => {
      context.progress?.(words.plain('cli.collect.progress', { done, of, failed: gaps.length }));
    },
  });
  context.progress?.('');
  const files = manifest.entries.filter(({ sha256 }) => sha256 !== undefined).length;
  const failed = manifest.entries.flatMap((entry) => {
    const why = entryFault(entry, words);
    return why === undefined ? [] : [words.plain('cli.collect.entry-failed', { path: entry.path, why })];
  });
  const output: CollectOutput = { path: options.out, environment, ...archive, files, manifest };
  context.out(
    context.output === 'json'
      ? JSON.stringify(output, null, 2)
      : [
          words.plain('cli.collect.done', { path: options.out, files, ...archive }),
          ...(failed.length === 0 ? [] : [words.plain('cli.collect.failed'), ...failed]),
        ].join('\n'),
  );
  return manifest.entries.some(({ error }) => error !== undefined && !nothingThere.has(error.code))
    ? exitCodes.findings
    : exitCodes.ok;
}

/** A part that does not run here has no log, and the bundle is complete without that log; its health is in it. */
const nothingThere: ReadonlySet<string> = new Set(['log-no-instance']);

import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import { reportOf } from '../domain/logs/analysis.ts';
import { readWish } from '../domain/logs/query.ts';
import type { LogQuery, LogReport, LogSource } from '../domain/logs/report.ts';
import { asInGuide, type Platform, platformsIn } from '../domain/platform/platform.ts';
import type { LogCounter } from '../domain/ports/log-files.ts';
import type { Config } from '../domain/settings/config.ts';
import { logWords } from '../text/logs.ts';
import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import { chooseEnvironment } from './environment.ts';
import { UsageFault } from './faults.ts';
import { createFollowScreen, followFiles } from './logs-follow.ts';
import type { LogsOutput } from './output-schemas.ts';

export interface LogsOptions {
  readonly file?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly level?: string;
  readonly grep?: string;
  readonly trace?: string;
  readonly env?: string;
  readonly container?: string;
  readonly follow?: boolean;
}

/** How far back a part's log is read, by default. */
const USUAL_MS = 30 * 60_000;

/** How often the log of a part is asked for what is new. */
const AGAIN_MS = 5_000;

/**
 * Reads the logs of a part with the caller's own credentials, or files, or standard input. With `follow` it goes on, and
 * prints what is new, until it is interrupted or the input ends; then the whole answer. Exit codes: 0 nothing of that level, 1 there is something, 2 a log could not be read
 * and nothing was found, 64 usage.
 */
export async function logsCommand(
  given: CliContext,
  named: string | undefined,
  options: LogsOptions,
): Promise<ExitCode> {
  const now = given.now().getTime();
  const wish = readWish(options, now);
  if (!wish.ok) throw new UsageFault(`cli.fault.${wish.fault}`, { value: wish.value });
  const files = options.file ?? [];
  // A trace goes through the parts, so a request that names one need not say "all".
  const part = named ?? (options.trace !== undefined && files.length === 0 ? 'all' : undefined);
  if ((files.length === 0) === (part === undefined)) throw new UsageFault('cli.fault.log-file');
  if (options.follow === true && given.output === 'text') given.err(given.words.plain('cli.logs.following'));
  const { report, context } =
    part === undefined
      ? await fromFiles(given, files, wish.query, options)
      : await fromPart(given, part, { since: now - USUAL_MS, ...wish.query }, options);
  context.out(
    context.output === 'json'
      ? JSON.stringify(logsOutput(report, context), null, 2)
      : logsText(report, context),
  );
  return exitOf(report);
}

interface Read {
  readonly report: LogReport;
  readonly context: CliContext;
}

async function fromPart(
  given: CliContext,
  part: string,
  query: LogQuery & { readonly since: number },
  { env, container, follow }: LogsOptions,
): Promise<Read> {
  const environment = chooseEnvironment(await given.config(), env);
  const { logs, following } = await given.checks();
  const asked = {
    environment,
    part,
    query,
    redact: (text: string) => given.redact(text),
    signal: given.signal,
    ...present({ container }),
  };
  const about = (platform: Platform) => ({ ...given, words: given.words.about(platform) });
  let show: ((seen: LogReport) => void) | undefined;
  const { report, platform } =
    follow === true
      ? await following.follow({
          ...asked,
          pause: () => given.sleep(AGAIN_MS),
          onRead: (seen, of) => (show ??= createFollowScreen(about(of)))(seen),
        })
      : await logs.read(asked);
  return { report, context: about(platform) };
}

async function fromFiles(
  given: CliContext,
  files: readonly string[],
  query: LogQuery,
  { env, follow }: LogsOptions,
): Promise<Read> {
  // A file can be read without any configuration; where there is one, its names and its own secrets count.
  const platform = platformOf(await given.config().catch(() => undefined), env);
  const context = { ...given, words: given.words.about(platform) };
  if (follow === true) return { report: await followFiles(context, files, { query, platform }), context };
  const counter = context.countLogs({ query, now: given.now().getTime(), platform });
  try {
    for (const file of files) await readInto(counter, file, context);
    const tally = await counter.tally();
    return { report: reportOf(tally, { platform, redact: (text) => context.redact(text) }), context };
  } finally {
    await counter.stop();
  }
}

function platformOf(config: Config | undefined, environment: string | undefined): Platform {
  const chosen =
    environment ?? config?.slack.defaultEnvironment ?? Object.keys(config?.environments ?? {})[0];
  if (config === undefined || chosen === undefined || !Object.hasOwn(config.environments, chosen))
    return asInGuide;
  return platformsIn(config.environments)(chosen);
}

async function readInto(counter: LogCounter, file: string, context: CliContext): Promise<void> {
  // One that cannot be opened says why below.
  if (file !== '-' && (await counter.file(file, file).catch(() => false))) return;
  context.signal.throwIfAborted();
  const input = counter.source(file === '-' ? 'stdin' : file);
  let outcome: Pick<LogSource, 'failed' | 'facts'> = {};
  try {
    for await (const bytes of context.read(file)) await input.push(bytes);
  } catch (error) {
    context.signal.throwIfAborted();
    outcome = whyNotRead(error);
  }
  await input.end(outcome);
}

function whyNotRead(error: unknown): Pick<LogSource, 'failed' | 'facts'> {
  if (error instanceof AppError) return { failed: `cause.${error.facts.reason}`, facts: error.facts };
  const { code } = error as { readonly code?: string };
  return { failed: code?.startsWith('Z_') === true ? 'logs.why.no-gzip' : 'logs.why.unreadable' };
}

function exitOf({ groups, sources }: LogReport): ExitCode {
  if (groups.length > 0) return exitCodes.findings;
  return sources.some(({ failed }) => failed !== undefined) ? exitCodes.couldNotLook : exitCodes.ok;
}

const asked = (ask: string): string => `aetherius diagnose ${ask}`;

export function logsText(report: LogReport, { words }: Pick<CliContext, 'words'>): string {
  const said = logWords(report, words);
  const groups = said.groups.flatMap(({ group, title, numbers, causes }) => [
    '',
    title,
    `  ${numbers}`,
    ...group.example.map((line) => `  | ${line}`),
    ...causes.map((cause) => `  ${cause}`),
    ...(group.known?.ask === undefined
      ? []
      : [`  → ${words.plain('logs.group.ask', { command: asked(group.known.ask) })}`]),
  ]);
  const steps = said.steps.length === 0 ? [] : ['', ...said.steps.map((line) => `  ${line}`)];
  const timeline = said.timeline === undefined ? [] : ['', said.timeline];
  return [said.headline, ...steps, ...groups, ...timeline, '', ...said.notes].join('\n');
}

export function logsOutput(report: LogReport, { words }: Pick<CliContext, 'words'>): LogsOutput {
  const said = logWords(report, words);
  const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());
  const sources = report.sources.map((source: LogSource) => ({
    name: source.name,
    lines: source.lines,
    bytes: source.bytes,
    failed:
      source.failed === undefined ? null : (words.lookupPlain(source.failed, source.facts) ?? source.failed),
    cut: source.cut === true,
  }));
  const { query, timeline, compared } = report;
  return {
    text: said.headline,
    query: {
      since: iso(query.since),
      until: iso(query.until),
      level: query.level,
      grep: query.grep ?? null,
      trace: query.trace ?? null,
    },
    groups: said.groups.map(({ group, title, causes }) => ({
      level: group.level,
      count: group.count,
      perMinute: group.perMinute ?? null,
      first: iso(group.first),
      last: iso(group.last),
      before: group.before ?? null,
      mark: group.mark ?? null,
      shape: group.shape,
      example: [...group.example],
      sources: [...group.sources],
      known:
        group.known === undefined
          ? null
          : {
              id: group.known.id,
              part: group.known.part ?? null,
              causes: [...group.known.causes],
              ask: group.known.ask ?? null,
            },
      text: [title, ...causes].join('\n'),
    })),
    steps: (report.steps ?? []).map(({ time, level, source, text }) => ({
      ...{ time: iso(time), level, source, text },
    })),
    compared: compared === undefined ? null : { from: iso(compared.from), to: iso(compared.to) },
    timeline:
      timeline === undefined
        ? null
        : {
            from: iso(timeline.from),
            stepMs: timeline.stepMs,
            counts: [...timeline.counts],
            errors: [...timeline.errors],
            warnings: [...timeline.warnings],
          },
    read: {
      sources,
      lines: report.lines,
      bytes: report.bytes,
      entries: report.entries,
      byLevel: { ...report.byLevel },
      first: iso(report.first),
      last: iso(report.last),
      zoneless: report.zoneless,
      timeless: report.timeless,
    },
    leftOut: { ...report.leftOut },
    notes: [...said.notes],
  };
}

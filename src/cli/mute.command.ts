import { sha256 } from '../domain/kernel/canonical.ts';
import { present } from '../domain/kernel/present.ts';
import { wholeJson } from '../domain/kernel/text.ts';
import { knownLines } from '../domain/mute/known-lines.ts';
import { type Mute, mostMuteMs } from '../domain/mute/mute.ts';
import { type PartId, partIds } from '../domain/platform/part.ts';
import type { Words } from '../text/words.ts';
import { type ExitCode, exitCodes, type ServedContext } from './context.ts';
import { chooseEnvironment } from './environment.ts';
import { UsageFault } from './faults.ts';
import type { MutesOutput } from './output-schemas.ts';

interface MuteOptions {
  readonly env?: string;
  readonly for?: string;
}

/** What is muted now, of the environments that the person may read. */
export async function listMutes(context: ServedContext, { env }: MuteOptions): Promise<ExitCode> {
  const { words } = context;
  const mutes = await context.services.mutes.list(env);
  if (context.output === 'json') context.out(asJson(mutes));
  else if (mutes.length === 0) context.out(words.plain('mute.none'));
  else for (const mute of mutes) context.out(lineOf(mute, words));
  return exitCodes.ok;
}

/** What was accepted for good, as lines of the configuration. */
export async function exportKnown(context: ServedContext, { env }: MuteOptions): Promise<ExitCode> {
  const known = (await context.services.mutes.list(env)).filter(({ kind }) => kind === 'known');
  if (context.output === 'json') context.out(asJson(known));
  else if (known.length === 0) context.out(context.words.plain('mute.export.none'));
  else for (const line of knownLines(known)) context.out(line);
  return exitCodes.ok;
}

/** Mutes, or accepts for good, as the person whose token this shell has. */
export async function setMute(
  context: ServedContext,
  kind: 'mute' | 'known',
  named: { readonly part: string; readonly cause: string; readonly reason: string },
  options: MuteOptions,
): Promise<ExitCode> {
  const environment = chooseEnvironment(await context.config(), options.env);
  const part = partOf(named.part);
  const requestId = context.requestId();
  const { cause, reason } = named;
  const mute = await context.services.deciding.mutes.set({
    ...{ environment, part, cause, kind, reason, by: context.person, requestId },
    payloadDigest: sha256(wholeJson({ requestId, mute: kind, environment, part, cause, reason })),
    ...present({ forMs: options.for === undefined ? undefined : spanMs(options.for) }),
  });
  context.out(context.output === 'json' ? asJson([mute]) : lineOf(mute, context.words));
  return exitCodes.ok;
}

export async function liftMute(
  context: ServedContext,
  named: { readonly part: string; readonly cause: string },
  options: MuteOptions,
): Promise<ExitCode> {
  const environment = chooseEnvironment(await context.config(), options.env);
  const part = partOf(named.part);
  const requestId = context.requestId();
  const mute = await context.services.deciding.mutes.lift({
    ...{ by: context.person, requestId },
    which: { environment, part, cause: named.cause },
    payloadDigest: sha256(wholeJson({ requestId, mute: 'lift', environment, part, cause: named.cause })),
  });
  if (context.output === 'json') context.out(asJson([mute]));
  else
    context.out(
      context.words.plain('mute.done.lifted', { cause: mute.cause, part: partWord(part, context.words) }),
    );
  return exitCodes.ok;
}

function partOf(value: string): PartId {
  const part = partIds.find((id) => id === value.toLowerCase());
  if (part === undefined) throw new UsageFault('cli.fault.mute-part', { value, known: partIds.join(', ') });
  return part;
}

const partWord = (part: PartId, words: Words): string => words.lookupPlain(`part.${part}`) ?? part;

function spanMs(value: string): number {
  const [, count, unit] = /^(\d{1,4})(m|h|d)$/i.exec(value) ?? [];
  const each = { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit?.toLowerCase() ?? ''] ?? 0;
  const span = Number(count) * each;
  if (!(span > 0 && span <= mostMuteMs)) throw new UsageFault('cli.fault.mute-for', { value });
  return span;
}

function lineOf({ environment, part, cause, severity, ...mute }: Mute, words: Words): string {
  const { until, whileThere, reason, by } = mute;
  const facts = { reason, who: by.userId };
  const how =
    until === undefined
      ? words.plain('mute.known', facts)
      : words.plain(whileThere ? 'mute.while-there' : 'mute.until', { ...facts, until: until.toISOString() });
  return words.plain('cli.mute.line', {
    ...{ environment, part, cause },
    severity: words.lookupPlain(`severity.${severity}`) ?? severity,
    how: how.replace(/^:[a-z_]+: /, ''),
  });
}

function asJson(mutes: readonly Mute[]): string {
  const output: MutesOutput = {
    mutes: mutes.map(
      ({ id, environment, part, cause, severity, kind, until, whileThere, reason, by, at }) => ({
        ...{ id, environment, part, cause, severity, kind, whileThere, reason },
        ...{ by: { ...by }, at: at.toISOString() },
        ...present({ until: until?.toISOString() }),
      }),
    ),
  };
  return JSON.stringify(output, null, 2);
}

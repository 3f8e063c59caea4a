import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { redactLines } from '../../domain/kernel/redact.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { knownLines } from '../../domain/logs/known-lines.ts';
import { configuredIds } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { leftOpen } from '../../domain/probe/open.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { type Astray, astray, type Call, callsIn, isGiven, textOf } from '../support/called-addresses.ts';
import { excerpt, type LogLine, logLines, recentLog } from '../support/log-lines.ts';
import { plainSettings, settingsOf } from '../support/program-settings.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  minutes: z
    .number()
    .positive()
    .max(120)
    .default(10)
    .meta({ description: 'How far to look back, in minutes.' }),
});
type Deps = Pick<With<'runtime' | 'nats'>, 'runtime' | 'nats' | 'platform'>;

/**
 * The Go client's own words for a connection that was never made (`ErrInvalidConnection`, nats.go). One that was lost has
 * other words, so that no outage of NATS makes this line.
 */
const neverMade = /nats: invalid connection/i;

/**
 * A program's words for a message that came and that it cannot use: what it reads is not in it, it is no JSON of the
 * wanted form, PostgreSQL takes a value of it for no value of the column's type (SQLSTATE 22P02, and 42804 for a list
 * of several), or the rows that it is matched against cannot be read ("Scan error" of Go's database/sql; of any other row that
 * says nothing of a message).
 */
const notUsable =
  /(?:not found|missing|absent) in (?:the )?payload|fail\w* to unmarshal \w+ (?:message|event|command)|SQLSTATE (?:22P02|42804)|invalid input syntax for type|is of type \w+ but expression is of type|matched for (?:event|message)\b.*sql: Scan error on column/i;

/** Levels of a line that says that something failed. */
const failed: ReadonlySet<string> = new Set(['error', 'fatal', 'panic', 'critical']);

export const runtimePublishLog = defineProbe({
  id: 'runtime.publish-log',
  doc: `Does a program's log show that it does not fit the parts around it?
It may publish by a NATS connection that it never made, be sent what it cannot use, or call another address than it is set to.
Reads the last lines of each program, and asks the monitor of NATS for its clients.
A connection that was never made is a finding only where the same program is connected to NATS now: then NATS is not the reason.
A message that lacks what the program reads, or that it cannot store, is a finding by the program's own words.
A failed call is a finding where its address stands in no setting of the program, while the setting meant for it has another.
Settings are variables, command and file; where one of them cannot be read, it may be the one that gives the address.
Such lines come with a message or a failed call alone: a program without either shows nothing.`,
  params,
  part: 'nats',
  needs: ['runtime', 'nats'],
  timeoutMs: 20_000,
  emits: [
    'PUBLISHER_WITHOUT_CONNECTION',
    'MESSAGE_NOT_USABLE',
    'ADDRESS_NOT_FOLLOWED',
    'ADDRESS_UNEXPLAINED',
  ],
  async run({ minutes }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { runtime, nats, platform } = deps;
    const all = await Promise.all(configuredIds.map((part) => runtime.instances(part, { signal })));
    const running = all.flat().filter(({ phase }) => phase === 'running');
    const read = await Promise.all(
      running.map(async (instance) => ({
        instance,
        lines: logLines(await recentLog(runtime, instance, { signal, tail: 2_000, minutes })),
      })),
    );
    const saying = (pattern: RegExp) =>
      read.map(({ instance, lines }) => said(instance, lines, pattern)).filter(({ count }) => count > 0);
    const failing = saying(neverMade);
    const strayed = await Promise.all(
      read.map(async ({ instance, lines }) => ({
        instance,
        ...(await strayedOf(callsIn(lines), instance, deps, signal)),
      })),
    );
    const strays = strayed.flatMap(({ instance, found, unseen }) =>
      found.map((one) =>
        notFollowed(instance, one, minutes, unseen ? 'ADDRESS_UNEXPLAINED' : 'ADDRESS_NOT_FOLLOWED'),
      ),
    );
    const unusable = saying(notUsable).map(
      ({ instance, count, message, lines }): Finding => ({
        ...{ code: 'MESSAGE_NOT_USABLE', severity: 'warning', part: instance.part, subject: instance.name },
        facts: { container: instance.name, count, minutes, message },
        ...present({ excerpts: lines === undefined ? undefined : [lines] }),
      }),
    );
    const counted = {
      ...{ instances: running.length, failing: failing.length, unusable: unusable.length },
      strays: strays.length,
    };
    // An error in words that nobody knows may be the same one, and a log without a line shows nothing of any.
    const known = knownLines(platform);
    const strange = read.flatMap(({ lines }) =>
      lines.filter(
        ({ raw, level }) =>
          level !== undefined &&
          failed.has(level) &&
          ![neverMade, notUsable].some((pattern) => pattern.test(raw)) &&
          !known.some(({ pattern }) => pattern.test(raw)),
      ),
    );
    const isSilent = read.every(({ lines }) => lines.length === 0);
    const facts =
      isSilent || strange.length > 0
        ? {
            ...counted,
            strange: strange.length,
            ...leftOpen(isSilent ? 'logs-silent' : 'errors-unknown', 'MESSAGE_NOT_USABLE'),
          }
        : counted;
    if (failing.length === 0) return verdict([...unusable, ...strays], facts);
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const { connections = [] } = await nats.monitor<Connz>('/connz?limit=1024', { signal });
    const connected = failing.flatMap((one) => {
      const client = connections.find(
        ({ name = '', ip }) =>
          partNamed(name, platform) === one.instance.part ||
          (ip !== undefined && ip === one.instance.address?.host),
      );
      return client === undefined ? [] : [{ ...one, client: client.name || client.ip || '–' }];
    });
    if (connected.length === 0)
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'whether the program is connected to NATS was not seen', {
          facts: { reason: 'publisher-unseen', instance: failing[0]?.instance.name ?? '–' },
        }),
        facts,
      };
    return verdict(
      [
        ...unusable,
        ...strays,
        ...connected.map(
          ({ instance, client, count, message, lines }): Finding => ({
            code: 'PUBLISHER_WITHOUT_CONNECTION',
            severity: 'warning',
            part: instance.part,
            subject: instance.name,
            facts: { container: instance.name, client, count, minutes, message },
            ...present({ excerpts: lines === undefined ? undefined : [lines] }),
          }),
        ),
      ],
      facts,
    );
  },
});

/** How often a program says this, with the last words and the lines around them. */
function said(instance: Instance, lines: readonly LogLine[], pattern: RegExp) {
  const own = lines.filter(({ raw }) => pattern.test(raw));
  return {
    instance,
    count: own.length,
    message: shortened(redactLines([own.at(-1)?.message ?? ''])[0] ?? '', 200),
    lines: excerpt(`log ${instance.name}`, lines, pattern, 3),
  };
}

/** Calls of a program that its settings do not give; `unseen`: not all of these are seen, and another one may give them. */
async function strayedOf(
  calls: readonly Call[],
  instance: Instance,
  deps: Deps,
  signal: AbortSignal,
): Promise<{ readonly found: readonly Astray[]; readonly unseen: boolean }> {
  const open = calls.filter((call) => !isGiven(call, plainSettings(instance)));
  if (open.length === 0) return { found: [], unseen: false };
  const { settings, unseen } = await settingsOf(instance, deps, signal);
  return { found: astray(open, settings), unseen };
}

const notFollowed = (
  instance: Instance,
  { call, setting, given }: Astray,
  minutes: number,
  code: 'ADDRESS_NOT_FOLLOWED' | 'ADDRESS_UNEXPLAINED',
): Finding => ({
  ...{ code, severity: 'info', part: instance.part, subject: instance.name },
  facts: {
    ...{ variable: setting.name, given: textOf(given), called: textOf(call), container: instance.name },
    ...{ count: call.count, minutes, message: shortened(redactLines([call.line.message])[0] ?? '', 200) },
  },
});

/** `/connz` (NATS, "Monitoring"). */
interface Connz {
  readonly connections?: readonly { readonly name?: string; readonly ip?: string }[];
}

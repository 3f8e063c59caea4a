import type { RecordState } from '../domain/audit/record.ts';
import type { RemediationRow } from '../domain/fix/rows.ts';
import { sha256 } from '../domain/kernel/canonical.ts';
import { present } from '../domain/kernel/present.ts';
import { wholeJson } from '../domain/kernel/text.ts';
import type { Words } from '../text/words.ts';
import { type ExitCode, exitCodes, type ServedContext } from './context.ts';
import type { ConfirmOutput, FixesOutput } from './output-schemas.ts';
import { remediationLine, remediationOutput } from './remediation-output.ts';

export interface SwitchOptions {
  readonly scope?: string;
  readonly for?: number;
}

/** What is switched off now. */
export async function listSwitches(context: ServedContext): Promise<ExitCode> {
  const { words } = context;
  const switches = await context.services.switches.list();
  const record = await context.services.switches.record();
  if (context.output === 'text') for (const line of recordLines(record, words)) context.out(line);
  const underWay = switches.length === 0 ? undefined : await context.services.switches.underWay();
  const followUps = await context.services.remediations.followUps(50);
  if (context.output === 'text')
    for (const { handle, environment, actionId, openedAt } of followUps)
      context.out(
        words.plain('cli.fixes.follow-up', {
          ...{ handle, environment, since: openedAt.toISOString() },
          remediation: words.lookupPlain(`remediation.${actionId}`) ?? actionId,
        }),
      );
  if (context.output === 'json') {
    const output: FixesOutput = {
      switches: switches.map(({ scope, reason, by, at, until }) => ({
        ...{ scope, reason, by: { ...by }, at: at.toISOString() },
        ...present({ until: until?.toISOString() }),
      })),
      record: record.state,
      ...present({ underWay: underWay?.map(remediationOutput) }),
      followUps: followUps.map((one) => ({
        ...one,
        people: [...one.people],
        openedAt: one.openedAt.toISOString(),
      })),
    };
    context.out(JSON.stringify(output, null, 2));
  }
  if (context.output === 'text' && switches.length === 0) context.out(words.plain('switch.none'));
  for (const { scope, reason, by, at, until } of context.output === 'json' ? [] : switches) {
    const what = scope === '*' ? words.plain('cli.fixes.all') : scope;
    const facts = { scope: what, reason, who: by.userId, since: at.toISOString() };
    context.out(
      until === undefined
        ? words.plain('cli.fixes.line', facts)
        : words.plain('cli.fixes.line-until', { ...facts, until: until.toISOString() }),
    );
  }
  if (context.output === 'text' && switches.some(({ scope }) => scope === '*'))
    context.out(words.plain('switch.still'));
  if (context.output === 'text' && underWay !== undefined) sayUnderWay(context, underWay);
  return exitCodes.ok;
}

function sayUnderWay({ out, words }: ServedContext, rows: readonly RemediationRow[]): void {
  if (rows.length === 0) out(words.plain('switch.runs-none'));
  else out(words.plain('switch.runs', { count: rows.length }));
  for (const row of rows) out(`  ${remediationLine(row, words)}`);
}

/** Stops fixes, or lets them go on, as the person whose token this shell has. */
export async function switchFixes(
  context: ServedContext,
  what: 'off' | 'on',
  reason: string,
  options: SwitchOptions,
): Promise<ExitCode> {
  const by = context.person;
  const { switches } = context.services.deciding;
  const requestId = context.requestId();
  const scope = options.scope ?? '*';
  const input = {
    scope,
    by,
    reason,
    requestId,
    payloadDigest: sha256(wholeJson({ requestId, fixes: what, scope, reason })),
    ...present({ forMs: options.for === undefined ? undefined : options.for * 60_000 }),
  };
  await (what === 'off' ? switches.stop(input) : switches.release(input));
  return listSwitches(context);
}

/** Takes a record that is older than its anchors as it is (R-L5): for those of the highest tier. */
export async function confirmRecord(context: ServedContext, reason: string): Promise<ExitCode> {
  const requestId = context.requestId();
  const { ended } = await context.services.deciding.switches.confirmRecord({
    by: context.person,
    reason,
    requestId,
    payloadDigest: sha256(wholeJson({ requestId, fixes: 'confirm', reason })),
  });
  if (context.output === 'json') context.out(JSON.stringify({ ended } satisfies ConfirmOutput, null, 2));
  else context.out(context.words.plain('record.confirmed', { ended }));
  return exitCodes.ok;
}

function recordLines({ state, why }: RecordState, words: Words): readonly string[] {
  if (state === 'unconfirmed') return [words.plain('record.unconfirmed')];
  if (state !== 'held') return [];
  if (why?.['broken'] === true) return [words.plain('record.broken', why), words.plain('record.broken.how')];
  const said =
    why?.['anchored'] === undefined ? words.plain('record.held.elsewhere') : words.plain('record.held', why);
  return [said, words.plain('record.how')];
}

import { visible } from '../domain/kernel/text.ts';
import type { PartId } from '../domain/platform/part.ts';
import type { Targets } from '../domain/probe/targets/targets.ts';
import { type Check, type CheckState, checkAreas, worst } from '../domain/settings/doctor.ts';
import type { Words } from '../text/words.ts';
import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import {
  environmentChecks,
  fileChecks,
  inventoryChecks,
  isTarget,
  modelChecks,
} from './doctor-environment.ts';
import { chooseEnvironment } from './environment.ts';
import type { DoctorOutput } from './output-schemas.ts';
import { painted, type Tone, verbatim } from './screen.ts';
import { table } from './table.ts';

/**
 * Checks the installation itself, and prints what is missing in a form that can be applied; or, for one environment,
 * tries each of its targets from this process and tells what was found there.
 */
export async function doctorCommand(
  context: CliContext,
  options: { readonly env?: string } = {},
): Promise<ExitCode> {
  context.progress?.(context.words.plain('cli.doctor.progress'));
  const checks =
    options.env === undefined ? await context.examine() : await examineEnvironment(context, options.env);
  context.progress?.('');
  const state = worst(checks);
  context.out(
    context.output === 'json'
      ? JSON.stringify(doctorOutput(checks, context.words), null, 2)
      : doctorText(checks, context.words, context.columns),
  );
  if (state === 'failed') return exitCodes.findings;
  return state === 'unknown' ? exitCodes.couldNotLook : exitCodes.ok;
}

async function examineEnvironment(context: CliContext, name: string): Promise<readonly Check[]> {
  const environment = chooseEnvironment(await context.config(), name);
  const { rules, runner, targets, environments } = await context.checks();
  const seen = await targets.forRun(environment, context.signal);
  const calls = rules.calls(environment).filter(({ probe }) => isTarget(probe));
  const outcomes = await runner.run(calls, { targets: seen, signal: context.signal });
  const words = context.words.about(seen.platform);
  return [
    ...environmentChecks(
      environment,
      outcomes,
      environments[environment]?.discovered,
      words,
      await addressesOf(seen),
    ),
    ...inventoryChecks(environment, await context.inventory(environment), words),
    ...fileChecks((await seen.hostFiles?.tried({ signal: context.signal })) ?? []),
    ...(await modelChecks(seen.model, words, context.signal)),
  ];
}

/** As configured; without the parts whose URL cannot be read here. */
async function addressesOf({
  network,
  configured,
}: Targets): Promise<Readonly<Partial<Record<PartId, string>>>> {
  const found = await Promise.all(
    [...(configured ?? [])].map(
      async (part) => [part, await network?.address?.(part).catch(() => undefined)] as const,
    ),
  );
  return Object.fromEntries(found.filter(([, address]) => address !== undefined));
}

export function doctorOutput(checks: readonly Check[], words: Words): DoctorOutput {
  return {
    state: worst(checks),
    checks: checks.map((check) => ({ ...check, facts: { ...check.facts }, text: sentence(check, words) })),
  };
}

function sentence(check: Check, words: Words): string {
  return words.lookupPlain(`doctor.${check.key}`, check.facts) ?? check.key;
}

/** The address goes first: it is what somebody compares. */
const placed = (check: Check, words: Words): string =>
  check.at === undefined ? sentence(check, words) : `${check.at}: ${sentence(check, words)}`;

const stateTone: Readonly<Record<CheckState, Tone>> = {
  failed: 'bad',
  unknown: 'warn',
  warning: 'warn',
  ok: 'good',
  skipped: 'dim',
};

function doctorText(checks: readonly Check[], words: Words, columns?: number): string {
  const blocks = checkAreas.flatMap((area) => {
    const own = checks.filter((check) => check.area === area);
    if (own.length === 0) return [];
    const rows = own.map((check) => [
      `  ${painted(stateTone[check.state], words.plain(`doctor.state.${check.state}`))}`,
      visible(placed(check, words)),
    ]);
    const remedies = own.flatMap((check) => (check.remedy === undefined ? [] : ['', indent(check.remedy)]));
    return [words.plain(`doctor.area.${area}`), table(rows, columns), ...remedies, ''];
  });
  return blocks.join('\n').trimEnd();
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => verbatim(`    ${line}`))
    .join('\n');
}

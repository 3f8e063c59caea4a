import { visible } from '../domain/kernel/text.ts';
import { type Check, checkAreas, worst } from '../domain/settings/doctor.ts';
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
import { table } from './table.ts';

/**
 * Checks the installation itself, and prints what is missing in a form that can be applied; or, for one environment,
 * tries each of its targets from this process and tells what was found there.
 */
export async function doctorCommand(
  context: CliContext,
  options: { readonly env?: string } = {},
): Promise<ExitCode> {
  const checks =
    options.env === undefined ? await context.examine() : await examineEnvironment(context, options.env);
  const state = worst(checks);
  context.out(
    context.output === 'json'
      ? JSON.stringify(doctorOutput(checks, context.words), null, 2)
      : doctorText(checks, context.words),
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
    ...environmentChecks(environment, outcomes, environments[environment]?.discovered, words),
    ...inventoryChecks(environment, await context.inventory(environment), words),
    ...fileChecks((await seen.hostFiles?.tried({ signal: context.signal })) ?? []),
    ...(await modelChecks(seen.model, words, context.signal)),
  ];
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

function doctorText(checks: readonly Check[], words: Words): string {
  const blocks = checkAreas.flatMap((area) => {
    const own = checks.filter((check) => check.area === area);
    if (own.length === 0) return [];
    const rows = own.map((check) => [
      `  ${words.plain(`doctor.state.${check.state}`)}`,
      visible(sentence(check, words)),
    ]);
    const remedies = own.flatMap((check) => (check.remedy === undefined ? [] : ['', indent(check.remedy)]));
    return [words.plain(`doctor.area.${area}`), table(rows), ...remedies, ''];
  });
  return blocks.join('\n').trimEnd();
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

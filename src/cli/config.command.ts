import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import type { ConfigOutput } from './output-schemas.ts';
import { painted } from './screen.ts';

/**
 * Reads the configuration, and connects to nothing. Exit codes: 0 it is one, 2 it is one and names what this shell does
 * not have, 64 the configuration is invalid.
 */
export async function checkConfig(context: CliContext): Promise<ExitCode> {
  const { words } = context;
  const { environments } = await context.config();
  const { path, missing } = await context.configured();
  const output: ConfigOutput = {
    path,
    environments: Object.keys(environments),
    missing: missing.map((one) => ({
      ...one,
      text: words.plain(`cli.config.missing.${one.kind}`, { setting: one.setting, name: one.name }),
    })),
  };
  const valid = words.plain('cli.config.valid', { path, environments: output.environments.join(', ') });
  context.out(
    context.output === 'json'
      ? JSON.stringify(output, null, 2)
      : [
          painted('good', valid),
          ...output.missing.map(({ text }) => `  ${painted('warn', words.plain('state.unknown'))}: ${text}`),
        ].join('\n'),
  );
  return missing.length === 0 ? exitCodes.ok : exitCodes.couldNotLook;
}

import { join } from 'node:path';
import { pagePath } from '../domain/bundle/manifest.ts';
import { type CheckedBundle, type CliContext, type ExitCode, exitCodes } from './context.ts';
import type { BundleOutput } from './output-schemas.ts';

/** Exit codes: 0 it is whole, 1 it is not, 2 it cannot be read. */
export async function verifyBundle(context: CliContext, path: string): Promise<ExitCode> {
  return told(context, path, await context.bundles.verify(path));
}

/** The same exit codes; what is not whole is not unpacked. */
export async function openBundle(
  context: CliContext,
  path: string,
  to: string | undefined,
): Promise<ExitCode> {
  const folder = to ?? path.replace(/(\.tar)?\.gz$|\.tgz$/, '');
  const opened = await context.bundles.open(path, folder === path ? `${path}.d` : folder);
  return told(context, path, opened, join(folder === path ? `${path}.d` : folder, pagePath));
}

function told(context: CliContext, path: string, checked: CheckedBundle, page?: string): ExitCode {
  const { words } = context;
  const { manifest, files, bytes, sha256, findings } = checked;
  const intact = findings.length === 0 && manifest !== undefined;
  const output: BundleOutput = {
    ...{ path, intact, sha256, files, bytes },
    findings: findings.map(({ fault, path: entry }) => ({
      ...{ fault, path: entry ?? null },
      text: words.plain(`bundle.fault.${fault}`, { path: entry ?? path }),
    })),
    page: intact ? (page ?? null) : null,
    manifest: manifest ?? null,
  };
  const said = intact
    ? [
        words.plain('cli.bundle.intact', {
          ...{ path, files, sha256 },
          environment: manifest.environment,
          time: manifest.endedAt,
        }),
        ...(page === undefined ? [] : [words.plain('cli.bundle.opened', { page })]),
      ]
    : [words.plain('cli.bundle.broken', { path }), ...output.findings.map(({ text }) => `  ${text}`)];
  context.out(context.output === 'json' ? JSON.stringify(output, null, 2) : said.join('\n'));
  return intact ? exitCodes.ok : exitCodes.findings;
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** What npm prints; it runs no script of a package. Whoever was started by npm itself is told of another folder. */
export async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { npm_config_local_prefix: _other, ...env } = process.env;
  const { stdout } = await exec('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], {
    ...{ cwd, env },
    maxBuffer: 256 * 1024 * 1024,
    timeout: 600_000,
  });
  return stdout;
}

/** Lines of a guide, as somebody pastes them: one shell, in a folder of its own, with the programs that a test names. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every line of the page's blocks of shell, in order. */
export function linesOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
}

/**
 * How this machine reaches registries: an empty home has another `.npmrc`, and without these a line that fetches
 * something waits for ever.
 */
function network(): Readonly<Record<string, string>> {
  const names =
    /^(node_extra_ca_certs|ssl_cert_(file|dir)|(https?|no|all)_proxy|npm_config_(registry|userconfig|cafile|(https_|no)?proxy))$/i;
  const npmrc = join(homedir(), '.npmrc');
  return {
    ...(existsSync(npmrc) ? { npm_config_userconfig: npmrc } : {}),
    ...Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        names.test(name) && value !== undefined ? [[name, value]] : [],
      ),
    ),
  };
}

export interface Pasted {
  readonly line: string;
  readonly code: number;
  readonly output: string;
}

/**
 * Runs the lines in one shell and gives the outcome of each. `programs`: a name on the PATH and the script behind it.
 * The folder has `deploy` and `manifest.yml` as a checkout has.
 */
export async function paste(
  lines: readonly string[],
  folder: string,
  programs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  seconds = 200,
): Promise<readonly Pasted[]> {
  const bin = join(folder, 'bin');
  const checkout = join(folder, 'checkout');
  for (const path of [bin, checkout]) mkdirSync(path, { recursive: true });
  for (const name of ['deploy', 'manifest.yml'])
    if (!existsSync(join(checkout, name))) symlinkSync(join(root, name), join(checkout, name));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  // No line may read what the shell has still to read.
  const script = lines.map((line) => `{ ${line}\n} < /dev/null 2>&1; printf '\\036%s\\036' "$?"`).join('\n');
  const output = await new Promise<string>((resolve, reject) => {
    const shell = spawn('bash', ['-c', script], {
      cwd: checkout,
      env: {
        ...network(),
        ...{ HOME: folder, PATH: `${bin}:${process.env.PATH ?? ''}`, LANG: 'C.UTF-8' },
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let text = '';
    // With all that it has started: what is left would hold its output open.
    const late = setTimeout(() => {
      if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
    }, seconds * 1000);
    shell.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    shell.on('error', reject).on('close', () => {
      clearTimeout(late);
      resolve(text);
    });
  });
  const parts = output.split('\u001e');
  return lines.map((line, index) => ({
    ...{ line, code: Number(parts[2 * index + 1] ?? -1) },
    output: parts[2 * index] ?? '',
  }));
}

/** `aetherius` from the source, with arguments behind its own. */
export const aetheriusScript = (more = ''): string =>
  `exec "${process.execPath}" --import "${import.meta.resolve('tsx')}" "${join(root, 'src/cli/main.ts')}" "$@"${more}`;

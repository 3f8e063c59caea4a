/** A program beside ours, in a process of its own. */
import { execFile } from 'node:child_process';

export interface TimedCommand {
  readonly ms: number;
  /** Of the processor, whatever else runs on the machine. */
  readonly coreSeconds: number;
  /** The most that was ever resident. */
  readonly megabytes: number;
}

/**
 * Runs a command to its end, however it ends; GNU time tells its largest resident size. `home`: where it finds nothing of
 * the user's. Rejects when it could not be started or takes longer than a quarter of an hour.
 */
export function timedCommand(
  program: string,
  args: readonly string[],
  { home, env = {} }: { readonly home: string; readonly env?: Readonly<Record<string, string>> },
): Promise<TimedCommand> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = execFile(
      '/usr/bin/time',
      ['-f', 'kilobytes %M user %U system %S', program, ...args],
      {
        env: { PATH: process.env.PATH, HOME: home, ...env },
        ...{ cwd: home, maxBuffer: 1024 ** 3, timeout: 900_000 },
      },
      (error, _out, err) => {
        const ms = performance.now() - begun;
        const [told, kilobytes, user, system] =
          /kilobytes (\d+) user ([\d.]+) system ([\d.]+)/.exec(err) ?? [];
        if (told === undefined) reject(error ?? new Error(err.slice(-500)));
        else
          resolve({
            ...{ ms, coreSeconds: Number(user) + Number(system) },
            megabytes: Number(kilobytes) / 1024,
          });
      },
    );
    child.stdin?.end();
  });
}

/** What the product is installed with, as the lock file has it. */

export interface Locked {
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * The lock file without what only development needs, and without our own packages, which the build carries with it: with
 * it, everybody gets the packages that were tried.
 */
export function shrinkwrapOf<T extends Locked>(lock: T): T {
  const packages = Object.entries(lock.packages).filter(
    ([path, one]) => one.dev !== true && one.link !== true && !path.startsWith('packages/'),
  );
  return {
    ...lock,
    packages: Object.fromEntries(
      packages.map(([path, { devDependencies: _dev, workspaces: _own, ...rest }]) => [path, rest] as const),
    ),
  };
}

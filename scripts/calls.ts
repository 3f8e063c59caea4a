/** The calls that run some tests: projects of Vitest, or files and folders. */

export interface Call {
  /** Names its time. */
  readonly name: string;
  readonly command: readonly string[];
}

const vitest = ['npx', 'vitest', 'run'];

/**
 * A word with a slash or a dot is a file or folder, any other a project of Vitest. Paths of one folder of `test` are one
 * call: Vitest takes no files of projects together that have different numbers of workers.
 */
export function callsOf(suites: readonly string[]): readonly Call[] {
  const projects = suites.filter((word) => !isPath(word));
  const folders = new Set(suites.filter(isPath).map(folderOf));
  return [
    ...projects.map((name) => ({ name, command: [...vitest, '--project', name] })),
    ...[...folders].map((folder) => {
      const paths = suites.filter((word) => isPath(word) && folderOf(word) === folder);
      return { name: paths.join(' '), command: [...vitest, ...paths] };
    }),
  ];
}

const isPath = (word: string): boolean => /[/.]/.test(word);

const folderOf = (path: string): string => path.split('/').slice(0, 2).join('/');

import { describe, expect, it } from 'vitest';
import { read, repositoryFiles } from './files.ts';

/** Files that name every repository at once, by the type of the whole store or of its transaction. */
function takingAll(files: readonly (readonly [path: string, text: string])[]): readonly string[] {
  const whole =
    /import type \{[^}]*\b(?:Store|Tx|PostgresStore)\b[^}]*\} from '[^']*\/store(?:\/store)?\.ts'/;
  const every = /\b(?:StoreOf|TxOf|RunLease|RunHandler)<\s*Repository\s*>/;
  return files.filter(([, text]) => whole.test(text) || every.test(text)).map(([path]) => path);
}

describe('the repositories of a service', () => {
  const files = repositoryFiles(/^src\/(services|jobs|handlers)\/.*\.ts$/).map(
    (path) => [path, read(path)] as const,
  );

  it('are named in its types: none takes the whole store', () => {
    expect(files.filter(([, text]) => text.includes('StoreOf<')).length).toBeGreaterThan(10);
    expect(takingAll(files)).toEqual([]);
  });

  it.each([
    "import type { Store } from '../../domain/ports/store.ts';",
    "import type { StoreOf, Tx } from '../../domain/ports/store.ts';",
    'export function createA(deps: { readonly store: StoreOf<Repository> }): A;',
    'const handler: RunHandler<Repository> = { handle };',
  ])('are seen when there are too many: %s', (line) => {
    expect(takingAll([['src/services/a.service.ts', `${line}\n`]])).toEqual(['src/services/a.service.ts']);
  });
});

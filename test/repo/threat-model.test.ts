import { describe, expect, it } from 'vitest';
import { read, repositoryFiles } from './files.ts';

/** Every attack of docs/threat-model.md names the tests that show what stops it, and they exist. */
const model = read('docs/threat-model.md');
const tests = new Set(
  repositoryFiles(/^test\/.*\.test\.ts$/).map((path) => path.replace(/^test\/|\.test\.ts$/g, '')),
);
const section = model.split('\n## ').find((one) => one.startsWith('Attacks')) ?? '';
const attacks = section
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the threat model', () => {
  it.each(attacks.map((cells) => [cells[1], cells[3] ?? '']))('%s: its tests exist', (_attack, cell) => {
    // A reliability page stands beside its test.
    const named = [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !tests.has(path))).toEqual([]);
  });

  it('has the attacks', () => {
    expect(attacks.length).toBeGreaterThan(20);
  });
});

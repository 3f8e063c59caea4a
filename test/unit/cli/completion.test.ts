import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completionCommand, shells } from '../../../src/cli/completion.command.ts';
import type { CliContext } from '../../../src/cli/context.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { unmarked } from '../../../src/cli/screen.ts';
import { wordsIn } from '../../../src/text/words.ts';

const nothing = (): Promise<void> => Promise.resolve();
const program = createProgram(wordsIn('en'), '1', { here: nothing, asPerson: nothing });

async function script(shell: (typeof shells)[number]): Promise<string> {
  const out: string[] = [];
  const context = {
    output: 'text',
    out: (text: string) => void out.push(unmarked(text)),
    offered: () =>
      Promise.resolve({ symptoms: ['D3', 'S4'], fixes: [{ id: 'redis.delete-keys', takes: '' }] }),
  } as unknown as CliContext;
  await completionCommand(context, program, shell);
  return out.join('\n');
}

/** What bash itself offers behind these words. */
async function offered(line: string): Promise<readonly string[]> {
  const words = line.split(' ');
  const ask = `${await script('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_aetherius; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', ask], { encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '');
}

describe('the completion of a shell', () => {
  it.each([
    ['aetherius dia', ['diagnose']],
    ['aetherius diagnose D', ['D3']],
    ['aetherius fix redis.', ['redis.delete-keys']],
    ['aetherius fixes st', ['status', 'stop']],
    ['aetherius --output json fixes st', ['status', 'stop']],
    ['aetherius health --wa', ['--watch']],
    ['aetherius moon ', expect.arrayContaining(['health', 'symptoms'])],
  ])('offers in bash behind “%s”', async (line, expected) => {
    expect(await offered(line)).toEqual(expected);
  });

  it('knows every command in each shell', async () => {
    for (const shell of shells) {
      const made = await script(shell);
      for (const command of program.commands) expect(made).toContain(` ${command.name()}`);
    }
  });
});

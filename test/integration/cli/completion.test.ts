/** What zsh and fish themselves offer with the scripts of `aetherius completion`; bash is asked by the unit test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { must } from '../../../lab/components/process.ts';
import { missing, type Shell, shellProgram } from '../../../lab/components/shells.ts';
import { aetherius } from '../../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function script(shell: Shell): Promise<string> {
  const { out } = await aetherius(['completion', shell]);
  const file = join(folder, `aetherius.${shell}`);
  writeFileSync(file, out);
  return file;
}

const left = (shell: Shell) => {
  const why = missing(shell);
  return why === undefined ? shell : `${shell} (left out: ${why})`;
};

describe.skipIf(missing('fish') !== undefined)(left('fish'), () => {
  it('offers what may stand next', async () => {
    const { command, env } = await shellProgram('fish');
    const source = await script('fish');
    const lines = [
      'aetherius dia',
      'aetherius diagnose D3',
      'aetherius fix redis.set-e',
      'aetherius fixes st',
      'aetherius --output json fixes st',
      'aetherius health --wa',
      'aetherius config ',
      'aetherius completion ',
    ];
    const asked = lines.map((line) => `complete -C '${line}'; echo ==`).join('\n');
    const home = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    const stdout = await must(command, ['--no-config', '-c', `source ${source}\n${asked}`], {
      env: { ...env, ...home },
    });
    const offered = stdout.split('==\n').map((one) => one.split('\n').filter((word) => word !== ''));

    expect(offered.slice(0, -1)).toEqual([
      ['diagnose'],
      ['D3'],
      ['redis.set-eviction-policy'],
      ['status', 'stop'],
      ['status', 'stop'],
      ['--watch'],
      expect.arrayContaining(['check']),
      expect.arrayContaining(['bash', 'zsh', 'fish']),
    ]);
    // After a command only what belongs to it.
    expect(offered[6]).not.toContain('diagnose');
  });
});

/** A terminal in which somebody types each line, a tab, and a key that prints what then stands there. */
const typing = (lines: readonly string[]) => `
zmodload zsh/zpty
zpty -b shell "$ASKED" -i
read_until() { zpty -r -m shell said "*$1*" || exit 9 }
read_until ready
${lines
  .map(
    (line) => `zpty -w -n shell ${JSON.stringify(line)}$'\\t\\C-x'
read_until '>>'
print -r -- "\${\${said##*<<}%%>>*}"`,
  )
  .join('\n')}
zpty -d shell
`;

describe.skipIf(missing('zsh') !== undefined)(left('zsh'), () => {
  it('completes what is typed', async () => {
    const { command, env, tree } = await shellProgram('zsh');
    const source = await script('zsh');
    // Unpacked, it finds its own parts only where it is told.
    const parts =
      tree === undefined
        ? ''
        : `module_path=(${tree}/usr/lib/*/zsh/*(/))
fpath=(${tree}/usr/share/zsh/functions ${tree}/usr/share/zsh/functions/**/*(/N))
`;
    writeFileSync(join(folder, '.zshenv'), parts);
    writeFileSync(
      join(folder, '.zshrc'),
      `PS1=''; unsetopt prompt_sp prompt_cr beep
source ${source}
zle-line-init() { [[ -n $said ]] || print -r -- ready; said=1 }
zle -N zle-line-init
show() { print -r -- "<<$BUFFER>>"; BUFFER= }
zle -N show; bindkey '^X' show
`,
    );
    const lines = [
      'aetherius dia',
      'aetherius diagnose D3',
      'aetherius fix redis.set-e',
      'aetherius fixes sto',
      'aetherius --output json fixes sta',
      'aetherius health --wa',
      'aetherius config ch',
    ];
    const stdout = await must(command, ['-c', typing(lines)], {
      env: { ...env, HOME: folder, ZDOTDIR: folder, TERM: 'dumb', ASKED: command },
      seconds: 50,
    });

    expect(stdout.split('\n').map((line) => line.trim())).toEqual([
      'aetherius diagnose',
      'aetherius diagnose D3',
      'aetherius fix redis.set-eviction-policy',
      'aetherius fixes stop',
      'aetherius --output json fixes status',
      'aetherius health --watch',
      'aetherius config check',
      '',
    ]);
  });
});

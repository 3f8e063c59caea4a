import type { Command } from 'commander';
import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import type { CompletionOutput } from './output-schemas.ts';
import { verbatim } from './screen.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type ShellName = (typeof shells)[number];

/** What may stand next behind these words. */
interface Place {
  /** `aetherius`, `aetherius fixes`. */
  readonly behind: string;
  readonly words: readonly string[];
}

/** A script for the shell's own completion, made of the tree of commands; of the arguments only what the product itself knows. */
export async function completionCommand(
  context: CliContext,
  program: Command,
  shell: ShellName,
): Promise<ExitCode> {
  const { symptoms, fixes } = await context.offered();
  const known: Readonly<Record<string, readonly string[]>> = {
    diagnose: symptoms,
    fix: fixes.map(({ id }) => id),
    completion: shells,
  };
  const places = placesOf(program, [program.name()], known);
  const script = scripts[shell](program.name(), places);
  const output: CompletionOutput = { shell, script };
  context.out(context.output === 'json' ? JSON.stringify(output, null, 2) : verbatim(script));
  return exitCodes.ok;
}

function placesOf(
  command: Command,
  path: readonly string[],
  known: Readonly<Record<string, readonly string[]>>,
): readonly Place[] {
  const words = [
    ...command.commands.map((one) => one.name()),
    ...(known[command.name()] ?? []),
    ...command.options.flatMap(({ long }) => long ?? []),
    '--help',
  ];
  return [
    { behind: path.join(' '), words },
    ...command.commands.flatMap((one) => placesOf(one, [...path, one.name()], known)),
  ];
}

/** Every name here is ours: letters, digits, dots and dashes, so that nothing has to be quoted. */
const cases = (places: readonly Place[]): string =>
  places.map(({ behind, words }) => `    '${behind}') words='${words.join(' ')}' ;;`).join('\n');

/** The places in one word, to look one up in: in bash and zsh alike. */
const listed = (places: readonly Place[]): string => places.map(({ behind }) => `|${behind}|`).join(' ');

/** In each shell the words before the cursor are followed as far as they are commands. */
const bash = (name: string, places: readonly Place[]): string => `_${name}() {
  local at="${name}" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${listed(places)} " in
      *" |$at $word| "*) at="$at $word" ;;
    esac
  done
  case "$at" in
${cases(places)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _${name} ${name}
`;

const zsh = (
  name: string,
  places: readonly Place[],
): string => `(( $+functions[compdef] )) || { autoload -U compinit && compinit; }
_${name}() {
  local at="${name}" word
  local -a offered
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case " ${listed(places)} " in
      *" |$at $word| "*) at="$at $word" ;;
    esac
  done
  case "$at" in
${places.map(({ behind, words }) => `    '${behind}') offered=(${words.join(' ')}) ;;`).join('\n')}
  esac
  compadd -- $offered
}
compdef _${name} ${name}
`;

const fish = (name: string, places: readonly Place[]): string => `function __${name}_offered
  set -l at ${name}
  for word in (commandline -opc)[2..]
    if contains -- "$at $word" ${places.map(({ behind }) => `'${behind}'`).join(' ')}
      set at "$at $word"
    end
  end
  switch $at
${places.map(({ behind, words }) => `    case '${behind}'\n      printf '%s\\n' ${words.join(' ')}`).join('\n')}
  end
end
complete -c ${name} -f -a '(__${name}_offered)'
`;

const scripts: Readonly<Record<ShellName, (name: string, places: readonly Place[]) => string>> = {
  bash,
  zsh,
  fish,
};

/** Answers the script of network questions as a shell would that has these programs. */

export interface SaidByProgram {
  readonly code: number;
  readonly text?: string;
}

const word = /'((?:[^']|'\\'')*)'/g;

/** What the script prints when each of its commands ends like this; undefined: that one says nothing. */
export function answerScript(
  script: string,
  answer: (command: readonly string[]) => SaidByProgram | undefined,
): string {
  const id = /id=([0-9a-f]+)/.exec(script)?.[1] ?? '';
  return [...script.matchAll(/^ask (\d+) [01] \d+ (.*) &$/gm)]
    .map(([, at, words = '']) => {
      const command = [...words.matchAll(word)].map(([, one = '']) => one.replaceAll(`'\\''`, `'`));
      const said = answer(command);
      return said === undefined ? '' : `@${id} ${at} ${said.code}\n${said.text ?? ''}\n@.\n`;
    })
    .join('');
}

/** The text that a command of `sh -c` is. */
export const scriptOf = (command: readonly string[]): string => command[2] ?? '';

/** Why the playground cannot run, in one sentence for the terminal, and the exit code that goes with it. */
export class PlaygroundFault extends Error {
  /** 64 (EX_USAGE of sysexits.h): the command was typed wrongly; 1: something on this machine is missing. */
  readonly exit: 1 | 64;

  constructor(sentence: string, exit: 1 | 64) {
    super(sentence);
    this.name = 'PlaygroundFault';
    this.exit = exit;
  }
}

/** The first line of an error: what a sentence has room for. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? 'no reason given'
  );
}

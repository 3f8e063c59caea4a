/** Commands whose own `-o` is the file that they write; everywhere else it is the form of the answer, as for kubectl. */
const writing: readonly (readonly string[])[] = [['collect'], ['audit', 'export']];

/** Behind these words `-o` names a file. */
function endOfWriting(argv: readonly string[]): number | undefined {
  for (const names of writing) {
    const found = names.map((name, index) =>
      argv.indexOf(name, index === 0 ? 0 : argv.indexOf(names[0] ?? '')),
    );
    if (found.every((at) => at >= 0)) return Math.max(...found);
  }
  return undefined;
}

/** The same arguments, in which `-o` can only be the form of the answer. */
export function plainArguments(argv: readonly string[]): readonly string[] {
  const from = endOfWriting(argv);
  if (from === undefined) return argv;
  const options = argv.indexOf('--');
  const until = options === -1 ? argv.length : options;
  return argv.map((word, at) => {
    if (at <= from || at >= until || !word.startsWith('-o')) return word;
    return word === '-o' ? '--out' : `--out=${word.slice(2).replace(/^=/, '')}`;
  });
}

/** Whether JSON is asked for, also by arguments with which something is wrong. */
export function wantsJson(argv: readonly string[]): boolean {
  const words = plainArguments(argv);
  return words.some(
    (word, at) =>
      word === '--output=json' ||
      word === '-ojson' ||
      word === '-o=json' ||
      ((word === '--output' || word === '-o') && words[at + 1] === 'json'),
  );
}

/** Known before the arguments are parsed, because `--help` is in it too. */
export function languageOption(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((argument) => argument === '--lang' || argument.startsWith('--lang='));
  return at === -1 ? undefined : (argv[at]?.split('=')[1] ?? argv[at + 1]);
}

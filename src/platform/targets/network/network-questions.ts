import { randomBytes } from 'node:crypto';
import { TargetError } from '../../../domain/kernel/errors.ts';
import type { ExecAnswer, NetworkOption } from '../../../domain/probe/targets/runtime.ts';

/** A command that asks the network, with the seconds after which it is ended. */
export interface NetworkQuestion {
  readonly command: readonly string[];
  readonly seconds: number;
  readonly network: NetworkOption;
}

/** Of what one command says when it fails; a Pod says 4 KB at its container's end, and less where it has had many. */
const MOST_BYTES = 640;
const SECOND_TRY_SECONDS = 2;
/** SIGTERM of the time limit. */
const ENDED = 143;
const NO_PROGRAM = 127;

/**
 * The shell's side. Programs are looked up in the PATH by hand, for a shell that is busybox would take its own applet of
 * that name. Nothing is written to a file: the root may be read-only. What holds the output open is waited for, so
 * that the watchdog must not.
 */
const shell = `
at() { case "$1" in */*) [ -x "$1" ] && echo "$1"; return;; esac
  IFS=:; for d in $PATH /usr/local/bin; do [ -f "$d/$1" ] && [ -x "$d/$1" ] && echo "$d/$1" && return; done; }
once() { s=$1; shift; p=$(at "$1"); [ -n "$p" ] || { echo "$1: executable file not found"; return ${NO_PROGRAM}; }
  shift; "$p" "$@" 2>&1 & c=$!
  ( trap 'kill $z; exit' TERM; sleep $s & z=$!; wait $z; kill $c ) >/dev/null 2>&1 & g=$!
  wait $c; r=$?; kill $g 2>/dev/null; return $r; }
ask() { n=$1 again=$2; shift 2; t=$(once "$@"); r=$?; k=
  if [ $r -ne 0 ] && [ $again = 1 ]; then case "$t" in *[Cc]onnection\\ refused*)
    sleep ${SECOND_TRY_SECONDS}; k=+; t=$(once "$@"); r=$?;; esac; fi
  [ $r -ne 0 ] || t=
  printf '@%s %s %s%s\\n%s\\n@.\\n' "$id" "$n" "$r" "$k" "$(printf %s "$t" | head -c ${MOST_BYTES})"; }
`;

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

export interface NetworkScript {
  readonly text: string;
  /** Seconds after which it has certainly ended. */
  readonly seconds: number;
  /** The answers in what it printed, by the order of the questions; `undefined` for one that is not in it. */
  answers(printed: string): readonly (ExecAnswer | TargetError | undefined)[];
}

/** One shell script that asks some questions of the network at once and says how each of them ended, and what those that failed printed. */
export function networkScript(questions: readonly NetworkQuestion[]): NetworkScript {
  // The program that answers a question must not be able to answer another one.
  const id = randomBytes(6).toString('hex');
  const again = ({ network }: NetworkQuestion) => (network === 'again-if-refused' ? 1 : 0);
  const asks = questions.map(
    (question, at) =>
      `ask ${at} ${again(question)} ${question.seconds} ${question.command.map(quoted).join(' ')} &`,
  );
  return {
    text: `id=${id}${shell}${asks.join('\n')}\nwait\n`,
    seconds: Math.max(
      ...questions.map((question) => question.seconds * (1 + again(question)) + SECOND_TRY_SECONDS),
    ),
    answers(printed) {
      const said = new RegExp(`^@${id} (\\d+) (\\d+)(\\+?)\\n([\\s\\S]*?)\\n@\\.$`, 'gm');
      const answers = new Map([...printed.matchAll(said)].map((match) => [Number(match[1]), match]));
      return questions.map(({ seconds, command }, at) => {
        const [, , code = '', repeated = '', text = ''] = answers.get(at) ?? [];
        if (code === '') return undefined;
        if (Number(code) === ENDED)
          return new TargetError('no-answer', 'a command in the container did not end', {
            facts: { limit: 'in-container', seconds, program: command[0] ?? '' },
          });
        return {
          code: Number(code),
          stdout: '',
          stderr: text,
          ...(repeated === '' ? {} : { repeated: true }),
        };
      });
    },
  };
}

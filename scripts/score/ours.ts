/** Our own answer, as the command line gives it: to plain words, or to what it offers first for them. */

import { exitCodes } from '../../src/cli/context.ts';
import type { DiagnoseOutput, ErrorOutput, HealthOutput } from '../../src/cli/output-schemas.ts';
import type { Shell } from '../campaign/shell.ts';
import type { Said } from './judge.ts';

/** What was said with certainty, and how long that took. */
export interface Answer {
  readonly said: readonly Said[];
  /** What was typed in the end. */
  readonly asked: string;
  readonly seconds: number;
  /** Findings that are more than a word for information and that no cause explains. */
  readonly besides: readonly string[];
}

type Body = DiagnoseOutput | ErrorOutput;

/** Asks for a cause in the words of a person who does not know it. */
export async function askOurs(shell: Shell, words: string): Promise<Answer> {
  let asked = words;
  let answer = await shell.ask<Body>('diagnose', ...asked.split(' '));
  let { seconds } = answer;
  const offered = 'error' in answer.body ? answer.body.error.choices?.[0] : undefined;
  if (offered !== undefined) {
    asked = offered.typed;
    answer = await shell.ask<Body>('diagnose', ...asked.split(' '));
    seconds += answer.seconds;
  }
  const { body } = answer;
  if ('error' in body) {
    // Nothing fits the words: nothing is said.
    if (answer.exit === exitCodes.usage) return { said: [], besides: [], asked, seconds };
    throw new Error(`"${asked}": ${body.error.text}`);
  }
  const confirmed = body.diagnoses
    .flatMap(({ causes }) => causes)
    .filter(({ verdict }) => verdict === 'confirmed');
  return {
    said: confirmed.map((cause) => ({
      parts: [...new Set(cause.for.map(({ part }) => part))],
      cause: cause.id,
      // Without a line to copy it is not offered here.
      remedies: cause.remedies.flatMap(({ remediation, commands }) =>
        commands.length === 0 ? [] : (remediation ?? []),
      ),
    })),
    besides: body.unexplained.filter(({ severity }) => severity !== 'info').map(({ code }) => code),
    ...{ asked, seconds },
  };
}

/** What the health table says of the parts that is more than a word for information. */
export async function unwell(shell: Shell): Promise<readonly string[]> {
  const { body } = await shell.ask<HealthOutput>('health');
  return body.parts
    .filter(({ state, findings }) =>
      state === 'up' || state === 'not-configured'
        ? findings.some(({ severity }) => severity !== 'info')
        : true,
    )
    .map(({ part, state, findings }) =>
      `${part} ${state} ${findings.map(({ code }) => code).join(' ')}`.trim(),
    );
}

import { changesOf } from '../../domain/diagnosis/changes.ts';
import { isHealthReport } from '../../domain/health/health.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import { type Finding, findingKey } from '../../domain/probe/finding.ts';
import type { RunWithOutcomes } from '../../domain/run/run.ts';
import { markup } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { plainAnswer } from './answers.view.ts';
import { type AskedCauses, causeLines, confirmedIn } from './details.view.ts';
import { findingSentence } from './phrases.ts';

/** Lines of one answer. */
const mostLines = 12;

/** Why: each cause with its verdict, and under a confirmed one what speaks for it. */
export function whyAnswer(run: RunWithOutcomes, words: Words): Rendered {
  const causes = causeLines(run.summary, run.outcomes, words);
  if (causes.length === 0) return plainAnswer(words.say('follow.why.none'), words);
  const seen = spoken(run).map((finding) => `   ${findingSentence(finding, words)}`);
  const lines = [...seen, ...causes.map(escapeMrkdwn)].slice(0, mostLines);
  return plainAnswer([words.say('follow.why'), ...lines].join('\n'), words);
}

/** Why not: what was found out about the causes that somebody asks after; undefined when the run judged no such cause. */
export function whyNotAnswer(run: RunWithOutcomes, asked: AskedCauses, words: Words): Rendered | undefined {
  const causes = causeLines(run.summary, run.outcomes, words, asked);
  if (causes.length === 0) return undefined;
  const shown = causes.slice(0, mostLines);
  const more = causes.length - shown.length;
  const lines = [...shown.map(escapeMrkdwn), ...(more > 0 ? [words.say('follow.why-not.more')] : [])];
  return plainAnswer([words.say('follow.why-not'), ...lines].join('\n'), words);
}

/** Since when: what the answer named, the earliest first. */
export function sinceAnswer(run: RunWithOutcomes, words: Words): Rendered {
  const dated = spoken(run)
    .flatMap((finding) => (finding.since === undefined ? [] : [{ finding, since: finding.since }]))
    .toSorted((a, b) => a.since.localeCompare(b.since))
    .slice(0, mostLines);
  if (dated.length === 0) return plainAnswer(words.say('follow.since.none'), words);
  const lines = dated.map(({ finding, since }) =>
    words.say('diagnose.change', { since, text: markup(findingSentence(finding, words)) }),
  );
  return plainAnswer([words.say('follow.since'), ...lines].join('\n'), words);
}

/** What changed shortly before, as far as the run looked. */
export function changedAnswer(run: RunWithOutcomes, words: Words): Rendered {
  const changes = changesOf(run.outcomes).slice(0, mostLines);
  if (changes.length === 0) return plainAnswer(words.say('follow.changed.none'), words);
  const lines = changes.map((change) =>
    words.say('diagnose.change', {
      since: change.since ?? '',
      text: markup(findingSentence(change, words)),
    }),
  );
  return plainAnswer([words.say('diagnose.changes'), ...lines].join('\n'), words);
}

/** Findings that the answer rests on: those of confirmed causes, or of the parts that are ill. */
function spoken({ summary, outcomes }: RunWithOutcomes): readonly Finding[] {
  if (isHealthReport(summary))
    return summary.rows.filter(({ state }) => state !== 'up').flatMap(({ findings }) => findings);
  const keys = new Set(confirmedIn(summary));
  const findings = outcomes.flatMap((outcome) => outcome.findings).filter((one) => keys.has(findingKey(one)));
  return [...new Map(findings.map((finding) => [findingKey(finding), finding])).values()];
}

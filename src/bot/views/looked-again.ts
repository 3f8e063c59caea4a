import { type LookedAgain, lookedAgain, type Measure, unwellIn } from '../../domain/fix/looked-again.ts';
import type { RemediationRow } from '../../domain/fix/rows.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { markup } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { factList, findingSentence, sentencesOf } from './phrases.ts';

/** What a fix that has succeeded was seen to have done, beside that its own checks are well (mrkdwn); empty: nothing. */
export function againLines(row: RemediationRow, words: Words): readonly string[] {
  const looked = row.undoOf === undefined ? lookedAgain(row.outcome) : undefined;
  return looked === undefined ? [] : comparedLines(looked, words);
}

/** What was measured when a fix that had worked was looked at within the hour after it (mrkdwn). */
export function cameBackLines(facts: Facts, words: Words): readonly string[] {
  const looked = lookedAgain(facts);
  const unwell = measuresText(unwellIn(facts), words);
  return [
    ...(looked === undefined ? [] : comparedLines(looked, words)),
    ...(unwell === undefined ? [] : [words.say('again.after', { seen: markup(unwell) })]),
  ];
}

function comparedLines(looked: LookedAgain, words: Words): readonly string[] {
  const { due } = looked;
  if (due !== undefined) return [words.lookup(`due.${due.key}`, due.facts) ?? escapeMrkdwn(due.key)];
  // Where nothing had been found, nothing is said to be found no more.
  const told = looked.again === 'measured' ? 'again.facts' : 'again.nothing.facts';
  const [before, after] = [measuresText(looked.before, words, told), measuresText(looked.after, words, told)];
  return [
    ...(before === undefined
      ? unmeasured(looked, words)
      : [words.say('again.before', { seen: markup(before) })]),
    ...(after === undefined ? [] : [words.say('again.after', { seen: markup(after) })]),
  ];
}

const unmeasured = ({ again }: LookedAgain, words: Words): readonly string[] =>
  again === 'measured' ? [words.say('again.not-before')] : [];

/** Why a fix did not work: which checks were not well, and the target's own words (mrkdwn). */
export function failureLines(row: RemediationRow, words: Words): readonly string[] {
  const { outcome = {} } = row;
  const unwell = measuresText(unwellIn(outcome), words);
  const { said, why } = outcome;
  const stage = typeof why === 'string' ? words.lookup(`cause.${why}`, { detail: '' }) : undefined;
  return [
    ...(unwell === undefined ? [] : [words.say('failed.unwell', { seen: markup(unwell) })]),
    ...(typeof said === 'string'
      ? [words.say('failed.said', { said: said.replaceAll('`', "'") })]
      : stage === undefined
        ? []
        : [words.say('failed.why', { why: markup(stage) })]),
  ];
}

type Told = 'again.facts' | 'again.nothing.facts';

/** Several looks in one line; undefined when there is no look. */
function measuresText(
  measures: readonly Measure[],
  words: Words,
  told: Told = 'again.nothing.facts',
): string | undefined {
  return measures.length === 0
    ? undefined
    : sentencesOf(
        measures.map((measure) => measureText(measure, words, told)),
        words,
      );
}

function measureText({ key, status, facts, findings, why, said }: Measure, words: Words, told: Told): string {
  if (findings.length > 0)
    return sentencesOf(
      findings.map((finding) => findingSentence(finding, words).replace(/[.。]$/, '')),
      words,
    );
  const [probe = key] = key.split('(');
  const look = words.lookupPlain(`probe.${probe}`) ?? key;
  if (status === 'healthy' || status === 'unhealthy') {
    const numbers = factList(facts);
    return numbers === '' ? words.say('again.nothing', { look }) : words.say(told, { look, facts: numbers });
  }
  const reason = words.lookup(`cause.${why}`, { ...facts, detail: said ?? '' }) ?? said;
  return reason === undefined
    ? words.say('again.unseen', { look })
    : words.say('again.unseen.why', { look, why: markup(reason) });
}

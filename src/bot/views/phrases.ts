import type { RemediationRow } from '../../domain/fix/rows.ts';
import type { PartState, UnseenLook } from '../../domain/health/health.ts';
import type { Facts, FactValue } from '../../domain/kernel/facts.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { Run } from '../../domain/run/run.ts';
import { markup, type Value } from '../../text/format.ts';
import { unseenOf } from '../../text/unseen.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';

/** Small pieces that several views say in the same way. */

const userId = /^[UW][A-Z0-9]{2,}$/;

/** A mention, made only from an id out of a verified payload (R-S8). */
export function who(person: Person | undefined, words: Words): string {
  if (person === undefined) return words.say('who.nobody');
  if (person.via === 'command-line')
    return `${words.say('who.command-line')} (${escapeMrkdwn(person.userId)})`;
  return userId.test(person.userId) ? `<@${person.userId}>` : escapeMrkdwn(person.userId);
}

/** Facts of a refusal by a switch, with its person as a mention. */
export function switchedBy(facts: Facts): Readonly<Record<string, Value>> {
  const { person } = facts;
  return typeof person === 'string' && userId.test(person)
    ? { ...facts, person: markup(`<@${person}>`) }
    : facts;
}

/** The same of a canonical person id, `<workspace>:<user>`. */
export function whoseId(personId: string): string {
  const id = personId.slice(personId.indexOf(':') + 1);
  return userId.test(id) ? `<@${id}>` : escapeMrkdwn(id);
}

/** Who has asked for a run, or what has. */
export function whoAsked(run: Pick<Run, 'source' | 'requestedBy'>, words: Words): string {
  if (run.requestedBy !== undefined) return who(run.requestedBy, words);
  if (run.source === 'digest') return words.say('who.digest');
  if (run.source === 'webhook') return words.say('who.webhook');
  return words.say('who.command-line');
}

/** Where, when, who and how long (mrkdwn). */
export function timeFooter(run: Run, words: Words): string {
  const { environment, finishedAt: ended } = run;
  const base = {
    environment,
    time: (ended ?? run.createdAt).toISOString(),
    who: markup(whoAsked(run, words)),
  };
  return ended === undefined
    ? words.say('health.footer', base)
    : words.say('health.footer.took', { ...base, took: ended.getTime() - run.createdAt.getTime() });
}

/** The last line of an answer: where, when, who, how long, and which run (mrkdwn). */
export function runFooter(run: Run, words: Words): string {
  return `${timeFooter(run, words)} · ${words.say('health.reference', { run: run.id.slice(-8) })}`;
}

export function partName(part: string, words: Words): string {
  return words.lookupPlain(`part.${part}`) ?? part;
}

export function listOf(items: readonly string[], words: Words): string {
  return items.join(words.language === 'zh-CN' ? '、' : ', ');
}

/** Whole sentences, which have commas of their own, in one line. */
export function sentencesOf(items: readonly string[], words: Words): string {
  return items.join(words.language === 'zh-CN' ? '；' : '; ');
}

/** What is wrong, in one sentence (mrkdwn). Unknown codes are shown with their facts rather than hidden. */
export function findingSentence(finding: Finding, words: Words): string {
  const facts = findingFacts(finding, words);
  const sentence =
    words.lookup(`finding.${finding.code}`, facts) ??
    words.say('finding.fallback', { code: finding.code, facts: factList(finding.facts) });
  // Of a cluster: which of its servers it is about.
  const { redisNode } = finding.facts;
  return redisNode === undefined
    ? sentence
    : words.say('finding.of-node', { sentence: markup(sentence), node: redisNode });
}

export function findingFacts(finding: Finding, words: Words): Facts {
  return { ...finding.facts, subject: finding.subject, part: partName(finding.part, words) };
}

export function factList(facts: Facts): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ');
}

type Titled = Pick<RemediationRow, 'actionId' | 'plan' | 'undoOf'>;

/** What a fix does, in words; an undo is called one. */
export function remediationTitle(row: Titled, words: Words): string {
  const title = words.lookup(`remediation.${row.actionId}`, row.plan.params) ?? escapeMrkdwn(row.actionId);
  return row.undoOf === undefined ? title : words.say('card.undo-title', { remediation: markup(title) });
}

export function remediationTitlePlain(row: Titled, words: Words): string {
  const title = words.lookupPlain(`remediation.${row.actionId}`, row.plan.params) ?? row.actionId;
  return row.undoOf === undefined ? title : words.plain('card.undo-title', { remediation: title });
}

const machineId = /^[0-9a-f]{16,}$/;

/** `redis/<40 digits>` is Redis to a person; `deployments/aetherius/agent-manager` stays as it is. */
export function targetName(row: Pick<RemediationRow, 'target' | 'plan'>, words: Words): string {
  const [, ...names] = row.target.split('/');
  if (!names.some((name) => machineId.test(name))) return row.target;
  return [partName(row.plan.part, words), ...names.filter((name) => !machineId.test(name))].join(' ');
}

/** A shape for each state and each severity: nobody has to tell two colours apart. */
export const stateEmoji: Readonly<Record<PartState, string>> = {
  down: ':octagonal_sign:',
  degraded: ':large_orange_diamond:',
  unknown: ':grey_question:',
  up: ':large_green_circle:',
  'not-configured': ':heavy_minus_sign:',
};
export const severityEmoji = {
  critical: ':octagonal_sign:',
  warning: ':warning:',
  info: ':information_source:',
} as const;

/** Mentions of people and usergroups that facts name by `askUsers` and `askGroups`; empty without any. */
export function mentions({ askUsers, askGroups }: Facts): string {
  const ids = (list: FactValue | undefined) =>
    typeof list === 'string' && list !== '' ? list.split(',') : [];
  return [...ids(askUsers).map((id) => `<@${id}>`), ...ids(askGroups).map((id) => `<!subteam^${id}>`)].join(
    ', ',
  );
}

/** Probes that could not check, by why: the sentence says what would be needed, once for all that it is true of. */
export function unseenText(missing: readonly UnseenLook[], words: Words): string {
  const groups = new Map<string, Map<string, string[]>>();
  for (const outcome of missing) {
    const { what, about, why } = unseenOf(outcome, words);
    const names = groups.get(why) ?? new Map<string, string[]>();
    groups.set(why, names);
    names.set(what, [...(names.get(what) ?? []), ...(about === undefined ? [] : [about])]);
  }
  return sentencesOf(
    [...groups].map(([why, names]) => {
      const looked = [...names].map(([what, about]) =>
        about.length === 0
          ? escapeMrkdwn(what)
          : words.say('diagnose.unseen-of', { what, about: listOf(about, words) }),
      );
      return words.say('diagnose.unseen-why', { what: markup(listOf(looked, words)), why });
    }),
    words,
  );
}

import type { KnownBlock } from '@slack/types';
import { type Right, rights } from '../../domain/access/access.ts';
import type { RecordState } from '../../domain/audit/record.ts';
import { personId } from '../../domain/fix/approval.ts';
import type { KillSwitch } from '../../domain/fix/kill-switch.ts';
import type { Tier } from '../../domain/fix/remediation.ts';
import type { FollowUp, RemediationRow } from '../../domain/fix/rows.ts';
import type { Person } from '../../domain/kernel/person.ts';
import { redactText } from '../../domain/kernel/redact.ts';
import { shortened } from '../../domain/kernel/text.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Run } from '../../domain/run/run.ts';
import { markup } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { context, cut, limits, section } from './blocks.ts';
import type { CommandFault } from './command-fault.ts';
import { fixLine, pendingLine, runLine } from './home.view.ts';
import { choiceBlocks, fixLabel, type Menu, menuBlocks, type Offered } from './menus.view.ts';
import { listOf, who } from './phrases.ts';
import { planBlocks } from './remediation.view.ts';
import { followUpLines, recordLines, switchLines } from './switches.ts';

/** Private answers to one person: short texts, and lists that fold. */
export function plainAnswer(text: string, words: Words): Rendered {
  return { text: cut(text, limits.messageText, words) };
}

/** Ten lines, by what somebody wants to do. */
const helpTasks = [
  'help.task.health',
  'help.task.diagnose',
  'help.task.logs',
  'help.task.fix',
  'help.task.decide',
  'help.task.stop',
  'help.task.mute',
  'help.task.after',
  'help.task.daily',
  'help.task.you',
  'help.task.words',
] as const;

export function helpAnswer(environments: readonly string[], words: Words): Rendered {
  const lines = helpTasks.map((key) => words.say(key));
  const named = words.say('help.environments', { environments: environments.join(', ') });
  return answer([words.say('help.title'), ...lines, named], words);
}

/** One verb, with all that may stand behind it. */
export function verbHelpAnswer(verb: string, words: Words): Rendered | undefined {
  // One line for both ways to decide.
  const line = words.lookup(`help.${verb === 'reject' ? 'approve' : verb}`);
  return line === undefined ? undefined : plainAnswer(line, words);
}

/** `menu`: what there is to choose from instead. */
export function faultAnswer(
  fault: CommandFault,
  words: Words,
  menu?: { readonly offered: Offered; readonly environment?: string },
): Rendered {
  const text = faultText(fault, words);
  if (fault.reason === 'several-symptoms')
    return {
      text: cut(text, limits.messageText, words),
      blocks: [section(text, words), ...choiceBlocks(fault.choices, words, menu?.environment)],
    };
  const kind = menuOf(fault);
  if (kind === undefined || menu === undefined) return plainAnswer(text, words);
  return {
    text: cut(text, limits.messageText, words),
    blocks: [section(text, words), ...menuBlocks(kind, menu.offered, words, menu.environment)],
  };
}

/** Characters of a request that are repeated to its author. */
const mostRepeated = 60;
const mostShown = 200;

function faultText(fault: CommandFault, words: Words): string {
  if (fault.reason === 'unknown-symptom') {
    const { text } = fault.facts;
    // What was pasted may hold what only the worker knows as a secret.
    return text.length > mostRepeated
      ? words.say('command.unknown-symptom.bare')
      : words.say('command.unknown-symptom', { text: redactText(text) });
  }
  // What was pasted is shortened, and is shown to its author alone.
  if (fault.reason === 'several-symptoms')
    return words.say('diagnose.choose', { text: redactText(shortened(fault.facts.text, mostShown)) });
  const near = fault.reason.startsWith('unknown-') && 'near' in fault.facts ? '.near' : '';
  if (fault.reason !== 'missing')
    return words.lookup(`command.${fault.reason}${near}`, fault.facts) ?? words.say('help.title');
  const { verb, what } = fault.facts;
  const needed = words.lookup(`command.what.${what}`) ?? escapeMrkdwn(what);
  return words.say('command.missing', { verb, what: markup(needed) });
}

function menuOf({ reason, facts }: CommandFault): Menu | undefined {
  if (reason === 'unknown-verb' || reason === 'unknown-symptom') return 'symptoms';
  if (reason === 'unknown-part') return 'parts';
  if (reason === 'unknown-fix') return 'fixes';
  if (reason !== 'missing') return undefined;
  const menus: Readonly<Record<string, Menu>> = { symptom: 'symptoms', part: 'parts', 'id of fix': 'fixes' };
  return menus[facts.what === 'id' ? `id of ${facts.verb}` : facts.what];
}

/** Lines of a list in one section; Slack shows long ones folded. */
const sectionLines = 15;

/** Everything that can be diagnosed. */
export function symptomsAnswer(offered: Offered, words: Words): Rendered {
  const lines = offered.symptoms.map((id) =>
    words.say('list.symptom', { id, title: symptomTitle(id, words) }),
  );
  return listed('list.symptoms', lines, menuBlocks('symptoms', offered, words), words);
}

const symptomTitle = (id: string, words: Words): string => words.lookupPlain(`diagnosis.${id}`) ?? id;

function listed(
  title: 'list.symptoms' | 'list.fixes',
  lines: readonly string[],
  menu: readonly KnownBlock[],
  words: Words,
): Rendered {
  const text = [words.say(title), ...lines];
  const pages = Array.from({ length: Math.ceil(text.length / sectionLines) }, (_one, at) =>
    text.slice(at * sectionLines, (at + 1) * sectionLines),
  );
  return {
    text: cut(text.join('\n'), limits.messageText, words),
    blocks: [...pages.map((page) => section(page.join('\n'), words)), ...menu],
  };
}

/** What somebody may do here. */
export interface Powers {
  readonly environments: readonly { readonly environment: string; readonly rights: readonly Right[] }[];
  /** Of which they may approve fixes of others. */
  readonly tiers: readonly Tier[];
}

export function whoamiAnswer(
  person: Person,
  barred: string | undefined,
  powers: Powers,
  words: Words,
): Rendered {
  const first = words.say('whoami.person', {
    who: markup(who(person, words)),
    team: person.teamId,
    person: personId(person),
  });
  return answer(
    [
      first,
      words.say('whoami.may'),
      ...rightLines(powers, words),
      decidingLine(barred, powers, words),
      words.say('whoami.language'),
    ],
    words,
  );
}

function rightLines({ environments }: Powers, words: Words): readonly string[] {
  const lines = rights.flatMap((right) => {
    const where = environments
      .filter((one) => one.rights.includes(right))
      .map(({ environment }) => environment);
    const named = markup(
      listOf(
        where.map((name) => `\`${escapeMrkdwn(name)}\``),
        words,
      ),
    );
    return where.length === 0 ? [] : [words.say(`whoami.right.${right}`, { environments: named })];
  });
  return lines.length === 0 ? [words.say('whoami.right.none')] : lines;
}

function decidingLine(barred: string | undefined, { tiers }: Powers, words: Words): string {
  if (barred !== undefined)
    return words.say('whoami.barred', {
      reason: markup(words.lookup(`whoami.reason.${barred}`) ?? escapeMrkdwn(barred)),
    });
  const named = tiers.map((tier) => words.plain(`card.tier.${tier}`));
  return tiers.length === 0
    ? words.say('whoami.approve.none')
    : words.say('whoami.approve', { tiers: listOf(named, words) });
}

export function approvalsAnswer(rows: readonly RemediationRow[], words: Words): Rendered {
  if (rows.length === 0) return plainAnswer(words.say('approvals.none'), words);
  const title = words.say('approvals.title', { count: rows.length });
  const blocks: KnownBlock[] = [
    section(title, words),
    ...rows
      .slice(0, 8)
      .flatMap((row) => [section(pendingLine(row, words), words), ...planBlocks(row, words)]),
    context(words.say('approvals.how'), words),
  ];
  const text = [title, ...rows.map((row) => pendingLine(row, words))].join('\n');
  return { text: cut(text, limits.messageText, words), blocks };
}

/** More is told by `approvals`. */
const shownUnderWay = 10;

/** Each with its state, since one that is approved only waits. */
function underWayLines(rows: readonly RemediationRow[], words: Words): readonly string[] {
  if (rows.length === 0) return [words.say('switch.runs-none')];
  return [
    words.say('switch.runs', { count: rows.length }),
    ...rows.slice(0, shownUnderWay).map((row) => `• ${fixLine(row, words)}`),
  ];
}

/** Which fixes are switched off, by whom, why and until when; or that none is. */
export function switchesAnswer(
  switches: readonly KillSwitch[],
  record: RecordState,
  words: Words,
  followUps: readonly FollowUp[] = [],
  /** What is approved or carried out while something is off; undefined: nobody has looked. */
  underWay?: readonly RemediationRow[],
  /** With all fixes to choose from. */
  offered?: Offered,
): Rendered {
  const open = followUpLines(followUps, words);
  const told = [
    ...recordLines(record, words),
    ...(switches.length === 0
      ? [words.say('switch.none')]
      : [
          ...switchLines(switches, words),
          ...(switches.some(({ scope }) => scope === '*') ? [words.say('switch.still')] : []),
          ...(underWay === undefined ? [] : underWayLines(underWay, words)),
          words.say('switch.how'),
        ]),
    ...open,
  ];
  const said = answer(told, words);
  if (offered === undefined) return said;
  const lines = offered.fixes.map((id) => words.say('list.fix', { id, title: fixLabel(id, words) }));
  const list = listed('list.fixes', lines, menuBlocks('fixes', offered, words), words);
  return {
    text: cut(`${said.text}\n${list.text}`, limits.messageText, words),
    blocks: [...(said.blocks ?? []), ...(list.blocks ?? [])],
  };
}

export function historyAnswer(
  runs: readonly Run[],
  words: Words,
  links: ReadonlyMap<string, string> = new Map(),
): Rendered {
  if (runs.length === 0) return plainAnswer(words.say('history.none'), words);
  return answer(
    [words.say('history.title'), ...runs.map((run) => runLine(run, words, links.get(run.id)))],
    words,
  );
}

function answer(lines: readonly string[], words: Words): Rendered {
  const text = lines.join('\n');
  return {
    text: cut(text, limits.messageText, words),
    blocks: [section(text, words)] satisfies KnownBlock[],
  };
}

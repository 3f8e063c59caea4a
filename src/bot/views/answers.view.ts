import type { KnownBlock } from '@slack/types';
import type { RecordState } from '../../domain/audit/record.ts';
import { personId } from '../../domain/fix/approval.ts';
import type { FollowUp, RemediationRow } from '../../domain/fix/rows.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { KillSwitch } from '../../domain/ports/kill-switches.ts';
import type { Run } from '../../domain/run/run.ts';
import { markup } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { context, cut, limits, section } from './blocks.ts';
import type { CommandFault } from './command-fault.ts';
import { pendingLine, runLine } from './home.view.ts';
import { who } from './phrases.ts';
import { planBlocks } from './remediation.view.ts';
import { followUpLines, recordLines, switchLines } from './switches.ts';

/** Private answers to one person: short texts, and lists that fold. */
export function plainAnswer(text: string, words: Words): Rendered {
  return { text: cut(text, limits.messageText, words) };
}

const helpLines = [
  'help.health',
  'help.diagnose',
  'help.logs',
  'help.collect',
  'help.fix',
  'help.approvals',
  'help.approve',
  'help.resolve',
  'help.fixes',
  'help.history',
  'help.digest',
  'help.token',
  'help.whoami',
  'help.report',
] as const;

export function helpAnswer(environments: readonly string[], words: Words): Rendered {
  const lines = [
    words.say('help.title'),
    ...helpLines.map((key) => words.say(key)),
    words.say('help.thread', { environments: environments.join(', ') }),
  ];
  return answer(lines, words);
}

export function faultAnswer(fault: CommandFault, words: Words): Rendered {
  if (fault.reason !== 'missing') {
    const text = words.lookup(`command.${fault.reason}`, fault.facts) ?? words.say('help.title');
    return plainAnswer(text, words);
  }
  const { verb, what } = fault.facts;
  const needed = words.lookup(`command.what.${what}`) ?? escapeMrkdwn(what);
  return plainAnswer(words.say('command.missing', { verb, what: markup(needed) }), words);
}

export function whoamiAnswer(person: Person, barred: string | undefined, words: Words): Rendered {
  const first = words.say('whoami.person', {
    who: markup(who(person, words)),
    team: person.teamId,
    person: personId(person),
  });
  const standing =
    barred === undefined
      ? words.say('whoami.member')
      : words.say('whoami.barred', {
          reason: markup(words.lookup(`whoami.reason.${barred}`) ?? escapeMrkdwn(barred)),
        });
  return answer([first, standing, words.say('whoami.language')], words);
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

/** Which fixes are switched off, by whom, why and until when; or that none is. */
export function switchesAnswer(
  switches: readonly KillSwitch[],
  record: RecordState,
  words: Words,
  followUps: readonly FollowUp[] = [],
): Rendered {
  const told = recordLines(record, words);
  const open = followUpLines(followUps, words);
  if (switches.length === 0) return answer([...told, words.say('switch.none'), ...open], words);
  return answer([...told, ...switchLines(switches, words), words.say('switch.how'), ...open], words);
}

export function historyAnswer(runs: readonly Run[], words: Words): Rendered {
  if (runs.length === 0) return plainAnswer(words.say('history.none'), words);
  return answer([words.say('history.title'), ...runs.map((run) => runLine(run, words))], words);
}

function answer(lines: readonly string[], words: Words): Rendered {
  const text = lines.join('\n');
  return {
    text: cut(text, limits.messageText, words),
    blocks: [section(text, words)] satisfies KnownBlock[],
  };
}
